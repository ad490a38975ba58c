//! The answers in a text: of each list and of the single objects, what was taken of each kind. Knows nothing of forms and files.
use crate::adapters::dump::seen::Seen;
use crate::model::group_of;
use crate::model::meta::text;
use crate::value::Value;
use std::collections::BTreeMap;

/// Documents of the API that are no objects: they describe kinds.
pub(super) const DISCOVERY: [&str; 6] =
    ["APIResourceList", "APIGroupList", "APIGroup", "APIVersions", "APIGroupDiscovery", "APIGroupDiscoveryList"];

/// What becomes of an object: it is put to what was made of the objects before it.
pub(super) type Take<'t, I> = &'t dyn Fn(Value, &mut I);

/// The objects of one kind in one list, or the single objects of one kind.
#[derive(Debug)]
pub(super) struct Answer<I> {
    pub group: String,
    /// None if nothing in the text tells it.
    pub kind: Option<String>,
    pub list: bool,
    pub resource_version: Option<String>,
    /// Whether more pages follow.
    pub continues: bool,
    pub seen: Seen,
    pub items: I,
}

impl<I> Answer<I> {
    fn of(group: String, kind: Option<String>, taken: Taken<I>) -> Self {
        let Taken { seen, items } = taken;
        Self { group, kind, list: false, resource_version: None, continues: false, seen, items }
    }
}

/// What is made of the objects of one kind in one list.
#[derive(Default)]
struct Taken<I> {
    seen: Seen,
    items: I,
}

impl<I> Taken<I> {
    /// Takes an object; Events are only counted.
    fn add(&mut self, item: Value, is_event: bool, take: Take<'_, I>) {
        self.seen.add(&item);
        if !is_event {
            take(item, &mut self.items);
        }
    }
}

/// What is taken so far of a list, or of the single objects of a text.
#[derive(Default)]
pub(super) struct Listing<I> {
    /// The kind of which it is a list; empty where its items say so.
    of: String,
    version: String,
    by_kind: BTreeMap<(String, Option<String>), Taken<I>>,
}

impl<I: Default> Listing<I> {
    pub(super) fn new(head: &Value) -> Self {
        let (of, version) = (kind_of_list(head).unwrap_or_default().to_owned(), text(head, "/apiVersion").to_owned());
        Self { of, version, by_kind: BTreeMap::new() }
    }

    /// Takes an item, or says what is wrong with it.
    pub(super) fn add(&mut self, mut item: Value, take: Take<'_, I>) -> Result<(), String> {
        if let (false, Value::Object(map)) = (self.of.is_empty(), &mut item) {
            map.entry("apiVersion").or_insert_with(|| (&*self.version).into());
            map.entry("kind").or_insert_with(|| (&*self.of).into());
        }
        let (group, kind) = identity(&item)?;
        let is_event = is_event(&group, Some(&kind));
        self.by_kind.entry((group, Some(kind))).or_default().add(item, is_event, take);
        Ok(())
    }

    pub(super) fn singles(self) -> impl Iterator<Item = Answer<I>> {
        self.by_kind.into_iter().map(|((group, kind), taken)| Answer::of(group, kind, taken))
    }

    pub(super) fn answers(self, head: &Value) -> impl Iterator<Item = Answer<I>> {
        let mut by_kind = self.by_kind;
        match kind_of_list(head).unwrap_or_default() {
            "" if by_kind.is_empty() => drop(by_kind.insert((String::new(), None), Taken::default())),
            "" => {}
            of => drop(by_kind.entry((group_of(text(head, "/apiVersion")).to_owned(), Some(of.to_owned()))).or_default()),
        }
        let resource_version = Some(text(head, "/metadata/resourceVersion")).filter(|v| !v.is_empty()).map(str::to_owned);
        let remaining = head.pointer("/metadata/remainingItemCount").and_then(Value::as_u64).unwrap_or(0);
        let continues = remaining > 0 || !text(head, "/metadata/continue").is_empty();
        by_kind.into_iter().map(move |((group, kind), taken)| {
            let resource_version = resource_version.clone();
            Answer { list: true, resource_version, continues, ..Answer::of(group, kind, taken) }
        })
    }
}

/// The kind of which this is a list, which may be empty; none if it is no list of objects.
pub(super) fn kind_of_list(head: &Value) -> Option<&str> {
    let kind = text(head, "/kind");
    kind.strip_suffix("List").filter(|_| !DISCOVERY.contains(&kind) && text(head, "/metadata/name").is_empty())
}

/// Whether these are Events, of either group.
pub(super) fn is_event(group: &str, kind: Option<&str>) -> bool {
    kind == Some("Event") && matches!(group, "" | "events.k8s.io")
}

fn identity(value: &Value) -> Result<(String, String), String> {
    for pointer in ["/apiVersion", "/kind", "/metadata/name"] {
        if text(value, pointer).is_empty() {
            return Err(format!("is no Kubernetes object: it has no {}", pointer.trim_start_matches('/').replace('/', ".")));
        }
    }
    Ok((group_of(text(value, "/apiVersion")).to_owned(), text(value, "/kind").to_owned()))
}

//! Turns one file's text into the answers in it: lists and single objects, split by kind, each item with its apiVersion and kind. Knows
//! nothing of file names and of other files.
use crate::adapters::dump::seen::Seen;
use crate::adapters::dump::walk::{Form, Found};
use crate::adapters::dump::{Problem, open};
use crate::canon::strict::Raw;
use crate::canon::yaml::Malformed;
use crate::canon::{strict, yaml};
use crate::model::group_of;
use crate::model::meta::text;
use crate::value::Value;
use std::collections::BTreeMap;

/// Documents of the API that are no objects: they describe kinds.
const DISCOVERY: [&str; 6] = ["APIResourceList", "APIGroupList", "APIGroup", "APIVersions", "APIGroupDiscovery", "APIGroupDiscoveryList"];

/// The objects of one kind in one list, or the single objects of one kind.
#[derive(Debug)]
pub(super) struct Answer<I> {
    pub group: String,
    /// None if nothing in the text tells it.
    pub kind: Option<String>,
    /// Whether it is a list.
    pub list: bool,
    pub resource_version: Option<String>,
    /// Whether more pages follow.
    pub continues: bool,
    pub seen: Seen,
    pub items: I,
}

/// The content of one file.
#[derive(Debug)]
pub(super) struct Content<I> {
    pub answers: Vec<Answer<I>>,
    /// What can't be understood.
    pub problems: Vec<Problem>,
    /// What the API server wrote in place of an answer, each with its line.
    pub refusals: Vec<(usize, String)>,
    /// The highest resourceVersion of its events, which are not kept.
    pub events: Option<u64>,
    /// Whether it holds nothing at all.
    pub empty: bool,
}

/// What becomes of an object: it is put to what was made of the objects before it.
type Take<'t, I> = &'t dyn Fn(Value, &mut I);

/// Reads a file; each object is taken as soon as it is read.
pub(super) fn read<I: Default>(found: &Found, take: Take<'_, I>) -> Content<I> {
    let content = Content { answers: Vec::new(), problems: Vec::new(), refusals: Vec::new(), events: None, empty: true };
    let mut reader = Reader { file: &found.file, take, content, single: BTreeMap::new() };
    match open::text(found) {
        Ok(text) => {
            let error = reader.text(found.form, &text);
            reader.content.empty &= error.is_none();
            reader.content.problems.extend(error.map(|error| Problem::new(&found.file, None, error.to_string())));
        }
        Err(what) => {
            reader.content.empty = false;
            reader.content.problems.push(Problem::new(&found.file, None, what));
        }
    }
    reader.finish()
}

/// The values of a text; none if a part of it can't be read.
pub(super) fn values(form: Form, text: &str) -> Vec<Value> {
    match form {
        Form::Json => strict::documents(text).map(|found| found?.1.value()).collect::<Result<_, _>>().unwrap_or_default(),
        Form::Yaml => match yaml::documents(text) {
            (found, None) => found.into_iter().map(|d| d.value).collect(),
            _ => Vec::new(),
        },
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

struct Reader<'a, I> {
    file: &'a str,
    take: Take<'a, I>,
    content: Content<I>,
    single: BTreeMap<(String, String), Taken<I>>,
}

impl<I: Default> Reader<'_, I> {
    /// Reads the documents of a text; gives the error at which it ended.
    fn text(&mut self, form: Form, text: &str) -> Option<Malformed> {
        match form {
            Form::Json => strict::documents(text).find_map(|found| found.and_then(|(line, raw)| self.json(raw, line)).err()),
            Form::Yaml => {
                let (documents, error) = yaml::documents(text);
                documents.into_iter().for_each(|document| self.document(document.value, document.line));
                error
            }
        }
    }

    fn json(&mut self, raw: Raw<'_>, line: usize) -> Result<(), Malformed> {
        match raw.listed("items")? {
            Some((head, items)) if kind_of_list(&head).is_some() => self.list(&head, items.into_iter().map(Raw::value), line),
            _ => {
                self.document(raw.value()?, line);
                Ok(())
            }
        }
    }

    fn document(&mut self, value: Value, line: usize) {
        self.content.empty &= value.is_null();
        match value {
            Value::Array(values) => values.into_iter().for_each(|v| self.value(v, line)),
            value => self.value(value, line),
        }
    }

    fn value(&mut self, mut value: Value, line: usize) {
        if value.is_null() {
            return;
        }
        let kind = text(&value, "/kind");
        if kind == "Status" && text(&value, "/apiVersion") == "v1" {
            let what = format!("{} {}", text(&value, "/reason"), text(&value, "/message"));
            self.content.refusals.push((line, what.trim().to_owned()));
        } else if DISCOVERY.contains(&kind) {
            // Descriptions of kinds are no answers.
        } else if let Some(items) = kind_of_list(&value).is_some().then(|| value.get_mut("items").map(Value::take)).flatten() {
            let items = match items {
                Value::Array(items) => items,
                Value::Null => Vec::new(),
                _ => return self.content.problems.push(Problem::new(self.file, Some(line), "`items` is no list".into())),
            };
            // Values are read already.
            drop(self.list(&value, items.into_iter().map(Ok), line));
        } else if let Err(what) = self.object(value) {
            self.content.problems.push(Problem::new(self.file, Some(line), what));
        }
    }

    fn object(&mut self, value: Value) -> Result<(), String> {
        let (group, kind) = identity(&value)?;
        let is_event = is_event(&group, Some(&kind));
        self.single.entry((group, kind)).or_default().add(value, is_event, self.take);
        Ok(())
    }

    /// Takes the items of a list. If one can't be read, the list is no answer.
    fn list(&mut self, head: &Value, items: impl Iterator<Item = Result<Value, Malformed>>, line: usize) -> Result<(), Malformed> {
        self.content.empty = false;
        let (of, version) = (kind_of_list(head).unwrap_or_default(), text(head, "/apiVersion"));
        let resource_version = Some(text(head, "/metadata/resourceVersion")).filter(|v| !v.is_empty()).map(str::to_owned);
        let remaining = head.pointer("/metadata/remainingItemCount").and_then(Value::as_u64).unwrap_or(0);
        let continues = remaining > 0 || !text(head, "/metadata/continue").is_empty();
        let (mut by_kind, mut problems) = (BTreeMap::<(String, Option<String>), Taken<I>>::new(), Vec::new());
        if !of.is_empty() {
            by_kind.insert((group_of(version).to_owned(), Some(of.to_owned())), Taken::default());
        }
        for (at, item) in items.enumerate() {
            let mut item = item?;
            if let (false, Value::Object(map)) = (of.is_empty(), &mut item) {
                map.entry("apiVersion").or_insert_with(|| version.into());
                map.entry("kind").or_insert_with(|| of.into());
            }
            match identity(&item) {
                Ok((group, kind)) => {
                    let is_event = is_event(&group, Some(&kind));
                    by_kind.entry((group, Some(kind))).or_default().add(item, is_event, self.take);
                }
                Err(what) => problems.push(Problem::new(self.file, Some(line), format!("item {}: {what}", at + 1))),
            }
        }
        if by_kind.is_empty() {
            by_kind.insert((String::new(), None), Taken::default());
        }
        self.content.problems.extend(problems);
        for ((group, kind), taken) in by_kind {
            let resource_version = resource_version.clone();
            self.content.answers.push(Answer { list: true, resource_version, continues, ..Answer::of(group, kind, taken) });
        }
        Ok(())
    }

    fn finish(mut self) -> Content<I> {
        let single = std::mem::take(&mut self.single).into_iter();
        self.content.answers.extend(single.map(|((group, kind), taken)| Answer::of(group, Some(kind), taken)));
        let events = self.content.answers.iter().filter(|a| is_event(&a.group, a.kind.as_deref()));
        let number = |version: &Option<String>| version.as_deref().and_then(|v| v.parse().ok());
        self.content.events = events.map(|a| number(&a.resource_version).max(a.seen.highest)).max().flatten();
        self.content
    }
}

impl<I> Answer<I> {
    /// Single objects.
    fn of(group: String, kind: Option<String>, taken: Taken<I>) -> Self {
        let Taken { seen, items } = taken;
        Self { group, kind, list: false, resource_version: None, continues: false, seen, items }
    }
}

/// The kind of which this is a list, which may be empty; none if it is no list of objects.
fn kind_of_list(head: &Value) -> Option<&str> {
    let kind = text(head, "/kind");
    kind.strip_suffix("List").filter(|_| !DISCOVERY.contains(&kind) && text(head, "/metadata/name").is_empty())
}

/// Whether these are Events, of either group.
pub(super) fn is_event(group: &str, kind: Option<&str>) -> bool {
    kind == Some("Event") && matches!(group, "" | "events.k8s.io")
}

/// Group and kind of an object.
fn identity(value: &Value) -> Result<(String, String), String> {
    for pointer in ["/apiVersion", "/kind", "/metadata/name"] {
        if text(value, pointer).is_empty() {
            return Err(format!("is no Kubernetes object: it has no {}", pointer.trim_start_matches('/').replace('/', ".")));
        }
    }
    Ok((group_of(text(value, "/apiVersion")).to_owned(), text(value, "/kind").to_owned()))
}

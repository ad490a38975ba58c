//! Turns one file's text into the answers in it: lists and single objects, split by kind, each item with its apiVersion and kind. Knows
//! nothing of file names and of other files.
use crate::adapters::dump::seen::Seen;
use crate::adapters::dump::walk::{Form, Found};
use crate::adapters::dump::{Problem, open};
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

/// Reads a file, and passes the objects of each answer on as soon as the file is read.
pub(super) fn read<I: Default>(found: &Found, pass: impl Fn(Vec<Value>) -> I) -> Content<I> {
    let mut content = Content { answers: Vec::new(), problems: Vec::new(), refusals: Vec::new(), events: None, empty: false };
    let text = match open::text(found) {
        Ok(text) => text,
        Err(what) => {
            content.problems.push(Problem::new(&found.file, None, what));
            return content.passed(pass);
        }
    };
    let (documents, error) = documents(found.form, &text);
    drop(text);
    content.empty = error.is_none() && documents.iter().all(|d| d.value.is_null());
    let mut reader = Reader { file: &found.file, content, single: BTreeMap::new() };
    for document in documents {
        match document.value {
            Value::Array(values) => values.into_iter().for_each(|v| reader.value(v, document.line)),
            value => reader.value(value, document.line),
        }
    }
    if let Some(error) = error {
        reader.content.problems.push(Problem::new(&found.file, None, error.to_string()));
    }
    reader.finish().passed(pass)
}

impl Content<Vec<Value>> {
    /// With the objects passed on, except Events, which are not kept.
    fn passed<I: Default>(mut self, pass: impl Fn(Vec<Value>) -> I) -> Content<I> {
        let mut events = self.events;
        let mut one = |Answer { group, kind, list, resource_version, continues, items, .. }: Answer<Vec<Value>>| {
            let seen = Seen::of(&items);
            let items = if is_event(&group, kind.as_deref()) {
                let own = resource_version.as_deref().and_then(|v| v.parse().ok());
                events = events.max(own).max(seen.highest);
                I::default()
            } else {
                pass(items)
            };
            Answer { group, kind, list, resource_version, continues, seen, items }
        };
        let answers = std::mem::take(&mut self.answers).into_iter().map(&mut one).collect();
        Content { answers, problems: self.problems, refusals: self.refusals, events, empty: self.empty }
    }
}

/// The values of a text; none if a part of it can't be read.
pub(super) fn values(form: Form, text: &str) -> Vec<Value> {
    match documents(form, text) {
        (found, None) => found.into_iter().map(|d| d.value).collect(),
        _ => Vec::new(),
    }
}

fn documents(form: Form, text: &str) -> (Vec<yaml::Document>, Option<yaml::Malformed>) {
    match form {
        Form::Json => strict::documents(text),
        Form::Yaml => yaml::documents(text),
    }
}

struct Reader<'a> {
    file: &'a str,
    content: Content<Vec<Value>>,
    single: BTreeMap<(String, String), Vec<Value>>,
}

impl Reader<'_> {
    fn value(&mut self, mut value: Value, line: usize) {
        if value.is_null() {
            return;
        }
        let kind = text(&value, "/kind").to_owned();
        let version = text(&value, "/apiVersion").to_owned();
        if kind == "Status" && version == "v1" {
            let what = format!("{} {}", text(&value, "/reason"), text(&value, "/message"));
            self.content.refusals.push((line, what.trim().to_owned()));
        } else if DISCOVERY.contains(&kind.as_str()) {
            // Descriptions of kinds are no answers.
        } else if let (Some(of), Some(items), "") =
            (kind.strip_suffix("List"), value.get_mut("items").map(Value::take), text(&value, "/metadata/name"))
        {
            self.list(&value, items, of, &version, line);
        } else if let Err(what) = self.object(value) {
            self.content.problems.push(Problem::new(self.file, Some(line), what));
        }
    }

    fn object(&mut self, value: Value) -> Result<(), String> {
        let key = identity(&value)?;
        self.single.entry(key).or_default().push(value);
        Ok(())
    }

    fn list(&mut self, head: &Value, items: Value, of: &str, version: &str, line: usize) {
        let items = match items {
            Value::Array(items) => items,
            Value::Null => Vec::new(),
            _ => return self.content.problems.push(Problem::new(self.file, Some(line), "`items` is no list".into())),
        };
        let resource_version = Some(text(head, "/metadata/resourceVersion")).filter(|v| !v.is_empty()).map(str::to_owned);
        let remaining = head.pointer("/metadata/remainingItemCount").and_then(Value::as_u64).unwrap_or(0);
        let continues = remaining > 0 || !text(head, "/metadata/continue").is_empty();
        let mut by_kind: BTreeMap<(String, Option<String>), Vec<Value>> = BTreeMap::new();
        if !of.is_empty() {
            by_kind.insert((group_of(version).to_owned(), Some(of.to_owned())), Vec::new());
        }
        for (at, mut item) in items.into_iter().enumerate() {
            if let (false, Value::Object(map)) = (of.is_empty(), &mut item) {
                map.entry("apiVersion").or_insert_with(|| version.into());
                map.entry("kind").or_insert_with(|| of.into());
            }
            match identity(&item) {
                Ok((group, kind)) => by_kind.entry((group, Some(kind))).or_default().push(item),
                Err(what) => self.content.problems.push(Problem::new(self.file, Some(line), format!("item {}: {what}", at + 1))),
            }
        }
        if by_kind.is_empty() {
            by_kind.insert((String::new(), None), Vec::new());
        }
        for ((group, kind), items) in by_kind {
            let resource_version = resource_version.clone();
            self.content.answers.push(Answer { list: true, resource_version, continues, ..Answer::new(group, kind, items) });
        }
    }

    fn finish(mut self) -> Content<Vec<Value>> {
        for ((group, kind), items) in std::mem::take(&mut self.single) {
            self.content.answers.push(Answer::new(group, Some(kind), items));
        }
        self.content
    }
}

impl Answer<Vec<Value>> {
    /// Single objects.
    fn new(group: String, kind: Option<String>, items: Vec<Value>) -> Self {
        Self { group, kind, list: false, resource_version: None, continues: false, seen: Seen::default(), items }
    }
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

//! YAML text → JSON values, by the core schema of YAML 1.2. Expects attacks: repeated keys, alias bombs and deep nesting are errors with
//! a line and a column. Knows nothing of Kubernetes or of files.
mod embedded;
mod line;
mod scalar;

pub use embedded::Embedded;
pub use line::line_of;

use crate::value::{RESERVED, Text, Value};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use scalar::Want;
use std::collections::BTreeMap;

/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 128;

/// A text that breaks the rules of its format.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct Malformed {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    pub what: String,
}

/// One value of a text that may hold several.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// The line on which it starts, from 1.
    pub line: usize,
    pub value: Value,
}

/// All documents of a text.
///
/// # Errors
/// The first text that is not YAML, or that JSON can't express.
pub fn parse(text: &str) -> Result<Vec<Value>, Malformed> {
    match documents(text) {
        (found, None) => Ok(found.into_iter().map(|d| d.value).collect()),
        (_, Some(error)) => Err(error),
    }
}

/// The documents up to the first error, and that error.
pub fn documents(text: &str) -> (Vec<Document>, Option<Malformed>) {
    let mut found = Vec::new();
    let mut take = |part| {
        found.extend(if let Part::Document(document) = part { Some(document) } else { None });
        Some(())
    };
    let error = read(text, false, &mut take).err();
    (found, error)
}

/// A part of a text that is taken as soon as it is read.
pub enum Part {
    /// A member `items` is a list: the members before it.
    List(Value),
    Item(Value),
    /// A document; of items that were taken, the list is empty.
    Document(Document),
}

/// Takes part by part; none where one is not taken.
pub type Take<'t> = &'t mut dyn FnMut(Part) -> Option<()>;

/// Passes on the documents of a text, and before each the items of its list, if it has one.
///
/// # Errors
/// As [`parse`], and where a part is not taken, without words.
pub fn parts(text: &str, take: Take<'_>) -> Result<(), Malformed> {
    read(text, true, take)
}

fn read(text: &str, of_items: bool, take: Take<'_>) -> Result<(), Malformed> {
    let budget = text.len().saturating_mul(10).saturating_add(1 << 20);
    let mut builder = Builder { take, of_items, is_taken: false, open: Vec::new(), anchors: BTreeMap::new(), budget, line: 0 };
    let mut parser = Parser::new_from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    while let Some(next) = parser.next_event() {
        match next {
            Ok((event, span)) => builder.event(event, span.start).map_err(|what| malformed(span.start, what))?,
            Err(e) => return Err(malformed(*e.marker(), e.info().to_owned())),
        }
    }
    Ok(())
}

fn malformed(at: Marker, what: String) -> Malformed {
    Malformed { line: at.line(), column: at.col() + 1, what }
}

/// A collection that is still open, and its anchor (0 for none).
enum Open {
    Sequence(usize, usize, Vec<Value>),
    Mapping(usize, usize, BTreeMap<Text, Value>, Option<Text>),
}

/// An anchored value, its depth, and how much memory a copy takes.
struct Anchored {
    value: Value,
    depth: usize,
    weight: usize,
}

struct Builder<'t> {
    take: Take<'t>,
    /// Whether the items of a list are taken one by one.
    of_items: bool,
    /// Whether that is done with the list that is open.
    is_taken: bool,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    budget: usize,
    line: usize,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, at: Marker) -> Result<(), String> {
        match event {
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.line = at.line();
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.start(at);
                let key = matches!(self.open.last(), Some(Open::Mapping(_, _, _, None)));
                if key && style == ScalarStyle::Plain && text == "<<" {
                    return Err("merge keys (`<<`) are not read; write the fields out".into());
                }
                let value = if key { Value::from(text) } else { scalar_value(&text, style, tag.as_deref())? };
                self.add(value, anchor, 1)
            }
            Event::Alias(id) => {
                let known = self.anchors.get(&id).ok_or("an alias to something that is not complete, or in another document")?;
                let left = self.budget.checked_sub(known.weight).ok_or("the aliases of this file stand for too much")?;
                let (value, depth) = (known.value.clone(), known.depth);
                self.budget = left;
                self.add(value, 0, depth)
            }
            Event::SequenceStart(anchor, tag) => {
                collection_tag(tag.as_deref(), "seq")?;
                if let (true, 0, [Open::Mapping(0, _, head, Some(name))]) = (self.of_items, anchor, &*self.open)
                    && name == "items"
                {
                    self.is_taken = true;
                    (self.take)(Part::List(head.clone().into_iter().collect())).ok_or_else(String::new)?;
                }
                self.enter(Open::Sequence(anchor, 1, Vec::new()), at)
            }
            Event::MappingStart(anchor, tag) => {
                collection_tag(tag.as_deref(), "map")?;
                self.enter(Open::Mapping(anchor, 1, BTreeMap::new(), None), at)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::Sequence(anchor, depth, items)) => {
                    self.is_taken &= self.open.len() > 1;
                    self.add(Value::Array(items), anchor, depth)
                }
                Some(Open::Mapping(anchor, depth, map, _)) => self.add(map.into_iter().collect(), anchor, depth),
                None => Err("an end without a start".into()),
            },
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// The line of a document is that of its first node, not of the marker before it.
    fn start(&mut self, at: Marker) {
        if self.open.is_empty() {
            self.line = at.line();
        }
    }

    fn enter(&mut self, open: Open, at: Marker) -> Result<(), String> {
        self.start(at);
        self.open.push(open);
        if self.open.len() > MAX_DEPTH { Err(format!("nested more than {MAX_DEPTH} deep")) } else { Ok(()) }
    }

    fn add(&mut self, value: Value, anchor: usize, depth: usize) -> Result<(), String> {
        if self.open.len() + depth > MAX_DEPTH + 1 {
            return Err(format!("nested more than {MAX_DEPTH} deep"));
        }
        if anchor != 0 {
            let weight = weight(&value);
            self.budget = self.budget.checked_sub(weight).ok_or("the anchors of this file stand for too much")?;
            self.anchors.insert(anchor, Anchored { value: value.clone(), depth, weight });
        }
        let is_item = self.is_taken && self.open.len() == 2;
        match self.open.last_mut() {
            None => (self.take)(Part::Document(Document { line: self.line, value })).ok_or_else(String::new)?,
            Some(Open::Sequence(_, deepest, items)) => {
                *deepest = (*deepest).max(depth + 1);
                if is_item {
                    (self.take)(Part::Item(value)).ok_or_else(String::new)?;
                } else {
                    items.push(value);
                }
            }
            Some(Open::Mapping(_, deepest, map, key)) => {
                *deepest = (*deepest).max(depth + 1);
                match (key.take(), value) {
                    (Some(name), value) => drop(map.insert(name, value)),
                    (None, Value::String(name)) if map.contains_key(&name) => return Err(format!("the key `{name}` stands here twice")),
                    (None, Value::String(name)) if name.starts_with(RESERVED) => return Err(format!("the key `{name}` is not allowed")),
                    (None, Value::String(name)) => *key = Some(name),
                    (None, _) => return Err("a key must be text".into()),
                }
            }
        }
        Ok(())
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    let name = tag.map(|t| if t.is_yaml_core_schema() { t.suffix.clone() } else { t.to_string() });
    let want = match name.as_deref() {
        None if style == ScalarStyle::Plain => Want::Any,
        None | Some("str" | "!") => return Ok(Value::from(text)),
        Some("int") => Want::Int,
        Some("float") => Want::Float,
        Some("bool") => Want::Bool,
        Some("null") => Want::Null,
        Some(other) => return Err(format!("the tag `{other}` is not known")),
    };
    scalar::resolve(text, want)
}

fn collection_tag(tag: Option<&Tag>, allowed: &str) -> Result<(), String> {
    match tag {
        Some(t) if !(t.is_yaml_core_schema() && t.suffix == allowed) => Err(format!("the tag `{t}` is not known here")),
        _ => Ok(()),
    }
}

/// The approximate number of bytes that a copy takes.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(s) => 32 + s.len(),
        Value::Array(items) => 32 + items.iter().map(weight).sum::<usize>(),
        Value::Object(map) => 32 + map.iter().map(|(k, v)| 32 + k.len() + weight(v)).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 32,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::value::json;

    #[test]
    fn documents_quoting_and_aliases_are_understood() {
        let text = "a: &x [1, '1', y]\nb: *x\nc: |\n  two\n  lines\n---\n~\n---\n\"on\"\n";
        assert_eq!(parse(text).unwrap(), [json!({"a": [1, "1", "y"], "b": [1, "1", "y"], "c": "two\nlines\n"}), json!(null), json!("on")]);
    }

    #[test]
    fn a_duplicate_key_is_an_error_with_its_place() {
        let error = parse("a:\n  b: 1\n  \"b\": 2\n").unwrap_err();
        assert_eq!((error.line, error.column), (3, 3));
        assert!(error.to_string().contains("`b` stands here twice"));
    }

    #[test]
    fn bombs_deep_nesting_and_strange_tags_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for i in 1..12 {
            bomb.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", ")));
        }
        let chain: String =
            (0..40).map(|i| format!("- &n{i} [[[[[[{}]]]]]]\n", if i == 0 { "x".into() } else { format!("*n{}", i - 1) })).collect();
        for text in [
            bomb,
            chain,
            "[".repeat(129) + &"]".repeat(129),
            "a: &a [*a]".into(),
            "!x a".into(),
            "a: &a {b: 1}\nc: {<<: *a}".into(),
            "? [a]\n: b".into(),
        ] {
            assert!(parse(&text).is_err(), "{}", &text[..text.len().min(60)]);
        }
        assert!(parse(&("[".repeat(128) + &"]".repeat(128))).is_ok());
        assert!(parse("$serde_json::private::Number: x").is_err());
    }
}

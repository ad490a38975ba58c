//! The lines of a bundle's `.jsonl` files, format 1. The stored forms have types of their own, so that the inner types can change.
use crate::canon::json;
use crate::value::{Map, Value};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// The lines of a file that are not empty, each with its number, from 1, and its position.
pub fn lines_at(bytes: &[u8]) -> impl Iterator<Item = (usize, Range<usize>, &[u8])> {
    let mut start = 0;
    let all = bytes.split(|b| *b == b'\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end + 1;
        (range, line)
    });
    (1..).zip(all).filter(|(_, (_, line))| !line.is_empty()).map(|(number, (range, line))| (number, range, line))
}

/// A line of `health/<layer>/<kind>.jsonl`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct HealthLine {
    /// `metadata.namespace`, empty when cluster-scoped.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
    /// `healthy`, `unhealthy` or `unknown`.
    pub health: String,
    /// Pointer → value: the fields that show it.
    pub facts: Map,
}

/// A line of `identity/<layer>/<kind>.jsonl`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct IdentityLine {
    /// Namespace, empty when cluster-scoped.
    pub namespace: String,
    pub name: String,
    /// The evidence that places the object in its layer: `ancestry` and `relation` are confirmed; `mark`, `reference`, `namespace`,
    /// `destination` and `label` are asserted; `none`.
    pub by: String,
    /// The Application that its tracking mark names, as `namespace/name`; absent if there is no mark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app: String,
    /// What is known of that Application, if it does not list the object: `unlisted`, `gone` or `unknown`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mark: String,
    /// For a relation or a reference: `<plural>.<group>|namespace|name` of the other object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub related: String,
    /// The value of its scope label, if it has one; never stronger than any other evidence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Whether it carries a tracking mark of the method in force.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
    /// Why it stays on purpose when its layer goes: `Delete=false`, `Prune=false`, `helm.sh/resource-policy: keep` or `CRD`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kept: String,
    /// Whether Argo CD runs it as a hook.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hook: bool,
    /// Whether it is being deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleting: bool,
    /// Fields that another controller owns by agreement: pointer → by whom.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub owned: BTreeMap<String, OwnedLine>,
    /// Pointer → value.
    pub fields: Map,
    /// For a derived object: the content that would be its state.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub derived: Value,
    /// For a derived object: the places where it differs from its owner's template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub departs: Vec<DepartureLine>,
}

/// A place where a derived object departs from its owner's template.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct DepartureLine {
    /// JSON pointer within `derived` (within the template, where the object lacks something).
    pub at: String,
    /// `runs`: it runs something else, or as another user. `holds`: it holds something else. `untold`: nothing says what its owner makes.
    /// `torn`: its owner is in no list.
    pub what: String,
    /// The template's value there; absent if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants: Option<Value>,
}

/// The agreement by which another controller owns a field.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct OwnedLine {
    /// An autoscaler's kind, `Application` or `argocd-cm`.
    pub by: String,
    /// Whether the agreement covers a whole container of the object, or every kind.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wide: bool,
    /// Whether it is an autoscaler that is paused or failing: it owns the field but did not write it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub idle: bool,
}

/// A line of `noise/<layer>/<kind>.jsonl`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct NoiseLine {
    /// Namespace, empty when cluster-scoped.
    pub namespace: String,
    pub name: String,
    /// Pointer → value.
    pub fields: Map,
    /// Pointer of a list that state has sorted → the original index of each element.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub order: Map,
}

/// The fields of a `state/` line that give the object's place.
#[derive(Deserialize)]
pub struct StatePlace<'a> {
    #[serde(borrow)]
    pub metadata: LinePlace<'a>,
}

/// The fields of another facet's line that give the object's place.
#[derive(Deserialize)]
pub struct LinePlace<'a> {
    #[serde(borrow, default)]
    pub namespace: Cow<'a, str>,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
}

impl IdentityLine {
    /// Appends its canonical bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut line = Members::new(out);
        line.text("app", &self.app);
        line.put("by", |out| json::write_text(&self.by, out));
        line.flag("deleting", self.deleting);
        line.document("departs", &self.departs, self.departs.is_empty());
        if !self.derived.is_null() {
            line.put("derived", |out| json::write(&self.derived, out));
        }
        line.put("fields", |out| json::write_map(&self.fields, out));
        line.flag("hook", self.hook);
        line.text("kept", &self.kept);
        line.text("mark", &self.mark);
        line.flag("marked", self.marked);
        line.put("name", |out| json::write_text(&self.name, out));
        line.put("namespace", |out| json::write_text(&self.namespace, out));
        line.document("owned", &self.owned, self.owned.is_empty());
        line.text("related", &self.related);
        line.text("scope", &self.scope);
        out.push(b'}');
    }
}

impl NoiseLine {
    /// Appends its canonical bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut line = Members::new(out);
        line.put("fields", |out| json::write_map(&self.fields, out));
        line.put("name", |out| json::write_text(&self.name, out));
        line.put("namespace", |out| json::write_text(&self.namespace, out));
        if !self.order.is_empty() {
            line.put("order", |out| json::write_map(&self.order, out));
        }
        out.push(b'}');
    }
}

/// Writes the members of a line, which must come in the order of their names.
struct Members<'o> {
    out: &'o mut Vec<u8>,
    before: u8,
}

impl<'o> Members<'o> {
    fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, before: b'{' }
    }

    fn put(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(self.before);
        self.before = b',';
        json::write_text(name, self.out);
        self.out.push(b':');
        write(self.out);
    }

    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.put(name, |out| json::write_text(text, out));
        }
    }

    fn flag(&mut self, name: &str, is: bool) {
        if is {
            self.put(name, |out| out.extend_from_slice(b"true"));
        }
    }

    /// These have text keys only, so that writing them can't fail.
    fn document(&mut self, name: &str, value: &impl Serialize, is_empty: bool) {
        if !is_empty {
            self.put(name, |out| out.extend(json::document(value).unwrap_or_default()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    #[test]
    fn the_bytes_of_a_line_are_those_of_its_document() {
        let text = |text: &str| text.to_owned();
        let map = |value: Value| value.as_object().cloned().unwrap();
        for (large, derived) in [(json!({}), Value::Null), (json!({"/é": 1.50, "/a~1b": [null]}), json!({"b": {}, "a": 1e2}))] {
            let line = IdentityLine {
                namespace: text("n"),
                name: text("é"),
                by: text("label"),
                app: text("a/b"),
                mark: text("gone"),
                related: String::new(),
                scope: text("s"),
                marked: true,
                kept: text("CRD"),
                hook: false,
                deleting: true,
                owned: BTreeMap::from([("/spec/a".to_owned(), OwnedLine { by: text("Application"), wide: true, idle: true })]),
                fields: map(large.clone()),
                derived,
                departs: vec![DepartureLine { at: text("/spec"), what: text("runs"), wants: Some(json!(1)) }],
            };
            let mut bytes = Vec::new();
            line.write(&mut bytes);
            assert_eq!(bytes, json::document(&line).unwrap());
            let line = NoiseLine { namespace: text(""), name: text("x"), fields: map(json!({"/b": 1, "/a": "2"})), order: map(large) };
            let mut bytes = Vec::new();
            line.write(&mut bytes);
            assert_eq!(bytes, json::document(&line).unwrap());
        }
    }
}

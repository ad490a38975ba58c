//! What the reading of a dump needs of its objects after they were passed on: their namespaces, and a few fields of the kinds that say which
//! namespaces and kinds there are. Knows no file.
use crate::model::meta::text;
use crate::value::{Value, set};
use std::collections::BTreeSet;

/// What was seen of the objects of one answer.
#[derive(Default, Debug)]
pub(super) struct Seen {
    pub(super) count: usize,
    pub(super) namespaces: BTreeSet<String>,
    /// The highest resourceVersion of its objects.
    pub(super) highest: Option<u64>,
    /// Of the kinds in [`READ`], the fields that are read.
    pub(super) kept: Vec<Value>,
}

/// Kind and pointers: what is read of its objects, besides what names them.
const READ: [(&str, &[&str]); 4] = [
    ("Namespace", &[]),
    ("Application", &["/spec/destination"]),
    ("PersistentVolume", &["/spec/claimRef/namespace"]),
    ("CustomResourceDefinition", &["/spec/group", "/spec/scope", "/spec/names"]),
];

impl Seen {
    pub(super) fn add(&mut self, item: &Value) {
        self.count += 1;
        let namespace = text(item, "/metadata/namespace");
        if !namespace.is_empty() && !self.namespaces.contains(namespace) {
            self.namespaces.insert(namespace.to_owned());
        }
        self.highest = self.highest.max(text(item, "/metadata/resourceVersion").parse().ok());
        let read = READ.iter().find(|(kind, _)| *kind == text(item, "/kind"));
        self.kept.extend(read.map(|(_, pointers)| part(item, pointers)));
    }

    /// The objects of a kind, with the fields that are read.
    pub(super) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.kept.iter().filter(move |item| text(item, "/kind") == kind)
    }
}

fn part(item: &Value, pointers: &[&str]) -> Value {
    let mut part = Value::Null;
    for pointer in ["/apiVersion", "/kind", "/metadata/name"].iter().chain(pointers) {
        if let Some(field) = item.pointer(pointer) {
            set(&mut part, pointer, field.clone());
        }
    }
    part
}

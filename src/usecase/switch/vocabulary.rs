//! What the plans and the steps of the switch have in common: how children go, one instance that goes, one change of an object with its
//! precondition. Sends nothing.
use crate::model::{Key, meta};
use crate::usecase::cluster::Resource;
use crate::usecase::cluster::port::Method;
use serde_json::{Value, json};

/// The field manager of everything evid writes.
pub(super) const MANAGER: &str = "evid";

/// One change of one object.
#[derive(Clone, PartialEq, Debug)]
pub struct Write {
    /// What it is for: `manual`, `finalizer`, `prune` …
    pub what: &'static str,
    /// The object.
    pub object: Key,
    /// The uid that it must have; empty for a creation.
    pub uid: String,
    /// PATCH, POST or DELETE.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// The body.
    pub body: Value,
}

impl Write {
    /// A merge patch of an object as it was read: it fails where the object changed since.
    pub fn patch(what: &'static str, path: &str, live: &Value, mut change: Value) -> Self {
        let version = meta::text(live, "/metadata/resourceVersion");
        crate::model::set(&mut change, "/metadata/resourceVersion", Value::String(version.to_owned()));
        Self { what, object: key_of(live), uid: meta::uid(live).into(), method: Method::Patch, path: managed(path), body: change }
    }

    /// A deletion of that very instance.
    pub fn delete(what: &'static str, path: &str, object: &Key, uid: &str) -> Self {
        let body = json!({"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}});
        Self { what, object: object.clone(), uid: uid.into(), method: Method::Delete, path: managed(path), body }
    }

    /// A creation; the name must be free.
    pub fn create(what: &'static str, collection: &str, object: &Key, body: Value) -> Self {
        Self { what, object: object.clone(), uid: String::new(), method: Method::Post, path: managed(collection), body }
    }
}

fn managed(path: &str) -> String {
    format!("{path}?fieldManager={MANAGER}")
}

/// The key of an object that says its apiVersion and kind.
pub(super) fn key_of(object: &Value) -> Key {
    let at = |p| meta::text(object, p);
    Key::new(crate::model::group_of(at("/apiVersion")), at("/kind"), at("/metadata/namespace"), at("/metadata/name"))
}

/// How the children are removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strategy {
    /// One operation of the root with an emptied source: toggle and prune.
    Prune,
    /// Each child deleted, with its uid as precondition.
    Cascade,
}

impl Strategy {
    /// The word of the option.
    pub fn as_str(self) -> &'static str {
        if self == Self::Prune { "prune" } else { "cascade" }
    }
}

/// One instance that is to be gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doomed {
    /// The object.
    pub key: Key,
    /// Its uid: a later object of the same name is another one.
    pub uid: String,
    /// Where it is read.
    pub path: String,
    /// Its kind.
    pub kind: Resource,
}

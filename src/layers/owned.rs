//! Fields that a controller owns by agreement: identity, not state, of the one object that the agreement is about.
use crate::layers::Context;
use crate::model::Object;
use crate::model::Placement;
use serde_json::Value;

/// A field that another controller owns by agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owned {
    /// JSON pointer.
    pub pointer: String,
    /// Who owns it: an autoscaler's kind, or `Application`.
    pub by: &'static str,
    /// Whether that autoscaler is paused or failing.
    pub is_idle: bool,
}

/// The fields that are identity for this object: what an autoscaler scales, and the `jsonPointers` that its Application ignores.
pub fn owned_fields(context: &Context<'_>, object: &Object, placement: &Placement) -> Vec<Owned> {
    let mut pointers = Vec::new();
    let replicas = object.value.pointer("/spec/replicas").and_then(Value::as_i64);
    for entry in context.apps.ignored(&placement.app) {
        let says = |field: &str, value: &str, required: bool| match entry.get(field).and_then(Value::as_str) {
            Some("*") => true,
            Some(text) => text == value,
            None => !required || value.is_empty(),
        };
        let k = &object.key;
        if says("group", &k.group, true)
            && says("kind", &k.kind, true)
            && says("name", &k.name, false)
            && says("namespace", &k.namespace, false)
        {
            let list = entry.get("jsonPointers").and_then(Value::as_array).into_iter().flatten();
            let pointer = list.filter_map(Value::as_str).filter(|p| p.starts_with('/'));
            pointers.extend(pointer.map(|p| Owned { pointer: p.to_owned(), by: "Application", is_idle: false }));
        }
    }
    if let Some(scaler) = context.scaled.get(&object.key) {
        // Outside of the autoscaler's bounds nobody agreed to it.
        pointers.retain(|o| o.pointer != "/spec/replicas");
        let is_within = replicas.is_some_and(|n| (scaler.least..=scaler.most).contains(&n));
        pointers.extend(is_within.then(|| Owned { pointer: "/spec/replicas".into(), by: scaler.by, is_idle: scaler.is_idle }));
    }
    pointers
}

//! Fields that a controller owns by agreement: identity, not state, of the one object that the agreement is about.
use crate::layers::Context;
use crate::model::Object;
use crate::model::Placement;
use serde_json::Value;

/// The pointers that are identity for this object, each with who owns it: what an autoscaler scales, and the `jsonPointers` that its
/// Application ignores.
pub fn owned_pointers(context: &Context<'_>, object: &Object, placement: &Placement) -> Vec<(String, &'static str)> {
    let mut pointers = Vec::new();
    let replicas = object.value.pointer("/spec/replicas").and_then(Value::as_i64);
    let scaled = context.scaled.get(&object.key).map(|s| (s.by, replicas.is_some_and(|n| (s.least..=s.most).contains(&n))));
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
            pointers.extend(list.filter_map(|p| p.as_str().filter(|p| p.starts_with('/')).map(|p| (p.to_owned(), "Application"))));
        }
    }
    if let Some((by, is_within)) = scaled {
        // Outside of the autoscaler's bounds nobody agreed to it.
        pointers.retain(|(p, _)| p != "/spec/replicas");
        pointers.extend(is_within.then(|| ("/spec/replicas".to_owned(), by)));
    }
    pointers
}

//! Fields that a controller owns by agreement: identity, not state, of the one object that the agreement is about.
use crate::layers::Context;
use crate::model::Key;
use crate::model::Object;
use crate::model::Objects;
use crate::model::Placement;
use crate::model::group_of;
use serde_json::Value;
use std::collections::HashMap;

/// The objects that an autoscaler scales, each with the bounds within which its word holds.
pub(super) fn scaled(objects: &dyn Objects) -> HashMap<Key, (i64, i64)> {
    objects
        .of_kind("autoscaling", "HorizontalPodAutoscaler")
        .filter_map(|at| objects.lean(at))
        .filter_map(|o| {
            let target = o.value.pointer("/spec/scaleTargetRef")?;
            let at = |k: &str| target.get(k).and_then(Value::as_str);
            let group = at("apiVersion").map_or("", group_of);
            let bound = |p: &str| o.value.pointer(p).and_then(Value::as_i64);
            let bounds = (bound("/spec/minReplicas").unwrap_or(1), bound("/spec/maxReplicas")?);
            Some((Key::new(group, at("kind")?, &o.key.namespace, at("name")?), bounds))
        })
        .collect()
}

/// The pointers that are identity for this object: what an HPA scales, and the `jsonPointers` that its Application ignores.
pub fn owned_pointers(context: &Context<'_>, object: &Object, placement: &Placement) -> Vec<String> {
    let mut pointers = Vec::new();
    let replicas = object.value.pointer("/spec/replicas").and_then(Value::as_i64);
    let scaled = context.scaled.get(&object.key).map(|(least, most)| replicas.is_some_and(|n| (*least..=*most).contains(&n)));
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
            pointers.extend(list.filter_map(|p| p.as_str().filter(|p| p.starts_with('/')).map(str::to_owned)));
        }
    }
    match scaled {
        Some(true) => pointers.push("/spec/replicas".to_owned()),
        // Outside of the autoscaler's bounds nobody agreed to it.
        Some(false) => pointers.retain(|p| p != "/spec/replicas"),
        None => {}
    }
    pointers
}

//! What every controller reads from an object and writes to the store. Knows no rules of a kind.
use super::store::{Id, Store};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use std::sync::Arc;

/// A merge patch, as RFC 7396 has it.
pub use json_patch::merge;

/// What the last client-side apply said.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The text of a value; empty if it is no text.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The number of a value; 0 if it is no number.
pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// The items of a list; none if it is no list.
pub fn items(value: &Value) -> impl DoubleEndedIterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// `metadata.name`.
pub fn name(object: &Value) -> &str {
    text(&object["metadata"]["name"])
}

/// `metadata.namespace`; empty for cluster-wide objects.
pub fn namespace(object: &Value) -> &str {
    text(&object["metadata"]["namespace"])
}

/// `metadata.uid`.
pub fn uid(object: &Value) -> &str {
    text(&object["metadata"]["uid"])
}

/// The API group of an object.
pub fn group(object: &Value) -> &str {
    text(&object["apiVersion"]).split_once('/').map_or("", |(g, _)| g)
}

/// Whether its deletion was requested.
pub fn deleting(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

/// Whether it has a finalizer.
pub fn held_by(object: &Value, finalizer: &str) -> bool {
    items(&object["metadata"]["finalizers"]).any(|f| f == finalizer)
}

/// The uid of its controller; empty if it has none.
pub fn controller(object: &Value) -> &str {
    items(&object["metadata"]["ownerReferences"]).find(|o| o["controller"] == true).map_or("", |o| text(&o["uid"]))
}

/// Whether a pod's condition Ready is True.
pub fn ready(pod: &Value) -> bool {
    items(&pod["status"]["conditions"]).any(|c| c["type"] == "Ready" && c["status"] == "True")
}

/// Whether a pod has ended.
pub fn ended(pod: &Value) -> bool {
    matches!(text(&pod["status"]["phase"]), "Succeeded" | "Failed")
}

/// An owner reference to a controller, for the objects that it makes.
pub fn reference(owner: &Value) -> Value {
    json!([{"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"], "uid": owner["metadata"]["uid"],
        "controller": true, "blockOwnerDeletion": true}])
}

/// Whether labels contain all of a `matchLabels`; an empty one matches nothing.
pub fn matches(selector: &Value, labels: &Value) -> bool {
    selector.as_object().is_some_and(|s| !s.is_empty() && s.iter().all(|(k, v)| labels.get(k) == Some(v)))
}

/// A time in the form that objects have.
pub fn stamp(now: DateTime<Utc>) -> Value {
    now.to_rfc3339_opts(SecondsFormat::Secs, true).into()
}

/// The time in an object.
pub fn moment(value: &Value) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc3339(value.as_str()?).ok()?.to_utc())
}

/// Removes a key from a map.
pub fn remove(map: &mut Value, key: &str) {
    if let Some(map) = map.as_object_mut() {
        map.remove(key);
    }
}

/// The objects of a kind, collected, so that the store can change meanwhile.
pub fn all(store: &Store, stem: &str) -> Vec<(Id, Arc<Value>)> {
    store.entries(stem, None).map(|(id, o)| (id.clone(), o.clone())).collect()
}

/// Changes an object that may be gone by now.
pub fn change(store: &mut Store, id: &Id, how: impl FnOnce(&mut Value)) {
    drop(store.modify(id, how));
}

/// Writes a status if it differs.
pub fn set_status(store: &mut Store, id: &Id, status: Value) {
    if store.get(id).is_some_and(|o| o["status"] != status) {
        change(store, id, |o| o["status"] = status);
    }
}

/// Removes a finalizer.
pub fn release(store: &mut Store, id: &Id, finalizer: &str) {
    change(store, id, |o| {
        if let Some(list) = o["metadata"]["finalizers"].as_array_mut() {
            list.retain(|f| f != finalizer);
        }
    });
}

/// Creates an object, as POST does; none if that is refused.
pub fn create(store: &mut Store, stem: &str, namespace: &str, mut object: Value) -> Option<Value> {
    if stem == "pods" {
        let class = store.get(&Id::new("priorityclasses.scheduling.k8s.io", "", text(&object["spec"]["priorityClassName"])));
        let (value, policy) = class.map_or((0, "PreemptLowerPriority"), |c| {
            (number(&c["value"]), c["preemptionPolicy"].as_str().unwrap_or("PreemptLowerPriority"))
        });
        let policy = policy.to_owned();
        object["spec"]["priority"] = value.into();
        object["spec"]["preemptionPolicy"] = policy.into();
    }
    let resource = store.resource(stem)?;
    store.create(&resource, namespace, object).ok()
}

/// A list of conditions with one condition set; its `lastTransitionTime` changes only when its status does.
pub fn with_condition(conditions: &Value, kind: &str, more: Value, now: DateTime<Utc>) -> Value {
    let mut list: Vec<Value> = items(conditions).cloned().collect();
    let mut new = more;
    new["type"] = kind.into();
    let old = list.iter_mut().find(|c| c["type"] == kind);
    let kept = old.as_ref().filter(|o| o["status"] == new["status"]).map(|o| o["lastTransitionTime"].clone());
    new["lastTransitionTime"] = kept.unwrap_or_else(|| stamp(now));
    match old {
        Some(old) => *old = new,
        None => list.push(new),
    }
    list.into()
}

//! The four kinds of patches, on values alone. Knows no store.
use crate::world::resource::Resource;
use crate::world::status::Status;
use serde_json::{Map, Value, json};

/// Lists that the API treats as maps: the field's name and its key, as the API's types declare them.
const KEYS: &[(&str, &str)] = &[
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("env", "name"),
    ("volumes", "name"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("imagePullSecrets", "name"),
    ("secrets", "name"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
    ("conditions", "type"),
    ("addresses", "type"),
    ("taints", "key"),
    ("ownerReferences", "uid"),
];

/// The object after a patch of a content type.
///
/// # Errors
/// 415 for another type (and for strategic patches of custom resources), 400 for a patch that can't be read, 422 for one that can't be
/// applied to the object.
pub(super) fn patched(resource: &Resource, old: &Value, kind: &str, body: &[u8]) -> Result<Value, Status> {
    let malformed = |e: serde_json::Error| Status::bad_request(format!("error decoding patch: {e}"));
    let mut new = old.clone();
    match kind {
        "application/merge-patch+json" => json_patch::merge(&mut new, &serde_json::from_slice(body).map_err(malformed)?),
        "application/json-patch+json" => {
            let patch: json_patch::Patch = serde_json::from_slice(body).map_err(malformed)?;
            let text = "the server rejected our request due to an error in our request";
            json_patch::patch(&mut new, &patch).map_err(|_| Status::new(422, "Invalid", text).with(json!({})))?;
        }
        "application/strategic-merge-patch+json" if !resource.custom => {
            strategic(&mut new, &serde_json::from_slice(body).map_err(malformed)?)
        }
        _ => {
            let strategic = if resource.custom { "" } else { ", application/strategic-merge-patch+json" };
            let types = format!("application/json-patch+json, application/merge-patch+json{strategic}, application/apply-patch+yaml");
            let text = format!("the body of the request was in an unknown format - accepted media types include: {types}");
            return Err(Status::new(415, "UnsupportedMediaType", text));
        }
    }
    Ok(new)
}

/// The object after an apply: maps and keyed lists merge, other lists are replaced.
pub(super) fn applied(resource: &Resource, old: &Value, wanted: &Value) -> Value {
    let mut new = old.clone();
    if resource.custom {
        let meta = wanted["metadata"].clone();
        json_patch::merge(&mut new, wanted);
        new["metadata"] = old["metadata"].clone();
        strategic(&mut new["metadata"], &meta);
    } else {
        strategic(&mut new, wanted);
    }
    new
}

/// A strategic merge, with `$patch`, `$deleteFromPrimitiveList` and `$retainKeys`; `$setElementOrder` is not followed.
fn strategic(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if changes.get("$patch").is_some_and(|d| d == "replace") {
        *target = plain(patch);
        return;
    }
    if !target.is_object() {
        *target = json!({});
    }
    let Some(map) = target.as_object_mut() else { return };
    if let Some(Value::Array(keep)) = changes.get("$retainKeys") {
        map.retain(|k, _| keep.iter().any(|x| x == k));
    }
    for (key, change) in changes {
        if let Some(field) = key.strip_prefix("$deleteFromPrimitiveList/") {
            if let (Some(Value::Array(list)), Some(gone)) = (map.get_mut(field), change.as_array()) {
                list.retain(|v| !gone.contains(v));
            }
            continue;
        }
        match change {
            _ if key.starts_with('$') => {}
            Value::Null => drop(map.remove(key)),
            Value::Object(inner) if inner.get("$patch").is_some_and(|d| d == "delete") => drop(map.remove(key)),
            Value::Object(_) => strategic(map.entry(key.clone()).or_insert(Value::Null), change),
            Value::Array(items) => match map.get_mut(key) {
                Some(Value::Array(list)) => merge_lists(key, list, items),
                _ => drop(map.insert(key.clone(), items.iter().filter(|i| i["$patch"].is_null()).map(plain).collect())),
            },
            value => drop(map.insert(key.clone(), value.clone())),
        }
    }
}

fn merge_lists(field: &str, list: &mut Vec<Value>, items: &[Value]) {
    if field == "finalizers" {
        list.extend(items.iter().filter(|i| !list.contains(i)).cloned().collect::<Vec<_>>());
        return;
    }
    let Some(key) = key_of(field, items) else {
        *list = items.iter().map(plain).collect();
        return;
    };
    if items.iter().any(|i| i["$patch"] == "replace") {
        list.clear();
    }
    for item in items.iter().filter(|i| i["$patch"] != "replace") {
        let at = list.iter().position(|l| l[key] == item[key]);
        match (at, item["$patch"] == "delete") {
            (Some(at), true) => drop(list.remove(at)),
            (Some(at), false) => strategic(&mut list[at], item),
            (None, true) => {}
            (None, false) => list.push(plain(item)),
        }
    }
}

fn key_of(field: &str, items: &[Value]) -> Option<&'static str> {
    if field == "ports" {
        let of_container = items.iter().any(|i| !i["containerPort"].is_null());
        return Some(if of_container { "containerPort" } else { "port" });
    }
    KEYS.iter().find(|(f, _)| *f == field).map(|(_, k)| *k)
}

/// A value without the directives of a strategic patch.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.iter().filter(|(k, v)| !k.starts_with('$') && !v.is_null());
            Value::Object(fields.map(|(k, v)| (k.clone(), plain(v))).collect::<Map<_, _>>())
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(old: Value, patch: Value) -> Value {
        let mut new = old;
        strategic(&mut new, &patch);
        new
    }

    #[test]
    fn a_strategic_patch_merges_keyed_lists_and_replaces_others() {
        let old = json!({"spec": {"containers": [{"name": "a", "image": "1", "env": [{"name": "X", "value": "1"}]}, {"name": "b"}], "args": [1, 2]}});
        let new = merged(
            old,
            json!({"spec": {"containers": [{"name": "a", "env": [{"name": "Y", "value": "2"}]}, {"name": "b", "$patch": "delete"}], "args": [3]}}),
        );
        assert_eq!(
            new,
            json!({"spec": {"containers": [{"name": "a", "image": "1", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]}], "args": [3]}})
        );
    }

    #[test]
    fn finalizers_are_a_set_and_directives_leave_nothing_behind() {
        let new =
            merged(json!({"finalizers": ["a", "b"]}), json!({"finalizers": ["b", "c"], "$setElementOrder/finalizers": ["a", "b", "c"]}));
        assert_eq!(new, json!({"finalizers": ["a", "b", "c"]}));
        assert_eq!(merged(new, json!({"$deleteFromPrimitiveList/finalizers": ["a", "c"]})), json!({"finalizers": ["b"]}));
        assert_eq!(merged(json!({"a": {"x": 1}}), json!({"a": {"$patch": "replace", "y": 2}})), json!({"a": {"y": 2}}));
        assert_eq!(merged(json!({"a": {"x": 1, "y": 1}}), json!({"a": {"$retainKeys": ["x"], "x": 2}})), json!({"a": {"x": 2}}));
    }
}

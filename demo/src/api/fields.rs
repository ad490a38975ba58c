//! managedFields: who wrote which field last, in the detail that its readers need. Knows no conflict between managers.
use crate::world::store::time;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

const UNCOUNTED: [&str; 10] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "selfLink",
    "managedFields",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

pub(super) struct Writer {
    pub manager: String,
    /// `Update` or `Apply`.
    pub operation: &'static str,
    pub subresource: Option<String>,
}

/// Records in managedFields that a writer wrote these fields now.
pub(super) fn stamp(object: &mut Value, written: &Value, writer: &Writer, now: DateTime<Utc>) {
    let mut fields = fields(written);
    if let Some(map) = fields.as_object_mut() {
        map.retain(|k, _| !matches!(k.as_str(), "f:apiVersion" | "f:kind"));
        if let Some(Value::Object(meta)) = map.get_mut("f:metadata") {
            meta.retain(|k, _| !UNCOUNTED.contains(&k.trim_start_matches("f:")));
        }
        map.retain(|k, v| k != "f:metadata" || v.as_object().is_some_and(|m| !m.is_empty()));
    }
    let api = object["apiVersion"].clone();
    let mut entries = match object["metadata"]["managedFields"].take() {
        Value::Array(entries) => entries,
        _ => Vec::new(),
    };
    let subresource = writer.subresource.as_deref();
    let own = |e: &Value| e["manager"] == writer.manager && e["operation"] == writer.operation && e["subresource"].as_str() == subresource;
    let mut entry = match entries.iter().position(own) {
        Some(at) => entries.remove(at),
        None => json!({"manager": writer.manager, "operation": writer.operation, "fieldsType": "FieldsV1"}),
    };
    if writer.operation == "Apply" {
        entry["fieldsV1"] = fields;
    } else {
        json_patch::merge(&mut entry["fieldsV1"], &fields);
    }
    entry["apiVersion"] = api;
    entry["time"] = time(now).into();
    if let Some(sub) = subresource {
        entry["subresource"] = sub.into();
    }
    entries.push(entry);
    object["metadata"]["managedFields"] = entries.into();
}

/// `{"a": {"b": 1}}` → `{"f:a": {"f:b": {}}}`; lists and values are leaves.
fn fields(value: &Value) -> Value {
    let Value::Object(map) = value else { return json!({}) };
    Value::Object(map.iter().filter(|(k, _)| !k.starts_with('$')).map(|(k, v)| (format!("f:{k}"), fields(v))).collect::<Map<_, _>>())
}

//! Who wrote a field last, from `metadata.managedFields`. Kubernetes 1.36, `structured-merge-diff/v6/fieldpath/serialize-pe.go` (`f:` a
//! field, `k:` an element of a list by its keys, `v:` an element of a set, `i:` one by its index) and
//! `apimachinery/pkg/apis/meta/v1/types.go` (`ManagedFieldsEntry`). If the entries are not clear, there is no writer: nothing is guessed.
use crate::model::meta::{list, text};
use crate::value::{Value, tokens};

/// The newest entry of `managedFields` that owns a field.
#[derive(Clone, PartialEq, Eq, Debug, serde::Deserialize)]
pub struct Writer {
    /// The field manager, such as `kubectl-edit`.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// The subresource through which it wrote, or empty.
    #[serde(default)]
    pub subresource: String,
    /// RFC 3339 time of that manager's last write of the object.
    pub time: String,
}

impl Writer {
    /// Whether an object's `managedFields` have exactly this entry.
    pub fn is_noted(&self, object: &Value) -> bool {
        let same = |e: &Value| {
            let own = [&*self.manager, &self.operation, &self.subresource, &self.time];
            ["/manager", "/operation", "/subresource", "/time"].iter().zip(own).all(|(p, own)| text(e, p) == own)
        };
        list(object, "/metadata/managedFields").any(same)
    }
}

/// The owner of the field at a pointer within `state`, which may have sorted the lists of the object; none if no entry has it.
pub fn writer(object: &Value, state: &Value, pointer: &str) -> Option<Writer> {
    let path = path(state, pointer)?;
    let owning = list(object, "/metadata/managedFields").filter(|e| e.get("fieldsV1").is_some_and(|fields| owns(fields, &path)));
    // RFC 3339 times of one form sort as text.
    let newest = owning.filter(|e| !text(e, "/time").is_empty()).max_by_key(|e| text(e, "/time"))?;
    let part = |p: &str| text(newest, p).to_owned();
    Some(Writer { manager: part("/manager"), operation: part("/operation"), subresource: part("/subresource"), time: part("/time") })
}

enum Step<'a> {
    Field(String),
    Element(&'a Value),
}

/// The steps to the value at a pointer; none if there is no value.
fn path<'a>(state: &'a Value, pointer: &str) -> Option<Vec<Step<'a>>> {
    let mut at = state;
    let mut path = Vec::new();
    for token in tokens(pointer) {
        let (step, next) = match at {
            Value::Array(list) => {
                let element = list.get(token.parse::<usize>().ok()?)?;
                (Step::Element(element), element)
            }
            _ => {
                let next = at.get(&token)?;
                (Step::Field(token), next)
            }
        };
        path.push(step);
        at = next;
    }
    Some(path).filter(|p| !p.is_empty())
}

/// Whether a set of fields holds the field at the end of the steps, or a whole that contains it.
fn owns(fields: &Value, path: &[Step<'_>]) -> bool {
    let mut at = fields;
    for step in path {
        let Some(map) = at.as_object() else { return false };
        let next = match step {
            Step::Field(name) => map.get(&format!("f:{name}")),
            Step::Element(element) => map.iter().find(|(key, _)| names(key, element)).map(|(_, next)| next),
        };
        match next {
            Some(next) => at = next,
            // A field without fields of its own is owned as a whole.
            None => return map.is_empty() && !std::ptr::eq(at, fields),
        }
    }
    true
}

/// Whether a key of a set names this element of a list.
fn names(key: &str, element: &Value) -> bool {
    let parsed = |json: &str| serde_json::from_str::<Value>(json).ok();
    if let Some(keys) = key.strip_prefix("k:").and_then(parsed) {
        return keys.as_object().is_some_and(|keys| !keys.is_empty() && keys.iter().all(|(k, v)| element.get(k) == Some(v)));
    }
    key.strip_prefix("v:").and_then(parsed).is_some_and(|v| v == *element)
}

#[cfg(test)]
mod tests {
    use super::writer;
    use crate::value::{Value, json};

    fn object() -> Value {
        let entry = |manager: &str, operation: &str, time: &str, fields: Value| json!({"manager": manager, "operation": operation, "time": time, "fieldsType": "FieldsV1", "fieldsV1": fields});
        let container = json!({"f:spec": {"f:containers": {"k:{\"name\":\"b\"}": {".": {}, "f:image": {}, "f:args": {}, "f:ports": {
            "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}}}}}, "f:replicas": {}}});
        let mut scale = entry("hpa", "Update", "2026-05-01T12:05:00Z", json!({"f:spec": {"f:replicas": {}}}));
        scale["subresource"] = json!("scale");
        json!({"metadata": {"managedFields": [
            entry("argocd-controller", "Apply", "2026-05-01T12:00:00Z", container),
            entry("kubectl-edit", "Update", "2026-05-01T12:03:11Z", json!({"f:spec": {"f:containers": {"k:{\"name\":\"b\"}": {"f:image": {}}}}})),
            entry("set", "Update", "2026-05-01T12:04:00Z", json!({"f:metadata": {"f:finalizers": {"v:\"x/y\"": {}}, "f:labels": {"f:a/b": {}}}})),
            scale]},
            "spec": {"replicas": 3, "containers": [{"name": "a"}, {"name": "b", "image": "i", "args": ["x", "y"], "env": [], "ports": [{"containerPort": 80, "protocol": "TCP", "name": "http"}]}]}})
    }

    #[test]
    fn the_newest_entry_that_owns_a_field_wrote_it() {
        let object = object();
        let state = json!({"metadata": {"finalizers": ["x/y"], "labels": {"a/b": "c"}}, "spec": object["spec"]});
        for (pointer, want) in [
            ("/spec/containers/1/image", Some("kubectl-edit Update  2026-05-01T12:03:11Z")),
            ("/spec/containers/1/args/0", Some("argocd-controller Apply  2026-05-01T12:00:00Z")),
            ("/spec/containers/1/ports/0/name", Some("argocd-controller Apply  2026-05-01T12:00:00Z")),
            ("/spec/replicas", Some("hpa Update scale 2026-05-01T12:05:00Z")),
            ("/metadata/finalizers/0", Some("set Update  2026-05-01T12:04:00Z")),
            ("/metadata/labels/a~1b", Some("set Update  2026-05-01T12:04:00Z")),
            ("/spec/containers/1/env", None),
            ("/spec/containers/0/name", None),
            ("/spec/paused", None),
            ("", None),
        ] {
            let seen = writer(&object, &state, pointer).map(|w| format!("{} {} {} {}", w.manager, w.operation, w.subresource, w.time));
            assert_eq!(seen.as_deref(), want, "{pointer}");
        }
    }

    #[test]
    fn an_entry_that_was_there_before_wrote_nothing_since() {
        let object = object();
        let found = writer(&object, &object, "/spec/replicas").unwrap();
        assert!(found.is_noted(&object));
        let mut later = object.clone();
        later["metadata"]["managedFields"][3]["time"] = json!("2026-05-01T12:09:00Z");
        assert!(!writer(&later, &later, "/spec/replicas").unwrap().is_noted(&object));
    }

    #[test]
    fn without_managed_fields_nobody_is_named() {
        assert_eq!(writer(&json!({"metadata": {}}), &json!({"spec": {"a": 1}}), "/spec/a"), None);
    }
}

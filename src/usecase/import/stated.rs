//! What the files of one moment say of objects: fields by object, from columns and lines alone. It must not know how a file is read.
use crate::model::Key;
use crate::value::{Value, json, set};
use std::collections::BTreeMap;

/// The objects, each with the fields that some file stated.
#[derive(Default)]
pub(super) struct Stated(BTreeMap<Key, Value>);

impl Stated {
    /// Notes that an object was spoken of.
    pub(super) fn object(&mut self, api: &str, key: &Key) {
        let new = || {
            let mut value = json!({"apiVersion": api, "kind": key.kind, "metadata": {"name": key.name}});
            if !key.namespace.is_empty() {
                set(&mut value, "/metadata/namespace", json!(key.namespace));
            }
            value
        };
        self.0.entry(key.clone()).or_insert_with(new);
    }

    /// Notes a field of it. Where another text was stated of the field before, that one stays, and both are told.
    pub(super) fn field(&mut self, key: &Key, pointer: &str, value: Value) -> Option<String> {
        let object = self.0.get_mut(key)?;
        match object.pointer(pointer) {
            None | Some(Value::Null) => {
                set(object, pointer, value);
                None
            }
            Some(known) if agree(known, &value) => None,
            Some(known) => Some(format!("{key} {pointer}: {known} and {value}")),
        }
    }

    /// The objects, by kind.
    pub(super) fn objects(self) -> Vec<Value> {
        self.0.into_values().collect()
    }
}

/// Whether two texts may say the same: a commit may be cut short, and lists are printed in more and in less detail.
fn agree(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => {
            let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
            let is_commit = short.len() >= 7 && long.bytes().all(|b| b.is_ascii_hexdigit());
            short == long || is_commit && long.starts_with(&**short)
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len(),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::Stated;
    use crate::model::Key;
    use crate::value::json;

    #[test]
    fn what_two_texts_say_differently_is_told_and_a_cut_commit_is_no_difference() {
        let (mut stated, key) = (Stated::default(), Key::new("argoproj.io", "Application", "argocd", "a"));
        stated.object("argoproj.io/v1alpha1", &key);
        assert_eq!(stated.field(&key, "/status/sync/revision", json!("e5b89ea0157f")), None);
        assert_eq!(stated.field(&key, "/status/sync/revision", json!("e5b89ea")), None);
        assert_eq!(stated.field(&key, "/spec/syncPolicy", json!({})), None);
        let both = stated.field(&key, "/spec/syncPolicy", json!({"automated": {}}));
        assert_eq!(both.as_deref(), Some("Application argocd/a /spec/syncPolicy: {} and {\"automated\":{}}"));
        assert_eq!(stated.objects()[0]["spec"]["syncPolicy"], json!({}), "what was read first stays");
    }
}

//! The only reader of the `metadata` that every Kubernetes object has. It treats absent and empty as the same. Knows no kind.
use crate::model::{Key, group_of};
use crate::value::Value;

/// One entry of `metadata.ownerReferences`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Owner<'a> {
    /// API group; empty for the core group.
    pub group: &'a str,
    pub kind: &'a str,
    pub name: &'a str,
    /// Uid, or empty.
    pub uid: &'a str,
    pub is_controller: bool,
}

/// The text at a pointer, or an empty one.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

/// The elements of the list at a pointer; none if there is no list.
pub fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The object's key; none if it has no kind or no name.
pub fn key_of(value: &Value) -> Option<Key> {
    let group = group_of(value.get("apiVersion")?.as_str()?);
    let key = Key::new(group, text(value, "/kind"), text(value, "/metadata/namespace"), text(value, "/metadata/name"));
    Some(key).filter(|k| !k.kind.is_empty() && !k.name.is_empty())
}

/// `metadata.uid`, or empty.
pub fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

pub fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get("metadata")?.get("annotations")?.get(name)?.as_str()
}

pub fn label<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get("metadata")?.get("labels")?.get(name)?.as_str()
}

/// When its deletion was requested, if it was.
pub fn deleting(object: &Value) -> Option<&str> {
    object.pointer("/metadata/deletionTimestamp").and_then(Value::as_str)
}

pub fn finalizers(object: &Value) -> Vec<&str> {
    list(object, "/metadata/finalizers").filter_map(Value::as_str).collect()
}

/// Its owners, in their order.
pub fn owners(object: &Value) -> impl Iterator<Item = Owner<'_>> {
    list(object, "/metadata/ownerReferences").map(|o| Owner {
        group: group_of(text(o, "/apiVersion")),
        kind: text(o, "/kind"),
        name: text(o, "/name"),
        uid: text(o, "/uid"),
        is_controller: o.get("controller") == Some(&Value::Bool(true)),
    })
}

/// The owner that controls it.
pub fn controller(object: &Value) -> Option<Owner<'_>> {
    owners(object).find(|o| o.is_controller)
}

#[cfg(test)]
mod tests {
    use super::{controller, key_of, owners};
    use crate::value::json;

    #[test]
    fn an_object_without_kind_or_name_has_no_key() {
        let key = key_of(&json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n"}})).unwrap();
        assert_eq!((key.group.as_str(), key.place().as_str()), ("apps", "n/a"));
        assert_eq!(key_of(&json!({"apiVersion": "v1", "kind": "", "metadata": {"name": "a"}})), None);
        assert_eq!(key_of(&json!({"apiVersion": "v1", "kind": "Pod", "metadata": {}})), None);
    }

    #[test]
    fn only_controller_true_controls() {
        let of = |c| json!({"metadata": {"ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "u", "controller": c}]}});
        assert_eq!(controller(&of(json!(true))).map(|o| (o.group, o.uid)), Some(("apps", "u")));
        assert!(controller(&of(json!("true"))).is_none());
        assert_eq!(owners(&of(json!(false))).count(), 1);
    }
}

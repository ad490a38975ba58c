//! The lines of a bundle's `.jsonl` files, format 1: stored forms of their own, so that the inner types can change.
use serde::Deserialize;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;

/// A line of `health/<layer>/<kind>.jsonl`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct HealthLine {
    /// `metadata.namespace`, empty when cluster-scoped.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
    /// `healthy`, `unhealthy` or `unknown`.
    pub health: String,
    /// Pointer → value: what says so.
    pub facts: Map<String, Value>,
}

/// A line of `identity/<layer>/<kind>.jsonl`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct IdentityLine {
    /// Namespace, empty when cluster-scoped.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// By what evidence the object is in its layer: `ancestry`, `relation`, `namespace`, `label`, `none`.
    pub by: String,
    /// The Application that its tracking mark names, as `namespace/name`; absent without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub app: String,
    /// For a relation: `<plural>.<group>|namespace|name` of the other object.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub related: String,
    /// What its scope label says, where it has one; never stronger than any other evidence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Whether it carries a tracking mark of the method in force.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
    /// Pointer → value.
    pub fields: Map<String, Value>,
    /// For a derived object: what would be its state.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub derived: Value,
}

/// A line of `noise/<layer>/<kind>.jsonl`.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct NoiseLine {
    /// Namespace, empty when cluster-scoped.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Pointer → value.
    pub fields: Map<String, Value>,
    /// Pointer of a list that state has sorted → the original index of each element.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub order: Map<String, Value>,
}

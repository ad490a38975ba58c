//! An object's place in the store, and the events there. Knows no store.
use serde_json::Value;
use std::sync::Arc;

/// One object's place: `<plural.group>`, namespace (empty for cluster-wide ones), name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Id {
    /// `pods`, `deployments.apps`.
    pub resource: String,
    /// Namespace, or empty.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Id {
    /// An id from its parts.
    pub fn new(resource: &str, namespace: &str, name: &str) -> Self {
        Self { resource: resource.into(), namespace: namespace.into(), name: name.into() }
    }
}

/// One write.
#[derive(Clone, Debug)]
pub struct Event {
    /// The resourceVersion that the write gave.
    pub version: u64,
    /// The object's place.
    pub id: Id,
    /// The object before; none if it is new.
    pub old: Option<Arc<Value>>,
    /// The object after; of a deleted one, its last state.
    pub new: Arc<Value>,
    /// Whether it still exists.
    pub kept: bool,
}

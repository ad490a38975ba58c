//! What an Application lists: `status.resources`. Argo CD 3.6.0, `pkg/apis/application/v1alpha1/types.go` (`ResourceStatus`) and
//! `controller/state.go` (`CompareAppState` fills it: an entry without a status is a hook or a copied mark).
use crate::argo::{GROUP, is_own_kind};
use crate::model::Key;
use crate::model::meta::{list, text};
use crate::value::Value;

#[derive(Clone, Copy, Debug)]
pub struct Entry<'a>(&'a Value);

impl<'a> Entry<'a> {
    /// The object that it is about. The namespace is empty for cluster-scoped kinds.
    pub fn key(self) -> Key {
        key_of_entry(self.0)
    }

    pub fn group(self) -> &'a str {
        text(self.0, "/group")
    }

    /// `Synced`, `OutOfSync`, `Unknown`, or empty if the Application does not regard the object as its own.
    pub fn status(self) -> &'a str {
        text(self.0, "/status")
    }

    /// Whether Argo CD runs the object as a hook.
    pub fn is_hook(self) -> bool {
        self.0.get("hook") == Some(&Value::Bool(true))
    }

    /// Whether the object is no longer in Git and is to be pruned.
    pub fn requires_pruning(self) -> bool {
        self.0.get("requiresPruning") == Some(&Value::Bool(true))
    }

    /// Whether the entry says that the object was seen in the form that Git has. `OutOfSync` says what is desired, not what was seen.
    pub fn says_seen(self) -> bool {
        self.status() == "Synced" && !self.is_hook() && !self.requires_pruning()
    }

    /// The API version by which Argo CD knows the object.
    pub fn version(self) -> &'a str {
        text(self.0, "/version")
    }

    /// The object's health in Argo CD's word, and why.
    pub fn health(self) -> (&'a str, &'a str) {
        (text(self.0, "/health/status"), text(self.0, "/health/message"))
    }

    /// Whether it says that the object is not healthy.
    pub fn ails(self) -> bool {
        !matches!(self.health().0, "" | "Healthy")
    }

    /// Whether Argo CD deletes the object only once a person confirms it.
    pub fn needs_confirmation(self) -> bool {
        self.0.get("requiresDeletionConfirmation") == Some(&Value::Bool(true))
    }

    /// Whether it is about an object of one of Argo CD's own kinds.
    pub fn is_of_own_kind(self) -> bool {
        is_own_kind(self.group(), text(self.0, "/kind"))
    }

    /// Whether it is about this kind of Argo CD.
    pub fn is_argo(self, kind: &str) -> bool {
        self.group() == GROUP && text(self.0, "/kind") == kind
    }
}

pub fn listed(app: &Value) -> impl Iterator<Item = Entry<'_>> {
    list(app, "/status/resources").map(Entry)
}

/// The objects that an Application regards as its own: an entry without a status is a copied mark, or a hook.
pub fn managed(app: &Value) -> impl Iterator<Item = Key> + '_ {
    listed(app).filter(|entry| !entry.status().is_empty()).map(Entry::key)
}

pub fn key_of_entry(entry: &Value) -> Key {
    Key::new(text(entry, "/group"), text(entry, "/kind"), text(entry, "/namespace"), text(entry, "/name"))
}

pub fn resources(app: &Value) -> impl Iterator<Item = Key> + '_ {
    listed(app).map(Entry::key)
}

#[cfg(test)]
mod tests {
    use super::listed;
    use crate::value::json;

    #[test]
    fn only_synced_entries_that_are_to_stay_say_what_was_seen() {
        let app = json!({"status": {"resources": [
            {"kind": "ConfigMap", "name": "a", "namespace": "n", "status": "Synced"},
            {"kind": "ConfigMap", "name": "b", "namespace": "n", "status": "OutOfSync"},
            {"kind": "ConfigMap", "name": "c", "namespace": "n", "status": "Synced", "hook": true},
            {"kind": "ConfigMap", "name": "d", "namespace": "n", "status": "Synced", "requiresPruning": true},
            {"kind": "ConfigMap", "name": "e", "namespace": "n"}]}});
        let seen: Vec<String> = listed(&app).filter(|e| e.says_seen()).map(|e| e.key().name).collect();
        assert_eq!(seen, ["a"]);
    }
}

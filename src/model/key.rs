//! What identifies one Kubernetes object: group, kind, namespace and name, never the version.
use std::fmt;

/// Group, kind, namespace (empty when cluster-scoped) and name of one object.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind, such as `Deployment`.
    pub kind: String,
    /// Namespace; empty for cluster-scoped objects.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Key {
    /// Builds a key from its four parts.
    pub fn new(group: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self { group: group.into(), kind: kind.into(), namespace: namespace.into(), name: name.into() }
    }

    /// The key, borrowed.
    pub fn parts(&self) -> KeyRef<'_> {
        KeyRef { group: &self.group, kind: &self.kind, namespace: &self.namespace, name: &self.name }
    }

    /// `namespace/name`: the sort key of a line within a bundle file.
    pub fn place(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// As a person writes it: `namespace/name`, or `name` for a cluster-scoped object.
    pub fn written(&self) -> String {
        if self.namespace.is_empty() { self.name.clone() } else { self.place() }
    }

    /// Whether this is an Argo CD object of the given kind.
    pub fn is_argo(&self, kind: &str) -> bool {
        self.group == "argoproj.io" && self.kind == kind
    }
}

/// The same, borrowed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct KeyRef<'a> {
    /// API group; empty for the core group.
    pub group: &'a str,
    pub kind: &'a str,
    /// Namespace; empty for cluster-scoped objects.
    pub namespace: &'a str,
    pub name: &'a str,
}

impl KeyRef<'_> {
    pub fn to_key(self) -> Key {
        Key::new(self.group, self.kind, self.namespace, self.name)
    }
}

impl fmt::Display for Key {
    /// `Kind namespace/name`, or `Kind name` for a cluster-scoped object.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.written())
    }
}

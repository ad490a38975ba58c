//! Layers, their roles, and by what evidence an object belongs to one.

/// The name of the layer of objects that no declared layer owns.
pub const PLATFORM: &str = "platform";

/// What is promised of a layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// Must stay as it is.
    Protected,
    /// Goes and returns.
    Switched,
}

impl Role {
    /// The word in `evid.yaml` and in the manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Protected => "protected",
            Self::Switched => "switched",
        }
    }
}

/// A declared layer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layer {
    /// Its name, which is also the first half of its claims' ids.
    pub name: String,
    /// Protected or switched.
    pub role: Role,
    /// Name of its root Application.
    pub root: String,
    /// Namespace of the root, where it is pinned; else the root is found by name.
    pub root_namespace: Option<String>,
    /// Namespaces given to the layer by `evid.yaml`.
    pub namespaces: Vec<String>,
}

/// By what evidence an object is in its layer; a later variant is stronger.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum By {
    /// Nothing speaks: platform.
    None,
    /// The `scope` label.
    Label,
    /// The namespace it lives in.
    Namespace,
    /// A relation that its kind's rule declares.
    Relation,
    /// The Application that manages it hangs below the layer's root.
    Ancestry,
}

impl By {
    /// The word stored in identity lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Label => "label",
            Self::Namespace => "namespace",
            Self::Relation => "relation",
            Self::Ancestry => "ancestry",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Label, Self::Namespace, Self::Relation, Self::Ancestry].into_iter().find(|b| b.as_str() == word)
    }
}

/// Where one object belongs, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    /// Layer name, or [`PLATFORM`].
    pub layer: String,
    /// The evidence.
    pub by: By,
    /// The Application (`namespace/name`) that its tracking mark names, alive or not; empty without a mark that counts.
    pub app: String,
    /// For a relation: `<plural>.<group>|namespace|name` of the other object; else empty.
    pub related: String,
}

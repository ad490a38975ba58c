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

/// By what evidence an object is in its layer; a later variant is stronger. Only a relation and ancestry are *confirmed*: the other end
/// says so too, or Kubernetes itself would act on it. All else is *asserted* (law 2): it can accuse, and it never acquits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum By {
    /// No evidence: platform.
    None,
    /// The `scope` label.
    Label,
    /// It lives in a namespace that only this layer's Applications have as their destination.
    Destination,
    /// It lives in a namespace of the layer: `evid.yaml` says so, or the layer manages the Namespace.
    Namespace,
    /// It names an object of the layer, which does not say so too.
    Reference,
    /// Its tracking mark names an Application of the layer, which does not list it.
    Mark,
    /// It belongs to an object of the layer, and both say so, or its content follows from it.
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
            Self::Destination => "destination",
            Self::Namespace => "namespace",
            Self::Reference => "reference",
            Self::Mark => "mark",
            Self::Relation => "relation",
            Self::Ancestry => "ancestry",
        }
    }

    /// Reads the stored word.
    pub fn parse(word: &str) -> Option<Self> {
        let all =
            [Self::None, Self::Label, Self::Destination, Self::Namespace, Self::Reference, Self::Mark, Self::Relation, Self::Ancestry];
        all.into_iter().find(|b| b.as_str() == word)
    }

    /// Whether not only the object says so.
    pub fn is_confirmed(self) -> bool {
        self >= Self::Relation
    }
}

/// Where one object belongs, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    /// Layer name, or [`PLATFORM`].
    pub layer: String,
    /// The evidence.
    pub by: By,
    /// The Application (`namespace/name`) that its tracking mark names, alive or not; empty without a mark that is about it.
    pub app: String,
    /// What that Application says of it: empty where it lists it, else `unlisted`, `gone` or `unknown`.
    pub mark: &'static str,
    /// For a relation: `<plural>.<group>|namespace|name` of the other object; else empty.
    pub related: String,
}

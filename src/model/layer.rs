//! Layers, their roles, and the evidence that places an object in one.
use crate::model::words;

/// The name of the layer for objects that belong to no declared layer.
pub const PLATFORM: &str = "platform";

words! {
    /// What a layer is expected to do.
    Role {
        /// It must stay as it is.
        Protected = "protected",
        /// It goes and comes back.
        Switched = "switched",
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
    /// Namespace of the root, if it is given; else the root is found by name.
    pub root_namespace: Option<String>,
    /// Namespaces given to the layer by `evid.yaml`.
    pub namespaces: Vec<String>,
}

words! {
    /// The evidence that places an object in its layer; a later variant is stronger. Only a relation and ancestry are *confirmed*: the other
    /// end says so too, or Kubernetes itself would act on it. All other evidence is *asserted* (law 2): it can accuse, and it never acquits.
    #[derive(PartialOrd, Ord, Hash)]
    By {
        /// No evidence: platform.
        None = "none",
        /// The `scope` label.
        Label = "label",
        /// It is in a namespace that only this layer's Applications have as their destination.
        Destination = "destination",
        /// It is in a namespace of the layer: `evid.yaml` says so, or the layer manages the Namespace.
        Namespace = "namespace",
        /// It names an object of the layer, which does not say so too.
        Reference = "reference",
        /// Its tracking mark names an Application of the layer, which does not list it.
        Mark = "mark",
        /// It belongs to an object of the layer, and both say so, or its content follows from it.
        Relation = "relation",
        /// The Application that manages it is below the layer's root.
        Ancestry = "ancestry",
    }
}

impl By {
    /// Whether more than the object itself says so.
    pub fn is_confirmed(self) -> bool {
        self >= Self::Relation
    }
}

/// The layer of one object, and the evidence for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placement {
    /// Layer name, or [`PLATFORM`].
    pub layer: String,
    pub by: By,
    /// The Application (`namespace/name`) that its tracking mark names, existing or not; empty without a mark about the object itself.
    pub app: String,
    /// What is known of that Application: empty if it lists the object, else `unlisted`, `gone` or `unknown`.
    pub mark: &'static str,
    /// For a relation: `<plural>.<group>|namespace|name` of the other object; else empty.
    pub related: String,
}

//! The place of an object, the same in all bundles. Knows no bundle.
use crate::value::Text;

/// Kind (as `<plural>.<group>`), namespace and name: an object's place in all bundles.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Spot {
    /// `<plural>.<group>`.
    pub stem: Text,
    /// Namespace, or empty.
    pub namespace: Text,
    pub name: Text,
}

impl Spot {
    pub fn new(stem: impl Into<Text>, namespace: impl Into<Text>, name: impl Into<Text>) -> Self {
        Self { stem: stem.into(), namespace: namespace.into(), name: name.into() }
    }

    pub fn application(namespace: &str, name: &str) -> Self {
        Self::new("applications.argoproj.io", namespace, name)
    }
}

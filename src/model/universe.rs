//! Every kind that could have been asked of a cluster, and from which source that is known. Must not know how the source was read.
use std::fmt;

/// A kind that can be listed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Listable {
    /// API group; empty for the core group.
    pub group: String,
    pub resource: String,
    /// Whether its objects have a namespace, if that is known.
    pub namespaced: Option<bool>,
}

/// The source from which the kinds are known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Known {
    /// The API server listed them.
    Discovery,
    /// The dump's APIServices give the API versions, and its CustomResourceDefinitions the other kinds.
    ApiServices,
    /// The server's version gives its own kinds, and the dump's CustomResourceDefinitions the other kinds.
    Version,
    /// No source: only the kinds that were asked are known.
    #[default]
    Nothing,
}

impl Known {
    /// All variants.
    pub const ALL: [Self; 4] = [Self::Discovery, Self::ApiServices, Self::Version, Self::Nothing];

    /// The word in bundles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::ApiServices => "api-services",
            Self::Version => "version",
            Self::Nothing => "nothing",
        }
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The universe of one capture.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Universe {
    /// The source.
    pub known: Known,
    /// The kinds, sorted.
    pub kinds: Vec<Listable>,
}

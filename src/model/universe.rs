//! Every kind that could have been asked of a cluster, and how it is known which those are. Must not know how they were found out.
use std::fmt;

/// A kind that can be listed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Listable {
    /// API group; empty for the core group.
    pub group: String,
    /// Plural resource name.
    pub resource: String,
    /// Whether its objects live in namespaces, where that is known.
    pub namespaced: Option<bool>,
}

/// How it is known which kinds there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Known {
    /// The API server named them.
    Discovery,
    /// The dump's APIServices name the API versions, and its CustomResourceDefinitions the rest.
    ApiServices,
    /// The server's version tells what it serves, and the dump's CustomResourceDefinitions the rest.
    Version,
    /// Nothing tells it: only what was asked is known.
    #[default]
    Nothing,
}

impl Known {
    /// All of them.
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
    /// How it is known.
    pub known: Known,
    /// The kinds, sorted.
    pub kinds: Vec<Listable>,
}

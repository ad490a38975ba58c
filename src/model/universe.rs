//! Every kind that could have been asked of a cluster, and from which source that is known. Must not know how the source was read.
use crate::model::words;

/// A kind that can be listed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Listable {
    /// API group; empty for the core group.
    pub group: String,
    pub resource: String,
    /// Whether its objects have a namespace, if that is known.
    pub namespaced: Option<bool>,
}

words! {
    /// The source from which the kinds are known.
    #[derive(Default)]
    Known {
        /// The API server listed them.
        Discovery = "discovery",
        /// The dump's APIServices give the API versions, and its CustomResourceDefinitions the other kinds.
        ApiServices = "api-services",
        /// The server's version gives its own kinds, and the dump's CustomResourceDefinitions the other kinds.
        Version = "version",
        /// No source: only the kinds that were asked are known.
        #[default]
        Nothing = "nothing",
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Universe {
    pub known: Known,
    /// The kinds, sorted.
    pub kinds: Vec<Listable>,
}

//! What a source gives: objects, the questions that they answer, and the gaps.
use crate::model::{Gap, Key, Universe, words};
use crate::value::Value;

/// One captured object, redacted.
#[derive(Clone, Debug)]
pub struct Object {
    pub key: Key,
    /// Plural resource name, such as `deployments`.
    pub plural: String,
    /// `metadata.uid`, empty if the source gives none.
    pub uid: String,
    pub value: Value,
    /// The file that it was read from, for messages.
    pub file: String,
}

impl Object {
    /// `<plural>.<group>`, as kubectl spells the kind, and as its files are named.
    pub fn stem(&self) -> String {
        stem(&self.plural, &self.key.group)
    }
}

/// `<plural>.<group>`, or the plural alone for the core group.
pub fn stem(plural: &str, group: &str) -> String {
    if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") }
}

/// Plural and group of a `<plural>.<group>` text; the group is empty for the core group.
pub fn unstem(stem: &str) -> (&str, &str) {
    stem.split_once('.').unwrap_or((stem, ""))
}

/// The group of an apiVersion such as `apps/v1`; empty for the core group.
pub fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// One question that was asked of the cluster, and the size of its answer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Question {
    pub group: String,
    pub resource: String,
    /// Namespace, or none for the whole cluster.
    pub namespace: Option<String>,
    /// Objects in the answer.
    pub count: u64,
    /// `metadata.resourceVersion` of the list, if it has one.
    pub resource_version: Option<String>,
    /// Pages of the answer; from live sources only.
    pub pages: Option<u64>,
    /// Milliseconds until the answer was complete; from live sources only.
    pub millis: Option<u64>,
}

/// An object that changed while the rest was read, so that it does not show one moment.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unsettled {
    pub key: Key,
    /// JSON pointers of the changed fields; an empty text if it was added or removed.
    pub pointers: Vec<String>,
}

words! {
    Source {
        /// A running cluster, asked by evid.
        Live = "live",
        /// A folder of answers that were collected without evid.
        Dump = "dump",
        /// Text that a person or a script kept: it states, and no answer of a cluster is in it.
        Text = "text",
    }
}

/// The cluster of Argo CD, where that is another one than the captured one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hub {
    /// uid of its `kube-system` namespace, if seen.
    pub uid: Option<String>,
    /// Server version, if known.
    pub version: Option<String>,
    /// The API server's address, without credentials.
    pub server: Option<String>,
    /// The namespaces whose Argo CD settings were read there, sorted.
    pub settings: Vec<String>,
    /// The highest resourceVersion in everything that was read there.
    pub highest: Option<u64>,
}

/// Everything that was captured at one moment, redacted, before it is split into facets.
#[derive(Clone, Debug)]
pub struct Snapshot<O> {
    /// Live or dump.
    pub source: Source,
    /// Start of the capture window, RFC 3339 UTC, if known.
    pub started: Option<String>,
    /// End of the capture window.
    pub finished: Option<String>,
    /// uid of the `kube-system` namespace, if seen.
    pub cluster: Option<String>,
    /// Server version, if known.
    pub version: Option<String>,
    /// The highest resourceVersion in everything that was read, Events and Leases included.
    pub highest: Option<u64>,
    /// All objects, sorted by key; see [`crate::model::Objects`].
    pub objects: O,
    /// All questions, sorted.
    pub questions: Vec<Question>,
    /// Every kind that could have been asked.
    pub universe: Universe,
    /// All gaps, sorted.
    pub gaps: Vec<Gap>,
    /// Objects that changed between their first and their last reading, sorted.
    pub unsettled: Vec<Unsettled>,
    /// The API server's address, without credentials; from live sources only.
    pub server: Option<String>,
    /// The cluster of Argo CD, where that is another one.
    pub hub: Option<Hub>,
}

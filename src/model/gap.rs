//! A question that was not answered, and why. Knows nothing of where questions come from or how gaps are stored.
use crate::model::words;

words! {
    /// Why a question has no reliable answer. The list is closed.
    #[derive(PartialOrd, Ord, Hash)]
    Reason {
        /// The user may not ask it.
        Forbidden = "forbidden",
        /// The API server does not know the kind.
        NotFound = "not-found",
        /// No answer within the time.
        TimedOut = "timed-out",
        /// The answer was cut in the middle: its resourceVersion had expired.
        Expired = "expired",
        /// The page says that more pages follow, and they are missing.
        Truncated = "truncated",
        /// It was not asked.
        NotAsked = "not-asked",
        /// The configuration excludes it.
        LeftOut = "left-out",
        /// It is about a cluster that was not asked.
        Elsewhere = "elsewhere",
        /// An error may have emptied the answer, and nothing shows that it did not.
        Unattested = "unattested",
        /// Other answers of the same capture contradict it.
        Contradicted = "contradicted",
        /// The answer can't be understood.
        Unreadable = "unreadable",
        /// One capture holds two versions of one object.
        Torn = "torn",
        /// Only a text says something about it: no cluster was asked.
        Stated = "stated",
    }
}

/// One question without a reliable answer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Gap {
    /// API group; empty for the core group.
    pub group: String,
    /// Plural resource name; `*` if it may be any kind.
    pub resource: String,
    /// The namespace that was asked; none for the whole cluster.
    pub namespace: Option<String>,
    /// Why.
    pub reason: Reason,
    /// What was seen: file, line, message.
    pub detail: String,
}

impl Gap {
    /// … of a plural of a group, in one namespace or (none) in the whole cluster.
    pub fn of(
        group: impl Into<String>,
        resource: impl Into<String>,
        namespace: Option<String>,
        reason: Reason,
        detail: impl Into<String>,
    ) -> Self {
        Self { group: group.into(), resource: resource.into(), namespace, reason, detail: detail.into() }
    }

    /// Whether it is about this kind: `*` stands for every kind, of its group where it names one.
    pub fn covers(&self, resource: &str, group: &str) -> bool {
        if self.resource == "*" { self.group.is_empty() || self.group == group } else { self.resource == resource && self.group == group }
    }
}

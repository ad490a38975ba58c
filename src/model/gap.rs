//! A question that was not answered, and why. Knows nothing of where questions come from or how gaps are stored.
use std::fmt;

/// Why a question has no reliable answer. The list is closed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// The user may not ask it.
    Forbidden,
    /// The API server does not know the kind.
    NotFound,
    /// No answer within the time.
    TimedOut,
    /// The answer was cut in the middle: its resourceVersion had expired.
    Expired,
    /// The page says that more pages follow, and they are missing.
    Truncated,
    /// It was not asked.
    NotAsked,
    /// The configuration excludes it.
    LeftOut,
    /// It is about a cluster that was not asked.
    Elsewhere,
    /// An error may have emptied the answer, and nothing shows that it did not.
    Unattested,
    /// Other answers of the same capture contradict it.
    Contradicted,
    /// The answer can't be understood.
    Unreadable,
    /// One capture holds two versions of one object.
    Torn,
    /// Only a text says something about it: no cluster was asked.
    Stated,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Forbidden,
        Self::NotFound,
        Self::TimedOut,
        Self::Expired,
        Self::Truncated,
        Self::NotAsked,
        Self::LeftOut,
        Self::Elsewhere,
        Self::Unattested,
        Self::Contradicted,
        Self::Unreadable,
        Self::Torn,
        Self::Stated,
    ];

    /// The word in bundles and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::TimedOut => "timed-out",
            Self::Expired => "expired",
            Self::Truncated => "truncated",
            Self::NotAsked => "not-asked",
            Self::LeftOut => "left-out",
            Self::Elsewhere => "elsewhere",
            Self::Unattested => "unattested",
            Self::Contradicted => "contradicted",
            Self::Unreadable => "unreadable",
            Self::Torn => "torn",
            Self::Stated => "stated",
        }
    }

    /// The reason for a word; none for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == word)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn every_reason_is_read_back_from_its_word() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(Reason::parse("Forbidden"), None);
    }
}

//! A question that was not answered, and why. Knows nothing of where questions come from or how gaps are written down.
use std::fmt;

/// Why a question has no answer that can be relied on. The list is closed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// The asker may not ask it.
    Forbidden,
    /// The API server does not know the kind.
    NotFound,
    /// No answer within the time.
    TimedOut,
    /// The answer was cut in the middle: its resourceVersion had expired.
    Expired,
    /// A page that says that more pages follow, without them.
    Truncated,
    /// Nobody asked.
    NotAsked,
    /// The configuration says that it is not to be asked.
    LeftOut,
    /// It lies in a cluster that was not asked.
    Elsewhere,
    /// An answer that an error could have emptied, and nothing shows that none did.
    Unattested,
    /// Other answers of the same capture say otherwise.
    Contradicted,
    /// An answer that can't be understood.
    Unreadable,
    /// Two versions of one object in one capture.
    Torn,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 12] = [
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
        }
    }

    /// The reason of a word; none for any other word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == word)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One question without an answer that can be relied on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Gap {
    /// API group; empty for the core group.
    pub group: String,
    /// Plural resource name; `*` where it could be any kind.
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

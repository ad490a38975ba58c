//! What was asked and not answered.
use std::fmt;

/// Why a question has no (whole) answer: a closed list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    /// Not allowed.
    Forbidden,
    /// The server does not know the kind.
    NotFound,
    /// No answer in time.
    TimedOut,
    /// The list expired while it was paged.
    Expired,
    /// The answer is cut.
    Truncated,
    /// Nobody asked.
    NotAsked,
    /// Nothing says that the answer is whole.
    Unattested,
    /// Other answers say otherwise.
    Contradicted,
    /// Not understood.
    Unreadable,
    /// Two versions of one object were read.
    Torn,
}

const REASONS: &[(Reason, &str)] = &[
    (Reason::Forbidden, "forbidden"),
    (Reason::NotFound, "not-found"),
    (Reason::TimedOut, "timed-out"),
    (Reason::Expired, "expired"),
    (Reason::Truncated, "truncated"),
    (Reason::NotAsked, "not-asked"),
    (Reason::Unattested, "unattested"),
    (Reason::Contradicted, "contradicted"),
    (Reason::Unreadable, "unreadable"),
    (Reason::Torn, "torn"),
];

impl Reason {
    /// The word in coverage and reports.
    pub fn as_str(self) -> &'static str {
        REASONS.iter().find(|(r, _)| *r == self).map_or("unreadable", |(_, word)| word)
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        REASONS.iter().find(|(_, w)| *w == word).map(|(r, _)| *r)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A question that was not answered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Gap {
    /// API group.
    pub group: String,
    /// Plural resource name; `*` for any kind.
    pub resource: String,
    /// The namespace; none for the whole cluster.
    pub namespace: Option<String>,
    /// Why.
    pub reason: Reason,
    /// File, line and message.
    pub detail: String,
}

//! What a live capture asks, and how.
use chrono::Duration;

/// The bounds of a live capture.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Namespaces to which the questions are narrowed; empty: all.
    pub namespaces: Vec<String>,
    /// Kinds to which they are narrowed, as kubectl spells them (`pods`, `deployments.apps`, `deploy`, `Deployment`); empty: all.
    pub kinds: Vec<String>,
    /// Kinds that are not asked for, as `<plural>.<group>`.
    pub leave_out: Vec<String>,
    /// Objects a page.
    pub chunk: u32,
    /// Whether the server may be asked what the user may ask (a SelfSubjectRulesReview is a POST, though it changes nothing).
    pub review: bool,
    /// Whether the content of Secrets is read (for digests), not only their metadata.
    pub content: bool,
    /// Requests in flight.
    pub parallel: usize,
    /// After this time no new question is begun.
    pub deadline: Duration,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            namespaces: vec![],
            kinds: vec![],
            leave_out: vec![],
            chunk: 500,
            review: true,
            content: false,
            parallel: 4,
            deadline: Duration::minutes(15),
        }
    }
}

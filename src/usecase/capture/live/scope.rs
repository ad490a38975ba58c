//! What a live capture asks, and how.
use chrono::Duration;

#[derive(Clone, Debug)]
pub struct Scope {
    /// Ask only in these namespaces; empty: in all.
    pub namespaces: Vec<String>,
    /// Ask only for these kinds, as kubectl spells them (`pods`, `deployments.apps`, `deploy`, `Deployment`); empty: for all.
    pub kinds: Vec<String>,
    /// Kinds that are not asked for, as `<plural>.<group>`.
    pub leave_out: Vec<String>,
    /// Objects in each page.
    pub chunk: u32,
    /// Whether evid may ask the server what the user may do (a SelfSubjectRulesReview is a POST, though it changes nothing).
    pub review: bool,
    /// Whether the content of Secrets is read (for digests), not only their metadata.
    pub content: bool,
    /// The number of parallel requests.
    pub parallel: usize,
    /// After this time no new question is asked.
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

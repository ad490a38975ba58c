//! What the switch saw, and why it stopped: a code from a closed list, an object, and what the cluster said. No prose.
use crate::model::{Gap, Key, Reason};
use crate::usecase::cluster::LiveError;
use crate::usecase::cluster::port::NoReply;
use crate::usecase::switch::codes::Code;
use crate::usecase::switch::vocabulary::Write;

/// One thing seen of one object. What a code means stands in `render::switch`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Fact {
    /// The code.
    pub code: Code,
    /// The object.
    pub object: Key,
    /// Names, finalizers, messages: as the cluster spells them. May be empty.
    pub detail: String,
}

impl Fact {
    /// Builds a fact.
    pub fn new(code: Code, object: &Key, detail: impl Into<String>) -> Self {
        Self { code, object: object.clone(), detail: detail.into() }
    }
}

/// A stage of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Reading what is there.
    Read,
    /// Making the root manual.
    Manual,
    /// Seeing whether it stays manual.
    Hold,
    /// Running operations come to an end.
    Operations,
    /// Each child gets its resources finalizer.
    Finalizers,
    /// One operation that prunes the children.
    Prune,
    /// Each child is deleted.
    Cascade,
    /// Every object is waited for until it is gone by uid.
    Gone,
    /// What is left is looked for.
    Orphans,
    /// What is still terminating is waited out.
    Terminating,
    /// The root is applied.
    Apply,
    /// The operation is asked for.
    Sync,
    /// Everything is waited for until it is as it should be.
    Settle,
    /// The cause of a stuck deletion is mended.
    Mend,
    /// The root's finalizers are removed.
    Strip,
}

impl Step {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Manual => "manual",
            Self::Hold => "hold",
            Self::Operations => "operations",
            Self::Finalizers => "finalizers",
            Self::Prune => "prune",
            Self::Cascade => "cascade",
            Self::Gone => "gone",
            Self::Orphans => "orphans",
            Self::Terminating => "terminating",
            Self::Apply => "apply",
            Self::Sync => "sync",
            Self::Settle => "settle",
            Self::Mend => "mend",
            Self::Strip => "strip",
        }
    }
}

/// What happens while it runs.
#[derive(Clone, Debug)]
pub enum Event {
    /// A stage begins.
    Step(Step),
    /// The cluster took a write.
    Wrote(Write),
    /// Still waiting, for these.
    Waiting {
        /// The stage.
        step: Step,
        /// Seconds since it began to wait.
        seconds: i64,
        /// What is not there yet, or not gone yet.
        hanging: Vec<Fact>,
    },
    /// Something to be said.
    Note(Fact),
}

/// Why a run did not reach its end.
#[derive(Debug)]
pub enum Stop {
    /// It must not be done; each reason names its object. Nothing was written.
    Refused(Vec<Fact>),
    /// The person asked to stop.
    Interrupted {
        /// The stage that was going on.
        step: Step,
        /// What was being waited for.
        hanging: Vec<Fact>,
    },
    /// Not within the time.
    Late {
        /// The stage.
        step: Step,
        /// What is not done.
        hanging: Vec<Fact>,
    },
    /// Waiting longer would not help.
    Failed(Vec<Fact>),
    /// The API server did not answer.
    Silent(NoReply),
    /// The API server said no.
    Answered {
        /// Method and path.
        asked: String,
        /// HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// What nothing can be decided without was not listed whole.
    Unseen(Gap),
    /// The journal can't be written, so nothing is.
    Journal(String),
}

impl Stop {
    /// Whether asking again may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Silent(_) => true,
            Self::Unseen(gap) => !matches!(gap.reason, Reason::Forbidden | Reason::NotFound),
            Self::Answered { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

impl From<NoReply> for Stop {
    fn from(e: NoReply) -> Self {
        Self::Silent(e)
    }
}

impl From<LiveError> for Stop {
    fn from(e: LiveError) -> Self {
        match e {
            LiveError::Unreachable { what, .. } => Self::Silent(NoReply::Cut(what)),
            LiveError::Unauthorized { what } => Self::Answered { asked: "GET /api".into(), status: 401, message: what },
            LiveError::Refused { path, status, what } => Self::Answered { asked: format!("GET {path}"), status, message: what },
            LiveError::Stopped => Self::Interrupted { step: Step::Read, hanging: vec![] },
            other @ (LiveError::Unreadable { .. } | LiveError::UnknownKind { .. }) => {
                let detail = other.to_string();
                Self::Unseen(Gap::of("", "*", None, Reason::Unreadable, detail))
            }
        }
    }
}

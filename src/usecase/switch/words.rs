//! The vocabulary: what was seen (`Fact`), what happens (`Event`), why it stopped (`Stop`), one change with its precondition (`Write`), one
//! instance that is to be gone (`Target`). No prose, and nothing is sent from here.
use crate::argo::SETTINGS;
use crate::argo::Strategy;
use crate::model::{Gap, Key, Reason, meta};
use crate::usecase::cluster::port::{Method, NoReply};
use crate::usecase::cluster::{LiveError, Resource};
use crate::usecase::switch::codes::{Code, Step};
use crate::usecase::switch::was::Was;
use crate::value::{Value, json};
use std::collections::BTreeMap;

/// One thing seen of one object. What a code means stands in `render::switch`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Fact {
    pub code: Code,
    pub object: Key,
    /// Names, finalizers, messages: as the cluster spells them. May be empty.
    pub detail: String,
}

impl Fact {
    pub fn new(code: Code, object: &Key, detail: impl Into<String>) -> Self {
        Self { code, object: object.clone(), detail: detail.into() }
    }

    /// The word that allows it, where a person may allow it.
    pub fn allowing(&self) -> Option<String> {
        let may = matches!(self.code, Code::WouldBeLost | Code::MendWouldLose | Code::Elsewhere);
        may.then(|| format!("{}/{}", self.object.kind, self.object.written()))
    }

    /// Whether it says that `argocd-cm` was not read, so that nothing tells how Argo CD marks what it manages.
    pub(super) fn hides_settings(&self) -> bool {
        self.code == Code::UnseenSettings && self.object.name == SETTINGS[0]
    }
}

#[derive(Clone, Debug)]
pub enum Event {
    Step(Step),
    /// The cluster took a write.
    Wrote(Write),
    /// Still waiting, for these.
    Waiting {
        #[cfg_attr(not(feature = "rooms"), expect(dead_code, reason = "evid's tests tell the waits apart by it"))]
        step: Step,
        /// Seconds since it began to wait.
        seconds: i64,
        /// What is not there yet, or not gone yet; what was not told before comes first.
        hanging: Vec<Fact>,
        /// How many of them were not told before.
        fresh: usize,
    },
    Note(Fact),
}

/// Why a run did not reach its end.
#[derive(Debug)]
pub enum Stop {
    /// It must not be done; each reason names its object. Nothing was written.
    Refused(Vec<Fact>),
    /// The person asked to stop.
    Interrupted {
        step: Step,
        /// What was being waited for.
        hanging: Vec<Fact>,
    },
    /// Not within the time.
    Late {
        step: Step,
        /// What is not done.
        hanging: Vec<Fact>,
    },
    /// Waiting longer would not help.
    Failed(Vec<Fact>),
    /// The API server did not answer.
    Silent(NoReply),
    /// The API server said no.
    Answered { asked: String, status: u16, message: String },
    /// What nothing can be decided without was not listed whole.
    Unseen(Gap),
    /// The journal can't be written, so nothing is.
    Journal(String),
}

impl Stop {
    /// It must not be done, for one reason.
    pub(super) fn refused(code: Code, object: &Key, detail: impl Into<String>) -> Self {
        Self::Refused(vec![Fact::new(code, object, detail)])
    }

    /// Waiting longer would not help, for one reason.
    pub(super) fn failed(code: Code, object: &Key, detail: impl Into<String>) -> Self {
        Self::Failed(vec![Fact::new(code, object, detail)])
    }

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
            LiveError::Hub(e) => (*e).into(),
            other @ (LiveError::Unreadable { .. } | LiveError::UnknownKind { .. } | LiveError::SameCluster { .. }) => {
                let detail = other.to_string();
                Self::Unseen(Gap::of("", "*", None, Reason::Unreadable, detail))
            }
        }
    }
}

/// By what an operation is known again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// Names this run in `operation.info` (`evid.run-id`).
    pub run: String,
    /// A reviewer's text, to show that it passed through the cluster (`evid.nonce`).
    pub nonce: Option<String>,
    /// Who asks; `initiatedBy.username` is `evid/<user>`.
    pub user: String,
}

/// The field manager of everything evid writes.
pub(super) const MANAGER: &str = "evid";

#[derive(Clone, PartialEq, Debug)]
pub struct Write {
    /// What it is for: `manual`, `finalizer`, `prune` …
    pub what: &'static str,
    pub object: Key,
    /// The uid that it must have; empty for a creation.
    pub uid: String,
    pub method: Method,
    pub path: String,
    pub body: Value,
    /// The first write of an OFF: what the Applications were like before it, for the journal.
    pub before: BTreeMap<Key, Was>,
}

impl Write {
    /// A merge patch of an object as it was read: it fails where the object changed since.
    pub fn patch(what: &'static str, path: &str, live: &Value, mut change: Value) -> Self {
        let version = meta::text(live, "/metadata/resourceVersion");
        crate::value::set(&mut change, "/metadata/resourceVersion", version.into());
        Self::new(what, key_of(live), meta::uid(live), Method::Patch, path, change)
    }

    /// A deletion of that very instance.
    pub fn delete(what: &'static str, path: &str, object: &Key, uid: &str) -> Self {
        let body = json!({"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}});
        Self::new(what, object.clone(), uid, Method::Delete, path, body)
    }

    /// A creation; the name must be free.
    pub fn create(what: &'static str, collection: &str, object: &Key, body: Value) -> Self {
        Self::new(what, object.clone(), "", Method::Post, collection, body)
    }

    fn new(what: &'static str, object: Key, uid: &str, method: Method, path: &str, body: Value) -> Self {
        let path = format!("{path}?fieldManager={MANAGER}");
        Self { what, object, uid: uid.into(), method, path, body, before: BTreeMap::new() }
    }
}

/// The key of an object that says its apiVersion and kind.
pub(super) fn key_of(object: &Value) -> Key {
    let at = |p| meta::text(object, p);
    Key::new(crate::model::group_of(at("/apiVersion")), at("/kind"), at("/metadata/namespace"), at("/metadata/name"))
}

/// One instance that is to be gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub key: Key,
    /// Its uid: a later object of the same name is another one.
    pub uid: String,
    /// Where it is read.
    pub path: String,
    pub kind: Resource,
}

impl Target {
    pub fn delete(&self) -> Write {
        Write::delete("delete", &self.path, &self.key, &self.uid)
    }
}

/// What is asked of `off`, `on` and `repair`; each reads what it knows.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who, and by which run id.
    pub stamp: Stamp,
    /// OFF: how the children are removed.
    pub strategy: Strategy,
    /// OFF and ON: running operations are ended instead of waited for.
    pub terminate: bool,
    /// OFF and repair: objects that may be lost, as `KIND/NAMESPACE/NAME` or `KIND/NAME`; see `decide::allowed`.
    pub allow: Vec<String>,
    /// ON and repair: the root, for where it is missing; an AppProject that is.
    pub manifests: Vec<Value>,
    /// ON: Applications that must be there in the end, as they were in an earlier view or bundle.
    pub expected: BTreeMap<Key, Was>,
}

impl Options {
    /// Nothing but who asks.
    pub fn of(stamp: Stamp) -> Self {
        let (allow, manifests, expected) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { stamp, strategy: Strategy::Prune, terminate: false, allow, manifests, expected }
    }
}

//! `watch.jsonl`: what was seen between two points of a proof, in the order in which it was seen. Stored forms only; who watched, and how,
//! is not known here.
use serde::Deserialize;
use serde::Serialize;

/// The entry's name.
pub const WATCH: &str = "watch.jsonl";

/// One line: something that was seen at a time (RFC 3339 UTC).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Seen {
    /// Watching has begun, before the bundle before this one was whole.
    From {
        /// When.
        time: String,
    },
    /// A pod as it is from now on; after [`Seen::From`] every pod that is there.
    Pod(Pod),
    /// A sample of a declared probe.
    Probe {
        /// When it was asked.
        time: String,
        /// Its layer.
        layer: String,
        /// Its name.
        probe: String,
        /// Whether the answer was the right one.
        right: bool,
        /// Whether it could be asked at all: what was refused says nothing of the service.
        asked: bool,
        /// What was wrong, as words of the probe's outcome; empty where it was right.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        what: String,
    },
    /// Something may have happened unseen.
    Gap {
        /// When it was noticed.
        time: String,
        /// Why.
        detail: String,
    },
    /// Watching went on to here, while the bundle was being captured.
    Until {
        /// When.
        time: String,
    },
}

/// What one pod says of itself.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pod {
    /// When it was seen so.
    pub time: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// uid.
    pub uid: String,
    /// Kind of its controller; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner_kind: String,
    /// uid of its controller; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Whether its Ready condition is True.
    pub ready: bool,
    /// Restarts of all its containers.
    pub restarts: u64,
    /// Whether it has a deletionTimestamp.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleting: bool,
    /// Whether it is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

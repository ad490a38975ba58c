//! Reads a folder of answers that were collected with kubectl or must-gather: files → answers → questions → gaps. Every doubt becomes a
//! gap; no doubt stops the reading. Must not know what evid does with an object.
mod attest;
mod catalogue;
mod content;
mod folders;
mod name;
mod open;
mod read;
mod resolve;
mod stderr;
mod walk;

use crate::model::{Gap, Source};
use crate::usecase::capture::{Collected, List};
use serde_json::Value;
use std::path::PathBuf;

pub use read::read;

/// All content of a dump.
#[derive(Clone, Debug)]
pub struct Dump {
    /// The answers, in the order of their files.
    pub lists: Vec<RawList>,
    /// What was not answered or not understood, sorted.
    pub gaps: Vec<Gap>,
    /// Whether what kubectl wrote to stderr is kept beside the answers.
    pub keeps_stderr: bool,
    /// RFC 3339 time at which the collection began.
    pub started: Option<String>,
    /// RFC 3339 time at which it ended.
    pub finished: Option<String>,
    /// The answer of `kubectl version -o json` or `/version`.
    pub version: Option<Value>,
    /// The highest resourceVersion of Events, which are not kept.
    pub events_high_rv: Option<u64>,
    /// Files that are not part of a dump, by their names or by their content.
    pub ignored: Vec<String>,
}

/// The objects of one kind in one file.
#[derive(Clone, Debug)]
pub struct RawList {
    /// Path relative to the folder, with `/`.
    pub file: String,
    /// API group; empty for the core group.
    pub group: String,
    /// Kind, if anything tells it.
    pub kind: Option<String>,
    /// Plural resource name, if anything tells it.
    pub resource: Option<String>,
    /// The namespace that was asked; none for the whole cluster.
    pub namespace: Option<String>,
    /// Whether the API was asked for all of them, so that an object missing here does not exist.
    pub is_question: bool,
    /// resourceVersion of the list.
    pub resource_version: Option<String>,
    /// Whether it is certain that no error emptied it.
    pub attested: bool,
    /// The objects, each with apiVersion and kind.
    pub items: Vec<Value>,
    /// Whether it says that more pages follow.
    pub continue_token: bool,
}

impl From<Dump> for Collected {
    fn from(dump: Dump) -> Self {
        let list = |l: RawList| List {
            file: l.file,
            group: l.group,
            resource: l.resource,
            namespace: l.namespace,
            is_question: l.is_question,
            resource_version: l.resource_version,
            items: l.items,
            count: None,
            read: None,
        };
        let version = dump
            .version
            .as_ref()
            .and_then(|v| v.pointer("/serverVersion/gitVersion").or_else(|| v.get("gitVersion"))?.as_str().map(str::to_owned));
        Self {
            gaps: dump.gaps,
            started: dump.started,
            finished: dump.finished,
            version,
            highest: dump.events_high_rv,
            ..Self::of(Source::Dump, dump.lists.into_iter().map(list).collect())
        }
    }
}

/// A folder that is no dump.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// An I/O error.
    #[error("{}: can't be read: {source}. Give the folder in which the answers of `kubectl get KIND -A -o json` lie", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It is a file.
    #[error("{}: is not a folder. Give the folder in which the answers of `kubectl get KIND -A -o json` lie", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// It holds no object and no list.
    #[error(
        "{}: holds no answer of a cluster{}. Expected are files such as pods.json or deployments.apps.yaml.gz (`kubectl get KIND -A -o json`), a must-gather, or what `kubectl cluster-info dump` writes",
        path.display(), first.as_ref().map(|f| format!(" ({f})")).unwrap_or_default()
    )]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// The first text that was not understood.
        first: Option<String>,
    },
}

/// A text that can't be understood: file, line, message.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Problem {
    file: String,
    detail: String,
}

impl Problem {
    fn new(file: &str, line: Option<usize>, what: String) -> Self {
        let detail = line.map_or_else(|| format!("{file}: {what}"), |n| format!("{file}: line {n}: {what}"));
        Self { file: file.to_owned(), detail }
    }
}

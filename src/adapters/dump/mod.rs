//! Reads a folder of answers that were collected with kubectl or must-gather: files → answers → questions → gaps. Every doubt becomes a
//! gap; no doubt stops the reading. Must not know what evid does with an object.
mod answer;
mod attest;
mod catalogue;
mod content;
mod folders;
mod name;
mod open;
mod read;
mod resolve;
mod seen;
mod stderr;
mod walk;
mod window;

use crate::adapters::FileError;
use std::path::PathBuf;

pub use read::{read, read_through};

/// A folder that is no dump.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The disk said no.
    #[error("{0}. Give the folder in which the answers of `kubectl get KIND -A -o json` lie")]
    Io(FileError),
    /// A file.
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

//! What is asked for: by words, or by the demo.
use crate::adapters::kube::Access;
use crate::cli::signer::SignArgs;
use crate::usecase::prove::Goal;
use crate::usecase::switch::{Strategy, Times};
use std::path::PathBuf;
use std::time::Duration;

/// What is asked for.
pub(crate) struct Asked {
    pub(crate) cluster: Access,
    /// The cluster of Argo CD, where that is another one.
    pub(crate) hub: Option<Access>,
    /// Whether the cluster outlives the run.
    pub(crate) lasts: bool,
    pub(crate) goal: Option<Goal>,
    pub(crate) strategy: Strategy,
    pub(crate) terminate: bool,
    pub(crate) allow: Vec<String>,
    pub(crate) manifest: Option<PathBuf>,
    pub(crate) times: Times,
    pub(crate) out: PathBuf,
    pub(crate) resume: Option<PathBuf>,
    pub(crate) nonce: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) yes: bool,
    pub(crate) restore: bool,
    pub(crate) interval: Duration,
    pub(crate) signing: SignArgs,
    /// Whether stdout has the report's predicate instead of its text.
    pub(crate) json: bool,
    /// Whether the run's text folders are left with it.
    pub(crate) export: bool,
}

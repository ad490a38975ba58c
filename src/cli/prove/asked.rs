//! What is asked for: by words, or by the demo.
use crate::adapters::kube::Access;
use crate::usecase::prove::Goal;
use crate::usecase::switch::Strategy;
use crate::usecase::switch::Times;
use std::path::PathBuf;
use std::time::Duration;

/// What is asked for.
pub(crate) struct Asked {
    pub(crate) cluster: Access,
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
    pub(crate) sign: Option<PathBuf>,
}

impl Asked {
    /// This goal on this cluster, and nothing said of anything else.
    #[cfg(feature = "demo")]
    pub(crate) fn of(goal: Goal, cluster: Access) -> Self {
        Self {
            cluster,
            goal: Some(goal),
            strategy: Strategy::Prune,
            terminate: false,
            allow: Vec::new(),
            manifest: None,
            times: Times::default(),
            out: "proof".into(),
            resume: None,
            nonce: None,
            reference: None,
            yes: false,
            restore: false,
            interval: Duration::from_secs(5),
            sign: None,
        }
    }
}

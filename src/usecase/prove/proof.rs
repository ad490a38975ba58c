//! One run: what it asks and changes, where it leaves its evidence, and how far it is.
use crate::usecase::cluster::port::Watch;
use crate::usecase::probes::Planned;
use crate::usecase::prove::sample::Sampler;
use crate::usecase::prove::state::{Folder, State};
use crate::usecase::prove::watch::Watched;
use crate::usecase::prove::words::{News, ProveError};
use crate::usecase::session::Session;
use crate::usecase::switch::Strategy;
use crate::usecase::switch::{Journal, Times};
use serde_json::Value;

/// How the switch is turned, and as whom.
pub struct Turns {
    /// How the children are removed.
    pub strategy: Strategy,
    /// Running operations are ended instead of waited for.
    pub terminate: bool,
    /// Objects that may be lost.
    pub allow: Vec<String>,
    /// The root's manifest, for where it is missing.
    pub manifest: Option<Value>,
    /// As whom it is written.
    pub user: String,
    /// How long things may take.
    pub times: Times,
}

/// One run.
pub struct Proof<'a, F: Folder> {
    /// The cluster and its platform.
    pub session: Session<'a>,
    /// The probes that are asked.
    pub probes: &'a [Planned],
    /// How the switch is turned.
    pub turns: Turns,
    /// Where the bundles and the state go.
    pub folder: F,
    /// The record of what is written to the cluster.
    pub journal: &'a mut dyn Journal,
    /// Who is told.
    pub told: &'a mut dyn FnMut(News<'_, F::Sealed>),
    /// How far it is.
    pub state: State,
}

/// What goes on between the points.
pub(super) struct Between<'a> {
    pub watch: &'a dyn Watch,
    pub watched: Watched,
    pub sampler: &'a Sampler,
}

impl<F: Folder> Proof<'_, F> {
    /// Keeps the state; the first time, that makes the folder of the run.
    ///
    /// # Errors
    /// Where the folder can't.
    pub fn keep(&mut self) -> Result<(), ProveError> {
        self.folder.keep(&self.state).map_err(ProveError::Folder)
    }
}

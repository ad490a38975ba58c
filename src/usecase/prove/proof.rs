//! One run: what it asks and changes, where it leaves its evidence, and how far it is.
use crate::usecase::cluster::port::Watch;
use crate::usecase::probes::Planned;
use crate::usecase::prove::sample::Sampler;
use crate::usecase::prove::state::{Folder, State};
use crate::usecase::prove::watch::Watched;
use crate::usecase::prove::words::{News, ProveError};
use crate::usecase::session::Session;
use crate::usecase::switch::{Journal, Options, Times};

pub struct Proof<'a, F: Folder> {
    pub session: Session<'a>,
    pub probes: &'a [Planned],
    /// How the switch is turned, and as whom; each turn has a run id of its own.
    pub options: Options,
    /// How long a turn may take.
    pub times: Times,
    /// Where the bundles and the state go.
    pub folder: F,
    /// The record of what is written to the cluster.
    pub journal: &'a mut dyn Journal,
    pub told: &'a mut dyn FnMut(News<'_, F::Sealed>),
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
    pub fn keep(&mut self) -> Result<(), ProveError> {
        self.folder.keep(&self.state).map_err(ProveError::Folder)
    }
}

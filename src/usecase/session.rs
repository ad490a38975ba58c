//! A live cluster and the platform that it is asked about: what a capture and a proof ask of them, in one place. Must not know how requests
//! travel, nor what an answer is for.
use crate::argo::Here;
use crate::bundle::config::{Config, Secrets};
use crate::bundle::probe::Line;
use crate::canon::redact::Redactor;
use crate::kinds::Rules;
use crate::model::{Hub, Layer, Objects};
use crate::usecase::capture::live::{Live, Scope};
use crate::usecase::capture::packed::PackedList;
use crate::usecase::capture::{Collected, Intake, live};
use crate::usecase::cluster::LiveError;
use crate::usecase::cluster::port::{Api, Clock, stamp};
use crate::usecase::probes::{self, Places, Planned, Reach, Resolved, World};

/// What is asked, through what, and by which description of the platform.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    pub api: &'a (dyn Api + Sync),
    /// Its address, as a bundle names it.
    pub server: &'a str,
    /// The address of the hub, where Argo CD runs in another cluster.
    pub hub: Option<&'a str>,
    pub reach: &'a (dyn Reach + Sync),
    pub clock: &'a (dyn Clock + Sync),
    /// What `evid.yaml` says.
    pub config: &'a Config,
    pub layers: &'a [Layer],
    pub rules: &'a Rules,
    pub redactor: &'a Redactor,
    /// Told how far it is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// How far a long piece of work is.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// So many of the questions are answered, with so many objects.
    Asked {
        done: usize,
        total: usize,
        objects: u64,
    },
    /// So many probes are asked.
    Probing(usize),
    Done,
}

/// What a configuration says of what is asked.
pub fn scope(config: &Config) -> Scope {
    Scope { leave_out: config.leave_out.clone(), content: config.secrets == Secrets::Digests, ..Scope::default() }
}

impl Session<'_> {
    /// Asks the cluster everything.
    pub fn collect(&self, scope: &Scope, intake: &Intake<'_>) -> Result<Collected<PackedList>, LiveError> {
        let told = |done, total, objects| (self.progress)(Progress::Asked { done, total, objects });
        let collected = live::collect(&Live { api: self.api, clock: self.clock, rules: self.rules, scope, progress: &told }, intake);
        (self.progress)(Progress::Done);
        let collected = collected?;
        let hub = collected.hub.clone().map(|hub| Hub { server: self.hub.map(str::to_owned), ..hub });
        Ok(Collected { server: Some(self.server.to_owned()), hub, ..collected })
    }

    /// Which destinations of Applications are the cluster.
    pub fn here(&self) -> Here {
        let hub = self.api.sides().map(|_| self.hub);
        Here::new(Some(self.server), &self.config.cluster_names).managed_from(hub)
    }

    /// Whose the pods are.
    pub fn places(&self, objects: &dyn Objects) -> Places {
        Places::new(objects, self.rules, self.layers, self.config, &self.here())
    }

    /// Finds whom these probes are to ask, now.
    pub fn resolve(&self, planned: &[Planned], places: &Places) -> Vec<Resolved> {
        let is_of = |layer: &str, namespace: &str, pod: &str| places.is_of(layer, namespace, pod);
        probes::resolve(self.api, planned, self.redactor, &is_of)
    }

    /// Asks every probe for all its samples; gives the answers and when the last one came.
    pub fn probe(&self, planned: &[Planned], places: &Places) -> Result<(Vec<Line>, String), LiveError> {
        let resolved = self.resolve(planned, places);
        (self.progress)(Progress::Probing(resolved.len()));
        let lines = probes::run(self.world(), &resolved);
        (self.progress)(Progress::Done);
        if self.clock.stopped() { Err(LiveError::Stopped) } else { Ok((lines, stamp(self.clock.now()))) }
    }

    /// What asking apps needs.
    pub fn world(&self) -> World<'_> {
        World { reach: self.reach, clock: self.clock, redactor: self.redactor }
    }
}

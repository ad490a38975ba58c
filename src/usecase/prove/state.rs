//! What a run is to prove and how far it is, so that an interrupted run can be gone on with; and the port by which its folder keeps that.
use crate::usecase::capture::spool::Spool;
use crate::usecase::capture::{CaptureError, Outline, Put};
use crate::usecase::prove::goal::{Goal, Step};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::error::Error;

/// A run, as `run.json` in its folder has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// What it is to prove.
    pub goal: Goal,
    /// Names the run in the cluster too.
    pub run: String,
    /// The cluster that it began on: the uid of its Namespace kube-system. Without it a run can't be gone on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// When it began.
    pub started: String,
    /// A reviewer's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Whether the switch was on when it began: what `--restore` goes back to.
    #[serde(default)]
    pub was_on: Option<bool>,
    /// The Applications that hung below the switch, as `namespace/name`: they must be back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<String>,
    /// The steps that are done.
    pub done: Vec<String>,
}

impl State {
    /// A run that begins now.
    pub fn begin(goal: Goal, nonce: Option<String>, cluster: Option<String>, now: DateTime<Utc>) -> Self {
        let (run, started) = (format!("prove-{}", now.format("%Y%m%dT%H%M%SZ")), now.to_rfc3339_opts(SecondsFormat::Secs, true));
        Self { goal, run, cluster, started, nonce, was_on: None, expected: Vec::new(), done: Vec::new() }
    }

    /// Whether a step is done.
    pub fn has(&self, step: Step) -> bool {
        self.done.iter().any(|d| d == step.name())
    }

    /// The points of which there is a bundle.
    pub fn points(&self) -> Vec<&'static str> {
        let point = |s: &Step| if let Step::Point(name) = s { Some(*name) } else { None };
        self.goal.steps().iter().filter(|s| self.has(**s)).filter_map(point).collect()
    }

    /// The step that puts the switch back as it was; none where it was not touched.
    pub fn way_back(&self) -> Option<Step> {
        let touched = self.done.len() > 1 || self.was_on.is_some();
        touched.then(|| if self.was_on.unwrap_or(true) { Step::On } else { Step::Off })
    }
}

/// What a folder could not do.
pub type Fault = Box<dyn Error + Send + Sync>;

/// The folder of a run.
pub trait Folder {
    /// A bundle that was sealed.
    type Sealed;

    /// Keeps the state, whole; makes the folder where it is not there.
    fn keep(&mut self, state: &State) -> Result<(), Fault>;

    /// What was written to the cluster in this run so far, as its journal has it.
    fn actions(&self) -> Result<Vec<u8>, Fault>;

    /// Where captured objects wait, packed, until they are sealed.
    fn spool(&self) -> Result<Box<dyn Spool>, Fault>;

    /// Seals the bundle of a point, in place of what an interrupted run left of it.
    fn seal(&self, point: &str, files: &mut dyn FnMut(Put<'_>) -> Result<Outline, CaptureError>) -> Result<Self::Sealed, Fault>;
}

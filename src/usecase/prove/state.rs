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
    /// When it began.
    pub started: String,
    /// A reviewer's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Whether the switch was on before its first turn: what `--restore` goes back to. None before that turn wrote anything.
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
    pub fn begin(goal: Goal, nonce: Option<String>, now: DateTime<Utc>) -> Self {
        let (run, started) = (format!("prove-{}", now.format("%Y%m%dT%H%M%SZ")), now.to_rfc3339_opts(SecondsFormat::Secs, true));
        Self { goal, run, started, nonce, was_on: None, expected: Vec::new(), done: Vec::new() }
    }

    /// The state from which a run is gone on with: up to the first step that is not done. A point that was captured after a turn had failed is
    /// not what that turn comes to once it is taken again, so it is captured anew.
    pub fn resumed(mut self) -> Self {
        let whole = self.goal.steps().iter().take_while(|s| self.has(**s)).map(|s| s.name().to_owned()).collect();
        self.done = whole;
        self
    }

    /// Notes what a turn found before its first write. What was noted before stays: a turn that is taken again finds less.
    pub fn found(&mut self, on: bool, apps: impl Iterator<Item = String>) {
        self.was_on.get_or_insert(on);
        let new: Vec<String> = apps.filter(|app| !self.expected.contains(app)).collect();
        self.expected.extend(new);
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

#[cfg(test)]
mod tests {
    use super::State;
    use crate::usecase::prove::goal::Goal;

    fn begun(done: &[&str]) -> State {
        let done = done.iter().map(|d| (*d).to_owned()).collect();
        State { done, ..State::begin(Goal::RoundTrip, None, chrono::DateTime::UNIX_EPOCH) }
    }

    #[test]
    fn a_turn_that_failed_is_taken_again_and_every_point_after_it_captured_anew() {
        for (done, resumed) in [
            (&["before", "off"][..], &["before"][..]),
            (&["before", "switch-off", "off", "on"], &["before", "switch-off", "off"]),
            (&["before", "switch-off"], &["before", "switch-off"]),
            (&["off"], &[]),
            (&[], &[]),
        ] {
            assert_eq!(begun(done).resumed().done, resumed, "{done:?}");
        }
    }

    #[test]
    fn what_the_first_turn_found_is_neither_overwritten_nor_lost_when_it_is_taken_again() {
        let mut state = begun(&["before"]);
        state.found(true, ["a/x", "a/y"].map(str::to_owned).into_iter());
        state.found(false, ["a/y", "a/z"].map(str::to_owned).into_iter());
        assert_eq!((state.was_on, state.expected), (Some(true), ["a/x", "a/y", "a/z"].map(str::to_owned).to_vec()));
    }
}

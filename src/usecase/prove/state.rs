//! What a run is to prove and how far it is, so that an interrupted run can be gone on with; and the port by which its folder keeps that.
use crate::usecase::capture::spool::Spool;
use crate::usecase::capture::{CaptureError, Outline, Put};
use crate::usecase::prove::goal::{Goal, Step};
use crate::usecase::switch::Was;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;

/// A run, as `run.json` in its folder has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    pub goal: Goal,
    /// Names the run in the cluster too.
    pub run: String,
    /// The cluster that it began on: the uid of its Namespace kube-system. Without it a run can't be gone on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The uid of the hub, where Argo CD runs in another cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<String>,
    /// What the kubeconfig calls that cluster; a name, and no evidence of which one it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    pub started: String,
    /// When it was gone on with after an interruption.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<String>,
    /// A reviewer's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Whether the switch was on before its first turn: what `--restore` goes back to. None before that turn wrote anything.
    #[serde(default)]
    pub was_on: Option<bool>,
    /// The root and the Applications that hung below it, as they were, by `namespace/name`: they must be back so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expected: BTreeMap<String, Was>,
    pub done: Vec<String>,
    /// Whether it reached its end, and its report says proven.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proven: bool,
}

impl State {
    /// A run that begins now.
    pub fn begin(goal: Goal, nonce: Option<String>, cluster: Option<String>, now: DateTime<Utc>) -> Self {
        let (run, started) = (format!("prove-{}", now.format("%Y%m%dT%H%M%SZ")), now.to_rfc3339_opts(SecondsFormat::Secs, true));
        let (expected, resumed, done) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { goal, run, cluster, hub: None, context: None, started, resumed, nonce, was_on: None, expected, done, proven: false }
    }

    /// The state from which a run is gone on with now: up to the first step that is not done. A point that was captured after a turn had failed is
    /// not what that turn comes to once it is taken again, so it is captured anew.
    pub fn resumed(mut self, now: DateTime<Utc>) -> Self {
        self.resumed.push(now.to_rfc3339_opts(SecondsFormat::Secs, true));
        let whole = self.goal.steps().iter().take_while(|s| self.has(**s)).map(|s| s.name().to_owned()).collect();
        (self.done, self.proven) = (whole, false);
        self
    }

    /// Notes what a turn found before its first write. What was noted before stays: a turn that is taken again finds less.
    pub fn found(&mut self, on: bool, apps: BTreeMap<String, Was>) {
        self.was_on.get_or_insert(on);
        for (app, was) in apps {
            self.expected.entry(app).or_insert(was);
        }
    }

    pub fn has(&self, step: Step) -> bool {
        self.done.iter().any(|d| d == step.name())
    }

    /// The turn that was taken and did not reach its end, where the points after it were captured all the same.
    pub fn failed(&self) -> Option<Step> {
        let steps = self.goal.steps();
        let last = steps.iter().rposition(|s| self.has(*s))?;
        steps.iter().take(last).copied().find(|s| !self.has(*s))
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
    use crate::usecase::switch::Was;

    fn begun(done: &[&str]) -> State {
        let done = done.iter().map(|d| (*d).to_owned()).collect();
        State { done, ..State::begin(Goal::RoundTrip, None, None, chrono::DateTime::UNIX_EPOCH) }
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
            assert_eq!(begun(done).resumed(chrono::DateTime::UNIX_EPOCH).done, resumed, "{done:?}");
        }
    }

    #[test]
    fn the_turn_that_failed_is_the_one_that_is_not_done_before_a_point_that_is() {
        use crate::usecase::prove::goal::Step;
        for (done, failed) in [
            (&["before", "off"][..], Some(Step::Off)),
            (&["before", "switch-off", "off", "on"], Some(Step::On)),
            (&["before"], None),
            (&["before", "switch-off", "off", "switch-on", "on"], None),
        ] {
            assert_eq!(begun(done).failed(), failed, "{done:?}");
        }
    }

    #[test]
    fn what_the_first_turn_found_is_neither_overwritten_nor_lost_when_it_is_taken_again() {
        let mut state = begun(&["before"]);
        let all = |apps: [&str; 2], health: &str| {
            let was = Was { health: health.to_owned(), ..Was::default() };
            apps.map(|app| (app.to_owned(), was.clone())).into_iter().collect()
        };
        state.found(true, all(["a/x", "a/y"], "Degraded"));
        state.found(false, all(["a/y", "a/z"], "Healthy"));
        let expected: Vec<(&str, &str)> = state.expected.iter().map(|(app, was)| (&**app, &*was.health)).collect();
        assert_eq!((state.was_on, expected), (Some(true), vec![("a/x", "Degraded"), ("a/y", "Degraded"), ("a/z", "Healthy")]));
    }
}

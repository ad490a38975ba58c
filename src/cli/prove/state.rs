//! What a run is to prove and how far it is: `run.json` in its folder, so that an interrupted run can be gone on with.
use crate::adapters::fresh;
use crate::cli::failure::Failure;
use crate::cli::prove::goal::{Goal, Step};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A run, as its folder keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct State {
    pub(super) goal: Goal,
    /// Names the run in the cluster too.
    pub(super) run: String,
    /// When it began.
    pub(super) started: String,
    /// A reviewer's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<String>,
    /// Whether the switch was on when it began: what `--restore` goes back to.
    #[serde(default)]
    pub(super) was_on: Option<bool>,
    /// The Applications that hung below the switch, as `namespace/name`: they must be back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) expected: Vec<String>,
    /// The steps that are done.
    pub(super) done: Vec<String>,
}

const FILE: &str = "run.json";

impl State {
    /// Reads the state of an interrupted run.
    pub(super) fn read(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join(FILE);
        let wrong = |what: String| Failure::new(format!("{}: {what}", path.display())).hint("`--resume DIR` wants the folder of a run");
        let bytes = std::fs::read(&path).map_err(|e| wrong(e.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))
    }

    /// Writes it, whole.
    pub(super) fn write(&self, dir: &Path) -> Result<(), Failure> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        let path = dir.join(FILE);
        fresh::replace(&path, &bytes, 0o644).map_err(|e| Failure::new(format!("{}: {e}", path.display())))
    }

    /// Where a point's bundle is.
    pub(super) fn bundle(dir: &Path, name: &str) -> PathBuf {
        dir.join(format!("{name}{}", crate::adapters::archive::ENDING))
    }

    /// Notes that a step is done.
    pub(super) fn complete(&mut self, step: Step, dir: &Path) -> Result<(), Failure> {
        self.done.push(step.name().to_owned());
        self.write(dir)
    }
}

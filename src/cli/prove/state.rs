//! What a run is to prove and how far it is: `run.json` in its folder, so that an interrupted run can be gone on with.
use crate::adapters::fresh;
use crate::claims::Expect;
use crate::cli::failure::Failure;
use serde::Deserialize;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;

/// What is to be proven.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Goal {
    /// The switched layer can go, and nothing else changes
    CoreOnly,
    /// The switched layer comes back, and nothing else changes
    OptionalOn,
    /// It goes and comes back
    RoundTrip,
}

/// One step of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// A bundle of this name.
    Point(&'static str),
    /// The switch goes off.
    Off,
    /// The switch goes on.
    On,
}

impl Step {
    /// Its name in `run.json`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Point(name) => name,
            Self::Off => "switch-off",
            Self::On => "switch-on",
        }
    }
}

impl Goal {
    /// The steps, in order.
    pub(super) fn steps(self) -> &'static [Step] {
        match self {
            Self::CoreOnly => &[Step::Point("before"), Step::Off, Step::Point("off")],
            Self::OptionalOn => &[Step::Point("before"), Step::On, Step::Point("on")],
            Self::RoundTrip => &[Step::Point("before"), Step::Off, Step::Point("off"), Step::On, Step::Point("on")],
        }
    }

    /// What the bundles should show.
    pub(super) fn expect(self) -> Option<Expect> {
        match self {
            Self::CoreOnly => Some(Expect::CoreOnly),
            Self::OptionalOn => Some(Expect::OptionalOn),
            Self::RoundTrip => None,
        }
    }

    /// The word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::CoreOnly => "core-only",
            Self::OptionalOn => "optional-on",
            Self::RoundTrip => "round-trip",
        }
    }
}

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

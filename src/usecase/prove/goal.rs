//! What can be proven, as steps: points that are captured and turns of the switch.
use crate::claims::Expect;
use crate::model::words;
use serde::{Deserialize, Serialize};

words! {
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    Goal {
        /// The switched layer can go, and nothing else changes.
        CoreOnly = "core-only",
        /// The switched layer comes back, and nothing else changes.
        OptionalOn = "optional-on",
        /// It goes and comes back.
        RoundTrip = "round-trip",
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// A bundle of this name.
    Point(&'static str),
    Off,
    On,
}

impl Step {
    /// Its name in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Point(name) => name,
            Self::Off => "switch-off",
            Self::On => "switch-on",
        }
    }

    /// Whether it turns the switch.
    pub fn turns(self) -> bool {
        !matches!(self, Self::Point(_))
    }
}

impl Goal {
    pub fn steps(self) -> &'static [Step] {
        match self {
            Self::CoreOnly => &[Step::Point("before"), Step::Off, Step::Point("off")],
            Self::OptionalOn => &[Step::Point("before"), Step::On, Step::Point("on")],
            Self::RoundTrip => &[Step::Point("before"), Step::Off, Step::Point("off"), Step::On, Step::Point("on")],
        }
    }

    pub fn expect(self) -> Option<Expect> {
        match self {
            Self::CoreOnly => Some(Expect::CoreOnly),
            Self::OptionalOn => Some(Expect::OptionalOn),
            Self::RoundTrip => None,
        }
    }
}

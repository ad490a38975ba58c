//! What a run tells while it goes, and why it stops. No prose.
use crate::usecase::capture::{CaptureError, Captured};
use crate::usecase::cluster::LiveError;
use crate::usecase::prove::goal::{Goal, Step};
use crate::usecase::prove::state::Fault;
use crate::usecase::switch::off::Off;
use crate::usecase::switch::{Event, Settled, Stop, off, on};

/// What happens while it runs.
pub enum News<'a, Sealed> {
    Step {
        nth: usize,
        of: usize,
        step: Step,
    },
    /// What the first turn will do, where it is a way off.
    WillGoOff(&'a off::Plan),
    /// What the first turn will do, where it is a way on.
    WillComeOn(&'a on::Plan),
    Unwatched,
    Captured(&'a Captured<'a, Sealed>),
    /// How a turn of the switch goes.
    Turning(&'a Event),
    /// The layer is off, as far as it went.
    Off(&'a Off),
    /// The layer is on.
    On(&'a Settled),
    /// A turn did not reach its end.
    Failed(ProveError),
}

/// Why a run does not go on.
#[derive(Debug)]
pub enum ProveError {
    /// The switch is off already: its going off can't be proven.
    AlreadyOff(Goal),
    /// The layer lives already: its return can't be proven.
    AlreadyOn,
    /// The person asked to stop before anything was written.
    Stopped,
    Switch(Stop),
    /// Something lives that should be gone.
    Left,
    /// The cluster can't be asked.
    Live(LiveError),
    /// What was captured can't become a bundle.
    Capture(CaptureError),
    /// One of evid's own documents can't be written.
    Document(serde_json::Error),
    /// There is no place for what is captured.
    Spool(Fault),
    Folder(Fault),
}

impl From<CaptureError> for ProveError {
    fn from(e: CaptureError) -> Self {
        Self::Capture(e)
    }
}

impl From<serde_json::Error> for ProveError {
    fn from(e: serde_json::Error) -> Self {
        Self::Document(e)
    }
}

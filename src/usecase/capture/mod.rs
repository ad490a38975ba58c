//! Capture: a source's answers → intake (redacted, packed) → one object for each key, gaps → probes → facets → the files of a bundle.
//! Must not know how a source is read, nor how the files are sealed.
mod collected;
pub(super) mod contradictions;
mod files;
pub mod intake;
pub mod live;
pub mod objects;
pub mod packed;
mod recheck;
mod run;
mod snapshot;
pub mod spool;
pub(super) mod universe;

pub use collected::{CaptureError, Collected, List};
pub use files::Outline;
pub use intake::Intake;
pub use run::{Beside, Captured, Put, run};
pub use snapshot::objects_of;
#[cfg(feature = "rooms")]
pub use snapshot::snapshot;

pub(super) use snapshot::cluster;

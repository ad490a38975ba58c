//! Judges named claims about one, two or three bundles. A claim is a data file; it can use only the predicates of a closed list. Does no
//! I/O of its own, and missing evidence is never an error: what was not seen is a doubt.
mod between;
pub mod catalogue;
mod codes;
mod evidence;
mod finding;
mod gather;
mod judge;
mod makers;
mod position;
mod predicates;
mod question;
mod seen;
mod witness;
mod written;

pub use codes::Code;
pub use evidence::Evidence;
pub use finding::{Effect, Finding};
pub use judge::{Judged, judge};
pub use position::Position;
pub use predicates::{VOLUME_PATHS, VOLUME_SERVERS};
pub use question::Expect;

//! The switch: turns a layer off and on through its root Application, tells what state that is in, and repairs a root that
//! hangs in Deleting. Decisions (`plan`, `fate`, `ops`, `cause`) are pure; only `write` changes the cluster, each change with a
//! precondition and a line in the journal before and after. Knows no terminal, no file and no HTTP client; what a person reads
//! is chosen in `render`.
//!
//! **"Gone" is each object 404 by uid, never the root's status. A child is never stripped of a finalizer but the one that evid
//! gave it. Ancestry decides whose an Application is, whatever its labels say.**
pub mod cause;
mod codes;
mod fact;
pub mod fate;
mod gone;
mod guard;
pub mod off;
pub mod on;
mod ops;
mod orphans;
pub mod plan;
mod read;
pub mod repair;
mod run;
mod scan;
mod settle;
pub mod status;
mod tree;
mod view;
mod vocabulary;
mod waits;
mod write;

pub use codes::Code;
pub use fact::{Event, Fact, Step, Stop};
pub use ops::{Stamp, cleaned};
pub use run::{Journal, Progress, Run, Times};
pub use settle::Settled;
pub use view::View;
pub use vocabulary::Write;

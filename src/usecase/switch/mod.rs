//! The switch: turns a layer off and on through its root Application, tells what state that is in, and repairs a root that
//! hangs in Deleting. `words` is the vocabulary; `decide` is pure; `act` reads and waits, and its `write` alone changes the cluster, each change
//! with a precondition and a line in the journal before and after. `off`, `on`, `repair` and `status` read as their protocols. Knows no
//! terminal, no file and no HTTP client; what a person reads is chosen in `render`.
//!
//! **"Gone" is each object 404 by uid, never the root's status. A child is never stripped of a finalizer but the one that evid
//! gave it. Ancestry decides whose an Application is, whatever its labels say.**
mod act;
mod codes;
mod decide;
pub mod off;
pub mod on;
pub mod repair;
mod run;
pub mod status;
mod was;
mod words;

pub use crate::argo::Strategy;
pub use act::until_healthy::Settled;
pub use codes::{Code, Step};
pub use decide::before;
pub use decide::manifests::cleaned;
pub use decide::scan::Scan;
pub use decide::view::View;
pub use run::{Journal, Run, Times};
pub use was::Was;
pub use words::{Event, Fact, Options, Stamp, Stop, Target, Write};

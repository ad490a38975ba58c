//! The proof: points (bundles), turns of the switch between them, what was watched meanwhile, and what follows. `walk` is the loop; each step is
//! in `point` or `turn`. Knows no clock, no disk and no terminal: the folder of a run is a port, and what happens is told in `News`.
mod goal;
mod judge;
mod point;
mod proof;
mod sample;
mod state;
#[cfg(test)]
mod tests;
mod turn;
mod walk;
mod watch;
mod words;

pub use goal::{Goal, Step};
pub use judge::judge;
pub use proof::Proof;
pub use state::{Fault, Folder, State};
pub use words::{News, ProveError};

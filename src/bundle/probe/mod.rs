//! Health probes, the pure part: the declaration, the answer in the form that is kept, its judgement, and the lines of
//! `probes/<layer>.jsonl`. Knows no cluster, no clock and no way to ask.
mod answer;
mod check;
mod declaration;
mod expect;
mod judge;
mod line;
mod time;

#[cfg(feature = "rooms")]
pub use answer::KEPT;
pub use answer::{Answer, Heard, Raw, Silence, Why, is_status};
pub use check::defects;
pub use declaration::{Exec, Method, Pod, Port, Probe, Service, Through, built_in};
#[cfg(feature = "rooms")]
pub use judge::Outcome;
pub use judge::{Is, Miss, judge};
pub use line::{Asked, Line, PodSeen, Sample, Target, file};
pub use time::Span;

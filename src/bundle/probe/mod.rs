//! Health probes, the pure part: the declaration, the answer in the form that is kept, its judgement, and the lines of
//! `probes/<layer>.jsonl`. Knows no cluster, no clock and no way to ask.
mod answer;
mod check;
mod declaration;
mod expect;
mod judge;
mod line;
mod time;

pub use answer::{Answer, Heard, KEPT, Raw, Silence, Why, is_status};
pub use check::defects;
pub use declaration::{Exec, Method, Pod, Port, Probe, Service, Through, built_in};
pub use expect::{Check, Expect};
pub use judge::{Is, Miss, Outcome, judge};
pub use line::{Asked, Line, PodSeen, Sample, Target, file};
pub use time::Span;

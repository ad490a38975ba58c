//! Health probes, the pure part: what is declared, what an answer is as it is kept, what it comes to, and the lines of
//! `probes/<layer>.jsonl`. Knows no cluster, no clock and no way to ask.
mod answer;
mod check;
mod declaration;
mod expect;
mod judge;
mod line;
mod time;

pub use answer::Answer;
pub use answer::Heard;
pub use answer::KEPT;
pub use answer::Raw;
pub use answer::Silence;
pub use answer::Why;
pub use answer::is_status;
pub use check::defects;
pub use declaration::Exec;
pub use declaration::Method;
pub use declaration::Pod;
pub use declaration::Port;
pub use declaration::Probe;
pub use declaration::Service;
pub use declaration::Through;
pub use declaration::built_in;
pub use expect::Check;
pub use expect::Expect;
pub use judge::Is;
pub use judge::Miss;
pub use judge::Outcome;
pub use judge::judge;
pub use line::Asked;
pub use line::Line;
pub use line::PodSeen;
pub use line::Sample;
pub use line::Target;
pub use line::file;
pub use time::Span;

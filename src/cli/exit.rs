//! The exit codes: what a script may rely on.
use crate::model::Verdict;
use std::process::ExitCode;

/// How the process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Proven, no difference, done.
    Proven = 0,
    /// Refuted, different.
    Refuted = 1,
    /// Usage, or it could not run.
    Usage = 2,
    /// Inconclusive, incomplete.
    Inconclusive = 3,
    /// Integrity or signature failure.
    Broken = 4,
    /// Ctrl-C or SIGTERM, before it was done.
    Interrupted = 130,
}

/// The table at the end of `--help`.
pub const HELP: &str = "Exit codes:
  0  proven, or no difference
  1  refuted, or different
  2  wrong usage, or it could not run
  3  inconclusive, or incomplete
  4  integrity or signature failure
  130  interrupted";

impl Exit {
    /// The worse of two exits: interrupted, broken, then refuted, then inconclusive.
    pub fn at_best(self, other: Self) -> Self {
        const RISING: [Exit; 6] = [Exit::Proven, Exit::Inconclusive, Exit::Refuted, Exit::Usage, Exit::Broken, Exit::Interrupted];
        let rank = |e: Self| RISING.iter().position(|x| *x == e);
        if rank(self) >= rank(other) { self } else { other }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Proven => Self::Proven,
            Verdict::Refuted => Self::Refuted,
            Verdict::Inconclusive | Verdict::NotApplicable => Self::Inconclusive,
        }
    }
}

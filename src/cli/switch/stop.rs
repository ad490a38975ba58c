//! Why the switch stopped, with a hint on the next step.
use crate::cli::{Exit, Failure};
use crate::render::switch as render;
use crate::render::words;
use crate::usecase::switch::Stop;

/// Why it stopped, and what to do next.
pub(crate) fn failure(stop: Stop) -> Failure {
    const GO_ON: &str = "`evid switch status` tells the state; `evid switch on` brings everything back, `evid switch off` goes on removing";
    let list = |facts: &[crate::usecase::switch::Fact]| render::facts(facts).trim_end().to_owned();
    match stop {
        Stop::Refused(facts) => Failure::new(format!("refused, nothing was written:\n{}", list(&facts))),
        Stop::Interrupted { step, hanging } => {
            let text = format!("stopped while {}\n{}", words::steps(step), list(&hanging));
            Failure::new(text.trim_end()).exit(Exit::Inconclusive).hint(GO_ON)
        }
        Stop::Late { step, hanging } => {
            let text = format!("too long {}\n{}", words::steps(step), list(&hanging));
            Failure::new(text.trim_end()).exit(Exit::Inconclusive).hint(GO_ON)
        }
        Stop::Failed(facts) => Failure::new(format!("waiting longer would not help:\n{}", list(&facts))).exit(Exit::Refuted).hint(GO_ON),
        Stop::Silent(e) => Failure::new(format!("the API server does not answer: {e}")).hint(GO_ON),
        Stop::Answered { asked, status, message } => Failure::new(format!("{asked}: {status} {message}")),
        Stop::Unseen(gap) => {
            let what = if gap.resource == "*" { "kinds" } else { &gap.resource };
            Failure::new(format!("{what} can't be listed: {}", gap.detail)).hint(GO_ON)
        }
        Stop::Journal(e) => Failure::new(format!("the journal can't be written: {e}")).hint("nothing is written to the cluster without it"),
    }
}

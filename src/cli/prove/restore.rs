//! A run that failed or was interrupted: what state things are in, and the way back.
use crate::adapters::interrupt;
use crate::cli::ask::confirm;
use crate::cli::failure::Failure;
use crate::cli::prove::Args;
use crate::cli::prove::state::State;
use crate::cli::prove::turn::Turn;
use crate::cli::{Done, ui};
use std::io::IsTerminal as _;
use std::path::Path;

/// Offers to put the switch back as it was, then ends with the failure.
pub(super) fn offer(args: &Args, turn: &mut Turn<'_>, state: &State, dir: &Path, failure: Failure) -> Done {
    let moved = state.done.len() > 1 || state.was_on.is_some();
    let next = format!("`evid prove --resume {}` goes on; `evid switch status` tells the state", dir.display());
    if !moved {
        return Err(failure.hint("the switch was not touched"));
    }
    let back = state.was_on.unwrap_or(true);
    let word = if back { "on" } else { "off" };
    let wanted = args.restore
        || (std::io::stdin().is_terminal()
            && confirm(&format!("The run did not reach its end. Switch {word} again?"), false, true).is_ok());
    if !wanted {
        return Err(failure.hint(format!("{next}; `evid switch {word}` puts it back")));
    }
    ui::message(&format!("the run did not reach its end; switching {word} again"));
    interrupt::fulfil();
    let mut state = state.clone();
    let restored = if back { turn.on(&mut state) } else { turn.off(&mut state) };
    match restored {
        Ok(()) => Err(failure.hint(format!("the switch is {word} again, as it was; {next}"))),
        Err(again) => {
            again.report();
            Err(failure.hint(next))
        }
    }
}

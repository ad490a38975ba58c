//! Asks a person.
use crate::cli::{Failure, ui};
use crate::render::told::told;
use std::io::{IsTerminal as _, Write as _};

/// Says where something will be written, and asks a person to confirm it.
///
/// # Errors
/// If there is no terminal to ask on, or the answer is no.
pub fn confirm(place: &str, question: &str, yes: bool) -> Result<(), Failure> {
    ui::message(place);
    if yes {
        return Ok(());
    }
    if ui::quiet() {
        return Err(Failure::new("what goes was not shown, so nobody can confirm it").hint("leave out `--quiet`, or add `--yes`"));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("nobody is here to confirm")
            .hint("`--yes` goes on without asking; `evid switch off --dry-run`, with the same options, shows every write"));
    }
    drop(write!(std::io::stderr().lock(), "{} [y/N] ", told(question)));
    if matches!(&*answer()?, "y" | "Y" | "yes") { Ok(()) } else { Err(Failure::new("nothing was written")) }
}

/// Reads a line from stdin, without blanks around it.
///
/// # Errors
/// If stdin can't be read.
pub fn answer() -> Result<String, Failure> {
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|e| Failure::new(format!("stdin can't be read: {e}")))?;
    Ok(answer.trim().to_owned())
}

//! The terminal: data to stdout, messages to stderr; colour and width only if there is a terminal.
use crate::canon::json;
use crate::cli::called;
use crate::render::foreign;
use crate::render::table::Style;
use crate::render::told::told;
use crate::render::wrapped::wrapped;
use crate::value::Value;
use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

/// Writes data to stdout. If the reader has closed the pipe, that is no error: the command continues, and its exit code stays the same.
///
/// # Errors
/// If stdout can't be written for another reason.
pub fn data(bytes: &[u8]) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(std::io::Error::other(format!("stdout can't be written: {e}"))),
        _ => Ok(()),
    }
}

/// Writes text for people to stdout: lines, nothing hidden in them.
pub fn text(text: &str) -> std::io::Result<()> {
    data(foreign::clean_lines(text).as_bytes())
}

/// Writes text for people to stdout, in the chosen language.
pub fn said(said: &str) -> std::io::Result<()> {
    text(&told(said))
}

/// YAML for people, whose comments are in the chosen language.
pub fn commented(yaml: &str) -> String {
    yaml.lines().map(|line| if line.trim_start().starts_with('#') { told(line) } else { line.to_owned() } + "\n").collect()
}

/// Writes a JSON document to stdout, a line.
pub fn json(value: &Value) -> std::io::Result<()> {
    data(format!("{}\n", foreign::escaped(&json::to_text(value))).as_bytes())
}

static QUIET: AtomicBool = AtomicBool::new(false);
static VERBOSE: AtomicBool = AtomicBool::new(false);

/// How much is said, as the options of every verb have it.
pub fn set(quiet: bool, verbose: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
    VERBOSE.store(verbose, Ordering::Relaxed);
}

/// Whether only results and errors are printed.
pub fn quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// How many lines of a list are printed: a few, or all.
pub fn most(few: usize) -> usize {
    if VERBOSE.load(Ordering::Relaxed) { usize::MAX } else { few }
}

/// Writes a message to stderr, in the chosen language, unless only results and errors are wanted.
pub fn message(text: &str) {
    if !quiet() {
        error(text);
    }
}

/// Writes an error to stderr, in the chosen language; a closed stderr is ignored.
pub fn error(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{}", foreign::message(&called::named(&told(text)))));
}

/// How to draw on stdout. `COLUMNS` says how wide, as for other tools.
pub fn style() -> Style {
    let terminal = std::io::stdout().is_terminal();
    let colour =
        terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) && std::env::var_os("TERM").is_none_or(|t| t != "dumb");
    Style { width: width().unwrap_or(160), colour, most: most(12) }
}

/// How wide stdout is, where that is known.
fn width() -> Option<u16> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let seen = || terminal_size::terminal_size().map(|(w, _)| w.0).filter(|_| std::io::stdout().is_terminal());
    said.or_else(seen)
}

/// Text in lines that fit, where it is known what fits.
pub fn fitted(text: &str) -> String {
    width().map_or_else(|| text.to_owned(), |width| wrapped(text, width.into()))
}

/// Reads a passphrase from `EVID_PASSPHRASE`, else asks on the terminal.
///
/// # Errors
/// If there is neither.
pub fn passphrase() -> std::io::Result<String> {
    match std::env::var("EVID_PASSPHRASE") {
        Ok(given) => Ok(given),
        Err(_) => rpassword::prompt_password(told("passphrase of the signing key: ")),
    }
}

//! A report as text: all that it holds. It is read, not verified, and says so.
use crate::adapters::report_file;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::show::args::{Args, Output};
use crate::cli::{Done, ui};
use crate::render::report;
use crate::report::read::read;
use std::path::Path;

pub(super) fn run(path: &Path, args: &Args) -> Done {
    let broken = |text: String| Failure::new(format!("{}: {text}", path.display())).exit(Exit::Broken);
    if !args.resources.is_empty() {
        return Err(Failure::new(format!("{} is a report, which holds no objects", path.display())).hint("name one of its bundles"));
    }
    let (_, statement) = report_file::read(path).map_err(|e| broken(e.to_string()))?;
    match &args.output {
        Output::Value(format) => format.print(&statement.predicate)?,
        Output::Name => ui::text(&statement.subjects.iter().map(|s| format!("{}\n", s.name)).collect::<String>())?,
        Output::Table | Output::Wide => {
            let reading = read(&statement.predicate).map_err(|e| broken(format!("it is no report that this evid can read: {e}")))?;
            ui::data(report::full(&reading, ui::style()).as_bytes())?;
        }
    }
    ui::message(&format!("read, not verified: `evid verify {} --key PUB --rederive` says what it is worth", path.display()));
    Ok(Exit::Proven)
}

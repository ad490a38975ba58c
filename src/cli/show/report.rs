//! A report as text: all that it holds. It is read, not verified, and says so.
use crate::adapters::report_file;
use crate::cli::form::Given;
use crate::cli::show::args::{Args, Output};
use crate::cli::{Done, Exit, Failure, ui};
use crate::render::report;
use crate::render::view::Inputs;
use crate::report::read::read;
use std::path::Path;

pub(super) fn run(path: &Path, args: &Args) -> Done {
    let broken = |text: String| Failure::new(format!("{}: {text}", path.display())).exit(Exit::Broken);
    if !args.resources.is_empty() {
        return Err(Failure::new(format!("{} is a report, which holds no objects", path.display())).hint("name one of its bundles"));
    }
    let (envelope, statement) = report_file::read(path).map_err(|e| broken(e.to_string()))?;
    let reading = || read(&statement.predicate).map_err(|e| broken(format!("it is no report that this evid can read: {e}")));
    match &args.output {
        _ if args.forms().is_some() || args.out_dir.is_some() => {
            let forms = args.forms().ok_or_else(|| Failure::new("`--out-dir` takes table, json, html, markdown, junit and sarif"))?;
            let reading = reading()?;
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let signers: Vec<String> = envelope.signatures.iter().map(|s| s.keyid.clone()).collect();
            let inputs = Inputs { report: &reading, file: Some(&file), signers: &signers, judged: false, shown: None, run: None };
            let table = |style| report::full(&reading, style);
            let name = file.strip_suffix(".report.json").unwrap_or(&file);
            Given { predicate: &statement.predicate, inputs, table: &table }.give(&forms, args.out_dir.as_deref(), name)?;
        }
        Output::Value(format) => format.print(&statement.predicate)?,
        Output::Name => ui::text(&statement.subjects.iter().map(|s| format!("{}\n", s.name)).collect::<String>())?,
        Output::Table | Output::Wide | Output::Forms(_) => ui::data(ui::fitted(&report::full(&reading()?, ui::style())).as_bytes())?,
    }
    ui::message(&format!("read, not verified: `evid verify {} --key PUB --rederive` says what it is worth", path.display()));
    Ok(Exit::Proven)
}

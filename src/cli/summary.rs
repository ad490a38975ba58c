//! `evid summary`: what may be said aloud of a run or a report, and what may not.
use crate::adapters::archive::Check;
use crate::adapters::report_file::ReportFileError;
use crate::adapters::run_folder::RunFolder;
use crate::adapters::{archive, folder, report_file};
use crate::cli::{Done, Exit, Failure, export, ui};
use crate::render::summary;
use crate::render::told::told;
use crate::report::read::read;
use crate::usecase::folder::{Standing, against};
use crate::usecase::prove::judge;
use crate::usecase::shown::{Shown, shown};
use crate::value::{Value, json};
use std::path::Path;

/// Print three to five sentences to be said aloud, from proven claims only, and which may not be said
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  evid summary proof/20260131T143000Z
  evid summary evidence/before--after.report.json")]
pub(super) struct Args {
    /// The folder of a run, or a report
    #[arg(value_name = "RUN|REPORT")]
    of: String,
    /// text or json
    #[arg(short, long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

pub(super) fn run(args: &Args) -> Done {
    let (predicate, shown, note) = judged(&args.of)?;
    let report = read(&predicate).map_err(Failure::new)?;
    let summary = summary::summary(&report, shown.as_ref());
    if args.output == "json" {
        let unsaid: Vec<Value> = summary.unsaid.iter().map(|(s, why)| json!({"sentence": s, "why": why})).collect();
        ui::json(&json!({"verified": false, "say": summary.say, "doNotSay": unsaid}))?;
    } else {
        // However quiet it is: who reads the sentences must know what stands behind them.
        ui::text(&format!("{}\n{}\n", summary::text(&summary), told(&note)))?;
    }
    let said = if summary.say.is_empty() { Exit::Inconclusive } else { Exit::Proven };
    Ok(Exit::from(report.total).at_best(said))
}

/// The judgement of a run's bundles, made anew; or what a report says, which is read and not verified.
fn judged(of: &str) -> Result<(Value, Option<Shown>, String), Failure> {
    if Path::new(of).is_dir() {
        let run = RunFolder::new(of.into());
        let state = run.state().map_err(|e| Failure::new(e.to_string()).hint("`evid summary` takes the folder of a run, or a report"))?;
        if let Some((list, _)) = folder::list(Path::new(of)).map_err(|e| Failure::from(e).exit(Exit::Broken))? {
            let there = folder::files(Path::new(of))?;
            let changed =
                against(&list, &there).into_iter().find(|(_, standing)| matches!(standing, Standing::Changed | Standing::Missing));
            if let Some((name, _)) = changed {
                let text = format!("{of}/{name}: is not what was signed for");
                return Err(Failure::new(text).hint("`evid verify` says more").exit(Exit::Broken));
            }
        }
        if let Some(step) = state.failed() {
            ui::message(&format!("{} failed: the run is not at its end", step.name()));
        }
        let note = format!("judged anew, not verified: `evid verify {of} --key PUB` says who signed for it");
        let sides = archive::sides(&export::judged(&run, &state)?, Check::Content)?;
        let shown = shown(&sides)?;
        return Ok((judge(&state, &sides)?.predicate, Some(shown), note));
    }
    if archive::is_zip(Path::new(of)) {
        let hint = "`evid verify` says what a submission is worth; unpack it, and name the folder";
        return Err(Failure::new(format!("{of}: is neither the folder of a run nor a report")).hint(hint));
    }
    let (_, statement) = report_file::read(Path::new(of)).map_err(|e| match e {
        ReportFileError::Io(_) => Failure::from(e).hint("`evid summary` takes the folder of a run, or a report"),
        e => Failure::new(format!("{of}: {e}")).exit(Exit::Broken),
    })?;
    let note = format!("read, not verified: `evid verify {of} --key PUB --rederive` says what it is worth");
    Ok((statement.predicate, None, note))
}

//! The text that a bundle was made from, file by file, with what is missing in it.
use crate::bundle::names::TEXT;
use crate::bundle::text::Line;
use crate::cli::show::args::{Args, Output};
use crate::cli::{Done, Exit, Failure, ui};
use crate::compare;
use crate::render::imported;
use crate::value::json;
use std::collections::BTreeMap;

pub(super) fn run(args: &Args, files: &BTreeMap<String, Vec<u8>>) -> Done {
    let Some(bytes) = files.get(TEXT) else {
        let hint = "`evid import` makes such a bundle; `evid show BUNDLE KIND` shows objects";
        return Err(Failure::new(format!("{} was not made from text", args.subject)).hint(hint));
    };
    let lines: Vec<Line> = compare::lines(bytes).map(serde_json::from_slice).collect::<Result<_, _>>()?;
    let names = args.resources.get(1..).unwrap_or_default();
    let shown: Vec<Line> = lines.into_iter().filter(|line| names.is_empty() || names.contains(&line.file)).collect();
    if shown.is_empty() {
        return Err(Failure::new(format!("{} holds no such text", args.subject))
            .hint("without a name, all are listed")
            .exit(Exit::Refuted));
    }
    match &args.output {
        Output::Value(format) => format.print(&json!({ "items": shown }))?,
        Output::Name => ui::text(&shown.iter().map(|line| format!("{}\n", line.file)).collect::<String>())?,
        // One that is named is wanted itself.
        Output::Table | Output::Wide | Output::Forms(_) if !names.is_empty() => {
            ui::text(&shown.iter().map(|line| &*line.text).collect::<String>())?
        }
        Output::Table | Output::Wide | Output::Forms(_) => ui::text(&ui::fitted(&imported::text(&args.subject, "", &shown)))?,
    }
    Ok(Exit::Proven)
}

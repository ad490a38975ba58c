//! What the probes of a bundle heard.
use crate::bundle::probe::Line;
use crate::cli::show::args::{Args, Output};
use crate::cli::{Done, Exit, Failure, ui};
use crate::compare;
use crate::render::{foreign, probes};
use crate::value::json;
use std::collections::BTreeMap;

/// The probe lines of all layers.
pub(super) fn lines(files: &BTreeMap<String, Vec<u8>>) -> Result<Vec<Line>, Failure> {
    let all = files.iter().filter(|(name, _)| name.starts_with("probes/")).flat_map(|(_, bytes)| compare::lines(bytes));
    Ok(all.map(serde_json::from_slice).collect::<Result<_, _>>()?)
}

pub(super) fn run(args: &Args, files: &BTreeMap<String, Vec<u8>>) -> Done {
    let names = args.resources.get(1..).unwrap_or_default();
    let space = |l: &Line| args.namespace().is_none_or(|n| l.target.as_ref().is_some_and(|t| t.namespace == n));
    let layer = |l: &Line| args.layer.as_ref().is_none_or(|layer| *layer == l.layer);
    let lines = lines(files)?;
    let found: Vec<&Line> = lines.iter().filter(|l| (names.is_empty() || names.contains(&l.probe)) && space(l) && layer(l)).collect();
    if found.is_empty() {
        let hint = "`spec.probes` of evid.yaml declares probes, and a live capture asks them";
        return Err(Failure::new(format!("{} holds no answer of such a probe", args.subject)).hint(hint).exit(Exit::Refuted));
    }
    match &args.output {
        Output::Value(format) => format.print(&crate::value::to_value(&found).map(|items| json!({ "items": items }))?)?,
        Output::Name => {
            ui::text(&found.iter().map(|l| foreign::clean(&format!("{} {}", l.probe, probes::target(l))) + "\n").collect::<String>())?;
        }
        Output::Table | Output::Wide | Output::Forms(_) => ui::data(probes::table(&found, ui::style()).as_bytes())?,
    }
    Ok(Exit::Proven)
}

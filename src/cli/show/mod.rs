//! `evid show`: a bundle as kubectl would show the cluster, or all that a report holds.
mod args;
mod objects;
mod probes;
mod report;
mod text;

pub(super) use args::Args;

use crate::adapters::{archive, submission};
use crate::cli::{Done, Exit, Failure, Global};
use crate::render::foreign::quoted;
use std::path::PathBuf;

pub(super) fn run(args: &Args, global: &Global) -> Done {
    if let Some(path) = named_report(args, global) {
        return report::run(&path, args);
    }
    let path = archive::locate(&args.subject, global.archive())?;
    if submission::is(&path) {
        let text = format!("{}: a zip of evidence, and neither a bundle nor a report", path.display());
        let hint = format!("`evid verify {}` checks all of it; unpack it to look at what is in it", quoted(&path.display().to_string()));
        return Err(Failure::new(text).hint(hint));
    }
    if args.out_dir.is_some() || args.forms().is_some() {
        let text = format!("{} is a bundle, and only a report has this output", path.display());
        return Err(Failure::new(text).hint("`evid diff BEFORE AFTER -o FORM` makes it of two bundles"));
    }
    let reader = archive::open(&path)?;
    let files = archive::files(&reader).map_err(|d| Failure::new(d.to_string()).exit(Exit::Broken))?;
    match args.resources.first().map(String::as_str) {
        Some("probes") => return probes::run(args, &files),
        Some("text") => return text::run(args, &files),
        _ => {}
    }
    objects::run(args, &path, &reader, &files)
}

/// The report that the caller means: a file that is no bundle, or a report's name in the evidence folder.
fn named_report(args: &Args, global: &Global) -> Option<PathBuf> {
    let given = PathBuf::from(&args.subject);
    if given.is_file() {
        return (!archive::is_zip(&given) && !args.subject.ends_with(archive::ENDING)).then_some(given);
    }
    let name = args.subject.strip_suffix(".report.json").unwrap_or(&args.subject);
    Some(global.archive().join(format!("{name}.report.json"))).filter(|p| p.is_file())
}

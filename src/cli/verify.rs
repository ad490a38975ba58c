//! `evid verify`: intact (digests), authentic (a signature by a key that the reader names), re-derived (the report follows from
//! the bundles).
use crate::adapters::archive::{ArchiveError, ENDING};
use crate::adapters::{archive, keyfile, report_file};
use crate::bundle::defect::Defect;
use crate::canon::json;
use crate::claims::Expect;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{Done, Global, ui};
use crate::envelope::{SignatureStatus, Statement, VerifyingKey};
use crate::model::Verdict;
use crate::render::foreign;
use crate::usecase::diff::diff;
use crate::usecase::verify;
use crate::usecase::verify::points::Point;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Verify bundles and reports: intact, authentic, re-derived
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Bundles and reports, by path (bundles also by name)
    #[arg(required = true)]
    files: Vec<String>,
    /// A public key (PEM) that you trust; may be given more than once
    #[arg(long, value_name = "PUB")]
    key: Vec<PathBuf>,
    /// Judge the report's bundles again and compare, byte for byte
    #[arg(long)]
    rederive: bool,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let mut keys = Vec::new();
    for path in &args.key {
        keys.extend(keyfile::load_verifying_keys(path)?);
    }
    check(&args.files, &keys, args.rederive, global)
}

/// Verifies files with these keys; prints the result of each.
pub(super) fn check(files: &[String], keys: &[VerifyingKey], rederive: bool, global: &Global) -> Done {
    let mut bundles: BTreeMap<String, (PathBuf, bool)> = BTreeMap::new();
    // What belongs to one run is checked together, the bundles of each report too.
    let mut run: BTreeMap<String, (PathBuf, Point)> = BTreeMap::new();
    let (mut exit, mut reports) = (Exit::Proven, Vec::new());
    for file in files {
        let path = PathBuf::from(file);
        if path.is_file() && !file.ends_with(ENDING) && !archive::is_zip(&path) {
            reports.push(path);
            continue;
        }
        let path = archive::locate(file, &global.archive)?;
        match bundle(&path) {
            Ok((sha256, resplit, point)) => {
                run.insert(sha256.clone(), (path.clone(), point));
                if !resplit {
                    exit = exit.at_best(Exit::Inconclusive);
                }
                bundles.insert(sha256, (path, resplit));
            }
            Err(failed) => {
                failed.report();
                exit = Exit::Broken;
            }
        }
    }
    for path in reports {
        exit = exit.at_best(report(&path, keys, rederive, &bundles, &mut run, global)?);
    }
    let (paths, points): (Vec<PathBuf>, Vec<Point>) = run.into_values().unzip();
    if let Err(contradicted) = archive::agree(&paths, &points) {
        Failure::from(contradicted).report();
        exit = Exit::Broken;
    }
    Ok(exit)
}

/// Checks one bundle against its digests, and its contents against themselves; returns its SHA-256, whether its facets were split again, and
/// what it is checked by against the other points of its run.
fn bundle(path: &Path) -> Result<(String, bool, Point), Failure> {
    let reader = archive::open_whole(path)?;
    let files = archive::files(&reader).map_err(|d| damaged(path, vec![d]))?;
    let content = verify::content(&files, reader.sums());
    if !content.defects.is_empty() {
        return Err(damaged(path, content.defects));
    }
    let note = if content.resplit {
        ""
    } else {
        " by its digests only: it was made with other rules than this version has, so its facets were not split anew"
    };
    ui::text(&format!("{}: intact{note}\n  sha256 {}\n", foreign::clean(&path.display().to_string()), reader.file_sha256()))?;
    Ok((reader.file_sha256().to_owned(), content.resplit, archive::point(&reader)?))
}

fn damaged(path: &Path, defects: Vec<Defect>) -> Failure {
    ArchiveError::Damaged { path: path.display().to_string(), defects }.into()
}

fn report(
    path: &Path,
    keys: &[VerifyingKey],
    rederive: bool,
    given: &BTreeMap<String, (PathBuf, bool)>,
    run: &mut BTreeMap<String, (PathBuf, Point)>,
    global: &Global,
) -> Done {
    let broken = |text: String| Failure::new(format!("{}: {text}", path.display())).exit(Exit::Broken);
    let (envelope, statement) = report_file::read(path).map_err(|e| broken(e.to_string()))?;
    let mut exit = Exit::Proven;
    let mut say = format!("{}\n", path.display());
    let statuses = crate::envelope::verify(&envelope, keys);
    let good: Vec<&str> = statuses.iter().filter_map(|s| if let SignatureStatus::Good(id) = s { Some(&**id) } else { None }).collect();
    if statuses.iter().any(|s| matches!(s, SignatureStatus::Bad(_))) {
        return Err(broken("a signature of a key that you named does not hold: the report was changed after it was signed".into()));
    }
    if keys.is_empty() {
        say.push_str("  intact, signer unknown: name a key that you trust with --key\n");
        exit = Exit::Inconclusive;
    } else if good.is_empty() {
        return Err(
            broken("not signed by any key that you named".into()).hint("ask the signer for the public key, over a way that you trust")
        );
    } else {
        say.push_str(&format!("  authentic: signed by {}\n", good.join(", ")));
    }
    let mut bundles = Vec::new();
    for subject in &statement.subjects {
        let about = format!("  {}: the bundle that the report is about\n", foreign::clean(&subject.name));
        let name = subject.name.clone();
        if let Some((path, resplit)) = given.get(&subject.sha256) {
            say.push_str(&about);
            bundles.push(AtHand { path: path.clone(), name, resplit: Some(*resplit) });
            continue;
        }
        let Some(found) = beside(path, &subject.name, global) else {
            say.push_str(&format!("  {}: not at hand; its digest was not compared\n", foreign::clean(&subject.name)));
            exit = exit.at_best(Exit::Inconclusive);
            continue;
        };
        let reader = archive::open_whole(&found)?;
        if reader.file_sha256() != subject.sha256 {
            return Err(broken(format!(
                "{} is not the bundle that the report is about (sha256 {})",
                found.display(),
                reader.file_sha256()
            )));
        }
        say.push_str(&about);
        run.insert(subject.sha256.clone(), (found.clone(), archive::point(&reader)?));
        bundles.push(AtHand { path: found, name, resplit: None });
    }
    if rederive {
        if bundles.len() == statement.subjects.len() {
            if rederived(&bundles, &statement, &broken)? {
                say.push_str("  re-derived: the report follows from the bundles, byte for byte\n");
            } else {
                say.push_str("  not re-derived: a bundle was made with other rules than this version has\n");
                exit = exit.at_best(Exit::Inconclusive);
            }
        } else {
            say.push_str("  not re-derived: not all bundles are at hand\n");
        }
    }
    let said = statement.predicate.get("verdict").and_then(Value::as_str);
    let verdict = Verdict::ALL.into_iter().map(Verdict::as_str).find(|v| said == Some(v));
    let Some(verdict) = verdict else { return Err(broken("its verdict is none that evid gives".into())) };
    say.push_str(&format!("  the report says: {verdict}\n"));
    ui::text(&say)?;
    Ok(exit)
}

/// The bundle of that name beside the report, or in the evidence folder.
fn beside(report: &Path, name: &str, global: &Global) -> Option<PathBuf> {
    let plain = Path::new(name).file_name()?;
    let folders = [report.parent().map(Path::to_path_buf), Some(global.archive.clone())];
    folders.into_iter().flatten().map(|f| f.join(plain)).find(|p| p.is_file())
}

/// A bundle that a report is about.
struct AtHand {
    path: PathBuf,
    /// The name in the report.
    name: String,
    /// Whether its facets were split again; none if its contents were not checked yet.
    resplit: Option<bool>,
}

fn rederived(bundles: &[AtHand], statement: &Statement, broken: &dyn Fn(String) -> Failure) -> Result<bool, Failure> {
    for at in bundles {
        let resplit = at.resplit.map_or_else(|| bundle(&at.path).map(|(_, resplit, _)| resplit), Ok)?;
        if !resplit {
            return Ok(false);
        }
    }
    let paths: Vec<PathBuf> = bundles.iter().map(|at| at.path.clone()).collect();
    let mut sides = archive::sides(&paths)?;
    for (side, at) in sides.iter_mut().zip(bundles) {
        side.name = at.name.strip_suffix(ENDING).unwrap_or(&at.name).to_owned();
    }
    let expect = statement.predicate.get("expected").and_then(|v| v.as_str()).and_then(Expect::parse);
    let mut anew = diff(&sides, expect)?.predicate;
    // Another version may have made the report; everything else must still follow.
    if let (Some(map), Some(tool)) = (anew.as_object_mut(), statement.predicate.get("tool")) {
        map.insert("tool".into(), tool.clone());
    }
    if json::to_bytes(&anew) == json::to_bytes(&statement.predicate) {
        return Ok(true);
    }
    let made = statement.predicate.pointer("/tool/version").and_then(|v| v.as_str()).unwrap_or("unknown");
    let here = env!("CARGO_PKG_VERSION");
    let other = if made == here { String::new() } else { format!(" (it was made by evid {made}, this is {here})") };
    let fields = crate::compare::differences(&statement.predicate, &anew);
    let first = fields.first().map_or_else(String::new, |f| format!(", first at {}", f.pointer));
    Err(broken(format!("does not follow from its bundles{first}{other}")))
}

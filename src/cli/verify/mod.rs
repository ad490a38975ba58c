//! `evid verify`: intact (digests), authentic (a signature by a key that the reader names), re-derived (the report follows from
//! the bundles). A folder is checked as a whole: every file of it is signed for, or named.
mod folder;
mod report;

use crate::adapters::archive::{ArchiveError, ENDING};
use crate::adapters::{archive, keyfile, report_file};
use crate::bundle::defect::Defect;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::{Done, Global, ui};
use crate::envelope::VerifyingKey;
use crate::render::foreign;
use crate::usecase::verify;
use crate::usecase::verify::points::Point;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Verify a folder of evidence, bundles and reports: intact, authentic, re-derived
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folders of evidence, and bundles, reports and other files of one, by path (bundles also by name)
    #[arg(required = true, value_name = "FOLDER|FILE")]
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

/// What is checked with what, and how far it is.
struct Verifying<'a> {
    keys: &'a [VerifyingKey],
    rederive: bool,
    global: &'a Global,
    /// The bundles by their SHA-256, and whether their facets were split anew.
    bundles: BTreeMap<String, (PathBuf, bool)>,
    /// What belongs to one run is checked together, the bundles of each report too.
    run: BTreeMap<String, (PathBuf, Point)>,
    /// Envelopes that were checked: a report lies there in two forms.
    seen: BTreeSet<Vec<u8>>,
}

/// Verifies folders and files with these keys; prints the result of each.
pub(super) fn check(files: &[String], keys: &[VerifyingKey], rederive: bool, global: &Global) -> Done {
    let mut at = Verifying { keys, rederive, global, bundles: BTreeMap::new(), run: BTreeMap::new(), seen: BTreeSet::new() };
    let (mut exit, mut rest) = (Exit::Proven, Vec::new());
    // Bundles come before the reports about them.
    for file in files {
        let path = PathBuf::from(file);
        if path.is_dir() {
            let (end, found) = at.folder(&path)?;
            exit = found.bundles.iter().fold(exit.at_best(end), |exit, bundle| exit.at_best(at.bundle(bundle)));
            rest.extend(found.reports);
        } else if path.is_file() && !file.ends_with(ENDING) && !archive::is_zip(&path) {
            rest.push(path);
        } else {
            exit = exit.at_best(at.bundle(&archive::locate(file, global.archive())?));
        }
    }
    for path in rest {
        exit = exit.at_best(at.other(&path).unwrap_or_else(broken));
    }
    let (paths, points): (Vec<PathBuf>, Vec<Point>) = at.run.into_values().unzip();
    if let Err(contradicted) = archive::agree(&paths, &points) {
        Failure::from(contradicted).report();
        exit = Exit::Broken;
    }
    Ok(exit)
}

impl Verifying<'_> {
    fn bundle(&mut self, path: &Path) -> Exit {
        match bundle(path) {
            Ok((sha256, resplit, point)) => {
                self.run.insert(sha256.clone(), (path.to_owned(), point));
                self.bundles.insert(sha256, (path.to_owned(), resplit));
                if resplit { Exit::Proven } else { Exit::Inconclusive }
            }
            Err(failed) => broken(failed),
        }
    }

    /// A report, or another file that the list of its folder names.
    fn other(&mut self, path: &Path) -> Done {
        match report_file::read(path) {
            Ok((envelope, statement)) => {
                if self.seen.insert(envelope.to_bytes()) {
                    return self.report(path, &envelope, &statement);
                }
                ui::text(&format!("{}\n  the same signed report in another form\n", foreign::clean(&path.display().to_string())))?;
                Ok(Exit::Proven)
            }
            Err(no_report) => {
                let broken = || Failure::new(format!("{}: {no_report}", path.display())).exit(Exit::Broken);
                self.listed(path)?.ok_or_else(broken)
            }
        }
    }
}

/// Tells what is wrong with one file; the others are checked all the same.
fn broken(failed: Failure) -> Exit {
    failed.report();
    Exit::Broken
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

//! `evid verify`: intact (digests), authentic (a signature by a key that the reader names), re-derived (the report follows from
//! the bundles). A folder is checked as a whole: every file of it is signed for, or named.
mod folder;
mod report;

use crate::adapters::archive::{ArchiveError, ENDING};
use crate::adapters::{archive, keyfile, report_file, stamp_file, submission};
use crate::bundle::defect::Defect;
use crate::cli::progress::during;
use crate::cli::timestamp::{said, time};
use crate::cli::{Done, Exit, Failure, Global, ui};
use crate::envelope::VerifyingKey;
use crate::render::foreign;
use crate::usecase::verify;
use crate::usecase::verify::points::Point;
use crate::value::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Verify a folder of evidence, bundles and reports: intact, authentic, re-derived
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Folders of evidence, and bundles, reports and other files of one, by path (bundles also by name)
    #[arg(required = true, value_name = "FOLDER|FILE")]
    files: Vec<String>,
    /// A public key (PEM) that you trust; may be given more than once
    #[arg(long, value_name = "PUB")]
    key: Vec<PathBuf>,
    /// A certificate (PEM) of a time-stamping authority that you trust: the timestamps beside reports and lists are checked with it
    #[arg(long, value_name = "CA.pem")]
    timestamp_ca: Vec<PathBuf>,
    /// Judge the report's bundles again and compare, byte for byte
    #[arg(long)]
    rederive: bool,
    /// Check only the digests of bundles, not whether what they hold contradicts itself
    #[arg(long, conflicts_with = "rederive")]
    intact: bool,
    /// text or json
    #[arg(short, long, default_value = "text", value_parser = ["text", "json"])]
    output: String,
}

pub(super) fn run(args: &Args, global: &Global) -> Done {
    let mut keys = Vec::new();
    for path in &args.key {
        keys.extend(keyfile::load_verifying_keys(path)?);
    }
    let depth = match (args.intact, args.rederive) {
        (true, _) => Depth::Intact,
        (_, true) => Depth::Rederived,
        _ => Depth::Content,
    };
    let authorities = if args.timestamp_ca.is_empty() { None } else { Some(stamp_file::authorities(&args.timestamp_ca)?) };
    let trust = Trust { keys: &keys, authorities };
    let (exit, answers) = check(&args.files, &trust, depth, global, if args.output == "json" { None } else { Some(ui::said) })?;
    if args.output == "json" {
        ui::json(&Value::Array(answers))?;
    }
    Ok(exit)
}

/// Whom the reader trusts.
pub(super) struct Trust<'a> {
    pub(super) keys: &'a [VerifyingKey],
    /// The certificates of time-stamping authorities (PEM), if any are named.
    pub(super) authorities: Option<String>,
}

impl<'a> Trust<'a> {
    /// These keys, and no authority.
    pub(super) fn of(keys: &'a [VerifyingKey]) -> Self {
        Self { keys, authorities: None }
    }
}

/// Where the answers for people go as they come, if anywhere.
pub(super) type Say = Option<fn(&str) -> std::io::Result<()>>;

/// How far bundles and reports are checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Depth {
    /// The digests of bundles.
    Intact,
    /// Their content too.
    Content,
    /// Whether reports follow from their bundles, too.
    Rederived,
}

/// What is checked with what, and how far it is.
struct Verifying<'a> {
    trust: &'a Trust<'a>,
    depth: Depth,
    global: &'a Global,
    say: Say,
    /// How many timestamps were found.
    stamps: usize,
    /// What was found of each file.
    answers: Vec<Value>,
    /// The bundles by their SHA-256, and whether their facets were split anew.
    bundles: BTreeMap<String, (PathBuf, bool)>,
    /// What belongs to one run is checked together, the bundles of each report too.
    run: BTreeMap<String, (PathBuf, Point)>,
    /// Envelopes that were checked, and what came of it: a report lies there in two forms.
    seen: BTreeMap<Vec<u8>, Exit>,
    /// What was unpacked: the folder, and the zip that it is called by.
    unpacked: Vec<(TempDir, PathBuf)>,
}

/// Verifies folders and files with these keys; tells the result of each, and gives it as JSON.
pub(super) fn check(files: &[String], trust: &Trust<'_>, depth: Depth, global: &Global, say: Say) -> Result<(Exit, Vec<Value>), Failure> {
    let (bundles, run, seen) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut at = Verifying { trust, depth, global, say, stamps: 0, answers: Vec::new(), bundles, run, seen, unpacked: Vec::new() };
    let (mut exit, mut rest) = (Exit::Proven, Vec::new());
    // Bundles come before the reports about them.
    for file in files {
        let path = PathBuf::from(file);
        if path.is_dir() || submission::is(&path) {
            let checked = if path.is_dir() { at.folder(&path) } else { at.submission(&path) };
            let (end, found) = at.whole(&path, checked)?;
            exit = exit.at_best(end);
            for bundle in &found.bundles {
                exit = exit.at_best(at.bundle(bundle)?);
            }
            rest.extend(found.reports);
        } else if path.is_file() && !file.ends_with(ENDING) && file.ends_with(".zip") && !archive::is_zip(&path) {
            return Err(Failure::new(format!("{file}: is no zip: it is damaged, or was never one")).exit(Exit::Broken));
        } else if path.is_file() && !file.ends_with(ENDING) && !archive::is_zip(&path) {
            rest.push(path);
        } else {
            exit = exit.at_best(at.bundle(&archive::locate(file, global.archive())?)?);
        }
    }
    for path in rest {
        let end = at.other(&path).or_else(|failed| at.broken(&path, failed))?;
        exit = exit.at_best(end);
    }
    let (paths, points): (Vec<PathBuf>, Vec<Point>) = std::mem::take(&mut at.run).into_values().unzip();
    if let Err(contradicted) = archive::agree(&paths, &points) {
        let path = paths.first().cloned().unwrap_or_default();
        exit = at.broken(&path, contradicted.into())?;
    }
    if trust.authorities.is_some() && at.stamps == 0 {
        let path = PathBuf::from(files.first().map_or("", |file| file));
        exit = exit.at_best(at.tell(&path, "no timestamp was found, and an authority was named", &[], Exit::Inconclusive)?);
    }
    Ok((exit, at.answers))
}

impl Verifying<'_> {
    /// Tells what was found of a file: a line that begins with its name, and what belongs to it.
    fn tell(&mut self, path: &Path, first: &str, lines: &[String], exit: Exit) -> Done {
        let path = foreign::clean(&self.called(&path.display().to_string()));
        let result = match exit {
            // A bundle without a key is no more than intact.
            Exit::Proven => "holds",
            Exit::Inconclusive => "open",
            _ => "broken",
        };
        let says: Vec<&str> = Some(first).filter(|f| !f.is_empty()).into_iter().chain(lines.iter().map(|l| &**l)).collect();
        self.answers.push(json!({"file": path, "result": result, "says": says}));
        if let Some(say) = self.say {
            let colon = if first.is_empty() { "" } else { ": " };
            say(&format!("{path}{colon}{first}\n{}", lines.iter().map(|l| format!("  {l}\n")).collect::<String>()))?;
        }
        Ok(exit)
    }

    /// Tells what is wrong with one file; the others are checked all the same.
    fn broken(&mut self, path: &Path, failed: Failure) -> Done {
        let failed = failed.changed(|text| self.called(text));
        let path = self.called(&path.display().to_string());
        self.answers.push(json!({"file": foreign::clean(&path), "result": "broken", "says": [failed.text()]}));
        failed.report();
        Ok(Exit::Broken)
    }

    /// Where a folder, or a zip as one, can't be checked, that is told, and the rest is checked all the same.
    fn whole(&mut self, path: &Path, checked: Result<(Exit, Found), Failure>) -> Result<(Exit, Found), Failure> {
        match checked {
            Err(failed) if !failed.is_of_usage() => Ok((self.broken(path, failed)?, Found::default())),
            other => other,
        }
    }

    /// A text in which what was unpacked is called by its zip.
    fn called(&self, text: &str) -> String {
        let shown = |path: &Path| path.display().to_string();
        let call = |text: String, (dir, zip): &(TempDir, PathBuf)| {
            text.replace(&format!("{}/", shown(dir.path())), &format!("{}:", shown(zip))).replace(&shown(dir.path()), &shown(zip))
        };
        self.unpacked.iter().fold(text.to_owned(), call)
    }

    fn bundle(&mut self, path: &Path) -> Done {
        let depth = self.depth;
        match during(&format!("checking {}", path.display()), || bundle(path, depth)) {
            Ok(Checked { sha256, resplit, point }) => {
                let (first, exit) = if resplit {
                    ("intact", Exit::Proven)
                } else if self.depth == Depth::Intact {
                    ("intact by its digests; what it holds was not checked (--intact)", Exit::Proven)
                } else {
                    let note =
                        "intact by its digests only: it was made with other rules than this version has, so its facets were not split anew";
                    (note, Exit::Inconclusive)
                };
                self.tell(path, first, &[format!("sha256 {sha256}")], exit)?;
                self.run.insert(sha256.clone(), (path.to_owned(), point));
                self.bundles.insert(sha256, (path.to_owned(), resplit));
                Ok(exit)
            }
            Err(failed) => self.broken(path, failed),
        }
    }

    /// What the timestamp beside a signed file says, if there is one.
    fn stamp(&mut self, path: &Path) -> Result<Option<String>, Failure> {
        let broken = |e| Failure::from(e).exit(Exit::Broken);
        let Some(stamp) = stamp_file::beside(path).map_err(broken)? else { return Ok(None) };
        self.stamps += 1;
        let Some(authorities) = &self.trust.authorities else { return Ok(Some(said(&stamp))) };
        stamp_file::check(&stamp, path, authorities).map_err(broken)?;
        Ok(Some(format!("timestamp: this existed before {}, by an authority that you named", time(&stamp))))
    }

    /// A report, or another file that the list of its folder names.
    fn other(&mut self, path: &Path) -> Done {
        match report_file::read(path) {
            Ok((envelope, statement)) => {
                if let Some(exit) = self.seen.get(&envelope.to_bytes()) {
                    return self.tell(path, "", &["the same signed report in another form".into()], *exit);
                }
                let done = self.report(path, &envelope, &statement);
                self.seen.insert(envelope.to_bytes(), done.as_ref().map_or(Exit::Broken, |exit| *exit));
                done
            }
            Err(no_report) => {
                let broken = || Failure::new(format!("{}: {no_report}", path.display())).exit(Exit::Broken);
                self.listed(path)?.ok_or_else(broken)
            }
        }
    }
}

/// What is checked in a folder beyond its list.
#[derive(Default)]
struct Found {
    bundles: Vec<PathBuf>,
    reports: Vec<PathBuf>,
}

/// What was found of a bundle that is intact.
struct Checked {
    sha256: String,
    /// Whether its facets were split anew.
    resplit: bool,
    /// What it is checked by against the other points of its run.
    point: Point,
}

/// Checks one bundle against its digests, and unless only they are asked for, its contents against themselves.
fn bundle(path: &Path, depth: Depth) -> Result<Checked, Failure> {
    let reader = archive::open_whole(path)?;
    let (sha256, point) = (reader.file_sha256().to_owned(), archive::point(&reader)?);
    if depth == Depth::Intact {
        return Ok(Checked { sha256, resplit: false, point });
    }
    let content = verify::content(&reader, reader.sums());
    if !content.defects.is_empty() {
        return Err(damaged(path, content.defects));
    }
    Ok(Checked { sha256, resplit: content.resplit, point })
}

fn damaged(path: &Path, defects: Vec<Defect>) -> Failure {
    ArchiveError::Damaged { path: path.display().to_string(), defects }.into()
}

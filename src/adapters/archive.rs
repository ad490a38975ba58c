//! The evidence folder: how a bundle is named, opened and written.
use crate::adapters::held::Held;
use crate::adapters::zipfile::{BundleReader, BundleWriter, OpenError, Pile, Sealed, WriteError, glance};
use crate::bundle::coverage::Coverage;
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::files::Files;
use crate::bundle::manifest::Manifest;
use crate::canon::{each, json};
use crate::compare::{CompareError, Side};
use crate::model::instant;
use crate::usecase::capture::{CaptureError, Outline};
use crate::usecase::verify;
use crate::usecase::verify::points;
use crate::usecase::verify::points::Point;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The ending of a bundle's file name.
pub const ENDING: &str = ".evid.zip";

/// A bundle that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// There is no such bundle.
    #[error("no bundle {name}: neither a file of that name nor {path} exists")]
    Missing {
        /// The name that was given.
        name: String,
        /// The other place that was searched.
        path: String,
    },
    /// It is damaged.
    #[error("{path} is damaged and is not used:{}", list(.defects))]
    Damaged {
        /// The file.
        path: String,
        /// Every defect.
        defects: Vec<Defect>,
    },
    /// Its content does not follow from the objects in it.
    #[error(
        "{path}: its digests hold, and what it holds contradicts itself, so it is not judged:{}\n`evid verify {path}` says the same",
        list(.defects)
    )]
    Content {
        /// The file.
        path: String,
        /// Every defect.
        defects: Vec<Defect>,
    },
    /// It contradicts an earlier bundle of its run.
    #[error("{path}: it contradicts an earlier point of its run, so they are not judged:{}", list(.defects))]
    Points {
        /// The file.
        path: String,
        /// Every defect.
        defects: Vec<Defect>,
    },
    /// It can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its documents can't be read.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// It can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// What was captured can't be written.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// One of evid's own documents can't be written.
    #[error("a document of the bundle can't be written: {0}")]
    Document(#[from] serde_json::Error),
}

fn list(defects: &[Defect]) -> String {
    defects.iter().map(|d| format!("\n  {d}")).collect()
}

/// A bundle by path, with or without its ending, by its name in the evidence folder, or by its age there: `latest`, `~1` for the one before, and so on.
///
/// # Errors
/// Where there is none.
pub fn locate(name: &str, archive: &Path) -> Result<PathBuf, ArchiveError> {
    let file = format!("{}{ENDING}", name.strip_suffix(ENDING).unwrap_or(name));
    let there = archive.join(&file);
    if let Some(path) = [PathBuf::from(name), there.clone(), PathBuf::from(file)].into_iter().find(|path| path.is_file()) {
        return Ok(path);
    }
    let back = if name == "latest" { Some(0) } else { name.strip_prefix('~').and_then(|n| n.parse().ok()) };
    let found = back.and_then(|back: usize| by_age(archive).into_iter().nth(back));
    found.ok_or_else(|| ArchiveError::Missing { name: name.to_owned(), path: there.display().to_string() })
}

/// The bundles of the evidence folder that say when they were captured, the latest first. A damaged one is in no order.
fn by_age(archive: &Path) -> Vec<PathBuf> {
    let dated = |path: PathBuf| {
        let (manifest, _) = said(&path).ok()?;
        Some((instant(&manifest.window.finished?)?, path))
    };
    let mut all: Vec<_> = bundles(archive).unwrap_or_default().into_iter().filter_map(dated).collect();
    all.sort_by(|a, b| b.cmp(a));
    all.into_iter().map(|(_, path)| path).collect()
}

/// The bundles in a folder and in those within it, where runs are, by their names.
///
/// # Errors
/// If the folder can't be read.
pub fn bundles(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?;
    let below = WalkDir::new(folder).min_depth(1).max_depth(3).sort_by_file_name();
    let files = below.into_iter().filter_map(Result::ok).filter(|entry| !entry.file_type().is_dir()).map(walkdir::DirEntry::into_path);
    Ok(files.filter(|path| path.to_string_lossy().ends_with(ENDING)).collect())
}

/// The name by which `locate` finds a bundle of the evidence folder.
pub fn name_in(archive: &Path, path: &Path) -> String {
    let within = path.strip_prefix(archive).ok().and_then(Path::parent).unwrap_or(Path::new(""));
    within.join(name_of(path)).display().to_string()
}

/// Whether a file begins like a zip.
pub fn is_zip(path: &Path) -> bool {
    let mut start = [0; 2];
    // A pipe would be waited for.
    path.is_file() && std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"PK"
}

/// The longest name of a bundle, in bytes.
const LONGEST: usize = 200;

/// Whether a name for a bundle means the same file on every system and the same text on every terminal: POSIX' portable characters, and
/// none of the names that Windows keeps for devices.
pub fn is_portable(name: &str) -> bool {
    let device = |stem: &str| {
        let stem = stem.to_ascii_uppercase();
        ["CON", "PRN", "AUX", "NUL"].contains(&&*stem)
            || ["COM", "LPT"]
                .iter()
                .any(|port| stem.strip_prefix(port).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit())))
    };
    let all = (1..=LONGEST).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    all && !name.starts_with(['.', '-']) && !name.ends_with('.') && !device(name.split('.').next().unwrap_or_default())
}

/// The name of a bundle's file without its ending.
pub fn name_of(path: &Path) -> String {
    let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    file.strip_suffix(ENDING).unwrap_or(&file).to_owned()
}

/// Opens a bundle: the container is intact, and every byte of it is the one that was sealed (`head` in evid.json covers all bytes before
/// it). An entry is checked against SHA256SUMS when it is read.
///
/// # Errors
/// If anything is wrong with it; every defect is listed.
pub fn open(path: &Path) -> Result<BundleReader, ArchiveError> {
    let reader = BundleReader::open(path)?;
    let mut defects = Vec::new();
    match reader.entry("evid.json").map(|b| serde_json::from_slice::<Manifest>(&b)) {
        Ok(Ok(manifest)) => defects.extend(reader.check_head(&manifest.head)),
        Ok(Err(e)) => defects.push(Defect::of("evid.json", DefectKind::Facets(e.to_string()))),
        Err(defect) => defects.push(defect),
    }
    if defects.is_empty() {
        return Ok(reader);
    }
    // Some byte differs: find the entries.
    let mut named = reader.check_all();
    named.extend(defects);
    named.dedup();
    Err(ArchiveError::Damaged { path: path.display().to_string(), defects: named })
}

/// Opens a bundle and checks every entry against SHA256SUMS at once.
///
/// # Errors
/// As `open`.
pub fn open_whole(path: &Path) -> Result<BundleReader, ArchiveError> {
    let reader = open(path)?;
    whole(&reader)?;
    Ok(reader)
}

/// Checks every entry of an opened bundle against SHA256SUMS.
fn whole(reader: &BundleReader) -> Result<(), ArchiveError> {
    let defects = reader.check_all();
    if defects.is_empty() { Ok(()) } else { Err(ArchiveError::Damaged { path: reader.path().display().to_string(), defects }) }
}

impl Files for BundleReader {
    fn names(&self) -> Vec<&str> {
        BundleReader::names(self).collect()
    }
    fn bytes(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.entry(name).ok().map(Cow::Owned)
    }
    fn read(&self, name: &str, into: &mut Vec<u8>) -> bool {
        BundleReader::read(self, name, into).is_ok()
    }
}

/// How a bundle is opened for a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// Its content is checked first, as `evid verify` does (law 15).
    Content,
    /// Only the digests of what the comparison reads are checked, and the report says so.
    Digests,
}

/// Opens a bundle as one side of a comparison. The check and the comparison use the same bytes.
///
/// # Errors
/// As `open`, and where the content contradicts itself.
pub fn side(path: &Path, check: Check) -> Result<Side, ArchiveError> {
    let reader = open(path)?;
    let sha256 = reader.file_sha256().to_owned();
    if check == Check::Content {
        whole(&reader)?;
        let defects = verify::content(&reader, reader.sums()).defects;
        if !defects.is_empty() {
            return Err(ArchiveError::Content { path: path.display().to_string(), defects });
        }
    }
    let mut side = Side::open(&name_of(path), &sha256, Box::new(Held::new(reader)))?;
    side.unchecked = check == Check::Digests;
    Ok(side)
}

/// Manifest and coverage of an opened bundle, for a summary.
///
/// # Errors
/// Where one of them can't be read.
pub fn about(reader: &BundleReader) -> Result<(Manifest, Coverage), ArchiveError> {
    fn document<T: serde::de::DeserializeOwned>(reader: &BundleReader, entry: &str) -> Result<T, Defect> {
        serde_json::from_slice(&reader.entry(entry)?).map_err(|e| Defect::of(entry, DefectKind::Facets(e.to_string())))
    }
    let both = || Ok((document(reader, "evid.json")?, document(reader, "coverage.json")?));
    both().map_err(|defect| ArchiveError::Damaged { path: reader.path().display().to_string(), defects: vec![defect] })
}

/// What a bundle says of itself, for a list of many: of a sound one only manifest, coverage and SHA256SUMS are read, so another byte may be wrong. Where
/// these don't hold together, all of it is read, and every defect named.
///
/// # Errors
/// As `open` and `about`.
pub fn said(path: &Path) -> Result<(Manifest, Coverage), ArchiveError> {
    let read = glance(path, ["evid.json", "coverage.json"]);
    let both = read.and_then(|[m, c]| Some((serde_json::from_slice(&m).ok()?, serde_json::from_slice(&c).ok()?)));
    both.map_or_else(|| about(&open(path)?), Ok)
}

/// What the points of a run are checked by.
///
/// # Errors
/// Where the manifest or the journal can't be read.
pub fn point(reader: &BundleReader) -> Result<Point, ArchiveError> {
    let (manifest, coverage) = about(reader)?;
    let wrong = |defect| ArchiveError::Damaged { path: reader.path().display().to_string(), defects: vec![defect] };
    Point::of(&name_of(reader.path()), (&manifest, &coverage), reader.sums(), |entry| reader.entry(entry)).map_err(wrong)
}

/// Checks the bundles of a run against each other.
///
/// # Errors
/// For the first that contradicts an earlier one.
pub fn agree(paths: &[PathBuf], points: &[Point]) -> Result<(), ArchiveError> {
    let found = points::contradictions(points);
    let Some((of, path)) = found.first().and_then(|(of, _)| Some((*of, paths.get(*of)?.display().to_string()))) else { return Ok(()) };
    Err(ArchiveError::Points { path, defects: found.into_iter().filter(|(i, _)| *i == of).map(|(_, defect)| defect).collect() })
}

/// Opens bundles as the sides of a comparison. A check of content uses all processors by itself, and memory for one bundle at a time.
///
/// # Errors
/// As `open`, for the first that fails; and where bundles of one run contradict each other.
pub fn sides(paths: &[PathBuf], check: Check) -> Result<Vec<Side>, ArchiveError> {
    let at_once = if check == Check::Content { 1 } else { paths.len() };
    let sides: Vec<Side> = each(paths, at_once, |_, path| side(path, check)).into_iter().collect::<Result<_, _>>()?;
    let point = |side: &Side| {
        Point::of(&side.name, (&side.manifest, &side.coverage), side.sums(), |entry| side.file(entry).map(|bytes| bytes.to_vec()))
    };
    // A bundle that is given twice is one point of its run.
    let mut seen = BTreeSet::new();
    let mut points = sides.iter().map(point).collect::<Result<Vec<_>, _>>()?;
    points.iter_mut().zip(&sides).filter(|(_, side)| !seen.insert(side.sha256.clone())).for_each(|(again, _)| again.run = None);
    agree(paths, &points)?;
    Ok(sides)
}

/// All entries of an opened bundle, `SHA256SUMS` excepted.
///
/// # Errors
/// If an entry does not have its digest.
pub fn files(reader: &BundleReader) -> Result<BTreeMap<String, Vec<u8>>, Defect> {
    reader.names().map(|n| Ok((n.to_owned(), reader.entry(n)?))).collect()
}

/// Seals into a new file the entries that `write` gives: name and bytes, in any order, without `evid.json`. A separate thread compresses
/// them, and they wait on disk, so that memory holds only a few at once.
///
/// # Errors
/// If `write` fails, or the file exists (without `force`) or can't be written. No file is left behind then.
pub fn seal(
    path: &Path,
    force: bool,
    write: impl FnOnce(&mut dyn FnMut(String, Vec<u8>)) -> Result<Outline, CaptureError>,
) -> Result<(Sealed, Manifest), ArchiveError> {
    let (give, take) = std::sync::mpsc::sync_channel::<(String, Vec<u8>)>(1);
    let pack = move || -> Result<Pile, WriteError> {
        let mut pile = Pile::new()?;
        take.into_iter().try_for_each(|(name, bytes)| pile.add(name, &bytes))?;
        Ok(pile)
    };
    let (outline, pile) = std::thread::scope(|scope| {
        let packing = scope.spawn(pack);
        // If packing has failed, entries are no longer received; its own error says why.
        let outline = write(&mut |name, bytes| drop(give.send((name, bytes))));
        drop(give);
        (outline, packing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let (outline, pile) = (outline?, pile?);
    // From here on the file has its name, so a Ctrl-C waits until the file is complete.
    #[cfg(feature = "kube")]
    crate::adapters::interrupt::listen();
    let mut writer = BundleWriter::create(path, force)?;
    pile.write(&mut writer)?;
    let manifest = outline.manifest(writer.sums(), &writer.head_sha256());
    writer.add("evid.json", &json::document(&manifest)?)?;
    Ok((writer.finish()?, manifest))
}

//! The evidence folder: how a bundle is named, opened and written.
use crate::adapters::zipfile::{BundleReader, BundleWriter, OpenError, Packed, Pile, Sealed, WriteError};
use crate::bundle::coverage::Coverage;
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::manifest::Manifest;
use crate::bundle::sums::Sums;
use crate::canon::{each, json};
use crate::compare::{CompareError, Entries, Side};
use crate::usecase::capture::{CaptureError, Outline};
use crate::usecase::verify;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The ending of a bundle's file name.
pub const ENDING: &str = ".evid.zip";

/// A bundle that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// No such bundle.
    #[error("no bundle {name}: neither a file of that name nor {path} exists")]
    Missing {
        /// As it was named.
        name: String,
        /// Where else it was looked for.
        path: String,
    },
    /// It is damaged.
    #[error("{path} is damaged and is not used:{}", list(.defects))]
    Damaged {
        /// The file.
        path: String,
        /// Everything that is wrong.
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
        /// Everything that is wrong.
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

/// A bundle by path, or by its name in the evidence folder.
///
/// # Errors
/// Where neither exists.
pub fn locate(name: &str, archive: &Path) -> Result<PathBuf, ArchiveError> {
    let given = PathBuf::from(name);
    if given.is_file() {
        return Ok(given);
    }
    let there = archive.join(format!("{}{ENDING}", name.strip_suffix(ENDING).unwrap_or(name)));
    if there.is_file() { Ok(there) } else { Err(ArchiveError::Missing { name: name.to_owned(), path: there.display().to_string() }) }
}

/// Whether a file begins as a zip does.
pub fn is_zip(path: &Path) -> bool {
    let mut start = [0; 2];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"PK"
}

/// The name of a bundle's file without its ending.
pub fn name_of(path: &Path) -> String {
    let file = path.file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
    file.strip_suffix(ENDING).unwrap_or(&file).to_owned()
}

/// Opens a bundle: the container is whole, and every byte of it is the one that was sealed (`head` in evid.json binds all that
/// stands before it). An entry is held against SHA256SUMS when it is read.
///
/// # Errors
/// Where anything is wrong with it; every defect is listed.
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
    // Some byte is another: say in which entries.
    let mut named = reader.check_all();
    named.extend(defects);
    named.dedup();
    Err(ArchiveError::Damaged { path: path.display().to_string(), defects: named })
}

/// Opens a bundle and holds every entry against SHA256SUMS at once.
///
/// # Errors
/// As `open`.
pub fn open_whole(path: &Path) -> Result<BundleReader, ArchiveError> {
    let reader = open(path)?;
    let defects = reader.check_all();
    if defects.is_empty() { Ok(reader) } else { Err(ArchiveError::Damaged { path: path.display().to_string(), defects }) }
}

/// Entries that have been read, each against SHA256SUMS.
struct Held {
    sums: Sums,
    files: BTreeMap<String, Arc<Vec<u8>>>,
}

impl Entries for Held {
    fn sums(&self) -> &Sums {
        &self.sums
    }
    fn entry(&self, name: &str) -> Result<Arc<Vec<u8>>, String> {
        self.files.get(name).cloned().ok_or_else(|| "missing".into())
    }
}

/// Opens a bundle as one side of a comparison. Its content is checked first, as `evid verify` does (law 15); the same bytes serve the
/// check and the comparison.
///
/// # Errors
/// As `open`, and where the content contradicts itself.
pub fn side(path: &Path) -> Result<Side, ArchiveError> {
    let reader = open(path)?;
    let shown = || path.display().to_string();
    let files = files(&reader).map_err(|defect| ArchiveError::Damaged { path: shown(), defects: vec![defect] })?;
    let sums = reader.sums().clone();
    let sha256 = reader.file_sha256().to_owned();
    drop(reader);
    let defects = verify::content(&files, &sums).defects;
    if !defects.is_empty() {
        return Err(ArchiveError::Content { path: shown(), defects });
    }
    let files = files.into_iter().map(|(name, bytes)| (name, Arc::new(bytes))).collect();
    Ok(Side::open(&name_of(path), &sha256, Box::new(Held { sums, files }))?)
}

/// Manifest and coverage of an opened bundle, for a look at it.
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

/// Opens bundles as the sides of a comparison, side by side.
///
/// # Errors
/// As `open`, for the first that fails.
pub fn sides(paths: &[PathBuf]) -> Result<Vec<Side>, ArchiveError> {
    each(paths, paths.len(), |_, path| side(path)).into_iter().collect()
}

/// All entries of an opened bundle, `SHA256SUMS` excepted.
///
/// # Errors
/// Where an entry does not hold.
pub fn files(reader: &BundleReader) -> Result<BTreeMap<String, Vec<u8>>, Defect> {
    reader.names().map(|n| Ok((n.to_owned(), reader.entry(n)?))).collect()
}

/// Seals into a new file what `write` hands out: entries (name and bytes) in any order, but `evid.json`. They are compressed on a
/// thread of their own and wait on disk, so that only a few are held at once.
///
/// # Errors
/// Where `write` fails, or the file exists (without `force`) or can't be written; nothing is left behind then.
pub fn seal(
    path: &Path,
    force: bool,
    write: impl FnOnce(&mut dyn FnMut(String, Vec<u8>)) -> Result<Outline, CaptureError>,
) -> Result<(Sealed, Manifest), ArchiveError> {
    let (give, take) = std::sync::mpsc::sync_channel::<(String, Vec<u8>)>(1);
    let pack = move || -> Result<Pile, WriteError> {
        let mut pile = Pile::new()?;
        take.into_iter().try_for_each(|(name, bytes)| pile.add(Packed::new(&name, &bytes)?))?;
        Ok(pile)
    };
    let (outline, pile) = std::thread::scope(|scope| {
        let packing = scope.spawn(pack);
        // Where packing has failed nobody takes what is given any more; its own error says why.
        let outline = write(&mut |name, bytes| drop(give.send((name, bytes))));
        drop(give);
        (outline, packing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let (outline, pile) = (outline?, pile?);
    // From here on the file has a name: a Ctrl-C waits until it is whole.
    #[cfg(feature = "kube")]
    crate::adapters::interrupt::listen();
    let mut writer = BundleWriter::create(path, force)?;
    pile.write(&mut writer)?;
    let manifest = outline.manifest(writer.sums(), &writer.head_sha256());
    writer.add("evid.json", &json::document(&manifest)?)?;
    Ok((writer.finish()?, manifest))
}

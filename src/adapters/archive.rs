//! The evidence folder: how a bundle is named, opened and written.
use crate::adapters::zipfile::BundleReader;
use crate::adapters::zipfile::BundleWriter;
use crate::adapters::zipfile::OpenError;
use crate::adapters::zipfile::Packed;
use crate::adapters::zipfile::Sealed;
use crate::adapters::zipfile::WriteError;
use crate::bundle::defect::Defect;
use crate::bundle::defect::DefectKind;
use crate::bundle::manifest::Manifest;
use crate::bundle::sums::Sums;
use crate::compare::CompareError;
use crate::compare::Entries;
use crate::compare::Side;
use crate::usecase::capture::Draft;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

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
    /// It can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its documents can't be read.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// It can't be written.
    #[error(transparent)]
    Write(#[from] WriteError),
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
/// As [`open`].
pub fn open_whole(path: &Path) -> Result<BundleReader, ArchiveError> {
    let reader = open(path)?;
    let defects = reader.check_all();
    if defects.is_empty() { Ok(reader) } else { Err(ArchiveError::Damaged { path: path.display().to_string(), defects }) }
}

struct Zip(BundleReader);

impl Entries for Zip {
    fn sums(&self) -> &Sums {
        self.0.sums()
    }
    fn entry(&self, name: &str) -> Result<Vec<u8>, String> {
        self.0.entry(name).map_err(|d| d.what.to_string())
    }
}

/// Opens a bundle as one side of a comparison.
///
/// # Errors
/// As [`open`].
pub fn side(path: &Path) -> Result<Side, ArchiveError> {
    let reader = open(path)?;
    let sha256 = reader.file_sha256().to_owned();
    Ok(Side::open(&name_of(path), &sha256, Box::new(Zip(reader)))?)
}

/// Opens bundles as the sides of a comparison, side by side.
///
/// # Errors
/// As [`open`], for the first that fails.
pub fn sides(paths: &[PathBuf]) -> Result<Vec<Side>, ArchiveError> {
    std::thread::scope(|scope| {
        let opening: Vec<_> = paths.iter().map(|path| scope.spawn(|| side(path))).collect();
        opening.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// All entries of an opened bundle, `SHA256SUMS` excepted.
///
/// # Errors
/// Where an entry does not hold.
pub fn files(reader: &BundleReader) -> Result<BTreeMap<String, Vec<u8>>, Defect> {
    reader.names().map(|n| Ok((n.to_owned(), reader.entry(n)?))).collect()
}

/// Seals a draft into a new file.
///
/// # Errors
/// Where the file exists (without `force`) or can't be written; nothing is left behind then.
pub fn seal(path: &Path, draft: &Draft, force: bool) -> Result<Sealed, ArchiveError> {
    let mut writer = BundleWriter::create(path, force)?;
    let entries: Vec<(&String, &Vec<u8>)> = draft.files.iter().collect();
    let (first, second) = entries.split_at(entries.len() / 2);
    let pack = |part: &[(&String, &Vec<u8>)]| part.iter().map(|(name, bytes)| Packed::new(name, bytes)).collect::<Vec<_>>();
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| pack(second));
        (pack(first), other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    for packed in first.into_iter().chain(second) {
        writer.add_packed(packed?)?;
    }
    let manifest = draft.manifest(&writer.head_sha256())?;
    writer.add("evid.json", &manifest)?;
    Ok(writer.finish()?)
}

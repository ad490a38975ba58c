//! Writes a bundle: one pass, the same bytes for the same entries, and either the whole file or none. Knows the order of entries
//! and their digests; must not know what is in them.
use crate::adapters::FileError;
use crate::adapters::fresh;
use crate::adapters::zipfile::sink::Sink;
use crate::adapters::zipfile::{MAX_ENTRIES, MAX_ENTRY, MAX_FILE, MAX_TOTAL};
use crate::bundle::names;
use crate::bundle::names::NameFault;
use crate::bundle::sums::Sums;
use crate::canon::sha256_hex;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use zip::read::ZipFile;
use zip::write::{PreparedZipFile, SimpleFileOptions};
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// Evidence is for its readers, whatever the umask is.
const MODE: u32 = 0o644;

/// Why a bundle could not be written. No file is left behind.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file exists already.
    #[error("{}: exists already, and evidence is never overwritten unasked. Choose another name, or pass --force", path.display())]
    Exists {
        /// The bundle.
        path: PathBuf,
    },
    /// The disk said no.
    #[error("{0}. Check the folder, its permissions and the free space, then run it again")]
    Io(FileError),
    /// A name that no bundle may hold.
    #[error("entry {name:?} can't be in a bundle: {fault}")]
    Name {
        /// The entry.
        name: String,
        fault: NameFault,
    },
    /// Entries must come sorted by name, with evid.json last; SHA256SUMS is written by itself.
    #[error("entry {name} comes in the wrong order; this is a fault of evid, please report it")]
    Order {
        /// The entry.
        name: String,
    },
    /// Names that differ in letter case only.
    #[error("entries {name} and {other} differ in letter case only; rename one of them (layer names come from evid.yaml)")]
    Collision {
        /// The later entry.
        name: String,
        /// The earlier one.
        other: String,
    },
    /// Larger than what evid reads.
    #[error("entry {name}: {what} would be {found}, more than the {most} that evid reads. Capture less at a time")]
    Limit {
        /// The entry at which it happened.
        name: String,
        /// Of what, with its unit.
        what: &'static str,
        /// How much.
        found: u64,
        /// The most that is allowed.
        most: u64,
    },
    /// The zip library refused.
    #[error("entry {name}: the zip library refused it: {cause}; this is a fault of evid, please report it")]
    Zip {
        /// The entry.
        name: String,
        cause: String,
    },
}

/// A packed entry.
fn packed(name: &str, bytes: &[u8]) -> Result<PreparedZipFile, WriteError> {
    PreparedZipFile::from_data(name, options(name, bytes)?, bytes).map_err(|e| refused(name, &e))
}

/// How an entry is packed, if it may be in a bundle: `evid.json` and `SHA256SUMS` uncompressed, so that each of their bytes is covered by a check.
pub(super) fn options(name: &str, bytes: &[u8]) -> Result<SimpleFileOptions, WriteError> {
    names::check(name.as_bytes()).map_err(|fault| WriteError::Name { name: name.into(), fault })?;
    within(name, "its size in bytes", bytes.len() as u64, MAX_ENTRY)?;
    let plain = name == names::MANIFEST || name == names::SUMS;
    Ok(SimpleFileOptions::default()
        .compression_method(if plain { CompressionMethod::Stored } else { CompressionMethod::Deflated })
        .compression_level(if plain { None } else { Some(6) })
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644)
        .large_file(false))
}

/// A bundle that is being written, in a temporary file beside its path. If it is dropped before `finish`, no file is left.
#[derive(Debug)]
pub struct BundleWriter {
    path: PathBuf,
    force: bool,
    zip: ZipWriter<Sink>,
    sums: Sums,
    last: String,
    total: u64,
}

/// A finished bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub path: PathBuf,
    /// SHA-256 of the whole file, 64 lowercase hex digits: what gets signed.
    pub sha256: String,
    /// The digest of each entry.
    pub sums: Sums,
    /// The size of the file in bytes.
    pub size: u64,
}

impl BundleWriter {
    /// Starts a bundle that `finish` puts at `path`, whose folder must exist. With `force` an existing file is replaced.
    ///
    /// # Errors
    /// If the file exists, or the folder is not writable.
    pub fn create(path: &Path, force: bool) -> Result<Self, WriteError> {
        if !force && path.symlink_metadata().is_ok() {
            return Err(WriteError::Exists { path: path.into() });
        }
        let temp = tempfile::Builder::new()
            .prefix(".evid-")
            .suffix(".tmp")
            .tempfile_in(folder(path))
            .map_err(FileError::writing(path))
            .map_err(WriteError::Io)?;
        let sink = Sink::new(temp);
        Ok(Self { path: path.into(), force, zip: ZipWriter::new(sink), sums: Sums::default(), last: String::new(), total: 0 })
    }

    /// Compresses and writes one entry. Entries must come sorted by the bytes of their names, then `evid.json`.
    ///
    /// # Errors
    /// If the name or the order is not allowed, a limit is exceeded, or I/O fails.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let entry = packed(name, bytes)?;
        self.admit(name, bytes.len() as u64)?;
        self.put(entry, name)?;
        self.sums.insert(name, sha256_hex(bytes));
        self.last = name.into();
        Ok(())
    }

    /// Writes one entry whose compressed bytes are in another zip, in the same order as `add`. `sha256` and `size` describe its content.
    pub(super) fn add_raw<R: io::Read>(&mut self, name: &str, entry: ZipFile<'_, R>, sha256: String, size: u64) -> Result<(), WriteError> {
        self.admit(name, size)?;
        let done = self.zip.raw_copy_file(entry);
        done.map_err(|e| self.told(name, e))?;
        self.sums.insert(name, sha256);
        self.last = name.into();
        Ok(())
    }

    /// Whether an entry may come next.
    fn admit(&mut self, name: &str, size: u64) -> Result<(), WriteError> {
        let manifest = name == names::MANIFEST;
        if self.last == names::MANIFEST || name == names::SUMS || (!manifest && name <= &*self.last) {
            return Err(WriteError::Order { name: name.into() });
        }
        self.total += size;
        within(name, "the size of all content in bytes", self.total, MAX_TOTAL)?;
        // One more will follow: SHA256SUMS.
        within(name, "the number of entries", self.sums.len() as u64 + 2, MAX_ENTRIES)
    }

    /// The digests of the entries so far.
    pub fn sums(&self) -> &Sums {
        &self.sums
    }

    /// SHA-256 (64 lowercase hex digits) of every byte written so far. `evid.json` holds the value from just before itself, so that a
    /// bundle covers its stored bytes and not only the decoded content.
    pub fn head_sha256(&self) -> String {
        self.zip.get_ref().map(Sink::sha256).unwrap_or_default()
    }

    /// Writes SHA256SUMS, makes the file durable and moves it to its path.
    ///
    /// # Errors
    /// If `evid.json` was not added last, if names collide, if I/O fails, or if the file exists by now and `force` is off.
    pub fn finish(mut self) -> Result<Sealed, WriteError> {
        if self.last != names::MANIFEST {
            return Err(WriteError::Order { name: names::MANIFEST.into() });
        }
        if let Some((name, other)) = names::collisions(self.sums.iter().map(|(name, _)| name)).first() {
            return Err(WriteError::Collision { name: (*name).into(), other: (*other).into() });
        }
        self.put(packed(names::SUMS, self.sums.to_string().as_bytes())?, names::SUMS)?;
        let Self { path, force, zip, sums, .. } = self;
        let failed = |source| WriteError::Io(FileError::writing(&path)(source));
        let sink = zip.finish().map_err(|e| failed(e.into()))?;
        let (sha256, size) = (sink.sha256(), sink.size());
        within(names::SUMS, "the size of the file in bytes", size, MAX_FILE)?;
        let temp = sink.into_file().map_err(failed)?;
        fresh::restrict(temp.as_file(), MODE).map_err(failed)?;
        temp.as_file().sync_all().map_err(failed)?;
        let placed = if force { temp.persist(&path) } else { temp.persist_noclobber(&path) };
        placed.map_err(|e| match e.error.kind() {
            io::ErrorKind::AlreadyExists => WriteError::Exists { path: path.clone() },
            _ => failed(e.error),
        })?;
        if cfg!(unix) {
            File::open(folder(&path)).and_then(|f| f.sync_all()).map_err(failed)?;
        }
        Ok(Sealed { path, sha256, sums, size })
    }

    fn put(&mut self, file: PreparedZipFile, name: &str) -> Result<(), WriteError> {
        let done = self.zip.add_prepared_file(file);
        done.map_err(|e| self.told(name, e))
    }

    fn told(&self, name: &str, error: zip::result::ZipError) -> WriteError {
        match error {
            zip::result::ZipError::Io(source) => WriteError::Io(FileError::writing(&self.path)(source)),
            other => refused(name, &other),
        }
    }
}

pub(super) fn refused(name: &str, cause: &zip::result::ZipError) -> WriteError {
    WriteError::Zip { name: name.into(), cause: cause.to_string() }
}

fn within(name: &str, what: &'static str, found: u64, most: u64) -> Result<(), WriteError> {
    if found > most { Err(WriteError::Limit { name: name.into(), what, found, most }) } else { Ok(()) }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

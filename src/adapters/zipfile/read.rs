//! Opens a bundle: a closed world in which every byte is accounted for before an entry is given out. Knows names and digests;
//! must not know what is in an entry.
use crate::adapters::FileError;
use crate::adapters::zipfile::content::{Entry, Unpacker};
use crate::adapters::zipfile::{MAX_FILE, scan};
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::names;
use crate::bundle::sums::Sums;
use crate::canon::hex;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Threads that check entries.
const THREADS: usize = 2;

/// Why a bundle was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The disk said no.
    #[error("{0}. Check the path and its permissions; `evid list` names the bundles at hand")]
    Io(FileError),
    /// Larger than what evid reads. Sizes are bytes.
    #[error("{}: has more than {most} bytes, the most that evid reads; it is no bundle that evid wrote", path.display())]
    TooLarge { path: PathBuf, most: u64 },
    /// evid would not have written it; the list has every defect.
    #[error("{}: refused, {} found:{}\nGet the file anew from who captured it, or capture again", path.display(), count(.defects), lines(.defects))]
    Refused {
        path: PathBuf,
        /// At least one.
        defects: Vec<Defect>,
    },
}

/// A bundle whose container is sound and whose SHA256SUMS lists exactly the existing entries. The content is checked as it is read.
pub struct BundleReader {
    path: PathBuf,
    file: Vec<u8>,
    entries: BTreeMap<String, Stored>,
    sums: Sums,
    file_sha256: String,
    head_sha256: String,
    /// Those that no thread uses now.
    unpackers: Mutex<Vec<Unpacker>>,
}

/// An entry of the file in memory.
struct Stored {
    entry: Entry,
    /// Whether it was checked against its digest; the bytes in memory do not change after that.
    checked: AtomicBool,
}

impl BundleReader {
    /// Reads a file of at most 256 MiB into memory and checks everything but the content of the entries.
    ///
    /// # Errors
    /// The disk, the size, or every defect found.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Io(FileError::reading(path)(source));
        let handle = File::open(path).map_err(failed)?;
        let size = handle.metadata().map_err(failed)?.len();
        let mut file = Vec::with_capacity(usize::try_from(size.min(MAX_FILE)).unwrap_or(0) + 1);
        handle.take(MAX_FILE + 1).read_to_end(&mut file).map_err(failed)?;
        if file.len() as u64 > MAX_FILE {
            return Err(OpenError::TooLarge { path: path.into(), most: MAX_FILE });
        }
        Self::of_bytes(path, file).map_err(|defects| OpenError::Refused { path: path.into(), defects })
    }

    fn of_bytes(path: &Path, file: Vec<u8>) -> Result<Self, Vec<Defect>> {
        let entries = scan::scan(&file)?;
        let sums = listing(&file, &entries).map_err(|what| vec![Defect::of(names::SUMS, what)])?;
        let unlisted = entries.keys().filter(|name| *name != names::SUMS && sums.get(name).is_none());
        let missing = sums.iter().filter(|(name, _)| !entries.contains_key(*name));
        let defects: Vec<_> = unlisted
            .map(|name| Defect::of(name, DefectKind::Unlisted))
            .chain(missing.map(|(name, _)| Defect::of(name, DefectKind::Missing)))
            .collect();
        if !defects.is_empty() {
            return Err(defects);
        }
        let (head, rest) = file.split_at(entries.get(names::MANIFEST).map_or(0, |e| e.start.min(file.len())));
        let mut hash = Sha256::new_with_prefix(head);
        let head_sha256 = hex(&hash.clone().finalize());
        hash.update(rest);
        let file_sha256 = hex(&hash.finalize());
        let stored = |(name, entry)| (name, Stored { entry, checked: AtomicBool::new(false) });
        let entries = entries.into_iter().map(stored).collect();
        Ok(Self { path: path.into(), file, entries, sums, file_sha256, head_sha256, unpackers: Mutex::default() })
    }

    /// The path of the bundle.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// SHA-256 of the whole file, 64 lowercase hex digits: the subject of signatures.
    pub fn file_sha256(&self) -> &str {
        &self.file_sha256
    }

    /// SHA-256 (64 lowercase hex digits) of every byte before the entry `evid.json`, for comparison with the value in that entry.
    pub fn head_sha256(&self) -> &str {
        &self.head_sha256
    }

    /// A defect unless the bytes before `evid.json` have this SHA-256 (64 lowercase hex digits, taken from `evid.json`).
    pub fn check_head(&self, sealed: &str) -> Option<Defect> {
        let what = || DefectKind::Head { found: self.head_sha256.clone(), wanted: sealed.into() };
        (self.head_sha256 != sealed).then(|| Defect::container(what()))
    }

    /// The digests that SHA256SUMS lists: of exactly the existing entries.
    pub fn sums(&self) -> &Sums {
        &self.sums
    }

    /// The names of all entries but SHA256SUMS, sorted by their bytes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sums.iter().map(|(name, _)| name)
    }

    /// The size of an entry's content in bytes, as declared.
    pub fn size(&self, name: &str) -> Option<u64> {
        self.entries.get(name).map(|stored| stored.entry.size)
    }

    /// The content of one entry, after its digest was checked.
    ///
    /// # Errors
    /// It is not there, or was changed.
    pub fn entry(&self, name: &str) -> Result<Vec<u8>, Defect> {
        let mut content = Vec::new();
        self.read(name, &mut content)?;
        Ok(content)
    }

    /// As [`entry`](Self::entry), into a buffer that replaces its content.
    ///
    /// # Errors
    /// As `entry`.
    pub fn read(&self, name: &str, content: &mut Vec<u8>) -> Result<(), Defect> {
        content.clear();
        content.reserve_exact(self.size(name).and_then(|size| usize::try_from(size).ok()).unwrap_or(0));
        let mut unpacker = self.unpackers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_else(Unpacker::new);
        let mut take = |piece: &[u8]| content.extend_from_slice(piece);
        match self.entries.get(name).filter(|stored| stored.checked.load(Ordering::Relaxed)) {
            Some(stored) => unpacker.again(&self.file, &stored.entry, &mut take).map_err(|what| Defect::of(name, what))?,
            None => self.check(&mut unpacker, name, &mut take)?,
        }
        self.unpackers.lock().unwrap_or_else(PoisonError::into_inner).push(unpacker);
        Ok(())
    }

    /// Decodes and hashes every entry, on two threads and in little memory. Gives every defect, in the order of the names. If stored
    /// bytes were replaced by others with the same content, only `check_head` and a signature can tell.
    pub fn check_all(&self) -> Vec<Defect> {
        let names: Vec<&str> = self.names().collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut unpacker = Unpacker::new();
            let mut found = Vec::new();
            while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                found.extend(self.check(&mut unpacker, name, |_| ()).err());
            }
            found
        };
        let mut defects: Vec<Defect> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..THREADS).map(|_| scope.spawn(work)).collect();
            let mine = work();
            let stopped = |_| vec![Defect::container(DefectKind::Stream("the check stopped; run it again".into()))];
            others.into_iter().flat_map(|t| t.join().unwrap_or_else(stopped)).chain(mine).collect()
        });
        defects.sort_by(|a, b| a.entry.cmp(&b.entry));
        defects
    }

    fn check(&self, unpacker: &mut Unpacker, name: &str, each: impl FnMut(&[u8])) -> Result<(), Defect> {
        let fail = |what| Defect::of(name, what);
        let Stored { entry, checked } = self.entries.get(name).ok_or_else(|| fail(DefectKind::Absent))?;
        let found = unpacker.unpack(&self.file, entry, each).map_err(fail)?;
        // SHA256SUMS does not list itself: its content was checked, line by line, when the bundle was opened.
        if let Some(wanted) = self.sums.get(name).filter(|wanted| *wanted != found) {
            return Err(fail(DefectKind::Digest { found, wanted: wanted.into() }));
        }
        checked.store(true, Ordering::Relaxed);
        Ok(())
    }
}

fn listing(file: &[u8], entries: &BTreeMap<String, Entry>) -> Result<Sums, DefectKind> {
    let entry = entries.get(names::SUMS).ok_or(DefectKind::Absent)?;
    let mut text = Vec::new();
    Unpacker::new().unpack(file, entry, |piece| text.extend_from_slice(piece))?;
    Ok(Sums::parse(&text)?)
}

fn count(defects: &[Defect]) -> String {
    format!("{} defect{}", defects.len(), if defects.len() == 1 { "" } else { "s" })
}

fn lines(defects: &[Defect]) -> String {
    defects.iter().map(|defect| format!("\n  {defect}")).collect()
}

//! Compressed entries on disk, in the order in which they were made, until a bundle takes them in its own: so that no more than one is
//! held in memory. Must not know what is in them.
use crate::adapters::FileError;
use crate::adapters::zipfile::write::{BundleWriter, WriteError, options, refused};
use crate::canon::sha256_hex;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::{BufReader, BufWriter, Write as _};
use zip::result::ZipError;
use zip::{ZipArchive, ZipWriter};

/// Compressed entries in an unnamed temporary file.
pub struct Pile {
    zip: ZipWriter<BufWriter<File>>,
    /// Name → SHA-256 and size of the content.
    notes: BTreeMap<String, (String, u64)>,
}

impl Pile {
    /// An empty pile, in the system's folder for temporary files.
    ///
    /// # Errors
    /// If no file can be made there.
    pub fn new() -> Result<Self, WriteError> {
        let file = tempfile::tempfile().map_err(failed)?;
        Ok(Self { zip: ZipWriter::new(BufWriter::with_capacity(1 << 18, file)), notes: BTreeMap::new() })
    }

    /// Compresses and adds an entry. What compresses is the same for all: to make it anew for each one takes longer than to pack a small one,
    /// and leaves holes in memory that nothing fits into.
    ///
    /// # Errors
    /// If the name is not allowed or exists already, the entry is larger than 512 MiB, or I/O fails.
    pub fn add(&mut self, name: String, bytes: &[u8]) -> Result<(), WriteError> {
        self.zip.start_file(&*name, options(&name, bytes)?).map_err(|e| told(&name, e))?;
        self.zip.write_all(bytes).map_err(failed)?;
        self.notes.insert(name, (sha256_hex(bytes), bytes.len() as u64));
        Ok(())
    }

    /// Writes all entries into a bundle, sorted.
    ///
    /// # Errors
    /// As [`BundleWriter::add`].
    pub fn write(self, bundle: &mut BundleWriter) -> Result<(), WriteError> {
        let file = self.zip.finish().map_err(|e| told("", e))?.into_inner().map_err(|e| failed(e.into_error()))?;
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|e| told("", e))?;
        for (name, (sha256, size)) in self.notes {
            let entry = zip.index_for_name(&name).ok_or(ZipError::FileNotFound).and_then(|at| zip.by_index_raw(at));
            bundle.add_raw(&name, entry.map_err(|e| told(&name, e))?, sha256, size)?;
        }
        Ok(())
    }
}

fn told(name: &str, error: ZipError) -> WriteError {
    match error {
        ZipError::Io(source) => failed(source),
        other => refused(name, &other),
    }
}

fn failed(source: io::Error) -> WriteError {
    WriteError::Io(FileError::writing(&std::env::temp_dir())(source))
}

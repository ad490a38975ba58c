//! Writes the bytes of a bundle into a temporary file and hashes them with SHA-256 at the same time. Must not know what a zip is.
use crate::canon::hex;
use sha2::{Digest as _, Sha256};
use std::io;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use tempfile::NamedTempFile;

/// Hashes all bytes that are written. It can only append: the zip library has no way to change bytes that are hashed already.
#[derive(Debug)]
pub(super) struct Sink {
    file: BufWriter<NamedTempFile>,
    hash: Sha256,
    len: u64,
}

impl Sink {
    /// Starts with an empty file.
    pub(super) fn new(file: NamedTempFile) -> Self {
        Self { file: BufWriter::with_capacity(1 << 18, file), hash: Sha256::new(), len: 0 }
    }

    /// SHA-256 of the bytes so far, 64 lowercase hex digits.
    pub(super) fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }

    /// The bytes so far.
    pub(super) fn size(&self) -> u64 {
        self.len
    }

    /// The file, after all bytes were given to the system.
    pub(super) fn into_file(self) -> io::Result<NamedTempFile> {
        self.file.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.len += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Sink {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(at) if at == self.len => Ok(at),
            SeekFrom::Current(0) | SeekFrom::End(0) => Ok(self.len),
            _ => Err(io::Error::new(io::ErrorKind::Unsupported, "a bundle is written in one pass")),
        }
    }
}

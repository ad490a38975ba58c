//! Timestamps in files, beside the signed files that they are of.
use crate::adapters::report_file::stamp;
use crate::adapters::{FileError, fresh};
use crate::envelope::{Timestamp, TimestampFault};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

/// The most bytes that are read of an answer.
const MOST: u64 = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum StampFileError {
    #[error(transparent)]
    Io(#[from] FileError),
    #[error("{}: {fault}", .file.display())]
    Fault { file: PathBuf, fault: TimestampFault },
    #[error("{}: another timestamp is there", .0.display())]
    Other(PathBuf),
}

/// Reads an answer about a signed file: its bytes, and what it says.
///
/// # Errors
/// If it can't be read, is none, or is about another file.
pub fn answer(path: &Path, signed: &Path) -> Result<(Vec<u8>, Timestamp), StampFileError> {
    let wrong = |fault| StampFileError::Fault { file: path.into(), fault };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MOST).read_to_end(&mut bytes)).map_err(FileError::reading(path))?;
    let read = Timestamp::parse(&bytes).map_err(wrong)?;
    read.is_of(&std::fs::read(signed).map_err(FileError::reading(signed))?).map_err(wrong)?;
    Ok((bytes, read))
}

/// The timestamp beside a signed file, if there is one.
///
/// # Errors
/// As `answer`.
pub fn beside(signed: &Path) -> Result<Option<Timestamp>, StampFileError> {
    let path = stamp(signed);
    if path.symlink_metadata().is_err_and(|e| e.kind() == ErrorKind::NotFound) {
        return Ok(None);
    }
    answer(&path, signed).map(|(_, read)| Some(read))
}

/// Writes an answer beside the signed file that it is about; false if it is there already.
///
/// # Errors
/// If another one is there, or the folder can't be written.
pub fn keep(signed: &Path, bytes: &[u8]) -> Result<bool, StampFileError> {
    let path = stamp(signed);
    match std::fs::read(&path) {
        Ok(there) if there == bytes => return Ok(false),
        Ok(_) => return Err(StampFileError::Other(path)),
        Err(_) => {}
    }
    fresh::create(&path, bytes, 0o644).map_err(FileError::writing(&path))?;
    Ok(true)
}

/// The certificates of authorities in these files, as one text.
///
/// # Errors
/// If one can't be read.
pub fn authorities(paths: &[PathBuf]) -> Result<String, FileError> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).map(|text| text + "\n").map_err(FileError::reading(path));
    paths.iter().map(read).collect()
}

/// Whether one of the named authorities made the timestamp beside a signed file.
///
/// # Errors
/// If not.
pub fn check(read: &Timestamp, signed: &Path, authorities: &str) -> Result<(), StampFileError> {
    read.check(authorities).map_err(|fault| StampFileError::Fault { file: stamp(signed), fault })
}

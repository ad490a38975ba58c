//! A folder of text files: written file by file, each whole or not at all, and never over another content. It must not know what the
//! texts say.
use crate::adapters::{FileError, fresh};
use std::path::{Path, PathBuf};

/// Why a folder can't be written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file of that name says something else.
    #[error("{}: there is another file of this name, and it is left as it is", path.display())]
    Differs { path: PathBuf },
    /// The disk does not give or take a file.
    #[error(transparent)]
    Io(#[from] FileError),
}

/// Writes files below a folder, by their paths with `/`. Files that are there with the same bytes stay. Nothing is written if one differs.
///
/// # Errors
/// Where a file differs, or can't be written.
pub fn write(dir: &Path, files: &[(String, Vec<u8>)]) -> Result<(), FolderError> {
    let mut missing = Vec::new();
    for (name, bytes) in files {
        let path = dir.join(name);
        match read(&path)? {
            None => missing.push((path, bytes)),
            Some(there) if there == *bytes => {}
            Some(_) => return Err(FolderError::Differs { path }),
        }
    }
    for (path, bytes) in missing {
        let dir = path.parent().unwrap_or(dir);
        std::fs::create_dir_all(dir).map_err(FileError::writing(dir))?;
        fresh::create(&path, bytes, 0o644).map_err(FileError::writing(&path))?;
    }
    Ok(())
}

/// The bytes of a file; none if there is none.
///
/// # Errors
/// If it can't be read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match std::fs::read(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(FileError::reading(path)),
    }
}

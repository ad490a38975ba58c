//! A folder of text files: read whole; written file by file, each whole or not at all, and never over another content. It must not know
//! what the texts say.
use crate::adapters::archive::ENDING;
use crate::adapters::{FileError, fresh};
use crate::usecase::import::Given;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("{}: there is another file of this name, and it is left as it is", path.display())]
    Differs { path: PathBuf },
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

/// The largest file that is read.
const LARGEST: u64 = 16 << 20;

/// Every file below a folder, sorted by path; hidden ones and bundles are left out, and links are not followed. What can't be read says
/// why.
///
/// # Errors
/// If the folder itself can't be read.
pub fn texts(dir: &Path) -> Result<Vec<Given>, FileError> {
    std::fs::read_dir(dir).map_err(FileError::reading(dir))?;
    let hidden = |e: &walkdir::DirEntry| e.depth() > 0 && e.file_name().to_string_lossy().starts_with('.');
    let mut out = Vec::new();
    for entry in walkdir::WalkDir::new(dir).min_depth(1).into_iter().filter_entry(|e| !hidden(e)) {
        let (path, bytes) = match entry {
            Ok(entry) if entry.file_type().is_dir() || entry.path().to_string_lossy().ends_with(ENDING) => continue,
            Ok(entry) => (entry.path().to_owned(), bytes(&entry)),
            Err(e) => (e.path().unwrap_or(dir).to_owned(), Err(e.to_string())),
        };
        let parts = path.strip_prefix(dir).unwrap_or(&path).components().map(|c| c.as_os_str().to_string_lossy().into_owned());
        out.push(Given { path: parts.collect::<Vec<_>>().join("/"), bytes });
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(out)
}

fn bytes(entry: &walkdir::DirEntry) -> Result<Vec<u8>, String> {
    let meta = entry.metadata().map_err(|e| e.to_string())?;
    match () {
        () if entry.path_is_symlink() => Err("a symbolic link, which is not followed".into()),
        () if !meta.is_file() => Err("no regular file".into()),
        () if meta.len() > LARGEST => Err(format!("{} bytes, more than the {LARGEST} that are read", meta.len())),
        () => match std::fs::read(entry.path()) {
            Ok(bytes) if bytes.contains(&0) => Err("it holds other bytes than text".into()),
            read => read.map_err(|e| e.to_string()),
        },
    }
}

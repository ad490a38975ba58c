//! A file that the disk does not give or take. What to do about it is known where it happens, and said there.
use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
#[error("{}: {failed}: {source}", path.display())]
pub struct FileError {
    path: PathBuf,
    failed: &'static str,
    source: io::Error,
}

impl FileError {
    /// For `map_err` where a file is read.
    pub(super) fn reading(path: &Path) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self { path: path.to_owned(), failed: "can't be read", source }
    }

    /// For `map_err` where a file is written.
    pub(super) fn writing(path: &Path) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self { path: path.to_owned(), failed: "can't be written", source }
    }
}

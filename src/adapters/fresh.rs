//! Writes small files completely or not at all, with the right permissions from the first byte on: a temporary file in the same folder,
//! synced, then renamed. Must not know what is in them.
use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::path::Path;
use tempfile::NamedTempFile;

/// Writes a file that does not exist yet. Makes the folder, for its owner alone. `mode` applies on unix.
///
/// # Errors
/// Of kind `AlreadyExists` if the file exists already; otherwise if it can't be written. No file is left behind then.
pub fn create(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let (dir, file) = staged(path, bytes, mode)?;
    file.persist_noclobber(path).map_err(|e| e.error)?;
    sync(dir)
}

/// Writes a file, and replaces an existing one.
///
/// # Errors
/// If it can't be written; an existing file stays as it was.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let (dir, file) = staged(path, bytes, mode)?;
    file.persist(path).map_err(|e| e.error)?;
    sync(dir)
}

/// Writes the whole content to a temporary file beside the path; gives that file and the folder of both.
fn staged<'a>(path: &'a Path, bytes: &[u8], mode: u32) -> io::Result<(&'a Path, NamedTempFile)> {
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_dir(dir)?;
    // On unix the file has mode 600 from the start.
    let mut file = tempfile::Builder::new().prefix(".evid-").suffix(".tmp").tempfile_in(dir)?;
    file.write_all(bytes)?;
    restrict(file.as_file(), mode)?;
    file.as_file().sync_all()?;
    Ok((dir, file))
}

#[cfg(unix)]
fn make_dir(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make_dir(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(dir)
}

/// Sets the permissions of a file, whatever the umask is.
#[cfg(unix)]
pub(super) fn restrict(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn restrict(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

/// Syncs the folder, so that the new name is durable.
#[cfg(unix)]
fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

//! A new file, whole or not at all, with its permissions from its first byte on; and who may use a file that is there.
use crate::adapters::keyfile::KeyFileError;
use std::fs::DirBuilder;
use std::fs::File;
use std::io;
use std::io::Write as _;
use std::path::Path;

/// Writes a file that is not there yet: a temporary file in the same folder, synced, then renamed without overwriting. Makes
/// the folder, for its owner alone. `mode` holds on unix.
///
/// # Errors
/// `Exists` where the file is there already; else where it can't be written, and then nothing is left.
pub(super) fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), KeyFileError> {
    let fault = |source| KeyFileError::Write { file: path.into(), source };
    let dir = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_dir(dir).map_err(fault)?;
    let mut file = temporary(dir).map_err(fault)?;
    file.write_all(bytes).and_then(|()| restrict(file.as_file(), mode)).and_then(|()| file.as_file().sync_all()).map_err(fault)?;
    file.persist_noclobber(path).map_err(|e| match e.error.kind() {
        io::ErrorKind::AlreadyExists => KeyFileError::Exists { file: path.into() },
        _ => fault(e.error),
    })?;
    sync(dir).map_err(fault)
}

fn temporary(dir: &Path) -> io::Result<tempfile::NamedTempFile> {
    // Made with mode 600 on unix.
    tempfile::Builder::new().prefix(".evid-key-").tempfile_in(dir)
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

#[cfg(unix)]
fn restrict(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn restrict(_: &File, _: u32) -> io::Result<()> {
    Ok(())
}

/// Makes the new name last.
#[cfg(unix)]
fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The permission bits of a file that others than its owner may use; None where only the owner may, and where the system has no
/// such bits.
#[cfg(unix)]
pub(super) fn shared(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

#[cfg(not(unix))]
pub(super) fn shared(_: &File) -> io::Result<Option<u32>> {
    Ok(None)
}

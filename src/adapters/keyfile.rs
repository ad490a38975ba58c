//! Key files: the signing key pair `signing.key` and `signing.pub`, the redaction key, and other people's public keys. Private
//! files are for their owner alone. Nothing here is overwritten. Knows no terminal: a passphrase comes from the caller.
use crate::adapters::FileError;
use crate::adapters::fresh;
use crate::canon;
use crate::envelope::{Algorithm, KeyFault, SigningKey, VerifyingKey, Zeroizing};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// File name of the private signing key.
pub const SIGNING_KEY: &str = "signing.key";
/// File name of its public half.
pub const PUBLIC_KEY: &str = "signing.pub";
/// File name of the redaction key.
pub const REDACTION_KEY: &str = "redaction.key";

/// The most bytes that are read from a key file.
const MOST: u64 = 1 << 20;

/// A key file that can't be used or written. Each message names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Not there, or not to be read.
    #[error("{0}; check the path and who may read it")]
    Read(FileError),
    /// Can't be written.
    #[error("{0}; check that the folder is yours and has room")]
    Write(FileError),
    /// There already, and never overwritten.
    #[error("{}: exists and is never overwritten; use it, or move it away to make another key", .file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// Other users may read or write a private file.
    #[error("{file}: others may use it (mode {mode:03o}); run `chmod 600 {file}`, and make another key where somebody may have read it")]
    Open {
        /// The file.
        file: String,
        /// Its permission bits.
        mode: u32,
    },
    /// Other users may put files into the folder of keys.
    #[error(
        "{folder}: others may write there (mode {mode:03o}), and could have put keys of theirs in it; look, then run `chmod go-w {folder}`"
    )]
    Shared {
        /// The folder.
        folder: String,
        /// Its permission bits.
        mode: u32,
    },
    /// It is not the wanted kind of key.
    #[error("{}: {fault}", .file.display())]
    Key {
        /// The file.
        file: PathBuf,
        /// What is wrong, and what to do.
        fault: KeyFault,
    },
    /// The passphrase could not be asked for.
    #[error("{}: is encrypted, and its passphrase can't be asked for: {source}; give it in EVID_PASSPHRASE", .file.display())]
    Ask {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not 64 hex digits.
    #[error("{}: is no redaction key (64 lowercase hex digits and a newline); restore it, or move it away: under a new key no token equals an earlier one", .file.display())]
    Redaction {
        /// The file.
        file: PathBuf,
    },
    /// There is no folder for keys.
    #[error("the folder for keys is unknown: neither XDG_STATE_HOME nor HOME is an absolute path; set one of them")]
    NoHome,
}

/// A new key pair.
#[derive(Debug)]
pub struct Created {
    /// The key.
    pub key: SigningKey,
    /// `<dir>/signing.key`, PKCS#8 PEM, for its owner alone.
    pub private: PathBuf,
    /// `<dir>/signing.pub`, SPKI PEM, for everybody.
    pub public: PathBuf,
}

/// The folder of evid's own keys: `$XDG_STATE_HOME/evid`, else `$HOME/.local/state/evid`. Relative and empty values count as unset, as
/// the XDG base directory specification says.
///
/// # Errors
/// If neither is set, or other users may write there.
pub fn default_dir(env: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, KeyFileError> {
    let absolute = |name: &str| env(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    let state = state.ok_or(KeyFileError::NoHome)?;
    let dir = state.join("evid");
    // evid makes its own folder for its owner alone; on many systems the one above is its owner's group's too, which has no other member.
    for (folder, others) in [(&state, 0o002), (&dir, 0o022)] {
        if let Some(mode) = written_by(folder, others) {
            return Err(KeyFileError::Shared { folder: folder.display().to_string(), mode });
        }
    }
    Ok(dir)
}

/// Reads a private key, PKCS#8 PEM. `ask` is called once, and only where the key is encrypted.
///
/// # Errors
/// If it can't be read, if other users may access it, if it is not one Ed25519 or P-256 key, or if the passphrase is missing or wrong.
pub fn load_signing_key(path: &Path, mut ask: impl FnMut() -> io::Result<String>) -> Result<SigningKey, KeyFileError> {
    let text = read(path, true)?;
    let key = match SigningKey::from_pem(&text, None) {
        Err(KeyFault::PassphraseWanted) => {
            let passphrase = ask().map(Zeroizing::new).map_err(|source| KeyFileError::Ask { file: path.into(), source })?;
            SigningKey::from_pem(&text, Some(&passphrase))
        }
        other => other,
    };
    key.map_err(|fault| KeyFileError::Key { file: path.into(), fault })
}

/// Reads the public keys of a file, one or more SPKI PEM blocks.
///
/// # Errors
/// If it can't be read, has no key, or has anything but Ed25519 and P-256 public keys.
pub fn load_verifying_keys(path: &Path) -> Result<Vec<VerifyingKey>, KeyFileError> {
    VerifyingKey::all_from_pem(&read(path, false)?).map_err(|fault| KeyFileError::Key { file: path.into(), fault })
}

/// Makes a key pair in a folder, and makes the folder too, for its owner alone.
///
/// # Errors
/// If one of the two files exists already, or can't be written.
pub fn create_signing_key(dir: &Path, algorithm: Algorithm) -> Result<Created, KeyFileError> {
    let (private, public) = (dir.join(SIGNING_KEY), dir.join(PUBLIC_KEY));
    if let Some(file) = [&private, &public].into_iter().find(|p| p.symlink_metadata().is_ok()) {
        return Err(KeyFileError::Exists { file: file.clone() });
    }
    let fault = |fault| KeyFileError::Key { file: private.clone(), fault };
    let key = SigningKey::generate(algorithm).map_err(fault)?;
    write(&private, key.to_pem().map_err(fault)?.as_bytes(), 0o600)?;
    write(&public, key.verifying_key().to_pem().as_bytes(), 0o644)?;
    Ok(Created { key, private, public })
}

/// The key for redaction tokens, from `<dir>/redaction.key`. If the file does not exist, a random key is made, and the second value is
/// true.
///
/// # Errors
/// If it can't be read or written, if other users may access it, or if it is malformed.
pub fn load_or_create_redaction_key(dir: &Path) -> Result<(Zeroizing<[u8; 32]>, bool), KeyFileError> {
    let path = dir.join(REDACTION_KEY);
    let created = path.symlink_metadata().is_err_and(|e| e.kind() == io::ErrorKind::NotFound) && create_redaction_key(&path)?;
    let text = read(&path, true)?;
    let key = unhex(&text).ok_or(KeyFileError::Redaction { file: path })?;
    Ok((key, created))
}

/// False if another process made the file first; then its key holds.
fn create_redaction_key(path: &Path) -> Result<bool, KeyFileError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *key).map_err(|e| KeyFileError::Write(FileError::writing(path)(io::Error::other(e))))?;
    let text = Zeroizing::new(format!("{}\n", canon::hex(&*key)));
    match write(path, text.as_bytes(), 0o600) {
        Err(KeyFileError::Exists { .. }) => Ok(false),
        written => written.map(|()| true),
    }
}

/// Writes a new key file.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), KeyFileError> {
    fresh::create(path, bytes, mode).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyFileError::Exists { file: path.into() },
        _ => KeyFileError::Write(FileError::writing(path)(source)),
    })
}

/// The permission bits of a file that other users may access. None if only the owner may, and on systems without such bits.
#[cfg(unix)]
fn shared(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

#[cfg(not(unix))]
fn shared(_: &File) -> io::Result<Option<u32>> {
    Ok(None)
}

/// The permission bits of a folder in which others may replace files; where it is sticky they may not.
#[cfg(unix)]
fn written_by(folder: &Path, others: u32) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = folder.metadata().ok()?.permissions().mode() & 0o7777;
    (mode & others != 0 && mode & 0o1000 == 0).then_some(mode)
}

#[cfg(not(unix))]
fn written_by(_: &Path, _: u32) -> Option<u32> {
    None
}

fn unhex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut key = Zeroizing::new([0; 32]);
    if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (i, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(key)
}

fn read(path: &Path, private: bool) -> Result<Zeroizing<String>, KeyFileError> {
    let fault = |source| KeyFileError::Read(FileError::reading(path)(source));
    let file = File::open(path).map_err(fault)?;
    if private && let Some(mode) = shared(&file).map_err(fault)? {
        return Err(KeyFileError::Open { file: path.display().to_string(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MOST).read_to_string(&mut text).map_err(fault)?;
    Ok(text)
}

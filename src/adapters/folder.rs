//! A folder of evidence on disk: what it holds, and its signed list. Must not know what its files mean.
use crate::adapters::report_file::{ReportFileError, SIGSTORE};
use crate::adapters::{FileError, fresh, report_file};
use crate::bundle::sums::Sums;
use crate::canon;
use crate::envelope::{Envelope, Signer, Statement};
use crate::usecase::folder::{self, MANIFEST, OWN, SIGNER};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error(transparent)]
    Io(#[from] FileError),
    #[error("{0}: is neither a file nor a folder, or has a name that can't be listed; take it out of the folder")]
    Odd(String),
    #[error(transparent)]
    Signed(#[from] ReportFileError),
    #[error("{path}: {what}")]
    List { path: String, what: String },
}

/// The files of a folder and the folders in it, but for its list and the signatures over that: path within the folder and SHA-256. Each is read
/// through once.
///
/// # Errors
/// If one can't be read, is no regular file, or has a name that a list can't hold.
pub fn files(dir: &Path) -> Result<Sums, FolderError> {
    let mut sums = Sums::default();
    for entry in WalkDir::new(dir).min_depth(1).follow_root_links(true) {
        let entry = entry.map_err(|e| FileError::reading(e.path().unwrap_or(dir))(io::Error::other(e.to_string())))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let odd = || FolderError::Odd(entry.path().display().to_string());
        let path = entry.path().strip_prefix(dir).map_err(|_| odd())?;
        let name = path.iter().map(|part| part.to_str()).collect::<Option<Vec<_>>>().ok_or_else(odd)?.join("/");
        if !entry.file_type().is_file() || !folder::is_plain(&name) {
            return Err(odd());
        }
        if !folder::is_own(&name) {
            sums.insert(&name, sha256(entry.path())?);
        }
    }
    Ok(sums)
}

/// The SHA-256 of a file as 64 lowercase hex digits.
///
/// # Errors
/// If it can't be read.
pub fn sha256(path: &Path) -> Result<String, FileError> {
    let failed = FileError::reading(path);
    let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(failed)?);
    let mut hash = Sha256::new();
    loop {
        let chunk = file.fill_buf().map_err(failed)?;
        if chunk.is_empty() {
            return Ok(canon::hex(&hash.finalize()));
        }
        hash.update(chunk);
        let read = chunk.len();
        file.consume(read);
    }
}

/// Puts the signer's public key into a folder, lists its files, and signs the list.
///
/// # Errors
/// As `files`, and if one can't be written.
pub fn seal(dir: &Path, signer: &dyn Signer) -> Result<(), FolderError> {
    let public = signer.public();
    let says = "The public key of who says to have signed this folder, for convenience. It proves nothing by lying here:\n\
                 compare its id with what the signer tells you over a way that you trust.\n";
    let about = format!("{says}keyid {}\n{}", public.keyid(), public.to_pem());
    let put = |name: &str, bytes: &[u8]| {
        let path = dir.join(name);
        fresh::replace(&path, bytes, 0o644).map_err(FileError::writing(&path))
    };
    let mut list = files(dir)?;
    list.insert(SIGNER, canon::sha256_hex(about.as_bytes()));
    // Signed before anything is written: whoever signs may refuse.
    let envelope = report_file::signed(&folder::statement(&list), signer)?;
    unseal(dir)?;
    put(SIGNER, about.as_bytes())?;
    put(MANIFEST, list.to_string().as_bytes())?;
    report_file::keep(dir, MANIFEST, ".json", &envelope)?;
    Ok(())
}

/// Takes the list and its signatures away: the folder is going to change.
///
/// # Errors
/// If they can't be removed.
pub fn unseal(dir: &Path) -> Result<(), FileError> {
    // The list itself goes last: without a signature it says nothing.
    OWN.iter().rev().try_for_each(|name| gone(&dir.join(name)))
}

/// Removes a file, unless it is gone already.
///
/// # Errors
/// If it can't be removed.
pub fn gone(path: &Path) -> Result<(), FileError> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(FileError::writing(path)(e)),
        _ => Ok(()),
    }
}

/// Where the signed statement about a folder's list is.
pub fn signature(dir: &Path) -> PathBuf {
    dir.join(format!("{MANIFEST}.json"))
}

/// Reads the list of a folder and the signed statement about it; none where the folder has neither. Whose the signature is stays to be checked.
///
/// # Errors
/// If one is missing or can't be read, or the statement is about another list.
pub fn list(dir: &Path) -> Result<Option<(Sums, Envelope)>, FolderError> {
    let (path, signed) = (dir.join(MANIFEST), signature(dir));
    let wrong = |path: &Path, what: String| FolderError::List { path: path.display().to_string(), what };
    match (path.exists(), signed.exists()) {
        (false, false) => return Ok(None),
        (true, false) => return Err(wrong(&signed, format!("is missing, so nobody signed {MANIFEST}"))),
        (false, true) => return Err(wrong(&path, "is missing, and a signed statement is about it".into())),
        (true, true) => {}
    }
    let (envelope, statement) = report_file::statement(&signed).map_err(|e| wrong(&signed, e.to_string()))?;
    let other = dir.join(format!("{MANIFEST}{SIGSTORE}"));
    if other.exists() && !report_file::statement(&other).is_ok_and(|(same, _)| same == envelope) {
        return Err(wrong(&other, format!("is not the signature that {} holds: one of them was changed", signed.display())));
    }
    let text = std::fs::read(&path).map_err(FileError::reading(&path))?;
    let sums = folder::parse(&text).map_err(|e| wrong(&path, e.to_string()))?;
    if !is_about(&statement, &sums) {
        return Err(wrong(&path, format!("is not the list that {} is about: one of them was changed", signed.display())));
    }
    Ok(Some((sums, envelope)))
}

fn is_about(statement: &Statement, list: &Sums) -> bool {
    let made = folder::statement(list);
    statement.predicate_type == made.predicate_type && statement.subjects == made.subjects
}

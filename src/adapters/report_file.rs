//! Report files: the DSSE envelope and the same as a sigstore bundle, written whole or not at all.
use crate::canon;
use crate::envelope;
use crate::envelope::Envelope;
use crate::envelope::PAYLOAD_TYPE;
use crate::envelope::SigningKey;
use crate::envelope::Statement;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// A report file that can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportFileError {
    /// The disk says no.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It is no report.
    #[error("is no signed report: {0}")]
    Form(String),
}

/// Signs a statement; a report of the same names and other content is moved aside, never lost. Writes `<a>--<b>.report.json` and `.sigstore.json` into a folder; gives the first one's path.
///
/// # Errors
/// Where the folder can't be written.
pub fn write(folder: &Path, names: &[&str], statement: &Statement, key: &SigningKey) -> Result<PathBuf, ReportFileError> {
    let envelope = envelope::sign(PAYLOAD_TYPE, &statement.to_bytes(), key);
    let path = folder.join(format!("{}.report.json", names.join("--")));
    put(folder, &path, &envelope.to_bytes())?;
    if let Some(bundle) = envelope::sigstore_bundle(&envelope) {
        put(folder, &folder.join(format!("{}.sigstore.json", names.join("--"))), &bundle)?;
    }
    Ok(path)
}

fn put(folder: &Path, path: &Path, bytes: &[u8]) -> Result<(), ReportFileError> {
    let wrong = |source| ReportFileError::Io { path: path.display().to_string(), source };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut file = tempfile::Builder::new().prefix(".evid-").suffix(".tmp").tempfile_in(folder).map_err(wrong)?;
    file.write_all(bytes).and_then(|()| file.write_all(b"\n")).and_then(|()| file.as_file().sync_all()).map_err(wrong)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).map_err(wrong)?;
    }
    if let Ok(earlier) = std::fs::read(path)
        && earlier.strip_suffix(b"\n") != Some(bytes)
    {
        let mark: String = canon::sha256_hex(&earlier).chars().take(8).collect();
        std::fs::rename(path, path.with_extension(format!("{mark}.json"))).map_err(wrong)?;
    }
    file.persist(path).map_err(|e| wrong(e.error))?;
    Ok(())
}

/// Reads a report: its envelope (bare or within a sigstore bundle) and the statement in it.
///
/// # Errors
/// Where it is none.
pub fn read(path: &Path) -> Result<(Envelope, Statement), ReportFileError> {
    let bytes = std::fs::read(path).map_err(|source| ReportFileError::Io { path: path.display().to_string(), source })?;
    let form = |e: String| ReportFileError::Form(e);
    let envelope = Envelope::parse(&bytes)
        .or_else(|first| envelope::from_sigstore_bundle(&bytes).map_err(|_| first))
        .map_err(|e| form(e.to_string()))?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(form(format!("its payload is {}, not {PAYLOAD_TYPE}", envelope.payload_type)));
    }
    let statement = Statement::parse(&envelope.payload).map_err(|e| form(e.to_string()))?;
    Ok((envelope, statement))
}

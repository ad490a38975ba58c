//! Report files: the DSSE envelope and the same as a sigstore bundle, written whole or not at all.
use crate::canon::json;
use crate::envelope;
use crate::envelope::Envelope;
use crate::envelope::SigningKey;
use crate::envelope::Statement;
use std::io;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// DSSE payload type of in-toto statements.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

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
    /// It can't be signed.
    #[error("the report can't be signed: {0}")]
    Sign(String),
    /// It is no report.
    #[error("is no signed report: {0}")]
    Form(String),
}

/// Signs a statement and writes `<a>--<b>.report.json` and `.sigstore.json` into a folder; gives the first one's path.
///
/// # Errors
/// Where the folder can't be written or the key can't sign.
pub fn write(folder: &Path, names: &[&str], statement: &Statement, key: &SigningKey) -> Result<PathBuf, ReportFileError> {
    let payload = json::to_bytes(&statement.to_value());
    let envelope = envelope::sign(PAYLOAD_TYPE, &payload, key).map_err(|e| ReportFileError::Sign(e.to_string()))?;
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
    let envelope = Envelope::parse(&bytes).map_err(|e| form(e.to_string()))?;
    let payload = envelope.payload();
    let value: serde_json::Value = serde_json::from_slice(payload).map_err(|e| form(e.to_string()))?;
    let statement = Statement::parse(&value).map_err(|e| form(e.to_string()))?;
    Ok((envelope, statement))
}

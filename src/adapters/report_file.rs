//! Signed statements in files, reports above all: the DSSE envelope and the same as a sigstore bundle, written whole or not at all.
use crate::adapters::{FileError, fresh};
use crate::bundle::manifest::Tool;
use crate::canon;
use crate::compare::Side;
use crate::envelope::{self, Envelope, PAYLOAD_TYPE, SignFault, Signer, Statement};
use crate::report::PREDICATE_TYPE;
use std::path::{Path, PathBuf};

/// The ending of a report's file.
pub const REPORT: &str = ".report.json";
/// The ending of a signed statement as a sigstore bundle.
pub const SIGSTORE: &str = ".sigstore.json";

/// The ending of a timestamp beside what it is of.
pub const STAMP: &str = "tsr";

/// Where the timestamp of a signed file is: an RFC 3161 answer about all of its bytes.
pub fn stamp(path: &Path) -> PathBuf {
    path.with_extension(STAMP)
}

#[derive(Debug, thiserror::Error)]
pub enum ReportFileError {
    #[error(transparent)]
    Io(FileError),
    #[error("not signed: {0}")]
    Unsigned(SignFault),
    #[error("is no signed report: {0}")]
    Form(String),
}

/// The name of the report about these bundles, without its ending.
pub fn name(sides: &[Side]) -> String {
    sides.iter().map(|s| &*s.name).collect::<Vec<_>>().join("--")
}

/// Signs a statement and writes `<name><ending>`, whose ending is `.json` or `.report.json`, and `<name>.sigstore.json` into a folder; gives the
/// first one's path. An existing file of the same name and other content is renamed, never lost.
///
/// # Errors
/// If the signer does not sign (then nothing is written), or if the folder can't be written.
pub fn write(folder: &Path, name: &str, ending: &str, statement: &Statement, signer: &dyn Signer) -> Result<PathBuf, ReportFileError> {
    keep(folder, name, ending, &signed(statement, signer)?)
}

/// A statement, signed.
///
/// # Errors
/// If the signer does not sign.
pub fn signed(statement: &Statement, signer: &dyn Signer) -> Result<Envelope, ReportFileError> {
    envelope::sign_by(PAYLOAD_TYPE, &statement.to_bytes(), signer).map_err(ReportFileError::Unsigned)
}

/// Writes a signed statement, as `write` does.
///
/// # Errors
/// If the folder can't be written.
pub fn keep(folder: &Path, name: &str, ending: &str, envelope: &Envelope) -> Result<PathBuf, ReportFileError> {
    let path = folder.join(format!("{name}{ending}"));
    put(&path, envelope.to_bytes())?;
    if let Some(bundle) = envelope::sigstore_bundle(envelope) {
        put(&folder.join(format!("{name}{SIGSTORE}")), bundle)?;
    }
    Ok(path)
}

/// Writes one of the two files, as one line; an existing one with other content is renamed.
fn put(path: &Path, mut bytes: Vec<u8>) -> Result<(), ReportFileError> {
    let wrong = |source| ReportFileError::Io(FileError::writing(path)(source));
    bytes.push(b'\n');
    if let Ok(earlier) = std::fs::read(path)
        && earlier != bytes
    {
        let mark: String = canon::sha256_hex(&earlier).chars().take(8).collect();
        std::fs::rename(path, path.with_extension(format!("{mark}.json"))).map_err(wrong)?;
        if stamp(path).exists() {
            std::fs::rename(stamp(path), path.with_extension(format!("{mark}.{STAMP}"))).map_err(wrong)?;
        }
    }
    fresh::replace(path, &bytes, 0o644).map_err(wrong)
}

/// Reads a signed statement: its envelope (alone or within a sigstore bundle) and the statement in it, of whatever type.
///
/// # Errors
/// If it is none.
pub fn statement(path: &Path) -> Result<(Envelope, Statement), ReportFileError> {
    let bytes = std::fs::read(path).map_err(FileError::reading(path)).map_err(ReportFileError::Io)?;
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

/// Reads a report, as `statement` does.
///
/// # Errors
/// If it is no report.
pub fn read(path: &Path) -> Result<(Envelope, Statement), ReportFileError> {
    let form = |e: String| ReportFileError::Form(e);
    let (envelope, statement) = statement(path)?;
    if statement.predicate_type != PREDICATE_TYPE {
        return Err(form(format!("its statement is of the type {}, and evid reads {PREDICATE_TYPE} only", statement.predicate_type)));
    }
    // Only name and version are allowed: re-deriving takes them from the report unchecked.
    let tool = statement.predicate.get("tool").cloned().unwrap_or_default();
    let tool: Tool = crate::value::from_value(tool).map_err(|e| form(format!("`tool`: {e}")))?;
    tool.check().map_err(form)?;
    Ok((envelope, statement))
}

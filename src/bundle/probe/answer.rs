//! An answer as it is kept: redacted, bounded, with what it took; or why there is none. How it came is somebody else's business.
use crate::canon::redact::{MARK, Redactor};
use crate::canon::sha256_hex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// How much of a redacted body is kept, in bytes.
pub const KEPT: usize = 64 << 10;
/// How much of what a command prints to stderr is kept, in bytes.
const KEPT_STDERR: usize = 2 << 10;
/// The headers that say something of an answer.
const HEADERS: &[&str] = &["content-type", "location", "retry-after", "www-authenticate"];

/// What one sample heard.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Heard {
    /// An answer, right or wrong.
    Answer(Answer),
    /// None.
    Silence(Silence),
}

/// An answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// HTTP status, or the exit code of a command.
    pub status: i64,
    /// Whether the API server itself answered, for the app: with a `Status` of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_server: bool,
    /// Those headers that say something of an answer, in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, or what a command printed: redacted, and no more than [`KEPT`] bytes of it.
    pub body: String,
    /// What a command printed to stderr: redacted, its beginning.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
    /// Bytes that were read of the body.
    pub bytes: u64,
    /// Whether `body` lacks a part of the body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// SHA-256 of the body as it was sent; absent where it was not read to its end, and where a body was redacted (the digest could
    /// tell what the redaction hides), unless it is the one that is expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// From the question to the end of the answer.
    pub milliseconds: u64,
}

/// No answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// Why.
    pub reason: Why,
    /// What was seen, redacted.
    pub detail: String,
}

/// Why there is no answer. The list is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Asked, and none came in time.
    TimedOut,
    /// Asked, and the connection was refused, reset, or could not be made.
    Cut,
    /// There is nobody to ask: the selector matches no pod, the pod or its port is not there.
    NoTarget,
    /// The same, of a built-in probe: nobody said that there should be one.
    Absent,
    /// The asker may not ask.
    Forbidden,
    /// Nobody asked: the cluster could not be asked for the pods, or evid was stopped.
    NotAsked,
}

/// An answer as it came.
#[derive(Clone, Default, Debug)]
pub struct Raw {
    /// HTTP status, or the exit code of a command.
    pub status: i64,
    /// Whether it is known to be the API server's own.
    pub of_server: bool,
    /// All headers.
    pub headers: Vec<(String, String)>,
    /// The body, or what a command printed.
    pub body: Vec<u8>,
    /// Whether the body went on.
    pub cut: bool,
    /// What a command printed to stderr.
    pub stderr: Vec<u8>,
    /// From the question to the end of the answer.
    pub took: Duration,
}

impl Answer {
    /// The form that is kept. `wanted` is the expected digest, where there is one.
    pub fn keep(raw: &Raw, wanted: Option<&str>, redactor: &Redactor) -> Self {
        let plain = String::from_utf8_lossy(&raw.body);
        let redacted = redactor.text(&plain);
        let body = bounded(&redacted, KEPT);
        let digest = Some(sha256_hex(&raw.body)).filter(|d| !raw.cut && (redacted == plain || Some(&**d) == wanted));
        let said = |(name, value): &(String, String)| (name.to_ascii_lowercase(), redactor.text(value).into_owned());
        Self {
            status: raw.status,
            of_server: raw.of_server,
            headers: raw.headers.iter().map(said).filter(|(name, _)| HEADERS.contains(&&**name)).collect(),
            truncated: raw.cut || body.len() < redacted.len(),
            body: body.to_owned(),
            stderr: bounded(&redactor.text(&String::from_utf8_lossy(&raw.stderr)), KEPT_STDERR).to_owned(),
            bytes: u64::try_from(raw.body.len()).unwrap_or(u64::MAX),
            sha256: digest,
            milliseconds: u64::try_from(raw.took.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Whether something in the body was redacted.
    pub fn is_redacted(&self) -> bool {
        self.body.contains(MARK)
    }
}

impl Silence {
    /// Why, and what was seen.
    pub fn new(reason: Why, detail: &str, redactor: &Redactor) -> Self {
        Self { reason, detail: bounded(&redactor.text(detail), KEPT_STDERR).to_owned() }
    }
}

/// Whether an answer through the API server's proxy is the API server's own: a failure with a `Status` for a body.
pub fn is_status(status: i64, body: &[u8]) -> bool {
    let said = || serde_json::from_slice::<Value>(body).ok();
    let is = |v: &Value| v.get("kind").is_some_and(|k| k == "Status") && v.get("apiVersion").is_some_and(|k| k == "v1");
    status >= 400 && said().is_some_and(|v| is(&v) && v.get("code").and_then(Value::as_i64) == Some(status))
}

/// The beginning of a text, at most so many bytes.
fn bounded(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

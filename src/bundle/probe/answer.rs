//! An answer in the form that is kept: redacted, limited in size, with the time that it took; or why there is none. Must not know how it
//! arrived.
use crate::canon::redact::{MARK, Redactor};
use crate::canon::sha256_hex;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many bytes of a redacted body are kept.
pub const KEPT: usize = 64 << 10;
/// How many bytes of a command's stderr are kept.
const KEPT_STDERR: usize = 2 << 10;
/// The headers that are kept.
const HEADERS: &[&str] = &["content-type", "location", "retry-after", "www-authenticate"];

/// What one sample received.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Heard {
    /// An answer, right or wrong.
    Answer(Answer),
    Silence(Silence),
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// HTTP status, or the exit code of a command.
    pub status: i64,
    /// Whether the API server itself answered instead of the app: with a `Status` of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_server: bool,
    /// The headers that are kept, in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, or the output of a command: redacted, at most [`KEPT`] bytes.
    pub body: String,
    /// The beginning of a command's stderr, redacted.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
    /// Bytes of the body that were read.
    pub bytes: u64,
    /// Whether `body` lacks a part of the body.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// SHA-256 of the body as it was sent. Absent if it was not read to its end. Absent too if a body was redacted, unless it is the
    /// expected digest: it could reveal what the redaction hides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// From the question to the end of the answer.
    pub milliseconds: u64,
}

/// No answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    pub reason: Why,
    /// What was seen, redacted.
    pub detail: String,
}

/// Why there is no answer. The list is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It was asked, and no answer came in time.
    TimedOut,
    /// It was asked, and the connection was refused, reset, or could not be made.
    Cut,
    /// There is no target: the selector matches no pod, or the pod or its port does not exist.
    NoTarget,
    /// The same for a built-in probe: no configuration said that there should be a target.
    Absent,
    /// The user may not ask.
    Forbidden,
    /// It was not asked: the cluster could not be asked for the pods, or evid was stopped.
    NotAsked,
}

/// An answer as it arrived.
#[derive(Clone, Default, Debug)]
pub struct Raw {
    /// HTTP status, or the exit code of a command.
    pub status: i64,
    /// Whether it is known to come from the API server itself.
    pub of_server: bool,
    /// All headers.
    pub headers: Vec<(String, String)>,
    /// The body, or the output of a command.
    pub body: Vec<u8>,
    /// Whether the body was longer.
    pub cut: bool,
    pub stderr: Vec<u8>,
    /// From the question to the end of the answer.
    pub took: Duration,
}

impl Answer {
    /// The form that is kept. `wanted` is the expected digest, if there is one.
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
    /// No answer: the reason, and what was seen.
    pub fn new(reason: Why, detail: &str, redactor: &Redactor) -> Self {
        Self { reason, detail: bounded(&redactor.text(detail), KEPT_STDERR).to_owned() }
    }
}

/// Whether an answer through the API server's proxy comes from the API server itself: a failure whose body is a `Status`.
pub fn is_status(status: i64, body: &[u8]) -> bool {
    let said = || serde_json::from_slice::<Value>(body).ok();
    let is = |v: &Value| v.get("kind").is_some_and(|k| k == "Status") && v.get("apiVersion").is_some_and(|k| k == "v1");
    status >= 400 && said().is_some_and(|v| is(&v) && v.get("code").and_then(Value::as_i64) == Some(status))
}

/// The beginning of a text, at most this many bytes.
fn bounded(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

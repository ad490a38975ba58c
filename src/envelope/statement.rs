//! in-toto Statement v1: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>. It names files and makes a statement
//! about them. Knows no predicate. As strict as cosign, whose reader accepts no other fields.
use crate::canon::json;
use crate::value::{Strict, Value};
use serde::Deserialize;

/// The payload type of an envelope that holds a Statement.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const TYPE: &str = "https://in-toto.io/Statement/v1";
/// The most subjects that sigstore's verifiers read.
const MOST: usize = 1024;

/// A predicate about some files.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The files, 1 to 1024 of them. Verifiers compare the digest; names are for people.
    pub subjects: Vec<Subject>,
    /// A URI for the type of the predicate and its major version.
    pub predicate_type: String,
    /// An object. Verifiers that use protobuf read its numbers as doubles.
    pub predicate: Value,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its name, for people.
    pub name: String,
    /// Its SHA-256 as 64 lowercase hex digits.
    pub sha256: String,
}

/// Why a payload is no valid Statement.
#[derive(Debug, thiserror::Error)]
pub enum StatementFault {
    #[error("the signed payload is no in-toto Statement v1: {0}; give an envelope that `evid diff` left")]
    Json(#[from] serde_json::Error),
    #[error("the signed payload is no usable in-toto Statement v1: `{field}` {what}; ask who signed it for another")]
    Value { field: &'static str, what: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<StoredSubject>,
    predicate_type: String,
    predicate: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSubject {
    name: String,
    digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Digest {
    sha256: String,
}

impl Statement {
    /// `{"_type","subject":[{"name","digest":{"sha256"}}],"predicateType","predicate"}`.
    pub fn to_value(&self) -> Value {
        let subject: Vec<_> = self.subjects.iter().map(|s| crate::value::json!({"name": s.name, "digest": {"sha256": s.sha256}})).collect();
        crate::value::json!({"_type": TYPE, "subject": subject, "predicateType": self.predicate_type, "predicate": self.predicate})
    }

    /// The canonical JSON (RFC 8785) without a newline: the payload to sign.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(&self.to_value())
    }

    /// Reads a payload, strictly: no other fields, no key twice at any depth, at least one subject, each with its SHA-256.
    ///
    /// # Errors
    /// The first thing that is not valid.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementFault> {
        serde_json::from_slice::<Strict>(bytes)?;
        let stored: Stored = serde_json::from_slice(bytes)?;
        let fault = |field, what: String| Err(StatementFault::Value { field, what });
        if stored.kind != TYPE {
            return fault("_type", format!("is {:?}, not {TYPE:?}", stored.kind));
        }
        if !(1..=MOST).contains(&stored.subject.len()) {
            return fault("subject", format!("lists {} files; 1 to {MOST} are wanted", stored.subject.len()));
        }
        if let Some(bad) = stored.subject.iter().find(|s| !is_sha256(&s.digest.sha256)) {
            return fault("digest.sha256", format!("of {:?} is not 64 lowercase hex digits", bad.name));
        }
        if stored.predicate_type.is_empty() {
            return fault("predicateType", "is empty".into());
        }
        if !stored.predicate.is_object() {
            return fault("predicate", "is no object".into());
        }
        let subjects = stored.subject.into_iter().map(|s| Subject { name: s.name, sha256: s.digest.sha256 }).collect();
        Ok(Self { subjects, predicate_type: stored.predicate_type, predicate: stored.predicate })
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests;

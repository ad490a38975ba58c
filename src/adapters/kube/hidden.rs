//! What no answer may give back to a person or a file: the credential that was sent, and secrets in what a server says of an error. Must
//! not know what an answer is for; objects are redacted where they are taken in.
use crate::canon::redact::Redactor;
use crate::usecase::cluster::port::Reply;
use crate::value::Value;
use memchr::memmem;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// A shorter text is no secret: it would be found in words that have nothing to do with it.
const SHORTEST: usize = 8;
const INSTEAD: &str = "(the credential of this login)";

/// The credentials so far.
pub(super) struct Hidden {
    secrets: Mutex<BTreeSet<String>>,
    redactor: Redactor,
}

impl Hidden {
    /// With a key of its own: what is said of an error is compared with nothing.
    pub fn new() -> std::io::Result<Self> {
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key).map_err(std::io::Error::other)?;
        Ok(Self { secrets: Mutex::default(), redactor: Redactor::new(&key) })
    }

    /// Another credential.
    pub fn learn(&self, secrets: Vec<String>) {
        let long = secrets.into_iter().filter(|s| s.len() >= SHORTEST);
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner).extend(long);
    }

    /// Takes them out of bytes.
    pub fn hide(&self, bytes: &mut Vec<u8>) {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().for_each(|secret| without(bytes, secret.as_bytes()));
    }

    /// What is said of an error, without them and without secrets.
    pub fn said(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        self.hide(&mut bytes);
        self.redactor.text(&String::from_utf8_lossy(&bytes)).into_owned()
    }

    /// Takes them out of an answer.
    pub fn clean(&self, reply: &mut Reply) {
        self.hide(&mut reply.body);
        let redacted = |text: &str| self.said(text);
        reply.warnings.iter_mut().for_each(|warning| *warning = redacted(warning));
        if reply.status >= 400 {
            let said = reply.json().map(|mut said| {
                texts(&mut said, &redacted);
                said.to_string()
            });
            reply.body = said.unwrap_or_else(|_| redacted(&String::from_utf8_lossy(&reply.body))).into_bytes();
        }
    }
}

/// Replaces a text in bytes, whatever else they are.
fn without(bytes: &mut Vec<u8>, text: &[u8]) {
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| memmem::find(rest, text)) {
        bytes.splice(from + at..from + at + text.len(), INSTEAD.bytes());
        from += at + INSTEAD.len();
    }
}

fn texts(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text).into(),
        Value::Array(list) => list.iter_mut().for_each(|v| texts(v, change)),
        Value::Object(map) => map.values_mut().for_each(|v| texts(v, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::Hidden;
    use crate::usecase::cluster::port::Reply;

    #[test]
    fn a_credential_is_in_no_answer_and_a_secret_in_no_error() {
        let hidden = Hidden::new().unwrap();
        hidden.learn(vec!["opaque-credential".into(), "a".into()]);
        let clean = |status: u16, body: &str| {
            let mut reply = Reply { status, body: body.into(), date: None, warnings: vec!["299 - opaque-credential".into()] };
            hidden.clean(&mut reply);
            assert!(!reply.warnings[0].contains("opaque-credential"));
            String::from_utf8(reply.body).unwrap()
        };
        assert_eq!(
            clean(200, r#"{"a":"opaque-credential","password":"kept"}"#),
            r#"{"a":"(the credential of this login)","password":"kept"}"#
        );
        let said =
            clean(401, r#"{"kind":"Status","message":"Authorization: Bearer opaque-credential; url https://u:hunter2hunter2@git/x"}"#);
        assert!(!said.contains("opaque") && !said.contains("hunter2") && said.contains("git/x"), "{said}");
        assert!(!clean(500, "no JSON: opaque-credential").contains("opaque"));
        let mut bytes = b"\xff opaque-credentialopaque-credential opaque-credentia".to_vec();
        hidden.hide(&mut bytes);
        assert_eq!(bytes, b"\xff (the credential of this login)(the credential of this login) opaque-credentia");
    }
}

//! Replaces every secret value of a captured object or text by a keyed token, so that no secret is ever stored. Equal values give equal
//! tokens under one key. Knows nothing of bundles, claims or disks, and never keeps what it saw.
mod blocks;
mod commands;
mod data;
mod encoded;
mod flags;
mod forms;
mod learned;
mod line;
mod literal;
mod logins;
mod memo;
mod mode;
mod names;
mod pairs;
mod pattern;
mod plain;
mod scan;
mod shapes;
mod spans;
mod splice;
mod tables;
mod token;
mod urls;
mod value;
mod walk;
mod words;

pub use token::{Domain, MARK};

use crate::canon::sha256_hex;
use crate::value::Value;
use std::borrow::Cow;
use std::sync::{Arc, Mutex};
use token::Tokens;

/// Replaces secrets by tokens made with one key.
#[derive(Clone)]
pub struct Redactor {
    tokens: Tokens,
    id: String,
    /// The memos of finished runs. A run takes one and returns it.
    memos: Arc<Mutex<Vec<memo::Memo>>>,
}

impl Redactor {
    /// A redactor for this key.
    pub fn new(key: &[u8; 32]) -> Self {
        // The id also names how tokens are made: tokens that were made from decoded values are not comparable with these.
        let mut id = sha256_hex(&[b"evid redaction key id, tokens of bytes as written".as_slice(), key].concat());
        id.truncate(32);
        Self { tokens: Tokens::new(key), id, memos: Arc::default() }
    }

    /// Identifies the key without revealing it: two bundles with equal ids have comparable tokens.
    pub fn key_id(&self) -> String {
        self.id.clone()
    }

    /// The token of a secret: of the bytes as they are written in this kind of place.
    pub fn token(&self, domain: Domain, written: &str) -> String {
        self.tokens.of(domain, written.as_bytes())
    }

    /// Redacts a captured object in place; a Secret keeps only its metadata.
    pub fn object(&self, value: &mut Value) {
        self.secret(value);
        walk::metadata_only(value);
    }

    /// Redacts a captured object in place; a Secret keeps its content as tokens, its type, and whether it is immutable.
    pub fn secret(&self, value: &mut Value) {
        let scan = scan::Scan::new(&self.tokens, &self.memos);
        walk::walk(&scan, value);
        learned::replace(&self.tokens, &scan.known.borrow(), value);
    }

    /// Redacts a text that is no part of an object, such as an error message.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match scan::Scan::new(&self.tokens, &self.memos).text(text, mode::Mode::Full) {
            Some(redacted) => Cow::Owned(redacted),
            None => Cow::Borrowed(text),
        }
    }
}

/// A text for a person to read at once, in which each secret is the same word: nothing is compared with it, so no key is needed.
pub fn hidden(text: &str) -> String {
    let redacted = Redactor::new(&[0; 32]).text(text).into_owned();
    let mut parts = redacted.split(MARK);
    let first = parts.next().unwrap_or_default().to_owned();
    // Anyone could compute the code of a guess under this key.
    parts.fold(first, |out, part| out + MARK.trim_end_matches(':') + part.get(CODE..).unwrap_or_default())
}

/// The digits of a token.
const CODE: usize = 32;

impl std::fmt::Debug for Redactor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Redactor").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod formats;
#[cfg(test)]
mod kinds_of_secrets;
#[cfg(test)]
mod tests;

//! Replaces every secret value of a captured object or text by a keyed token, so that nothing secret is ever stored.
//! Equal values give equal tokens under one key. Knows nothing of bundles, claims or disks, and never keeps what it saw.
mod blocks;
mod encoded;
mod flags;
mod learned;
mod literal;
mod memo;
mod names;
mod pairs;
mod pattern;
mod scan;
mod settings;
mod shapes;
mod spans;
mod urls;
mod walk;

use crate::canon::{hex, sha256_hex};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use std::borrow::Cow;
use std::sync::{Arc, Mutex};

/// What every token begins with; 32 hex digits follow.
pub const MARK: &str = "evid:redacted:";

/// Replaces secrets by tokens made with one key.
#[derive(Clone)]
pub struct Redactor {
    mac: Hmac<Sha256>,
    id: String,
    /// Of runs that are over; a run takes one and gives it back.
    memos: Arc<Mutex<Vec<memo::Memo>>>,
}

impl Redactor {
    /// A redactor for this key.
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC pads a short key with zeros to the block size itself: the padded key gives the same codes and can't be of a wrong length.
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(key);
        let mut id = sha256_hex(&[b"evid redaction key id".as_slice(), key].concat());
        id.truncate(32);
        Self { mac: Hmac::<Sha256>::new(&block.into()), id, memos: Arc::default() }
    }

    /// Names the key without telling it: two bundles with equal ids have comparable tokens.
    pub fn key_id(&self) -> String {
        self.id.clone()
    }

    /// The token of a secret value.
    pub fn token(&self, secret: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(secret.as_bytes());
        let code = mac.finalize().into_bytes();
        format!("{MARK}{}", hex(code.get(..16).unwrap_or(&code)))
    }

    /// Redacts a captured object in place.
    pub fn object(&self, value: &mut Value) {
        let scan = scan::Scan::new(self);
        walk::walk(&scan, value);
        learned::replace(&scan, value);
    }

    /// Redacts a text that stands alone, such as an error message.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match scan::Scan::new(self).text(text, scan::Mode::Full) {
            Some(redacted) => Cow::Owned(redacted),
            None => Cow::Borrowed(text),
        }
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Redactor").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Whether this text is one token and nothing else.
fn is_token(text: &str) -> bool {
    text.strip_prefix(MARK).is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod formats;
#[cfg(test)]
mod tests;

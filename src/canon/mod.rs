//! The canonical bytes of a JSON value, redaction, and parallel work. Knows nothing of kinds, bundles or disks.
mod each;
pub mod json;
pub mod redact;
pub mod strict;
pub mod yaml;

pub use each::{each, in_order, threads};

use sha2::Digest as _;

/// SHA-256 of some bytes as 64 lowercase hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

/// Whether a text is so many lowercase hex digits.
pub fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

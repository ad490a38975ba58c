//! Tokens, which replace secrets. A token is made of the bytes as they are written and of the kind of place, never of the decoded
//! meaning: a value, its base64, and base64 with other spare bits are three values. Knows nothing of how secrets are found.
use crate::canon::{hex, is_hex};
use crate::model::words;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How every token begins; 32 hex digits follow.
pub const MARK: &str = "evid:redacted:";

words! {
    /// The kind of place in which a secret is written. Equal bytes in two kinds of place are two values.
    Domain {
        /// A text, or a part of one.
        Text = "text",
        Number = "number",
        /// A value under `data` of a Secret, in base64 as written there.
        SecretData = "secret-data",
        /// A value under `stringData` of a Secret.
        SecretString = "secret-string",
        /// Anything else in a Secret's content, as canonical JSON.
        SecretOther = "secret-other",
    }
}

/// Makes tokens with one key.
#[derive(Clone)]
pub(super) struct Tokens(Hmac<Sha256>);

impl Tokens {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        // HMAC pads a short key with zeros to the block size: the padded key gives the same codes and always has a valid length.
        let mut block = [0_u8; 64];
        block[..32].copy_from_slice(key);
        Self(Hmac::<Sha256>::new(&block.into()))
    }

    /// The first half of HMAC-SHA256 over the word of the domain, a zero byte, and the bytes.
    pub(super) fn of(&self, domain: Domain, written: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(domain.as_str().as_bytes());
        mac.update(&[0]);
        mac.update(written);
        let code = mac.finalize().into_bytes();
        format!("{MARK}{}", hex(code.get(..16).unwrap_or(&code)))
    }
}

/// Whether this text is one token and nothing else.
pub(super) fn is_token(text: &str) -> bool {
    text.strip_prefix(MARK).is_some_and(|rest| is_hex(rest, 32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DOMAINS: [Domain; 5] = [Domain::Text, Domain::Number, Domain::SecretData, Domain::SecretString, Domain::SecretOther];

    #[test]
    fn a_token_is_the_first_half_of_the_keyed_code() {
        let tokens = Tokens::new(&[7; 32]);
        assert!(is_token(&tokens.of(Domain::Text, b"x")));
        // Computed with another tool: printf 'text\0x' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0707…
        assert_eq!(tokens.of(Domain::Text, b"x"), format!("{MARK}54bb1586d3f6c1c2d6b7ae3c3cbd9e0c"));
    }

    proptest! {
        /// Equal bytes in equal kinds of place under one key have equal tokens; any other bytes do not.
        #[test]
        fn tokens_are_equal_for_equal_bytes_only(a in ".{0,12}", b in ".{0,12}", i in 0..5_usize, j in 0..5_usize) {
            let tokens = Tokens::new(&[7; 32]);
            prop_assert_eq!(tokens.of(DOMAINS[i], a.as_bytes()) == tokens.of(DOMAINS[j], b.as_bytes()), (i, &a) == (j, &b));
            prop_assert_ne!(tokens.of(DOMAINS[i], a.as_bytes()), Tokens::new(&[8; 32]).of(DOMAINS[i], a.as_bytes()));
        }
    }
}

//! Public keys: read from and written to SPKI, their ids, and the check of a signature.
use crate::canon::sha256_hex;
use crate::envelope::{KeyFault, pem};
use p256::ecdsa::signature::Verifier as _;
use pkcs8::{Document, ObjectIdentifier, SubjectPublicKeyInfoRef};
use std::fmt;

/// `id-Ed25519`, RFC 8410.
pub(super) const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// `id-ecPublicKey`, RFC 5480.
pub(super) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `secp256r1`, RFC 5480.
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// The bytes before the 32 bytes of an Ed25519 key in its SPKI, RFC 8410.
const ED25519_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// The bytes before the 65 bytes of an uncompressed P-256 point in its SPKI, RFC 5480.
const P256_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
    0x07, 0x03, 0x42, 0x00,
];

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyingKey {
    /// Pure Ed25519.
    Ed25519(ed25519_dalek::VerifyingKey),
    /// ECDSA over P-256 with SHA-256.
    P256(p256::ecdsa::VerifyingKey),
}

impl VerifyingKey {
    /// Reads every `PUBLIC KEY` block (SPKI) of a text, at least one.
    ///
    /// # Errors
    /// If there is none, if there is another block, or if a key is damaged, weak or of another algorithm.
    pub fn all_from_pem(text: &str) -> Result<Vec<Self>, KeyFault> {
        let one = |block: &pem::Block<'_>| match block.label {
            "PUBLIC KEY" => Self::from_der(Document::from_pem(block.text).map_err(damaged)?.1.as_bytes()),
            other => Err(KeyFault::Label { found: other.into(), wanted: "PUBLIC KEY" }),
        };
        pem::blocks(text)?.iter().map(one).collect()
    }

    /// Reads the one `PUBLIC KEY` block (SPKI) of a text.
    ///
    /// # Errors
    /// As `all_from_pem`, and if there are several.
    pub fn from_pem(text: &str) -> Result<Self, KeyFault> {
        let mut keys = Self::all_from_pem(text)?;
        match (keys.len(), keys.pop()) {
            (1, Some(key)) => Ok(key),
            (n, _) => Err(KeyFault::Several(n)),
        }
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyFault> {
        let info = SubjectPublicKeyInfoRef::try_from(der).map_err(damaged)?;
        match info.algorithm.oid {
            ED25519 => {
                let key = ed25519_dalek::VerifyingKey::try_from(info).map_err(damaged)?;
                if key.is_weak() { Err(damaged("the point is of small order")) } else { Ok(Self::Ed25519(key)) }
            }
            EC if info.algorithm.parameters_oid() == Ok(P256) => p256::ecdsa::VerifyingKey::try_from(info).map(Self::P256).map_err(damaged),
            _ => Err(KeyFault::Algorithm),
        }
    }

    /// The SPKI as DER, P-256 points uncompressed: as `openssl pkey -pubin -outform DER` writes it.
    pub fn to_der(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => [&ED25519_HEAD[..], key.as_bytes()].concat(),
            Self::P256(key) => [&P256_HEAD[..], key.to_sec1_point(false).as_bytes()].concat(),
        }
    }

    /// A `PUBLIC KEY` block (SPKI).
    pub fn to_pem(&self) -> String {
        pem::public(&self.to_der())
    }

    /// The SHA-256 of the SPKI's DER as 64 lowercase hex digits.
    pub fn keyid(&self) -> String {
        sha256_hex(&self.to_der())
    }

    /// Whether this key made the signature over exactly this message. Ed25519 by `verify_strict`; P-256 from ASN.1 DER only.
    pub fn verify(&self, message: &[u8], sig: &[u8]) -> bool {
        match self {
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(sig).and_then(|s| key.verify_strict(message, &s)).is_ok(),
            Self::P256(key) => p256::ecdsa::Signature::from_der(sig).and_then(|s| key.verify(message, &s)).is_ok(),
        }
    }
}

pub(super) fn damaged(error: impl fmt::Display) -> KeyFault {
    KeyFault::Damaged(error.to_string())
}

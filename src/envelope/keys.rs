//! Private keys: made, read from and written to PKCS#8, and what they sign. Ed25519 is the pure one; P-256 signs SHA-256,
//! deterministically (RFC 6979), as ASN.1 DER: the forms that openssl, securesystemslib and cosign verify.
use crate::envelope::verifying::{EC, ED25519, P256, damaged};
use crate::envelope::{KeyFault, VerifyingKey, Zeroizing, pem};
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::KeypairBytes;
use pkcs8::der::pem::LineEnding;
use pkcs8::{EncodePrivateKey as _, EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef, SecretDocument};
use std::fmt;

/// The algorithm of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Pure Ed25519, RFC 8032.
    Ed25519,
    /// ECDSA over P-256 with SHA-256, FIPS 186-5.
    P256,
}

/// A private key; wiped from memory when dropped, and never printed.
pub enum SigningKey {
    /// Pure Ed25519.
    Ed25519(ed25519_dalek::SigningKey),
    /// ECDSA over P-256 with SHA-256.
    P256(p256::ecdsa::SigningKey),
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.verifying_key().keyid()).finish()
    }
}

impl SigningKey {
    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// If the system has none.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyFault> {
        let mut seed = Zeroizing::new([0; 32]);
        loop {
            getrandom::fill(&mut *seed).map_err(|e| KeyFault::Randomness(e.to_string()))?;
            if let Ok(key) = Self::from_seed(algorithm, &seed) {
                return Ok(key);
            }
        }
    }

    /// The key of 32 random bytes: the seed of Ed25519, the big-endian scalar of P-256.
    ///
    /// # Errors
    /// For P-256, if the bytes are no scalar of the curve (one in 2^32): use other bytes.
    pub fn from_seed(algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, KeyFault> {
        match algorithm {
            Algorithm::Ed25519 => Ok(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed))),
            Algorithm::P256 => p256::ecdsa::SigningKey::from_slice(seed).map(Self::P256).map_err(damaged),
        }
    }

    /// Reads one `PRIVATE KEY` (PKCS#8 v1 or v2), or one `ENCRYPTED PRIVATE KEY` (PBES2 with PBKDF2 or scrypt), evid's or openssl's.
    ///
    /// # Errors
    /// `PassphraseWanted` if it is encrypted and no passphrase is given: ask, and call again. Otherwise if it is another block, several
    /// blocks, of another algorithm, damaged, or if the passphrase is wrong.
    pub fn from_pem(text: &str, passphrase: Option<&str>) -> Result<Self, KeyFault> {
        let blocks = pem::blocks(text)?;
        let [block] = blocks.as_slice() else { return Err(KeyFault::Several(blocks.len())) };
        if !matches!(block.label, "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY") {
            return Err(KeyFault::Label { found: block.label.into(), wanted: "PRIVATE KEY" });
        }
        let (_, outer) = SecretDocument::from_pem(block.text).map_err(damaged)?;
        if block.label == "PRIVATE KEY" {
            return Self::from_der(outer.as_bytes());
        }
        let outer = EncryptedPrivateKeyInfoRef::try_from(outer.as_bytes()).map_err(damaged)?;
        let inner = outer.decrypt(passphrase.ok_or(KeyFault::PassphraseWanted)?).map_err(|e| match e {
            pkcs8::Error::EncryptedPrivateKey(pkcs8::pkcs5::Error::DecryptFailed) | pkcs8::Error::Asn1(_) => KeyFault::Passphrase,
            other => KeyFault::Encryption(other.to_string()),
        })?;
        Self::from_der(inner.as_bytes())
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyFault> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(damaged)?;
        match info.algorithm.oid {
            ED25519 => ed25519_dalek::SigningKey::try_from(info).map(Self::Ed25519).map_err(damaged),
            EC if info.algorithm.parameters_oid() == Ok(P256) => p256::ecdsa::SigningKey::try_from(info).map(Self::P256).map_err(damaged),
            _ => Err(KeyFault::Algorithm),
        }
    }

    /// A `PRIVATE KEY` block, unencrypted. Ed25519 is written as PKCS#8 v1: OpenSSL 3.0 can't read v2.
    ///
    /// # Errors
    /// None is known, but the encoder's type allows one.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, KeyFault> {
        match self {
            Self::Ed25519(key) => KeypairBytes { secret_key: key.to_bytes(), public_key: None }.to_pkcs8_pem(LineEnding::LF),
            Self::P256(key) => p256::SecretKey::from(key).to_pkcs8_pem(LineEnding::LF),
        }
        .map_err(damaged)
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        match self {
            Self::Ed25519(key) => VerifyingKey::Ed25519(key.verifying_key()),
            Self::P256(key) => VerifyingKey::P256(*key.verifying_key()),
        }
    }

    /// Signs: 64 bytes for Ed25519, ASN.1 DER for P-256. The same message gives the same bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Self::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            }
        }
    }
}

#[cfg(test)]
mod tests;

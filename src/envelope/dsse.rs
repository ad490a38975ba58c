//! The DSSE v1 envelope: <https://github.com/secure-systems-lab/dsse/blob/v1.0.0/envelope.md>. A signature covers type and payload only,
//! so signatures are independent of each other. Anyone can write a keyid: it is a hint and decides nothing.
use crate::canon::json;
use crate::envelope::{SignFault, Signer, SigningKey, VerifyingKey, base64};
use serde::{Deserialize, Serialize};

/// The most signatures that one envelope may have: each is checked with every named key.
const MOST: usize = 64;

/// A payload with the signatures over it. Read with `parse`, it has at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The type of the payload, `application/vnd.in-toto+json` for a Statement.
    pub payload_type: String,
    /// The signed bytes, not base64.
    pub payload: Vec<u8>,
    /// In the order they were made.
    pub signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The claimed key; may be empty.
    pub keyid: String,
    /// Ed25519: 64 bytes; P-256: ASN.1 DER.
    pub sig: Vec<u8>,
}

/// The result of checking one signature with the named keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureStatus {
    /// Made by the named key of this keyid, over exactly these bytes. Count distinct keyids, never signatures.
    Good(String),
    /// Claims to be made by this named key, and is not, or is over other bytes.
    Bad(String),
    /// Made by none of the named keys. The text is the keyid in the envelope, which may be empty.
    Unknown(String),
}

/// Why bytes are not an envelope that can be used.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeFault {
    #[error("is no signed envelope: {0}; give a .report.json or .sigstore.json that `evid diff` left")]
    Json(#[from] serde_json::Error),
    #[error("`{0}` is not base64: the envelope was changed; get it again from who signed it")]
    Base64(&'static str),
    #[error("has no signature; sign it first")]
    Unsigned,
    #[error("has {0} signatures, more than the 64 that are read; remove those you do not need")]
    Many(usize),
    #[error("has two signatures of key {0:?}; remove one")]
    Twice(String),
    #[error("`{0}` is not a short, printable text: the envelope was changed; get it again from who signed it")]
    Text(&'static str),
    #[error("is a Sigstore bundle that can't be read here: {0}")]
    Sigstore(String),
}

/// The stored form.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Stored {
    payload: String,
    payload_type: String,
    signatures: Vec<StoredSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSignature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

impl Envelope {
    /// Reads `{"payload","payloadType","signatures":[{"keyid","sig"}]}`. Does not check whether a signature is good.
    ///
    /// # Errors
    /// If the bytes are not that, or have no signature, too many, or one twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeFault> {
        serde_json::from_slice::<Stored>(bytes)?.try_into()
    }

    /// The canonical JSON (RFC 8785), with standard, padded base64 and without a newline.
    pub fn to_bytes(&self) -> Vec<u8> {
        json::to_bytes(&self.to_value())
    }

    pub(super) fn to_value(&self) -> crate::value::Value {
        let signatures: Vec<_> =
            self.signatures.iter().map(|s| crate::value::json!({"keyid": s.keyid, "sig": base64::encode(&s.sig)})).collect();
        crate::value::json!({"payload": base64::encode(&self.payload), "payloadType": self.payload_type, "signatures": signatures})
    }

    /// Signs with one more key. A signature under the same keyid, good or not, is replaced.
    pub fn add(&mut self, key: &SigningKey) {
        let sig = key.sign(&pae(&self.payload_type, &self.payload));
        self.put(&key.verifying_key(), sig);
    }

    fn put(&mut self, key: &VerifyingKey, sig: Vec<u8>) {
        let keyid = key.keyid();
        self.signatures.retain(|s| s.keyid != keyid);
        self.signatures.push(Signature { keyid, sig });
    }
}

impl TryFrom<Stored> for Envelope {
    type Error = EnvelopeFault;

    fn try_from(stored: Stored) -> Result<Self, EnvelopeFault> {
        match stored.signatures.len() {
            0 => return Err(EnvelopeFault::Unsigned),
            n if n > MOST => return Err(EnvelopeFault::Many(n)),
            _ => {}
        }
        let payload_type = printable(stored.payload_type, "payloadType")?;
        let payload = base64::decode(&stored.payload).ok_or(EnvelopeFault::Base64("payload"))?;
        let mut signatures: Vec<Signature> = Vec::with_capacity(stored.signatures.len());
        for s in stored.signatures {
            let keyid = printable(s.keyid, "keyid")?;
            let sig = base64::decode(&s.sig).filter(|s| !s.is_empty()).ok_or(EnvelopeFault::Base64("sig"))?;
            if signatures.iter().any(|other| other.sig == sig || (!keyid.is_empty() && other.keyid == keyid)) {
                return Err(EnvelopeFault::Twice(keyid));
            }
            signatures.push(Signature { keyid, sig });
        }
        Ok(Self { payload_type, payload, signatures })
    }
}

pub(super) fn printable(text: String, field: &'static str) -> Result<String, EnvelopeFault> {
    let good = text.len() <= 256 && text.bytes().all(|b| matches!(b, b' '..=b'~'));
    if good { Ok(text) } else { Err(EnvelopeFault::Text(field)) }
}

/// The bytes that are signed, DSSE v1 PAE: `DSSEv1 <len> <type> <len> <payload>`, lengths in bytes as decimals.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

/// An envelope with one signature, by this key. The same input gives the same bytes.
pub fn sign(payload_type: &str, payload: &[u8], key: &SigningKey) -> Envelope {
    let mut envelope = Envelope { payload_type: payload_type.into(), payload: payload.into(), signatures: Vec::new() };
    envelope.add(key);
    envelope
}

/// An envelope with one signature, by whoever keeps the key.
///
/// # Errors
/// If it does not sign.
pub fn sign_by(payload_type: &str, payload: &[u8], signer: &dyn Signer) -> Result<Envelope, SignFault> {
    let mut envelope = Envelope { payload_type: payload_type.into(), payload: payload.into(), signatures: Vec::new() };
    envelope.put(&signer.public(), signer.signature(&pae(payload_type, payload))?);
    Ok(envelope)
}

/// The status of each signature, in their order. Every named key is tried on every signature. Empty without signatures, so a caller that
/// wants proof must look for a `Good`, not for the absence of others.
pub fn verify(envelope: &Envelope, keys: &[VerifyingKey]) -> Vec<SignatureStatus> {
    let message = pae(&envelope.payload_type, &envelope.payload);
    let named: Vec<(String, &VerifyingKey)> = keys.iter().map(|k| (k.keyid(), k)).collect();
    let status = |s: &Signature| match named.iter().find(|(_, key)| key.verify(&message, &s.sig)) {
        Some((keyid, _)) => SignatureStatus::Good(keyid.clone()),
        None if named.iter().any(|(keyid, _)| *keyid == s.keyid) => SignatureStatus::Bad(s.keyid.clone()),
        None => SignatureStatus::Unknown(s.keyid.clone()),
    };
    envelope.signatures.iter().map(status).collect()
}

#[cfg(test)]
mod tests;

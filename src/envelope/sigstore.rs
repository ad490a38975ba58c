//! The Sigstore bundle v0.3 around an envelope, `.sigstore.json`, as cosign and @sigstore/verify take it:
//! <https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto>. Signed with a key, never with a certificate.
use crate::canon::json;
use crate::envelope::dsse::{Signature, Stored, printable};
use crate::envelope::{Envelope, EnvelopeFault};
use crate::value::Value;
use serde::Deserialize;

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Bundle {
    media_type: String,
    verification_material: Material,
    dsse_envelope: Option<Stored>,
    #[serde(default)]
    message_signature: Value,
}

/// The verification material of a bundle. Only the hint is used; log entries and timestamps prove nothing here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    public_key: Option<PublicKey>,
}

#[derive(Deserialize)]
struct PublicKey {
    #[serde(default)]
    hint: String,
}

/// The bundle as canonical JSON (RFC 8785) without a newline. None if the envelope does not have exactly one signature: the format allows
/// only one, so write one bundle for each signer. Its key is named by the hint alone: cosign (go-securesystemslib) passes over a signature whose
/// keyid is not the SSH fingerprint of the key.
pub fn sigstore_bundle(envelope: &Envelope) -> Option<Vec<u8>> {
    let [signature] = envelope.signatures.as_slice() else { return None };
    let unnamed = Signature { keyid: String::new(), sig: signature.sig.clone() };
    let unnamed = Envelope { signatures: vec![unnamed], ..envelope.clone() };
    let bundle = crate::value::json!({
        "mediaType": MEDIA_TYPE,
        "verificationMaterial": {"publicKey": {"hint": signature.keyid}, "tlogEntries": []},
        "dsseEnvelope": unnamed.to_value(),
    });
    Some(json::to_bytes(&bundle))
}

/// The envelope in such a bundle, as it is outside of it: its signature has the hint as its keyid. Does not check whether its signature is good.
///
/// # Errors
/// If the bytes are no bundle v0.3, if it was signed with a certificate, if it does not hold exactly one envelope with one signature, or
/// if its hint contradicts the keyid.
pub fn from_sigstore_bundle(bytes: &[u8]) -> Result<Envelope, EnvelopeFault> {
    let bundle: Bundle = serde_json::from_slice(bytes)?;
    let fault = |what: &str| Err(EnvelopeFault::Sigstore(what.into()));
    if bundle.media_type != MEDIA_TYPE {
        return Err(EnvelopeFault::Sigstore(format!("its mediaType is {:?}; {MEDIA_TYPE:?} is wanted", bundle.media_type)));
    }
    let Some(key) = bundle.verification_material.public_key else {
        return fault("it was signed with a certificate; verify it with cosign, or sign with a key");
    };
    let Some(stored) = bundle.dsse_envelope.filter(|_| bundle.message_signature.is_null()) else {
        return fault("it signs a file, not a statement; make it with `cosign attest-blob`, not `sign-blob`");
    };
    let mut envelope: Envelope = stored.try_into()?;
    match envelope.signatures.as_mut_slice() {
        [one] if one.keyid.is_empty() || one.keyid == key.hint => {
            one.keyid = printable(key.hint, "hint")?;
            Ok(envelope)
        }
        [_] => fault("its hint and the keyid of its signature name different keys; get it again from who signed it"),
        _ => fault("it has several signatures where the format allows one; give the .report.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::{from_sigstore_bundle, sigstore_bundle};
    use crate::envelope::{Algorithm, SigningKey, sign};

    #[test]
    fn a_bundle_gives_its_envelope_back() {
        let envelope = sign("t", b"x", &SigningKey::from_seed(Algorithm::P256, &[3; 32]).unwrap());
        let bytes = sigstore_bundle(&envelope).unwrap();
        assert_eq!(from_sigstore_bundle(&bytes).unwrap(), envelope);
        assert!(String::from_utf8(bytes).unwrap().contains("\"keyid\":\"\""), "cosign takes no keyid of ours");
    }

    #[test]
    fn there_is_no_bundle_of_two_signatures() {
        let mut envelope = sign("t", b"x", &SigningKey::from_seed(Algorithm::P256, &[3; 32]).unwrap());
        envelope.add(&SigningKey::from_seed(Algorithm::Ed25519, &[3; 32]).unwrap());
        assert_eq!(sigstore_bundle(&envelope), None);
    }

    #[test]
    fn a_bundle_of_another_kind_is_refused() {
        let envelope = sign("t", b"x", &SigningKey::from_seed(Algorithm::P256, &[3; 32]).unwrap());
        let good = String::from_utf8(sigstore_bundle(&envelope).unwrap()).unwrap();
        for (from, to, says) in [
            ("bundle.v0.3+json", "bundle+json;version=0.2", "mediaType"),
            ("\"publicKey\":", "\"certificate\":", "certificate"),
            ("\"keyid\":\"\"", "\"keyid\":\"0\"", "different keys"),
            ("\"hint\":\"", "\"hint\":\"\u{e9}", "printable"),
            ("\"dsseEnvelope\":", "\"messageSignature\":", "signs a file"),
            ("{\"dsse", "{\"extra\":1,\"dsse", "unknown field"),
            ("{\"dsse", "{\"mediaType\":\"\",\"dsse", "duplicate field"),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good);
            let fault = from_sigstore_bundle(bad.as_bytes()).unwrap_err();
            assert!(fault.to_string().contains(says), "{fault}");
        }
    }
}

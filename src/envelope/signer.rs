//! Who signs: a key at hand, or whatever keeps a key elsewhere and answers. Must not know how it is asked.
use crate::envelope::{SigningKey, VerifyingKey, base64};

/// Why nothing was signed.
pub type SignFault = Box<dyn std::error::Error + Send + Sync>;

/// Signs for one public key.
pub trait Signer {
    fn public(&self) -> VerifyingKey;

    /// The signature over exactly this message, in the form that `VerifyingKey::verify` takes.
    ///
    /// # Errors
    /// If it does not sign.
    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SignFault>;
}

impl Signer for SigningKey {
    fn public(&self) -> VerifyingKey {
        self.verifying_key()
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SignFault> {
        Ok(self.sign(message))
    }
}

impl VerifyingKey {
    /// The signature over this message in what a foreign signer answered: its bytes or their base64, and of P-256 also the two numbers one after
    /// the other, as PKCS#11 has them. None if there is no signature of this key in it.
    pub fn signature_in(&self, message: &[u8], answer: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(answer).ok().map(|text| text.split_ascii_whitespace().collect::<String>());
        let forms = [Some(answer.to_vec()), text.and_then(|text| base64::decode(&text))];
        forms.into_iter().flatten().flat_map(|sig| [self.der_of(&sig), Some(sig)]).flatten().find(|sig| self.verify(message, sig))
    }

    /// The two numbers of a P-256 signature as ASN.1 DER.
    fn der_of(&self, numbers: &[u8]) -> Option<Vec<u8>> {
        let Self::P256(_) = self else { return None };
        p256::ecdsa::Signature::from_slice(numbers).ok().map(|sig| sig.to_der().as_bytes().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use crate::envelope::{Algorithm, SigningKey, base64};

    #[test]
    fn an_answer_is_taken_in_each_form_and_stored_in_one() {
        for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
            let key = SigningKey::from_seed(algorithm, &[3; 32]).unwrap();
            let (public, sig) = (key.verifying_key(), key.sign(b"m"));
            let text = base64::encode(&sig);
            let (one, two) = text.split_at(20);
            for answer in [sig.clone(), text.clone().into_bytes(), format!("{one}\r\n{two}\n").into_bytes()] {
                assert_eq!(public.signature_in(b"m", &answer), Some(sig.clone()));
                assert_eq!(public.signature_in(b"other", &answer), None);
            }
            assert_eq!(public.signature_in(b"m", b""), None);
            assert_eq!(public.signature_in(b"m", &[&sig[..], b"\n"].concat()), None, "what follows a signature is no part of one");
        }
        let SigningKey::P256(inner) = SigningKey::from_seed(Algorithm::P256, &[3; 32]).unwrap() else { unreachable!() };
        let (key, numbers): (_, p256::ecdsa::Signature) =
            (SigningKey::P256(inner.clone()), p256::ecdsa::signature::Signer::sign(&inner, b"m"));
        assert_eq!(key.verifying_key().signature_in(b"m", &numbers.to_bytes()), Some(key.sign(b"m")));
    }
}

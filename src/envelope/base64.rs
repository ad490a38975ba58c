//! Base64 in the forms that DSSE allows: written standard and padded, read standard or URL-safe, padded or not.
use ::base64::Engine as _;
use ::base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use ::base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    GeneralPurpose::new(alphabet, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent))
}

const PLAIN: GeneralPurpose = engine(&STANDARD);
const URL: GeneralPurpose = engine(&URL_SAFE);

/// Standard base64 with padding.
pub(super) fn encode(bytes: &[u8]) -> String {
    PLAIN.encode(bytes)
}

/// The decoded bytes, from either alphabet; None if the text is in neither, mixes them, or has extra bits at the end.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.contains(['-', '_']) { &URL } else { &PLAIN }.decode(text).ok()
}

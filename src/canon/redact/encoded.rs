//! Base64 texts whose decoded form is readable. Does not decide whether that form is secret.
use super::literal::is_literal;
use super::pattern::Pattern;
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::ops::Range;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

static RUN: Pattern = Pattern::new(r"[A-Za-z0-9+/_-]{12,}={0,2}");
static LINES: Pattern = Pattern::new(r"(?:[A-Za-z0-9+/_-]{40,}[ \t]*(?:\r?\n|\\n)[ \t]*)+[A-Za-z0-9+/_-]{2,}={0,2}");

/// The readable text that this base64 encodes.
pub(super) fn decoded(text: &str) -> Option<String> {
    if text.len() < 4 || text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = PLAIN.decode(text).or_else(|_| URL.decode(text)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let printable = text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    let ascii = text.chars().filter(char::is_ascii).count() * 10 >= text.chars().count() * 9;
    (printable && ascii && !text.is_empty()).then_some(text)
}

/// Whether this is `user:password`, or the base64 of it.
pub(super) fn is_login(text: &str) -> bool {
    let of = |t: &str| {
        t.split_once(':').is_some_and(|(user, word)| {
            !user.is_empty() && !user.contains(char::is_whitespace) && is_literal(word) && !word.starts_with("//")
        })
    };
    decoded(text).is_some_and(|d| of(&d))
}

/// All base64 texts whose decoded form is readable, with that form; also those that span several lines.
pub(super) fn runs(text: &str) -> Vec<(Range<usize>, String)> {
    let mut out = Vec::new();
    if text.len() < 12 {
        return out;
    }
    if text.len() > 60 && text.contains('\n') | text.contains("\\n") {
        for found in LINES.regex().into_iter().flat_map(|r| r.find_iter(text)) {
            let joined: String = found.as_str().replace("\\n", "").split_whitespace().collect();
            out.extend(decoded(&joined).map(|d| (found.range(), d)));
        }
    }
    for found in RUN.regex().into_iter().flat_map(|r| r.find_iter(text)) {
        // A path or a `key=` may come before it without a space: also try the text after the last such character.
        let run = found.as_str();
        if let Some(d) = decoded(run) {
            out.push((found.range(), d));
        } else {
            for (i, _) in run.char_indices().filter(|(_, c)| matches!(c, '/' | '-' | '_')) {
                if let (true, Some(d)) = (run.len() - i > 16, run.get(i + 1..).and_then(decoded)) {
                    out.push((found.start() + i + 1..found.end(), d));
                    break;
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(RUN.regex().is_some() && LINES.regex().is_some());
    }

    #[test]
    fn readable_texts_are_decoded_with_and_without_padding() {
        assert_eq!(decoded("aHVudGVyMjI=").as_deref(), Some("hunter22"));
        assert_eq!(decoded("aHVudGVyMjI").as_deref(), Some("hunter22"));
        assert_eq!(decoded("90a83de025939d3192f8c7606812b03e199da52c"), None);
        assert_eq!(decoded("prometheus-config"), None);
    }

    #[test]
    fn a_login_is_known_in_base64() {
        assert!(is_login("Ym9iOmh1bnRlcjI="));
        assert!(!is_login("basic"));
    }
}

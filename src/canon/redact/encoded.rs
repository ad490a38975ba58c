//! Texts in base64 or in the percent form of addresses, decoded. Does not decide whether what they mean is secret.
use super::literal::is_literal;
use super::pattern::Pattern;
use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::ops::Range;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

static PERCENT: Pattern = Pattern::new(r"[A-Za-z0-9._~!$'()*+/:@%-]*%[0-9A-Fa-f]{2}[A-Za-z0-9._~!$'()*+/:@%-]*");
static LINES: Pattern = Pattern::new(r"(?:[A-Za-z0-9+/_-]{40,}[ \t]*(?:\r?\n|\\n)[ \t]*)+[A-Za-z0-9+/_-]{2,}={0,2}");

/// The readable text that this base64 encodes.
pub(super) fn decoded(text: &str) -> Option<String> {
    if text.len() < 4 || !begins_readable(text) || text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = PLAIN.decode(text).or_else(|_| URL.decode(text)).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let printable = text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    let ascii = text.chars().filter(char::is_ascii).count() * 10 >= text.chars().count() * 9;
    (printable && ascii && !text.is_empty()).then_some(text)
}

/// Whether this is long base64 that means nothing readable, as a ciphertext is.
pub(super) fn is_opaque(text: &str) -> bool {
    text.len() >= 40
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
        && decoded(text).is_none()
        && PLAIN.decode(text).is_ok()
}

/// Whether this is the base64 of `user:password`.
pub(super) fn is_login(text: &str) -> bool {
    decoded(text)
        .as_deref()
        .and_then(|login| login.split_once(':'))
        .is_some_and(|(user, word)| !user.is_empty() && !user.contains(char::is_whitespace) && is_literal(word) && !word.starts_with("//"))
}

/// A part of a text that means another text.
pub(super) struct Run {
    pub(super) range: Range<usize>,
    /// What it means; nothing where finding out would cost more than some passes over the run: then it may hide anything.
    pub(super) plain: Option<String>,
}

/// Whether a readable text can begin so: nearly all of what is no base64 is done with here.
fn begins_readable(text: &str) -> bool {
    let (Some(head), mut bytes) = (text.get(..16), [0; 12]) else { return true };
    let decoded = PLAIN.decode_slice(head, &mut bytes).or_else(|_| URL.decode_slice(head, &mut bytes));
    let Some(bytes) = decoded.ok().and_then(|len| bytes.get(..len)) else { return false };
    let cut = std::str::from_utf8(bytes).map_or_else(|e| e.error_len().is_none(), |_| true);
    cut && !bytes.iter().any(|b| b.is_ascii_control() && !b"\n\r\t".contains(b))
}

/// All base64 texts whose decoded form is readable, with that form; such that go over several lines too.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut out = Vec::new();
    if text.len() < 12 {
        return out;
    }
    if text.len() > 60 && text.contains('\n') | text.contains("\\n") {
        for found in LINES.matches(text) {
            let joined: String = found.as_str().replace("\\n", "").split_whitespace().collect();
            out.extend(decoded(&joined).map(|d| Run { range: found.range(), plain: Some(d) }));
        }
    }
    for range in written(text) {
        // A path or a `key=` may come before it without a space: also try the text after the last such character.
        let run = text.get(range.clone()).unwrap_or_default();
        if let Some(d) = decoded(run) {
            out.push(Run { range, plain: Some(d) });
        } else {
            out.extend(tail(run).map(|(from, plain)| Run { range: range.start + from..range.end, plain }));
        }
    }
    out
}

/// Where at least twelve signs of base64 stand in a row, with what fills them up.
fn written(text: &str) -> impl Iterator<Item = Range<usize>> {
    let (bytes, mut at) = (text.as_bytes(), 0);
    let count = move |from: usize, is: fn(u8) -> bool| bytes.get(from..).unwrap_or_default().iter().take_while(|b| is(**b)).count();
    std::iter::from_fn(move || {
        while at < bytes.len() {
            let from = at + count(at, |b| !is_sign(b));
            let end = from + count(from, is_sign);
            at = end + count(end, |b| b == b'=').min(2);
            if end - from >= 12 {
                return Some(from..at);
            }
        }
        None
    })
}

fn is_sign(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/_-".contains(&byte)
}

/// All texts that are written as addresses are (`password%3Dx`), up to the signs that part an address, with what they mean.
pub(super) fn percent(text: &str) -> impl Iterator<Item = Run> {
    let found = text.contains('%').then(|| PERCENT.matches(text)).into_iter().flatten();
    found
        .map(|found| Run { range: found.range(), plain: percent_decode_str(found.as_str()).decode_utf8().ok().map(Cow::into_owned) })
        .filter(|run| run.plain.is_some())
}

/// What follows a `/`, `-` or `_` in a run and is readable, from where on.
fn tail(run: &str) -> Option<(usize, Option<String>)> {
    let mut left = 8 * run.len();
    let signs = run.bytes().enumerate().filter(|(_, b)| matches!(b, b'/' | b'-' | b'_')).map(|(i, _)| i + 1);
    for from in signs.take_while(|from| run.len() - from >= 16) {
        let Some(tail) = run.get(from..).filter(|t| begins_readable(t)) else { continue };
        let Some(rest) = left.checked_sub(tail.len()) else { return Some((0, None)) };
        left = rest;
        if let Some(plain) = decoded(tail) {
            return Some((from, Some(plain)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_of_base64_are_found_as_an_expression_finds_them(text in "([aZ0+/_=é-]{0,16} ?){0,6}") {
            let expression = regex::Regex::new("[A-Za-z0-9+/_-]{12,}={0,2}").unwrap();
            prop_assert_eq!(written(&text).collect::<Vec<_>>(), expression.find_iter(&text).map(|m| m.range()).collect::<Vec<_>>());
        }

        /// What the first bytes tell of the whole is right.
        #[test]
        fn a_text_is_read_from_base64_whatever_its_first_bytes_are(bytes in prop::collection::vec(any::<u8>(), 0..40), text in "[ -~]{0,40}", url in any::<bool>()) {
            let readable = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|t| !t.is_empty() && !t.chars().any(|c| c.is_control() && !"\n\r\t".contains(c)));
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                let written = if url { URL.encode(bytes) } else { PLAIN.encode(bytes) };
                prop_assert!(!readable(bytes) || written.len() < 4 || begins_readable(&written), "{}", written);
            }
        }
    }

    #[test]
    fn readable_texts_are_decoded_with_and_without_padding() {
        assert_eq!(decoded("aHVudGVyMjI=").as_deref(), Some("hunter22"));
        assert_eq!(decoded("aHVudGVyMjI").as_deref(), Some("hunter22"));
        assert_eq!(decoded("90a83de025939d3192f8c7606812b03e199da52c"), None);
        assert_eq!(decoded("prometheus-config"), None);
    }

    #[test]
    fn what_follows_a_path_is_decoded_and_what_would_cost_too_much_is_not_judged() {
        let found = runs("configs/app/cGFzc3dvcmQ6IGh1bnRlcjIK");
        assert_eq!(found.iter().map(|r| (r.range.start, r.plain.as_deref())).collect::<Vec<_>>(), [(12, Some("password: hunter2\n"))]);
        // Readable from each sign on, but for the last bytes of all.
        let hostile = format!("/{}AAAAAAAA", "YWFhYWFhYWFhYWFhYWE/".repeat(400));
        assert!(matches!(runs(&hostile).as_slice(), [run] if run.range == (0..hostile.len()) && run.plain.is_none()));
    }

    #[test]
    fn a_login_is_known_in_base64() {
        assert!(is_login("Ym9iOmh1bnRlcjI="));
        assert!(!is_login("basic"));
    }
}

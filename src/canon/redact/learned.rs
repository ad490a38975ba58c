//! Finds copies of a secret elsewhere in the same object: in messages, where no field name shows that it is one. Knows nothing of text
//! formats.
use super::literal;
use super::token::{Domain, Tokens};
use crate::value::Value;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use memchr::memmem;
use std::collections::BTreeSet;

/// Whether a secret is so unusual that equal text elsewhere must be a copy, and not a word, a name or an id.
pub(super) fn distinctive(secret: &str) -> bool {
    if !(8..=4096).contains(&secret.len()) || secret.starts_with('/') {
        return false;
    }
    let has = |f: fn(&u8) -> bool| secret.as_bytes().iter().any(f);
    let (lower, upper, digit) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase), has(u8::is_ascii_digit));
    let kinds =
        usize::from(lower) + usize::from(upper) + usize::from(digit) + usize::from(secret.bytes().any(|b| b"!@#$%^&*+=~?".contains(&b)));
    kinds >= 3 && literal::looks_random(secret)
}

/// One way to write a secret.
struct Spelling {
    text: String,
    /// Whether it extends over all base64 characters that follow: the last character depends on the bytes after the secret, and padding
    /// may follow.
    is_base64: bool,
}

/// Replaces copies of the secrets that a run has found, plain or in base64, each by the token of what is written there: one pass over
/// each text, however many secrets there are.
pub(super) fn replace(tokens: &Tokens, known: &BTreeSet<String>, value: &mut Value) {
    if known.is_empty() {
        return;
    }
    let forms: Vec<Spelling> = known.iter().flat_map(|secret| forms(secret)).filter(|form| form.text.len() <= 4096).collect();
    // Most objects hold no copy, and to see that, a search for each of a few secrets is cheaper than a finder of all of them.
    let searches: Vec<_> = forms.iter().take(FEW + 1).map(|form| memmem::Finder::new(form.text.as_bytes())).collect();
    if searches.len() <= FEW && !any(value, &searches) {
        return;
    }
    // It is built for one object, so the kind that is built fastest is the fastest.
    let kind = Some(AhoCorasickKind::NoncontiguousNFA);
    let finder = AhoCorasick::builder().kind(kind).match_kind(MatchKind::LeftmostLongest).build(forms.iter().map(|form| &form.text));
    if let Ok(finder) = finder {
        visit(tokens, value, &finder, &forms);
    }
}

/// So many forms are looked for one by one first.
const FEW: usize = 12;

/// Whether one of the texts stands anywhere in a value.
fn any(value: &Value, searches: &[memmem::Finder<'_>]) -> bool {
    match value {
        Value::String(text) => searches.iter().any(|search| search.find(text.as_bytes()).is_some()),
        Value::Array(list) => list.iter().any(|v| any(v, searches)),
        Value::Object(map) => map.values().any(|v| any(v, searches)),
        _ => false,
    }
}

fn forms(secret: &str) -> Vec<Spelling> {
    let plain = |text: &str| Spelling { text: text.to_owned(), is_base64: false };
    let mut forms = vec![plain(secret)];
    let encoded = base64::engine::general_purpose::STANDARD.encode(secret);
    // The base64 characters that the secret alone determines.
    forms.push(Spelling { text: encoded.chars().take(secret.len() * 8 / 6).collect(), is_base64: true });
    let escaped = Value::from(secret).to_string();
    forms.extend(escaped.get(1..escaped.len().saturating_sub(1)).filter(|e| *e != secret).map(plain));
    forms
}

fn visit(tokens: &Tokens, value: &mut Value, finder: &AhoCorasick, forms: &[Spelling]) {
    match value {
        Value::String(text) => {
            if let Some(redacted) = replaced(tokens, text, finder, forms) {
                *text = redacted.into();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| visit(tokens, v, finder, forms)),
        Value::Object(map) => map.values_mut().for_each(|v| visit(tokens, v, finder, forms)),
        _ => {}
    }
}

/// A text with a token for each copy in it; nothing where there is none.
fn replaced(tokens: &Tokens, text: &str, finder: &AhoCorasick, forms: &[Spelling]) -> Option<String> {
    let (mut out, mut at) = (String::new(), 0);
    for found in finder.find_iter(text) {
        // A sign of base64 that goes on may have taken this one in.
        let Some(before) = text.get(at..found.start()) else { continue };
        let more = text.get(found.end()..).filter(|_| forms.get(found.pattern().as_usize()).is_some_and(|form| form.is_base64));
        let more = more.map_or(0, |t| t.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(b)).count());
        out.push_str(before);
        at = found.end() + more;
        out.push_str(&tokens.of(Domain::Text, text.get(found.start()..at).unwrap_or_default().as_bytes()));
    }
    (at > 0).then(|| out + text.get(at..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_random_texts_are_looked_for_elsewhere() {
        assert!(distinctive("xK9-vtXZ2NI6Avau"));
        for word in ["changeme", "postgres", "admin123", "feast-server-6d5f7c9d4b", "1234567890"] {
            assert!(!distinctive(word), "{word}");
        }
    }
}

//! Finds copies of a secret elsewhere in the same object: in messages, where no field name shows that it is one. Knows nothing of text
//! formats.
use super::literal;
use super::token::{Domain, Tokens};
use base64::Engine as _;
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether a secret is so unusual that equal text elsewhere must be a copy, and not a word, a name or an id.
pub(super) fn distinctive(secret: &str) -> bool {
    let has = |f: fn(&u8) -> bool| secret.as_bytes().iter().any(f);
    let (lower, upper, digit) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase), has(u8::is_ascii_digit));
    let kinds =
        usize::from(lower) + usize::from(upper) + usize::from(digit) + usize::from(secret.bytes().any(|b| b"!@#$%^&*+=~?".contains(&b)));
    (8..=4096).contains(&secret.len()) && kinds >= 3 && literal::looks_random(secret) && !secret.starts_with('/')
}

/// One way to write a secret.
struct Spelling {
    text: String,
    /// Whether it extends over all base64 characters that follow: the last character depends on the bytes after the secret, and padding
    /// may follow.
    is_base64: bool,
}

/// Replaces copies of the secrets that were found in this run, plain or in base64, each by the token of the text found there.
pub(super) fn replace(tokens: &Tokens, known: &BTreeSet<String>, value: &mut Value) {
    if known.is_empty() {
        return;
    }
    let forms: Vec<Spelling> = known.iter().flat_map(|secret| forms(secret)).filter(|form| form.text.len() <= 4096).collect();
    visit(tokens, value, &forms);
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

fn visit(tokens: &Tokens, value: &mut Value, forms: &[Spelling]) {
    match value {
        Value::String(text) => {
            for form in forms {
                if text.len() >= form.text.len() && text.contains(&form.text) {
                    *text = replaced(tokens, text, form);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| visit(tokens, v, forms)),
        Value::Object(map) => map.values_mut().for_each(|v| visit(tokens, v, forms)),
        _ => {}
    }
}

/// A text with a token for each copy in it.
fn replaced(tokens: &Tokens, text: &str, form: &Spelling) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(&form.text) {
        let (before, found) = rest.split_at(at);
        let more = found.get(form.text.len()..).unwrap_or_default();
        let more = if form.is_base64 { more.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(b)).count() } else { 0 };
        let (written, after) = found.split_at(form.text.len() + more);
        out.push_str(before);
        out.push_str(&tokens.of(Domain::Text, written.as_bytes()));
        rest = after;
    }
    out + rest
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

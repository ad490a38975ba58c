//! Copies of a secret elsewhere in the same object: in messages, where no name tells that it is one. Knows nothing of texts' formats.
use super::literal;
use super::scan::Scan;
use base64::Engine as _;
use serde_json::Value;

/// Whether a secret can hardly be a word, a name or an id that stands elsewhere for another reason.
pub(super) fn distinctive(secret: &str) -> bool {
    let has = |f: fn(&u8) -> bool| secret.as_bytes().iter().any(f);
    let (lower, upper, digit) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase), has(u8::is_ascii_digit));
    let kinds =
        usize::from(lower) + usize::from(upper) + usize::from(digit) + usize::from(secret.bytes().any(|b| b"!@#$%^&*+=~?".contains(&b)));
    (8..=4096).contains(&secret.len()) && kinds >= 3 && literal::looks_random(secret) && !secret.starts_with('/')
}

/// Replaces copies of the secrets this run has found, plain or in base64.
pub(super) fn replace(scan: &Scan<'_>, value: &mut Value) {
    let known: Vec<String> = scan.known.borrow().iter().cloned().collect();
    if known.is_empty() {
        return;
    }
    let forms: Vec<(String, String)> = known
        .iter()
        .flat_map(|secret| {
            let token = scan.redactor.token(secret);
            let mut forms = vec![(secret.clone(), token.clone())];
            let encoded = base64::engine::general_purpose::STANDARD.encode(secret);
            forms.push((encoded.trim_end_matches('=').to_owned(), token.clone()));
            let escaped = Value::from(secret.as_str()).to_string();
            forms.extend(escaped.get(1..escaped.len().saturating_sub(1)).filter(|e| e != secret).map(|e| (e.to_owned(), token)));
            forms
        })
        .collect();
    visit(value, &forms);
}

fn visit(value: &mut Value, forms: &[(String, String)]) {
    match value {
        Value::String(text) => {
            for (form, token) in forms.iter().filter(|(form, _)| form.len() <= 4096) {
                if text.len() >= form.len() && text.contains(form.as_str()) {
                    *text = text.replace(form.as_str(), token);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| visit(v, forms)),
        Value::Object(map) => map.values_mut().for_each(|v| visit(v, forms)),
        _ => {}
    }
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

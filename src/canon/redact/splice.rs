//! Writes the redacted values of a JSON text back into that text, so that all other bytes stay as they are: white space, the order of
//! fields, and how texts are escaped. Knows nothing of what is secret.
use super::token::{Domain, Tokens};
use crate::value::{Members, Value};
use serde_json::value::RawValue;
use std::collections::HashMap;

/// The text of the value `before`, in which the parts that differ in `after` are replaced.
pub(super) fn splice(tokens: &Tokens, text: &str, before: &Value, after: &Value) -> String {
    let mut out = String::with_capacity(text.len());
    put(tokens, text, before, after, &mut out);
    out
}

fn put(tokens: &Tokens, text: &str, before: &Value, after: &Value, out: &mut String) {
    if before == after {
        return out.push_str(text);
    }
    match (before, after) {
        (Value::Object(x), Value::Object(y)) => {
            let Ok(Members(fields)) = serde_json::from_str(text) else { return secret(tokens, text, out) };
            let last: HashMap<&str, usize> = fields.iter().enumerate().map(|(i, (name, _))| (name.as_ref(), i)).collect();
            // A field was renamed, because its name held a secret.
            if x.keys().ne(y.keys()) {
                return secret(tokens, text, out);
            }
            let parts = fields.iter().enumerate().map(|(i, (name, raw))| {
                let name: &str = name.as_ref();
                // If a field occurs twice, only the last one was examined.
                let pair = if last.get(name) == Some(&i) { x.get(name).zip(y.get(name)) } else { None };
                (raw.get(), pair)
            });
            around(tokens, text, parts, out);
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) else { return secret(tokens, text, out) };
            around(tokens, text, items.iter().zip(x.iter().zip(y)).map(|(raw, pair)| (raw.get(), Some(pair))), out);
        }
        // Written in the usual form: the token, which is made of the text's meaning, is enough.
        (before, after) if before.to_string().as_str() == text.trim() => out.push_str(&after.to_string()),
        _ => secret(tokens, text, out),
    }
}

/// Redacts some parts of a text and keeps the text around them.
fn around<'t>(tokens: &Tokens, text: &str, parts: impl Iterator<Item = (&'t str, Option<(&'t Value, &'t Value)>)>, out: &mut String) {
    let mut at = 0;
    for (part, pair) in parts {
        let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        out.push_str(text.get(at..start).unwrap_or_default());
        match pair {
            Some((before, after)) => put(tokens, part, before, after, out),
            None => secret(tokens, part, out),
        }
        at = start + part.len();
    }
    out.push_str(text.get(at..).unwrap_or_default());
}

/// A text as one token.
fn secret(tokens: &Tokens, text: &str, out: &mut String) {
    out.push_str(&Value::from(tokens.of(Domain::Text, text.as_bytes())).to_string());
}

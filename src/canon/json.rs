//! Canonical JSON. For evid's own documents (integers within ±2^53) the bytes are those of RFC 8785; captured numbers keep every digit as
//! exact, normalised decimals (`1e2` is `100`, `1.50` is `1.5`). All bytes that are hashed are made here.
use crate::value::{Map, RESERVED, Text, Value, to_value};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The canonical bytes of a value, without a newline.
pub fn to_bytes(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(value, &mut out);
    out
}

pub fn to_text(value: &Value) -> String {
    String::from_utf8(to_bytes(value)).unwrap_or_default()
}

/// The canonical bytes of one of evid's own documents.
///
/// # Errors
/// If the type can't be expressed as JSON (a map with keys that are not text).
pub fn document(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    to_value(value).map(|v| to_bytes(&v))
}

/// The bytes of a file with a line for each document.
///
/// # Errors
/// As [`document`].
pub fn lines<T: Serialize>(documents: &[T]) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::new();
    for one in documents {
        out.extend(document(one)?);
        out.push(b'\n');
    }
    Ok(out)
}

/// What serde makes of bytes. Their encoding is checked at once, and not text by text.
///
/// # Errors
/// If they are not such JSON.
pub fn parse<'l, T: Deserialize<'l>>(bytes: &'l [u8]) -> serde_json::Result<T> {
    std::str::from_utf8(bytes).map_or_else(|_| serde_json::from_slice(bytes), serde_json::from_str)
}

/// Whether bytes are exactly the line that a value has in a `.jsonl` file, its line feed included.
pub fn is_line(value: &impl Serialize, line: &[u8]) -> bool {
    document(value).is_ok_and(|bytes| line.strip_suffix(b"\n") == Some(&*bytes))
}

/// Appends the canonical bytes of a value.
pub fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Number(n) if is_plain(n.as_str()) => out.extend_from_slice(n.as_str().as_bytes()),
        Value::Number(n) => out.extend_from_slice(decimal(n.as_str()).as_bytes()),
        Value::String(s) => write_text(s, out),
        Value::Array(list) => {
            out.push(b'[');
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(map) => write_map(map, out),
    }
}

/// Appends the canonical bytes of a map.
pub fn write_map(map: &Map, out: &mut Vec<u8>) {
    // The map has its keys sorted by their bytes, which for ASCII is the right order.
    if map.keys().all(|k| k.is_ascii()) {
        return write_entries(map.iter(), out);
    }
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by(|a, b| utf16(a.0, b.0));
    write_entries(entries.into_iter(), out);
}

fn write_entries<'a>(entries: impl Iterator<Item = (&'a Text, &'a Value)>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (i, (key, item)) in entries.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write_text(key, out);
        out.push(b':');
        write(item, out);
    }
    out.push(b'}');
}

/// Whether a number can be written unchanged.
fn is_plain(number: &str) -> bool {
    !number.contains(['.', 'e', 'E', '-'])
}

fn utf16(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// Appends the canonical bytes of a text.
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    // Without an early end the loop takes many bytes at once.
    if !text.bytes().fold(false, |found, b| found | (b < b' ') | (b == b'"') | (b == b'\\')) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        return out.push(b'"');
    }
    // serde_json escapes exactly what RFC 8785 escapes; writing into a Vec can't fail.
    drop(serde_json::to_writer(out, text));
}

/// A JSON number as an exact decimal without exponent, trailing zeros or a negative zero. With an exponent beyond ±400 it keeps the form
/// `<digits>e<exponent>`, so that an attack like `1e999999999` stays short.
pub fn decimal(text: &str) -> String {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |r| (true, r));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    if !rest.contains(['.', 'e', 'E']) {
        return if rest == "0" { "0".into() } else { text.into() };
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let lead = digits.len() - digits.trim_start_matches('0').len();
    let trimmed = digits.trim_start_matches('0').trim_end_matches('0');
    if trimmed.is_empty() {
        return "0".into();
    }
    let sign = if negative { "-" } else { "" };
    let Ok(exponent) = exponent.trim_start_matches('+').parse::<i64>() else {
        return text.to_ascii_lowercase();
    };
    // The decimal point is after `point` digits of `trimmed`.
    let point = exponent.saturating_add(i64::try_from(whole.len()).unwrap_or(0)).saturating_sub(i64::try_from(lead).unwrap_or(0));
    let count = i64::try_from(trimmed.len()).unwrap_or(i64::MAX);
    if !(-400..=400).contains(&point) {
        return format!("{sign}{trimmed}e{}", point.saturating_sub(count));
    }
    let zeros = |n: i64| "0".repeat(usize::try_from(n).unwrap_or(0));
    if point <= 0 {
        format!("{sign}0.{}{trimmed}", zeros(-point))
    } else if point >= count {
        format!("{sign}{trimmed}{}", zeros(point - count))
    } else {
        let (a, b) = trimmed.split_at(usize::try_from(point).unwrap_or(0));
        format!("{sign}{a}.{b}")
    }
}

/// Writes every number within a value as its exact, normalised decimal, so that equal numbers become equal values.
pub fn normalise(value: &mut Value) {
    match value {
        Value::Number(n) if !is_plain(n.as_str()) => {
            if let Ok(plain) = decimal(n.as_str()).parse() {
                *n = plain;
            }
        }
        Value::Array(list) => list.iter_mut().for_each(normalise),
        Value::Object(map) => map.values_mut().for_each(normalise),
        _ => {}
    }
}

/// The deepest nesting that can be read back.
const DEEPEST: usize = 127;

/// Whether reading the bytes of a value gives that value again: it is not nested too deep, and has no field name that the reader treats
/// specially.
pub fn reads_back(value: &Value) -> bool {
    fn within(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(_) | Value::Object(_) if left == 0 => false,
            Value::Array(list) => list.iter().all(|v| within(v, left - 1)),
            Value::Object(map) => map.iter().all(|(key, v)| !key.starts_with(RESERVED) && within(v, left - 1)),
            _ => true,
        }
    }
    within(value, DEEPEST)
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, decimal, reads_back, to_bytes, to_text};
    use crate::value::Value;

    #[test]
    fn what_would_not_read_back_is_known_before_it_is_written() {
        let nested = |depth: usize| (0..depth).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
        let again = |v: &Value| serde_json::from_slice::<Value>(&to_bytes(v)).ok();
        let deep = nested(DEEPEST);
        assert!(reads_back(&deep) && again(&deep).as_ref() == Some(&deep));
        assert!(!reads_back(&nested(DEEPEST + 1)) && again(&nested(DEEPEST + 1)).is_none());
        let forged = crate::value::json!({"a": 1, "$serde_json::private::Number": "5"});
        assert!(!reads_back(&forged) && again(&forged).as_ref() != Some(&forged));
    }

    #[test]
    fn a_number_keeps_its_value_and_loses_its_spelling() {
        for (from, to) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("1e2", "100"),
            ("1E+2", "100"),
            ("1.50", "1.5"),
            ("0.0010", "0.001"),
            ("12e-1", "1.2"),
            ("100", "100"),
            ("-2.50e1", "-25"),
            ("9007199254740993", "9007199254740993"),
            ("0.1e1", "1"),
            ("00.5e0", "0.5"),
            ("123456789012345678901234567890.10", "123456789012345678901234567890.1"),
            ("1e999999999", "1e999999999"),
        ] {
            assert_eq!(decimal(from), to, "{from}");
        }
    }

    #[test]
    fn keys_are_sorted_by_utf16_as_rfc_8785_says() {
        let value = crate::value::json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        assert_eq!(to_text(&value), "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}");
    }
}

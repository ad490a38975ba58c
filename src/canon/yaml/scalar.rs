//! The meaning of a plain YAML scalar by the core schema of YAML 1.2. Numbers keep every digit. Knows nothing of documents.
use crate::value::{Number, Value};

/// The core schema's types.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Want {
    /// Decided by the text.
    Any,
    Int,
    Float,
    Bool,
    Null,
}

pub(super) fn resolve(text: &str, want: Want) -> Result<Value, String> {
    let value = match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text)?.unwrap_or_else(|| Value::from(text)),
    };
    let fits = match want {
        Want::Any => true,
        Want::Int => value.as_number().is_some_and(|n| !n.to_string().contains(['.', 'e', 'E'])),
        Want::Float => value.is_number(),
        Want::Bool => value.is_boolean(),
        Want::Null => value.is_null(),
    };
    if fits { Ok(value) } else { Err(format!("`{text}` is not what its tag says")) }
}

fn number(text: &str) -> Result<Option<Value>, String> {
    if let Some((digits, radix)) = text.strip_prefix("0o").map(|d| (d, 8)).or_else(|| text.strip_prefix("0x").map(|d| (d, 16))) {
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return Ok(None);
        }
        let value = u128::from_str_radix(digits, radix).map_err(|_| format!("`{text}` is too large a number"))?;
        return exact(text, &value.to_string());
    }
    let (minus, body) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if matches!(body, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(format!("`{text}` has no place in JSON"));
    }
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e)),
        None => (body, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    let power = exponent.map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
    if !all_digits(whole)
        || !all_digits(fraction)
        || whole.len() + fraction.len() == 0
        || power.is_some_and(|p| p.is_empty() || !all_digits(p))
    {
        return Ok(None);
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    let exponent = exponent.map(|e| format!("e{e}")).unwrap_or_default();
    exact(text, &format!("{minus}{whole}{point}{fraction}{exponent}"))
}

fn exact(text: &str, json: &str) -> Result<Option<Value>, String> {
    json.parse::<Number>().map(|n| Some(Value::Number(n))).map_err(|e| format!("`{text}` is no number that JSON can say: {e}"))
}

#[cfg(test)]
mod tests {
    use super::{Want, resolve};

    fn json(text: &str) -> String {
        resolve(text, Want::Any).map_or_else(|e| e, |v| v.to_string())
    }

    #[test]
    fn numbers_keep_every_digit() {
        for (text, want) in [
            ("9007199254740993", "9007199254740993"),
            ("0.10", "0.10"),
            ("+12", "12"),
            ("010", "10"),
            ("-0", "-0"),
            ("0x1F", "31"),
            ("0o17", "15"),
            (".5", "0.5"),
            ("5.", "5"),
            ("123456789012345678901234567890.5", "123456789012345678901234567890.5"),
        ] {
            assert_eq!(json(text), want);
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for text in
            ["1_000", "1:30", "2026-11-23T18:12:13Z", "2026-11-23", "0b1", "0x", "1e", ".", "-", "1.2.3", "y", "yes", "on", "No", "1e5x"]
        {
            assert_eq!(json(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn infinities_and_wrong_tags_are_errors() {
        for text in [".inf", "-.Inf", ".nan"] {
            assert!(resolve(text, Want::Any).is_err(), "{text}");
        }
        assert!(resolve("1.5", Want::Int).is_err());
        assert!(resolve("yes", Want::Bool).is_err());
        assert!(resolve("0xffffffffffffffffffffffffffffffffff", Want::Any).is_err());
    }
}

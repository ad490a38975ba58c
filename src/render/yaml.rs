//! A JSON value as block YAML, in the form of `kubectl -o yaml`.
use crate::render::foreign;
use crate::value::Value;

/// The YAML text of a value, with a newline at its end.
pub fn to_text(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (i, (key, item)) in map.iter().enumerate() {
                if i > 0 {
                    out.push_str(&indent);
                }
                out.push_str(&scalar(key));
                out.push(':');
                nested(item, depth, out);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (i, item) in list.iter().enumerate() {
                if i > 0 {
                    out.push_str(&indent);
                }
                out.push_str("- ");
                write(item, depth + 1, out);
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        Value::String(s) => out.push_str(&scalar(s)),
        other => out.push_str(&crate::canon::json::to_text(other)),
    }
}

fn nested(item: &Value, depth: usize, out: &mut String) {
    let deeper = match item {
        Value::Object(m) if !m.is_empty() => depth + 1,
        Value::Array(l) if !l.is_empty() => depth,
        Value::String(s) if s.contains('\n') && block_fits(s) => {
            out.push_str(if s.ends_with('\n') { " |\n" } else { " |-\n" });
            for line in s.trim_end_matches('\n').split('\n') {
                if !line.is_empty() {
                    out.push_str(&"  ".repeat(depth + 1));
                }
                out.push_str(line);
                out.push('\n');
            }
            return;
        }
        other => {
            out.push(' ');
            write(other, depth, out);
            out.push('\n');
            return;
        }
    };
    out.push('\n');
    out.push_str(&"  ".repeat(deeper));
    write(item, deeper, out);
}

/// Whether a literal block reads back as the same text: no leading space, no control characters, at most one newline at its end.
fn block_fits(text: &str) -> bool {
    !text.starts_with([' ', '\n']) && !text.ends_with("\n\n") && foreign::clean_lines(text) == text
}

/// A plain scalar if no reader could take it for another type; otherwise a quoted JSON string (which is YAML).
fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n");
    if plain { text.to_owned() } else { foreign::escaped(&crate::canon::json::to_text(&Value::from(text))) }
}

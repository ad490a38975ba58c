//! kubectl's JSONPath: Kubernetes 1.36.3, client-go/util/jsonpath/parser.go. Paths are written as RFC 9535 wants them, which the crate
//! `jsonpath-rust` reads; a template's texts, ranges and paths are kubectl's own.
use crate::render::foreign;
use crate::value::Value;
use jsonpath_rust::JsonPath;
use jsonpath_rust::query::queryable::Queryable;

/// The longest path that is read: the paths of a CustomResourceDefinition are foreign.
const LONGEST: usize = 1000;

/// The values at a path of kubectl's (`.spec.nodeName`, `.metadata.labels.a\.b/c`, `.conditions[?(@.type=="Ready")].status`).
///
/// # Errors
/// If it is no path.
pub fn find<'v>(value: &'v Value, path: &str) -> Result<Vec<&'v Value>, String> {
    if path.len() > LONGEST {
        return Err(format!("a JSONPath has at most {LONGEST} characters"));
    }
    value.query(&rfc(path)).map_err(|_| format!("`{path}` is no JSONPath that evid reads"))
}

impl JsonPath for Value {}

impl Queryable for Value {
    fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    fn as_array(&self) -> Option<&Vec<Self>> {
        self.as_array()
    }

    fn as_object(&self) -> Option<Vec<(&str, &Self)>> {
        Some(self.as_object()?.iter().map(|(name, value)| (name.as_str(), value)).collect())
    }

    fn as_str(&self) -> Option<&str> {
        self.as_str()
    }

    fn as_i64(&self) -> Option<i64> {
        self.as_i64()
    }

    fn as_f64(&self) -> Option<f64> {
        self.as_f64()
    }

    fn as_bool(&self) -> Option<bool> {
        self.as_bool()
    }

    fn null() -> Self {
        Self::Null
    }
}

/// The path with its names in brackets and quotes, from the root.
fn rfc(path: &str) -> String {
    let mut out = String::from("$");
    let mut chars = path.trim().strip_prefix('$').unwrap_or(path.trim()).chars().peekable();
    if chars.peek().is_some_and(|c| is_of_name(*c)) {
        name(&mut chars, &mut out);
    }
    while let Some(c) = chars.next() {
        match c {
            '.' => {
                if chars.next_if_eq(&'.').is_some() {
                    out.push_str("..");
                }
                if chars.next_if_eq(&'*').is_some() {
                    out.push_str("[*]");
                } else if chars.peek().is_some_and(|c| is_of_name(*c)) {
                    name(&mut chars, &mut out);
                }
            }
            '\'' | '"' => {
                out.push(c);
                while let Some(inner) = chars.next() {
                    out.push(inner);
                    if inner == '\\' {
                        out.extend(chars.next());
                    } else if inner == c {
                        break;
                    }
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn is_of_name(c: char) -> bool {
    !".[]()=<>!&|, *@?'\"{}".contains(c)
}

/// A name in brackets and quotes; a backslash takes the next character as it is.
fn name(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    out.push_str("['");
    while let Some(c) = chars.next_if(|c| is_of_name(*c)) {
        let taken = if c == '\\' { chars.next().unwrap_or(c) } else { c };
        if matches!(taken, '\'' | '\\') {
            out.push('\\');
        }
        out.push(taken);
    }
    out.push_str("']");
}

/// A template as `-o jsonpath=` takes it: texts, `{path}`, `{"text"}`, `{range path}…{end}`. Without braces it is one path.
///
/// # Errors
/// If it is no template.
pub fn template(value: &Value, template: &str) -> Result<String, String> {
    let template = if template.contains('{') { template.to_owned() } else { format!("{{{template}}}") };
    let mut parts = parts(&template)?.into_iter();
    let tree = tree(&mut parts, false)?;
    let mut out = String::new();
    fill(value, &tree, &mut out)?;
    Ok(out)
}

enum Part {
    Text(String),
    Path(String),
    Range(String, Vec<Part>),
    End,
}

/// The parts in their order; a range has no content yet.
fn parts(template: &str) -> Result<Vec<Part>, String> {
    let mut out = Vec::new();
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        out.push(Part::Text(text.to_owned()));
        let mut quote = None;
        let end = after.char_indices().find(|(_, c)| match (quote, c) {
            (None, '\'' | '"') => {
                quote = Some(*c);
                false
            }
            (Some(q), c) if q == *c => {
                quote = None;
                false
            }
            (None, '}') => true,
            _ => false,
        });
        let (inner, after) =
            end.and_then(|(at, _)| Some((after.get(..at)?, after.get(at + 1..)?))).ok_or("a brace of the template is not closed")?;
        let inner = inner.trim();
        out.push(match inner.strip_prefix("range ") {
            Some(path) => Part::Range(path.to_owned(), Vec::new()),
            None if inner == "end" => Part::End,
            None if inner.starts_with(['"', '\'']) => Part::Text(unquoted(inner)),
            None => Part::Path(inner.to_owned()),
        });
        rest = after;
    }
    out.push(Part::Text(rest.to_owned()));
    Ok(out)
}

fn unquoted(text: &str) -> String {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
    inner.replace("\\n", "\n").replace("\\t", "\t").replace("\\\"", "\"")
}

/// Puts the parts of each range into it. One range within another is as deep as kubectl's users go.
fn tree(parts: &mut std::vec::IntoIter<Part>, inside: bool) -> Result<Vec<Part>, String> {
    let mut out = Vec::new();
    while let Some(part) = parts.next() {
        match part {
            Part::End if inside => return Ok(out),
            Part::End => return Err("an {end} has no {range}".into()),
            Part::Range(..) if parts.len() > LONGEST => return Err("the template is too long".into()),
            Part::Range(path, _) => {
                let content = tree(parts, true)?;
                out.push(Part::Range(path, content));
            }
            other => out.push(other),
        }
    }
    if inside { Err("a {range} has no {end}".into()) } else { Ok(out) }
}

fn fill(value: &Value, parts: &[Part], out: &mut String) -> Result<(), String> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Path(path) => out.push_str(&find(value, path)?.into_iter().map(text).collect::<Vec<_>>().join(" ")),
            Part::Range(path, content) => find(value, path)?.into_iter().try_for_each(|v| fill(v, content, out))?,
            Part::End => {}
        }
    }
    Ok(())
}

/// A value as kubectl prints it: a text as it is, anything else as JSON.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => foreign::clean_lines(text),
        other => foreign::escaped(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{find, template};
    use crate::value::{Value, json};

    fn list() -> Value {
        json!({"items": [
            {"metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "x", "with-dash": "y"}}, "spec": {"n": 1.5},
             "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "False"}]}},
            {"metadata": {"name": "b\u{1b}"}, "status": {"conditions": [{"type": "Ready", "status": "False"}]}},
        ]})
    }

    #[test]
    fn kubectls_paths_are_read() {
        let list = list();
        for (path, values) in [
            (".items[*].metadata.name", json!(["a", "b\u{1b}"])),
            ("items[0].metadata.name", json!(["a"])),
            ("$.items[-1:].metadata.name", json!(["b\u{1b}"])),
            (r".items[0].metadata.labels.app\.kubernetes\.io/name", json!(["x"])),
            (".items[0].metadata.labels['app.kubernetes.io/name']", json!(["x"])),
            (".items[0].metadata.labels.with-dash", json!(["y"])),
            (r#".items[*].status.conditions[?(@.type=="Ready")].status"#, json!(["True", "False"])),
            ("..type", json!(["Ready", "Other", "Ready"])),
            (".nothing.there", json!([])),
        ] {
            assert_eq!(json!(find(&list, path).unwrap()), values, "{path}");
        }
        let deep = format!(".a[?{}@.b{}]", "(".repeat(480), ")".repeat(480));
        for path in ["items[", &format!(".{}", "[0]".repeat(500)), ".a[?(@.b==", &deep[..800]] {
            assert!(find(&list, path).is_err(), "{path}");
        }
        // Deep, and still within the stack.
        drop(find(&list, &deep));
    }

    #[test]
    fn kubectls_templates_are_filled_in() {
        let list = list();
        let filled = |text: &str| template(&list, text).unwrap();
        assert_eq!(filled("{.items[0].metadata.name}"), "a");
        assert_eq!(filled(".items[0].spec.n"), "1.5");
        assert_eq!(
            filled(r#"{range .items[*]}{.metadata.name}{"\t"}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}"#),
            "a\tTrue\nb\u{fffd}\tFalse\n"
        );
        for text in ["{.a", "{range .items[*]}", "{end}"] {
            assert!(template(&list, text).is_err(), "{text}");
        }
    }
}

//! Proposed entries of `spec.expected` as YAML for `evid.yaml`; comments give the writer and both values of each field.
use crate::bundle::expected::Expected;
use crate::compare::FieldChange;
use crate::render::{findings, values, yaml};
use crate::value::Value;

/// The entries, in the form that goes below `spec:`.
pub fn to_yaml(entries: &[(Expected, Vec<FieldChange>)]) -> String {
    let mut out =
        String::from("# For evid.yaml. Keep what may change, say why in `because`, and leave the rest out.\nspec:\n  expected:\n");
    for (entry, fields) in entries {
        out.push_str(&format!("    - kind: {}", text(&entry.kind)));
        for (key, value) in [("namespace", &entry.namespace), ("name", &entry.name)] {
            if let Some(value) = value {
                out.push_str(&format!("      {key}: {}", text(value)));
            }
        }
        out.push_str("      pointers:\n");
        for (pointer, field) in entry.pointers.iter().zip(fields) {
            out.push_str(&format!("        # {}\n        - {}", comment(field), text(pointer)));
        }
        out.push_str(&format!("      because: {}", text(&entry.because)));
    }
    out
}

/// A text as a YAML scalar, with the end of its line.
fn text(text: &str) -> String {
    yaml::to_text(&Value::from(text))
}

fn comment(field: &FieldChange) -> String {
    let by = field.writer.as_ref().map_or_else(|| "nothing says who".to_owned(), findings::of_writer);
    let [before, after] = [&field.before, &field.after].map(|v| v.as_ref().unwrap_or(&Value::Null));
    format!("{by}: {}", values::both(before, after))
}

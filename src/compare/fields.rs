//! What differs between two states of one object, field by field.
use crate::compare::Writer;
use crate::value::{Map, Value, join};
use std::collections::BTreeSet;

/// One field that differs.
#[derive(Clone, PartialEq, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct FieldChange {
    /// JSON pointer, with the index that the element has in the later state (in the earlier one if it is gone).
    pub pointer: String,
    /// Value before; none if the field was not there.
    pub before: Option<Value>,
    /// Value after; none if the field is not there.
    pub after: Option<Value>,
    /// Whether the field is state on one side and belongs to a controller by agreement on the other.
    #[serde(skip)]
    pub owned: bool,
    /// Who wrote it last, if the later bundle says so.
    pub writer: Option<Writer>,
    /// Whether the configuration says that it may change (law 14). It is still a change: a claim must ask for this.
    pub expected: bool,
}

impl FieldChange {
    /// A change of a field in state; its writer is not known yet.
    pub fn new(pointer: &str, before: Option<Value>, after: Option<Value>) -> Self {
        Self { pointer: pointer.to_owned(), before, after, ..Self::default() }
    }
}

/// All differences, deepest first found first; elements of lists that have names are paired by name.
pub fn differences(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut out = Vec::new();
    walk(before, after, "", &mut out);
    out
}

fn walk(before: &Value, after: &Value, pointer: &str, out: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                one(a.get(key), b.get(key), &join(pointer, key), out);
            }
        }
        (Value::Array(a), Value::Array(b)) => match (names(a), names(b)) {
            (Some(x), Some(y)) => {
                let (kept_x, kept_y): (Vec<_>, Vec<_>) =
                    (x.iter().filter(|n| y.contains(n)).collect(), y.iter().filter(|n| x.contains(n)).collect());
                if kept_x != kept_y {
                    // State has sorted named elements if their order has no meaning, so here the order has a meaning.
                    let order = |names: &[&str]| Some(names.iter().map(|n| Value::from(*n)).collect());
                    out.push(FieldChange::new(pointer, order(&x), order(&y)));
                }
                for (i, _) in x.iter().enumerate().filter(|(_, n)| !y.contains(n)) {
                    one(a.get(i), None, &join(pointer, &i.to_string()), out);
                }
                for (j, name) in y.iter().enumerate() {
                    let i = x.iter().position(|n| n == name);
                    one(i.and_then(|i| a.get(i)), b.get(j), &join(pointer, &j.to_string()), out);
                }
            }
            _ => {
                for i in 0..a.len().max(b.len()) {
                    one(a.get(i), b.get(i), &join(pointer, &i.to_string()), out);
                }
            }
        },
        _ => out.push(FieldChange::new(pointer, Some(before.clone()), Some(after.clone()))),
    }
}

/// Whether a map means nothing but its keys, so that none is the same as an empty one: the first key is a change of that key.
fn is_of_keys(pointer: &str) -> bool {
    matches!(pointer.rsplit('/').next(), Some("labels" | "annotations" | "data"))
}

fn one(before: Option<&Value>, after: Option<&Value>, pointer: &str, out: &mut Vec<FieldChange>) {
    let none = Value::Object(Map::new());
    match (before, after) {
        (Some(a), Some(b)) => walk(a, b, pointer, out),
        (None, None) => {}
        (Some(whole @ Value::Object(map)), None) if !map.is_empty() && is_of_keys(pointer) => walk(whole, &none, pointer, out),
        (None, Some(whole @ Value::Object(map))) if !map.is_empty() && is_of_keys(pointer) => walk(&none, whole, pointer, out),
        (a, b) => out.push(FieldChange::new(pointer, a.cloned(), b.cloned())),
    }
}

/// The names of a list's elements, if every element has a name and no two are the same.
fn names(list: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<&str> = list.iter().map(|v| v.get("name")?.as_str().filter(|n| !n.is_empty())).collect::<Option<_>>()?;
    (names.iter().collect::<BTreeSet<_>>().len() == names.len()).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::differences;
    use crate::value::json;

    #[test]
    fn the_first_and_the_last_label_are_changes_of_a_label() {
        let some = json!({"metadata": {"labels": {"a": "b"}}});
        let pointers = |found: &[super::FieldChange]| found.iter().map(|f| f.pointer.clone()).collect::<Vec<_>>();
        assert_eq!(pointers(&differences(&json!({"metadata": {}}), &some)), ["/metadata/labels/a"]);
        assert_eq!(pointers(&differences(&some, &json!({"metadata": {}}))), ["/metadata/labels/a"]);
    }

    #[test]
    fn named_elements_are_paired_by_name() {
        let a = json!({"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]});
        let b = json!({"env": [{"name": "B", "value": "3"}]});
        let found = differences(&a, &b);
        assert_eq!(found.iter().map(|f| &*f.pointer).collect::<Vec<_>>(), ["/env/0", "/env/0/value"]);
        assert_eq!(found[1].before, Some(json!("2")));
        assert!(differences(&a, &a).is_empty());
        let turned = differences(&json!([{"name": "A"}, {"name": "B"}]), &json!([{"name": "B"}, {"name": "A"}]));
        assert_eq!(turned.len(), 1, "an order that means something is a difference");
    }
}

//! Whether a live object is as Git says: what Git does not say does not count (an extra key, label or finalizer is no drift).
use crate::world::objects::LAST_APPLIED;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A place in an object, without spelling it out.
#[derive(Clone, Copy)]
struct At<'a> {
    parent: Option<&'a At<'a>>,
    name: &'a str,
    index: usize,
}

const ROOT: At<'static> = At { parent: None, name: "", index: 0 };

impl At<'_> {
    /// Whether this is the place that a JSON pointer names.
    fn is(&self, pointer: &str) -> bool {
        let Some(parent) = self.parent else { return pointer.is_empty() };
        let Some((rest, last)) = pointer.rsplit_once('/') else { return false };
        let same = if self.name.is_empty() { last.parse() == Ok(self.index) } else { unescaped(last) == self.name };
        same && parent.is(rest)
    }

    fn skipped(&self, ignored: &[String]) -> bool {
        self.is("/status")
            || (self.name == LAST_APPLIED && self.parent.is_some_and(|p| p.is("/metadata/annotations")))
            || ignored.iter().any(|i| self.is(i))
    }

    fn is_set(&self) -> bool {
        self.name == "finalizers" && self.is("/metadata/finalizers")
    }
}

fn unescaped(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

/// Whether `live` holds all that `wanted` says, but for the ignored JSON pointers.
pub fn same(wanted: &Value, live: &Value, ignored: &[String]) -> bool {
    covers(wanted, live, &ROOT, ignored)
}

/// `live` with all that `wanted` says put into it, but for the ignored pointers.
pub fn merged(wanted: &Value, live: &Value, ignored: &[String]) -> Value {
    merge(wanted, Some(live), &ROOT, ignored)
}

fn covers(wanted: &Value, live: &Value, at: &At<'_>, ignored: &[String]) -> bool {
    let below = |name| At { parent: Some(at), name, index: 0 };
    let item = |index| At { parent: Some(at), name: "", index };
    match (wanted, live) {
        _ if at.skipped(ignored) => true,
        (Value::Object(wanted), Value::Object(live)) => wanted.iter().all(|(name, value)| match live.get(name) {
            Some(live) => covers(value, live, &below(name), ignored),
            None => is_empty(value) || below(name).skipped(ignored),
        }),
        (Value::Array(wanted), Value::Array(live)) if at.is_set() => wanted.iter().all(|w| live.contains(w)),
        (Value::Array(wanted), Value::Array(live)) => {
            wanted.len() == live.len() && wanted.iter().zip(live).enumerate().all(|(i, (w, l))| covers(w, l, &item(i), ignored))
        }
        (wanted, live) => wanted == live,
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn merge(wanted: &Value, live: Option<&Value>, at: &At<'_>, ignored: &[String]) -> Value {
    let below = |name| At { parent: Some(at), name, index: 0 };
    let item = |index| At { parent: Some(at), name: "", index };
    match (wanted, live) {
        (_, Some(live)) if at.is("/status") || ignored.iter().any(|i| at.is(i)) => live.clone(),
        (Value::Object(wanted), Some(Value::Object(live))) => {
            let mut out = live.clone();
            for (name, value) in wanted {
                out.insert(name.clone(), merge(value, live.get(name), &below(name), ignored));
            }
            Value::Object(out)
        }
        (Value::Array(wanted), Some(Value::Array(live))) if at.is_set() => {
            let more = wanted.iter().filter(|w| !live.contains(w));
            live.iter().chain(more).cloned().collect()
        }
        (Value::Array(wanted), Some(Value::Array(live))) if wanted.len() == live.len() => {
            wanted.iter().zip(live).enumerate().map(|(i, (w, l))| merge(w, Some(l), &item(i), ignored)).collect()
        }
        (wanted, _) => wanted.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_git_does_not_say_is_no_drift() {
        let wanted = json!({"metadata": {"finalizers": ["a"]}, "data": {"k": "v"}, "spec": {"ports": [{"port": 80}]}});
        let live = json!({"metadata": {"finalizers": ["b", "a"], "annotations": {"x": "y"}}, "data": {"k": "v", "extra": ""},
            "spec": {"clusterIP": "10.0.0.1", "ports": [{"port": 80, "nodePort": 30000}]}});
        assert!(same(&wanted, &live, &[]));
        assert_eq!(merged(&wanted, &live, &[]), live);
    }

    #[test]
    fn a_changed_or_missing_value_is_drift_and_put_back() {
        let wanted = json!({"data": {"k": "v"}, "spec": {"syncPolicy": {"automated": {"prune": true}}}});
        let live = json!({"data": {"k": "other"}, "spec": {"syncPolicy": {"automated": {"prune": true}}}});
        assert!(!same(&wanted, &live, &[]));
        assert!(!same(&wanted, &json!({"data": {"k": "v"}, "spec": {"syncPolicy": {}}}), &[]));
        assert!(same(&wanted, &merged(&wanted, &live, &[]), &[]));
    }

    #[test]
    fn an_ignored_pointer_is_neither_compared_nor_written() {
        let (wanted, live) = (json!({"spec": {"replicas": 2}}), json!({"spec": {"replicas": 3}}));
        let ignored = ["/spec/replicas".to_owned()];
        assert!(same(&wanted, &live, &ignored) && !same(&wanted, &live, &[]));
        assert_eq!(merged(&wanted, &live, &ignored), live);
    }
}

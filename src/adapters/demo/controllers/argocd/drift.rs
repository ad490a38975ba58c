//! Whether a live object is as Git says: what Git does not say does not count (an extra key, label or finalizer is no drift).
use crate::adapters::demo::seed::git::LAST_APPLIED;
use serde_json::Map;
use serde_json::Value;

/// Whether `live` holds all that `wanted` says, but for the ignored JSON pointers.
pub fn same(wanted: &Value, live: &Value, ignored: &[String]) -> bool {
    covers(wanted, live, "", ignored)
}

/// `live` with all that `wanted` says put into it, but for the ignored pointers.
pub fn merged(wanted: &Value, live: &Value, ignored: &[String]) -> Value {
    merge(wanted, Some(live), "", ignored)
}

fn skipped(at: &str, ignored: &[String]) -> bool {
    at == "/status"
        || ignored.iter().any(|i| i == at)
        || at.strip_prefix("/metadata/annotations/").is_some_and(|a| a == LAST_APPLIED.replace('/', "~1"))
}

fn below(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn covers(wanted: &Value, live: &Value, at: &str, ignored: &[String]) -> bool {
    match (wanted, live) {
        _ if skipped(at, ignored) => true,
        (Value::Object(wanted), Value::Object(live)) => wanted.iter().all(|(k, v)| {
            live.get(k).map_or_else(|| is_empty(v) || skipped(&below(at, k), ignored), |l| covers(v, l, &below(at, k), ignored))
        }),
        (Value::Array(wanted), Value::Array(live)) if at == "/metadata/finalizers" => wanted.iter().all(|w| live.contains(w)),
        (Value::Array(wanted), Value::Array(live)) => {
            wanted.len() == live.len() && wanted.iter().zip(live).enumerate().all(|(i, (w, l))| covers(w, l, &format!("{at}/{i}"), ignored))
        }
        (wanted, live) => wanted == live,
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn merge(wanted: &Value, live: Option<&Value>, at: &str, ignored: &[String]) -> Value {
    match (wanted, live) {
        (_, Some(live)) if ignored.iter().any(|i| i == at) || at == "/status" => live.clone(),
        (Value::Object(wanted), Some(Value::Object(live))) => {
            let mut out = live.clone();
            for (name, value) in wanted {
                out.insert(name.clone(), merge(value, live.get(name), &below(at, name), ignored));
            }
            Value::Object(out)
        }
        (Value::Array(wanted), Some(Value::Array(live))) if at == "/metadata/finalizers" => {
            let more = wanted.iter().filter(|w| !live.contains(w));
            live.iter().chain(more).cloned().collect()
        }
        (Value::Array(wanted), Some(Value::Array(live))) if wanted.len() == live.len() => {
            wanted.iter().zip(live).enumerate().map(|(i, (w, l))| merge(w, Some(l), &format!("{at}/{i}"), ignored)).collect()
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
        let live = json!({"metadata": {"finalizers": ["b", "a"], "annotations": {"x": "y"}}, "data": {"k": "v", "extra": ""}, "spec": {"clusterIP": "10.0.0.1", "ports": [{"port": 80, "nodePort": 30000}]}});
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

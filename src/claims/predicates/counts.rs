//! How many of its parts a custom resource says are ready, by the names that operators give to such counts (`readyReplicas`, `readyPods`,
//! `availableNodes`, `ready`). Knows no bundle.
use crate::value::{Value, join};
use std::collections::BTreeMap;

/// A count in a status.
pub(super) struct Ready {
    pub(super) now: u64,
    /// Whether the status says beside it that there are to be no more.
    pub(super) is_all: bool,
}

const NAMES: &[&str] = &["ready", "available", "healthy"];
const NOT: &[&str] = &["unready", "notready", "unavailable", "unhealthy"];

/// How the names of the numbers begin that say how many there are to be.
const WANTED: &[&str] = &["replicas", "size", "desired", "total", "expected", "wanted", "max"];

/// The counts in the status of an object, and in its parts, by their pointers.
pub(super) fn ready(object: &Value) -> BTreeMap<String, Ready> {
    let mut out = BTreeMap::new();
    let status = object.get("status");
    counts(status, "/status", &mut out);
    for (name, part) in status.and_then(Value::as_object).into_iter().flatten() {
        counts(Some(part), &join("/status", name), &mut out);
    }
    out
}

fn counts(part: Option<&Value>, at: &str, out: &mut BTreeMap<String, Ready>) {
    let numbers = || {
        let all = part.and_then(Value::as_object).into_iter().flatten();
        all.filter_map(|(name, value)| Some((name, name.to_lowercase(), value.as_u64()?)))
    };
    let has = |name: &str, words: &[&str]| words.iter().any(|word| name.contains(word));
    for (name, lower, now) in numbers().filter(|(_, lower, _)| has(lower, NAMES) && !has(lower, NOT)) {
        let is_wanted = |other: &str, wanted: u64| WANTED.iter().any(|word| other.starts_with(word)) && !has(other, NAMES) && wanted == now;
        let is_all = numbers().any(|(_, other, wanted)| other != lower && is_wanted(&other, wanted));
        out.insert(join(at, name), Ready { now, is_all });
    }
    // Both in one text: `2/3`.
    for (name, value) in part.and_then(Value::as_object).into_iter().flatten().filter(|(name, _)| has(&name.to_lowercase(), NAMES)) {
        let both = value.as_str().and_then(|text| text.split_once('/')).map(|(now, all)| (now.parse::<u64>(), all.parse::<u64>()));
        if let Some((Ok(now), Ok(all))) = both {
            out.insert(join(at, name), Ready { now, is_all: now == all });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ready;
    use crate::value::json;

    #[test]
    fn a_resource_counts_what_is_ready_and_says_whether_that_is_all() {
        let found = ready(&json!({"status": {
            "readyReplicas": 2, "replicas": 2, "unavailableReplicas": 1, "shards": {"readyNodes": 1, "desiredNodes": 3}, "phase": "Ready", "ready": "1/2"
        }}));
        let all: Vec<(&str, u64, bool)> = found.iter().map(|(at, count)| (at.as_str(), count.now, count.is_all)).collect();
        assert_eq!(all, [("/status/ready", 1, false), ("/status/readyReplicas", 2, true), ("/status/shards/readyNodes", 1, false)]);
    }
}

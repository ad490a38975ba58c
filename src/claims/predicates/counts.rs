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

/// What the names of numbers hold that count addresses or room (MetalLB's IPAddressPool: `availableIPv4`; Kube-OVN's Subnet: `v4availableIPs`) …
const AMOUNTS: &[&str] = &["address", "byte", "capacity", "space", "storage", "memory", "cpu", "size", "quota", "disk", "room", "slot"];

/// … unless they count what has it …
const PARTS: &[&str] = &["node", "replica", "pod", "member", "instance", "server", "worker", "broker", "shard", "count"];

/// … and those of the numbers beside them, where an amount is only called available (OpenEBS' DiskPool: `available` and `used`).
const SPENT: &[&str] = &["used", "using", "capacity", "allocat", "assigned", "free", "reserved"];

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
    let is_of_room = at.rsplit('/').next().is_some_and(|part| has(&part.to_lowercase(), AMOUNTS));
    let is_spent = || numbers().any(|(_, other, _)| has(&other, SPENT));
    let is_amount = |name: &str, lower: &str| {
        let is_room = is_of_room || has(lower, AMOUNTS) || name.contains("IP");
        is_room && !has(lower, PARTS) || lower.ends_with("available") && is_spent()
    };
    for (name, lower, now) in numbers().filter(|(name, lower, _)| has(lower, NAMES) && !has(lower, NOT) && !is_amount(name, lower)) {
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
    fn what_is_left_of_addresses_and_of_room_is_no_part_of_a_resource() {
        for status in [
            json!({"availableIPv4": 20, "assignedIPv4": 1}),
            json!({"v4availableIPs": 7}),
            json!({"available": 500, "used": 100}),
            json!({"capacity": {"available": 500}}),
        ] {
            assert!(ready(&json!({"status": (status.clone())})).is_empty(), "{status}");
        }
        assert!(!ready(&json!({"status": {"readyStorageNodes": 2}})).is_empty(), "what has room is a part");
    }

    #[test]
    fn a_resource_counts_what_is_ready_and_says_whether_that_is_all() {
        let found = ready(&json!({"status": {
            "readyReplicas": 2, "replicas": 2, "unavailableReplicas": 1, "shards": {"readyNodes": 1, "desiredNodes": 3}, "phase": "Ready", "ready": "1/2"
        }}));
        let all: Vec<(&str, u64, bool)> = found.iter().map(|(at, count)| (at.as_str(), count.now, count.is_all)).collect();
        assert_eq!(all, [("/status/ready", 1, false), ("/status/readyReplicas", 2, true), ("/status/shards/readyNodes", 1, false)]);
    }
}

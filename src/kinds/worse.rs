//! Whether an object that was unhealthy is worse now, by the facts of its two health readings. The order of the words is Argo CD's own
//! (3.6.0, `gitops-engine/pkg/health/health.go`, `healthOrder`). Knows no bundle and no claim.
use crate::value::{Map, Value};

/// Words from best to worst; a word that is not listed is the worst.
const WORDS: [(&str, &[&str]); 3] = [
    ("/status/health/status", &["Healthy", "Suspended", "Progressing", "Missing", "Degraded"]),
    ("/status/sync/status", &["Synced", "OutOfSync"]),
    ("/status/phase", &["Healthy", "Succeeded", "Running", "Paused", "Pending", "Degraded", "Failed"]),
];

/// What is wanted, and what is there of it.
const COUNTS: [(&str, &str); 6] = [
    ("/spec/replicas", "/status/availableReplicas"),
    ("/spec/replicas", "/status/readyReplicas"),
    ("/spec/replicas", "/status/updatedReplicas"),
    ("/status/replicas", "/status/updatedReplicas"),
    ("/status/desiredNumberScheduled", "/status/numberAvailable"),
    ("/status/desiredNumberScheduled", "/status/updatedNumberScheduled"),
];

/// Whether the second reading is worse than the first. What is being deleted is worse than anything that is not.
pub fn is_worse(before: &Map, after: &Map) -> bool {
    let word = |facts: &Map, pointer: &str, order: &[&str]| {
        let word = facts.get(pointer).and_then(Value::as_str);
        order.iter().position(|w| Some(*w) == word).unwrap_or(order.len())
    };
    let number = |facts: &Map, pointer: &str, default| facts.get(pointer).and_then(Value::as_i64).unwrap_or(default);
    let short = |facts: &Map, wanted: &str, there: &str| {
        let default = i64::from(wanted == "/spec/replicas");
        (number(facts, wanted, default) - number(facts, there, 0)).max(0)
    };
    let none_left = |there: &str| number(before, there, 0) > 0 && number(after, there, 0) == 0;
    let has = |pointer: &str| before.contains_key(pointer) || after.contains_key(pointer);
    after.contains_key("/metadata/deletionTimestamp")
        || WORDS.iter().any(|(p, order)| has(p) && word(after, p, order) > word(before, p, order))
        || COUNTS.iter().any(|(wanted, there)| {
            has(wanted)
                && has(there)
                && (short(after, wanted, there) > short(before, wanted, there) || short(after, wanted, there) > 0 && none_left(there))
        })
}

#[cfg(test)]
mod tests {
    use super::is_worse;
    use crate::value::{Value, json};

    fn worse(before: &Value, after: &Value) -> bool {
        is_worse(before.as_object().unwrap(), after.as_object().unwrap())
    }

    #[test]
    fn what_was_half_there_and_is_not_there_at_all_is_worse_however_much_is_wanted() {
        let of = |wanted: i64, there: i64| json!({"/spec/replicas": wanted, "/status/availableReplicas": there});
        assert!(worse(&of(10, 5), &of(5, 0)));
        assert!(!worse(&of(10, 5), &of(5, 3)) && !worse(&of(1, 0), &of(1, 0)) && !worse(&of(2, 1), &of(0, 0)));
    }

    #[test]
    fn an_application_is_worse_by_its_health_or_by_its_sync() {
        let app = |sync: &str, health: &str| json!({"/status/sync/status": sync, "/status/health/status": health});
        for (before, after, is) in [
            (app("Synced", "Degraded"), app("Synced", "Degraded"), false),
            (app("Synced", "Degraded"), app("OutOfSync", "Degraded"), true),
            (app("OutOfSync", "Healthy"), app("OutOfSync", "Degraded"), true),
            (app("OutOfSync", "Missing"), app("OutOfSync", "Progressing"), false),
            (app("Synced", "Progressing"), app("Synced", "Missing"), true),
            (app("Synced", "Degraded"), app("Synced", "of a later version"), true),
            (app("Synced", "Degraded"), json!({}), true),
        ] {
            assert_eq!(worse(&before, &after), is, "{before} {after}");
        }
        let mut going = app("Synced", "Degraded");
        going["/metadata/deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        assert!(worse(&app("Synced", "Degraded"), &going));
    }

    #[test]
    fn a_workload_is_worse_if_it_lacks_more_of_what_it_wants() {
        let of = |wanted: i64, available: i64| json!({"/spec/replicas": wanted, "/status/availableReplicas": available});
        assert!(!worse(&of(3, 2), &of(3, 2)) && !worse(&of(3, 1), &of(3, 2)) && !worse(&of(3, 2), &of(2, 1)));
        assert!(worse(&of(3, 2), &of(3, 1)) && worse(&of(3, 2), &json!({"/spec/replicas": 3})));
        assert!(!worse(&json!({"/spec/replicas": 3}), &json!({"/spec/replicas": 3})), "an absent count is none");
        let set = |available: i64| json!({"/status/desiredNumberScheduled": 4, "/status/numberAvailable": available});
        assert!(worse(&set(3), &set(2)) && !worse(&set(2), &set(3)));
        let pod = |phase: &str| json!({ "/status/phase": phase });
        assert!(worse(&pod("Running"), &pod("Failed")) && !worse(&pod("Pending"), &pod("Pending")));
    }
}

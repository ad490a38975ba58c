//! Autoscalers (without a metrics API: they can only raise to the minimum) and quotas (what is used).
use crate::world::controller::{Controller, Timers, always};
use crate::world::objects::{all, change, deleting, ended, items, number, set_status, stamp, text, uid, with_condition};
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const NO_METRICS: &str = "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for \
    resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
/// Seconds between two checks of an autoscaler.
const PERIOD: f64 = 15.0;

/// The autoscaler and the quota controller.
pub fn control(pace: f64) -> Box<dyn Controller> {
    let mut timers = Timers::new(pace);
    always(move |store, now| {
        for (id, scaler) in all(store, "horizontalpodautoscalers.autoscaling") {
            if !deleting(&scaler) && timers.passed(uid(&scaler), PERIOD, now) {
                look(store, &id, &scaler, now);
            }
        }
        for (id, quota) in all(store, "resourcequotas") {
            let hard = &quota["spec"]["hard"];
            let names = hard.as_object().into_iter().flatten().map(|(name, _)| name);
            let used: serde_json::Map<String, Value> =
                names.map(|n| (n.clone(), used(store, &id.namespace, n, &quota["status"]["used"][n]))).collect();
            set_status(store, &id, json!({"hard": hard, "used": used}));
        }
    })
}

fn look(store: &mut Store, id: &Id, scaler: &Value, now: DateTime<Utc>) {
    let target = Id::new("deployments.apps", &id.namespace, text(&scaler["spec"]["scaleTargetRef"]["name"]));
    let minimum = number(scaler["spec"].get("minReplicas").unwrap_or(&1.into()));
    let Some(replicas) = store.get(&target).map(|d| number(&d["spec"]["replicas"])) else { return };
    let told = |met: bool, reason: &str, message: &str| {
        json!({"status": if met { "True" } else { "False" }, "reason": reason,
        "message": message})
    };
    let mut status = scaler["status"].clone();
    if !status.is_object() {
        status = json!({});
    }
    let mut conditions = status["conditions"].clone();
    if replicas < minimum {
        change(store, &target, |d| d["spec"]["replicas"] = minimum.into());
        status["lastScaleTime"] = stamp(now);
        conditions = with_condition(
            &conditions,
            "AbleToScale",
            told(true, "SucceededRescale", &format!("the HPA controller was able to update the target scale to {minimum}")),
            now,
        );
    } else {
        conditions = with_condition(
            &conditions,
            "AbleToScale",
            told(true, "SucceededGetScale", "the HPA controller was able to get the target's current scale"),
            now,
        );
        conditions = with_condition(&conditions, "ScalingActive", told(false, "FailedGetResourceMetric", NO_METRICS), now);
        status["currentMetrics"] = items(&scaler["spec"]["metrics"]).map(|_| json!({"type": ""})).collect();
    }
    status["conditions"] = conditions;
    status["currentReplicas"] = replicas.into();
    if replicas < minimum {
        status["desiredReplicas"] = minimum.into();
    } else if status["desiredReplicas"].is_null() {
        status["desiredReplicas"] = 0.into();
    }
    set_status(store, id, status);
}

/// How much a namespace uses of one resource. Keeps the old value if it is the same amount in other units.
fn used(store: &Store, namespace: &str, name: &str, old: &Value) -> Value {
    let pods = || store.list("pods", Some(namespace)).filter(|p| !ended(p));
    let count = |stem: &str| store.list(stem, Some(namespace)).count();
    let sum = |list: &str, resource: &str| {
        let containers = pods().flat_map(|p| items(&p["spec"]["containers"])).collect::<Vec<_>>();
        let total: i64 = containers.iter().map(|c| millis(text(&c["resources"][list][resource]))).sum();
        if millis(text(old)) == total { old.clone() } else { written(total, resource).into() }
    };
    match name.split_once('.').unwrap_or((name, "")) {
        ("pods", _) => pods().count().to_string().into(),
        ("services", "loadbalancers") => {
            store.list("services", Some(namespace)).filter(|s| s["spec"]["type"] == "LoadBalancer").count().to_string().into()
        }
        (list @ ("limits" | "requests"), resource) => sum(list, resource),
        _ => name.strip_prefix("count/").map_or(Value::Null, |stem| count(stem).to_string().into()),
    }
}

/// A quantity in thousandths.
fn millis(text: &str) -> i64 {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let scale = match &text[digits.len()..] {
        "m" => 1,
        "Ki" => 1000 << 10,
        "Mi" => 1000 << 20,
        "Gi" => 1000 << 30,
        _ => 1000,
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part: i64 = format!("{part:0<3}")[..3].parse().unwrap_or(0);
    whole.parse::<i64>().map_or(0, |w| (w * 1000 + part) * scale / 1000)
}

fn written(millis: i64, resource: &str) -> String {
    const MI: i64 = 1000 << 20;
    match resource {
        "memory" if millis % (MI << 10) == 0 => format!("{}Gi", millis / (MI << 10)),
        "memory" => format!("{}Mi", millis / MI),
        _ if millis % 1000 == 0 => (millis / 1000).to_string(),
        _ => format!("{millis}m"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_and_written() {
        for (text, value) in [("250m", 250), ("0.25", 250), ("2", 2000), ("1Gi", 1000 << 30), ("512Mi", 512 * (1000 << 20))] {
            assert_eq!(millis(text), value, "{text}");
        }
        assert_eq!(written(1350, "cpu"), "1350m");
        assert_eq!(written(millis("14Gi") + millis("512Mi"), "memory"), "14848Mi");
    }
}

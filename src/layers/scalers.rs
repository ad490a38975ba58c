//! Autoscalers: which object each scales, and the bounds within which its count is accepted (law 10). A paused or failing autoscaler
//! still owns the count, and excuses nothing. Sources: kubernetes `pkg/controller/podautoscaler/horizontal.go` (conditions), KEDA
//! `apis/keda/v1alpha1/scaledobject_types.go` (counts, pausing), Knative Serving `pkg/apis/autoscaling/register.go` (annotations),
//! watermarkpodautoscaler `apis/datadoghq/v1alpha1`, predictive-horizontal-pod-autoscaler `api/v1alpha1`.
use crate::model::{Key, Object, Objects, group_of, meta};
use crate::value::Value;
use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scaler {
    pub by: &'static str,
    /// The lowest count that it may want.
    pub least: i64,
    /// The highest count that it may want.
    pub most: i64,
    /// Whether it is paused, or reports that it can't scale.
    pub is_idle: bool,
}

type Reader = fn(&Object) -> Option<(i64, i64, bool)>;

/// (group, kind, the fields that are read, reader of its bounds and of whether it is idle). A later one has more information about an object
/// than an earlier one: KEDA works through an HPA.
const KINDS: &[(&str, &str, &[&str], Reader)] = &[
    ("autoscaling", "HorizontalPodAutoscaler", HORIZONTAL, horizontal),
    (
        "autoscaling.internal.knative.dev",
        "PodAutoscaler",
        &[
            "/spec/scaleTargetRef",
            "/metadata/annotations/autoscaling.knative.dev~1min-scale",
            "/metadata/annotations/autoscaling.knative.dev~1max-scale",
        ],
        knative,
    ),
    (
        "keda.sh",
        "ScaledObject",
        &[
            "/spec/scaleTargetRef",
            "/spec/minReplicaCount",
            "/spec/maxReplicaCount",
            "/spec/idleReplicaCount",
            "/status/hpaName",
            "/status/conditions",
            "/metadata/annotations/autoscaling.keda.sh~1paused",
            "/metadata/annotations/autoscaling.keda.sh~1paused-replicas",
            "/metadata/annotations/autoscaling.keda.sh~1paused-scale-in",
        ],
        keda,
    ),
    ("datadoghq.com", "WatermarkPodAutoscaler", HORIZONTAL, horizontal),
    ("jamiethompson.me", "PredictiveHorizontalPodAutoscaler", HORIZONTAL, horizontal),
    (
        "datadoghq.com",
        "DatadogPodAutoscaler",
        &["/spec/targetRef", "/spec/constraints", "/spec/applyPolicy", "/spec/policy", "/status/conditions"],
        datadog,
    ),
];

/// (group, kind) of sets of machines, which the cluster autoscaler scales within bounds that their annotations name (autoscaler 1.33,
/// `cluster-autoscaler/cloudprovider/clusterapi/clusterapi_utils.go`).
const POOLS: &[(&str, &str)] =
    &[("cluster.x-k8s.io", "MachineSet"), ("cluster.x-k8s.io", "MachineDeployment"), ("machine.openshift.io", "MachineSet")];

/// What Kubernetes' own has, and those that are made like it.
const HORIZONTAL: &[&str] =
    &["/spec/scaleTargetRef", "/spec/minReplicas", "/spec/maxReplicas", "/status/desiredReplicas", "/status/conditions"];

/// The fields that are read of a kind.
pub(super) fn reads<'k>(group: &'k str, kind: &'k str) -> impl Iterator<Item = &'static str> + use<'k> {
    let own = KINDS.iter().filter(move |(g, k, ..)| *g == group && *k == kind).flat_map(|(_, _, fields, _)| *fields);
    own.chain(POOLS.contains(&(group, kind)).then_some(&"/metadata/annotations")).copied()
}

pub(super) fn scaled(objects: &dyn Objects) -> HashMap<Key, Scaler> {
    let mut out = HashMap::new();
    for (group, kind, _, bounds) in KINDS {
        for object in objects.of_kind(group, kind).filter_map(|at| objects.lean(at)) {
            if let (Some(target), Some((least, most, is_idle))) = (target(&object), bounds(&object)) {
                out.insert(target, Scaler { by: kind, least, most, is_idle });
            }
        }
    }
    for (group, kind) in POOLS {
        for pool in objects.of_kind(group, kind).filter_map(|at| objects.lean(at)) {
            let bound = |name: &str| {
                let name = format!("{group}/cluster-api-autoscaler-node-group-{name}-size");
                meta::annotation(&pool.value, &name)?.parse::<i64>().ok()
            };
            if let (Some(least), Some(most)) = (bound("min"), bound("max")) {
                out.insert(pool.key.clone(), Scaler { by: "cluster-autoscaler", least, most, is_idle: false });
            }
        }
    }
    out
}

fn target(scaler: &Object) -> Option<Key> {
    let reference = scaler.value.pointer("/spec/scaleTargetRef").or_else(|| scaler.value.pointer("/spec/targetRef"))?;
    let text = |k: &str| reference.get(k).and_then(Value::as_str);
    // KEDA's defaults; the other kinds always set both.
    let (version, kind) = (text("apiVersion").unwrap_or("apps/v1"), text("kind").unwrap_or("Deployment"));
    Some(Key::new(group_of(version), kind, &scaler.key.namespace, text("name")?))
}

fn horizontal(hpa: &Object) -> Option<(i64, i64, bool)> {
    // An HPA without a status from its controller has scaled nothing.
    let says = hpa.value.pointer("/status/desiredReplicas").and_then(Value::as_i64);
    let is_taken_up = says.is_some_and(|n| n > 0) || is(hpa, "ScalingActive", "True");
    // Datadog's, while it only says what it would do.
    let is_trying = is(hpa, "DryRun", "True");
    let is_failing = !is_taken_up || is_trying || is(hpa, "AbleToScale", "False") || is(hpa, "ScalingActive", "False");
    let number = |p: &str| hpa.value.pointer(p).and_then(Value::as_i64);
    Some((number("/spec/minReplicas").unwrap_or(1), number("/spec/maxReplicas")?, is_failing))
}

fn keda(scaled: &Object) -> Option<(i64, i64, bool)> {
    let annotation = |name: &str| meta::annotation(&scaled.value, &format!("autoscaling.keda.sh/{name}"));
    let is_paused = is(scaled, "Paused", "True")
        || annotation("paused").is_some_and(|t| t != "false")
        || annotation("paused-replicas").is_some()
        || annotation("paused-scale-in").is_some_and(|t| t != "false");
    let is_taken_up = scaled.value.pointer("/status/hpaName").is_some() || is(scaled, "Ready", "True");
    let number = |name: &str| scaled.value.pointer(&format!("/spec/{name}")).and_then(Value::as_i64);
    let least = number("minReplicaCount").unwrap_or(0);
    let least = number("idleReplicaCount").map_or(least, |idle| idle.min(least));
    // While there is work, KEDA does not remove the last replica.
    let least = if is(scaled, "Active", "True") { least.max(1) } else { least };
    Some((least, number("maxReplicaCount").unwrap_or(100), is_paused || !is_taken_up || is(scaled, "Ready", "False")))
}

/// Datadog's (datadog-operator, api/datadoghq/v1alpha2/datadogpodautoscaler_types.go; the older form has a `policy`, v1alpha1).
fn datadog(scaler: &Object) -> Option<(i64, i64, bool)> {
    let number = |name: &str| scaler.value.pointer(&format!("/spec/constraints/{name}")).and_then(Value::as_i64);
    let is_asked = meta::text(&scaler.value, "/spec/applyPolicy/mode") != "Preview"
        && !matches!(meta::text(&scaler.value, "/spec/policy/applyMode"), "Manual" | "None");
    let is_active = is(scaler, "Active", "True") && !is(scaler, "HorizontalAbleToScale", "False");
    Some((number("minReplicas").unwrap_or(1), number("maxReplicas").unwrap_or(i64::MAX), !is_asked || !is_active))
}

fn knative(scaler: &Object) -> Option<(i64, i64, bool)> {
    let number = |name: &str| meta::annotation(&scaler.value, &format!("autoscaling.knative.dev/{name}"))?.parse::<i64>().ok();
    Some((number("min-scale").unwrap_or(0), number("max-scale").filter(|n| *n > 0).unwrap_or(i64::MAX), false))
}

fn is(object: &Object, kind: &str, status: &str) -> bool {
    meta::list(&object.value, "/status/conditions").any(|c| meta::text(c, "/type") == kind && meta::text(c, "/status") == status)
}

#[cfg(test)]
mod tests {
    use super::scaled;
    use crate::model::{Key, Object};
    use crate::value::{Value, json};

    fn bounds(group: &str, kind: &str, metadata: Value, spec: Value, status: Value) -> Option<(i64, i64)> {
        let value = json!({"metadata": metadata, "spec": spec, "status": status});
        let object = Object { key: Key::new(group, kind, "n", "a"), plural: String::new(), uid: String::new(), value, file: String::new() };
        let found = scaled(&&[object][..]);
        found.get(&Key::new("apps", "Deployment", "n", "web")).filter(|s| !s.is_idle).map(|s| (s.least, s.most))
    }

    #[test]
    fn an_autoscaler_that_is_failing_or_paused_scales_nothing() {
        let failing = |kind: &str, status: &str| json!({"conditions": [{"type": kind, "status": status}]});
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"});
        let hpa = |status| {
            bounds("autoscaling", "HorizontalPodAutoscaler", json!({}), json!({"scaleTargetRef": target, "maxReplicas": 5}), status)
        };
        assert_eq!(hpa(json!({})), None, "it says nothing");
        assert_eq!(hpa(json!({"desiredReplicas": 2})), Some((1, 5)));
        assert_eq!(hpa(failing("ScalingActive", "True")), Some((1, 5)));
        assert_eq!(hpa(failing("ScalingActive", "False")), None);
        assert_eq!(hpa(failing("AbleToScale", "False")), None);
        let keda = |metadata, spec: Value, status| bounds("keda.sh", "ScaledObject", metadata, spec, status);
        let spec = json!({"scaleTargetRef": {"name": "web"}});
        let ready = failing("Ready", "True");
        assert_eq!(keda(json!({}), spec.clone(), json!({})), None, "it says nothing");
        assert_eq!(keda(json!({}), spec.clone(), json!({"hpaName": "keda-hpa-web"})), Some((0, 100)));
        assert_eq!(keda(json!({}), spec.clone(), ready.clone()), Some((0, 100)));
        assert_eq!(
            keda(json!({}), json!({"scaleTargetRef": {"name": "web"}, "minReplicaCount": 2, "maxReplicaCount": 4}), ready.clone()),
            Some((2, 4))
        );
        assert_eq!(keda(json!({"annotations": {"autoscaling.keda.sh/paused-replicas": "0"}}), spec.clone(), ready), None);
        assert_eq!(keda(json!({}), spec.clone(), failing("Paused", "True")), None);
        assert_eq!(keda(json!({}), spec, failing("Ready", "False")), None);
        let datadog =
            |spec: Value, status: &str| bounds("datadoghq.com", "DatadogPodAutoscaler", json!({}), spec, failing("Active", status));
        let spec = |mode: &str| json!({"targetRef": target, "constraints": {"maxReplicas": 6}, "applyPolicy": {"mode": mode}});
        assert_eq!(datadog(spec("Apply"), "True"), Some((1, 6)));
        assert_eq!(datadog(spec("Apply"), "False"), None);
        assert_eq!(datadog(spec("Preview"), "True"), None, "it only says what it would do");
        let older = |mode: &str| json!({"targetRef": target, "constraints": {"maxReplicas": 6}, "policy": {"applyMode": mode}});
        assert_eq!(datadog(older("All"), "True"), Some((1, 6)));
        assert_eq!(datadog(older("None"), "True"), None, "it only says what it would do");
        let watermark = |conditions: Value| {
            let spec = json!({"scaleTargetRef": target, "maxReplicas": 5});
            bounds("datadoghq.com", "WatermarkPodAutoscaler", json!({}), spec, json!({"desiredReplicas": 2, "conditions": conditions}))
        };
        assert_eq!(watermark(json!([])), Some((1, 5)));
        assert_eq!(watermark(json!([{"type": "DryRun", "status": "True"}])), None, "it only says what it would do");
        let knative = json!({"annotations": {"autoscaling.knative.dev/min-scale": "1"}});
        let found = bounds("autoscaling.internal.knative.dev", "PodAutoscaler", knative, json!({"scaleTargetRef": target}), json!({}));
        assert_eq!(found, Some((1, i64::MAX)));
    }
}

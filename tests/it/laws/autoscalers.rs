//! Law 10: an autoscaler's word about a count holds where it scaled.
use crate::samples::{collected, items, judge, object, verdict};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// Gives triton an autoscaler that last scaled then, and this many replicas, each with its pod.
fn scaled(c: &mut Collected, last: Option<&str>, replicas: usize) {
    let meta = json!({"name": "triton", "namespace": "mlops-prod", "uid": "00000000-0000-4000-8000-0000000000ac", "resourceVersion": "9"});
    let spec =
        json!({"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "triton"}, "minReplicas": 1, "maxReplicas": 5});
    let mut status = json!({"desiredReplicas": replicas, "conditions": [{"type": "ScalingActive", "status": "True"}]});
    status.as_object_mut().unwrap().extend(last.map(|t| ("lastScaleTime", json!(t))));
    let hpa = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": meta, "spec": spec, "status": status});
    items(c, "horizontalpodautoscalers").push(hpa);
    let deployment = object(c, "deployments", "mlops-prod", "triton");
    deployment["spec"]["replicas"] = json!(replicas);
    counted(&mut deployment["status"], replicas);
    let set = object(c, "replicasets", "mlops-prod", "triton-7b467dbc7b");
    set["spec"]["replicas"] = json!(replicas);
    counted(&mut set["status"], replicas);
    let pods = items(c, "pods");
    let one = pods.iter().find(|p| p["metadata"]["name"].as_str().unwrap().starts_with("triton-")).unwrap().clone();
    for i in 1..replicas {
        let mut more = one.clone();
        more["metadata"]["name"] = json!(format!("triton-7b467dbc7b-more{i}"));
        more["metadata"]["uid"] = json!(format!("00000000-0000-4000-8000-0000000000b{i}"));
        pods.push(more);
    }
}

fn counted(status: &mut Value, replicas: usize) {
    for count in ["replicas", "readyReplicas", "availableReplicas", "updatedReplicas", "fullyLabeledReplicas"] {
        if status.get(count).is_some() {
            status[count] = json!(replicas);
        }
    }
}

#[test]
fn an_autoscaler_that_did_not_scale_in_between_did_not_move_the_count() {
    for (before, after, want) in [
        (Some("2026-11-23T10:00:00Z"), Some("2026-11-23T18:00:00Z"), "proven"),
        (Some("2026-11-23T10:00:00Z"), Some("2026-11-23T10:00:00Z"), "inconclusive"),
        (None, None, "inconclusive"),
    ] {
        let mut all = [collected("before"), collected("off")];
        scaled(&mut all[0], before, 2);
        scaled(&mut all[1], after, 1);
        let outcome = judge(all.into());
        for claim in ["core.unchanged", "core.undisturbed"] {
            assert_eq!(
                verdict(&outcome, claim),
                want,
                "{claim} {before:?} {after:?}\n{:#?}",
                outcome.judged.iter().find(|j| j.id == claim).unwrap().findings
            );
        }
    }
}

//! Law 10: health is what is seen, not what an owner says. A workload that had replicas and now wants none is a counter-example unless an
//! active autoscaler did it. Fewer Ready pods than the workload says are available are a doubt.
use crate::bundle::lines::OwnedLine;
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Instance, Spot};
use crate::kinds::patterns::covers;
use crate::model::{group_of, meta};
use crate::value::{Map, Value, json};
use std::collections::BTreeMap;

/// The field in which a workload says how many of its pods are available.
const AVAILABLE: &[(&str, &str)] = &[
    ("deployments.apps", "/status/availableReplicas"),
    ("statefulsets.apps", "/status/availableReplicas"),
    ("daemonsets.apps", "/status/numberAvailable"),
    ("replicasets.apps", "/status/availableReplicas"),
    ("replicationcontrollers", "/status/availableReplicas"),
];

/// Owners of a field that are no autoscalers: their changes are only ignored.
const IGNORING: &[&str] = &["Application", "argocd-cm", "aggregation"];

/// The fields of an identity line that tell who owns which field.
#[derive(serde::Deserialize)]
pub(super) struct Line {
    #[serde(default)]
    pub(super) owned: BTreeMap<String, OwnedLine>,
    pub(super) fields: Map,
}

/// The replicas that an object wants, and whether an active autoscaler set them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Wanted {
    pub(super) replicas: i64,
    /// Whether an active autoscaler set the number.
    pub(super) is_scaled: bool,
}

/// What an object wants in one bundle; none if it has no count.
pub(super) fn wanted(e: &Evidence<'_>, spot: &Spot, side: usize) -> Result<Option<Wanted>, CompareError> {
    let Some(at) = e.instances.at(spot, side) else { return Ok(None) };
    let Some(identity) = e.read::<Line>("identity", spot, at, side)? else { return Ok(None) };
    let number = |v: Option<&Value>| v.and_then(Value::as_i64);
    // An autoscaler owns the count, which a custom resource may have in a field of its own.
    let scaled = identity.owned.iter().find(|(_, owned)| !IGNORING.contains(&&*owned.by));
    if let Some(replicas) = number(identity.fields.get(scaled.map_or("/spec/replicas", |(pointer, _)| pointer))) {
        let is_scaled = scaled.is_some_and(|(_, owned)| !owned.idle);
        return Ok(Some(Wanted { replicas, is_scaled }));
    }
    if let Some(replicas) = own_count(e, spot, at, side, &identity.fields)? {
        return Ok(Some(Wanted { replicas, is_scaled: true }));
    }
    Ok(number(e.content(spot, at, side)?.pointer("/spec/replicas")).map(|replicas| Wanted { replicas, is_scaled: false }))
}

/// How many pods an object's own autoscaler wants, where its kind's rule says which numbers that one writes.
fn own_count(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize, fields: &Map) -> Result<Option<i64>, CompareError> {
    let when = e.kind_of(spot).map_or(&[][..], |kind| &kind.rule.when);
    if when.iter().all(|w| w.counts.is_empty()) {
        return Ok(None);
    }
    let object = e.whole(spot, at, side)?;
    let patterns: Vec<&String> = when.iter().filter(|w| w.holds(&object)).flat_map(|w| &w.counts).collect();
    let numbers = fields.iter().filter(|(pointer, _)| patterns.iter().any(|p| covers(p, pointer))).map(|(_, value)| value.as_i64());
    Ok(numbers.sum::<Option<i64>>().filter(|_| !patterns.is_empty()))
}

/// Whether the horizontal autoscaler of an object last scaled at the same moment in two bundles: what moved the count in between was not it
/// (kubernetes 1.33 `pkg/controller/podautoscaler/horizontal.go` writes `lastScaleTime` with each rescale).
pub(super) fn is_anothers_doing(e: &Evidence<'_>, spot: &Spot, a: usize, b: usize) -> Result<bool, CompareError> {
    let is_its_target = |hpa: &Value| {
        let target = |field: &str| meta::text(hpa, &format!("/spec/scaleTargetRef/{field}"));
        e.stem_of(group_of(target("apiVersion")), target("kind")) == spot.stem && target("name") == spot.name
    };
    let is_here = |s: &Spot| s.stem == "horizontalpodautoscalers.autoscaling" && s.namespace == spot.namespace;
    for (hpa, later) in e.instances.in_bundle(b).filter(|(s, _)| is_here(s)) {
        let Some(earlier) = e.instances.at(hpa, a).filter(|earlier| earlier.uid == later.uid) else { continue };
        let (was, is) = (e.whole(hpa, earlier, a)?, e.whole(hpa, later, b)?);
        // KEDA works through such an object, and takes the last pod, or brings the first, by itself.
        let by_keda = meta::controller(&is).is_some_and(|by| by.kind == "ScaledObject");
        let none = || Ok::<_, CompareError>([wanted(e, spot, a)?, wanted(e, spot, b)?].iter().any(|w| w.is_none_or(|w| w.replicas == 0)));
        if is_its_target(&is) && !(by_keda && none()?) {
            return Ok(was.pointer("/status/lastScaleTime") == is.pointer("/status/lastScaleTime"));
        }
    }
    Ok(false)
}

/// The workloads of a layer that had replicas in one bundle and want none in the next.
pub(super) fn scaled_to_none(e: &Evidence<'_>, layer: &str, effect: Effect) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let own = |at: &Option<Instance>| at.as_ref().is_some_and(|at| !at.derived);
    for (spot, all) in e.instances.of_layer(layer).filter(|(s, all)| has_replicas(s) && all.iter().any(own)) {
        for b in 1..all.len() {
            if let (Some(x), Some(y)) = (e.instances.at(spot, b - 1), e.instances.at(spot, b)) {
                let is_same = |facet| e.is_same_line(facet, spot, (x, b - 1), (y, b));
                if is_same("identity")? && is_same("state")? {
                    continue;
                }
            }
            // The default of one replica may be unset.
            let before = wanted(e, spot, b - 1)?.map_or(i64::from(e.instances.at(spot, b - 1).is_some()), |w| w.replicas);
            let Some(after) = wanted(e, spot, b)?.filter(|w| w.replicas == 0 && !w.is_scaled && before > 0) else { continue };
            let finding = e.found(effect, Code::ScaledToNone, spot, b);
            findings.push(finding.at("/spec/replicas", Some(json!(before)), Some(json!(after.replicas))));
        }
    }
    Ok(findings)
}

fn has_replicas(spot: &Spot) -> bool {
    matches!(&*spot.stem, "deployments.apps" | "statefulsets.apps" | "replicasets.apps" | "replicationcontrollers" | "rollouts.argoproj.io")
}

/// The custom resources of a layer that have fewer pods than before: no workload between says how many there are to be.
pub(super) fn fewer_pods(e: &Evidence<'_>, layer: &str, first: usize, last: usize) -> Vec<Finding> {
    let mut pods: BTreeMap<Spot, [u64; 2]> = BTreeMap::new();
    for (n, side) in [first, last].into_iter().enumerate() {
        for (spot, at) in e.held(layer, side).filter(|(s, at)| s.stem == "pods" && at.derived) {
            let top = e.instances.top(spot, Some(at));
            if let Some(count) = pods.entry(top).or_default().get_mut(n) {
                *count += 1;
            }
        }
    }
    let counted = |spot: &Spot| AVAILABLE.iter().any(|(stem, _)| *stem == spot.stem) || e.ends(spot);
    let fewer = pods.iter().filter(|(top, [before, after])| after < before && !counted(top));
    let found = |top| e.found(Effect::Doubts, Code::FewerPods, top, last);
    fewer.map(|(top, [before, after])| found(top).at("", Some(json!(before)), Some(json!(after)))).collect()
}

/// The workloads of a layer that have fewer Ready pods than they say are available.
pub(super) fn fewer_ready(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Vec<Finding>, CompareError> {
    let mut ready: BTreeMap<Spot, u64> = BTreeMap::new();
    for (spot, at) in e.instances.in_bundle(side).filter(|(s, at)| s.stem == "pods" && !at.deleting) {
        let top = e.instances.top(spot, Some(at));
        if e.instances.layer(&top) == layer && e.is_healthy(spot, at, side)? {
            *ready.entry(top).or_default() += 1;
        }
    }
    let mut findings = Vec::new();
    for (spot, at) in e.held(layer, side).filter(|(_, at)| !at.derived) {
        let Some((_, pointer)) = AVAILABLE.iter().find(|(stem, _)| *stem == spot.stem) else { continue };
        let line = e.line("health", spot, at, side)?;
        let Some(claimed) = line.get("facts").and_then(|f| f.get(*pointer)?.as_u64()) else { continue };
        let seen = ready.get(spot).copied().unwrap_or(0);
        // If not all pods were seen, the gap says so.
        if seen < claimed && !e.unseen("pods", &spot.namespace, side) {
            let file = format!("health/{}/{}.jsonl", at.layer, spot.stem);
            let finding = e.found(Effect::Doubts, Code::FewerReady, spot, side).in_file(&file);
            findings.push(finding.at(pointer, Some(json!(claimed)), Some(json!(seen))));
        }
    }
    Ok(findings)
}

/// The workloads of a layer that have more pods than they count.
pub(super) fn uncounted(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Vec<Finding>, CompareError> {
    let mut there: BTreeMap<Spot, u64> = BTreeMap::new();
    for (spot, at) in e.instances.in_bundle(side).filter(|(s, at)| s.stem == "pods" && at.derived && !at.deleting) {
        let line = e.line("health", spot, at, side)?;
        let phase = line.get("facts").and_then(|f| f.get("/status/phase")?.as_str());
        if !matches!(phase, Some("Failed" | "Succeeded")) {
            *there.entry(e.instances.top(spot, Some(at))).or_default() += 1;
        }
    }
    let mut findings = Vec::new();
    let counts = |s: &Spot| AVAILABLE.iter().any(|(stem, _)| *stem == s.stem) && e.instances.layer(s) == layer;
    for (spot, there) in there.into_iter().filter(|(s, _)| counts(s)) {
        let object = e.object(&spot, side)?.unwrap_or_default();
        let count = ["/status/replicas", "/status/currentNumberScheduled"].iter().find_map(|p| object.pointer(p)?.as_u64());
        if let Some(count) = count.filter(|count| there > *count) {
            let finding = e.found(Effect::Doubts, Code::PodNotCounted, &spot, side);
            findings.push(finding.at("", Some(json!(count)), Some(json!(there))));
        }
    }
    Ok(findings)
}

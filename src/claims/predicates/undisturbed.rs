//! No pod of the layer was replaced or restarted, and no object re-created, from each bundle to the next. Pods of Jobs and hook objects
//! may come and go; so may the pods that an active autoscaler adds or removes (law 10). An object that is being deleted, or a pod that
//! has ended, counts as gone (law 9).
use crate::claims::predicates::images::{image_ids, images, reported};
use crate::claims::predicates::outside::others;
use crate::claims::predicates::passing::is_open;
use crate::claims::predicates::scaled::{is_within_own_bounds, went_along};
use crate::claims::predicates::served::unserved;
use crate::claims::predicates::stamped::goes_with_namespace;
use crate::claims::predicates::wanted;
use crate::claims::predicates::wanted::wanted;
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Evidence, Finding, witness};
use crate::compare::{CompareError, Instance, Instances, Spot};
use crate::model::meta;
use crate::value::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn undisturbed(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let mut findings = Vec::new();
    for change in q.changes().filter(|c| c.recreated && !c.hook) {
        if goes_with_namespace(e, change)? {
            continue;
        }
        let effect = if is_open(e, change)? { Effect::Doubts } else { Effect::Counters };
        findings.push(Finding::new(effect, Code::Replaced, change.shown_by()).about(change.key.clone()).in_file(&change.file));
    }
    // A derived object changed, or differs from what its owner says (laws 4 and 5).
    for change in e.changes.iter().filter(|c| c.layer == q.layer && c.derived) {
        findings.extend(Finding::of_change(change, if is_open(e, change)? { Effect::Doubts } else { Effect::Counters }));
    }
    let kinds = e.kinds_and_pods(q.layer);
    for i in 0..e.sides.len() {
        findings.extend(e.gaps_found(q.layer, &kinds, i));
        let unidentified = e.held(q.layer, i).filter(|(_, at)| at.uid.is_empty());
        findings.extend(unidentified.map(|(spot, _)| e.found(Effect::Doubts, Code::NoUid, spot, i)));
    }
    findings.extend(wanted::scaled_to_none(e, q.layer, Effect::Counters)?);
    for b in 1..e.sides.len() {
        pods(e, q.layer, b - 1, b, &mut findings)?;
        findings.extend(unserved(e, q.layer, (b - 1, b))?);
        findings.extend(others(e, q.layer, (b - 1, b))?);
    }
    for i in 0..e.sides.len() {
        findings.extend(witness::missing_of(e, q.layer, i));
    }
    findings.extend(witness::elsewhere(e, q.layer));
    Ok(Some(findings))
}

/// Pods lost and gained by one controller.
#[derive(Default)]
struct Turnover<'a> {
    lost: Vec<&'a Spot>,
    gained: Vec<&'a Spot>,
}

fn pods(e: &Evidence<'_>, layer: &str, a: usize, b: usize, findings: &mut Vec<Finding>) -> Result<(), CompareError> {
    let mut by_controller: BTreeMap<Spot, Turnover<'_>> = BTreeMap::new();
    for (spot, all) in e.instances.of_layer(layer).filter(|(s, _)| s.stem == "pods") {
        let (x, y) = (all.get(a).and_then(Option::as_ref), all.get(b).and_then(Option::as_ref));
        let controller = e.instances.top(spot, x.or(y));
        if e.ends(&controller) {
            continue;
        }
        let ended = |at: Option<&Instance>, side| at.map_or(Ok(false), |at| has_ended(e, spot, at, side));
        match (x, y) {
            // A pod that had already ended may be cleared away.
            (Some(_), None) if ended(x, a)? => {}
            (Some(x), Some(y)) if x.uid == y.uid && ended(Some(y), b)? && !ended(Some(x), a)? => {
                by_controller.entry(controller).or_default().lost.push(spot);
            }
            (Some(x), Some(y)) if x.uid == y.uid => findings.extend(same_pod(e, spot, (x, a), (y, b))?),
            (Some(x), Some(y)) if x.derived || y.derived => {
                let turnover = by_controller.entry(controller).or_default();
                turnover.lost.push(spot);
                turnover.gained.push(spot);
            }
            (Some(x), None) if x.derived => by_controller.entry(controller).or_default().lost.push(spot),
            (None, Some(y)) if y.derived => by_controller.entry(controller).or_default().gained.push(spot),
            // A bare pod is state: that it is added, removed or re-created is a change.
            _ => {}
        }
    }
    for (controller, turnover) in by_controller {
        findings.extend(turned_over(e, &controller, &turnover, a, b)?);
    }
    let bare = e.changes.iter().filter(|c| c.sides == (a, b) && c.layer == layer && c.spot.stem == "pods" && c.uncertain);
    findings.extend(bare.map(|c| Finding::new(Effect::Doubts, Code::PodNotSeen, b).about(c.key.clone())));
    Ok(())
}

/// The findings for one controller's lost and gained pods: if an autoscaler did it, a note; anything else refutes.
fn turned_over(e: &Evidence<'_>, controller: &Spot, turnover: &Turnover<'_>, a: usize, b: usize) -> Result<Vec<Finding>, CompareError> {
    let unseen = turnover.lost.iter().any(|s| e.unseen(&s.stem, &s.namespace, b))
        || turnover.gained.iter().any(|s| e.unseen(&s.stem, &s.namespace, a));
    // Only an active autoscaler excuses pods that went; one that is active at one end only, or did not scale, leaves it open.
    let (x, y) = (wanted(e, controller, a)?, wanted(e, controller, b)?);
    let lost = i64::try_from(turnover.lost.len()).unwrap_or(i64::MAX);
    let fell = x.zip(y).is_some_and(|(x, y)| x.replicas - y.replicas >= lost) && turnover.gained.is_empty();
    let scaled = [x, y].iter().flatten().filter(|w| w.is_scaled).count();
    let lost = &turnover.lost;
    let (effect, code) = match () {
        () if lost.is_empty() => (Effect::Notes, Code::PodAdded),
        () if unseen => (Effect::Doubts, Code::PodNotSeen),
        () if fell && scaled == 2 && !wanted::is_anothers_doing(e, controller, a, b)? => (Effect::Notes, Code::PodScaledIn),
        () if fell && scaled > 0 => (Effect::Doubts, Code::PodScaledIn),
        () if fell && is_within_own_bounds(e, controller, a)? && is_within_own_bounds(e, controller, b)? => {
            (Effect::Doubts, Code::PodScaledIn)
        }
        () if went_along(e, controller, lost, (a, b))? => (Effect::Doubts, Code::PodScaledIn),
        () if have_run_out(e, controller, lost, b)? => (Effect::Doubts, Code::PodReplaced),
        () => (Effect::Counters, Code::PodReplaced),
    };
    let mut findings = Vec::new();
    let after = turnover.gained.iter().map(|s| json!(s.name)).collect::<Vec<_>>();
    for spot in if lost.is_empty() { &turnover.gained } else { lost } {
        let finding = e.found(effect, code, spot, b);
        findings.push(finding.at("/metadata/uid", e.uid(spot, a).map(|uid| json!(uid)), Some(json!(after))));
    }
    if code == Code::PodAdded {
        findings.extend(strangers(e, controller, &turnover.gained, a, b)?);
    }
    Ok(findings)
}

/// Whether the pods of a custom resource that no rule knows have done their work, and were not to be started anew: it may be a kind of Job.
fn have_run_out(e: &Evidence<'_>, controller: &Spot, lost: &[&Spot], b: usize) -> Result<bool, CompareError> {
    if !controller.is_custom() || e.kind_of(controller).is_some() {
        return Ok(false);
    }
    for pod in lost {
        let pod = e.object(pod, b)?.unwrap_or_default();
        if meta::text(&pod, "/status/phase") != "Succeeded" || !matches!(meta::text(&pod, "/spec/restartPolicy"), "Never" | "OnFailure") {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Added pods that differ from their controller's other pods, or that their owner does not count.
fn strangers(e: &Evidence<'_>, controller: &Spot, gained: &[&Spot], a: usize, b: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let mine = |side: usize| {
        let pods = e.instances.in_bundle(side).filter(|(s, _)| s.stem == "pods");
        pods.filter(|(s, at)| e.instances.top(s, Some(at)) == *controller).collect::<Vec<_>>()
    };
    let (mut known, mut digests) = (BTreeSet::new(), BTreeSet::new());
    for (spot, at) in mine(a) {
        let line = e.line("identity", spot, at, a)?;
        known.insert(images(&e.content(spot, at, a)?));
        digests.extend(image_ids(&line).map(|(_, value)| value.to_string()));
    }
    for spot in gained {
        let Some(at) = e.instances.at(spot, b) else { continue };
        let line = e.line("identity", spot, at, b)?;
        let seen = images(&e.content(spot, at, b)?);
        if !known.is_empty() && !known.contains(&seen) {
            findings.push(e.found(Effect::Counters, Code::ImageChanged, spot, b).at("/spec/containers", None, Some(json!(seen))));
        }
        // A tag may name another image by now. On a node of another architecture the same image has another digest.
        for (pointer, value) in image_ids(&line) {
            if !digests.is_empty() && !digests.contains(&value.to_string()) && value.as_str().is_some_and(|t| !t.is_empty()) {
                findings.push(e.found(Effect::Doubts, Code::ImageChanged, spot, b).at(&pointer, None, Some(value)));
            }
        }
        let Some(owner) = Instances::related(at) else { continue };
        let Some(owner_at) = e.instances.at(&owner, b) else { continue };
        let line = e.line("noise", &owner, owner_at, b)?;
        let status = |p: &str| line.get("fields").and_then(|f| f.get(p)).and_then(Value::as_u64);
        let whole = line.get("fields").and_then(|f| f.get("/status"));
        let count = |name: &str| status(&format!("/status/{name}")).or_else(|| whole?.get(name)?.as_u64());
        let counted = count("replicas").or_else(|| count("currentNumberScheduled"));
        let there = mine(b).iter().filter(|(_, i)| Instances::related(i).as_ref() == Some(&owner)).count();
        if counted.is_some_and(|n| u64::try_from(there).is_ok_and(|t| t > n)) {
            findings.push(e.found(Effect::Doubts, Code::PodNotCounted, spot, b).at("", Some(json!(counted)), Some(json!(there))));
        }
    }
    Ok(findings)
}

/// Whether a pod is being deleted, or has ended.
fn has_ended(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize) -> Result<bool, CompareError> {
    let line = e.line("health", spot, at, side)?;
    let fact = |p: &str| line.get("facts").and_then(|f| f.get(p));
    let phase = fact("/status/phase").and_then(Value::as_str);
    Ok(fact("/metadata/deletionTimestamp").is_some() || matches!(phase, Some("Failed" | "Succeeded")))
}

/// Compares restarts and images of a pod that is the same instance; its containers are paired by name.
fn same_pod(e: &Evidence<'_>, spot: &Spot, (x, a): (&Instance, usize), (y, b): (&Instance, usize)) -> Result<Vec<Finding>, CompareError> {
    if e.is_same_line("identity", spot, (x, a), (y, b))? {
        return Ok(Vec::new());
    }
    let (before, after) = (e.line("identity", spot, x, a)?, e.line("identity", spot, y, b)?);
    let file = e.file("identity", spot, y, b)?;
    let about = |effect, code, pointer: &str, old: Option<Value>, new: Option<Value>| {
        e.found(effect, code, spot, b).at(pointer, old, new).in_file(&file)
    };
    let found = |code, pointer: &str, old: Value, new: Value| about(Effect::Counters, code, pointer, Some(old), Some(new));
    let mut findings = Vec::new();
    let (old, new) = (reported(&before), reported(&after));
    for (place, (pointer, value)) in &new {
        let is_count = place.1 == "restartCount";
        let code = if is_count { Code::PodRestarted } else { Code::ImageChanged };
        match old.get(place) {
            Some((_, earlier)) if earlier != value => findings.push(found(code, pointer, earlier.clone(), value.clone())),
            // It may have been told of before, and it may not have run yet.
            None if is_count && value.as_u64() != Some(0) => {
                findings.push(about(Effect::Doubts, Code::PodRestarted, pointer, None, Some(value.clone())));
            }
            _ => {}
        }
    }
    // The kubelet goes on telling of a container as long as its pod is there.
    for ((_, field), (pointer, value)) in old.iter().filter(|(place, _)| !new.contains_key(*place)) {
        if field == "restartCount" {
            findings.push(about(Effect::Doubts, Code::PodRestarted, pointer, Some(value.clone()), None));
        }
    }
    // A pod whose owner was not seen holds its content as state.
    let (was, is) = (images(&e.content(spot, x, a)?), images(&e.content(spot, y, b)?));
    if was != is {
        findings.push(found(Code::ImageChanged, "/spec/containers", json!(was), json!(is)));
    }
    Ok(findings)
}

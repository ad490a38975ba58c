//! Every Application of a layer (its root too) is Synced and Healthy, every workload available, in every bundle.
use crate::claims::evidence::APPLICATIONS;
use crate::claims::predicates::{conditions, settled, wanted};
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Evidence, Finding, witness};
use crate::compare::{CompareError, Instance, Spot};
use crate::value::Value;
use std::collections::BTreeSet;

/// The kinds whose objects count by themselves.
const COUNTING: &[&str] = &[
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "replicasets.apps",
    "replicationcontrollers",
    "pods",
    "jobs.batch",
    "rollouts.argoproj.io",
    APPLICATIONS,
];

pub(super) fn healthy(q: &Question<'_>) -> Answer {
    let (e, layer) = (q.evidence, q.layer);
    let mut findings = wanted::scaled_to_none(e, layer, Effect::Counters)?;
    let kinds: BTreeSet<String> = e.kinds(layer).into_iter().filter(|k| COUNTING.contains(&k.as_str())).collect();
    for i in 0..e.sides.len() {
        findings.extend(wanted::fewer_ready(e, layer, i)?);
        findings.extend(of_layer(e, layer, i)?);
        findings.extend(deleting(e, layer, i)?);
        findings.extend(e.gaps_found(layer, &kinds, i));
    }
    for b in 1..e.sides.len() {
        findings.extend(conditions::lost(e, layer, (b - 1, b), Effect::Doubts)?);
    }
    findings.extend(witness::elsewhere(e, layer));
    Ok(Some(findings))
}

/// Objects of a layer that are being deleted (law 9: such an object counts as not there). A derived object does not count: it goes with
/// its owner.
pub(super) fn deleting(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Vec<Finding>, CompareError> {
    let going = e.held(layer, side).filter(|(s, at)| at.deleting && !at.derived && !COUNTING.contains(&&*s.stem));
    going.map(|(s, at)| is_deleting(e, s, at, side)).collect()
}

fn is_deleting(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize) -> Result<Finding, CompareError> {
    Ok(e.found(Effect::Counters, Code::Deleting, spot, side).in_file(&e.shown_in(spot, at, side)?))
}

/// The unhealthy objects of a layer in one bundle.
pub(super) fn of_layer(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let root = e.root(layer);
    let mut apps = 0;
    let root = root.as_ref().and_then(|s| Some((s, e.instances.at(s, side)?)));
    for (spot, at) in e.held(layer, side).chain(root).filter(|(s, at)| counts(e, s, at)) {
        apps += usize::from(spot.stem == APPLICATIONS);
        if at.deleting && spot.stem != APPLICATIONS && spot.stem != "pods" {
            findings.push(is_deleting(e, spot, at, side)?);
        } else {
            findings.extend(one(e, spot, at, side)?);
        }
    }
    match apps {
        0 => findings.push(Finding::new(Effect::Doubts, Code::NoApplication, side)),
        _ => findings.extend(settled::doubts(e, layer, side)),
    }
    Ok(findings)
}

/// An object that is not derived counts by itself; so does a pod whose controller has no health that evid reads.
fn counts(e: &Evidence<'_>, spot: &Spot, at: &Instance) -> bool {
    if !at.derived {
        return COUNTING.contains(&&*spot.stem);
    }
    let top = || e.instances.top(spot, Some(at));
    spot.stem == "pods" && !e.ends(&top()) && !COUNTING.contains(&&*top().stem)
}

/// What the health line of one object says against it.
pub(super) fn one(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize) -> Result<Option<Finding>, CompareError> {
    let effect = match &*e.health(spot, at, side)? {
        "healthy" => return Ok(None),
        "unhealthy" => Effect::Counters,
        // A Job that still runs proves nothing yet.
        _ if spot.stem == "jobs.batch" => return Ok(None),
        _ => Effect::Doubts,
    };
    let code = if effect == Effect::Counters { Code::Unhealthy } else { Code::Unsettled };
    let facts = e.line("health", spot, at, side)?.get_mut("facts").map(Value::take);
    Ok(Some(e.found(effect, code, spot, side).at("", None, facts).in_file(&e.file("health", spot, at, side)?)))
}

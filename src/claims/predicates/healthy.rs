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
    let mut findings = wanted::scaled_to_none(q.evidence, q.layer, Effect::Counters)?;
    for i in 0..q.evidence.sides.len() {
        findings.extend(wanted::fewer_ready(q.evidence, q.layer, i)?);
        findings.extend(of_layer(q.evidence, q.layer, i)?);
        findings.extend(deleting(q.evidence, q.layer, i)?);
        let kinds: BTreeSet<String> = q.evidence.kinds(q.layer).into_iter().filter(|k| COUNTING.contains(&k.as_str())).collect();
        findings.extend(q.evidence.gaps_in(q.layer, &kinds, i).iter().map(|g| Finding::gap(g, i)));
    }
    for b in 1..q.evidence.sides.len() {
        findings.extend(conditions::lost(q.evidence, q.layer, (b - 1, b), Effect::Doubts)?);
    }
    findings.extend(witness::elsewhere(q.evidence, q.layer));
    Ok(Some(findings))
}

/// Objects of a layer that are being deleted (law 9: such an object counts as not there). A derived object does not count: it goes with
/// its owner.
pub(super) fn deleting(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Vec<Finding>, CompareError> {
    let here = e.instances.of_layer(layer).filter_map(|(s, all)| Some((s, all.get(side)?.as_ref()?)));
    let going = here.filter(|(s, at)| at.deleting && !at.derived && s.stem != APPLICATIONS && !COUNTING.contains(&&*s.stem));
    going
        .map(|(s, at)| Ok(Finding::new(Effect::Counters, Code::Deleting, side).about(e.key(s)).in_file(&e.shown_in(s, at, side)?)))
        .collect()
}

/// The unhealthy objects of a layer in one bundle.
pub(super) fn of_layer(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let root = e.root(layer);
    let mut apps = 0;
    let own = e.instances.of_layer(layer).filter_map(|(s, all)| Some((s, all.get(side)?.as_ref()?)));
    let root = root.as_ref().and_then(|s| Some((s, e.instances.at(s, side)?)));
    for (spot, at) in own.chain(root).filter(|(s, at)| counts(e, s, at)) {
        apps += usize::from(spot.stem == APPLICATIONS);
        if at.deleting && spot.stem != APPLICATIONS && spot.stem != "pods" {
            findings.push(Finding::new(Effect::Counters, Code::Deleting, side).about(e.key(spot)).in_file(&e.shown_in(spot, at, side)?));
        } else {
            findings.extend(one(e, spot, at, side)?);
        }
    }
    if apps > 0 {
        findings.extend(settled::doubts(e, layer, side)?);
    }
    if apps == 0 {
        findings.push(Finding::new(Effect::Doubts, Code::NoApplication, side));
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
    let finding = Finding::new(effect, code, side).about(e.key(spot));
    Ok(Some(finding.at("", None, facts).in_file(&e.file("health", spot, at, side)?)))
}

//! While a run watched, no pod of the layer was unready or removed, and no sample of its probes failed. A break in the watch of a run, and a
//! pod of unknown layer, leave it open. The time between two runs, of which this evidence holds no watch, is told.
use crate::bundle::names::{ACTIONS, WATCH};
use crate::bundle::probe::{Is, Line};
use crate::bundle::watch::{Pod, Seen};
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Spot, lines};
use crate::model::{By, Key, instant};
use crate::value::json;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) fn available(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    if !e.is_watched() {
        return Ok(None);
    }
    let (mut findings, mut between) = (Vec::new(), Vec::new());
    let owners = owners(e);
    for i in 1..e.sides.len() {
        let seen = seen(e, i)?;
        if seen.is_empty() && begins_a_run(e, i) {
            between.push(between_runs(e, i));
            continue;
        }
        findings.extend(unwatched(e, &seen, i));
        findings.extend(unsampled(q, &seen, i)?);
        let mut ready: BTreeSet<&str> = BTreeSet::new();
        let mut known: BTreeMap<&str, &str> = BTreeMap::new();
        for line in &seen {
            match line {
                Seen::Pod(pod) if pod.owner_kind != "Job" => {
                    let layer = *known.entry(&*pod.uid).or_insert_with(|| layer_of(e, &owners, pod));
                    findings.extend(one(e, q.layer, layer, pod, ready.contains(&*pod.uid), i));
                    if pod.ready {
                        ready.insert(&pod.uid);
                    }
                }
                Seen::Probe { time, layer, probe, right: false, asked, what } if layer == q.layer => {
                    let effect = if *asked { Effect::Counters } else { Effect::Doubts };
                    let values = json!({"probe": probe, "time": time, "what": what});
                    findings.push(Finding::new(effect, Code::ProbeFailed, i).at("", None, Some(values)).in_file(WATCH));
                }
                Seen::Gap { time, detail } => {
                    let values = json!({"time": time, "detail": detail});
                    findings.push(Finding::new(Effect::Doubts, Code::NotWatched, i).at("", None, Some(values)).in_file(WATCH));
                }
                _ => {}
            }
        }
    }
    // Where no run watched anything, nothing is known.
    let effect = if between.len() + 1 < e.sides.len() { Effect::Notes } else { Effect::Doubts };
    findings.extend(between.into_iter().map(|f| Finding { effect, ..f }));
    Ok(Some(findings))
}

/// The lines of one bundle; none if it has no such file.
fn seen(e: &Evidence<'_>, side: usize) -> Result<Vec<Seen>, CompareError> {
    let Some(bundle) = e.sides.get(side).filter(|s| s.sums().get(WATCH).is_some()) else { return Ok(Vec::new()) };
    let bytes = bundle.file(WATCH)?;
    lines(&bytes).map(|l| bundle.parse(WATCH, l)).collect()
}

/// Whether a bundle is the first point of a run (nothing was written in it so far), and not of the run of the bundle before it: no watch leads
/// to it.
fn begins_a_run(e: &Evidence<'_>, i: usize) -> bool {
    let run = |side: usize| e.sides.get(side).and_then(|s| s.manifest.run.as_deref());
    run(i).is_some() && run(i) != run(i - 1) && e.sides.get(i).is_some_and(|s| s.sums().get(ACTIONS).is_none())
}

/// The time of which no watch is among the bundles.
fn between_runs(e: &Evidence<'_>, i: usize) -> Finding {
    let window = |side: usize| e.sides.get(side).map(|s| &s.manifest.window);
    let from = window(i - 1).and_then(|w| w.finished.clone());
    let until = window(i).and_then(|w| w.started.clone());
    Finding::new(Effect::Notes, Code::BetweenRuns, i).at("", None, Some(json!({"from": from, "until": until})))
}

/// The watch must have begun before the previous bundle was complete, and have lasted into this one.
fn unwatched(e: &Evidence<'_>, seen: &[Seen], i: usize) -> Option<Finding> {
    let window = |side: usize| e.sides.get(side).map(|s| &s.manifest.window);
    let begun = if let Some(Seen::From { time }) = seen.first() { instant(time) } else { None };
    let went = if let Some(Seen::Until { time }) = seen.last() { instant(time) } else { None };
    let before = window(i - 1).and_then(|w| instant(w.finished.as_deref()?));
    let after = window(i).and_then(|w| instant(w.started.as_deref()?));
    let whole = matches!((begun, before, went, after), (Some(a), Some(b), Some(c), Some(d)) if a <= b && d <= c);
    (!whole).then(|| Finding::new(Effect::Doubts, Code::NotWatched, i).in_file(WATCH))
}

/// A probe that was asked at both points must have been sampled between them.
fn unsampled(q: &Question<'_>, seen: &[Seen], i: usize) -> Result<Vec<Finding>, CompareError> {
    let asked = |side: usize| -> Result<BTreeSet<String>, CompareError> {
        let lines = q.evidence.sides.get(side).map(|s| s.probes(q.layer)).transpose()?.unwrap_or_default();
        Ok(lines.iter().filter(|l| l.is() != Is::Absent).map(Line::title).collect())
    };
    let sampled = |name: &String| seen.iter().any(|s| matches!(s, Seen::Probe { layer, probe, .. } if layer == q.layer && probe == name));
    let (before, after) = (asked(i - 1)?, asked(i)?);
    let missing = before.intersection(&after).filter(|name| !sampled(name));
    Ok(missing
        .map(|name| Finding::new(Effect::Doubts, Code::NotSampled, i).at("", Some(json!({ "probe": name })), None).in_file(WATCH))
        .collect())
}

/// uid → layer of every object in the bundles.
fn owners<'e>(e: &'e Evidence<'_>) -> HashMap<&'e str, &'e str> {
    let all = e.instances.all.iter().flat_map(|(spot, all)| all.iter().flatten().map(move |at| (spot, at)));
    all.filter(|(_, at)| !at.uid.is_empty()).map(|(spot, at)| (at.uid.as_str(), e.instances.layer(spot))).collect()
}

/// The layer of a pod: from a bundle, else the layer of its controller; empty if unknown.
fn layer_of<'a>(e: &'a Evidence<'_>, owners: &HashMap<&str, &'a str>, pod: &Pod) -> &'a str {
    let spot = Spot::new("pods", pod.namespace.clone(), pod.name.clone());
    let placed = e.instances.place(&spot).filter(|(_, by)| *by != By::None).map(|(layer, _)| layer);
    placed.or_else(|| owners.get(&*pod.uid).or_else(|| owners.get(&*pod.owner)).copied()).unwrap_or_default()
}

/// What one line says against the layer. A pod that has not been ready yet is starting; that does not count.
fn one(e: &Evidence<'_>, wanted: &str, layer: &str, pod: &Pod, was_ready: bool, i: usize) -> Option<Finding> {
    let fine = pod.ready && !pod.deleting && !pod.gone;
    let shares = || e.instances.of_layer(wanted).any(|(s, _)| s.stem == "pods" && s.namespace == pod.namespace);
    let effect = match () {
        () if fine => return None,
        () if layer == wanted && was_ready => Effect::Counters,
        () if layer.is_empty() && shares() => Effect::Doubts,
        () => return None,
    };
    let code = if effect == Effect::Counters { Code::PodUnready } else { Code::UnplacedPod };
    let facts =
        json!({"time": pod.time, "uid": pod.uid, "ready": pod.ready, "restarts": pod.restarts, "deleting": pod.deleting, "gone": pod.gone});
    let key = Key::new("", "Pod", &pod.namespace, &pod.name);
    Some(Finding::new(effect, code, i).about(key).at("", None, Some(facts)).in_file(WATCH))
}

//! No object of the switched layer lives where the switch is off: no child Application (one that hangs in Deleting lives), no
//! managed object, no orphan with its tracking mark, no pod. What is kept on purpose is named and does not count.
use crate::claims::Effect;
use crate::claims::Evidence;
use crate::claims::Finding;
use crate::claims::Position;
use crate::claims::evidence::APPLICATIONS;
use crate::claims::judge::Answer;
use crate::claims::judge::Question;
use crate::claims::predicates::healthy;
use crate::claims::predicates::settled;
use crate::compare::CompareError;
use crate::compare::Instance;
use crate::compare::Spot;
use crate::model::By;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;

pub(super) fn absent(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let off = q.at(Position::Off);
    if off.is_empty() {
        return Ok(None);
    }
    let mut findings = Vec::new();
    let mut kinds = e.kinds(q.layer);
    kinds.insert("pods".into());
    for i in off {
        for (spot, all) in e.instances.of_layer(q.layer) {
            let Some(at) = all.get(i).and_then(Option::as_ref) else { continue };
            let (effect, code) = judge_one(e, spot, at, i)?;
            findings.push(Finding::new(effect, code, i).about(e.key(spot)).in_file(&e.shown_in(spot, at, i)?));
        }
        findings.extend(e.gaps_in(q.layer, &kinds, i).iter().map(|g| Finding::gap(g, i)));
        findings.extend(unknown_orphans(e, i));
        findings.extend(unplaced_pods(e, q.layer, i));
        findings.extend(unsettled_root(e, q.layer, i)?);
        findings.extend(settled::doubts(e, q.layer, i)?);
    }
    Ok(Some(findings))
}

/// Whether one object that is there refutes the absence of its layer.
fn judge_one(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize) -> Result<(Effect, &'static str), CompareError> {
    if spot.stem == APPLICATIONS {
        return Ok((Effect::Counters, "application-lives"));
    }
    if spot.stem == "pods" {
        return Ok((Effect::Counters, "pod-lives"));
    }
    let storage = matches!(&*spot.stem, "persistentvolumeclaims" | "persistentvolumes");
    if storage && !at.marked {
        return Ok((Effect::Notes, "kept-unmarked"));
    }
    if storage || spot.stem == "namespaces" {
        let state = e.state(spot, at, side)?;
        let options = state.pointer("/metadata/annotations/argocd.argoproj.io~1sync-options").and_then(Value::as_str).unwrap_or("");
        if options.split(',').any(|o| matches!(o.trim(), "Delete=false" | "Prune=false")) {
            return Ok((Effect::Notes, "kept-by-option"));
        }
        if spot.stem == "namespaces" && at.by != By::Ancestry {
            return Ok((Effect::Notes, "kept-boundary"));
        }
    }
    if e.instances.managed(spot, 0) { Ok((Effect::Counters, "object-lives")) } else { Ok((Effect::Notes, "not-managed")) }
}

/// Objects that name an Application nobody knows: they could be the layer's, unless a bundle with the switch on had them too.
fn unknown_orphans(e: &Evidence<'_>, side: usize) -> Vec<Finding> {
    let on: Vec<usize> = e.positions.iter().enumerate().filter(|(_, p)| **p == Position::On).map(|(i, _)| i).collect();
    let orphans = e.instances.all.iter().filter(|(spot, all)| {
        let here = all.get(side).and_then(Option::as_ref);
        let dead = here.is_some_and(|at| {
            !at.app.is_empty() && at.by != By::Ancestry && e.instances.layers.get(*spot).is_none_or(|(_, by)| *by < By::Relation)
        });
        dead && !on.is_empty() && !on.iter().any(|i| all.get(*i).is_some_and(Option::is_some))
    });
    orphans
        .map(|(spot, all)| {
            let app = all.get(side).and_then(Option::as_ref).map(|at| json!(at.app));
            Finding::new(Effect::Doubts, "unknown-application", side).about(e.key(spot)).at("", None, app)
        })
        .collect()
}

/// Pods of nobody in a namespace that holds what the layer keeps: they could be the layer's.
fn unplaced_pods(e: &Evidence<'_>, layer: &str, side: usize) -> Vec<Finding> {
    let spaces: BTreeSet<&str> = e.instances.of_layer(layer).map(|(s, _)| &*s.namespace).filter(|n| !n.is_empty()).collect();
    let pods = e.instances.all.iter().filter(|(s, all)| {
        let placed = e.instances.layers.get(*s).is_some_and(|(_, by)| *by != By::None);
        s.stem == "pods" && !placed && spaces.contains(&*s.namespace) && all.get(side).is_some_and(Option::is_some)
    });
    let on = |i: &usize| e.positions.get(*i) == Some(&Position::On);
    // A pod that was there beside the living layer and not of it is somebody else's.
    let new = pods.filter(|(_, all)| !(0..all.len()).filter(on).any(|i| all.get(i).is_some_and(Option::is_some)));
    new.map(|(s, _)| Finding::new(Effect::Doubts, "unplaced-pod", side).about(e.key(s))).collect()
}

/// A root in the middle of an operation may be about to make or remove something.
fn unsettled_root(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Option<Finding>, CompareError> {
    let Some(root) = e.root(layer) else { return Ok(None) };
    let Some(at) = e.instances.at(&root, side) else {
        // Without its root a bundle does not show which Applications it lacks.
        return Ok(Some(Finding::new(Effect::Doubts, "missing", side).about(e.key(&root))));
    };
    let line = e.line("health", &root, at, side)?;
    let facts = line.get("facts");
    let says = |p: &str| facts.and_then(|f| f.get(p));
    let running = says("/operation").is_some()
        || matches!(says("/status/operationState/phase").and_then(Value::as_str), Some("Running" | "Terminating"));
    if running {
        Ok(healthy::one(e, &root, at, side)?.map(|f| Finding { effect: Effect::Doubts, code: "unsettled", ..f }))
    } else {
        Ok(None)
    }
}

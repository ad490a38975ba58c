//! No pod of the layer was replaced or restarted and no object re-created, from each bundle to the next. Pods of Jobs and hook
//! objects come and go; so do the pods that an autoscaler adds or takes.
use crate::claims::Effect;
use crate::claims::Evidence;
use crate::claims::Finding;
use crate::claims::finding::key_at;
use crate::claims::judge::Answer;
use crate::claims::judge::Question;
use crate::compare::CompareError;
use crate::compare::Instance;
use crate::compare::Instances;
use crate::compare::Spot;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

pub(super) fn undisturbed(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let mut findings = Vec::new();
    for change in e.changes.iter().filter(|c| c.layer == q.layer && c.recreated && !c.hook) {
        let finding = Finding::new(Effect::Counters, "replaced", change.sides.1).about(change.key.clone()).in_file(&change.file);
        findings.push(finding);
    }
    let mut kinds = e.kinds(q.layer);
    kinds.insert("pods".into());
    for i in 0..e.sides.len() {
        findings.extend(e.gaps_in(q.layer, &kinds, i).iter().map(|g| Finding::gap(g, i)));
        for (spot, all) in e.instances.of_layer(q.layer) {
            if all.get(i).and_then(Option::as_ref).is_some_and(|at| at.uid.is_empty()) {
                findings.push(Finding::new(Effect::Doubts, "no-uid", i).about(key_at(spot, e.rules)));
            }
        }
    }
    for b in 1..e.sides.len() {
        pods(e, q.layer, b - 1, b, &mut findings)?;
    }
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
        let controller = controller(e, spot, x.or(y));
        if controller.stem == "jobs.batch" || controller.stem == "cronjobs.batch" {
            continue;
        }
        match (x, y) {
            (Some(x), Some(y)) if x.uid == y.uid => restarted(e, spot, (x, a), (y, b), findings)?,
            (Some(x), Some(y)) if x.derived || y.derived => {
                let turnover = by_controller.entry(controller).or_default();
                turnover.lost.push(spot);
                turnover.gained.push(spot);
            }
            (Some(x), None) if x.derived => by_controller.entry(controller).or_default().lost.push(spot),
            (None, Some(y)) if y.derived => by_controller.entry(controller).or_default().gained.push(spot),
            // A bare pod is state: its coming, going and re-creation are changes.
            _ => {}
        }
    }
    for (controller, turnover) in by_controller {
        let scaled_in = turnover.gained.is_empty() && is_scaled(e, &controller, a)? && is_scaled(e, &controller, b)?;
        let unseen = turnover.lost.iter().any(|s| e.unseen(s, b)) || turnover.gained.iter().any(|s| e.unseen(s, a));
        let (effect, code, spots) = match () {
            () if turnover.lost.is_empty() => (Effect::Notes, "pod-added", &turnover.gained),
            () if unseen => (Effect::Doubts, "pod-not-seen", &turnover.lost),
            () if scaled_in => (Effect::Notes, "pod-scaled-in", &turnover.lost),
            () => (Effect::Counters, "pod-replaced", &turnover.lost),
        };
        for spot in spots {
            let after = turnover.gained.iter().map(|s| json!(s.name)).collect::<Vec<_>>();
            let finding = Finding::new(effect, code, b).about(key_at(spot, e.rules));
            findings.push(finding.at("/metadata/uid", e.instances.at(spot, a).map(|i| json!(i.uid)), Some(json!(after))));
        }
    }
    Ok(())
}

/// The object at the top of a pod's chain of owners.
fn controller(e: &Evidence<'_>, pod: &Spot, instance: Option<&Instance>) -> Spot {
    let mut at = instance.and_then(Instances::related).unwrap_or_else(|| pod.clone());
    for _ in 0..8 {
        let owner = e.instances.all.get(&at).and_then(|all| all.iter().flatten().find(|i| i.derived).and_then(Instances::related));
        let Some(owner) = owner else { break };
        at = owner;
    }
    at
}

/// Whether an autoscaler owns the controller's replicas.
fn is_scaled(e: &Evidence<'_>, controller: &Spot, side: usize) -> Result<bool, CompareError> {
    let Some(at) = e.instances.at(controller, side) else { return Ok(false) };
    let line = e.line("identity", controller, at, side)?;
    Ok(line.get("fields").is_some_and(|f| f.get("/spec/replicas").is_some()))
}

/// Restarts and images of a pod that is the same instance.
fn restarted(
    e: &Evidence<'_>,
    spot: &Spot,
    (x, a): (&Instance, usize),
    (y, b): (&Instance, usize),
    findings: &mut Vec<Finding>,
) -> Result<(), CompareError> {
    let (before, after) = (e.line("identity", spot, x, a)?, e.line("identity", spot, y, b)?);
    let empty = serde_json::Map::new();
    let fields = |line: &'_ Value| line.get("fields").and_then(Value::as_object).cloned().unwrap_or_else(|| empty.clone());
    let (before, after) = (fields(&before), fields(&after));
    for (pointer, new) in &after {
        let code = match pointer.rsplit('/').next() {
            Some("restartCount") => "pod-restarted",
            Some("imageID" | "image") => "image-changed",
            _ => continue,
        };
        // A container that has only now been reported is no restart.
        let Some(old) = before.get(pointer) else { continue };
        if old != new {
            let file = format!("identity/{}/pods.jsonl", y.layer);
            findings.push(
                Finding::new(Effect::Counters, code, b)
                    .about(key_at(spot, e.rules))
                    .at(pointer, Some(old.clone()), Some(new.clone()))
                    .in_file(&file),
            );
        }
    }
    Ok(())
}

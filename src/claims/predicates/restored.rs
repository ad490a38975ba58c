//! What an earlier bundle with the switch on had is back: the same objects, equal in state, Synced and Healthy. Each is kept,
//! re-created equal, or re-created different; missing, different and additional ones refute.
use crate::claims::Effect;
use crate::claims::Finding;
use crate::claims::Position;
use crate::claims::judge::Answer;
use crate::claims::judge::Question;
use crate::claims::predicates::healthy;
use crate::claims::predicates::unchanged::compared;
use crate::compare::Change;
use crate::compare::ChangeKind;
use serde_json::Value;
use serde_json::json;

pub(super) fn restored(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let last = e.sides.len().saturating_sub(1);
    let (on, off) = (q.at(Position::On), q.at(Position::Off));
    if !on.contains(&last) || (off.is_empty() && q.expect.is_none()) {
        return Ok(None);
    }
    let mut findings = Vec::new();
    let Some(first) = on.into_iter().find(|i| *i < last) else {
        return Ok(Some(vec![Finding::new(Effect::Doubts, "no-earlier-on", last)]));
    };
    for change in e.between(first, last)?.iter().filter(|c| c.layer == q.layer) {
        findings.extend(of(change));
    }
    for (spot, all) in e.instances.of_layer(q.layer).filter(|(s, _)| s.stem == "secrets") {
        if let (Some(Some(a)), Some(Some(b))) = (all.get(first), all.get(last))
            && a.version != b.version
            && !compared(e, [first, last])
        {
            let values = (Some(json!(a.version)), Some(json!(b.version)));
            findings.push(Finding::new(Effect::Notes, "content-not-compared", last).about(e.key(spot)).at(
                "/metadata/resourceVersion",
                values.0,
                values.1,
            ));
        }
    }
    findings.extend(healthy::of_layer(e, q.layer, last)?);
    for (spot, all) in e.instances.of_layer(q.layer).filter(|(s, _)| s.stem == "persistentvolumeclaims") {
        if let (Some(Some(a)), Some(Some(b))) = (all.get(first), all.get(last)) {
            let bound = |line: Value| line.get("health").and_then(Value::as_str) == Some("healthy");
            if bound(e.line("health", spot, a, first)?) && !bound(e.line("health", spot, b, last)?) {
                let file = format!("health/{}/{}.jsonl", b.layer, spot.stem);
                findings.push(Finding::new(Effect::Counters, "not-bound", last).about(e.key(spot)).in_file(&file));
            }
        }
    }
    let kinds = e.kinds(q.layer);
    for i in [first, last] {
        findings.extend(e.gaps_in(q.layer, &kinds, i).iter().map(|g| Finding::gap(g, i)));
    }
    Ok(Some(findings))
}

fn of(change: &Change) -> Vec<Finding> {
    let one = |effect, code| Finding::new(effect, code, change.sides.1).about(change.key.clone()).in_file(&change.file);
    let effect = if change.uncertain { Effect::Doubts } else { Effect::Counters };
    match change.kind {
        ChangeKind::Replaced => vec![one(Effect::Notes, "recreated-equal")],
        ChangeKind::Removed => vec![one(effect, "missing")],
        ChangeKind::Added => vec![one(effect, "additional")],
        ChangeKind::Departs | ChangeKind::Torn => Finding::of_change(change, effect),
        ChangeKind::Modified => Finding::of_change(change, effect)
            .into_iter()
            .map(|f| Finding { code: if change.recreated { "recreated-different" } else { "modified" }, ..f })
            .collect(),
    }
}

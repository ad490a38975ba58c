//! A layer's state is equal from each bundle to the next.
use crate::claims::Effect;
use crate::claims::Expect;
use crate::claims::Finding;
use crate::claims::finding::key_at;
use crate::claims::judge::Answer;
use crate::claims::judge::Question;
use crate::compare::ChangeKind;
use crate::model::Role;
use serde_json::json;

pub(super) fn unchanged(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let switched = e.layer(q.layer).is_some_and(|l| l.role == Role::Switched);
    let moved = e.positions.windows(2).any(|w| w.first() != w.last());
    if switched && q.expect != Some(Expect::Unchanged) && (moved || q.expect.is_some()) {
        return Ok(None);
    }
    let mut findings = Vec::new();
    for change in e.changes.iter().filter(|c| c.layer == q.layer && c.kind != ChangeKind::Replaced) {
        let effect = if change.uncertain { Effect::Doubts } else { Effect::Counters };
        findings.extend(Finding::of_change(change, effect));
    }
    let kinds = e.kinds(q.layer);
    for i in 0..e.sides.len() {
        findings.extend(e.gaps_in(q.layer, &kinds, i).iter().map(|g| Finding::gap(g, i)));
    }
    findings.extend(written_secrets(q, Some(q.layer)));
    Ok(Some(findings))
}

/// Secrets whose content nobody compared and that were written from one bundle to the next.
pub(super) fn written_secrets(q: &Question<'_>, layer: Option<&str>) -> Vec<Finding> {
    let e = q.evidence;
    let mut findings = Vec::new();
    for (spot, all) in e.instances.all.iter().filter(|(s, _)| s.stem == "secrets" && layer.is_none_or(|l| e.instances.layer(s) == l)) {
        for (i, pair) in all.windows(2).enumerate() {
            if let [Some(a), Some(b)] = pair
                && a.version != b.version
            {
                let finding = Finding::new(Effect::Doubts, "secret-written", i + 1).about(key_at(spot, e.rules));
                let file = format!("identity/{}/secrets.jsonl", b.layer);
                findings.push(finding.at("/metadata/resourceVersion", Some(json!(a.version)), Some(json!(b.version))).in_file(&file));
            }
        }
    }
    findings
}

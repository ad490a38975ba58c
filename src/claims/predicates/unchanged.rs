//! A layer's state is equal from each bundle to the next.
use crate::bundle::config::Secrets;
use crate::claims::Effect;
use crate::claims::Evidence;
use crate::claims::Expect;
use crate::claims::Finding;
use crate::claims::judge::Answer;
use crate::claims::judge::Question;
use crate::claims::predicates::wanted;
use crate::compare::ChangeKind;
use crate::compare::CompareError;
use crate::compare::Side;
use crate::compare::Spot;
use crate::compare::lines;
use crate::model::Role;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;

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
    findings.extend(written_secrets(q, |layer| layer == q.layer));
    for b in 1..e.sides.len() {
        findings.extend(owned_fields(q, b - 1, b)?);
    }
    // Whoever may move the count may not have taken all that runs.
    findings.extend(wanted::scaled_to_none(e, q.layer, Effect::Doubts)?);
    let last = e.sides.len().saturating_sub(1);
    for (spot, at) in e.apps(q.layer, last) {
        let state = e.state(spot, at, last)?;
        let entries = state.pointer("/spec/ignoreDifferences").and_then(Value::as_array);
        if entries.into_iter().flatten().any(|d| d.get("jqPathExpressions").is_some() || d.get("managedFieldsManagers").is_some()) {
            findings.push(Finding::new(Effect::Notes, "ignores-by-expression", last).about(e.key(spot)).at(
                "/spec/ignoreDifferences",
                None,
                None,
            ));
        }
    }
    Ok(Some(findings))
}

/// Whether two bundles both hold digests of Secrets' content: what was written shows in their state then.
pub(super) fn compared(e: &Evidence<'_>, sides: [usize; 2]) -> bool {
    sides.iter().all(|i| e.sides.get(*i).is_some_and(|s| s.config.secrets == Secrets::Digests))
}

/// Secrets of some layers whose content nobody compared and that were written from one bundle to the next.
pub(super) fn written_secrets(q: &Question<'_>, of: impl Fn(&str) -> bool) -> Vec<Finding> {
    let e = q.evidence;
    let mut findings = Vec::new();
    for (spot, all) in e.instances.all.iter().filter(|(s, _)| s.stem == "secrets" && of(e.instances.layer(s))) {
        for (i, pair) in all.windows(2).enumerate() {
            if let [Some(a), Some(b)] = pair
                && a.version != b.version
                && !compared(e, [i, i + 1])
            {
                let finding = Finding::new(Effect::Doubts, "secret-written", i + 1).about(e.key(spot));
                let file = format!("identity/{}/secrets.jsonl", b.layer);
                findings.push(finding.at("/metadata/resourceVersion", Some(json!(a.version)), Some(json!(b.version))).in_file(&file));
            }
        }
    }
    findings
}

/// Fields that a controller owns by agreement and that moved: no change, and named.
fn owned_fields(q: &Question<'_>, a: usize, b: usize) -> Result<Vec<Finding>, CompareError> {
    let e = q.evidence;
    let mut findings = Vec::new();
    let (Some(before), Some(after)) = (e.sides.get(a), e.sides.get(b)) else { return Ok(findings) };
    let (old, new) = (owned(q, before, a)?, owned(q, after, b)?);
    for ((spot, pointer), (value, file)) in &new {
        let Some((earlier, _)) = old.get(&(spot.clone(), pointer.clone())).filter(|(v, _)| v != value) else { continue };
        // A count that moved while its autoscaler was paused or failing was somebody else's doing.
        let idle = pointer == "/spec/replicas" && wanted::is_idle(e, spot, a)? | wanted::is_idle(e, spot, b)?;
        let finding = Finding::new(if idle { Effect::Doubts } else { Effect::Notes }, "owned-field-moved", b).about(e.key(spot));
        findings.push(finding.at(pointer, Some(earlier.clone()), Some(value.clone())).in_file(file));
    }
    Ok(findings)
}

type Owned = BTreeMap<(Spot, String), (Value, String)>;

/// (object, pointer) → (value, file) of the identity fields in the spec of a layer's objects that are not derived.
fn owned(q: &Question<'_>, side: &Side, i: usize) -> Result<Owned, CompareError> {
    let mut out = BTreeMap::new();
    for (entry, _, stem, _) in side.files("identity").filter(|(_, _, stem, _)| *stem != "pods" && *stem != "secrets") {
        let bytes = side.file(entry)?;
        // Few lines hold such a field: a look at the bytes spares the parse of the others.
        for line in lines(&bytes).filter(|l| std::str::from_utf8(l).is_ok_and(|t| t.contains("\"/spec/"))) {
            let line: Fields = side.parse(entry, line)?;
            let spot = Spot { stem: stem.to_owned(), namespace: line.namespace, name: line.name };
            if q.evidence.instances.layer(&spot) != q.layer || q.evidence.instances.at(&spot, i).is_none_or(|at| at.derived) {
                continue;
            }
            let spec = line.fields.into_iter().filter(|(p, _)| p.starts_with("/spec/"));
            out.extend(spec.map(|(pointer, value)| ((spot.clone(), pointer), (value, entry.to_owned()))));
        }
    }
    Ok(out)
}

#[derive(serde::Deserialize)]
struct Fields {
    namespace: String,
    name: String,
    fields: serde_json::Map<String, Value>,
}

//! Everything that an earlier bundle with the switch on had is back: the same objects, equal in state, Synced, as healthy as they were,
//! and with the same volumes behind its claims (law 13). Each object is kept, re-created equal, or re-created different; missing,
//! different and additional objects refute.
use crate::argo::listed;
use crate::claims::predicates::addresses::Addresses;
use crate::claims::predicates::beside::is_stamp;
use crate::claims::predicates::passing::is_open;
use crate::claims::predicates::renamed::{Renamed, is_drawn_anew, without_uids};
use crate::claims::predicates::served::unserved;
use crate::claims::predicates::unchanged::compared;
use crate::claims::predicates::{agreed, behind, conditions, generated, healthy, images, outside, settled, short_lists, wanted};
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Evidence, Finding, Position, witness};
use crate::compare::{Change, ChangeKind, CompareError, Spot};
use crate::kinds::worse::is_worse;
use crate::model::Key;
use crate::value::{Value, json};
use std::collections::BTreeSet;

pub(super) fn restored(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let last = e.sides.len().saturating_sub(1);
    let (on, off) = (q.at(Position::On), q.at(Position::Off));
    let unknown = q.at(Position::Unknown);
    if !on.contains(&last) && !unknown.contains(&last) || (off.is_empty() && unknown.is_empty()) {
        return Ok(None);
    }
    let mut findings: Vec<Finding> = unknown.iter().map(|i| Finding::new(Effect::Doubts, Code::SwitchUnknown, *i)).collect();
    if unknown.contains(&last) {
        return Ok(Some(findings));
    }
    let Some(first) = on.into_iter().find(|i| *i < last) else {
        findings.push(Finding::new(Effect::Doubts, Code::NoEarlierOn, last));
        return Ok(Some(findings));
    };
    let between = e.between(first, last)?;
    let own: Vec<&Change> = between.iter().filter(|c| c.layer == q.layer).collect();
    let renamed = Renamed::find(e, &own)?;
    let addresses = Addresses::find(e, (first, last))?;
    for change in own {
        let change = &addresses.without(e, without_uids(e, change));
        let is_open = renamed.explains(change) || is_stamp(change) || is_drawn_anew(e, change)? || is_open(e, change)?;
        findings.extend(of(change, if is_open { Effect::Doubts } else { Effect::Counters }));
    }
    findings.extend(secrets(e, q.layer, first, last));
    findings.extend(agreed::moved(e, q.layer, first, last)?);
    findings.extend(generated::differing(e, |layer| layer == q.layer, (first, last))?);
    let before = healthy::of_layer(e, q.layer, first)?;
    for finding in healthy::of_layer(e, q.layer, last)?.into_iter().chain(healthy::deleting(e, q.layer, last)?) {
        let unhealthy = |f: &Finding| f.effect == Effect::Counters && f.code == Code::Unhealthy;
        let was = before.iter().find(|f| unhealthy(f) && f.object == finding.object);
        let as_before = unhealthy(&finding) && was.is_some_and(|was| !worse(was, &finding)) && !ails_more(e, &finding, (first, last))?;
        let (effect, code) = if as_before { (Effect::Notes, Code::UnhealthyBefore) } else { (finding.effect, finding.code) };
        findings.push(Finding { effect, code, ..finding });
    }
    findings.extend(conditions::lost(e, q.layer, (first, last), Effect::Counters)?);
    findings.extend(behind::behind_claims(e, q.layer, first, last)?);
    findings.extend(behind::on_other_nodes(e, q.layer, first, last)?);
    findings.extend(outside::others(e, q.layer, (first, last))?);
    findings.extend(short_lists::lost(e, |layer| layer == q.layer, (first, last), Code::Missing));
    findings.extend(images::other(e, q.layer, (first, last))?);
    findings.extend(wanted::fewer_pods(e, q.layer, first, last));
    findings.extend(wanted::fewer_ready(e, q.layer, last)?);
    findings.extend(wanted::uncounted(e, q.layer, last)?);
    findings.extend(unserved(e, q.layer, (first, last))?);
    let kinds = e.kinds(q.layer);
    for i in [first, last] {
        findings.extend(e.gaps_found(q.layer, &kinds, i));
        findings.extend(settled::doubts(e, q.layer, i));
    }
    findings.extend(witness::elsewhere(e, q.layer));
    Ok(Some(findings))
}

/// Whether an object that was unhealthy is worse now, by the facts of its two health lines.
fn worse(was: &Finding, now: &Finding) -> bool {
    let facts = |f: &Finding| f.after.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    is_worse(&facts(was), &facts(now))
}

/// Whether an Application says of one of its objects that it is not healthy, and did not say so before: the same word for another cause.
fn ails_more(e: &Evidence<'_>, finding: &Finding, (first, last): (usize, usize)) -> Result<bool, CompareError> {
    let Some(key) = finding.object.as_ref().filter(|key| key.is_argo("Application")) else { return Ok(false) };
    let spot = Spot::application(&key.namespace, &key.name);
    let ailing = |side: usize| -> Result<BTreeSet<Key>, CompareError> {
        let app = e.instances.at(&spot, side).map(|at| e.application(&spot, at, side)).transpose()?;
        Ok(app.iter().flat_map(|app| listed(app)).filter(|entry| entry.ails()).map(|entry| entry.key()).collect())
    };
    Ok(!ailing(last)?.is_subset(&ailing(first)?))
}

/// Secrets that were written again under the same name, and whose content was not compared.
fn secrets(e: &Evidence<'_>, layer: &str, first: usize, last: usize) -> Vec<Finding> {
    let is_open = !compared(e, [first, last]);
    let all = e.held_by_both(layer, (first, last)).filter(|(s, a, b)| s.stem == "secrets" && a.version != b.version && is_open);
    let found = |spot| e.found(Effect::Notes, Code::ContentNotCompared, spot, last);
    all.map(|(spot, a, b)| found(spot).at("/metadata/resourceVersion", Some(json!(a.version)), Some(json!(b.version)))).collect()
}

fn of(change: &Change, effect: Effect) -> Vec<Finding> {
    let one = |effect, code| Finding::new(effect, code, change.shown_by()).about(change.key.clone()).in_file(&change.file);
    match change.kind {
        ChangeKind::Replaced => vec![one(Effect::Notes, Code::RecreatedEqual)],
        ChangeKind::Removed => vec![one(effect, Code::Missing)],
        ChangeKind::Added => vec![one(effect, Code::Additional)],
        ChangeKind::Departs | ChangeKind::Torn => Finding::of_change(change, effect),
        ChangeKind::Modified => {
            let code = if change.recreated { Code::RecreatedDifferent } else { Code::Modified };
            Finding::of_change(change, effect).into_iter().map(|f| Finding { code, ..f }).collect()
        }
    }
}

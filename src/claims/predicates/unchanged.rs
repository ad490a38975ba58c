//! A layer's state is equal from each bundle to the next.
use crate::bundle::config::Secrets;
use crate::claims::predicates::passing::is_open;
use crate::claims::predicates::stamped::goes_with_namespace;
use crate::claims::predicates::{agreed, generated, short_lists, wanted};
use crate::claims::question::{Answer, Question};
use crate::claims::seen::DEFINITIONS;
use crate::claims::{Code, Effect, Evidence, Expect, Finding, witness};
use crate::compare::{ChangeKind, CompareError, Instance, Spot};
use crate::model::Role;
use crate::value::json;

pub(super) fn unchanged(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let switched = e.layer(q.layer).is_some_and(|l| l.role == Role::Switched);
    let moved = e.positions.windows(2).any(|w| w.first() != w.last());
    if switched && q.expect != Some(Expect::Unchanged) && (moved || q.expect.is_some()) {
        return Ok(None);
    }
    let mut findings = Vec::new();
    for change in q.changes().filter(|c| c.kind != ChangeKind::Replaced) {
        if goes_with_namespace(e, change)? {
            continue;
        }
        let effect = if is_open(e, change)? { Effect::Doubts } else { Effect::Counters };
        findings.extend(Finding::of_change_unless_expected(change, effect));
    }
    let kinds = e.kinds(q.layer);
    for i in 0..e.sides.len() {
        findings.extend(e.gaps_found(q.layer, &kinds, i));
    }
    findings.extend(written_secrets(q, |layer| layer == q.layer)?);
    for b in 1..e.sides.len() {
        let agreed = agreed::moved(e, q.layer, b - 1, b)?;
        // A field under an agreement is named by that agreement's finding.
        let is_named = |f: &Finding| agreed.iter().any(|a| a.object == f.object && a.pointer.starts_with(&f.pointer));
        findings.extend(generated::differing(e, |layer| layer == q.layer, (b - 1, b))?.into_iter().filter(|f| !is_named(f)));
        findings.extend(agreed);
        findings.extend(short_lists::lost(e, |layer| layer == q.layer, (b - 1, b), Code::Removed));
    }
    // An agreement about the count does not show that the owner may stop all pods.
    findings.extend(wanted::scaled_to_none(e, q.layer, Effect::Doubts)?);
    findings.extend(agreed::by_expression(e, q.layer)?);
    for i in 0..e.sides.len() {
        findings.extend(witness::missing_of(e, q.layer, i));
    }
    findings.extend(witness::elsewhere(e, q.layer));
    findings.extend(unidentified(e, e.instances.of_layer(q.layer)));
    Ok(Some(findings))
}

/// Whether two bundles both hold digests of Secrets' content: then a write shows in their state.
pub(super) fn compared(e: &Evidence<'_>, sides: [usize; 2]) -> bool {
    sides.iter().all(|i| e.sides.get(*i).is_some_and(|s| s.config.secrets == Secrets::Digests))
}

/// Secrets of some layers whose content was not compared, and that were or may have been written between the bundles: without a
/// resourceVersion it is unknown.
pub(super) fn written_secrets(q: &Question<'_>, of: impl Fn(&str) -> bool) -> Result<Vec<Finding>, CompareError> {
    let e = q.evidence;
    let mut findings = Vec::new();
    for (spot, all) in e.instances.all.iter().filter(|(s, _)| s.stem == "secrets" && of(e.instances.layer(s))) {
        for (i, pair) in all.windows(2).enumerate() {
            if let [Some(a), Some(b)] = pair
                // A Secret that its controller makes and renews is not compared.
                && !(a.derived && b.derived)
                && (a.version != b.version || a.version.is_empty())
                && !(compared(e, [i, i + 1]) && holds_content(e, spot, a, i)? && holds_content(e, spot, b, i + 1)?)
            {
                let code = if a.version == b.version { Code::SecretUnversioned } else { Code::SecretWritten };
                let finding = e.found(Effect::Doubts, code, spot, i + 1).in_file(&e.file("identity", spot, b, i + 1)?);
                findings.push(finding.at("/metadata/resourceVersion", Some(json!(a.version)), Some(json!(b.version))));
            }
        }
    }
    Ok(findings)
}

/// Whether a Secret was read with its content: the API server always sends its type then.
fn holds_content(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize) -> Result<bool, CompareError> {
    Ok(e.state(spot, at, side)?.get("type").is_some())
}

/// Those of some objects that have no uid: it is unknown whether they are new instances, whose identity counts too (law 5). Kubernetes gives one to each
/// that it keeps (kubernetes 1.36, staging/src/k8s.io/apiserver/pkg/registry: generic/registry/store.go, rest/meta.go). What has none in any bundle, and is
/// of another API server, is computed there each time.
pub(super) fn unidentified<'e>(
    e: &Evidence<'_>,
    objects: impl Iterator<Item = (&'e Spot, &'e [Option<Instance>])>,
) -> impl Iterator<Item = Finding> {
    let is_computed = |spot: &Spot, all: &[Option<Instance>]| {
        let definition = Spot::new(DEFINITIONS, "", &*spot.stem);
        let is_served = |(side, at): (usize, &Option<Instance>)| {
            at.as_ref().is_none_or(|at| at.uid.is_empty() && e.served.get(spot.group()).is_some_and(|sides| sides.contains(&side)))
        };
        spot.is_custom() && !e.instances.all.contains_key(&definition) && all.iter().enumerate().all(is_served)
    };
    objects.filter_map(move |(spot, all)| {
        let side = all.iter().position(|at| at.as_ref().is_some_and(|at| at.uid.is_empty())).filter(|_| !is_computed(spot, all))?;
        Some(e.found(Effect::Doubts, Code::NoUid, spot, side))
    })
}

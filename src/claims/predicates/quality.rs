//! Whether the bundles are good enough as evidence: complete and comparable.
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Finding};
use crate::compare::Side;
use crate::kinds::Rules;
use crate::model::{Key, Known, Reason, meta, stem};
use crate::value::{Value, json};
use std::collections::BTreeSet;

/// Every question was answered, and every kind that could have been asked, or that a layer has or manages, was asked (law 1).
pub(super) fn complete(q: &Question<'_>) -> Answer {
    let mut findings = Vec::new();
    for (i, side) in q.evidence.sides.iter().enumerate() {
        findings.extend(q.evidence.gaps_kept(i).map(|g| Finding::gap(g, i)));
        if side.coverage.universe.universe().known == Known::Nothing {
            findings.push(Finding::new(Effect::Notes, Code::KindsUnknown, i).in_file("coverage.json"));
        }
        for rule in side.config.kinds.iter().filter(|rule| rule.get("stored") == Some(&Value::Bool(false))) {
            let key = Key::new(meta::text(rule, "/group"), meta::text(rule, "/kind"), "", "*");
            findings.push(Finding::new(Effect::Doubts, Code::LeftOut, i).about(key).in_file("evid.yaml"));
        }
        let mut seen = BTreeSet::new();
        for layer in &q.evidence.layers {
            let gaps = q.evidence.gaps_in(&layer.name, &q.evidence.kinds_and_pods(&layer.name), i).into_iter();
            let missing = gaps.filter(|g| g.reason == Reason::NotAsked && g.namespace.is_none() && seen.insert(g.clone()));
            findings.extend(missing.map(|g| Finding::gap(&g, i)));
        }
    }
    Ok(Some(findings))
}

/// The cluster, configuration, redaction key and questions are the same, and the rules are those of this version.
pub(super) fn comparable(q: &Question<'_>) -> Answer {
    let mut findings = Vec::new();
    let Some((first, rest)) = q.evidence.sides.split_first() else { return Ok(None) };
    // If a bundle was made with other rules, nothing has checked that its content follows from its objects (law 15).
    let own = q.evidence.rules.digest();
    for (i, side) in q.evidence.sides.iter().enumerate().filter(|(_, side)| side.manifest.rules != own) {
        let finding = Finding::new(Effect::Doubts, Code::OtherRules, i).at("", Some(json!(own)), Some(json!(side.manifest.rules)));
        findings.push(finding.in_file("evid.json"));
    }
    for (i, side) in rest.iter().enumerate() {
        let i = i + 1;
        let mut differs =
            |code, effect, a: Value, b: Value| findings.push(Finding::new(effect, code, i).at("", Some(a), Some(b)).in_file("evid.json"));
        match (&first.manifest.cluster.uid, &side.manifest.cluster.uid) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => differs(Code::OtherCluster, Effect::Counters, json!(a), json!(b)),
            (a, b) => differs(Code::UnknownCluster, Effect::Doubts, json!(a), json!(b)),
        }
        let hub = |side: &Side| side.manifest.hub.as_ref().map(|hub| hub.uid.clone());
        match (hub(first), hub(side)) {
            (None, None) => {}
            (Some(Some(a)), Some(Some(b))) if a == b => {}
            (Some(Some(a)), Some(Some(b))) => differs(Code::OtherHub, Effect::Counters, json!(a), json!(b)),
            // Of unknown uid, or one of them asked no hub.
            (a, b) => differs(Code::OtherHub, Effect::Doubts, json!(a.flatten()), json!(b.flatten())),
        }
        for (code, a, b) in [
            (Code::OtherConfiguration, &first.manifest.config, &side.manifest.config),
            (Code::OtherRedactionKey, &first.manifest.redaction_key, &side.manifest.redaction_key),
        ] {
            if a != b {
                differs(code, Effect::Doubts, json!(a), json!(b));
            }
        }
        let (a, b) = (asked(first, q.evidence.rules), asked(side, q.evidence.rules));
        let missing = |x: &BTreeSet<String>, y: &BTreeSet<String>, i: usize| x.difference(y).any(|stem| !q.evidence.asked(stem, i));
        if missing(&a, &b, i) || missing(&b, &a, 0) {
            let only = |x: &BTreeSet<String>, y: &BTreeSet<String>| json!(x.difference(y).collect::<Vec<_>>());
            differs(Code::OtherQuestions, Effect::Doubts, only(&a, &b), only(&b, &a));
        }
    }
    Ok(Some(findings))
}

/// The kinds that were asked for and are stored.
pub(super) fn asked(side: &Side, rules: &Rules) -> BTreeSet<String> {
    let stored = side.coverage.questions.iter().filter(|q| rules.keeps(&q.group, &q.resource));
    stored.map(|q| stem(&q.resource, &q.group)).collect()
}

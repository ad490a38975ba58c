//! Runs the claims on the evidence.
use crate::canon::{each, threads};
use crate::claims::catalogue::{Claim, Subject};
use crate::claims::evidence::APPLICATIONS;
use crate::claims::question::{Expect, Question};
use crate::claims::{Code, Effect, Evidence, Finding, predicates};
use crate::compare::CompareError;
use crate::model::{Role, Verdict};

/// A judged claim.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Its id, such as `core.unchanged`.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The findings, counter-examples first.
    pub findings: Vec<Finding>,
}

/// Judges the claims (all, or those named in `only`), in the order of the catalogue.
///
/// # Errors
/// If a bundle's file can't be read.
pub fn judge(evidence: &Evidence<'_>, claims: &[Claim], expect: Option<Expect>, only: &[String]) -> Result<Vec<Judged>, CompareError> {
    let apart = apart(evidence)?;
    let claims = claims.iter().filter(|c| c.over.contains(&evidence.sides.len()) && (!c.proof || evidence.is_watched()));
    let each_first = claims.flat_map(|claim| claim.subject.firsts(&evidence.layers).into_iter().map(move |first| (claim, first)));
    let asked: Vec<(&Claim, &str)> = each_first.filter(|(claim, first)| only.is_empty() || only.contains(&id(claim, first))).collect();
    each(&asked, threads(), |_, (claim, first)| one(evidence, claim, first, expect, apart.as_ref())).into_iter().collect()
}

fn id(claim: &Claim, first: &str) -> String {
    format!("{first}.{}", claim.word)
}

/// Judges one claim. `apart` is why the bundles are not comparable.
fn one(
    evidence: &Evidence<'_>,
    claim: &Claim,
    first: &str,
    expect: Option<Expect>,
    apart: Option<&Finding>,
) -> Result<Judged, CompareError> {
    let layer = match claim.subject {
        Subject::Evidence | Subject::Changes | Subject::Storage => "",
        Subject::Switch => evidence.switched_name(),
        Subject::Protected | Subject::Switched | Subject::Layer => first,
    };
    let question = Question { evidence, layer, expect };
    let answer = match ungrounded(evidence, layer) {
        Some(findings) => Some(findings),
        None => predicates::run(&claim.predicate, &question)?,
    };
    let Some(mut findings) = answer else {
        return Ok(Judged { id: id(claim, first), verdict: Verdict::NotApplicable, findings: Vec::new() });
    };
    findings.sort_by_key(|f| f.effect);
    if claim.subject != Subject::Evidence && findings.iter().all(|f| f.effect == Effect::Notes) {
        findings.splice(0..0, apart.cloned());
    }
    as_stated(evidence, &mut findings);
    let has = |e| findings.iter().any(|f| f.effect == e);
    Ok(Judged { id: id(claim, first), verdict: Verdict::of(has(Effect::Counters), has(Effect::Doubts)), findings })
}

/// Why the bundles are not comparable; then no claim over them is proven. Different redaction keys are no such reason: they leave open
/// only what depends on tokens, and the comparison itself takes care of that.
fn apart(evidence: &Evidence<'_>) -> Result<Option<Finding>, CompareError> {
    let question = Question { evidence, layer: "", expect: None };
    let found = predicates::run("comparable", &question)?.unwrap_or_default();
    let grave = found.into_iter().find(|f| f.effect != Effect::Notes && f.code != Code::OtherRedactionKey);
    Ok(grave.map(|f| Finding { effect: Effect::Doubts, code: Code::NotComparable, ..f }))
}

/// A text only states. Where one is among the bundles, nothing is proven by them, and nothing refuted: what speaks against the claim is a
/// doubt too.
fn as_stated(evidence: &Evidence<'_>, findings: &mut Vec<Finding>) {
    let texts = (0..evidence.sides.len()).filter(|i| evidence.is_text(*i));
    let stated: Vec<Finding> = texts.map(|i| Finding::new(Effect::Doubts, Code::Stated, i).in_file("evid.json")).collect();
    if !stated.is_empty() {
        findings.iter_mut().filter(|f| f.effect == Effect::Counters).for_each(|f| f.effect = Effect::Doubts);
        findings.splice(0..0, stated);
    }
}

/// Nothing is proven of nothing: the finding for a layer whose root is in no bundle or is ambiguous, or for a protected layer that holds
/// no object.
fn ungrounded(evidence: &Evidence<'_>, layer: &str) -> Option<Vec<Finding>> {
    let declared = evidence.layer(layer)?;
    if evidence.root(layer).is_none() {
        let key = crate::model::Key::new("argoproj.io", "Application", declared.root_namespace.as_deref().unwrap_or(""), &declared.root);
        return Some(vec![Finding::new(Effect::Doubts, Code::NoRoot, 0).about(key)]);
    }
    // Which of two roots of one name is meant must not depend on how large their platforms are.
    let named = evidence.instances.all.keys().filter(|s| s.stem == APPLICATIONS && s.name == declared.root).collect::<Vec<_>>();
    if declared.root_namespace.is_none() && named.len() > 1 {
        let found = |spot| Finding::new(Effect::Doubts, Code::RootAmbiguous, 0).about(evidence.key(spot));
        return Some(named.into_iter().map(found).collect());
    }
    if let Some(finding) = listed_and_not_ours(evidence, layer) {
        return Some(vec![finding]);
    }
    let empty = |i: usize| evidence.sides.get(i).is_some_and(|s| s.manifest.layers.iter().any(|l| l.name == layer && l.objects == 0));
    let hollow = (0..evidence.sides.len()).find(|i| declared.role == Role::Protected && empty(*i))?;
    let all = (0..evidence.sides.len()).all(empty);
    // A layer that is empty in only one bundle is a change, which the claims themselves find.
    all.then(|| vec![Finding::new(Effect::Doubts, Code::EmptyLayer, hollow)])
}

/// The finding for a root that lists existing Applications of which none is in its layer: then evid did not understand how this Argo CD
/// marks what it manages.
fn listed_and_not_ours(evidence: &Evidence<'_>, layer: &str) -> Option<Finding> {
    let root = evidence.root(layer)?;
    (0..evidence.sides.len()).find_map(|i| {
        let app = evidence.application(&root, evidence.instances.at(&root, i)?, i).ok()?;
        let listed = crate::argo::listed(&app).filter(|entry| entry.is_argo("Application")).map(|entry| entry.key());
        let there: Vec<_> = listed.filter_map(|key| evidence.find(&key, i)).map(|(spot, _)| spot).collect();
        let none = !there.is_empty() && there.iter().all(|spot| evidence.instances.layer(spot) != layer);
        none.then(|| Finding::new(Effect::Doubts, Code::RootListsOthers, i).about(evidence.key(&root)))
    })
}

//! Proposes entries for `spec.expected` (law 14): what changed between two bundles of a platform on which no person changed anything. It
//! gives no reason: a person must write one, and until then no entry is accepted. Changes that no entry may excuse are returned
//! separately.
use crate::bundle::expected::{Expected, PLACEHOLDER, never};
use crate::claims::{Code, Effect, Evidence, Finding, catalogue, judge};
use crate::compare::{Change, ChangeKind, FieldChange, Side, Spot};
use crate::model::Verdict;
use crate::usecase::diff::{DiffError, ground};
use std::collections::BTreeMap;

/// If at least this many objects of one kind and namespace changed in the same fields, one entry covers all objects of the kind there.
const ALIKE: usize = 4;

type Fields<'a> = Vec<&'a FieldChange>;

/// The changes, by object.
type Moved<'a> = BTreeMap<&'a Spot, Fields<'a>>;

/// Kind, namespace and the changed fields, which objects of one entry share.
type Alike<'a> = (&'a str, &'a str, Vec<&'a str>);

/// What two bundles propose.
pub struct Proposal {
    /// Entries, each with the changes that it comes from.
    pub entries: Vec<(Expected, Vec<FieldChange>)>,
    /// Changes that no entry may excuse, and why not.
    pub refused: Vec<(Finding, String)>,
    /// Why nothing may be concluded from these bundles: they are not comparable, or not in order. Then there is no proposal.
    pub apart: Vec<Finding>,
    /// How many gaps the bundles have: there may be more changes in what they did not see.
    pub gaps: usize,
}

/// Makes a proposal.
pub fn propose(sides: &[Side]) -> Result<Proposal, DiffError> {
    let Some(first) = sides.first() else { return Err(DiffError::Claims("no bundle was named".into())) };
    let (layers, rules) = ground(first)?;
    let evidence = Evidence::gather(sides, &rules, &layers)?;
    let gaps = (0..sides.len()).map(|i| evidence.gaps_kept(i).count()).sum();
    let claims = catalogue::all().map_err(DiffError::Claims)?;
    let ids = ["evidence.comparable", "evidence.ordered", "changes.confined"].map(str::to_owned);
    let judged = judge(&evidence, &claims, None, &ids)?;
    let of = |id: &str| judged.iter().find(|j| j.id == id);
    let all = |id: &str| of(id).into_iter().flat_map(|j| j.findings.iter().cloned());
    let grave = |id: &str, least: Verdict| of(id).is_some_and(|j| j.verdict == least || j.verdict == Verdict::Refuted);
    let mut apart = Vec::new();
    if grave("evidence.comparable", Verdict::Inconclusive) {
        apart.extend(all("evidence.comparable").filter(|f| f.effect != Effect::Notes));
    }
    if grave("evidence.ordered", Verdict::Refuted) {
        apart.extend(all("evidence.ordered").filter(|f| f.effect == Effect::Counters));
    }
    if !apart.is_empty() {
        return Ok(Proposal { entries: Vec::new(), refused: Vec::new(), apart, gaps });
    }
    let (moved, mut refused) = sorted(&evidence.changes);
    let written = all("changes.confined").filter(|f| f.code == Code::SecretWritten);
    refused.extend(written.map(|f| (f, "its content was not compared: `secrets: digests` compares it".to_owned())));
    Ok(Proposal { entries: entries(moved), refused, apart, gaps })
}

/// The changes that an entry may excuse, by object; and the others, with the reason why no entry may. Changes that are already expected
/// are in neither.
fn sorted(changes: &[Change]) -> (Moved<'_>, Vec<(Finding, String)>) {
    let (mut moved, mut refused) = (Moved::new(), Vec::new());
    for change in changes.iter().filter(|c| !(c.hook && c.kind == ChangeKind::Replaced)) {
        let findings = Finding::of_change(change, Effect::Counters);
        let same = change.kind == ChangeKind::Modified && !change.recreated;
        if !same || change.uncertain {
            let why =
                if same { "that it changed is not sure" } else { "only a changed field of an object that stays the same can be expected" };
            refused.extend(findings.into_iter().map(|f| (f, why.to_owned())));
            continue;
        }
        for (field, finding) in change.fields.iter().zip(findings).filter(|(field, _)| !field.expected) {
            match never(&change.spot.stem, &change.spot.name, &field.pointer) {
                Some(why) => refused.push((finding, why.to_owned())),
                None => moved.entry(&change.spot).or_default().push(field),
            }
        }
    }
    (moved, refused)
}

/// One entry for each object; one without a name if many objects of a kind and namespace changed alike.
fn entries(moved: Moved<'_>) -> Vec<(Expected, Vec<FieldChange>)> {
    let mut alike: BTreeMap<Alike<'_>, Vec<(&Spot, Fields<'_>)>> = BTreeMap::new();
    for (spot, fields) in moved {
        let pointers = fields.iter().map(|f| &*f.pointer).collect();
        alike.entry((&spot.stem, &spot.namespace, pointers)).or_default().push((spot, fields));
    }
    let mut out = Vec::new();
    for ((stem, namespace, pointers), objects) in alike {
        let entry = |name: Option<&str>| Expected {
            kind: stem.to_owned(),
            namespace: Some(namespace).filter(|ns| !ns.is_empty()).map(str::to_owned),
            name: name.map(str::to_owned),
            pointers: pointers.iter().map(|p| (*p).to_owned()).collect(),
            because: PLACEHOLDER.to_owned(),
        };
        let owned = |fields: &[&FieldChange]| fields.iter().map(|f| (*f).clone()).collect::<Vec<_>>();
        match objects.first() {
            Some((_, fields)) if objects.len() >= ALIKE => out.push((entry(None), owned(fields))),
            _ => out.extend(objects.iter().map(|(spot, fields)| (entry(Some(&spot.name)), owned(fields)))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::entries;
    use crate::compare::{FieldChange, Spot};
    use std::collections::BTreeMap;

    #[test]
    fn many_objects_that_moved_alike_are_one_entry() {
        let field = |p: &str| FieldChange::new(p, None, None);
        let (runs, seen) = (field("/data/runs"), field("/data/seen"));
        let spot = |name: String| Spot::new("configmaps", "a", name);
        let spots: Vec<Spot> = (0..5).map(|i| spot(format!("m{i}"))).collect();
        let moved = |n: usize| -> BTreeMap<_, _> { spots.iter().take(n).map(|s| (s, vec![&runs])).collect() };
        assert_eq!(entries(moved(3)).iter().map(|(e, _)| e.name.clone().unwrap()).collect::<Vec<_>>(), ["m0", "m1", "m2"]);
        let mut many = moved(5);
        many.insert(&spots[4], vec![&runs, &seen]);
        let found = entries(many);
        assert_eq!(found.iter().map(|(e, _)| (e.name.as_deref(), e.pointers.len())).collect::<Vec<_>>(), [(None, 1), (Some("m4"), 2)]);
    }
}

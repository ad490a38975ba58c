//! No object of the switched layer lives when the switch is off: no child Application (a child that is stuck in deletion still lives), no
//! managed object, no orphan with its tracking mark, no pod. Objects that are kept on purpose are named and do not count. Laws 2 and 9:
//! an object that lives and is the layer's by asserted evidence alone leaves the claim open; a pod refutes it.
use crate::argo;
use crate::claims::evidence::APPLICATIONS;
use crate::claims::makers::Makers;
use crate::claims::predicates::{healthy, named, records, settled};
use crate::claims::question::{Answer, Question};
use crate::claims::seen::DEFINITIONS;
use crate::claims::{Code, Effect, Evidence, Finding, Position, witness};
use crate::compare::{CompareError, Instance, Instances, Spot};
use crate::model::{By, meta};
use crate::value::{Value, json};
use std::collections::BTreeSet;

pub(super) fn absent(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let judged = judged(q);
    if judged.is_empty() {
        return Ok(None);
    }
    let mut findings = Vec::new();
    let owners = uids(e, q.layer);
    let kinds = e.kinds_and_pods(q.layer);
    for i in judged {
        if e.positions.get(i) == Some(&Position::Unknown) {
            // It is unknown whether the layer should be gone here.
            findings.push(Finding::new(Effect::Doubts, Code::SwitchUnknown, i));
            continue;
        }
        let made = q.at(Position::On).into_iter().map(|on| named::gone(e, (on, i), false)).collect::<Result<Vec<_>, _>>()?;
        for (spot, at) in e.instances.in_bundle(i) {
            let mut found = if e.instances.layer(spot) == q.layer { Some(living(e, spot, at, i)) } else { marked(e, q.layer, spot, at) };
            if found.is_none() && (!at.derived || spot.stem == "pods") {
                found = left_behind(e, &owners, spot, at, i)?.or_else(|| added(e, q.layer, spot, i));
            }
            if found.is_none() && at.by == By::None && !at.derived && !at.marked && is_made_for(e, &made, spot, at, i)? {
                found = Some((Effect::Doubts, Code::AssertedLives));
            }
            let Some((effect, code)) = found else { continue };
            let app = (!at.mark.is_empty()).then(|| json!(at.app));
            findings.push(e.found(effect, code, spot, i).at("", None, app).in_file(&e.shown_in(spot, at, i)?));
        }
        findings.extend(e.gaps_found(q.layer, &kinds, i));
        findings.extend(unsettled_root(e, q.layer, i)?);
        findings.extend(settled::doubts(e, q.layer, i));
    }
    findings.extend(witness::elsewhere(e, q.layer));
    Ok(Some(findings))
}

/// Whether an object that no layer has was made for a resource of the layer that went: the resource holds its manifest, or it says so itself, and names
/// nothing that is there.
fn is_made_for(e: &Evidence<'_>, made: &[Makers], spot: &Spot, at: &Instance, side: usize) -> Result<bool, CompareError> {
    if made.iter().any(|makers| makers.name(&e.key(spot).kind, &spot.namespace, &spot.name)) {
        return Ok(true);
    }
    // Those that hold data, or are a boundary, are kept.
    if matches!(&*spot.stem, DEFINITIONS | "namespaces" | "nodes" | "persistentvolumeclaims" | "persistentvolumes") {
        return Ok(false);
    }
    let line = e.read::<Marked>("state", spot, at, side)?.unwrap_or_default();
    let object = json!({"metadata": (line.metadata)});
    // What serves or permits something, and bears the domain of resources of which none is left.
    let group = spot.group();
    let serves = matches!(group, "apps" | "batch") || spot.stem == "services" || PERMITTING.contains(&group);
    let is_left = |domain: &str| !e.instances.in_bundle(side).any(|(s, _)| s.group() == domain);
    Ok(made.iter().any(|makers| makers.are_named(&object) || serves && makers.are_of_domain(&object, &is_left)))
}

/// Groups whose objects permit something, or say who answers.
const PERMITTING: &[&str] = &["rbac.authorization.k8s.io", "admissionregistration.k8s.io", "apiregistration.k8s.io"];

/// What of an object is read where there are many.
#[derive(serde::Deserialize, Default)]
struct Marked {
    #[serde(default)]
    metadata: Value,
}

/// The bundles in which the layer should be gone: the switch is off, or partly off after it was on, or could not be seen.
fn judged(q: &Question<'_>) -> Vec<usize> {
    let first_on = q.at(Position::On).first().copied();
    let is_judged = |(i, position): &(usize, Position)| match position {
        Position::Off | Position::Unknown => true,
        Position::Partial => first_on.is_some_and(|on| on < *i),
        Position::On => false,
    };
    q.positions().into_iter().enumerate().filter(is_judged).map(|(i, _)| i).collect()
}

/// What an existing object of the layer says against the layer's absence.
fn living(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize) -> (Effect, Code) {
    let by = e.instances.by(spot);
    let claim = matches!(&*spot.stem, "persistentvolumeclaims" | "persistentvolumes" | "volumesnapshotcontents.snapshot.storage.k8s.io");
    match &*spot.stem {
        APPLICATIONS if by.is_confirmed() => return (Effect::Counters, Code::ApplicationLives),
        "pods" if by == By::Mark && is_unlisted(e, spot) => return (Effect::Doubts, Code::AssertedLives),
        "pods" if by != By::Label => return (Effect::Counters, Code::PodLives),
        _ if at.deleting && by.is_confirmed() => return (Effect::Counters, Code::ObjectLives),
        // What is going is not kept.
        _ if at.deleting && !at.derived => return (Effect::Doubts, Code::AssertedLives),
        // Objects that follow from a kept object, or from the namespace that holds them.
        _ if at.derived && !is_living(e, spot, side) => return (Effect::Notes, Code::KeptDerived),
        _ if claim && !e.is_marked(spot) => return (Effect::Notes, Code::KeptUnmarked),
        // One that has objects is not kept.
        DEFINITIONS if e.instances.in_bundle(side).any(|(s, _)| s.stem == spot.name) => return (Effect::Counters, Code::ObjectLives),
        DEFINITIONS if !at.kept.is_empty() => return (Effect::Notes, Code::KeptByArgo),
        _ if !at.kept.is_empty() && (claim || spot.stem == "namespaces") => return (Effect::Notes, Code::KeptByOption),
        "namespaces" if !by.is_confirmed() => return (Effect::Notes, Code::KeptBoundary),
        _ if records::stay_with_volume(e, spot, side, &|volume, at| !at.deleting && living(e, volume, at, side).0 == Effect::Notes) => {
            return (Effect::Notes, Code::KeptDerived);
        }
        _ => {}
    }
    if by.is_confirmed() { (Effect::Counters, Code::ObjectLives) } else { (Effect::Doubts, Code::AssertedLives) }
}

/// Whether what a pod belongs to was there while the layer was on, and the Application that its mark names did not list it: a label with an
/// Application's name may be that of another release.
fn is_unlisted(e: &Evidence<'_>, pod: &Spot) -> bool {
    let all = e.instances.all.get(pod).into_iter().flatten().enumerate().filter_map(|(i, at)| Some((i, at.as_ref()?)));
    let mut on = all.filter(|(i, _)| e.positions.get(*i) == Some(&Position::On));
    on.any(|(i, at)| e.instances.at(&e.instances.top(pod, Some(at)), i).is_some_and(|top| top.mark == "unlisted"))
}

/// An object of no layer whose mark names an Application of the switched layer, in any bundle: it may be an orphan.
fn marked(e: &Evidence<'_>, layer: &str, spot: &Spot, at: &Instance) -> Option<(Effect, Code)> {
    let names = !at.app.is_empty() && at.by != By::Ancestry || at.mark == "gone";
    (names && e.instances.layer_of_app(&at.app) == Some(layer)).then_some(())?;
    match &*spot.stem {
        "persistentvolumeclaims" | "persistentvolumes" | "namespaces" if !at.kept.is_empty() => Some((Effect::Notes, Code::KeptByOption)),
        DEFINITIONS if !at.kept.is_empty() => Some((Effect::Notes, Code::KeptByArgo)),
        _ => Some(unplaced(spot)),
    }
}

/// The uids that the layer's objects have in any bundle.
fn uids<'e>(e: &'e Evidence<'_>, layer: &'e str) -> BTreeSet<&'e str> {
    let all = e.instances.of_layer(layer).flat_map(|(_, all)| all.iter().flatten());
    all.map(|at| &*at.uid).filter(|uid| !uid.is_empty()).collect()
}

/// What was born after the other bundles, and names an object of the layer as its owner that this bundle does not hold: nothing in it shows
/// whose it is.
fn left_behind(
    e: &Evidence<'_>,
    owners: &BTreeSet<&str>,
    spot: &Spot,
    at: &Instance,
    side: usize,
) -> Result<Option<(Effect, Code)>, CompareError> {
    let is_known = e.instances.all.get(spot).into_iter().flatten().flatten().any(|other| other.uid == at.uid && !std::ptr::eq(other, at));
    if is_known || at.uid.is_empty() {
        return Ok(None);
    }
    let object = e.whole(spot, at, side)?;
    Ok(meta::owners(&object).any(|owner| owners.contains(owner.uid)).then(|| unplaced(spot)))
}

/// What an object that nothing places says against the layer's absence.
fn unplaced(spot: &Spot) -> (Effect, Code) {
    if spot.stem == "pods" { (Effect::Counters, Code::PodLives) } else { (Effect::Doubts, Code::AssertedLives) }
}

/// What nothing places, in a namespace that is the layer's by another bundle, and that was not there while the layer was on: it came since, and
/// would be the layer's if it had been there. A claim would be kept.
fn added(e: &Evidence<'_>, layer: &str, spot: &Spot, side: usize) -> Option<(Effect, Code)> {
    let came = (0..side).any(|i| e.positions.get(i) == Some(&Position::On) && e.instances.at(spot, i).is_none());
    let is_there = || e.instances.by(spot) == By::None && e.instances.layer(&Spot::new("namespaces", "", spot.namespace.clone())) == layer;
    (came && spot.stem != "persistentvolumeclaims" && is_there()).then(|| unplaced(spot))
}

/// Whether a derived object belongs to something that runs: an object that follows from a Namespace, or whose owner does not exist, does
/// not.
fn is_living(e: &Evidence<'_>, spot: &Spot, side: usize) -> bool {
    e.instances.at(spot, side).and_then(Instances::related).is_some_and(|o| {
        o.stem != "namespaces" && e.instances.at(&o, side).is_some_and(|x| x.kept.is_empty() && e.instances.by(&o).is_confirmed())
    })
}

/// The doubt about a root in the middle of an operation: it may be about to make or remove something.
fn unsettled_root(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Option<Finding>, CompareError> {
    let Some(root) = e.root(layer) else { return Ok(None) };
    let Some(at) = e.instances.at(&root, side) else {
        // Without its root, a bundle does not show which Applications it lacks.
        return Ok(Some(e.found(Effect::Doubts, Code::Missing, &root, side)));
    };
    if !argo::app::is_operating(&*e.application(&root, at, side)?) {
        return Ok(None);
    }
    Ok(healthy::one(e, &root, at, side)?.map(|f| Finding { effect: Effect::Doubts, code: Code::Unsettled, ..f }))
}

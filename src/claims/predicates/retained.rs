//! Volumes stay where they are. This holds for each pinned volume; without pins, for each that is Retain in any bundle and bound to a
//! protected layer's claim. It must be in every bundle, and so must its claim; both must be Bound to each other by uid, not being deleted
//! (law 9), with the data at the same place. The finding names the volume or the claim, whichever moved or is wrong.
use crate::bundle::config::Pin;
use crate::claims::evidence::APPLICATIONS;
use crate::claims::predicates::volumes::{CLAIMS, Item, VOLUMES, claim, claim_at, volumes};
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Evidence, Finding, witness};
use crate::compare::{CompareError, Spot};
use crate::model::Role;
use crate::value::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

type Volumes<'e> = BTreeMap<String, Item<'e>>;

pub(super) fn retained(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let sides = 0..e.sides.len();
    let mut findings: Vec<Finding> = sides.clone().flat_map(|i| gaps(e, i)).collect();
    let all = sides.clone().map(|i| volumes(e, i)).collect::<Result<Vec<Volumes<'_>>, _>>()?;
    let pins = e.sides.first().map(|s| &*s.config.storage).unwrap_or_default();
    if pins.is_empty() {
        // Applications tell which claims belong to a protected layer, and objects in another cluster were not seen (law 11).
        let apps = BTreeSet::from([APPLICATIONS.to_owned()]);
        findings.extend(sides.clone().flat_map(|i| e.gaps_found("", &apps, i)));
        for layer in e.layers.iter().filter(|l| l.role == Role::Protected) {
            findings.extend(witness::elsewhere(e, &layer.name));
        }
    }
    let watched = watched(e, &all, pins);
    if watched.is_empty() {
        return Ok((!findings.is_empty()).then_some(findings));
    }
    for (name, wanted) in &watched {
        let spot = Spot::new(VOLUMES, "", name.clone());
        let claims = sides.clone().map(|i| claim(e, wanted, i)).collect::<Result<Vec<_>, _>>()?;
        for (i, there) in all.iter().enumerate() {
            match there.get(name) {
                Some(volume) => findings.extend(of_volume(e, volume, wanted, claims.get(i).and_then(Option::as_ref))?),
                None => findings.push(missing(e, &spot, Code::Missing, i)),
            }
        }
        for (i, there) in claims.iter().enumerate() {
            match there {
                Some(claim) => findings.extend(of_claim(e, claim, name)?),
                None => findings.push(missing(e, wanted, Code::NoClaim, i)),
            }
        }
        findings.extend(moves(e, &all.iter().filter_map(|v| v.get(name)).collect::<Vec<_>>(), volume_moved)?);
        findings.extend(moves(e, &claims.iter().flatten().collect::<Vec<_>>(), claim_moved)?);
    }
    for volumes in &all {
        findings.extend(pinned(e, volumes, pins)?);
    }
    Ok(Some(findings))
}

/// Each volume that must stay, with the claim that it must stay bound to.
fn watched(e: &Evidence<'_>, all: &[Volumes<'_>], pins: &[Pin]) -> BTreeMap<String, Spot> {
    if !pins.is_empty() {
        let claim = |p: &Pin| p.claim.split_once('/').map_or_else(|| claim_at("", &p.claim), |(namespace, name)| claim_at(namespace, name));
        return pins.iter().map(|p| (p.persistent_volume.clone(), claim(p))).collect();
    }
    let retain: BTreeSet<&String> = all.iter().flatten().filter(|(_, v)| v.policy() == "Retain").map(|(name, _)| name).collect();
    let mut out = BTreeMap::new();
    // A volume that was only bound earlier, or waits for a claim, is not bound.
    let bound = |v: &Item<'_>| v.phase() == "Bound" || v.phase().is_null();
    for (name, volume) in all.iter().flatten().filter(|(name, v)| retain.contains(name) && bound(v)) {
        if is_protected(e, &volume.claim()) {
            out.entry(name.clone()).or_insert_with(|| volume.claim());
        }
    }
    out
}

fn is_protected(e: &Evidence<'_>, claim: &Spot) -> bool {
    let layer = e.instances.layer(claim);
    e.layers.iter().any(|l| l.name == layer && l.role == Role::Protected)
}

/// Every gap in volumes and claims, in any namespace.
fn gaps(e: &Evidence<'_>, side: usize) -> Vec<Finding> {
    let kinds = BTreeSet::from([VOLUMES.to_owned(), CLAIMS.to_owned()]);
    let found = e.gaps_in("", &kinds, side);
    let more = e.gaps(side).iter().filter(|g| kinds.contains(&g.resource) && g.group.is_empty() && !found.contains(g));
    found.iter().chain(more).map(|g| Finding::gap(g, side)).collect()
}

/// The finding for a missing object: a counter-example if all of its kind was seen there.
fn missing(e: &Evidence<'_>, spot: &Spot, code: Code, side: usize) -> Finding {
    let effect = if e.unseen(&spot.stem, &spot.namespace, side) { Effect::Doubts } else { Effect::Counters };
    e.found(effect, code, spot, side)
}

/// A finding about a volume or a claim, in the entry of the facet that shows it.
fn found(e: &Evidence<'_>, item: &Item<'_>, code: Code, at: (&str, Value, Value)) -> Result<Finding, CompareError> {
    let (pointer, wanted, seen) = at;
    let effect = if seen.is_null() { Effect::Doubts } else { Effect::Counters };
    let file = match pointer {
        "/status/phase" => e.file("health", &item.spot, item.at, item.side)?,
        "/metadata/uid" | "/spec/claimRef/uid" | "/spec/volumeName" => e.file("identity", &item.spot, item.at, item.side)?,
        _ => e.shown_in(&item.spot, item.at, item.side)?,
    };
    Ok(e.found(effect, code, &item.spot, item.side).at(pointer, Some(wanted), Some(seen)).in_file(&file))
}

/// The requirements for both a volume and its claim: Bound, and not being deleted.
fn of_either(e: &Evidence<'_>, item: &Item<'_>) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let going = item.get("/metadata/deletionTimestamp");
    if !going.is_null() {
        findings.push(found(e, item, Code::Deleting, ("/metadata/deletionTimestamp", Value::Null, going))?);
    }
    if item.at.uid.is_empty() {
        findings.push(found(e, item, Code::NoUid, ("/metadata/uid", Value::Null, Value::Null))?);
    }
    if item.phase() != "Bound" {
        findings.push(found(e, item, Code::NotBound, ("/status/phase", json!("Bound"), item.phase().clone()))?);
    }
    Ok(findings)
}

/// What is wrong with one volume in one bundle.
fn of_volume(e: &Evidence<'_>, volume: &Item<'_>, wanted: &Spot, claim: Option<&Item<'_>>) -> Result<Vec<Finding>, CompareError> {
    let mut findings = of_either(e, volume)?;
    if volume.policy() != "Retain" {
        findings.push(found(e, volume, Code::NotRetain, ("/spec/persistentVolumeReclaimPolicy", json!("Retain"), volume.policy()))?);
    }
    if volume.claim() != *wanted {
        findings.push(found(e, volume, Code::OtherClaim, ("/spec/claimRef", json!(place(wanted)), json!(place(&volume.claim()))))?);
    }
    let uid = volume.get("/spec/claimRef/uid");
    // A claim with another uid than before gets a finding of its own.
    if let Some(claim) = claim.filter(|c| !c.at.uid.is_empty() && uid != json!(c.at.uid) && !is_new(e, &c.spot, c.side)) {
        findings.push(found(e, volume, Code::OtherClaim, ("/spec/claimRef/uid", json!(claim.at.uid), uid))?);
    }
    Ok(findings)
}

/// What is wrong with one claim in one bundle.
fn of_claim(e: &Evidence<'_>, claim: &Item<'_>, volume: &str) -> Result<Vec<Finding>, CompareError> {
    let mut findings = of_either(e, claim)?;
    let back = claim.get("/spec/volumeName");
    if back != json!(volume) {
        // A claim that names no volume is not bound, whatever else was seen.
        let seen = if back.is_null() { json!("") } else { back };
        findings.push(found(e, claim, Code::OtherVolume, ("/spec/volumeName", json!(volume), seen))?);
    }
    Ok(findings)
}

/// Whether an earlier bundle had the object with another uid.
fn is_new(e: &Evidence<'_>, spot: &Spot, side: usize) -> bool {
    e.uid(spot, side).is_some_and(|now| (0..side).filter_map(|i| e.uid(spot, i)).any(|uid| uid != now))
}

fn place(claim: &Spot) -> String {
    format!("{}/{}", claim.namespace, claim.name)
}

/// Values that must be equal in all bundles: code, pointer and value.
type Fixed = Vec<(Code, &'static str, Value)>;

fn volume_moved(volume: &Item<'_>) -> Fixed {
    vec![
        (Code::Replaced, "/metadata/uid", json!(volume.at.uid)),
        (Code::OtherClaim, "/spec/claimRef/uid", volume.get("/spec/claimRef/uid")),
        (Code::Moved, "/spec", volume.source()),
        (Code::Moved, "/spec/nodeAffinity", volume.node()),
        (Code::Modified, "/spec/persistentVolumeReclaimPolicy", volume.policy()),
    ]
}

fn claim_moved(claim: &Item<'_>) -> Fixed {
    vec![(Code::Replaced, "/metadata/uid", json!(claim.at.uid))]
}

/// What changed in one object from each bundle to the next.
fn moves(e: &Evidence<'_>, items: &[&Item<'_>], fixed: fn(&Item<'_>) -> Fixed) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    for pair in items.windows(2) {
        let [before, after] = pair else { continue };
        for ((code, pointer, was), (_, _, is)) in fixed(before).into_iter().zip(fixed(after)).filter(|(a, b)| a.2 != b.2) {
            // A missing uid is a doubt of its own. A claim that was seen is compared with its volume in each bundle.
            let unknown = code == Code::Replaced && (was == "" || is == "");
            if unknown || (code == Code::OtherClaim && e.instances.at(&after.claim(), after.side).is_some()) {
                continue;
            }
            let finding = found(e, after, code, (pointer, was, is))?;
            // An absent value is as certain as a present one.
            findings.push(Finding { effect: Effect::Counters, ..finding });
        }
    }
    Ok(findings)
}

/// Whether the volumes of one bundle match the pins: server and path; and no two of them share one place.
fn pinned(e: &Evidence<'_>, volumes: &Volumes<'_>, pins: &[Pin]) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let mut places: Vec<(&Item<'_>, Value)> = Vec::new();
    for (pin, volume) in pins.iter().filter_map(|p| Some((p, volumes.get(&p.persistent_volume)?))) {
        for (pointer, wanted) in [(volume.server(), &pin.server), (volume.path(), &pin.path)] {
            if let Some(wanted) = wanted.as_ref().filter(|w| *w != volume.text(pointer)) {
                findings.push(found(e, volume, Code::NotAsPinned, (pointer, json!(wanted), json!(volume.text(pointer))))?);
            }
        }
        let place = volume.place();
        if let Some((other, _)) = places.iter().find(|(other, at)| !place.is_null() && *at == place && other.spot != volume.spot) {
            findings.push(found(e, volume, Code::SharedPlace, ("/spec", json!(other.spot.name), volume.source()))?);
        }
        places.push((volume, place));
    }
    Ok(findings)
}

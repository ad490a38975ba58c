//! Volumes stay where they are: each pinned (else: each volume bound to a protected layer's claim) is in every bundle
//! Bound to the same claim, on the same backing store, and Retain where it is pinned or was Retain in any.
use crate::claims::Effect;
use crate::claims::Evidence;
use crate::claims::Finding;
use crate::claims::judge::Answer;
use crate::claims::judge::Question;
use crate::compare::CompareError;
use crate::compare::Spot;
use crate::model::Gap;
use crate::model::Key;
use crate::model::Role;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// One volume in one bundle.
struct Volume {
    uid: String,
    policy: Value,
    claim: (String, String),
    claim_uid: Value,
    phase: Value,
    /// Its source: the part of the spec that says where the data is.
    source: Value,
    file: String,
}

pub(super) fn retained(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let kinds = BTreeSet::from(["persistentvolumes".to_owned(), "persistentvolumeclaims".to_owned()]);
    let mut findings: Vec<Finding> =
        (0..e.sides.len()).flat_map(|i| gaps(e, &kinds, i).into_iter().map(move |g| Finding::gap(&g, i))).collect();
    let volumes = (0..e.sides.len()).map(|i| read(e, i)).collect::<Result<Vec<_>, _>>()?;
    let pins = e.sides.first().map(|s| s.config.storage.clone()).unwrap_or_default();
    let watched: BTreeSet<String> = if pins.is_empty() {
        volumes.iter().flat_map(|v| v.iter().filter(|(_, v)| is_protected(e, v)).map(|(n, _)| n.clone())).collect()
    } else {
        pins.iter().map(|p| p.persistent_volume.clone()).collect()
    };
    if watched.is_empty() {
        return Ok((!findings.is_empty()).then_some(findings));
    }
    for name in &watched {
        // A volume that was never to be retained is only to stay where it is.
        let retain = !pins.is_empty() || volumes.iter().any(|v| v.get(name).is_some_and(|v| v.policy == "Retain"));
        let mut earlier: Option<&Volume> = None;
        for (i, side) in volumes.iter().enumerate() {
            let key = Key::new("", "PersistentVolume", "", name);
            let Some(volume) = side.get(name) else {
                let effect = if gaps(e, &kinds, i).is_empty() { Effect::Counters } else { Effect::Doubts };
                findings.push(Finding::new(effect, "missing", i).about(key));
                continue;
            };
            findings.extend(one(e, name, volume, i)?.into_iter().filter(|f| retain || f.code != "not-retain"));
            if let Some(before) = earlier {
                findings.extend(moved(name, before, volume, i));
            }
            earlier = Some(volume);
        }
    }
    for pin in &pins {
        for (i, side) in volumes.iter().enumerate() {
            let Some(volume) = side.get(&pin.persistent_volume) else { continue };
            let claim = format!("{}/{}", volume.claim.0, volume.claim.1);
            let nfs = |field: &str| volume.source.get("nfs").and_then(|n| n.get(field)).and_then(Value::as_str);
            let wrong = [
                ("/spec/claimRef", Some(&pin.claim), Some(&*claim)),
                ("/spec/nfs/server", pin.server.as_ref(), nfs("server")),
                ("/spec/nfs/path", pin.path.as_ref(), nfs("path")),
            ];
            for (pointer, wanted, seen) in wrong.into_iter().filter(|(_, w, s)| w.is_some() && w.map(String::as_str) != *s) {
                let key = Key::new("", "PersistentVolume", "", &pin.persistent_volume);
                findings.push(
                    Finding::new(Effect::Counters, "not-as-pinned", i)
                        .about(key)
                        .at(pointer, Some(json!(wanted)), Some(json!(seen)))
                        .in_file(&volume.file),
                );
            }
        }
    }
    Ok(Some(findings))
}

/// Every gap in volumes and claims, in whichever namespace.
fn gaps(e: &Evidence<'_>, kinds: &BTreeSet<String>, side: usize) -> Vec<Gap> {
    let mut found = e.gaps_in("", kinds, side);
    let more: Vec<Gap> =
        e.gaps(side).iter().filter(|g| kinds.contains(&g.resource) && g.group.is_empty() && !found.contains(g)).cloned().collect();
    found.extend(more);
    found
}

fn is_protected(e: &Evidence<'_>, volume: &Volume) -> bool {
    let claim = Spot { stem: "persistentvolumeclaims".into(), namespace: volume.claim.0.clone(), name: volume.claim.1.clone() };
    let layer = e.instances.layer(&claim);
    e.layers.iter().any(|l| l.name == layer && l.role == Role::Protected)
}

/// What one bundle says against one volume.
fn one(e: &Evidence<'_>, name: &str, volume: &Volume, side: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let found = |effect, code, pointer: &str, wanted: Value, seen: Value| {
        Finding::new(effect, code, side)
            .about(Key::new("", "PersistentVolume", "", name))
            .at(pointer, Some(wanted), Some(seen))
            .in_file(&volume.file)
    };
    if volume.policy != "Retain" {
        findings.push(found(Effect::Counters, "not-retain", "/spec/persistentVolumeReclaimPolicy", json!("Retain"), volume.policy.clone()));
    }
    if volume.phase != "Bound" {
        let effect = if volume.phase.is_null() { Effect::Doubts } else { Effect::Counters };
        findings.push(found(effect, "not-bound", "/status/phase", json!("Bound"), volume.phase.clone()));
    }
    let claim = Spot { stem: "persistentvolumeclaims".into(), namespace: volume.claim.0.clone(), name: volume.claim.1.clone() };
    let key = || Key::new("", "PersistentVolumeClaim", &claim.namespace, &claim.name);
    let Some(at) = e.instances.at(&claim, side) else {
        let unseen = e.gaps(side).iter().any(|g| g.covers("persistentvolumeclaims", ""));
        let effect = if unseen { Effect::Doubts } else { Effect::Counters };
        findings.push(Finding::new(effect, "no-claim", side).about(key()));
        return Ok(findings);
    };
    if volume.claim_uid != json!(at.uid) {
        findings.push(found(Effect::Counters, "other-claim", "/spec/claimRef/uid", json!(at.uid), volume.claim_uid.clone()));
    }
    let line = e.line("identity", &claim, at, side)?;
    let back = line.get("fields").and_then(|f| f.get("/spec/volumeName")).cloned().unwrap_or(Value::Null);
    if back != json!(name) {
        findings.push(Finding::new(Effect::Counters, "other-volume", side).about(key()).at(
            "/spec/volumeName",
            Some(json!(name)),
            Some(back),
        ));
    }
    Ok(findings)
}

/// What moved of one volume from one bundle to the next.
fn moved(name: &str, before: &Volume, after: &Volume, side: usize) -> Vec<Finding> {
    let place = |v: &Volume| json!(format!("{}/{}", v.claim.0, v.claim.1));
    let parts = [
        ("replaced", "/metadata/uid", json!(before.uid), json!(after.uid)),
        ("other-claim", "/spec/claimRef", place(before), place(after)),
        ("other-claim", "/spec/claimRef/uid", before.claim_uid.clone(), after.claim_uid.clone()),
        ("moved", "/spec", before.source.clone(), after.source.clone()),
        ("modified", "/spec/persistentVolumeReclaimPolicy", before.policy.clone(), after.policy.clone()),
    ];
    let key = || Key::new("", "PersistentVolume", "", name);
    let differ = parts.into_iter().filter(|(_, _, a, b)| a != b);
    differ
        .map(|(code, p, a, b)| Finding::new(Effect::Counters, code, side).about(key()).at(p, Some(a), Some(b)).in_file(&after.file))
        .collect()
}

/// Every volume of one bundle.
fn read(e: &Evidence<'_>, side: usize) -> Result<BTreeMap<String, Volume>, CompareError> {
    /// The fields of a volume's spec that are not its source.
    const OTHER: &[&str] = &[
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeMode",
        "volumeAttributesClassName",
    ];
    let mut out = BTreeMap::new();
    for (spot, all) in e.instances.all.iter().filter(|(s, _)| s.stem == "persistentvolumes") {
        let Some(at) = all.get(side).and_then(Option::as_ref) else { continue };
        let identity = e.line("identity", spot, at, side)?;
        let state = if at.derived { identity.get("derived").cloned().unwrap_or(Value::Null) } else { e.state(spot, at, side)? };
        let health = e.line("health", spot, at, side)?;
        let spec = state.get("spec").and_then(Value::as_object).cloned().unwrap_or_default();
        let source: Map<String, Value> =
            spec.iter().filter(|(k, _)| !OTHER.contains(&k.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect();
        let text = |p: &str| state.pointer(p).and_then(Value::as_str).unwrap_or("").to_owned();
        let volume = Volume {
            uid: at.uid.clone(),
            policy: spec.get("persistentVolumeReclaimPolicy").cloned().unwrap_or_else(|| json!("Retain")),
            claim: (text("/spec/claimRef/namespace"), text("/spec/claimRef/name")),
            claim_uid: identity.get("fields").and_then(|f| f.get("/spec/claimRef/uid")).cloned().unwrap_or(Value::Null),
            phase: health.get("facts").and_then(|f| f.get("/status/phase")).cloned().unwrap_or(Value::Null),
            source: Value::Object(source),
            file: format!("{}/{}/persistentvolumes.jsonl", if at.derived { "identity" } else { "state" }, at.layer),
        };
        out.insert(spot.name.clone(), volume);
    }
    Ok(out)
}

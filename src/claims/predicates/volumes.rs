//! Back is not back empty (law 13): the volume behind a claim is the same one, by uid and by source, when the claim has come back.
use crate::claims::Effect;
use crate::claims::Evidence;
use crate::claims::Finding;
use crate::compare::CompareError;
use crate::compare::Spot;
use crate::model::meta;
use serde_json::Value;
use serde_json::json;

/// The fields of a volume's spec that do not say where its data is.
pub(super) const OTHER: &[&str] = &[
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

/// The claims of a layer behind which another volume stands than before, or none.
pub(super) fn behind_claims(e: &Evidence<'_>, layer: &str, first: usize, last: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    for (spot, all) in e.instances.of_layer(layer).filter(|(s, _)| s.stem == "persistentvolumeclaims") {
        let (Some(Some(a)), Some(Some(b))) = (all.get(first), all.get(last)) else { continue };
        let found = |effect, code| Finding::new(effect, code, last).about(e.key(spot)).in_file(&e.file("identity", spot, b));
        let bound = |line: Value| line.get("health").and_then(Value::as_str) == Some("healthy");
        if !bound(e.line("health", spot, a, first)?) {
            continue;
        }
        if !bound(e.line("health", spot, b, last)?) {
            findings.push(found(Effect::Counters, "not-bound"));
            continue;
        }
        let (before, after) = (volume(e, spot, first)?, volume(e, spot, last)?);
        match (before, after) {
            (Some(x), Some(y)) if x.source != y.source => {
                findings.push(found(Effect::Counters, "moved").at("/spec", Some(x.source), Some(y.source)));
            }
            // A volume made again for the same place holds what was there, if nothing was to wipe that place when it went.
            (Some(x), Some(y)) if x.uid != y.uid => {
                let effect = if x.is_retained { Effect::Notes } else { Effect::Counters };
                let code = if x.is_retained { "volume-recreated" } else { "other-volume" };
                findings.push(found(effect, code).at("/spec/volumeName", Some(json!(x.name)), Some(json!(y.name))));
            }
            (Some(_), Some(_)) => {}
            _ => findings.push(found(Effect::Doubts, "volume-not-seen")),
        }
    }
    Ok(findings)
}

struct Volume {
    name: String,
    uid: String,
    source: Value,
    is_retained: bool,
}

/// The volume that a claim names; none where it was not seen.
fn volume(e: &Evidence<'_>, claim: &Spot, side: usize) -> Result<Option<Volume>, CompareError> {
    let Some(at) = e.instances.at(claim, side) else { return Ok(None) };
    let name = meta::text(&e.whole(claim, at, side)?, "/spec/volumeName").to_owned();
    let spot = Spot { stem: "persistentvolumes".into(), namespace: String::new(), name: name.clone() };
    let Some(at) = e.instances.at(&spot, side).filter(|at| !at.uid.is_empty()) else { return Ok(None) };
    let spec = e.whole(&spot, at, side)?.get("spec").and_then(Value::as_object).cloned().unwrap_or_default();
    let is_retained = spec.get("persistentVolumeReclaimPolicy").and_then(Value::as_str).is_none_or(|p| p == "Retain");
    let source = Value::Object(spec.into_iter().filter(|(k, _)| !OTHER.contains(&k.as_str())).collect());
    Ok(Some(Volume { name, uid: at.uid.clone(), source, is_retained }))
}

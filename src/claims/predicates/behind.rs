//! A claim that came back must have its data (law 13): the volume behind it is the same one, by uid and by source.
use crate::claims::predicates::volumes::{Item, volumes};
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Spot};
use crate::model::meta;
use crate::value::json;
use std::collections::BTreeMap;

/// The claims of a layer that have another volume than before, or none.
pub(super) fn behind_claims(e: &Evidence<'_>, layer: &str, first: usize, last: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let (before, after) = (volumes(e, first)?, volumes(e, last)?);
    for (spot, all) in e.instances.of_layer(layer).filter(|(s, _)| s.stem == "persistentvolumeclaims") {
        let (Some(Some(a)), Some(Some(b))) = (all.get(first), all.get(last)) else { continue };
        let file = e.file("identity", spot, b, last)?;
        let found = |effect, code| Finding::new(effect, code, last).about(e.key(spot)).in_file(&file);
        if !e.is_healthy(spot, a, first)? {
            continue;
        }
        if !e.is_healthy(spot, b, last)? {
            findings.push(found(Effect::Counters, Code::NotBound));
            continue;
        }
        match (volume(e, spot, first, &before)?, volume(e, spot, last, &after)?) {
            (Some(x), Some(y)) if x.source() != y.source() => {
                findings.push(found(Effect::Counters, Code::Moved).at("/spec", Some(x.source()), Some(y.source())));
            }
            // A new volume for the same place holds the old data, unless the old volume's deletion may have deleted it.
            (Some(x), Some(y)) if x.at.uid != y.at.uid => {
                let is_retained = x.policy() == "Retain";
                let (effect, code) =
                    if is_retained { (Effect::Notes, Code::VolumeRecreated) } else { (Effect::Counters, Code::OtherVolume) };
                findings.push(found(effect, code).at("/spec/volumeName", Some(json!(x.spot.name)), Some(json!(y.spot.name))));
            }
            (Some(_), Some(_)) => {}
            _ => findings.push(found(Effect::Doubts, Code::VolumeNotSeen)),
        }
    }
    Ok(findings)
}

/// The volume that a claim names; none if it was not seen.
fn volume<'v, 'e>(
    e: &Evidence<'_>,
    claim: &Spot,
    side: usize,
    volumes: &'v BTreeMap<String, Item<'e>>,
) -> Result<Option<&'v Item<'e>>, CompareError> {
    let Some(at) = e.instances.at(claim, side) else { return Ok(None) };
    let whole = e.whole(claim, at, side)?;
    Ok(volumes.get(meta::text(&whole, "/spec/volumeName")).filter(|v| !v.at.uid.is_empty()))
}

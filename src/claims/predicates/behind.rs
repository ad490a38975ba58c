//! A claim that came back must have its data (law 13): the volume behind it is the same one, by uid and by source. What is on a node is there for
//! pods of that node alone.
use crate::claims::predicates::images::{OfPods, running};
use crate::claims::predicates::volumes::{Item, volumes};
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Instance, Spot};
use crate::model::meta;
use crate::value::{Value, json};
use std::collections::BTreeMap;

/// The claims of a layer that have another volume than before, or none.
pub(super) fn behind_claims(e: &Evidence<'_>, layer: &str, first: usize, last: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let (before, after) = (volumes(e, first)?, volumes(e, last)?);
    // A claim that a pod has for itself is empty each time.
    let is_own = |s: &Spot, a: &Instance, b: &Instance| s.stem == "persistentvolumeclaims" && !(a.derived && b.derived);
    for (spot, a, b) in e.held_by_both(layer, (first, last)).filter(|(s, a, b)| is_own(s, a, b)) {
        let file = e.file("identity", spot, b, last)?;
        let found = |effect, code| e.found(effect, code, spot, last).in_file(&file);
        let other = |effect, code, x: &Item<'_>, y: &Item<'_>| {
            found(effect, code).at("/spec/volumeName", Some(json!(x.spot.name)), Some(json!(y.spot.name)))
        };
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
            (Some(x), Some(y)) if x.at.uid != y.at.uid && x.policy() == "Retain" => {
                findings.push(other(Effect::Notes, Code::VolumeRecreated, x, y));
            }
            // It was emptied when its claim went (kubernetes, pkg/controller/volume/persistentvolume/pv_controller.go, recycleVolumeOperation).
            (Some(x), Some(y)) if x.at.uid != y.at.uid || a.uid != b.uid && x.policy() == "Recycle" => {
                findings.push(other(Effect::Counters, Code::OtherVolume, x, y));
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
    let Some(claim) = e.object(claim, side)? else { return Ok(None) };
    Ok(volumes.get(meta::text(&claim, "/spec/volumeName")).filter(|v| !v.at.uid.is_empty()))
}

/// Where a node keeps what belongs to the node itself.
const NODES_OWN: &[&str] =
    &["/proc", "/sys", "/dev", "/run", "/var/run", "/var/log", "/var/lib/kubelet", "/lib/modules", "/etc", "/usr", "/boot"];

/// The workloads of a layer that write into a folder of their node, and whose pods run on other nodes than before: the folder there is another one.
/// A DaemonSet has its pods on every node.
pub(super) fn on_other_nodes(e: &Evidence<'_>, layer: &str, first: usize, last: usize) -> Result<Vec<Finding>, CompareError> {
    let (before, after) = (folders(e, layer, first)?, folders(e, layer, last)?);
    let mut findings = Vec::new();
    for (place, nodes) in &before {
        let Some(now) = after.get(place).filter(|now| *now != nodes) else { continue };
        let (controller, path) = (&place.0, place.1.as_str());
        let finding = e.found(Effect::Doubts, Code::Moved, controller, last);
        findings.push(finding.at("/spec/template/spec/volumes", Some(json!({(path): (nodes)})), Some(json!({(path): (now)}))));
    }
    Ok(findings)
}

/// The folders into which the pods of a workload write, and the nodes that have them.
fn folders(e: &Evidence<'_>, layer: &str, side: usize) -> Result<OfPods, CompareError> {
    let mut out = OfPods::new();
    for (controller, spot, at) in running(e, layer, side).filter(|(controller, ..)| controller.stem != "daemonsets.apps") {
        let pod = e.content(spot, at, side)?;
        let containers = || meta::list(&pod, "/spec/containers");
        let is_written = |volume: &str| {
            let mut mounts = containers().flat_map(|c| meta::list(c, "/volumeMounts"));
            mounts.any(|m| meta::text(m, "/name") == volume && m.get("readOnly") != Some(&Value::Bool(true)))
        };
        for volume in meta::list(&pod, "/spec/volumes").filter(|v| is_written(meta::text(v, "/name"))) {
            if let Some(path) = folder(volume) {
                let node = meta::text(&e.whole(spot, at, side)?, "/spec/nodeName").to_owned();
                out.entry((controller.clone(), path.to_owned())).or_default().insert(node);
            }
        }
    }
    Ok(out)
}

/// The folder of a node that a pod's volume is. A PersistentVolume that names no node says that its folder is the same on each.
fn folder(volume: &Value) -> Option<&str> {
    let path = meta::text(volume, "/hostPath/path");
    let is_within = |own: &str| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_folder = matches!(meta::text(volume, "/hostPath/type"), "" | "Directory" | "DirectoryOrCreate");
    (is_folder && path.len() > 1 && !NODES_OWN.iter().any(|own| is_within(own))).then_some(path)
}

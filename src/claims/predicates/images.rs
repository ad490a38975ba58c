//! Which images pods run: by the names that their specs give, and by the digests that the kubelet reports. A name may stand for another image by now.
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Instance, Spot};
use crate::model::meta;
use crate::value::{Text, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A workload and a part of it → what its pods have there.
pub(super) type OfPods = BTreeMap<(Spot, String), BTreeSet<String>>;

/// The pods of a layer that run, each behind its workload; without those of workloads that end.
pub(super) fn running<'e>(e: &'e Evidence<'_>, layer: &'e str, side: usize) -> impl Iterator<Item = (Spot, &'e Spot, &'e Instance)> {
    let pods = e.held(layer, side).filter(|(s, at)| s.stem == "pods" && !at.deleting);
    pods.map(|(spot, at)| (e.instances.top(spot, Some(at)), spot, at)).filter(|(workload, ..)| !e.ends(workload))
}

/// The workloads of a layer of which a container runs an image that it did not run before. On a node of another architecture the same image has
/// another digest.
pub(super) fn other(e: &Evidence<'_>, layer: &str, (first, last): (usize, usize)) -> Result<Vec<Finding>, CompareError> {
    let before = digests(e, layer, first)?;
    let mut findings = Vec::new();
    for ((workload, container), now) in digests(e, layer, last)? {
        let Some(was) = before.get(&(workload.clone(), container)).filter(|was| !now.is_subset(was)) else { continue };
        findings.push(e.found(Effect::Doubts, Code::ImageChanged, &workload, last).at("", Some(json!(was)), Some(json!(now))));
    }
    Ok(findings)
}

/// The containers of workloads, and the digests of the images that run in them.
fn digests(e: &Evidence<'_>, layer: &str, side: usize) -> Result<OfPods, CompareError> {
    let mut out = OfPods::new();
    for (workload, spot, at) in running(e, layer, side) {
        for ((container, field), (_, value)) in reported(&e.line("identity", spot, at, side)?) {
            // `registry/name@sha256:…`: a mirror has the same digest.
            let digest = value.as_str().and_then(|id| id.rsplit('@').next()).filter(|id| field == "imageID" && !id.is_empty());
            if let Some(digest) = digest {
                out.entry((workload.clone(), container)).or_default().insert(digest.to_owned());
            }
        }
    }
    Ok(out)
}

/// The images in a pod's spec, by container.
pub(super) fn images(pod: &Value) -> Vec<String> {
    let lists = ["/spec/containers", "/spec/initContainers", "/spec/ephemeralContainers"].into_iter();
    lists.flat_map(|at| meta::list(pod, at)).map(|c| format!("{}={}", meta::text(c, "/name"), meta::text(c, "/image"))).collect()
}

/// (pointer, value) of the digests of the images that the kubelet reported.
pub(super) fn image_ids(identity: &Value) -> impl Iterator<Item = (Text, Value)> {
    reported(identity).into_iter().filter(|((_, field), _)| field == "imageID").map(|(_, found)| found)
}

/// (container, field) → (pointer, value) of what the kubelet reported.
pub(super) fn reported(identity: &Value) -> BTreeMap<(String, String), (Text, Value)> {
    let mut out = BTreeMap::new();
    let Some(fields) = identity.get("fields").and_then(Value::as_object) else { return out };
    for (pointer, value) in fields {
        let Some((stem, field)) = pointer.rsplit_once('/').filter(|(_, f)| matches!(*f, "restartCount" | "imageID" | "image")) else {
            continue;
        };
        let name = fields.get(&format!("{stem}/name")).and_then(Value::as_str).unwrap_or(stem);
        out.insert((name.to_owned(), field.to_owned()), (pointer.clone(), value.clone()));
    }
    out
}

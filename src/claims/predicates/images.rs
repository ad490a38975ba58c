//! Which images pods run: by the names that their specs give, and by the digests that the kubelet reports. A name may stand for another image by now.
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Spot};
use crate::value::{Text, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Container of a workload → the digests of the images that its pods run.
type Digests = BTreeMap<(Spot, String), BTreeSet<String>>;

/// The workloads of a layer of which a container runs an image that it did not run before. On a node of another architecture the same image has
/// another digest.
pub(super) fn other(e: &Evidence<'_>, layer: &str, (first, last): (usize, usize)) -> Result<Vec<Finding>, CompareError> {
    let before = digests(e, layer, first)?;
    let mut findings = Vec::new();
    for ((workload, container), now) in digests(e, layer, last)? {
        let Some(was) = before.get(&(workload.clone(), container)).filter(|was| !now.is_subset(was)) else { continue };
        let finding = Finding::new(Effect::Doubts, Code::ImageChanged, last).about(e.key(&workload));
        findings.push(finding.at("", Some(json!(was)), Some(json!(now))));
    }
    Ok(findings)
}

fn digests(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Digests, CompareError> {
    let mut out = Digests::new();
    for (spot, all) in e.instances.of_layer(layer).filter(|(s, _)| s.stem == "pods") {
        let Some(at) = all.get(side).and_then(Option::as_ref).filter(|at| !at.deleting) else { continue };
        let workload = e.instances.top(spot, Some(at));
        if e.ends(&workload) {
            continue;
        }
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
    let lists = ["containers", "initContainers", "ephemeralContainers"].iter().filter_map(|l| pod.get("spec")?.get(*l)?.as_array());
    let text = |c: &Value, k: &str| c.get(k).and_then(Value::as_str).unwrap_or("").to_owned();
    lists.flatten().map(|c| format!("{}={}", text(c, "name"), text(c, "image"))).collect()
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

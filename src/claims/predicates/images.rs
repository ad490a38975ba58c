//! Which images pods run: by the names that their specs give, and by the digests that the kubelet reports. A name may stand for another image by now.
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Spot};
use crate::value::{Text, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The workloads of a layer whose pods run images by the same names as before, and with other digests. On a node of another architecture the same image
/// has another digest.
pub(super) fn others(e: &Evidence<'_>, layer: &str, first: usize, last: usize) -> Result<Vec<Finding>, CompareError> {
    type Seen = (BTreeSet<String>, BTreeSet<String>);
    let mut all: BTreeMap<Spot, [Seen; 2]> = BTreeMap::new();
    for (n, side) in [first, last].into_iter().enumerate() {
        for (spot, at) in e.instances.in_bundle(side).filter(|(s, at)| s.stem == "pods" && at.derived && e.instances.layer(s) == layer) {
            let top = e.instances.top(spot, Some(at));
            if e.ends(&top) {
                continue;
            }
            let line = e.line("identity", spot, at, side)?;
            if let Some((names, digests)) = all.entry(top).or_default().get_mut(n) {
                names.extend(images(&line));
                digests.extend(image_ids(&line).filter_map(|(_, id)| id.as_str().filter(|id| !id.is_empty()).map(str::to_owned)));
            }
        }
    }
    let is_other = |[(was, before), (is, after)]: &[Seen; 2]| was == is && !before.is_empty() && !after.is_subset(before);
    let found = all.into_iter().filter(|(_, seen)| is_other(seen)).map(|(top, [(_, before), (_, after)])| {
        Finding::new(Effect::Doubts, Code::ImageChanged, last).about(e.key(&top)).at("", Some(json!(before)), Some(json!(after)))
    });
    Ok(found.collect())
}

/// The images in a derived pod's spec, by container.
pub(super) fn images(identity: &Value) -> Vec<String> {
    let lists = ["containers", "initContainers", "ephemeralContainers"]
        .iter()
        .filter_map(|l| identity.get("derived")?.get("spec")?.get(*l)?.as_array());
    let text = |c: &Value, k: &str| c.get(k).and_then(Value::as_str).unwrap_or("").to_owned();
    lists.flatten().map(|c| format!("{}={}", text(c, "name"), text(c, "image"))).collect()
}

/// (pointer, value) of the digests of the images that the kubelet reported.
pub(super) fn image_ids(identity: &Value) -> impl Iterator<Item = (Text, Value)> {
    containers(identity).into_iter().filter(|((_, field), _)| field == "imageID").map(|(_, found)| found)
}

/// (container, field) → (pointer, value) of what the kubelet reported.
pub(super) fn containers(identity: &Value) -> BTreeMap<(String, String), (Text, Value)> {
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

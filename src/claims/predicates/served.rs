//! Whether a Service still leads to pods: traffic goes where its addresses say, whatever its pods say of themselves.
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Instances, Spot};
use crate::model::meta;
use crate::value::{Map, Value};
use std::collections::BTreeSet;

/// The kinds that hold the addresses of Services. Where there are slices, the proxies read nothing else.
const ADDRESSES: [&str; 2] = ["endpointslices.discovery.k8s.io", "endpoints"];

/// The Services of a layer that led to pods in one bundle and lead to none in another, though a pod that they select is Ready there.
pub(super) fn unserved(e: &Evidence<'_>, layer: &str, (a, b): (usize, usize)) -> Result<Vec<Finding>, CompareError> {
    let (mut findings, mut judged) = (Vec::new(), BTreeSet::new());
    for stem in ADDRESSES {
        let has = served(e, layer, b, stem)?;
        for spot in served(e, layer, a, stem)? {
            let is_lost = judged.insert(spot.clone()) && !has.contains(&spot);
            // A gap says so itself.
            let Some(at) = e.instances.at(&spot, b).filter(|at| is_lost && !at.deleting && !e.unseen(stem, &spot.namespace, b)) else {
                continue;
            };
            let service = e.content(&spot, at, b)?;
            let Some(selector) = service.pointer("/spec/selector").and_then(Value::as_object) else { continue };
            if is_ready(e, &spot.namespace, selector, b)? {
                findings.push(e.found(Effect::Doubts, Code::NoAddress, &spot, b).in_file(&e.shown_in(&spot, at, b)?));
            }
        }
    }
    Ok(findings)
}

/// The Services for which a layer's objects of a kind hold an address that is ready.
fn served(e: &Evidence<'_>, layer: &str, side: usize, stem: &str) -> Result<BTreeSet<Spot>, CompareError> {
    let mut out = BTreeSet::new();
    for (spot, at) in e.held(layer, side).filter(|(s, _)| s.stem == stem) {
        let Some(service) = Instances::related(at).filter(|other| other.stem == "services") else { continue };
        let object = e.content(spot, at, side)?;
        let is_ready = |endpoint: &Value| endpoint.pointer("/conditions/ready") != Some(&Value::Bool(false));
        let of_slice = meta::list(&object, "/endpoints").any(is_ready);
        if of_slice || meta::list(&object, "/subsets").any(|subset| meta::list(subset, "/addresses").next().is_some()) {
            out.insert(service);
        }
    }
    Ok(out)
}

/// Whether a bundle has a Ready pod with these labels.
fn is_ready(e: &Evidence<'_>, namespace: &str, selector: &Map, side: usize) -> Result<bool, CompareError> {
    for (spot, at) in e.instances.in_bundle(side).filter(|(s, at)| s.stem == "pods" && s.namespace == namespace && !at.deleting) {
        let pod = e.content(spot, at, side)?;
        let is_selected = selector.iter().all(|(name, value)| meta::label(&pod, name) == value.as_str());
        if is_selected && e.is_healthy(spot, at, side)? {
            return Ok(true);
        }
    }
    Ok(false)
}

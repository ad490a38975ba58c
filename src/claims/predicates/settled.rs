//! Whether what Applications say of themselves can be relied on: not where one changed while the rest was read, and not where its word is
//! not current (law 7). Such a doubt touches what rests on an Application's own word, nothing else.
use crate::claims::evidence::APPLICATIONS;
use crate::claims::{Code, Effect, Evidence, Finding, witness};
use crate::compare::{CompareError, Spot};
use crate::model::Key;
use serde_json::json;

/// The doubts about a layer's Applications in one bundle.
pub(super) fn doubts(e: &Evidence<'_>, layer: &str, side: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = moved(e, layer, side);
    findings.extend(witness::doubts(e, layer, side)?);
    Ok(findings)
}

/// Applications of the layer (its root too) that changed while the rest was read.
fn moved(e: &Evidence<'_>, layer: &str, side: usize) -> Vec<Finding> {
    let root = e.root(layer);
    let lines = e.sides.get(side).into_iter().flat_map(|s| &s.coverage.unsettled);
    let of_layer = lines.filter(|u| {
        let spot = Spot { stem: APPLICATIONS.into(), namespace: u.namespace.clone(), name: u.name.clone() };
        // What nobody places could be the layer's.
        root.as_ref() == Some(&spot) || e.instances.layer(&spot) == layer || !e.instances.all.contains_key(&spot)
    });
    of_layer
        .map(|u| {
            let finding = Finding::new(Effect::Doubts, Code::Unsettled, side).about(Key::new(&u.group, &u.kind, &u.namespace, &u.name));
            finding.at(u.moved.first().map_or("", |p| p), None, Some(json!(u.moved))).in_file("coverage.json")
        })
        .collect()
}

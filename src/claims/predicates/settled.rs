//! Whether the status of Applications can be relied on. It can't if an Application changed while the rest was read, or if its status is
//! not current (law 7). Such a doubt affects only findings that depend on an Application's status.
use crate::claims::{Code, Effect, Evidence, Finding, witness};
use crate::compare::Spot;
use crate::model::Key;
use crate::value::json;

/// The doubts about a layer's Applications (its root too) in one bundle: those that changed while the rest was read, and as `witness` has them.
pub(super) fn doubts(e: &Evidence<'_>, layer: &str, side: usize) -> Vec<Finding> {
    let root = e.root(layer);
    let lines = e.sides.get(side).into_iter().flat_map(|s| &s.coverage.unsettled);
    let of_layer = lines.filter(|u| {
        let spot = Spot::application(&u.namespace, &u.name);
        // An Application of unknown layer could be in this one.
        root.as_ref() == Some(&spot) || e.instances.layer(&spot) == layer || !e.instances.all.contains_key(&spot)
    });
    let moved = of_layer.map(|u| {
        let finding = Finding::new(Effect::Doubts, Code::Unsettled, side).about(Key::new(&u.group, &u.kind, &u.namespace, &u.name));
        finding.at(u.moved.first().map_or("", |p| p), None, Some(json!(u.moved))).in_file("coverage.json")
    });
    moved.chain(witness::doubts(e, layer, side)).collect()
}

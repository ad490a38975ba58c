//! What is kept of each pod or each node (its address, its place in a queue, its devices) comes and goes with it. Few who keep it name an owner.
use crate::claims::Evidence;
use crate::compare::{Change, CompareError, Spot};
use crate::kinds::built_in::is_custom;
use crate::model::meta;
use crate::value::Value;
use std::collections::BTreeSet;

/// Whether an object that no Application manages went or came with the pod or the node that it names (a node also within a longer name). Of ConfigMaps
/// only those of a node count.
pub(super) fn goes_with_pod_or_node(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (side, other) = change.shown_and_other();
    let is_free = e.is_kept_by_controllers(change) && !crate::argo::is_own_kind(&change.key.group, &change.key.kind);
    let Some(object) = is_free.then(|| e.object(&change.spot, side)).transpose()?.flatten() else { return Ok(false) };
    let mut texts = BTreeSet::from([&*change.spot.name]);
    ["/metadata/labels", "/metadata/annotations", "/spec"].iter().filter_map(|p| object.pointer(p)).for_each(|v| texts_in(v, &mut texts));
    let is_exchanged = |spot: &Spot| e.uid(spot, side).is_some_and(|uid| Some(uid) != e.uid(spot, other));
    let nodes: Vec<&Spot> = e.instances.in_bundle(side).filter(|(s, _)| s.stem == "nodes" && is_exchanged(s)).map(|(s, _)| s).collect();
    let of_node = texts.iter().any(|text| nodes.iter().any(|node| has_word(text, &node.name)));
    if of_node || change.spot.stem == "configmaps" {
        return Ok(of_node);
    }
    // A pod by its uid, or by its name where its namespace is named too, or is the object's own.
    let of_uid = |uid: &str| e.instances.of_uid(side, uid).is_some_and(|spot| spot.stem == "pods" && is_exchanged(spot));
    let spaces: Vec<&str> = texts.iter().copied().chain([&*change.spot.namespace]).collect();
    let is_pod = |name: &str| spaces.iter().any(|space| is_exchanged(&Spot::new("pods", *space, name)));
    Ok(texts.iter().any(|text| uids_in(text).any(of_uid) || is_pod(text)))
}

/// Whether a resource that no Application manages is what an agent keeps of a node that is there: it has the node's name, is owned by the node, or is
/// labelled with it (Koordinator's Device and NodeSLO, the CNINode of AWS, the BlockDevice of OpenEBS), or names it in its spec.
pub(super) fn is_of_node(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let (a, b) = change.sides;
    if !is_custom(&change.key.group) || e.is_managed(&change.spot) {
        return Ok(false);
    }
    let is_there = |name: &str| [a, b].iter().all(|side| e.instances.at(&Spot::new("nodes", "", name), *side).is_some());
    if is_there(&change.spot.name) {
        return Ok(true);
    }
    let Some(object) = e.object(&change.spot, b)? else { return Ok(false) };
    let is_owned = meta::owners(&object).any(|owner| owner.kind == "Node" && owner.group.is_empty() && is_there(owner.name));
    // Or it says so where it names one node: `management.cattle.io/nodename`, `longhorn.io/node`.
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
    let mut named = labels.filter(|(key, _)| key.contains("node") || &***key == "kubernetes.io/hostname").filter_map(|(_, v)| v.as_str());
    let in_spec = || ["node", "nodeName", "nodeID"].iter().any(|field| is_there(meta::text(&object, &format!("/spec/{field}"))));
    Ok(is_owned || named.any(is_there) || in_spec())
}

fn texts_in<'v>(value: &'v Value, out: &mut BTreeSet<&'v str>) {
    match value {
        Value::String(text) => drop(out.insert(text)),
        Value::Array(list) => list.iter().for_each(|v| texts_in(v, out)),
        Value::Object(map) => map.values().for_each(|v| texts_in(v, out)),
        _ => {}
    }
}

/// Whether a text is a name, or has it as a part of its own, as `agent-NAME` and `cloud:///zone/NAME` have.
fn has_word(text: &str, name: &str) -> bool {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let ends = |at: usize| (text.get(..at).and_then(|t| t.chars().next_back()), text.get(at + name.len()..).and_then(|t| t.chars().next()));
    text.match_indices(name).map(|(at, _)| ends(at)).any(|(before, after)| is_end(before) && is_end(after))
}

/// The parts of a text that are as long as a uid and begin and end where one may.
fn uids_in(text: &str) -> impl Iterator<Item = &str> {
    const LENGTH: usize = 36;
    let ends = text.len().checked_sub(LENGTH).filter(|_| text.is_ascii());
    ends.into_iter().flat_map(|last| [0, last]).filter_map(|from| text.get(from..from + LENGTH))
}

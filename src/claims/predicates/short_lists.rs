//! What follows from an object is there as long as the object is: Kubernetes' controllers see to it. Where all that followed from one is gone while it
//! stands, a list was short, or something was taken away that comes again: neither shows that nothing changed.
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{Instances, Spot};
use std::collections::BTreeSet;

/// The kinds of which an owner always has one (kubernetes 1.36, pkg/controller/statefulset, daemon, endpointslice, endpoint; for addresses
/// pkg/registry/core/service/ipallocator).
const KINDS: &[&str] = &["controllerrevisions.apps", "endpointslices.discovery.k8s.io", "endpoints", "ipaddresses.networking.k8s.io"];

/// Derived objects of some layers that are gone while their owner stands and has no other of their kind.
pub(super) fn lost(e: &Evidence<'_>, of: impl Fn(&str) -> bool, (a, b): (usize, usize), code: Code) -> Vec<Finding> {
    let mut findings = Vec::new();
    for kind in KINDS {
        let derived = |side: usize| {
            let own = e.instances.in_bundle(side).filter(move |(s, at)| s.stem == *kind && at.derived);
            own.filter_map(|(s, at)| Some((s, Instances::related(at)?)))
        };
        let has: BTreeSet<Spot> = derived(b).map(|(_, owner)| owner).collect();
        for (spot, owner) in derived(a).filter(|(s, owner)| !has.contains(owner) && of(e.instances.layer(s))) {
            let stands = [a, b].iter().all(|side| e.instances.at(&owner, *side).is_some_and(|at| !at.deleting));
            if stands && e.instances.at(spot, b).is_none() && !e.unseen(kind, &spot.namespace, b) {
                findings.push(e.found(Effect::Doubts, code, spot, b));
            }
        }
    }
    findings
}

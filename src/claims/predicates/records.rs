//! What a storage system keeps of a volume goes with the volume, and stays with one that is kept on purpose. That it goes while its volume
//! stays is a loss.
use crate::claims::Evidence;
use crate::compare::{Change, ChangeKind, Instance, Instances, Spot};

/// Whether a storage system lost its record of a volume that is still there.
pub(super) fn is_lost(e: &Evidence<'_>, change: &Change) -> bool {
    let is_record = || e.rules.of(&change.key.group, &change.key.kind).rule.relations.iter().any(|r| !r.drivers.is_empty());
    let (a, b) = change.sides;
    let volume = || e.instances.at(&change.spot, a).and_then(Instances::related).filter(is_volume);
    let is_there = |v: Spot| e.uid(&v, a).is_some_and(|uid| !uid.is_empty() && Some(uid) == e.uid(&v, b));
    change.kind == ChangeKind::Removed && is_record() && volume().is_some_and(is_there)
}

/// Whether an object is kept of a volume (in any bundle) that stays on purpose, as `stays` says, or belongs to such an object.
pub(super) fn stay_with_volume(e: &Evidence<'_>, spot: &Spot, side: usize, stays: &dyn Fn(&Spot, &Instance) -> bool) -> bool {
    let (mut spot, mut steps) = (spot.clone(), 0);
    while spot.is_custom() && steps < 4 {
        let Some(next) = e.instances.all.get(&spot).into_iter().flatten().flatten().find_map(Instances::related) else { return false };
        (spot, steps) = (next, steps + 1);
    }
    // A volume itself is kept by no other.
    steps > 0 && is_volume(&spot) && e.instances.at(&spot, side).is_some_and(|at| stays(&spot, at))
}

fn is_volume(spot: &Spot) -> bool {
    spot.stem == "persistentvolumes"
}

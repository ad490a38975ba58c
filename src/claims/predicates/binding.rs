//! A claim that waited for its volume in one bundle and has it in the next: whoever binds it follows what the claim asked for (kubernetes 1.36,
//! pkg/controller/volume/persistentvolume/pv_controller.go, and pkg/scheduler/framework/plugins/volumebinding for `WaitForFirstConsumer`). That
//! leaves a claim open; another volume than before is a change.
use crate::claims::Evidence;
use crate::claims::predicates::scaled::claim_behind;
use crate::compare::{Change, ChangeKind, CompareError};
use crate::model::meta;

const PLACE: &str = "/spec/volumeName";

/// Whether a waiting claim got its volume, or the volume came that was made for it.
pub(super) fn is_bound_since(e: &Evidence<'_>, change: &Change) -> Result<bool, CompareError> {
    let is_got = |change: &Change| change.fields.iter().all(|f| f.pointer == PLACE && f.before.is_none());
    if change.kind == ChangeKind::Modified {
        return Ok(change.spot.stem == "persistentvolumeclaims" && !change.recreated && is_got(change));
    }
    let (a, b) = change.sides;
    if change.kind != ChangeKind::Added {
        return Ok(false);
    }
    let Some(claim) = claim_behind(e, &change.spot, b)?.filter(|claim| *claim != change.spot) else { return Ok(false) };
    let (Some(x), Some(y)) = (e.instances.at(&claim, a), e.instances.at(&claim, b)) else { return Ok(false) };
    Ok(x.uid == y.uid && meta::text(&e.whole(&claim, x, a)?, PLACE).is_empty())
}

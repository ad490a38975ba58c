//! Looks at everything again: what the layer left, and what its objects still own.
use crate::model::{Gap, Key};
use crate::usecase::switch::act::inventory;
use crate::usecase::switch::act::poll::Look;
use crate::usecase::switch::decide::leftovers::{Left, leftovers};
use crate::usecase::switch::off::Plan;
use crate::usecase::switch::{Code, Run, Step, Stop};
use std::collections::BTreeSet;

/// Waits until nothing of it passes any more; and tells what could not be seen.
pub(super) fn left(run: &mut Run<'_>, plan: &Plan) -> Result<(Left, Vec<Gap>), Stop> {
    run.begin(Step::Orphans);
    let mut before: Option<BTreeSet<Key>> = None;
    let mut last: Option<(Left, Vec<Gap>)> = None;
    let seen = run.until(Step::Orphans, run.times.lasting, |run| {
        let view = inventory::view(run)?;
        let scan = inventory::scan(run, &plan.known.listed)?;
        let mut left = leftovers(&view, &scan, &plan.known);
        // What was seen before may be seen again in a moment; what was not has no answer to wait for.
        let is_new = |g: &Gap| !plan.unseen.iter().any(|u| u.group == g.group && u.resource == g.resource);
        if !left.passing && !scan.gaps.iter().any(is_new) {
            return Ok(Look::Done((left, scan.gaps)));
        }
        // A pod whose Job was born between the two lists seems to be nobody's; who really is, is so in the next look too.
        let now = left.orphans.iter().map(|f| f.object.clone()).collect();
        if let Some(last) = before.replace(now) {
            left.orphans.retain(|f| f.code != Code::OrphanOwned || last.contains(&f.object));
        }
        let waiting = left.orphans.clone();
        last = Some((left, scan.gaps));
        Ok(Look::Pending(waiting))
    });
    match (seen, last) {
        // Time is over: what the last look saw counts. Where it saw nothing, or there was none, nobody knows that nothing is left.
        (Err(Stop::Late { .. }), Some((left, gaps))) if !left.orphans.is_empty() || !gaps.is_empty() => Ok((left, gaps)),
        (seen, _) => seen,
    }
}

//! OFF: the root manual and seen to hold, operations at their end, a finalizer on each child, the children removed, everything
//! gone by uid, nothing left. What is there and whether it may go is `plan`; the one-shot prune is `prune`; what is left, `left`.
mod left;
mod plan;
mod prune;

pub use plan::{Plan, draft, plan};

use crate::argo::Mode;
use crate::model::{Gap, Key, meta};
use crate::usecase::switch::act::poll::Look;
use crate::usecase::switch::act::until_gone::{Kept, until_gone};
use crate::usecase::switch::act::until_idle::{terminate, until_idle};
use crate::usecase::switch::act::{read, write};
use crate::usecase::switch::decide::patches;
use crate::usecase::switch::{Code, Event, Fact, Options, Run, Step, Stop, Strategy, Target, Write};
use crate::value::Value;

#[derive(Clone, Debug)]
pub struct Off {
    /// It was off before.
    pub already: bool,
    /// How the children were removed in the end.
    pub strategy: Strategy,
    /// Why not as asked for.
    pub instead: Option<Fact>,
    /// How many objects are gone by uid.
    pub gone: usize,
    /// What stays on purpose.
    pub kept: Vec<Fact>,
    /// What lives and should not.
    pub left: Vec<Fact>,
    pub notes: Vec<Fact>,
    /// What could not be listed, so that nobody knows what is left of it.
    pub unseen: Vec<Gap>,
}

/// Does what the plan says.
///
/// # Errors
/// Why it did not reach its end; what was done by then stays, and `switch status` tells it.
pub fn off(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<Off, Stop> {
    if !plan.refusals.is_empty() {
        return Err(Stop::Refused(plan.refusals.clone()));
    }
    manual(run, plan)?;
    let (mut strategy, mut instead) = (plan.strategy, plan.instead.clone());
    let (mut gone, mut left) = (0, Vec::new());
    if !plan.is_empty() {
        operations(run, plan, options)?;
        finalizers(run, plan)?;
        if strategy == Strategy::Prune
            && let Some(why) = prune::prune(run, plan, &options.stamp)?
        {
            run.tell(&Event::Note(why.clone()));
            (strategy, instead) = (Strategy::Cascade, Some(why));
        }
        if strategy == Strategy::Cascade {
            cascade(run, plan)?;
        }
        run.begin(Step::Gone);
        let waited = until_gone(run, Step::Gone, &plan.removal.going, Some(&plan.kept()));
        let pruned = strategy == Strategy::Prune && !matches!(waited, Err(Stop::Interrupted { .. }));
        let closed = if pruned { prune::close(run, plan, &options.stamp, waited.is_ok()) } else { Ok(()) };
        left = waited?;
        closed?;
        if pruned && !left.is_empty() {
            // The operation's end may have taken it.
            let rest: Vec<Target> = plan.removal.going.iter().filter(|d| left.iter().any(|f| f.object == d.key)).cloned().collect();
            left = until_gone(run, Step::Gone, &rest, Some(&plan.kept()))?;
        }
        gone = plan.removal.going.len() - left.len();
    }
    let (found, unseen) = left::left(run, plan)?;
    left.extend(found.orphans);
    left.sort();
    left.dedup_by(|a, b| a.object == b.object);
    let notes = plan.notes.iter().cloned().chain(found.notes).collect();
    Ok(Off { already: plan.already, strategy, instead, gone, kept: plan.removal.kept.clone(), left, notes, unseen })
}

/// The root is manual, is seen to be, and stays so for as long as its manager would need to put it back.
fn manual(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    run.begin(Step::Manual);
    let before = run.written;
    let gone = || Stop::failed(Code::RootGone, &plan.root, "");
    // What is lost with the layer is on disk before anything is.
    let noted = |write: Write| Write { before: plan.before.clone(), ..write };
    let decide = |live: &Value| {
        if meta::uid(live) == plan.uid {
            Ok(patches::manual(live).map(noted))
        } else {
            Err(Stop::failed(Code::RootReplaced, &plan.root, ""))
        }
    };
    write::change(run, &plan.root, Step::Manual, &decide)?.ok_or_else(gone)?;
    let Some((manager, long)) = plan.hold.as_ref().filter(|_| run.written > before) else { return Ok(()) };
    run.begin(Step::Hold);
    let until_then = run.clock.now() + *long;
    run.until(Step::Hold, *long + run.times.poll * 2, |run| match read::application(run, &plan.root)?.ok_or_else(gone)? {
        live if !Mode::of(&live).is_manual() => Err(Stop::failed(Code::Reverted, &plan.root, manager.place())),
        _ if run.clock.now() >= until_then => Ok(Look::Done(())),
        _ => Ok(Look::Pending(vec![Fact::new(Code::MayRevert, &plan.root, manager.place())])),
    })
}

/// Running operations come to an end: a set operation blocks every finalizer.
fn operations(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<(), Stop> {
    run.begin(Step::Operations);
    let apps: Vec<&Key> = std::iter::once(&plan.root).chain(plan.members.iter().map(|(k, _)| k)).collect();
    if options.terminate {
        apps.iter().try_for_each(|key| terminate(run, key))?;
    }
    until_idle(run, &apps)
}

/// Each Application below the root takes its objects along.
fn finalizers(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    run.begin(Step::Finalizers);
    for (key, uid) in &plan.members {
        let decide = |live: &Value| Ok(patches::finalizer(live).filter(|w| w.uid == *uid));
        write::change(run, key, Step::Finalizers, &decide)?;
    }
    Ok(())
}

/// Each set and each child deleted; then, when all Applications are gone, what else is the root's own.
fn cascade(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    run.begin(Step::Cascade);
    for one in prune::living(run, plan)? {
        write::delete(run, &one.delete(), Step::Cascade)?;
    }
    if plan.removal.direct().next().is_none() {
        return Ok(());
    }
    let apps: Vec<Target> = plan.removal.going.iter().filter(|d| d.key.is_argo("Application")).cloned().collect();
    until_gone(run, Step::Gone, &apps, Some(&plan.kept()))?;
    plan.removal.direct().try_for_each(|one| write::delete(run, &one.delete(), Step::Cascade))
}

impl Plan {
    fn is_empty(&self) -> bool {
        self.members.is_empty() && self.removal.direct.is_empty()
    }

    /// What the root itself manages and goes first: its ApplicationSets, then its Applications.
    fn own(&self) -> impl Iterator<Item = &Target> {
        let children: Vec<&Key> = self.members.iter().take(self.children).map(|(key, _)| key).collect();
        self.removal.sets().chain(self.removal.going.iter().filter(move |d| children.contains(&&d.key)))
    }

    /// The root, which stays.
    fn kept(&self) -> Kept<'_> {
        Kept { key: &self.root, uid: &self.uid }
    }
}

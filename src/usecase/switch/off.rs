//! OFF: the root manual and seen to hold, operations at their end, a finalizer on each child, the children removed, everything
//! gone by uid, nothing left.
use crate::argo::{Mode, app};
use crate::model::{Gap, Key, meta};
use crate::usecase::switch::codes::Code;
use crate::usecase::switch::gone::Kept;
use crate::usecase::switch::orphans::Left;
use crate::usecase::switch::plan::{Options, Plan, direct};
use crate::usecase::switch::scan::Scan;
use crate::usecase::switch::vocabulary::{Doomed, Strategy};
use crate::usecase::switch::waits::{Look, until};
use crate::usecase::switch::{Event, Fact, Run, Step, Stop, View, Write, gone, ops, orphans, read, write};
use serde_json::Value;
use std::collections::BTreeSet;

/// What was done.
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
    /// What may matter.
    pub notes: Vec<Fact>,
    /// What could not be listed, so that nobody knows what is left of it.
    pub unseen: Vec<Gap>,
}

/// Does what the plan says.
///
/// # Errors
/// Why it did not reach its end; what was done by then stays, and `switch status` tells it.
pub fn off(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<Off, Stop> {
    let mut done = Off {
        already: plan.already,
        strategy: plan.strategy,
        instead: plan.instead.clone(),
        gone: 0,
        kept: plan.fate.kept.clone(),
        left: vec![],
        notes: plan.notes.clone(),
        unseen: vec![],
    };
    manual(run, plan)?;
    if !plan.members.is_empty() || !plan.fate.direct.is_empty() {
        operations(run, plan, options)?;
        finalizers(run, plan)?;
        if plan.strategy == Strategy::Prune
            && let Some(why) = prune(run, plan, options)?
        {
            run.tell(&Event::Note(why.clone()));
            (done.strategy, done.instead) = (Strategy::Cascade, Some(why));
        }
        if done.strategy == Strategy::Cascade {
            cascade(run, plan)?;
        }
        run.tell(&Event::Step(Step::Gone));
        let root = Kept { key: &plan.root, uid: &plan.uid };
        done.left = gone::gone(run, Step::Gone, &plan.fate.going, Some(&root))?;
        done.gone = plan.fate.going.len() - done.left.len();
    }
    look(run, plan, &mut done)?;
    Ok(done)
}

/// The root is manual, is seen to be, and stays so for as long as its manager would need to put it back.
fn manual(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    run.tell(&Event::Step(Step::Manual));
    let before = run.written;
    let path = read::app_path(&plan.root);
    let same = |live: &Value| {
        if meta::uid(live) == plan.uid { Ok(()) } else { Err(Stop::Failed(vec![Fact::new(Code::RootReplaced, &plan.root, "")])) }
    };
    let live = write::change(run, &path, Step::Manual, &|live| same(live).map(|()| ops::manual(live)))?;
    if live.is_none() {
        return Err(Stop::Failed(vec![Fact::new(Code::RootGone, &plan.root, "")]));
    }
    let Some((manager, long)) = plan.hold.as_ref().filter(|_| run.written > before) else { return Ok(()) };
    run.tell(&Event::Step(Step::Hold));
    let until_then = run.clock.now() + *long;
    let waiting = Fact::new(Code::MayRevert, &plan.root, manager.place());
    until(run, Step::Hold, *long + run.times.poll * 2, |run| {
        let live = read::get(run.api, &path, None)?;
        match live {
            Some(live) if !Mode::of(&live).is_manual() => Err(Stop::Failed(vec![Fact::new(Code::Reverted, &plan.root, manager.place())])),
            Some(_) if run.clock.now() >= until_then => Ok(Look::Done(())),
            Some(_) => Ok(Look::Pending(vec![waiting.clone()])),
            None => Err(Stop::Failed(vec![Fact::new(Code::RootGone, &plan.root, "")])),
        }
    })
}

/// Running operations come to an end: a set operation blocks every finalizer.
fn operations(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<(), Stop> {
    run.tell(&Event::Step(Step::Operations));
    let apps: Vec<&Key> = std::iter::once(&plan.root).chain(plan.members.iter().map(|(k, _)| k)).collect();
    if options.terminate {
        for key in &apps {
            write::change(run, &read::app_path(key), Step::Operations, &|live| Ok(ops::terminate(live)))?;
        }
    }
    idle(run, &apps)
}

/// Waits until none of the Applications is in an operation.
pub(super) fn idle(run: &mut Run<'_>, apps: &[&Key]) -> Result<(), Stop> {
    let within = run.times.operation;
    until(run, Step::Operations, within, |run| {
        let mut hanging = Vec::new();
        for key in apps {
            let live = read::get(run.api, &read::app_path(key), None)?;
            if let Some(live) = live.filter(app::is_operating) {
                hanging.push(Fact::new(Code::Operating, key, meta::text(&live, "/status/operationState/message")));
            }
        }
        Ok(if hanging.is_empty() { Look::Done(()) } else { Look::Pending(hanging) })
    })
}

/// Each Application below the root takes its objects along.
fn finalizers(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    run.tell(&Event::Step(Step::Finalizers));
    for (key, uid) in &plan.members {
        let decide = |live: &Value| Ok(ops::finalizer(live).filter(|w| w.uid == *uid));
        write::change(run, &read::app_path(key), Step::Finalizers, &decide)?;
    }
    Ok(())
}

/// The one-shot prune. Gives why the children have to be deleted one by one after all.
fn prune(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<Option<Fact>, Stop> {
    run.tell(&Event::Step(Step::Prune));
    let path = read::app_path(&plan.root);
    let stamp = &options.stamp;
    let decide = |live: &Value| match ops::progress(live, stamp, 1) {
        ops::Progress::Unknown => ops::prune(live, stamp).map(Some).map_err(|code| Stop::Failed(vec![Fact::new(code, &plan.root, "")])),
        _ => Ok(None),
    };
    write::change(run, &path, Step::Prune, &decide)?;
    let within = run.times.operation;
    let ended = until(run, Step::Prune, within, |run| {
        let live = read::get(run.api, &path, None)?.ok_or_else(|| Stop::Failed(vec![Fact::new(Code::RootGone, &plan.root, "")]))?;
        let message = meta::text(&live, "/status/operationState/message").to_owned();
        let window = ops::progress(&live, stamp, 1) == ops::Progress::Running && message.contains("blocked by sync window");
        if ops::progress(&live, stamp, 1) != ops::Progress::Running || window {
            return Ok(Look::Done((window, app::phase(&live).to_owned(), message)));
        }
        Ok(Look::Pending(vec![Fact::new(Code::Operating, &plan.root, message)]))
    });
    let why = match ended {
        Ok((false, phase, _)) if phase == "Succeeded" => None,
        Ok((false, _, message)) => Some(Fact::new(Code::PruneFailed, &plan.root, message)),
        // A window that forbids it forbids a cascade as well; and it must not fire later, when nobody looks.
        Ok((true, _, message)) => {
            withdraw(run, &plan.root)?;
            return Err(Stop::Failed(vec![Fact::new(Code::SyncWindow, &plan.root, message)]));
        }
        Err(Stop::Late { hanging, .. }) => {
            withdraw(run, &plan.root)?;
            Some(Fact::new(Code::PruneUnanswered, &plan.root, hanging.first().map_or("", |f| &*f.detail)))
        }
        Err(stop) => return Err(stop),
    };
    if why.is_some() {
        return Ok(why);
    }
    // The operation says that it asked; whoever was not asked (an option of its own) is asked by uid.
    let within = run.times.lasting;
    let spared = until(run, Step::Prune, within, |run| {
        let spared = living(run, plan)?;
        Ok(if spared.is_empty() { Look::Done(()) } else { Look::Pending(spared) })
    });
    match spared {
        Ok(()) => Ok(None),
        Err(Stop::Late { hanging, .. }) => Ok(hanging.into_iter().next().map(|f| Fact::new(Code::PruneSpared, &f.object, ""))),
        Err(stop) => Err(stop),
    }
}

/// Ends the operation that this run asked for, and waits for its end.
pub(super) fn withdraw(run: &mut Run<'_>, root: &Key) -> Result<(), Stop> {
    write::change(run, &read::app_path(root), Step::Operations, &|live| Ok(ops::terminate(live)))?;
    idle(run, &[root])
}

/// The children that nobody deletes yet.
fn living(run: &Run<'_>, plan: &Plan) -> Result<Vec<Fact>, Stop> {
    let mut out = Vec::new();
    for (key, uid) in plan.members.iter().take(plan.children) {
        let live = read::get(run.api, &read::app_path(key), None)?;
        if live.is_some_and(|l| meta::uid(&l) == *uid && meta::deleting(&l).is_none()) {
            out.push(Fact::new(Code::NotDeleted, key, ""));
        }
    }
    Ok(out)
}

/// Each child deleted; then, when they are gone, what else is the root's own.
fn cascade(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    run.tell(&Event::Step(Step::Cascade));
    let uid = |key: &Key| plan.members.iter().find(|(k, _)| k == key).map(|(_, uid)| uid.clone()).unwrap_or_default();
    for child in living(run, plan)? {
        write::delete(run, &ops::delete(&child.object, &uid(&child.object)), Step::Cascade)?;
    }
    if plan.fate.direct.is_empty() {
        return Ok(());
    }
    let apps: Vec<Doomed> = plan.fate.going.iter().filter(|d| d.key.is_argo("Application")).cloned().collect();
    gone::gone(run, Step::Gone, &apps, Some(&Kept { key: &plan.root, uid: &plan.uid }))?;
    for one in direct(&plan.fate) {
        write::delete(run, &Write::delete("delete", &one.path, &one.key, &one.uid), Step::Cascade)?;
    }
    Ok(())
}

/// Looks at everything again: what the layer left, and what its objects still own.
fn look(run: &mut Run<'_>, plan: &Plan, done: &mut Off) -> Result<(), Stop> {
    run.tell(&Event::Step(Step::Orphans));
    let within = run.times.lasting;
    let mut before: Option<BTreeSet<Key>> = None;
    let mut last: Option<(Left, Vec<Gap>)> = None;
    let seen = until(run, Step::Orphans, within, |run| {
        let view = View::read(run)?;
        let scan = Scan::with(run, &plan.known.listed)?;
        let mut left = orphans::orphans(&view, &scan, &plan.known);
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
    let (left, gaps) = match (seen, last) {
        (Ok(seen), _) => seen,
        // Time is over: what the last look saw counts. Where it saw nothing, or there was none, nobody knows that nothing is left.
        (Err(Stop::Late { .. }), Some((left, gaps))) if !left.orphans.is_empty() || !gaps.is_empty() => (left, gaps),
        (Err(stop), _) => return Err(stop),
    };
    done.left.extend(left.orphans);
    done.notes.extend(left.notes);
    done.unseen = gaps;
    done.left.sort();
    done.left.dedup_by(|a, b| a.object == b.object);
    Ok(())
}

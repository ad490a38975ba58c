//! The children by one operation of the root, from a source that is emptied: asked for, waited for, and each child seen to be deleted.
use crate::argo::app;
use crate::model::meta;
use crate::usecase::switch::act::poll::{Look, Since};
use crate::usecase::switch::act::until_idle::{until_idle, withdraw};
use crate::usecase::switch::act::{read, write};
use crate::usecase::switch::decide::patches::{self, Progress};
use crate::usecase::switch::off::Plan;
use crate::usecase::switch::{Code, Fact, Run, Stamp, Step, Stop, Target};
use crate::value::Value;

/// Gives why the children have to be deleted one by one after all.
pub(super) fn prune(run: &mut Run<'_>, plan: &Plan, stamp: &Stamp) -> Result<Option<Fact>, Stop> {
    run.begin(Step::Prune);
    let root = &plan.root;
    let decide = |live: &Value| match patches::progress(live, stamp, 1) {
        Progress::Unknown => patches::prune(live, stamp).map(Some).map_err(|code| Stop::failed(code, root, "")),
        _ => Ok(None),
    };
    write::change(run, root, Step::Prune, &decide)?;
    let mut since = Since::default();
    let ended = run.until(Step::Prune, run.times.operation, |run| {
        let live = read::application(run, root)?.ok_or_else(|| Stop::failed(Code::RootGone, root, ""))?;
        let (running, message) = (patches::progress(&live, stamp, 1) == Progress::Running, app::message(&live).to_owned());
        let window = running && app::is_blocked(&live);
        // An operation that waits for deletions is waited for with them, by uid.
        if running && !window && !living(run, plan)?.is_empty() {
            return Ok(Look::Pending(since.with_silence(run, &live, Fact::new(Code::Operating, root, message))));
        }
        Ok(Look::Done((window, running || app::phase(&live) == "Succeeded", message)))
    });
    match ended {
        Ok((false, true, _)) => spared(run, plan),
        Ok((false, false, message)) => Ok(Some(Fact::new(Code::PruneFailed, root, message))),
        // A window that forbids it forbids a cascade as well; and it must not fire later, when nobody looks.
        Ok((true, _, message)) => {
            withdraw(run, root)?;
            Err(Stop::failed(Code::SyncWindow, root, message))
        }
        Err(Stop::Late { hanging, .. }) => {
            withdraw(run, root)?;
            Ok(Some(Fact::new(Code::PruneUnanswered, root, hanging.first().map_or("", |f| &*f.detail))))
        }
        Err(stop) => Err(stop),
    }
}

/// The operation's end, which waits for what it deleted; ended where that did not go, so that it hinders nothing that comes later.
pub(super) fn close(run: &mut Run<'_>, plan: &Plan, stamp: &Stamp, gone: bool) -> Result<(), Stop> {
    let ours = |live: &Value| patches::progress(live, stamp, 1) == Progress::Running;
    if !read::application(run, &plan.root)?.is_some_and(|live| ours(&live)) {
        return Ok(());
    }
    if gone && until_idle(run, &[&plan.root]).is_ok() { Ok(()) } else { withdraw(run, &plan.root) }
}

/// The operation says that it asked; a child that was not asked (an option of its own) is asked by uid.
fn spared(run: &mut Run<'_>, plan: &Plan) -> Result<Option<Fact>, Stop> {
    let spared = run.until(Step::Prune, run.times.lasting, |run| {
        Ok(Look::of(living(run, plan)?.iter().map(|one| Fact::new(Code::NotDeleted, &one.key, "")).collect()))
    });
    match spared {
        Ok(()) => Ok(None),
        Err(Stop::Late { hanging, .. }) => Ok(hanging.into_iter().next().map(|f| Fact::new(Code::PruneSpared, &f.object, ""))),
        Err(stop) => Err(stop),
    }
}

/// The root's own ApplicationSets and Applications that nobody deletes yet.
pub(super) fn living<'p>(run: &Run<'_>, plan: &'p Plan) -> Result<Vec<&'p Target>, Stop> {
    let mut living = Vec::new();
    for one in plan.own() {
        if read::get(run.api, &one.path, None)?.is_some_and(|l| meta::uid(&l) == one.uid && meta::deleting(&l).is_none()) {
            living.push(one);
        }
    }
    Ok(living)
}

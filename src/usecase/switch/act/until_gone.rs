//! Waits until each instance is gone: 404, or another uid. Nothing else counts, no status and no list alone.
use crate::argo::Mode;
use crate::model::{Key, meta};
use crate::usecase::cluster::Resource;
use crate::usecase::switch::act::poll::{Look, Since};
use crate::usecase::switch::act::read;
use crate::usecase::switch::decide::lacks::hangs;
use crate::usecase::switch::{Code, Fact, Run, Step, Stop, Target};
use crate::value::Value;
use std::collections::BTreeMap;

/// From so many of one kind on, a list says which are worth a look.
const MANY: usize = 20;

/// The root that must stay as it is meanwhile.
pub struct Kept<'a> {
    pub key: &'a Key,
    pub uid: &'a str,
}

/// Waits. Gives what will not go by itself: it is not being deleted, and no Application is left to delete it.
pub fn until_gone(run: &mut Run<'_>, step: Step, targets: &[Target], root: Option<&Kept<'_>>) -> Result<Vec<Fact>, Stop> {
    let mut pending = targets.to_vec();
    let mut since = Since::default();
    let lasting = run.times.lasting;
    let mut last = pending.len();
    run.until(step, run.times.total, |run| {
        if let Some(root) = root {
            check(run, root)?;
        }
        let mut facts = still(run, &mut pending)?;
        if pending.is_empty() {
            return Ok(Look::Done(vec![]));
        }
        let now = run.clock.now();
        let stuck: Vec<Fact> = facts
            .iter()
            .filter(|f| since.lasts(&f.object, "deletion-error", f.code == Code::DeletionError, now, lasting))
            .cloned()
            .collect();
        if !stuck.is_empty() {
            return Err(Stop::Failed(stuck));
        }
        let undone = undone(&facts).cloned();
        let nobody = Key::new("", "", "", "");
        let count = pending.len();
        if std::mem::replace(&mut last, count) != count {
            since.lasts(&nobody, "silent", false, now, lasting);
        }
        if since.lasts(&nobody, "silent", undone.is_some(), now, run.times.silence()) {
            facts.extend(undone.map(|app| Fact::new(Code::ControllerSilent, &app, "")));
        }
        let stays = pending.iter().all(|d| !d.key.is_argo("Application")) && facts.iter().all(|f| f.code == Code::NotDeleted);
        if since.lasts(&nobody, "not-deleted", stays, now, lasting) {
            return Ok(Look::Done(facts));
        }
        Ok(Look::Pending(facts))
    })
}

/// An Application that is being deleted while nothing of what is to go with it is.
fn undone(facts: &[Fact]) -> Option<&Key> {
    let mut objects = facts.iter().filter(|f| !f.object.is_argo("Application")).peekable();
    let idle = objects.peek().is_some() && objects.all(|f| f.code == Code::NotDeleted);
    facts.iter().find(|f| idle && f.code == Code::Deleting).map(|f| &f.object)
}

/// The switch survives: the same object, manual, not being deleted.
fn check(run: &Run<'_>, root: &Kept<'_>) -> Result<(), Stop> {
    let failed = |code, detail: &str| Err(Stop::failed(code, root.key, detail));
    match read::application(run, root.key)? {
        None => failed(Code::RootGone, ""),
        Some(live) if meta::uid(&live) != root.uid => failed(Code::RootReplaced, meta::uid(&live)),
        Some(live) if meta::deleting(&live).is_some() => failed(Code::RootDeleting, &meta::finalizers(&live).join(" ")),
        Some(live) if !Mode::of(&live).is_manual() => failed(Code::Reverted, ""),
        Some(_) => Ok(()),
    }
}

/// Leaves the instances that are still there, and tells what each hangs on. On an error the rest is still pending.
fn still(run: &Run<'_>, pending: &mut Vec<Target>) -> Result<Vec<Fact>, Stop> {
    let mut by_kind: BTreeMap<&Resource, usize> = BTreeMap::new();
    pending.iter().for_each(|d| *by_kind.entry(&d.kind).or_default() += 1);
    let many = by_kind.into_iter().filter(|(_, n)| *n >= MANY);
    // Also half a list shows who is there; who is missing there is asked for.
    let lists = many.filter_map(|(kind, _)| read::list(run, kind, true).ok());
    let seen: BTreeMap<String, Value> = lists.flat_map(|(items, _)| items).map(|i| (meta::uid(&i).to_owned(), i)).collect();
    let mut facts = Vec::new();
    while let Some(one) = pending.get(facts.len()) {
        let listed = seen.get(&one.uid).filter(|_| !one.uid.is_empty());
        match if let Some(live) = listed { Some(hangs(&one.key, live)) } else { look(run, one)? } {
            Some(fact) => facts.push(fact),
            None => drop(pending.remove(facts.len())),
        }
    }
    Ok(facts)
}

/// What one of them hangs on; none where it is gone.
fn look(run: &Run<'_>, one: &Target) -> Result<Option<Fact>, Stop> {
    let live = read::one(run, &one.kind, &one.key, !one.key.is_argo("Application"))?;
    Ok(live.filter(|l| meta::uid(l) == one.uid).map(|l| hangs(&one.key, &l)))
}

//! Waits until each instance is gone: 404, or another uid. Nothing else counts, no status and no list alone.
use crate::argo::{Mode, app};
use crate::model::{Key, meta};
use crate::usecase::cluster::Resource;
use crate::usecase::switch::codes::Code;
use crate::usecase::switch::vocabulary::Doomed;
use crate::usecase::switch::waits::{Look, Since, until};
use crate::usecase::switch::{Fact, Run, Step, Stop, read};
use std::collections::{BTreeMap, BTreeSet};

/// From so many of one kind on, a list says which are worth a look.
const MANY: usize = 20;

/// The root that must stay as it is meanwhile.
pub(super) struct Kept<'a> {
    pub key: &'a Key,
    pub uid: &'a str,
}

/// Waits. Gives what will not go by itself: it is not being deleted, and no Application is left to delete it.
pub(super) fn gone(run: &mut Run<'_>, step: Step, doomed: &[Doomed], root: Option<&Kept<'_>>) -> Result<Vec<Fact>, Stop> {
    let mut pending = doomed.to_vec();
    let mut since = Since::default();
    let (total, lasting) = (run.times.total, run.times.lasting);
    until(run, step, total, |run| {
        if let Some(root) = root {
            check(run, root)?;
        }
        let (rest, facts) = still(run, std::mem::take(&mut pending));
        pending = rest;
        let facts = facts?;
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
        let stays = pending.iter().all(|d| !d.key.is_argo("Application")) && facts.iter().all(|f| f.code == Code::NotDeleted);
        let nobody = Key::new("", "", "", "");
        if since.lasts(&nobody, "not-deleted", stays, now, lasting) {
            return Ok(Look::Done(facts));
        }
        Ok(Look::Pending(facts))
    })
}

/// The switch survives: the same object, manual, not being deleted.
fn check(run: &Run<'_>, root: &Kept<'_>) -> Result<(), Stop> {
    let failed = |code, detail: &str| Err(Stop::Failed(vec![Fact::new(code, root.key, detail)]));
    match read::get(run.api, &read::app_path(root.key), None)? {
        None => failed(Code::RootGone, ""),
        Some(live) if meta::uid(&live) != root.uid => failed(Code::RootReplaced, meta::uid(&live)),
        Some(live) if meta::deleting(&live).is_some() => failed(Code::RootDeleting, &meta::finalizers(&live).join(" ")),
        Some(live) if !Mode::of(&live).is_manual() => failed(Code::Reverted, ""),
        Some(_) => Ok(()),
    }
}

/// Which of the instances are still there, and what each hangs on. On an error the rest is still pending.
fn still(run: &Run<'_>, pending: Vec<Doomed>) -> (Vec<Doomed>, Result<Vec<Fact>, Stop>) {
    let mut by_kind: BTreeMap<&Resource, usize> = BTreeMap::new();
    pending.iter().for_each(|d| *by_kind.entry(&d.kind).or_default() += 1);
    let many = by_kind.into_iter().filter(|(_, n)| *n >= MANY);
    // Also half a list shows who is there; who is missing there is asked for.
    let lists = many.filter_map(|(kind, _)| read::list(run, kind, true).ok());
    let seen: BTreeSet<String> = lists.flat_map(|(items, _)| items).map(|i| meta::uid(&i).to_owned()).filter(|u| !u.is_empty()).collect();
    let (mut rest, mut facts, mut error) = (Vec::new(), Vec::new(), None);
    for one in pending {
        if error.is_some() {
            rest.push(one);
            continue;
        }
        if seen.contains(&one.uid) {
            facts.push(Fact::new(Code::Waiting, &one.key, ""));
            rest.push(one);
            continue;
        }
        let accept = if one.key.is_argo("Application") { None } else { Some(read::PARTIAL) };
        match read::get(run.api, &one.path, accept) {
            Ok(Some(live)) if meta::uid(&live) == one.uid => {
                facts.push(hangs(&one.key, &live));
                rest.push(one);
            }
            Ok(_) => {}
            Err(Stop::Answered { status: 401 | 403, message, .. }) => {
                facts.push(Fact::new(Code::Unseen, &one.key, message));
                rest.push(one);
            }
            Err(stop) => {
                error = Some(stop);
                rest.push(one);
            }
        }
    }
    (rest, error.map_or(Ok(facts), Err))
}

/// What an object that is to go hangs on.
pub(super) fn hangs(key: &Key, live: &serde_json::Value) -> Fact {
    let finalizers = meta::finalizers(live).join(" ");
    if meta::deleting(live).is_none() {
        return Fact::new(Code::NotDeleted, key, finalizers);
    }
    match app::condition(live, "DeletionError") {
        Some((_, message)) => Fact::new(Code::DeletionError, key, message),
        None => Fact::new(Code::Deleting, key, finalizers),
    }
}

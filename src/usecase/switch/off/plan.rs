//! The plan of OFF: what is there, why it must not be done, how it will be done, each write in order. [`plan`] reads; the rest is pure.
use crate::argo::{Mode, app};
use crate::model::{Gap, Key, meta};
use crate::usecase::switch::act::inventory::{inventory, volumes};
use crate::usecase::switch::act::permitted::permitted;
use crate::usecase::switch::decide::allowed::{allows, idle};
use crate::usecase::switch::decide::leftovers::Known;
use crate::usecase::switch::decide::removal::{Removal, removal};
use crate::usecase::switch::decide::{before, patches, preflight};
use crate::usecase::switch::{Code, Fact, Options, Run, Scan, Stop, Strategy, Target, View, Was, Write};
use crate::value::Value;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Plan {
    pub root: Key,
    /// Its uid: it stays the same.
    pub uid: String,
    /// It is manual and nothing hangs below it.
    pub already: bool,
    /// The Applications below it; those that the root itself manages come first.
    pub members: Vec<(Key, String)>,
    /// What the root and they are like.
    pub before: BTreeMap<Key, Was>,
    /// How many of them the root manages itself.
    pub children: usize,
    /// How the children will be removed.
    pub strategy: Strategy,
    /// Why not as asked for.
    pub instead: Option<Fact>,
    pub refusals: Vec<Fact>,
    /// Every write, in order, as it would be sent now.
    pub writes: Vec<Write>,
    pub removal: Removal,
    pub notes: Vec<Fact>,
    /// How long it is watched whether the root stays manual, where an Application manages it.
    pub hold: Option<(Key, Duration)>,
    pub unseen: Vec<Gap>,
    pub(super) known: Known,
}

/// Reads what is there and decides.
///
/// # Errors
/// [`Stop::Refused`] with each reason and its object; nothing was written.
pub fn plan(run: &mut Run<'_>, options: &Options) -> Result<Plan, Stop> {
    let plan = draft(run, options)?;
    if plan.refusals.is_empty() { Ok(plan) } else { Err(Stop::Refused(plan.refusals)) }
}

/// The plan also where it must not be done: its refusals say why.
///
/// # Errors
/// [`Stop::Refused`] where there is no root to switch.
pub fn draft(run: &mut Run<'_>, options: &Options) -> Result<Plan, Stop> {
    let (view, scan) = inventory(run)?;
    let mut notes = Vec::new();
    let volumes = volumes(run, &mut notes)?;
    let mut plan = decide(&view, &scan, &volumes, options).map_err(Stop::Refused)?;
    let unread = view.notes.iter().find(|n| n.hides_settings());
    if let Some(note) = unread.filter(|_| run.tracking.is_none()) {
        plan.refusals.push(Fact::new(Code::SettingsWanted, &note.object, &*note.detail));
    }
    // A prune leaves to Argo CD what a cascade deletes itself.
    let deleted = plan.removal.sets().chain(plan.removal.direct()).filter(|_| plan.strategy == Strategy::Cascade);
    match permitted(run, &view, &["get", "patch", "delete"], deleted) {
        Err(Stop::Refused(missing)) => plan.refusals.extend(missing),
        other => other?,
    }
    plan.refusals.sort();
    plan.refusals.dedup();
    notes.extend(view.notes);
    plan.notes.extend(notes);
    Ok(plan)
}

/// The pure half of [`draft`].
fn decide(view: &View, scan: &Scan, volumes: &[Value], options: &Options) -> Result<Plan, Vec<Fact>> {
    let mut refusals = preflight::root(view);
    let Some(root) = view.root() else { return Err(refusals) };
    let (strategy, instead) = strategy(view, options);
    let removal = removal(view, scan, strategy, volumes);
    refusals.extend(preflight::members(view, scan));
    refusals.extend(preflight::generated(view, &removal));
    refusals.extend(removal.refusals.iter().cloned());
    let (allowed, lost): (Vec<Fact>, Vec<Fact>) = removal.losses.iter().cloned().partition(|l| allows(&options.allow, scan, &l.object));
    let elsewhere = refusals.iter().filter(|f| f.code == Code::Elsewhere);
    let idle = idle(&options.allow, scan, &removal.losses.iter().chain(elsewhere).collect::<Vec<_>>(), &root.key);
    refusals.retain(|f| f.code != Code::Elsewhere || !allows(&options.allow, scan, &f.object));
    refusals.extend(lost);
    let children = view.children();
    let mut members: Vec<(Key, String)> = view.members().into_iter().map(|o| (o.key.clone(), o.uid.clone())).collect();
    members.sort_by_key(|(key, _)| !children.iter().any(|c| c.key == *key));
    let already = Mode::of(&root.value).is_manual() && members.is_empty() && removal.direct.is_empty();
    // An OFF that has begun may have lost it by now; who says it again goes on with that one.
    refusals.extend(idle.into_iter().filter(|_| !Mode::of(&root.value).is_manual()));
    let manager = view.manager();
    let mut notes = preflight::strangers(view);
    notes.extend(preflight::may_revert(view));
    notes.extend(allowed.into_iter().map(|l| Fact { code: Code::LossAllowed, ..l }));
    Ok(Plan {
        root: root.key.clone(),
        uid: root.uid.clone(),
        already,
        refusals,
        writes: writes(view, &removal, strategy, options),
        hold: manager.map(|m| (m.app, Duration::from_secs(2 * view.self_heal + 2))),
        unseen: scan.gaps.clone(),
        known: Known::of(view, &removal),
        children: children.len(),
        before: before::of(view),
        members,
        strategy,
        instead,
        removal,
        notes,
    })
}

/// The strategy asked for, or the one that this root leaves.
fn strategy(view: &View, options: &Options) -> (Strategy, Option<Fact>) {
    let Some(root) = view.root().filter(|_| options.strategy == Strategy::Prune) else { return (options.strategy, None) };
    if let Err(code) = patches::prune(&root.value, &options.stamp) {
        return (Strategy::Cascade, Some(Fact::new(code, &root.key, "")));
    }
    // A prune would take the AppProject first, and then no child could finish its deletion.
    let projects: Vec<&str> = view.members().iter().map(|m| app::project(&m.value)).collect();
    let own = view
        .objects
        .iter()
        .find(|o| o.key.is_argo("AppProject") && projects.contains(&&*o.key.name) && view.marked(o).as_ref() == Some(&root.key));
    match own {
        Some(project) => (Strategy::Cascade, Some(Fact::new(Code::OwnProject, &project.key, ""))),
        None => (Strategy::Prune, None),
    }
}

/// Every write, in order, against what was read.
fn writes(view: &View, removal: &Removal, strategy: Strategy, options: &Options) -> Vec<Write> {
    let Some(root) = view.root() else { return vec![] };
    let members = view.members();
    let mut writes: Vec<Write> = patches::manual(&root.value).into_iter().collect();
    if members.is_empty() && removal.direct.is_empty() {
        return writes;
    }
    if options.terminate {
        writes.extend(std::iter::once(root).chain(members.iter().copied()).filter_map(|o| patches::terminate(&o.value)));
    }
    writes.extend(members.iter().filter_map(|m| patches::finalizer(&m.value)));
    match strategy {
        Strategy::Prune => writes.extend(patches::prune(&root.value, &options.stamp)),
        Strategy::Cascade => {
            let children = view.children();
            let living = |d: &&Target| children.iter().any(|c| c.key == d.key && meta::deleting(&c.value).is_none());
            writes.extend(removal.sets().map(Target::delete));
            writes.extend(removal.going.iter().filter(living).map(Target::delete));
            writes.extend(removal.direct().map(Target::delete));
        }
    }
    writes
}

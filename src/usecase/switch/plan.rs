//! The plan of OFF: what is there, why it must not be done, how it will be done, each write in order. [`plan`] reads; the rest
//! is pure.
use crate::argo::{Mode, app};
use crate::model::{Gap, Key, meta};
use crate::usecase::cluster::Resource;
use crate::usecase::switch::codes::Code;
use crate::usecase::switch::fate::Fate;
use crate::usecase::switch::orphans::Known;
use crate::usecase::switch::scan::Scan;
use crate::usecase::switch::vocabulary::Doomed;
use crate::usecase::switch::{Fact, Run, Stamp, Stop, View, Write, fate, guard, ops, read};
use serde_json::Value;
use std::time::Duration;

pub use crate::usecase::switch::vocabulary::Strategy;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// How.
    pub strategy: Strategy,
    /// Running operations are ended instead of waited for.
    pub terminate: bool,
    /// Objects that may be lost, as `KIND/NAMESPACE/NAME` or `KIND/NAME`.
    pub allow: Vec<String>,
    /// Who, and by which run id.
    pub stamp: Stamp,
}

/// What will be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The root.
    pub root: Key,
    /// Its uid: it stays the same.
    pub uid: String,
    /// It is manual and nothing hangs below it.
    pub already: bool,
    /// The Applications below it; those that the root itself manages come first.
    pub members: Vec<(Key, String)>,
    /// How many of them the root manages itself.
    pub children: usize,
    /// How the children will be removed.
    pub strategy: Strategy,
    /// Why not as asked for.
    pub instead: Option<Fact>,
    /// Every write, in order, as it would be sent now.
    pub writes: Vec<Write>,
    /// What goes and what stays.
    pub fate: Fate,
    /// What should be known before.
    pub notes: Vec<Fact>,
    /// How long it is watched whether the root stays manual, where an Application manages it.
    pub hold: Option<(Key, Duration)>,
    /// What was not seen, or not whole.
    pub unseen: Vec<Gap>,
    pub(super) known: Known,
}

/// Reads what is there and decides.
///
/// # Errors
/// [`Stop::Refused`] with each reason and its object; nothing was written.
pub fn plan(run: &mut Run<'_>, options: &Options) -> Result<Plan, Stop> {
    let view = View::read(run)?;
    let scan = Scan::with(run, &fate::listed(&view))?;
    let mut notes = Vec::new();
    let volumes = volumes(run, &mut notes)?;
    let mut plan = decide(&view, &scan, &volumes, options).map_err(Stop::Refused)?;
    notes.extend(view.notes);
    plan.notes.extend(notes);
    Ok(plan)
}

/// The PersistentVolumes in full.
pub(super) fn volumes(run: &Run<'_>, notes: &mut Vec<Fact>) -> Result<Vec<Value>, Stop> {
    read::allowed(run, &Resource::new("", "v1", "persistentvolumes", "PersistentVolume", false), notes)
}

/// The pure half of [`plan`].
fn decide(view: &View, scan: &Scan, volumes: &[Value], options: &Options) -> Result<Plan, Vec<Fact>> {
    let mut refusals = guard::root(view);
    let Some(root) = view.root() else { return Err(refusals) };
    let (strategy, instead) = strategy(view, options);
    let fate = fate::fate(view, scan, strategy, volumes);
    refusals.extend(guard::members(view, scan));
    refusals.extend(fate.refusals.iter().cloned());
    refusals.extend(fate.losses.iter().filter(|l| !fate::is_allowed(&options.allow, &l.object)).cloned());
    refusals.retain(|f| f.code != Code::Elsewhere || !fate::is_allowed(&options.allow, &f.object));
    if !refusals.is_empty() {
        refusals.sort();
        refusals.dedup();
        return Err(refusals);
    }
    let children = view.children();
    let mut members: Vec<(Key, String)> = view.members().into_iter().map(|o| (o.key.clone(), o.uid.clone())).collect();
    members.sort_by_key(|(key, _)| !children.iter().any(|c| c.key == *key));
    let already = Mode::of(&root.value).is_manual() && members.is_empty() && fate.direct.is_empty();
    let manager = view.manager();
    let mut notes = guard::strangers(view);
    if let Some(m) = manager.as_ref().filter(|m| m.self_heals && !m.ignores) {
        notes.push(Fact::new(Code::MayRevert, &root.key, m.app.place()));
    }
    notes.extend(fate.losses.iter().map(|l| Fact::new(Code::LossAllowed, &l.object, l.detail.clone())));
    Ok(Plan {
        root: root.key.clone(),
        uid: root.uid.clone(),
        already,
        writes: writes(view, &fate, strategy, options),
        hold: manager.map(|m| (m.app, Duration::from_secs(2 * view.self_heal + 2))),
        unseen: scan.gaps.clone(),
        known: Known::of(view, &fate),
        children: children.len(),
        members,
        strategy,
        instead,
        fate,
        notes,
    })
}

/// The strategy asked for, or the one that this root leaves.
fn strategy(view: &View, options: &Options) -> (Strategy, Option<Fact>) {
    let Some(root) = view.root().filter(|_| options.strategy == Strategy::Prune) else { return (options.strategy, None) };
    if let Err(code) = ops::prune(&root.value, &options.stamp) {
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
fn writes(view: &View, fate: &Fate, strategy: Strategy, options: &Options) -> Vec<Write> {
    let Some(root) = view.root() else { return vec![] };
    let members = view.members();
    let mut writes: Vec<Write> = ops::manual(&root.value).into_iter().collect();
    if members.is_empty() && fate.direct.is_empty() {
        return writes;
    }
    if options.terminate {
        writes.extend(std::iter::once(root).chain(members.iter().copied()).filter_map(|o| ops::terminate(&o.value)));
    }
    writes.extend(members.iter().filter_map(|m| ops::finalizer(&m.value)));
    match strategy {
        Strategy::Prune => writes.extend(ops::prune(&root.value, &options.stamp)),
        Strategy::Cascade => {
            let living = view.children().into_iter().filter(|c| meta::deleting(&c.value).is_none());
            writes.extend(living.map(|c| ops::delete(&c.key, &c.uid)));
            writes.extend(direct(fate).map(|d| Write::delete("delete", &d.path, &d.key, &d.uid)));
        }
    }
    writes
}

/// The root's own objects beside its children; AppProjects last.
pub(super) fn direct(fate: &Fate) -> impl Iterator<Item = &Doomed> {
    let all = |project: bool| fate.going.iter().filter(move |d| fate.direct.contains(&d.key) && d.key.is_argo("AppProject") == project);
    all(false).chain(all(true))
}

//! ON: what still terminates is waited out, the root is applied where it is missing, made automated and asked for one operation
//! in one patch, and everything below is waited for.
use crate::argo::{Mode, app};
use crate::model::{Key, meta};
use crate::usecase::switch::act::apply;
use crate::usecase::switch::act::inventory::inventory;
use crate::usecase::switch::act::permitted::permitted;
use crate::usecase::switch::act::until_gone::until_gone;
use crate::usecase::switch::act::until_healthy::{Settled, Want, until_healthy};
use crate::usecase::switch::act::until_idle::terminate;
use crate::usecase::switch::decide::lacks::hangs;
use crate::usecase::switch::decide::{manifests, patches, preflight};
use crate::usecase::switch::{Code, Fact, Options, Run, Step, Stop, Target, View, Write};
use crate::value::Value;
use std::collections::BTreeSet;

#[derive(Clone, Debug)]
pub struct Plan {
    pub root: Key,
    /// It is automated already.
    pub already: bool,
    /// It will be applied from the manifest.
    pub apply: Option<Value>,
    /// Something lives below it: it has not gone, or has come back.
    pub lives: bool,
    /// What is waited for first.
    pub terminating: Vec<Fact>,
    /// Every write that is known now; a manual child gets an operation of its own once it is there.
    pub writes: Vec<Write>,
    pub notes: Vec<Fact>,
    targets: Vec<Target>,
}

/// Reads what is there and decides.
///
/// # Errors
/// [`Stop::Refused`] with each reason and its object; nothing was written.
pub fn plan(run: &mut Run<'_>, options: &Options) -> Result<Plan, Stop> {
    let (view, scan) = inventory(run)?;
    let key = view.root_key();
    let mut refusals = if view.root().is_some() { preflight::root(&view) } else { vec![] };
    let apply = if view.root().is_some() { None } else { Some(manifests::given(&options.manifests, &key)?) };
    let root = view.root().map(|r| &r.value).or(apply.as_ref());
    if let Some(project) = root.map(app::project).filter(|p| view.has_project(p) == Some(false)) {
        refusals.push(Fact::new(Code::NoProject, &key, project));
    }
    if !refusals.is_empty() {
        return Err(Stop::Refused(refusals));
    }
    permitted(run, &view, if apply.is_some() { &["get", "patch", "create"] } else { &["get", "patch"] }, [].iter())?;
    let ours = claiming(&view, &key);
    let going = scan.objects.iter().filter(|o| o.key != key && meta::deleting(&o.value).is_some());
    let going = going.filter(|o| view.marked(o).is_some_and(|a| ours.contains(&a)));
    let targets: Vec<Target> = going.filter_map(|o| scan.target(o)).collect();
    let terminating = targets.iter().filter_map(|d| scan.get(&d.key).map(|o| hangs(&d.key, &o.value))).collect();
    let mut notes = view.notes.clone();
    notes.extend(preflight::may_revert(&view));
    let mut writes: Vec<Write> = apply.iter().map(|m| patches::apply(&key, m)).collect();
    if let Some(root) = root {
        writes.push(patches::sync(root, &options.stamp, 1, true));
    }
    for member in view.members() {
        let stays = options.expected.get(&member.key).is_some_and(|was| was.stays(&member.value));
        let out = app::sync(&member.value) == "OutOfSync";
        if out && !stays && Mode::of(&member.value).is_manual() && meta::deleting(&member.value).is_none() && view.roller(member).is_none()
        {
            writes.push(patches::sync(&member.value, &options.stamp, 1, false));
        }
    }
    let already = view.root().is_some_and(|r| !Mode::of(&r.value).is_manual());
    let lives = view.members().into_iter().any(|m| meta::deleting(&m.value).is_none());
    Ok(Plan { root: key, already, apply, lives, terminating, writes, notes, targets })
}

/// The Applications that may be the root's, at any depth, by list or by mark alone: a root that was just made lists nothing yet.
/// Enough for waiting; nothing is written on such evidence.
fn claiming(view: &View, root: &Key) -> BTreeSet<Key> {
    let mut ours = view.listed_apps();
    ours.insert(root.clone());
    loop {
        let new: Vec<Key> = view
            .applications()
            .filter(|o| !ours.contains(&o.key) && view.marked(o).is_some_and(|a| ours.contains(&a)))
            .map(|o| o.key.clone())
            .collect();
        if new.is_empty() {
            return ours;
        }
        ours.extend(new);
    }
}

/// Does what the plan says.
///
/// # Errors
/// Why it did not reach its end; `switch status` tells the state, and `switch on` goes on from there.
pub fn on(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<Settled, Stop> {
    terminate_first(run, plan)?;
    let mut notes = plan.notes.clone();
    if let Some(manifest) = &plan.apply {
        run.begin(Step::Apply);
        notes.extend(apply::root(run, &plan.root, manifest)?);
    }
    if options.terminate {
        terminate(run, &plan.root)?;
    }
    let want = Want { automate: true, stamp: &options.stamp, expected: &options.expected };
    let mut done = until_healthy(run, &plan.root, &want)?;
    done.notes.splice(0..0, notes);
    Ok(done)
}

/// Waits out what still terminates: applying onto it would succeed and then vanish.
pub(super) fn terminate_first(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    if plan.targets.is_empty() {
        return Ok(());
    }
    run.begin(Step::Terminating);
    until_gone(run, Step::Terminating, &plan.targets, None).map(drop)
}

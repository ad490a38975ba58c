//! ON: what still terminates is waited out, the root is applied where it is missing, made automated and asked for one operation
//! in one patch, and everything below is waited for.
use crate::argo::{Mode, app};
use crate::model::meta::text;
use crate::model::{Key, meta};
use crate::usecase::switch::codes::Code;
use crate::usecase::switch::scan::Scan;
use crate::usecase::switch::settle::{Settled, Want};
use crate::usecase::switch::vocabulary::Doomed;
use crate::usecase::switch::write::Answer;
use crate::usecase::switch::{Event, Fact, Run, Stamp, Step, Stop, View, Write, fate, gone, guard, ops, read, settle, vocabulary, write};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who, and by which run id.
    pub stamp: Stamp,
    /// The root's manifest, for where it is missing.
    pub manifest: Option<Value>,
    /// Applications that must be there in the end, as an earlier view or bundle knows them.
    pub expected: BTreeSet<Key>,
    /// Running operations of the root are ended instead of waited for.
    pub terminate: bool,
}

/// What will be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The root.
    pub root: Key,
    /// It will be applied from the manifest.
    pub apply: Option<Value>,
    /// What is waited for first.
    pub terminating: Vec<Fact>,
    /// Every write that is known now; a manual child gets an operation of its own once it is there.
    pub writes: Vec<Write>,
    /// What should be known before.
    pub notes: Vec<Fact>,
    doomed: Vec<Doomed>,
}

/// Reads what is there and decides.
///
/// # Errors
/// [`Stop::Refused`] with each reason and its object; nothing was written.
pub fn plan(run: &mut Run<'_>, options: &Options) -> Result<Plan, Stop> {
    let view = View::read(run)?;
    let scan = Scan::with(run, &fate::listed(&view))?;
    let key = view.root_key();
    let mut refusals = if view.root().is_some() { guard::root(&view) } else { vec![] };
    let apply = match (view.root(), &options.manifest) {
        (Some(_), _) => None,
        (None, None) => return Err(Stop::Refused(vec![Fact::new(Code::NoRoot, &key, "")])),
        (None, Some(manifest)) => Some(manual_manifest(manifest, &key)?),
    };
    let root = view.root().map(|r| &r.value).or(apply.as_ref());
    if let Some(project) = root.map(app::project).filter(|p| view.has_project(p) == Some(false)) {
        refusals.push(Fact::new(Code::NoProject, &key, project));
    }
    if !refusals.is_empty() {
        return Err(Stop::Refused(refusals));
    }
    let ours = claiming(&view, &key);
    let going = scan.objects.iter().filter(|o| o.key != key && meta::deleting(&o.value).is_some());
    let going = going.filter(|o| view.marked(o).is_some_and(|a| ours.contains(&a)));
    let doomed: Vec<Doomed> = going.filter_map(|o| scan.doomed(o)).collect();
    let terminating = doomed.iter().filter_map(|d| scan.get(&d.key).map(|o| gone::hangs(&d.key, &o.value))).collect();
    let mut notes = view.notes.clone();
    if let Some(m) = view.manager().filter(|m| m.self_heals && !m.ignores) {
        notes.push(Fact::new(Code::MayRevert, &key, m.app.place()));
    }
    let mut writes: Vec<Write> = apply.iter().map(|m| create(&key, m)).collect();
    if let Some(root) = root {
        writes.push(ops::sync(root, &options.stamp, 1, true));
    }
    for member in view.members() {
        let out = text(&member.value, "/status/sync/status") == "OutOfSync";
        if out && Mode::of(&member.value).is_manual() && meta::deleting(&member.value).is_none() {
            writes.push(ops::sync(&member.value, &options.stamp, 1, false));
        }
    }
    Ok(Plan { root: key, apply, terminating, writes, notes, doomed })
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

/// The root's manifest, clean and manual: it is made automated by the patch that also asks for the operation.
fn manual_manifest(manifest: &Value, key: &Key) -> Result<Value, Stop> {
    let mut new = ops::cleaned(manifest);
    let found = vocabulary::key_of(&new);
    let space = if found.namespace.is_empty() { &key.namespace } else { &found.namespace };
    if !found.is_argo("Application") || found.name != key.name || *space != key.namespace {
        return Err(Stop::Refused(vec![Fact::new(Code::OtherManifest, key, found.to_string())]));
    }
    crate::model::set(&mut new, "/metadata/namespace", Value::String(key.namespace.clone()));
    if let Some(policy) = new.pointer_mut("/spec/syncPolicy").and_then(Value::as_object_mut) {
        policy.remove("automated");
    }
    Ok(new)
}

pub(super) fn create(key: &Key, manifest: &Value) -> Write {
    let collection = format!("/apis/argoproj.io/v1alpha1/namespaces/{}/applications", key.namespace);
    Write::create("apply", &collection, key, manifest.clone())
}

/// Does what the plan says.
///
/// # Errors
/// Why it did not reach its end; `switch status` tells the state, and `switch on` goes on from there.
pub fn on(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<Settled, Stop> {
    terminate_first(run, plan)?;
    let mut notes = plan.notes.clone();
    if let Some(manifest) = &plan.apply {
        run.tell(&Event::Step(Step::Apply));
        notes.extend(apply(run, &plan.root, manifest)?);
    }
    if options.terminate {
        write::change(run, &read::app_path(&plan.root), Step::Operations, &|live| Ok(ops::terminate(live)))?;
    }
    let want = Want { automate: true, stamp: &options.stamp, expected: &options.expected };
    let mut done = settle::settle(run, &plan.root, &want)?;
    done.notes.splice(0..0, notes);
    Ok(done)
}

/// Waits out what still terminates: applying onto it would succeed and then vanish.
pub(super) fn terminate_first(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    if plan.doomed.is_empty() {
        return Ok(());
    }
    run.tell(&Event::Step(Step::Terminating));
    gone::gone(run, Step::Terminating, &plan.doomed, None).map(drop)
}

/// Creates the root; one that somebody else made meanwhile is adopted, and said.
pub(super) fn apply(run: &mut Run<'_>, key: &Key, manifest: &Value) -> Result<Option<Fact>, Stop> {
    let path = read::app_path(key);
    for _ in 0..5 {
        match write::send(run, &create(key, manifest))? {
            Answer::Taken(_) => return Ok(None),
            Answer::Conflict(_) => {
                let live = read::get(run.api, &path, None)?;
                if live.is_some_and(|l| meta::deleting(&l).is_none()) {
                    return Ok(Some(Fact::new(Code::Adopted, key, "")));
                }
            }
            Answer::Gone => {}
            Answer::Unclear(stop) if read::get(run.api, &path, None)?.is_none() => drop(stop),
            Answer::Unclear(_) => return Ok(None),
        }
        if !run.clock.sleep(run.times.poll) {
            return Err(Stop::Interrupted { step: Step::Apply, hanging: vec![] });
        }
    }
    Err(Stop::Failed(vec![Fact::new(Code::Conflict, key, "")]))
}

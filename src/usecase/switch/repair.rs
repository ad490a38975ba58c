//! Law A, for a root that hangs in Deleting: the cause named, the benign fix first, then exactly: finalizers off the root only,
//! gone, applied again as manual or automated as it was, synced; and a look for orphans. No child is ever stripped.
use crate::argo::Mode;
use crate::model::meta::text;
use crate::model::{Gap, Key, Object, meta};
use crate::usecase::switch::act::inventory::volumes;
use crate::usecase::switch::act::permitted::permitted;
use crate::usecase::switch::act::poll::Look;
use crate::usecase::switch::act::until_healthy::{Settled, Want, until_healthy};
use crate::usecase::switch::act::{apply, inventory, read, write};
use crate::usecase::switch::decide::allowed::{allows, idle};
use crate::usecase::switch::decide::lacks::hangs;
use crate::usecase::switch::decide::leftovers::{Known, leftovers};
use crate::usecase::switch::decide::removal::removal;
use crate::usecase::switch::decide::{before, diagnosis, manifests, patches};
use crate::usecase::switch::on;
use crate::usecase::switch::{Code, Fact, Options, Run, Step, Stop, Strategy, Was, Write};
use crate::value::Value;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct Plan {
    pub root: Key,
    /// The uid of the instance that hangs.
    pub uid: String,
    /// Why it hangs, the deepest first.
    pub causes: Vec<Fact>,
    /// Whether the benign fix comes first; not where it would let the deletion lose data.
    pub mends: bool,
    /// It was automated, and will be.
    pub automated: bool,
    /// It will be synced: it was automated, or something lives below it.
    pub syncs: bool,
    pub writes: Vec<Write>,
    pub notes: Vec<Fact>,
    manifest: Value,
    project: Option<Write>,
    hung: Vec<Key>,
    expected: BTreeMap<Key, Was>,
    known: Known,
}

#[derive(Clone, Debug)]
pub struct Repaired {
    /// The benign fix was enough; no finalizer was removed by hand.
    pub by_mending: bool,
    /// The uid of the new instance.
    pub uid: String,
    /// How the sync came out; none where it was manual with nothing below it.
    pub settled: Option<Settled>,
    /// What lives and is managed by nobody.
    pub left: Vec<Fact>,
    pub notes: Vec<Fact>,
    pub unseen: Vec<Gap>,
}

/// Names the cause and decides.
///
/// # Errors
/// [`Stop::Refused`]: the root does not hang, or something is wanted that was not given.
pub fn plan(run: &mut Run<'_>, options: &Options) -> Result<Plan, Stop> {
    let view = inventory::view(run)?;
    let key = view.root_key();
    let refused = |code, detail: &str| Err(Stop::refused(code, &key, detail));
    let Some(root) = view.root() else { return refused(Code::NoRoot, "") };
    if meta::deleting(&root.value).is_none() {
        return refused(Code::NotDeleting, "");
    }
    let scan = inventory::scan(run, &view.listed())?;
    let causes = diagnosis::causes(&view, &scan, root, run.clock.now());
    let foreign = diagnosis::foreign(&root.value);
    if !foreign.is_empty() {
        return refused(Code::ForeignFinalizer, &foreign.join(" "));
    }
    let project = manifests::project(&view, root, &options.manifests)?;
    permitted(run, &view, &["get", "patch", "create"], [].iter())?;
    let mut notes = Vec::new();
    let volumes = volumes(run, &mut notes)?;
    let removal = removal(&view, &scan, Strategy::Cascade, &volumes);
    // The fix lets Argo CD go on with what was asked for: deleting the root with everything below it.
    let idle = idle(&options.allow, &scan, &removal.losses.iter().collect::<Vec<_>>(), &key);
    if !idle.is_empty() {
        return Err(Stop::Refused(idle));
    }
    let lost: Vec<Fact> = removal.losses.iter().filter(|l| !allows(&options.allow, &scan, &l.object)).cloned().collect();
    let hung: Vec<&Object> = view.members().into_iter().filter(|m| meta::deleting(&m.value).is_some()).chain([root]).collect();
    let operating: Vec<Write> = hung.iter().filter_map(|o| patches::terminate(&o.value)).collect();
    let hung = operating.iter().map(|w| w.object.clone()).collect();
    let fixes: Vec<Write> = operating.into_iter().chain(project.clone()).collect();
    let mends = lost.is_empty() && !fixes.is_empty();
    if !fixes.is_empty() {
        notes.extend(lost.into_iter().map(|l| Fact { code: Code::MendWouldLose, ..l }));
    }
    let automated = !Mode::of(&root.value).is_manual();
    let manifest = manifests::again(root, &options.manifests)?;
    let living: Vec<&Object> = view.members().into_iter().filter(|m| meta::deleting(&m.value).is_none()).collect();
    let syncs = automated || !living.is_empty();
    let mut writes = if mends { fixes } else { vec![] };
    writes.extend(patches::strip(&root.value));
    if !mends {
        writes.extend(project.clone());
    }
    writes.push(patches::apply(&key, &manifest));
    writes.extend(if syncs { Some(patches::sync(&manifest, &options.stamp, 1, automated)) } else { patches::refresh(&manifest) });
    notes.extend(view.notes.iter().cloned());
    let known = Known::of(&view, &removal);
    let mut expected = before::of(&view);
    // Whatever an Application's health is while the root hangs, it need not stay so.
    expected.retain(|_, was| was.unmade.is_some());
    expected.extend(living.iter().map(|o| (o.key.clone(), Was::default())));
    Ok(Plan { root: key, uid: root.uid.clone(), causes, mends, automated, syncs, writes, notes, manifest, project, hung, expected, known })
}

/// Does what the plan says.
///
/// # Errors
/// Why it did not reach its end; `switch status` tells the state.
pub fn repair(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<Repaired, Stop> {
    let by_mending = plan.mends && mend(run, plan)?;
    if !by_mending {
        strip(run, plan)?;
    }
    run.begin(Step::Apply);
    apply::project(run, plan.project.as_ref())?;
    let mut notes = plan.notes.clone();
    notes.extend(apply::root(run, &plan.root, &plan.manifest)?);
    let settled = if plan.syncs { Some(sync(run, plan, options)?) } else { look_again(run, plan)? };
    run.begin(Step::Orphans);
    let view = inventory::view(run)?;
    let scan = inventory::scan(run, &plan.known.listed)?;
    let known = Known { kept: plan.known.kept.clone(), ..plan.known.dead(&view) };
    let mut left = leftovers(&view, &scan, &known);
    left.orphans.retain(|f| f.detail != plan.root.place());
    notes.extend(left.notes);
    let uid = view.root().map(|r| r.uid.clone()).unwrap_or_default();
    Ok(Repaired { by_mending, uid, settled, left: left.orphans, notes, unseen: scan.gaps })
}

/// The benign fixes; true where the root then went by itself.
fn mend(run: &mut Run<'_>, plan: &Plan) -> Result<bool, Stop> {
    run.begin(Step::Mend);
    for key in &plan.hung {
        let decide = |live: &Value| Ok(patches::terminate(live).filter(|_| meta::deleting(live).is_some()));
        write::change(run, key, Step::Mend, &decide)?;
    }
    apply::project(run, plan.project.as_ref())?;
    match leaves(run, plan, Step::Mend) {
        Ok(()) => Ok(true),
        Err(Stop::Late { .. }) => Ok(false),
        Err(stop) => Err(stop),
    }
}

/// Waits until the instance that hung is gone: 404, or another uid.
fn leaves(run: &mut Run<'_>, plan: &Plan, step: Step) -> Result<(), Stop> {
    run.until(step, run.times.operation, |run| match read::application(run, &plan.root)? {
        Some(live) if meta::uid(&live) == plan.uid => Ok(Look::Pending(vec![hangs(&plan.root, &live)])),
        _ => Ok(Look::Done(())),
    })
}

/// Argo CD's finalizers off the root, and off nothing else.
fn strip(run: &mut Run<'_>, plan: &Plan) -> Result<(), Stop> {
    run.begin(Step::Strip);
    let same = |w: &Write| w.uid == plan.uid && w.object == plan.root;
    write::change(run, &plan.root, Step::Strip, &|live| Ok(patches::strip(live).filter(|w| same(w) && meta::deleting(live).is_some())))?;
    leaves(run, plan, Step::Strip)
}

/// Waits out what still terminates below the root, then syncs.
fn sync(run: &mut Run<'_>, plan: &Plan, options: &Options) -> Result<Settled, Stop> {
    let rest = on::plan(run, &Options { manifests: vec![], ..options.clone() })?;
    on::terminate_first(run, &rest)?;
    let want = Want { automate: plan.automated, stamp: &options.stamp, expected: &plan.expected };
    until_healthy(run, &plan.root, &want)
}

/// Nothing lives below a manual root: it is looked at once, so that its status is its own again.
fn look_again(run: &mut Run<'_>, plan: &Plan) -> Result<Option<Settled>, Stop> {
    let looked = |live: &Value| !text(live, "/status/reconciledAt").is_empty();
    write::change(run, &plan.root, Step::Sync, &|live| Ok(if looked(live) { None } else { patches::refresh(live) }))?;
    run.until(Step::Sync, run.times.operation, |run| match read::application(run, &plan.root)? {
        Some(live) if looked(&live) => Ok(Look::Done(None)),
        _ => Ok(Look::Pending(vec![Fact::new(Code::NotReconciled, &plan.root, "")])),
    })
}

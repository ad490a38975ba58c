//! One operation of the root, and then: everything below it there, Synced, Healthy, its operations at their end and reconciled
//! after it, every workload available. Runs the operation again where it succeeded without making every child; syncs children
//! that nobody syncs; stops early on what waiting can't mend.
use crate::argo::{Mode, app, managed, resources, set};
use crate::kinds::health::application_is_unsettled;
use crate::model::meta::text;
use crate::model::{Key, Object, meta};
use crate::usecase::switch::act::poll::{Look, Since};
use crate::usecase::switch::act::until_idle::{ask, withdraw};
use crate::usecase::switch::act::workloads::workloads;
use crate::usecase::switch::act::{inventory, write};
use crate::usecase::switch::decide::lacks::lacks;
use crate::usecase::switch::decide::patches::{self, Progress};
use crate::usecase::switch::{Code, Fact, Run, Stamp, Step, Stop, Times, View, Was};
use std::collections::{BTreeMap, BTreeSet};

/// How often the root's operation is run, and a child's.
const MOST: u32 = 3;
/// Looks in a row without anything missing.
const QUIET: u32 = 2;

pub struct Want<'a> {
    /// Make the root automated, in the same patch.
    pub automate: bool,
    /// By what the operations are known again.
    pub stamp: &'a Stamp,
    /// Applications that must be there in the end, as they were.
    pub expected: &'a BTreeMap<Key, Was>,
}

#[derive(Clone, Default, Debug)]
pub struct Settled {
    /// How often the root's operation was run.
    pub attempts: u32,
    /// Applications that got an operation of their own.
    pub by_hand: Vec<Key>,
    /// Applications below the root, all Synced and Healthy.
    pub apps: usize,
    /// Workloads, all available.
    pub workloads: usize,
    pub notes: Vec<Fact>,
}

struct State<'a> {
    root: &'a Key,
    want: &'a Want<'a>,
    done: Settled,
    tries: BTreeMap<Key, u32>,
    since: Since,
    quiet: u32,
    /// What is not waited for at this look: left alone, or again as unwell as it was.
    spared: BTreeMap<Key, Fact>,
}

pub fn until_healthy(run: &mut Run<'_>, root: &Key, want: &Want<'_>) -> Result<Settled, Stop> {
    run.begin(Step::Sync);
    ask(run, root, want.stamp, 1, want.automate)?;
    run.begin(Step::Settle);
    let done = Settled { attempts: 1, ..Settled::default() };
    let mut state = State { root, want, done, tries: BTreeMap::new(), since: Since::default(), quiet: 0, spared: BTreeMap::new() };
    run.until(Step::Settle, run.times.total, |run| state.look(run))
}

impl State<'_> {
    fn look(&mut self, run: &mut Run<'_>) -> Result<Look<Settled>, Stop> {
        let view = inventory::view(run)?;
        self.spared.clear();
        let failed = |code, detail: &str| Err(Stop::failed(code, self.root, detail));
        let Some(root) = view.root().filter(|r| r.key == *self.root) else { return failed(Code::RootGone, "") };
        if meta::deleting(&root.value).is_some() {
            return failed(Code::RootDeleting, &meta::finalizers(&root.value).join(" "));
        }
        if self.want.automate && !Mode::of(&root.value).is_on() {
            return failed(Code::Reverted, &view.manager().map(|m| m.app.place()).unwrap_or_default());
        }
        let mut pending = self.of_root(run, &view, root)?;
        for member in view.members() {
            pending.extend(self.of_member(run, &view, member)?);
        }
        pending.extend(self.of_sets(run, &view)?);
        if pending.is_empty() {
            let (count, unavailable) = workloads(run, &view, |app| self.spared.contains_key(app))?;
            self.done.workloads = count;
            pending = unavailable;
        }
        self.quiet = if pending.is_empty() { self.quiet + 1 } else { 0 };
        self.done.apps = view.members().len();
        if self.quiet < QUIET {
            return Ok(Look::Pending(pending));
        }
        self.done.notes.extend(std::mem::take(&mut self.spared).into_values());
        Ok(Look::Done(self.done.clone()))
    }

    fn of_root(&mut self, run: &mut Run<'_>, view: &View, root: &Object) -> Result<Vec<Fact>, Stop> {
        self.hopeless(run, view, root)?;
        let value = &root.value;
        let message = app::message(value);
        match patches::progress(value, self.want.stamp, self.done.attempts) {
            Progress::Ended if app::phase(value) != "Succeeded" => return Err(Stop::failed(Code::OperationFailed, &root.key, message)),
            Progress::Unknown if !app::is_operating(value) => self.note(Code::OperationOvertaken, &root.key, ""),
            _ => {}
        }
        if application_is_unsettled(value) {
            let code = if app::is_operating(value) { Code::Operating } else { Code::NotReconciled };
            return Ok(self.since.with_silence(run, value, Fact::new(code, &root.key, message)));
        }
        let lists = view.listed();
        let there = |k: &Key| view.get(k).is_some_and(|o| meta::deleting(&o.value).is_none());
        let synced = app::sync(value) == "Synced";
        let direct: BTreeSet<Key> = managed(value).filter(|k| k.is_argo("Application")).collect();
        let missing: Vec<Fact> = direct.iter().filter(|k| !there(k)).map(|k| Fact::new(Code::Missing, k, "")).collect();
        if !missing.is_empty() {
            // It succeeded, and did not make every child.
            if self.done.attempts >= MOST {
                return Err(Stop::Failed(missing.into_iter().map(|f| Fact { code: Code::ChildNotMade, ..f }).collect()));
            }
            self.done.attempts += 1;
            ask(run, self.root, self.want.stamp, self.done.attempts, self.want.automate)?;
            return Ok(missing);
        }
        if direct.is_empty() && synced {
            return Err(Stop::failed(Code::NoChildren, &root.key, ""));
        }
        let mut pending = self.lacking(run, root);
        // Deeper ones come when their parents are synced; what no parent lists any more is not in Git.
        let settled = pending.is_empty()
            && view.members().iter().all(|m| self.lacking(run, m).is_empty())
            && view.sets().all(|set| set::made(&set.value) == set::Made::All);
        for key in self.want.expected.keys().filter(|k| !there(k)) {
            if !settled || lists.contains(key) {
                pending.push(Fact::new(Code::Missing, key, ""));
            } else {
                self.note(Code::NotInGit, key, "");
            }
        }
        Ok(pending)
    }

    fn of_member(&mut self, run: &mut Run<'_>, view: &View, member: &Object) -> Result<Vec<Fact>, Stop> {
        let (key, value) = (&member.key, &member.value);
        if meta::deleting(value).is_some() {
            return Ok(vec![Fact::new(Code::Deleting, key, meta::finalizers(value).join(" "))]);
        }
        if self.leaves(member) {
            return Ok(vec![]);
        }
        self.hopeless(run, view, member)?;
        if !view.here.is(value) {
            self.note(Code::NotSeenHere, key, text(value, "/spec/destination/server"));
        }
        let tries = self.tries(key);
        let message = app::message(value);
        if app::is_operating(value) {
            return Ok(self.since.with_silence(run, value, Fact::new(Code::Operating, key, message)));
        }
        let out = app::sync(value) == "OutOfSync";
        let has_failed = matches!(app::phase(value), "Failed" | "Error");
        let ours_failed = has_failed && tries > 0 && patches::progress(value, self.want.stamp, tries) == Progress::Ended;
        let as_before = self.is_as_before(member);
        if out && ours_failed && !as_before {
            return Err(Stop::failed(Code::OperationFailed, key, message));
        }
        let (now, lasting) = (run.clock.now(), run.times.lasting);
        // A manual one is synced by nobody; an automated one that failed once is not tried again on the same revision.
        let long = self.since.lasts(key, "out-of-sync", out, now, lasting);
        let roller = view.roller(member);
        let step = roller.and_then(|set| set::step(&set.value, &key.name));
        let wanted = out && step.is_none() && (Mode::of(value).is_manual() && tries == 0 && roller.is_none() || long && !as_before);
        if wanted && tries < MOST {
            ask(run, key, self.want.stamp, tries + 1, false)?;
            self.tries.insert(key.clone(), tries + 1);
            self.since.lasts(key, "out-of-sync", false, now, lasting);
            if !self.done.by_hand.contains(key) {
                self.done.by_hand.push(key.clone());
            }
        }
        let there = |k: &Key| view.get(k).is_some();
        let mut pending = self.lacking(run, member);
        let step = step.filter(|_| !self.spared.contains_key(key));
        pending.extend(step.map(|(step, status)| Fact::new(Code::Rolling, key, format!("{step}: {status}"))));
        if pending.is_empty() && patches::take_back(value).is_some() {
            write::change(run, key, Step::Settle, &|live| Ok(patches::take_back(live)))?;
        }
        let below = resources(value).filter(|k| k.is_argo("Application") && !there(k));
        pending.extend(below.map(|k| Fact::new(Code::Missing, &k, "")));
        Ok(pending)
    }

    /// The ApplicationSets of the layer that have not made their Applications yet. One that had not before either need not now, where all that
    /// was there is.
    fn of_sets(&mut self, run: &Run<'_>, view: &View) -> Result<Vec<Fact>, Stop> {
        let (mut pending, mut failed) = (Vec::new(), Vec::new());
        let all_there = self.want.expected.keys().all(|key| view.get(key).is_some());
        for set in view.sets() {
            let fact = match set::made(&set.value) {
                set::Made::All => None,
                set::Made::Unseen => Some(Fact::new(Code::SetUnseen, &set.key, "")),
                set::Made::Failed(message) => Some(Fact::new(Code::SetFailed, &set.key, message)),
            };
            if self.since.lasts(&set.key, "not-made", fact.is_some(), run.clock.now(), run.times.lasting) {
                let as_before = all_there && self.want.expected.get(&set.key).is_some_and(|was| was.is_unmade_as(&set.value));
                match fact {
                    Some(fact) if as_before => drop(self.spared.insert(set.key.clone(), Fact { code: Code::AsBefore, ..fact })),
                    fact => failed.extend(fact),
                }
            } else {
                pending.extend(fact);
            }
        }
        if failed.is_empty() { Ok(pending) } else { Err(Stop::Failed(failed)) }
    }

    /// Whether an Application that was unwell is so again.
    fn is_as_before(&self, app: &Object) -> bool {
        self.want.expected.get(&app.key).is_some_and(|was| was.is_as(&app.value))
    }

    /// Whether an Application is left as it is, since nobody had ever synced it.
    fn leaves(&mut self, app: &Object) -> bool {
        let stays = self.want.expected.get(&app.key).is_some_and(|was| was.stays(&app.value));
        if stays {
            self.spared.insert(app.key.clone(), Fact::new(Code::NeverSynced, &app.key, ""));
        }
        stays
    }

    /// What an Application lacks; of one that has long been as unwell again as it was, only its own end is waited for.
    fn lacking(&mut self, run: &Run<'_>, app: &Object) -> Vec<Fact> {
        if self.leaves(app) {
            return vec![];
        }
        let (key, mut lacks) = (&app.key, lacks(app));
        let as_before = self.is_as_before(app);
        // What is on its way may still arrive.
        let long = if app::health(&app.value) == "Progressing" { 3 * run.times.lasting } else { run.times.lasting };
        if self.since.lasts(key, "as-before", as_before, run.clock.now(), long) && !lacks.is_empty() {
            let said = format!("{} {}", app::sync(&app.value), app::health(&app.value));
            self.spared.insert(key.clone(), Fact::new(Code::AsBefore, key, said));
            lacks.retain(|lack| lack.code == Code::NotReconciled);
        }
        lacks
    }

    /// How often an Application's operation was asked for.
    fn tries(&self, app: &Key) -> u32 {
        if app == self.root { self.done.attempts } else { self.tries.get(app).copied().unwrap_or(0) }
    }

    /// Notes something of an object, once.
    fn note(&mut self, code: Code, object: &Key, detail: &str) {
        if !self.done.notes.iter().any(|n| n.object == *object) {
            self.done.notes.push(Fact::new(code, object, detail));
        }
    }

    /// What does not pass: no AppProject, a comparison that keeps failing, a window that forbids the operation.
    fn hopeless(&mut self, run: &mut Run<'_>, view: &View, object: &Object) -> Result<(), Stop> {
        let (key, value) = (&object.key, &object.value);
        if view.has_project(app::project(value)) == Some(false) {
            return Err(Stop::failed(Code::NoProject, key, app::project(value)));
        }
        let now = run.clock.now();
        let Times { lasting, window, .. } = run.times;
        let unknown = app::sync(value) == "Unknown";
        let error = app::conditions(value).find(|(kind, _)| kind.ends_with("Error") && *kind != "DeletionError").filter(|_| unknown);
        if self.since.lasts(key, "condition", error.is_some(), now, lasting)
            && let Some((kind, message)) = error
        {
            return Err(Stop::failed(Code::Condition, key, format!("{kind}: {message}")));
        }
        let message = app::message(value);
        let blocked = app::is_operating(value) && app::is_blocked(value);
        if self.since.lasts(key, "sync-window", blocked, now, window) {
            if patches::progress(value, self.want.stamp, self.tries(key)) == Progress::Running {
                // It must not fire later, when nobody looks.
                withdraw(run, key)?;
            }
            return Err(Stop::failed(Code::SyncWindow, key, message));
        }
        Ok(())
    }
}

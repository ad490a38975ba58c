//! One operation of the root, and then: everything below it there, Synced, Healthy, its operations at their end and reconciled
//! after it, every workload available. Runs the operation again where it succeeded without making every child; syncs children
//! that nobody syncs; stops early on what waiting can't mend.
use crate::argo::{Here, Mode, app, entries, key_of_entry, managed, resources};
use crate::kinds::health;
use crate::kinds::health::{Health, application_is_unsettled};
use crate::model::meta::text;
use crate::model::{Key, Object, meta};
use crate::usecase::switch::codes::Code;
use crate::usecase::switch::off::{idle, withdraw};
use crate::usecase::switch::ops::Progress;
use crate::usecase::switch::waits::{Look, Since, until};
use crate::usecase::switch::{Event, Fact, Run, Stamp, Step, Stop, View, ops, read, write};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How often the root's operation is run, and a child's.
const MOST: u32 = 3;
/// A window that is open says so after the first pass.
const WINDOW: Duration = Duration::from_secs(15);
/// Looks in a row without anything missing.
const QUIET: u32 = 2;

/// What is wanted.
pub(super) struct Want<'a> {
    /// Make the root automated, in the same patch.
    pub automate: bool,
    /// By what the operations are known again.
    pub stamp: &'a Stamp,
    /// Applications that must be there in the end.
    pub expected: &'a BTreeSet<Key>,
}

/// How it came out.
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
    /// What may matter.
    pub notes: Vec<Fact>,
}

struct State<'a> {
    root: &'a Key,
    want: &'a Want<'a>,
    done: Settled,
    tries: BTreeMap<Key, u32>,
    since: Since,
    quiet: u32,
}

/// Asks and waits.
pub(super) fn settle(run: &mut Run<'_>, root: &Key, want: &Want<'_>) -> Result<Settled, Stop> {
    run.tell(&Event::Step(Step::Sync));
    ask(run, root, want.stamp, 1, want.automate)?;
    run.tell(&Event::Step(Step::Settle));
    let done = Settled { attempts: 1, ..Settled::default() };
    let mut state = State { root, want, done, tries: BTreeMap::new(), since: Since::default(), quiet: 0 };
    let within = run.times.total;
    until(run, Step::Settle, within, |run| state.look(run))
}

/// One operation of an Application, once nothing else is under way there.
fn ask(run: &mut Run<'_>, key: &Key, stamp: &Stamp, attempt: u32, automate: bool) -> Result<(), Stop> {
    for _ in 0..MOST {
        idle(run, &[key])?;
        let decide = |live: &Value| {
            let free = ops::progress(live, stamp, attempt) == Progress::Unknown && !app::is_operating(live);
            Ok(free.then(|| ops::sync(live, stamp, attempt, automate)))
        };
        let live = write::change(run, &read::app_path(key), Step::Sync, &decide)?;
        match live {
            None => return Err(Stop::Failed(vec![Fact::new(Code::Missing, key, "")])),
            Some(live) if ops::progress(&live, stamp, attempt) != Progress::Unknown => return Ok(()),
            // Somebody else was faster.
            Some(_) => {}
        }
    }
    Err(Stop::Failed(vec![Fact::new(Code::Operating, key, "")]))
}

impl State<'_> {
    fn look(&mut self, run: &mut Run<'_>) -> Result<Look<Settled>, Stop> {
        let view = View::read(run)?;
        let failed = |code, detail: &str| Err(Stop::Failed(vec![Fact::new(code, self.root, detail)]));
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
        if pending.is_empty() {
            let (count, unavailable) = workloads(run, &view)?;
            self.done.workloads = count;
            pending = unavailable;
        }
        self.quiet = if pending.is_empty() { self.quiet + 1 } else { 0 };
        self.done.apps = view.members().len();
        Ok(if self.quiet >= QUIET { Look::Done(self.done.clone()) } else { Look::Pending(pending) })
    }

    fn of_root(&mut self, run: &mut Run<'_>, view: &View, root: &Object) -> Result<Vec<Fact>, Stop> {
        self.hopeless(run, view, root)?;
        let value = &root.value;
        let message = text(value, "/status/operationState/message");
        match ops::progress(value, self.want.stamp, self.done.attempts) {
            Progress::Ended if app::phase(value) != "Succeeded" => {
                return Err(Stop::Failed(vec![Fact::new(Code::OperationFailed, &root.key, message)]));
            }
            Progress::Unknown if !app::is_operating(value) => {
                let note = Fact::new(Code::OperationOvertaken, &root.key, "");
                if !self.done.notes.contains(&note) {
                    self.done.notes.push(note);
                }
            }
            _ => {}
        }
        if application_is_unsettled(value) {
            return Ok(vec![Fact::new(if app::is_operating(value) { Code::Operating } else { Code::NotReconciled }, &root.key, message)]);
        }
        let lists: BTreeSet<Key> = view.listed_apps();
        let there = |k: &Key| view.get(k).is_some_and(|o| meta::deleting(&o.value).is_none());
        let synced = text(value, "/status/sync/status") == "Synced";
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
            return Err(Stop::Failed(vec![Fact::new(Code::NoChildren, &root.key, "")]));
        }
        let mut pending = state(root);
        // Deeper ones come when their parents are synced; what no parent lists any more is not in Git.
        let settled = pending.is_empty() && view.members().iter().all(|m| state(m).is_empty());
        for key in self.want.expected.iter().filter(|k| !there(k)) {
            if !settled || lists.contains(key) {
                pending.push(Fact::new(Code::Missing, key, ""));
            } else if !self.done.notes.iter().any(|n| n.object == *key) {
                self.done.notes.push(Fact::new(Code::NotInGit, key, ""));
            }
        }
        Ok(pending)
    }

    fn of_member(&mut self, run: &mut Run<'_>, view: &View, member: &Object) -> Result<Vec<Fact>, Stop> {
        let (key, value) = (&member.key, &member.value);
        if meta::deleting(value).is_some() {
            return Ok(vec![Fact::new(Code::Deleting, key, meta::finalizers(value).join(" "))]);
        }
        self.hopeless(run, view, member)?;
        if !Here::default().is(value) && !self.done.notes.iter().any(|n| n.object == *key) {
            self.done.notes.push(Fact::new(Code::NotSeenHere, key, text(value, "/spec/destination/server")));
        }
        let tries = self.tries.get(key).copied().unwrap_or(0);
        let message = text(value, "/status/operationState/message");
        if app::is_operating(value) {
            return Ok(vec![Fact::new(Code::Operating, key, message)]);
        }
        let out = text(value, "/status/sync/status") == "OutOfSync";
        let has_failed = matches!(app::phase(value), "Failed" | "Error");
        let ours_failed = has_failed && tries > 0 && ops::progress(value, self.want.stamp, tries) == Progress::Ended;
        if out && ours_failed {
            return Err(Stop::Failed(vec![Fact::new(Code::OperationFailed, key, message)]));
        }
        let (now, lasting) = (run.clock.now(), run.times.lasting);
        // A manual one is synced by nobody; an automated one that failed once is not tried again on the same revision.
        let long = self.since.lasts(key, "out-of-sync", out, now, lasting);
        let wanted = out && (Mode::of(value).is_manual() && tries == 0 || long);
        if wanted && tries < MOST {
            ask(run, key, self.want.stamp, tries + 1, false)?;
            self.tries.insert(key.clone(), tries + 1);
            self.since.lasts(key, "out-of-sync", false, now, lasting);
            if !self.done.by_hand.contains(key) {
                self.done.by_hand.push(key.clone());
            }
        }
        let there = |k: &Key| view.get(k).is_some();
        let mut pending = state(member);
        if pending.is_empty() && ops::take_back(value).is_some() {
            write::change(run, &read::app_path(key), Step::Settle, &|live| Ok(ops::take_back(live)))?;
        }
        let below = resources(value).filter(|k| k.is_argo("Application") && !there(k));
        pending.extend(below.map(|k| Fact::new(Code::Missing, &k, "")));
        Ok(pending)
    }

    /// What does not pass: no AppProject, a comparison that keeps failing, a window that forbids the operation.
    fn hopeless(&mut self, run: &mut Run<'_>, view: &View, object: &Object) -> Result<(), Stop> {
        let (key, value) = (&object.key, &object.value);
        if view.has_project(app::project(value)) == Some(false) {
            return Err(Stop::Failed(vec![Fact::new(Code::NoProject, key, app::project(value))]));
        }
        let now = run.clock.now();
        let lasting = run.times.lasting;
        let unknown = text(value, "/status/sync/status") == "Unknown";
        let error = app::conditions(value).find(|(kind, _)| kind.ends_with("Error") && *kind != "DeletionError").filter(|_| unknown);
        if self.since.lasts(key, "condition", error.is_some(), now, lasting)
            && let Some((kind, message)) = error
        {
            return Err(Stop::Failed(vec![Fact::new(Code::Condition, key, format!("{kind}: {message}"))]));
        }
        let message = text(value, "/status/operationState/message");
        let blocked = app::is_operating(value) && message.contains("blocked by sync window");
        if self.since.lasts(key, "sync-window", blocked, now, WINDOW) {
            let tries = if key == self.root { self.done.attempts } else { self.tries.get(key).copied().unwrap_or(0) };
            if ops::progress(value, self.want.stamp, tries) == Progress::Running {
                // It must not fire later, when nobody looks.
                withdraw(run, key)?;
            }
            return Err(Stop::Failed(vec![Fact::new(Code::SyncWindow, key, message)]));
        }
        Ok(())
    }
}

/// What an Application itself lacks.
fn state(object: &Object) -> Vec<Fact> {
    let (key, value) = (&object.key, &object.value);
    let (sync, health) = (text(value, "/status/sync/status"), text(value, "/status/health/status"));
    let mut pending = Vec::new();
    if sync != "Synced" {
        pending.push(Fact::new(Code::NotSynced, key, sync));
    }
    if health != "Healthy" {
        pending.push(Fact::new(Code::NotHealthy, key, format!("{health}{}", ailing(value))));
    }
    if application_is_unsettled(value) {
        pending.push(Fact::new(Code::NotReconciled, key, ""));
    }
    pending
}

/// The first of its objects that is not healthy, and why, in Argo CD's words.
fn ailing(app: &Value) -> String {
    let health = |e: &Value| text(e, "/health/status").to_owned();
    let first = entries(app).find(|e| !matches!(&*health(e), "" | "Healthy"));
    first.map_or(String::new(), |e| format!(": {} {} {}", key_of_entry(e), health(e), text(e, "/health/message")).trim_end().to_owned())
}

/// The layer's workloads: how many there are, and which are not available.
fn workloads(run: &Run<'_>, view: &View) -> Result<(usize, Vec<Fact>), Stop> {
    let (mut count, mut pending) = (0, Vec::new());
    // What is on another cluster is not seen from here; its Application's word is all there is.
    for app in view.root().into_iter().chain(view.members()).filter(|a| Here::default().is(&a.value)) {
        for entry in entries(&app.value).filter(|e| !text(e, "/status").is_empty()) {
            let key = key_of_entry(entry);
            let reader = run.rules.of(&key.group, &key.kind).rule.health.as_deref();
            let Some(reader) = reader.filter(|r| matches!(*r, "deployment" | "statefulset" | "daemonset" | "replicas")) else { continue };
            count += 1;
            let version = text(entry, "/version");
            let plural = run.rules.plural(&key.group, &key.kind);
            let base = if key.group.is_empty() { format!("/api/{version}") } else { format!("/apis/{}/{version}", key.group) };
            let path = format!("{base}/namespaces/{}/{plural}/{}", key.namespace, key.name);
            let health = read::get(run.api, &path, None)?.map(|live| health::read(reader, &live).map_or(Health::Unknown, |r| r.health));
            match health {
                Some(Health::Healthy) => {}
                Some(_) => pending.push(Fact::new(Code::Unavailable, &key, "")),
                None => pending.push(Fact::new(Code::Missing, &key, "")),
            }
        }
    }
    Ok((count, pending))
}

//! Argo CD's application controller, as 3.2 was seen to behave: it compares, operates, heals itself, and takes down what it made.
//!
//! ```text
//! each Application ──► deleted? ──► finalize        what it manages goes, wave by wave
//!                  ├─► .operation? ──► operate      Running, pass by pass, Succeeded | Failed | Error
//!                  └─► refresh ──► compare ──► status ──► auto-sync?
//! ```
//!
//! An Application has no status subresource: each of these writes raises its generation.
mod autosync;
mod compare;
mod drift;
mod finalize;
mod glob;
mod health;
mod hooks;
mod index;
mod operation;
mod options;
mod pass;
mod refresh;
mod sets;
mod settings;
mod spoke;
mod tasks;
mod tracking;
mod windows;

use crate::seed::git::{Git, path_of};
use crate::world::controller::Controller;
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::world::controller::Timers;
use crate::world::objects::{all, deleting, group, name, text, uid};
use index::Index;
use spoke::There;

pub use finalize::FINALIZER;
pub use settings::{Method, Settings};
pub use spoke::Spoke;

/// Applications.
pub const APPS: &str = "applications.argoproj.io";

/// A repository that faults may change while Argo CD reads it.
pub type Repository = Arc<Mutex<Git>>;

/// An operation until its first pass.
#[derive(Debug)]
struct First {
    /// As it was asked for.
    operation: Value,
    /// Whether it counts as a person's for sync windows.
    manual: bool,
}

/// The application controller and the one of ApplicationSets.
pub struct Argo {
    git: Repository,
    timers: Timers,
    index: Index,
    /// Where it deploys besides its own cluster.
    spoke: Option<Spoke>,
    /// Operations as they were asked for, until their first pass.
    first: HashMap<String, First>,
    /// How long the next pass of an operation waits, in seconds.
    waits: HashMap<String, f64>,
    /// Applications that a full refresh is due for.
    due: HashSet<String>,
    /// What an Application was compared with last: its own resourceVersion, and the stamp of what it manages.
    compared: HashMap<String, (Value, u64)>,
}

impl Argo {
    /// With `pace` seconds of the platform in each second. With a spoke, what deploys there is made there.
    pub fn new(git: Repository, pace: f64, spoke: Option<Spoke>) -> Self {
        let (index, timers) = (Index::default(), Timers::new(pace));
        Self { git, timers, index, spoke, first: HashMap::new(), waits: HashMap::new(), due: HashSet::new(), compared: HashMap::new() }
    }

    fn git(&self) -> MutexGuard<'_, Git> {
        self.git.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where an Application's objects are, where that is not Argo CD's own cluster.
    fn there(&self, app: &Value) -> There<'_> {
        self.spoke.as_ref().filter(|spoke| spoke.is_meant(app)).map(|spoke| (spoke.store(), &spoke.index))
    }

    fn look(&mut self, store: &Store) {
        self.index.refresh(store);
        if let Some(spoke) = &mut self.spoke {
            spoke.refresh(&self.index.settings);
        }
    }

    /// Moves when anything moves that carries an Application's mark.
    fn moved(&self, app: &str) -> u64 {
        self.index.stamp(app) + self.spoke.as_ref().map_or(0, |spoke| spoke.index.stamp(app))
    }

    fn project<'a>(&self, store: &'a Store, app: &Value) -> Result<&'a Value, String> {
        let name = app["spec"]["project"].as_str().filter(|p| !p.is_empty()).unwrap_or("default");
        let id = Id::new("appprojects.argoproj.io", text(&app["metadata"]["namespace"]), name);
        store.get(&id).ok_or_else(|| format!("error getting app project \"{name}\": appproject.argoproj.io \"{name}\" not found"))
    }

    /// Whether a sync window keeps an Application from being synced.
    fn blocked(&self, store: &Store, app: &Value, manual: bool, now: DateTime<Utc>) -> bool {
        self.project(store, app).is_ok_and(|p| windows::blocks(p, app, manual, now))
    }

    /// What a source of an Application gives.
    fn render(&self, app: &Value, source: &Value) -> Result<Arc<Vec<Value>>, String> {
        let git = self.git();
        let failed = |why: &str| {
            let what = "Failed to load target state: failed to generate manifest for source 1 of 1";
            Err(format!("ComparisonError: {what}: rpc error: code = Unknown desc = {why}"))
        };
        if git.down {
            return failed("failed to list refs: dial tcp: connect: connection refused");
        }
        if text(&source["directory"]["exclude"]) == "*" {
            return Ok(Arc::default());
        }
        let path = if source["path"].is_string() { &source["path"] } else { path_of(&app["spec"]) };
        match git.rendered.get(name(app)).filter(|r| r.path == text(path)) {
            Some(rendered) => Ok(self.wanted(app, &rendered.manifests)),
            None => failed(&format!("{}: app path does not exist", text(path))),
        }
    }

    /// Manifests with the Application's marks, without the kinds that Argo CD does not look at.
    fn wanted(&self, app: &Value, manifests: &Arc<Vec<Value>>) -> Arc<Vec<Value>> {
        let settings = &self.index.settings;
        let seen = |m: &&Value| !settings.excludes(group(m), text(&m["kind"]));
        if manifests.iter().all(|m| seen(&m) && settings.is_marked(name(app), m)) {
            return manifests.clone();
        }
        let mut out: Vec<Value> = manifests.iter().filter(seen).cloned().collect();
        for manifest in out.iter_mut().filter(|m| !settings.is_marked(name(app), m)) {
            settings.mark(name(app), text(&app["spec"]["destination"]["namespace"]), manifest);
        }
        out.into()
    }

    /// What an Application's Git holds and Argo CD leaves out, as conditions say it.
    fn excluded(&self, app: &Value) -> Vec<Value> {
        let git = self.git();
        let manifests = git.rendered.get(name(app)).into_iter().flat_map(|r| r.manifests.iter());
        let out = manifests.filter(|m| self.index.settings.excludes(group(m), text(&m["kind"])));
        let message = |m: &Value| format!("Resource {}/{} {} is excluded in the settings", group(m), text(&m["kind"]), name(m));
        out.map(|m| json!({"type": "ExcludedResourceWarning", "message": message(m)})).collect()
    }
}

impl Controller for Argo {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        self.generate(store, now);
        if let Some(spoke) = &self.spoke {
            spoke.store().at(now);
        }
        self.look(store);
        for (id, app) in all(store, APPS) {
            if app["metadata"]["annotations"]["argocd.argoproj.io/skip-reconcile"] == "true" {
                continue;
            }
            if app["operation"].is_object() {
                self.operate(store, &id, &app, now);
            } else if deleting(&app) {
                self.finalize(store, &id, &app, now);
            }
            self.refresh(store, &id, now);
        }
        if store.version().is_multiple_of(64) {
            self.compared.retain(|uid, _| store.by_uid(uid).is_some());
        }
    }
}

/// Whether an Application syncs by itself.
fn automated(app: &Value) -> bool {
    let policy = &app["spec"]["syncPolicy"]["automated"];
    policy.is_object() && policy["enabled"] != false
}

/// Its uid, for the maps above.
fn key(app: &Value) -> String {
    uid(app).to_owned()
}

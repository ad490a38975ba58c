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
mod health;
mod operation;
mod pass;
mod refresh;
mod sets;
mod tasks;

use crate::seed::git::{Git, path_of};
use crate::world::controller::Controller;
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::world::controller::Timers;
use crate::world::objects::{all, deleting, text, uid};
use compare::Index;

pub use finalize::FINALIZER;

/// Applications.
pub const APPS: &str = "applications.argoproj.io";

/// A repository that faults may change while Argo CD reads it.
pub type Repository = Arc<Mutex<Git>>;

/// The application controller and the one of ApplicationSets.
#[derive(Debug)]
pub struct Argo {
    git: Repository,
    timers: Timers,
    index: Index,
    /// Operations as they were asked for, until their first pass.
    first: HashMap<String, Value>,
    /// How long the next pass of an operation waits, in seconds.
    waits: HashMap<String, f64>,
    /// Applications that a full refresh is due for.
    due: HashSet<String>,
    /// What an Application was compared with last: its own resourceVersion, and the stamp of what it manages.
    compared: HashMap<String, (Value, (u64, usize))>,
}

impl Argo {
    /// With `pace` seconds of the platform in each second.
    pub fn new(git: Repository, pace: f64) -> Self {
        let (index, timers) = (Index::default(), Timers::new(pace));
        Self { git, timers, index, first: HashMap::new(), waits: HashMap::new(), due: HashSet::new(), compared: HashMap::new() }
    }

    fn git(&self) -> MutexGuard<'_, Git> {
        self.git.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the Application's project is there.
    fn project(&self, store: &Store, app: &Value) -> Result<(), String> {
        let name = app["spec"]["project"].as_str().filter(|p| !p.is_empty()).unwrap_or("default");
        let id = Id::new("appprojects.argoproj.io", text(&app["metadata"]["namespace"]), name);
        store.get(&id).map(drop).ok_or_else(|| format!("error getting app project \"{name}\": appproject.argoproj.io \"{name}\" not found"))
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
        match git.rendered.get(text(&app["metadata"]["name"])).filter(|r| r.path == text(path)) {
            Some(rendered) => Ok(rendered.manifests.clone()),
            None => failed(&format!("{}: app path does not exist", text(path))),
        }
    }
}

impl Controller for Argo {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        self.generate(store);
        self.index.refresh(store);
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

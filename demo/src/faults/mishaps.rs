//! Faults of the platform itself, by name: `evid demo --fault NAME`. Each declares when it strikes and what it does then; the objects are
//! those of the sample platform. `wire` has the faults between client and server.
use super::wire::Denied;
use crate::argocd::{APPS, FINALIZER, Repository};
use crate::seed::git::TRACKING;
use crate::world::controller::Controller;
use crate::world::objects::{change, deleting, release, remove, stamp};
use crate::world::store::{DeleteOptions, Id, Store};
use crate::world::table::{Outage, Table};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};

/// When a mishap strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Once, at the start.
    Start,
    /// Once, when a root becomes manual.
    Manual,
    /// Once, when the children of a manual root begin to go.
    Leaving,
    /// Repeatedly.
    Always,
    /// Not through the store: the server does it ([`denied`]).
    Server,
}

/// What a mishap can change besides the objects.
#[derive(Clone)]
pub struct Reach {
    /// The Git repository.
    pub git: Repository,
    /// Answers for the containers.
    pub responder: Arc<Table>,
}

/// One named fault.
#[derive(Clone, Copy, Debug)]
pub struct Mishap {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// When it strikes.
    pub when: When,
    act: fn(&mut Store, &Reach, DateTime<Utc>),
}

const fn mishap(name: &'static str, about: &'static str, when: When, act: fn(&mut Store, &Reach, DateTime<Utc>)) -> Mishap {
    Mishap { name, about, when, act }
}

/// All mishaps.
pub const MISHAPS: [Mishap; 11] = [
    mishap("orphan", "somebody strips a child's finalizer as it is deleted: its Deployment lives on", When::Always, orphan),
    mishap("core-pod-restarted", "a container of a protected pod restarts while the layer goes off", When::Leaving, restart_pod),
    mishap("core-pod-replaced", "a protected pod is deleted and replaced while the layer goes off", When::Leaving, replace_pod),
    mishap("core-changed", "a commit changes a protected ConfigMap while the layer goes off", When::Leaving, change_core),
    mishap("volume-moved", "a pinned volume gets another path and is no longer retained", When::Leaving, move_volume),
    mishap("forbidden-list", "the user may not list pods and secrets", When::Server, nothing),
    mishap(
        "stuck-root",
        "the AppProject and the switch are deleted while the layer goes off: all hang in Deleting",
        When::Leaving,
        strand_root,
    ),
    mishap("held-object", "an object of the switched layer has a finalizer of its own", When::Start, hold_object),
    mishap("forgotten-child", "the operation of a manual child is taken away before Argo CD sees it", When::Always, forget_child),
    mishap("repo-down", "the Git repository stops answering once the switch is manual", When::Manual, cut_repository),
    mishap("probe-down", "a protected service resets every connection while the layer goes off", When::Leaving, cut_service),
];

/// The chosen mishaps, as a controller. It must run before Argo CD's.
pub struct Mishaps {
    reach: Reach,
    left: Vec<Mishap>,
}

impl Mishaps {
    /// The mishaps with these names; unknown names are left out.
    pub fn new(names: &[String], reach: Reach) -> Self {
        Self { reach, left: MISHAPS.into_iter().filter(|m| names.iter().any(|n| n == m.name)).collect() }
    }
}

impl Controller for Mishaps {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        if self.left.is_empty() {
            return;
        }
        let (manual, leaving) = switch(store);
        let reach = &self.reach;
        self.left.retain(|mishap| {
            let strikes = match mishap.when {
                When::Start | When::Always => true,
                When::Manual => manual,
                When::Leaving => leaving,
                When::Server => false,
            };
            if strikes {
                (mishap.act)(store, reach, now);
            }
            !strikes || mishap.when == When::Always
        });
    }
}

/// Whether a root is manual, and whether the children of such a root are going or gone.
fn switch(store: &Store) -> (bool, bool) {
    let root = |a: &&Value| a["metadata"]["annotations"][TRACKING].is_null() && a["metadata"]["ownerReferences"].is_null();
    let manual: Vec<&Value> = store.list(APPS, None).filter(root).filter(|a| a["spec"]["syncPolicy"]["automated"].is_null()).collect();
    let of = |root: &Value| format!("{}:", root["metadata"]["name"].as_str().unwrap_or_default());
    let lives = |root: &&Value| {
        let tracked = |a: &Value| a["metadata"]["annotations"][TRACKING].as_str().is_some_and(|t| t.starts_with(&of(root)));
        store.list(APPS, None).any(|a| tracked(a) && !deleting(a))
    };
    (!manual.is_empty(), manual.iter().any(|r| !lives(r)))
}

/// The rights that the user lacks.
pub fn denied(names: &[String]) -> Vec<Denied> {
    let lists = ["pods", "secrets"].map(|resource| Denied { verb: "list".into(), resource: resource.into(), namespace: String::new() });
    if names.iter().any(|n| n == "forbidden-list") { lists.into() } else { vec![] }
}

fn nothing(_: &mut Store, _: &Reach, _: DateTime<Utc>) {}

fn orphan(store: &mut Store, _: &Reach, _: DateTime<Utc>) {
    let id = Id::new(APPS, "argocd", "feast-offline");
    if store.get(&id).is_some_and(deleting) {
        release(store, &id, FINALIZER);
    }
}

fn core_pod(store: &Store) -> Option<Id> {
    let own = |p: &Value| p["metadata"]["labels"]["app.kubernetes.io/name"] == "fastapi";
    store.entries("pods", Some("mlops-prod")).find(|(_, p)| own(p)).map(|(id, _)| id.clone())
}

fn restart_pod(store: &mut Store, _: &Reach, now: DateTime<Utc>) {
    let Some(id) = core_pod(store) else { return };
    change(store, &id, |p| {
        if let Some(container) = p.pointer_mut("/status/containerStatuses/0") {
            container["restartCount"] = (container["restartCount"].as_i64().unwrap_or(0) + 1).into();
            container["lastState"] = json!({"terminated": {"exitCode": 137, "reason": "OOMKilled",
                "startedAt": container["state"]["running"]["startedAt"], "finishedAt": stamp(now)}});
            container["state"] = json!({"running": {"startedAt": stamp(now)}});
        }
    });
}

fn replace_pod(store: &mut Store, _: &Reach, _: DateTime<Utc>) {
    if let Some(id) = core_pod(store) {
        drop(store.delete(&id, &DeleteOptions::default()));
    }
}

fn change_core(store: &mut Store, reach: &Reach, _: DateTime<Utc>) {
    let edit = |o: &mut Value| o["data"]["proxy-buffer-size"] = "32k".into();
    let mut git = reach.git.lock().unwrap_or_else(PoisonError::into_inner);
    git.revision = crate::kubernetes::template::hex(&git.revision)[..40].to_owned();
    let manifests = git.rendered.values_mut().flat_map(|r| Arc::make_mut(&mut r.manifests));
    manifests.filter(|m| m["kind"] == "ConfigMap" && m["metadata"]["name"] == "ingress-controller").for_each(edit);
    change(store, &Id::new("configmaps", "ingress", "ingress-controller"), edit);
}

fn move_volume(store: &mut Store, _: &Reach, _: DateTime<Utc>) {
    change(store, &Id::new("persistentvolumes", "", "triton-model-repo-prod"), |v| {
        v["spec"]["persistentVolumeReclaimPolicy"] = "Delete".into();
        v["spec"]["nfs"]["path"] = "/exports/models/dev".into();
    });
}

fn strand_root(store: &mut Store, _: &Reach, _: DateTime<Utc>) {
    for id in [Id::new("appprojects.argoproj.io", "argocd", "optional"), Id::new(APPS, "argocd", "root-optional")] {
        drop(store.delete(&id, &DeleteOptions::default()));
    }
}

fn hold_object(store: &mut Store, _: &Reach, _: DateTime<Utc>) {
    change(store, &Id::new("configmaps", "feast-dev", "feast-env"), |c| c["metadata"]["finalizers"] = json!(["feast.example.com/keep"]));
}

fn forget_child(store: &mut Store, _: &Reach, _: DateTime<Utc>) {
    let id = Id::new(APPS, "argocd", "feast-notebooks");
    if store.get(&id).is_some_and(|a| a["operation"].is_object()) {
        change(store, &id, |a| remove(a, "operation"));
    }
}

fn cut_repository(_: &mut Store, reach: &Reach, _: DateTime<Utc>) {
    reach.git.lock().unwrap_or_else(PoisonError::into_inner).down = true;
}

fn cut_service(_: &mut Store, reach: &Reach, _: DateTime<Utc>) {
    reach.responder.fail("8000", Outage::Down, "/");
}

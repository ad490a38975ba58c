//! The sample platform in two clusters: a hub, in which its Argo CD runs, and a spoke, to which that deploys everything but its own kinds.
//! Knows no rule of Kubernetes or Argo CD.
use super::world::World;
use super::{Managed, Options, Platform, with_argo};
use crate::argocd::{Repository, Spoke};
use crate::seed;
use crate::serve::server::{Server, kubeconfig};
use crate::world::objects::group;
use crate::world::resource;
use crate::world::store::Store;
use crate::world::table::Table;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use std::io;
use std::mem::swap;
use std::sync::{Arc, Mutex, PoisonError};

/// The namespace of Argo CD.
const ARGOCD: &str = "argocd";

/// Both in this process, on one clock. Time passes in both together: a fault that lets a request wait is not for them.
pub struct Pair {
    /// Where Argo CD runs.
    pub hub: World,
    /// Where it deploys to.
    pub spoke: World,
    /// Holds the spoke's objects while the hub's controllers look.
    lent: Arc<Mutex<Store>>,
}

impl Pair {
    /// The sample platform; Applications call the spoke by the address `server`.
    ///
    /// # Errors
    /// If the built-in seed can't be read.
    pub fn new(options: &Options, now: DateTime<Utc>, server: &str) -> io::Result<Self> {
        let lent = Arc::new(Mutex::new(Store::new(resource::builtin())));
        let (hub, spoke) = (hub(options, now, server, lent.clone())?, spoke(options, now)?);
        Ok(Self { hub: World::of(hub, now), spoke: World::of(spoke, now), lent })
    }

    /// Lets time pass in both.
    pub fn pass(&mut self, time: TimeDelta) {
        let end = self.hub.now + time;
        while self.hub.now < end {
            let step = self.hub.every.min(end - self.hub.now);
            self.spoke.pass(step);
            self.lend();
            self.hub.pass(step);
            self.lend();
        }
    }

    /// Gives the spoke's objects to the hub's Argo CD, or takes them back.
    fn lend(&mut self) {
        swap(&mut *self.lent.lock().unwrap_or_else(PoisonError::into_inner), &mut self.spoke.platform.store);
    }
}

/// Both behind ports of loopback.
pub struct Served {
    /// Where Argo CD runs. It goes first: it works on the other's objects.
    pub hub: Server,
    /// Where it deploys to.
    pub spoke: Server,
    /// The Git repository that Argo CD reads.
    pub git: Repository,
    /// Answers for the containers of the spoke.
    pub responder: Arc<Table>,
}

impl Served {
    /// The sample platform, its spoke on this port, its hub on any.
    ///
    /// # Errors
    /// If a port is not available, or the system gives no random numbers.
    pub fn start(options: &Options, now: DateTime<Utc>, port: u16) -> io::Result<Self> {
        let spoke = spoke(options, now)?;
        let responder = spoke.responder.clone();
        let spoke = spoke.serve(port)?;
        let hub = hub(options, now, &spoke.address(), spoke.objects())?;
        let git = hub.git.clone();
        Ok(Self { hub: hub.serve(0)?, spoke, git, responder })
    }

    /// A kubeconfig with both contexts: `evid-demo`, the current one, is the spoke, and `evid-demo-hub` the hub.
    pub fn kubeconfig(&self) -> String {
        kubeconfig(&[("evid-demo", &self.spoke), ("evid-demo-hub", &self.hub)])
    }
}

fn hub(options: &Options, now: DateTime<Utc>, server: &str, spoke: Arc<Mutex<Store>>) -> io::Result<Platform> {
    // Two clusters have no uid in common.
    let salt = [&*options.salt, b" hub"].concat();
    let mut seed = seed::changed(now, &salt, |object| redirect(object, server))?;
    seed.objects.retain(|o| !is_only(o, false));
    with_argo(seed, options, now, Managed::FromHere(Box::new(Spoke::new(server, spoke))))
}

fn spoke(options: &Options, now: DateTime<Utc>) -> io::Result<Platform> {
    let mut seed = seed::seed(now, &options.salt)?;
    seed.objects.retain(|o| !is_only(o, true));
    with_argo(seed, options, now, Managed::FromThere)
}

/// Whether an object is in one of them only: in the hub, or else in the spoke. Every cluster has its own nodes and system.
fn is_only(object: &Value, in_hub: bool) -> bool {
    let meta = &object["metadata"];
    let (namespace, name) = (meta["namespace"].as_str(), meta["name"].as_str().unwrap_or_default());
    let of_argo = group(object) == "argoproj.io" || name.ends_with("argoproj.io") || name.starts_with(ARGOCD) || namespace == Some(ARGOCD);
    if in_hub {
        return of_argo;
    }
    let system = |space: &str| space == "default" || space.starts_with("kube-");
    let shared = match namespace {
        Some(space) => system(space),
        None if object["kind"] == "Namespace" => system(name),
        None => matches!(object["kind"].as_str(), Some("Node" | "APIService")),
    };
    !of_argo && !shared
}

/// Lets an Application deploy to the spoke, unless all that it manages are Argo CD's own objects; lets an AppProject allow that.
fn redirect(object: &mut Value, server: &str) {
    let own = |r: &Value| r["group"] == "argoproj.io";
    match object["kind"].as_str() {
        Some("Application") if !object["status"]["resources"].as_array().is_some_and(|all| all.iter().all(own)) => {
            for pointer in ["/spec/destination/server", "/status/sync/comparedTo/destination/server"] {
                if let Some(at) = object.pointer_mut(pointer) {
                    *at = server.into();
                }
            }
            let applied = &mut object["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"];
            if let Some(text) = applied.as_str() {
                *applied = text.replace("https://kubernetes.default.svc", server).into();
            }
        }
        Some("AppProject") => {
            let all = object["spec"]["destinations"].as_array_mut();
            all.into_iter().flatten().for_each(|destination| destination["server"] = "*".into());
        }
        _ => {}
    }
}

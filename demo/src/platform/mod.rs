//! Puts the sample platform together: its seed in a store, its controllers, and the server. Knows no rule of Kubernetes or Argo CD.
//!
//! Time is compressed: with a pace of 20, what takes a minute on a real platform takes three seconds. Timestamps are real ones.
pub mod pair;
pub mod world;

use crate::argocd::{Argo, Repository, Settings, Spoke};
use crate::faults::mishaps;
use crate::faults::wire::Denied;
use crate::kubernetes;
use crate::seed::git::manager;
use crate::seed::{self, Seed};
use crate::serve::server::{Options as ServerOptions, Server};
use crate::world::controller::Controller;
use crate::world::resource;
use crate::world::store::Store;
use crate::world::table::Table;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The options of a platform.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Seconds of the platform in each real second.
    pub pace: f64,
    /// Names of [`mishaps::MISHAPS`].
    pub mishaps: Vec<String>,
    /// Two platforms with the same salt start with the same uids.
    pub salt: Vec<u8>,
    /// What `argocd-cm` says besides what was recorded; objects are marked by its method.
    pub settings: Vec<(String, String)>,
}

impl Default for Options {
    /// A round trip off and on takes about five seconds.
    fn default() -> Self {
        Self { pace: 20.0, mishaps: vec![], salt: b"demo".to_vec(), settings: vec![] }
    }
}

/// A settled platform: its objects and its controllers.
pub struct Platform {
    /// The objects.
    pub store: Store,
    /// Every controller, as one.
    pub controllers: Controllers,
    /// The answer to `/version`.
    pub version: Value,
    /// The Git repository that Argo CD reads.
    pub git: Repository,
    /// Answers for the containers.
    pub responder: Arc<Table>,
    /// The rights that the user lacks.
    pub denied: Vec<Denied>,
}

impl Platform {
    /// Serves the platform on a port of loopback (0: any free port), to whom has the token of this run.
    ///
    /// # Errors
    /// If the port is not available, or the system gives no random numbers.
    pub fn serve(self, port: u16) -> io::Result<Server> {
        let every = Duration::from_millis(20);
        let controllers: Vec<Box<dyn Controller>> = vec![Box::new(self.controllers)];
        let (store, version) = (self.store, self.version);
        let mut random = [0_u8; 24];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let token = Some(URL_SAFE_NO_PAD.encode(random));
        let server =
            Server::start(ServerOptions { store, still: None, controllers, every, responder: self.responder, version, port, token })?;
        server.faults().deny(self.denied);
        Ok(server)
    }
}

/// The sample platform, switched on and settled, at the time `now`.
///
/// # Errors
/// If the built-in seed can't be read.
pub fn platform(options: &Options, now: DateTime<Utc>) -> io::Result<Platform> {
    of(seed::seed(now, &options.salt)?, options, now)
}

/// A platform that begins with these objects and this Git.
///
/// # Errors
/// Where an object has no place in it.
pub fn of(seed: Seed, options: &Options, now: DateTime<Utc>) -> io::Result<Platform> {
    with_argo(seed, options, now, Managed::Here)
}

/// Where the Argo CD of a platform is.
enum Managed {
    /// In the same cluster, to which alone it deploys.
    Here,
    /// In the same cluster, and it deploys to another one too.
    FromHere(Box<Spoke>),
    /// In another cluster.
    FromThere,
}

fn with_argo(mut seed: Seed, options: &Options, now: DateTime<Utc>, managed: Managed) -> io::Result<Platform> {
    if !options.settings.is_empty() {
        set(&mut seed.objects, &options.settings);
    }
    let mut store = Store::new(resource::builtin());
    store.at(now);
    store.graceful = true;
    for object in seed.objects {
        store.import(object).map_err(|status| io::Error::other(status.message))?;
    }
    let git: Repository = Arc::new(Mutex::new(seed.git));
    let responder = Arc::new(Table::default());
    let controllers = Controllers::new(options, &mishaps::Reach { git: git.clone(), responder: responder.clone() }, managed);
    Ok(Platform { store, controllers, version: seed.version, git, responder, denied: mishaps::denied(&options.mishaps) })
}

/// A platform that nothing moves.
pub fn still(store: Store) -> Platform {
    let version = json!({"major": "1", "minor": "36", "gitVersion": "v1.36.3", "gitTreeState": "clean", "platform": "linux/amd64"});
    let controllers = Controllers { parts: Vec::new(), rest: (0, DateTime::UNIX_EPOCH) };
    Platform { store, controllers, version, git: Repository::default(), responder: Arc::default(), denied: vec![] }
}

/// Says in `argocd-cm` what it is to say, and marks each object anew by what that means.
fn set(objects: &mut [Value], said: &[(String, String)]) {
    let is_map = |o: &&mut Value| o["kind"] == "ConfigMap" && o["metadata"]["name"] == "argocd-cm";
    let Some(map) = objects.iter_mut().find(is_map) else { return };
    for (key, value) in said {
        map["data"][key] = value.clone().into();
    }
    let settings = Settings::of(map);
    for object in objects {
        if let Some(app) = manager(object).map(str::to_owned) {
            settings.mark(&app, "", object);
        }
    }
}

/// Every controller of a platform, in an order in which one step goes far.
pub struct Controllers {
    parts: Vec<Box<dyn Controller>>,
    /// The resourceVersion at which nothing moved any more, and when to look again.
    rest: (u64, DateTime<Utc>),
}

impl Controllers {
    fn new(options: &Options, reach: &mishaps::Reach, managed: Managed) -> Self {
        let pace = options.pace;
        let mut parts: Vec<Box<dyn Controller>> = vec![Box::new(mishaps::Mishaps::new(&options.mishaps, reach.clone()))];
        match managed {
            Managed::Here => parts.push(Box::new(Argo::new(reach.git.clone(), pace, None))),
            Managed::FromHere(spoke) => parts.push(Box::new(Argo::new(reach.git.clone(), pace, Some(*spoke)))),
            Managed::FromThere => {}
        }
        parts.extend(kubernetes::controllers(pace));
        Self { parts, rest: (0, DateTime::UNIX_EPOCH) }
    }
}

impl Controller for Controllers {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        let (version, again) = self.rest;
        if store.version() == version && now < again {
            return;
        }
        store.at(now);
        let before = store.version();
        for part in &mut self.parts {
            part.step(store, now);
        }
        // Nothing moved, so only a timer can make a difference, and timers are checked less often.
        let idle = store.version() == before;
        self.rest = (store.version(), if idle { now + TimeDelta::milliseconds(40) } else { now });
    }
}

//! What makes the demo's platform move: Kubernetes' controllers and Argo CD's, level-triggered over the store. Knows no HTTP.
//!
//! Time is compressed: with a pace of 20, what takes a minute on a real platform takes three seconds. Timestamps are real ones.
pub mod argocd;
mod churn;
mod collector;
mod daemons;
mod jobs;
pub mod mishaps;
mod namespaces;
mod objects;
mod pods;
mod replicas;
mod revisions;
mod scaling;
mod services;
mod stateful;
mod template;
#[cfg(test)]
mod tests;
mod volumes;

use super::Controller;
use super::resource;
use super::seed;
use super::store::Store;
use argocd::Repository;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;

/// How a platform is to be.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// Seconds of the platform in each second.
    pub pace: f64,
    /// Names of [`mishaps::MISHAPS`].
    pub mishaps: Vec<String>,
    /// Two platforms of one salt have the same uids at the start.
    pub salt: Vec<u8>,
}

impl Default for Options {
    /// A round trip off and on takes about five seconds.
    fn default() -> Self {
        Self { pace: 20.0, mishaps: vec![], salt: b"demo".to_vec() }
    }
}

/// A platform at rest: what it holds, and what moves it.
pub struct Platform {
    /// The objects.
    pub store: Store,
    /// Every controller, as one.
    pub controllers: Controllers,
    /// The answer to `/version`.
    pub version: Value,
    /// What Argo CD reads.
    pub git: Repository,
}

/// The sample platform, switched on and settled, as of `now`.
///
/// # Errors
/// Where the built-in seed can't be read.
pub fn platform(options: &Options, now: DateTime<Utc>) -> io::Result<Platform> {
    let seed = seed::seed(now, &options.salt)?;
    let mut store = Store::new(resource::builtin());
    store.at(now);
    store.graceful = true;
    for object in seed.objects {
        store.import(object).map_err(|status| io::Error::other(status.message))?;
    }
    let git: Repository = Arc::new(Mutex::new(seed.git));
    let controllers = Controllers::new(options, git.clone());
    Ok(Platform { store, controllers, version: seed.version, git })
}

/// Every controller of a platform, in an order in which one step goes far.
pub struct Controllers {
    parts: Vec<Box<dyn Controller>>,
    /// The resourceVersion at which everything had come to rest, and when to look again.
    rest: (u64, DateTime<Utc>),
}

impl Controllers {
    fn new(options: &Options, git: Repository) -> Self {
        let pace = options.pace;
        let parts: Vec<Box<dyn Controller>> = vec![
            Box::new(mishaps::Mishaps::new(&options.mishaps, git.clone())),
            Box::new(argocd::Argo::new(git, pace)),
            Box::new(collector::Collector::default()),
            Box::new(namespaces::Namespaces::default()),
            Box::new(jobs::Jobs::new(pace)),
            Box::new(scaling::Scaling::new(pace)),
            Box::new(replicas::Replicas::default()),
            Box::new(stateful::Stateful::default()),
            Box::new(daemons::Daemons::default()),
            Box::new(volumes::Volumes::default()),
            Box::new(pods::Pods::new(pace)),
            Box::new(services::Services::default()),
            Box::new(churn::Churn::new(pace)),
        ];
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
        // Nothing moved: only a timer can make a difference, and those are looked at less often.
        let idle = store.version() == before;
        self.rest = (store.version(), if idle { now + TimeDelta::milliseconds(40) } else { now });
    }
}

//! What every controller is, waits for and looks at. Knows no controller.
use super::store::Store;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// One part of what makes a platform move: a controller of Kubernetes or of Argo CD.
pub trait Controller: Send {
    /// Looks once, and writes what has to be written. Called every few milliseconds: cheap where there is nothing to do.
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>);
}

/// A controller that looks at the start, and whenever an object of some kinds was written.
pub fn on(stems: &'static [&'static str], look: impl FnMut(&mut Store, DateTime<Utc>) + Send + 'static) -> Box<dyn Controller> {
    Box::new(OnWrite { watch: Watch::on(stems), look })
}

struct OnWrite<F> {
    watch: Watch,
    look: F,
}

impl<F: FnMut(&mut Store, DateTime<Utc>) + Send> Controller for OnWrite<F> {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        if self.watch.moved(store) {
            (self.look)(store, now);
        }
    }
}

/// How much faster than life the platform lives, and what is waited for.
#[derive(Debug)]
pub struct Timers {
    pace: f64,
    since: HashMap<String, DateTime<Utc>>,
}

impl Timers {
    /// With `pace` seconds of the platform in each second.
    pub fn new(pace: f64) -> Self {
        Self { pace, since: HashMap::new() }
    }

    /// How long `seconds` of the platform last.
    pub fn lasting(&self, seconds: f64) -> TimeDelta {
        #[allow(clippy::cast_possible_truncation, reason = "minutes, in microseconds")]
        TimeDelta::microseconds((seconds * 1e6 / self.pace) as i64)
    }

    /// Whether `key` has been waited for; the first question starts the wait, the answer yes ends it.
    pub fn passed(&mut self, key: &str, seconds: f64, now: DateTime<Utc>) -> bool {
        let wait = self.lasting(seconds);
        let over = *self.since.entry(key.to_owned()).or_insert(now) + wait <= now;
        if over {
            self.since.remove(key);
        }
        over
    }

    /// Ends a wait.
    pub fn forget(&mut self, key: &str) {
        self.since.remove(key);
    }
}

/// Whether anything of some kinds moved since the last look.
#[derive(Debug)]
pub struct Watch {
    stems: &'static [&'static str],
    seen: Option<u64>,
}

impl Watch {
    /// On these stems.
    pub const fn on(stems: &'static [&'static str]) -> Self {
        Self { stems, seen: None }
    }

    /// Whether to look (again): true the first time, and after any write, the looker's own too.
    pub fn moved(&mut self, store: &Store) -> bool {
        let now = store.version();
        let wrote = |since: u64| self.stems.iter().any(|s| store.since(s, since).is_none_or(|mut events| events.next().is_some()));
        let moved = self.seen.is_none_or(|seen| seen != now && wrote(seen));
        self.seen = Some(now);
        moved
    }
}

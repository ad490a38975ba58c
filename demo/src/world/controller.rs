//! What every controller is, waits for and looks at. Knows no particular controller.
use super::store::Store;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;

/// One part that changes a platform: a controller of Kubernetes or of Argo CD.
pub trait Controller: Send {
    /// Looks once, and writes what must be written. Called every few milliseconds, so it must be cheap if there is nothing to do.
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>);
}

/// A controller that looks at the start, and after each write of an object of these kinds.
pub fn on(stems: &'static [&'static str], mut look: impl FnMut(&mut Store, DateTime<Utc>) + Send + 'static) -> Box<dyn Controller> {
    let mut watch = Watch::on(stems);
    always(move |store, now| {
        if watch.moved(store) {
            look(store, now);
        }
    })
}

/// A controller that looks each time.
pub fn always(look: impl FnMut(&mut Store, DateTime<Utc>) + Send + 'static) -> Box<dyn Controller> {
    Box::new(look)
}

impl<F: FnMut(&mut Store, DateTime<Utc>) + Send> Controller for F {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        self(store, now);
    }
}

/// The pace of the platform, and the waits that are running.
#[derive(Debug)]
pub struct Timers {
    pace: f64,
    since: HashMap<String, DateTime<Utc>>,
}

impl Timers {
    /// `pace`: seconds of the platform in each real second.
    pub fn new(pace: f64) -> Self {
        Self { pace, since: HashMap::new() }
    }

    /// How much real time `seconds` of the platform take.
    pub fn lasting(&self, seconds: f64) -> TimeDelta {
        #[allow(clippy::cast_possible_truncation, reason = "minutes, in microseconds")]
        TimeDelta::microseconds((seconds * 1e6 / self.pace) as i64)
    }

    /// Whether the wait `key` is over. The first question starts the wait; the answer yes ends it.
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

/// Whether an object of some kinds changed since the last look.
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

    /// Whether to look (again): true the first time, and after any write, also the caller's own.
    pub fn moved(&mut self, store: &Store) -> bool {
        let now = store.version();
        let wrote = |since: u64| self.stems.iter().any(|s| store.since(s, since).is_none_or(|mut events| events.next().is_some()));
        let moved = self.seen.is_none_or(|seen| seen != now && wrote(seen));
        self.seen = Some(now);
        moved
    }
}

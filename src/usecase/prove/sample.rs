//! Asks the protected layers' probes on an interval, beside whatever else goes on, until it is stopped.
use crate::bundle::probe::{Is, Line};
use crate::bundle::watch::Seen;
use crate::model::Role;
use crate::usecase::cluster::port::stamp;
use crate::usecase::probes::{self, Places, Planned};
use crate::usecase::session::Session;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What was sampled since the last look, and whose the pods are.
#[derive(Default)]
pub(super) struct Sampler {
    stopped: AtomicBool,
    places: Mutex<Option<Places>>,
    seen: Mutex<Vec<Seen>>,
}

impl Sampler {
    /// From now on the pods are where this snapshot has them.
    pub(super) fn place(&self, places: Places) {
        *self.places.lock().unwrap_or_else(PoisonError::into_inner) = Some(places);
    }

    /// The samples since the last call.
    pub(super) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends it after the present round.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Samples until it is stopped.
    pub(super) fn run(&self, session: &Session<'_>, probes: &[Planned], interval: Duration) {
        const LOOK: Duration = Duration::from_millis(100);
        let protected = |layer: &str| session.layers.iter().any(|l| l.name == layer && l.role == Role::Protected);
        let planned: Vec<Planned> = probes.iter().filter(|p| protected(&p.probe.layer)).cloned().collect();
        let mut rest = Duration::ZERO;
        while !self.stopped.load(Ordering::Relaxed) && session.clock.sleep(LOOK) {
            rest = rest.saturating_sub(LOOK);
            if !rest.is_zero() {
                continue;
            }
            let Some(places) = self.places.lock().unwrap_or_else(PoisonError::into_inner).clone() else { continue };
            rest = interval;
            // Pods change: whom to ask is found anew each time.
            let resolved = session.resolve(&planned, &places);
            let lines = probes::sample(session.world(), &resolved);
            let seen = lines.iter().filter_map(|l| seen(l, session));
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).extend(seen);
        }
    }
}

/// A round's line as a sample; none for a built-in probe that has nobody to ask.
fn seen(line: &Line, session: &Session<'_>) -> Option<Seen> {
    let is = line.is();
    if is == Is::Absent {
        return None;
    }
    let time = line.samples.first().map_or_else(|| stamp(session.clock.now()), |s| s.at.clone());
    Some(Seen::Probe {
        time,
        layer: line.layer.clone(),
        probe: line.title(),
        right: is == Is::Right,
        asked: !matches!(is, Is::NotAsked | Is::Unjudged),
        what: if is == Is::Right { String::new() } else { is.as_str().to_owned() },
    })
}

//! What a run of the switch works with: the ports, the layers, who asks, how long it may take.
use crate::argo::Here;
use crate::kinds::Rules;
use crate::model::Layer;
use crate::usecase::cluster::port::{Api, Clock};
use crate::usecase::switch::codes::Step;
use crate::usecase::switch::words::Event;
use crate::value::Value;
use std::time::Duration;

/// Where each write is recorded: its intent before it is sent, its answer after. A line without an answer is a write of which
/// nobody knows whether it happened.
pub trait Journal {
    /// Appends one line and makes it last.
    ///
    /// # Errors
    /// Where it can't; nothing is written to the cluster then.
    fn line(&mut self, line: &Value) -> Result<(), String>;
}

#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Between two looks.
    pub poll: Duration,
    /// For one operation of Argo CD, and for a mend to show its effect.
    pub operation: Duration,
    /// For each of the long waits.
    pub total: Duration,
    /// How long a condition must last before it counts as one that does not pass.
    pub lasting: Duration,
    /// How long a sync window must forbid an operation; one that is open says so after the first pass.
    pub window: Duration,
}

impl Default for Times {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self { poll: s(2), operation: s(180), total: s(900), lasting: s(60), window: s(15) }
    }
}

impl Times {
    /// With at most this much for each wait, all of it on a platform whose time runs `pace` times as fast as a real one's.
    pub fn paced(total: Duration, pace: f64) -> Self {
        let fast = |time: Duration| time.div_f64(pace);
        let Self { poll, operation, lasting, window, .. } = Self::default();
        let (total, operation, lasting) = (fast(total), fast(operation), fast(lasting));
        Self { poll: fast(poll), operation: operation.min(total), total, lasting: lasting.min(total), window: fast(window) }
    }

    /// How long Argo CD may do nothing before that is told.
    pub fn silence(self) -> Duration {
        self.lasting / 6
    }
}

pub struct Run<'a> {
    pub api: &'a dyn Api,
    pub clock: &'a dyn Clock,
    /// The record of what is written.
    pub journal: &'a mut dyn Journal,
    pub progress: &'a mut dyn FnMut(&Event),
    pub layers: &'a [Layer],
    pub rules: &'a Rules,
    /// Which destinations of Applications are the cluster.
    pub here: &'a Here,
    /// Argo CD's tracking method as evid.yaml gives it, for where `argocd-cm` may not be read.
    pub tracking: Option<&'a str>,
    /// As whom it is written.
    pub user: String,
    pub times: Times,
    /// Writes so far; 0 at the start.
    pub written: u64,
}

impl Run<'_> {
    pub(super) fn begin(&mut self, step: Step) {
        self.tell(&Event::Step(step));
    }

    pub(super) fn tell(&mut self, event: &Event) {
        (self.progress)(event);
    }
}

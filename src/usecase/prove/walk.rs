//! The loop: step after step, each noted in the run's folder once it is done; pods watched and probes sampled meanwhile.
use crate::usecase::cluster::port::Watch;
use crate::usecase::prove::goal::Step;
use crate::usecase::prove::proof::{Between, Proof};
use crate::usecase::prove::sample::Sampler;
use crate::usecase::prove::state::Folder;
use crate::usecase::prove::watch::Watched;
use crate::usecase::prove::words::{News, ProveError};
use std::thread;
use std::time::Duration;

/// How often the first list of a watch is looked for.
const LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

impl<F: Folder> Proof<'_, F> {
    /// Waits until the watch has seen every pod once: what happens from now on is not missed.
    pub fn watch(&mut self, watch: &dyn Watch) -> Result<Watched, ProveError> {
        let mut watched = Watched::new(self.session.clock.now());
        for _ in 0..LOOKS {
            let (events, connected) = watch.drain();
            let begun = connected || !events.is_empty();
            watched.take(events);
            if begun {
                return Ok(watched);
            }
            if !self.session.clock.sleep(PAUSE) {
                return Err(ProveError::Stopped);
            }
        }
        (self.told)(News::Unwatched);
        Ok(watched)
    }

    /// Walks the steps that are not done yet; true where it reached the end. Probes are asked every `interval` meanwhile.
    pub fn walk(&mut self, watch: &dyn Watch, watched: Watched, interval: Duration) -> Result<bool, ProveError> {
        let (session, probes) = (self.session, self.probes);
        let sampler = Sampler::default();
        thread::scope(|scope| {
            scope.spawn(|| sampler.run(&session, probes, interval));
            let walked = self.steps(&mut Between { watch, watched, sampler: &sampler });
            sampler.stop();
            walked
        })
    }

    /// A turn that fails is evidence too: the point after it is captured, and there it ends.
    fn steps(&mut self, between: &mut Between<'_>) -> Result<bool, ProveError> {
        let steps = self.state.goal.steps();
        let mut failed = false;
        for (i, step) in steps.iter().copied().enumerate() {
            if self.state.has(step) {
                continue;
            }
            (self.told)(News::Step { nth: i + 1, of: steps.len(), step });
            match self.take(step, between) {
                Ok(()) => {
                    self.state.done.push(step.name().to_owned());
                    self.keep()?;
                }
                Err(why) if step.turns() && !self.session.clock.stopped() => {
                    failed = true;
                    (self.told)(News::Failed(why));
                }
                Err(why) => return Err(why),
            }
            if failed && !step.turns() {
                break;
            }
        }
        Ok(!failed)
    }

    fn take(&mut self, step: Step, between: &mut Between<'_>) -> Result<(), ProveError> {
        match step {
            Step::Point(name) => self.point(name, between),
            turn => self.turn(turn),
        }
    }
}

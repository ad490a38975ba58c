//! Waiting: look, tell what hangs, sleep, look again; never without end, and never past a Ctrl-C.
use crate::model::Key;
use crate::usecase::switch::decide::silence;
use crate::usecase::switch::{Code, Event, Fact, Run, Step, Stop};
use crate::value::Value;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub enum Look<T> {
    Done(T),
    Pending(Vec<Fact>),
}

impl Look<()> {
    pub fn of(hanging: Vec<Fact>) -> Self {
        if hanging.is_empty() { Self::Done(()) } else { Self::Pending(hanging) }
    }
}

/// Answers that may be missing in a row before a wait gives up.
const MOST_SILENT: usize = 15;
/// After how many seconds without news it is told what is still waited for.
const TELL: i64 = 10;

impl Run<'_> {
    /// Looks until it is done or the time is over: then it is [`Stop::Late`] with what hangs.
    pub fn until<T>(&mut self, step: Step, within: Duration, mut look: impl FnMut(&mut Self) -> Result<Look<T>, Stop>) -> Result<T, Stop> {
        let begin = self.clock.now();
        let mut silent = 0;
        let mut hanging: Vec<Fact> = Vec::new();
        let (mut told, mut last): (BTreeSet<Fact>, Option<i64>) = (BTreeSet::new(), None);
        loop {
            match look(self) {
                Ok(Look::Done(done)) => return Ok(done),
                Ok(Look::Pending(facts)) => {
                    silent = 0;
                    hanging = facts;
                }
                // A cluster that does not answer for a while is waited for, too; a reading that fails says nothing.
                Err(stop) if stop.may_pass() && silent < MOST_SILENT => silent += 1,
                Err(stop) => return Err(stop),
            }
            let now = self.clock.now();
            let seconds = (now - begin).num_seconds();
            let (mut news, old): (Vec<Fact>, Vec<Fact>) = hanging.iter().cloned().partition(|fact| !told.contains(fact));
            if !news.is_empty() || last.is_none_or(|at| seconds - at >= TELL) {
                let fresh = news.len();
                told.extend(news.iter().cloned());
                news.extend(old);
                self.tell(&Event::Waiting { step, seconds, hanging: news, fresh });
                last = Some(seconds);
            }
            if (now - begin).to_std().unwrap_or_default() >= within {
                return Err(Stop::Late { step, hanging });
            }
            if !self.clock.sleep(self.times.poll) {
                return Err(Stop::Interrupted { step, hanging });
            }
        }
    }
}

/// Remembers since when a thing has been so, without a break.
#[derive(Default)]
pub struct Since(BTreeMap<(Key, &'static str), DateTime<Utc>>);

impl Since {
    /// What is said of an Application, and before it what its operation has waited for, for longer than is usual.
    pub fn with_silence(&mut self, run: &Run<'_>, live: &Value, said: Fact) -> Vec<Fact> {
        let (sign, now, long) = (silence::sign(live), run.clock.now(), run.times.silence());
        let mut facts = Vec::new();
        for code in [Code::ControllerSilent, Code::RepositorySilent] {
            if self.lasts(&said.object, code.as_str(), sign == Some(code), now, long) {
                facts.push(Fact::new(code, &said.object, ""));
            }
        }
        facts.push(said);
        facts
    }

    /// Whether it has been so for at least this long; begins to count where it has not been so before.
    pub fn lasts(&mut self, object: &Key, code: &'static str, holds: bool, now: DateTime<Utc>, long: Duration) -> bool {
        let key = (object.clone(), code);
        if !holds {
            self.0.remove(&key);
            return false;
        }
        let since = *self.0.entry(key).or_insert(now);
        (now - since).to_std().unwrap_or_default() >= long
    }
}

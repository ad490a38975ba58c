//! Asks probes: once (repeatedly called during a watch), or as often as each probe declares.
use crate::bundle::probe::{Answer, Heard, Line, Sample, Silence, Why, is_status, judge};
use crate::canon::each;
use crate::canon::redact::Redactor;
use crate::usecase::cluster::port::{Clock, NoReply, stamp};
use crate::usecase::probes::reach::{Call, Reach, Route, Unheard};
use crate::usecase::probes::resolve::Resolved;

/// The number of parallel questions.
const ABREAST: usize = 32;

/// What asking needs from outside.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub reach: &'a (dyn Reach + Sync),
    pub clock: &'a (dyn Clock + Sync),
    pub redactor: &'a Redactor,
}

/// One sample of each, in the given order.
pub fn sample(world: World<'_>, resolved: &[Resolved]) -> Vec<Line> {
    each(resolved, ABREAST, |_, r| with(r, vec![ask(world, r)]))
}

/// As many samples of each as its probe declares, with its interval between them. If the person asks to stop meanwhile, the rest is not
/// asked, and each line says so.
pub fn run(world: World<'_>, resolved: &[Resolved]) -> Vec<Line> {
    each(resolved, ABREAST, |_, r| {
        let probe = &r.planned.kept;
        let mut samples = vec![ask(world, r)];
        let count = if r.call.is_ok() { probe.samples } else { 1 };
        let mut stopped = false;
        for _ in 1..count {
            stopped = stopped || !world.clock.sleep(probe.interval.time());
            let not_asked = || taken(r, now(world), silence(world, Why::NotAsked, "evid was asked to stop"));
            samples.push(if stopped { not_asked() } else { ask(world, r) });
        }
        with(r, samples)
    })
}

fn with(resolved: &Resolved, samples: Vec<Sample>) -> Line {
    Line { samples, ..resolved.line.clone() }
}

fn ask(world: World<'_>, resolved: &Resolved) -> Sample {
    let at = now(world);
    let heard = match &resolved.call {
        Ok(call) => hear(world, resolved, call),
        Err(silence) => Heard::Silence(silence.clone()),
    };
    taken(resolved, at, heard)
}

fn hear(world: World<'_>, resolved: &Resolved, call: &Call) -> Heard {
    match world.reach.reach(call) {
        Ok(mut raw) => {
            raw.of_server = match call.route {
                Route::Proxy => is_status(raw.status, &raw.body),
                _ => raw.of_server,
            };
            Heard::Answer(Answer::keep(&raw, resolved.planned.kept.expect.sha256.as_deref(), world.redactor))
        }
        Err(Unheard::NoReply(e @ NoReply::TimedOut(_))) => silence(world, Why::TimedOut, &e.to_string()),
        Err(Unheard::NoReply(e @ NoReply::TooLarge(_))) => silence(world, Why::Cut, &e.to_string()),
        Err(Unheard::NoReply(NoReply::Cut(detail))) => silence(world, Why::Cut, &detail),
        Err(Unheard::NotAsked(detail)) => silence(world, Why::NotAsked, &detail),
    }
}

fn silence(world: World<'_>, why: Why, detail: &str) -> Heard {
    Heard::Silence(Silence::new(why, detail, world.redactor))
}

fn taken(resolved: &Resolved, at: String, heard: Heard) -> Sample {
    Sample { at, outcome: judge(&resolved.planned.kept, &heard), heard }
}

fn now(world: World<'_>) -> String {
    stamp(world.clock.now())
}

//! Health probes: what is declared, what an answer comes to, who is asked, what a bundle keeps of it and what a claim makes of it.
mod bundle;
mod declare;
mod judge;
mod platform;
#[cfg(feature = "kube")]
mod reach;
pub mod runner;

use crate::support::json;
use evid::bundle::probe::{Answer, Heard, Probe, Raw, Silence, Why};
use evid::canon::redact::Redactor;
use evid::value::Value;
use std::time::Duration;

pub fn redactor() -> Redactor {
    Redactor::new(&[7; 32])
}

/// A probe with this expectation.
pub fn probe(expect: Value) -> Probe {
    let through = json!({"service": {"namespace": "shop", "name": "web", "port": 80}});
    evid::value::from_value(json!({"name": "web health", "layer": "core", "through": through, "path": "/health", "expect": expect}))
        .unwrap()
}

pub fn raw(status: i64, body: &str) -> Raw {
    Raw { status, body: body.into(), took: Duration::from_millis(12), ..Raw::default() }
}

pub fn heard(raw: &Raw) -> Heard {
    Heard::Answer(Answer::keep(raw, None, &redactor()))
}

pub fn silent(why: Why) -> Heard {
    Heard::Silence(Silence::new(why, "x", &redactor()))
}

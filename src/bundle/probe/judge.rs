//! Compares an answer with what was expected. Pure, and uses only what the bundle keeps, so that anyone can judge it again.
use crate::bundle::probe::answer::{Answer, Heard, Why};
use crate::bundle::probe::declaration::Probe;
use crate::bundle::probe::expect::{Check, matches};
use crate::canon::json;
use crate::canon::redact::MARK;
use crate::model::words;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The result of one sample. Only `right` is healthy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub is: Is,
    /// For `wrong` and `unjudged`: the expectations that are not shown to hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missed: Vec<Miss>,
}

words! {
    /// The possible results of a sample, the worst last.
    #[derive(PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    Is {
        /// Everything that was expected holds.
        Right = "right",
        /// A built-in probe found nothing to ask.
        Absent = "absent",
        /// The kept part of the answer is not enough: it is cut, or redacted in a part that matters.
        Unjudged = "unjudged",
        /// It was not asked, or the API server did not let the question through.
        NotAsked = "not-asked",
        /// There is an answer, and it is wrong.
        Wrong = "wrong",
        /// An answer without a body, although one was expected.
        Empty = "empty",
        /// No answer: refused, reset, timed out, no target, or the API server could not reach the app.
        NoAnswer = "no-answer",
    }
}

/// An expectation that is not shown to hold.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Miss {
    /// `status`, `json`, `regex`, `sha256` or `under`.
    pub what: String,
    /// JSON pointer into the body, if the expectation has one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    pub expected: Value,
    /// The beginning of what was seen; null if nothing was.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub seen: Value,
}

/// Whether a statement holds: yes, no, or the kept part is not enough to tell.
enum Holds {
    Yes,
    No(Value),
    Open(Value),
}

pub fn judge(probe: &Probe, heard: &Heard) -> Outcome {
    let plain = |is| Outcome { is, missed: Vec::new() };
    let answer = match heard {
        Heard::Answer(answer) => answer,
        Heard::Silence(silence) => {
            return plain(match silence.reason {
                Why::TimedOut | Why::Cut | Why::NoTarget => Is::NoAnswer,
                Why::Forbidden | Why::NotAsked => Is::NotAsked,
                Why::Absent => Is::Absent,
            });
        }
    };
    if answer.of_server {
        // 429 (too many requests) comes from the API server, not from the app, as a missing permission does.
        return plain(if matches!(answer.status, 401 | 403 | 429) { Is::NotAsked } else { Is::NoAnswer });
    }
    // An answer after the timeout counts as none, through whichever transport it came.
    if u128::from(answer.milliseconds) >= probe.timeout.time().as_millis() {
        return plain(Is::NoAnswer);
    }
    if answer.status != probe.status() {
        return Outcome { is: Is::Wrong, missed: vec![miss("status", "", probe.status().into(), answer.status.into())] };
    }
    if answer.body.trim().is_empty() && !answer.truncated && !probe.expect.empty_body {
        return plain(Is::Empty);
    }
    let (mut wrong, mut open) = (Vec::new(), Vec::new());
    let mut take = |what: &str, pointer: &str, expected: Value, holds: Holds| match holds {
        Holds::Yes => {}
        Holds::No(seen) => wrong.push(miss(what, pointer, expected, seen)),
        Holds::Open(seen) => open.push(miss(what, pointer, expected, seen)),
    };
    if let Some(under) = &probe.expect.under {
        let holds = u128::from(answer.milliseconds) < under.time().as_millis();
        let seen = || Holds::No(format!("{}ms", answer.milliseconds).into());
        take("under", "", under.as_str().into(), if holds { Holds::Yes } else { seen() });
    }
    if let Some(wanted) = &probe.expect.sha256 {
        let holds = match &answer.sha256 {
            Some(seen) if seen == wanted => Holds::Yes,
            Some(seen) => Holds::No(seen.clone().into()),
            // If the body was read to its end and redacted, the digest differs; else it is unknown.
            None if answer.is_redacted() && !answer.truncated => Holds::No(Value::Null),
            None => Holds::Open(Value::Null),
        };
        take("sha256", "", wanted.clone().into(), holds);
    }
    if let Some(wanted) = &probe.expect.regex {
        let holds = if answer.truncated {
            Holds::Open(Value::Null)
        } else if matches(wanted, &answer.body) {
            Holds::Yes
        } else if answer.is_redacted() {
            Holds::Open(Value::Null)
        } else {
            Holds::No(short(&answer.body.clone().into()))
        };
        take("regex", "", wanted.clone().into(), holds);
    }
    match body(answer) {
        _ if probe.expect.json.is_empty() => {}
        Ok(body) => {
            for check in &probe.expect.json {
                take("json", &check.at, check.wanted(), holds(check, &body));
            }
        }
        Err(how) => take("json", "", "a JSON body".into(), how),
    }
    match (wrong.is_empty(), open.is_empty()) {
        (true, true) => plain(Is::Right),
        (true, false) => Outcome { is: Is::Unjudged, missed: open },
        (false, _) => Outcome { is: Is::Wrong, missed: wrong },
    }
}

fn miss(what: &str, pointer: &str, expected: Value, seen: Value) -> Miss {
    Miss { what: what.to_owned(), pointer: pointer.to_owned(), expected, seen }
}

/// The body as JSON, with normalised numbers.
fn body(answer: &Answer) -> Result<Value, Holds> {
    if answer.truncated {
        return Err(Holds::Open(Value::Null));
    }
    let seen = |_| if answer.is_redacted() { Holds::Open(Value::Null) } else { Holds::No(short(&answer.body.clone().into())) };
    let mut value = serde_json::from_str(&answer.body).map_err(seen)?;
    json::normalise(&mut value);
    Ok(value)
}

fn holds(check: &Check, body: &Value) -> Holds {
    let at = body.pointer(&check.at);
    let hidden = at.is_some_and(|v| json::to_text(v).contains(MARK));
    let tell = |holds: bool| match at {
        _ if holds => Holds::Yes,
        Some(seen) if hidden => Holds::Open(short(seen)),
        seen => Holds::No(seen.map(short).unwrap_or_default()),
    };
    if let Some(exists) = check.exists {
        return tell(at.is_some() == exists);
    }
    if let Some(wanted) = &check.equals {
        let mut wanted = wanted.clone();
        json::normalise(&mut wanted);
        return tell(at == Some(&wanted));
    }
    if let Some(wanted) = &check.regex {
        return tell(at.and_then(Value::as_str).is_some_and(|text| matches(wanted, text)));
    }
    if let Some(wanted) = &check.min {
        let number = at.and_then(Value::as_number);
        return tell(number.is_some_and(|n| compare(n.as_str(), wanted.as_str()).is_some_and(Ordering::is_ge)));
    }
    let Some(any) = &check.any else { return Holds::No(Value::Null) };
    let mut open = false;
    for element in at.and_then(Value::as_array).into_iter().flatten() {
        match holds(any, element) {
            Holds::Yes => return Holds::Yes,
            Holds::Open(_) => open = true,
            Holds::No(_) => {}
        }
    }
    let seen = at.map(short).unwrap_or_default();
    if open { Holds::Open(seen) } else { Holds::No(seen) }
}

/// Compares two JSON numbers exactly; none if one is too large to be written out.
fn compare(a: &str, b: &str) -> Option<Ordering> {
    fn parts(text: &str) -> Option<(bool, String, String)> {
        let text = json::decimal(text);
        let (negative, digits) = text.strip_prefix('-').map_or((false, &*text), |d| (true, d));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        (!digits.contains(['e', 'E'])).then(|| (negative, whole.to_owned(), fraction.to_owned()))
    }
    let ((a_negative, a_whole, a_fraction), (b_negative, b_whole, b_fraction)) = (parts(a)?, parts(b)?);
    let size = (a_whole.len(), &a_whole, &a_fraction).cmp(&(b_whole.len(), &b_whole, &b_fraction));
    Some(match (a_negative, b_negative) {
        (false, false) => size,
        (true, true) => size.reverse(),
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
    })
}

/// A value in the form that a finding can show.
fn short(value: &Value) -> Value {
    const MOST: usize = 200;
    let text = match value {
        Value::String(text) => text.to_string(),
        other => json::to_text(other),
    };
    if text.chars().count() <= MOST { value.clone() } else { text.chars().take(MOST).chain(['…']).collect::<String>().into() }
}

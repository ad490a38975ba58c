//! `watch.jsonl`: what was seen between two points of a proof, in the order in which it was seen. Holds the stored forms only; must not
//! know how the watch works.
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::names::WATCH;
use crate::canon::json;
use serde::{Deserialize, Serialize};

/// One line: an event, with the time at which it was seen (RFC 3339 UTC).
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Seen {
    /// The watch has begun, before the previous bundle was complete.
    From { time: String },
    /// The state of a pod from now on; after [`Seen::From`], every existing pod.
    Pod(Pod),
    /// A sample of a declared probe.
    Probe {
        /// When it was asked.
        time: String,
        layer: String,
        probe: String,
        /// Whether the answer was the right one.
        right: bool,
        /// Whether it could be asked at all: a refused question says nothing about the service.
        asked: bool,
        /// What was wrong, in words of the probe's outcome; empty if the answer was right.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        what: String,
    },
    /// The watch may have missed something.
    Gap {
        /// When it was noticed.
        time: String,
        detail: String,
    },
    /// The watch lasted until here, while the bundle was being captured.
    Until { time: String },
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pod {
    /// When it was seen.
    pub time: String,
    pub namespace: String,
    pub name: String,
    pub uid: String,
    /// Kind of its controller; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner_kind: String,
    /// uid of its controller; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Whether its Ready condition is True.
    pub ready: bool,
    /// Restarts of all its containers.
    pub restarts: u64,
    /// Whether it has a deletionTimestamp.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleting: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// What is wrong with the file: each line must be one of [`Seen`] in the one form, from a first `from` to a last `until`.
pub fn defects(bytes: &[u8]) -> Vec<Defect> {
    let wrong = |what: String| Defect::of(WATCH, DefectKind::Facets(what));
    let mut defects = Vec::new();
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    for (i, bytes) in lines.iter().enumerate() {
        let what = match serde_json::from_slice::<Seen>(bytes) {
            Err(e) => e.to_string(),
            Ok(seen) if !json::is_line(&seen, bytes) => "it is not of the one form".into(),
            Ok(Seen::From { .. }) if i > 0 => "watching begins with the first line only".into(),
            Ok(Seen::Until { .. }) if i + 1 < lines.len() => "watching ends with the last line only".into(),
            Ok(seen) if i == 0 && !matches!(seen, Seen::From { .. }) => "it does not say since when it was watched".into(),
            Ok(seen) if i + 1 == lines.len() && !matches!(seen, Seen::Until { .. }) => "it does not say until when it was watched".into(),
            Ok(_) => continue,
        };
        defects.push(wrong(format!("line {}: {what}", i + 1)));
    }
    if lines.is_empty() {
        defects.push(wrong("it is empty".into()));
    }
    defects
}

#[cfg(test)]
mod tests {
    use super::defects;

    const FROM: &str = "{\"event\":\"from\",\"time\":\"2026-11-24T08:00:00Z\"}\n";
    const UNTIL: &str = "{\"event\":\"until\",\"time\":\"2026-11-24T08:01:00Z\"}\n";
    const GAP: &str = "{\"detail\":\"cut\",\"event\":\"gap\",\"time\":\"2026-11-24T08:00:30Z\"}\n";

    #[test]
    fn a_segment_is_from_one_time_until_another_and_of_one_form() {
        let said = |lines: &[&str]| defects(lines.concat().as_bytes()).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert_eq!(said(&[FROM, GAP, UNTIL]), "");
        for (lines, what) in [
            (&[][..], "empty"),
            (&[FROM, GAP], "line 2: it does not say until when"),
            (&[GAP, UNTIL], "line 1: it does not say since when"),
            (&[FROM, FROM, UNTIL], "line 2: watching begins"),
            (&[FROM, UNTIL, UNTIL], "line 2: watching ends"),
            (&[FROM, &GAP.replace(":\"gap", ": \"gap"), UNTIL], "line 2: it is not of the one form"),
            (&[FROM, &GAP.replace("gap", "rest"), UNTIL], "line 2: unknown variant"),
        ] {
            assert!(said(lines).contains(what), "{what}: {}", said(lines));
        }
    }
}

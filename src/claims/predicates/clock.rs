//! When controllers last looked or wrote, they note in annotations, in ConfigMaps and in resources of their own. A time that was written between two
//! captures shows no more than that somebody lived then; who it was, it does not say. What is counted or held beside such a time was written with it.
use crate::claims::Evidence;
use crate::claims::predicates::operators::{is_counted, is_digits};
use crate::compare::{Change, FieldChange};
use crate::kinds::patterns::covers;
use crate::model::instant;
use crate::value::Value;
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta};

type Time = DateTime<FixedOffset>;

/// How much the clocks of a cluster and of who captures it may differ.
const APART: TimeDelta = TimeDelta::minutes(5);

/// Whether one instance differs only in times that were written between the captures: in its annotations, or anywhere in a resource or ConfigMap that
/// no Application manages.
pub(super) fn is_clock(e: &Evidence<'_>, change: &Change) -> bool {
    let (a, b) = change.sides;
    let (Some(from), Some(to)) = (moment(e, a, true), moment(e, b, false)) else { return false };
    let is_kept_by_controllers = e.is_kept_by_controllers(change);
    let may_hold = |at: &str| covers("/metadata/annotations/*", at) || is_kept_by_controllers && !at.starts_with("/metadata");
    let span = (from - APART, to + APART);
    // Beside a time: who holds it, how many there are, and what is drawn for each write.
    let is_beside = |f: &FieldChange| {
        let is_drawn = |v: &Value| is_number(v) || v.as_str().is_some_and(|text| text.len() >= 8 && is_counted(&text.replace('-', "")));
        let (Some(before), Some(after)) = (&f.before, &f.after) else { return false };
        is_kept_by_controllers && (is_of_lock(&f.pointer) || is_drawn(before) && is_drawn(after))
    };
    let (times, others): (Vec<&FieldChange>, Vec<&FieldChange>) = change.fields.iter().partition(|f| has_moved(f, &span));
    !times.is_empty() && change.fields.iter().all(|f| may_hold(&f.pointer)) && others.into_iter().all(is_beside)
}

/// Whether two values differ in times alone, whenever they were written.
pub(super) fn only_times_differ(before: &Value, after: &Value) -> bool {
    let ever = (DateTime::UNIX_EPOCH.fixed_offset(), DateTime::<chrono::Utc>::MAX_UTC.fixed_offset());
    differ_in_times(before, after, &ever, false)
}

/// A number, also where it is written as a text: protobuf writes one of 64 bits so.
fn is_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => is_digits(text),
        _ => false,
    }
}

/// What a lock says besides when it was last renewed: who holds it now, and how often that changed.
const LOCKS: &[&str] = &["holder", "holderidentity", "leader", "leaderidentity", "owner", "transitions", "leadertransitions", "identity"];

fn is_of_lock(pointer: &str) -> bool {
    LOCKS.contains(&&*pointer.rsplit('/').next().unwrap_or_default().to_lowercase())
}

/// When a capture began, or when it ended.
fn moment(e: &Evidence<'_>, side: usize, is_begin: bool) -> Option<Time> {
    let window = &e.sides.get(side)?.manifest.window;
    let (one, other) = if is_begin { (&window.started, &window.finished) } else { (&window.finished, &window.started) };
    instant(one.as_ref().or(other.as_ref())?)
}

fn has_moved(field: &FieldChange, span: &(Time, Time)) -> bool {
    match (&field.before, &field.after) {
        (Some(before), Some(after)) => differ_in_times(before, after, span, false),
        // The first time that it was written.
        (None, Some(Value::String(text))) => {
            matches!(cut(text), (rest, times) if rest == "*" && times.len() == 1 && times.iter().all(|t| is_in(t, span)))
        }
        _ => false,
    }
}

fn is_in(time: &Time, (from, to): &(Time, Time)) -> bool {
    from <= time && time <= to
}

/// With `is_renewed`, a time beside them or above them is another one.
fn differ_in_times(before: &Value, after: &Value, span: &(Time, Time), is_renewed: bool) -> bool {
    match (before, after) {
        (x, y) if is_renewed && is_number(x) && is_number(y) => true,
        (Value::String(x), Value::String(y)) => are_alike(x, y, span),
        (Value::Number(x), Value::Number(y)) => are_alike(&x.to_string(), &y.to_string(), span),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| differ_in_times(x, y, span, is_renewed)),
        (Value::Object(x), Value::Object(y)) => {
            let has_moved =
                |key: &str, x: &Value| y.get(key).is_some_and(|y| x != y && !is_of_lock(key) && differ_in_times(x, y, span, false));
            let is_renewed = is_renewed || x.iter().any(|(key, x)| has_moved(key, x));
            let is_same = |key: &str, x: &Value, y: &Value| is_renewed && is_of_lock(key) || differ_in_times(x, y, span, is_renewed);
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| is_same(key, x, y)))
        }
        _ => before == after,
    }
}

fn are_alike(before: &str, after: &str, span: &(Time, Time)) -> bool {
    let document = |text: &str| text.starts_with('{').then(|| crate::canon::json::parse::<Value>(text.as_bytes()).ok()).flatten();
    if let (Some(x), Some(y)) = (document(before), document(after)) {
        return differ_in_times(&x, &y, span, false);
    }
    let ((rest, was), (other, is)) = (cut(before), cut(after));
    let is_later = was.len() == is.len() && was.iter().zip(&is).all(|(was, is)| was == is || was < is && is_in(is, span));
    is_later && (rest == other || was != is && without_digits(&rest) == without_digits(&other))
}

/// A text without the numbers in it.
fn without_digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// A text with a star in the place of each time in it, and those times.
fn cut(text: &str) -> (String, Vec<Time>) {
    let (mut rest, mut times) = (String::new(), Vec::new());
    let (mut left, mut is_within) = (text, false);
    while let Some(first) = left.chars().next() {
        let time = (first.is_ascii_alphanumeric() && !is_within).then(|| time_at(left)).flatten();
        let length = time.map_or(first.len_utf8(), |(time, length)| {
            times.push(time);
            length
        });
        rest.push(if time.is_some() { '*' } else { first });
        is_within = first.is_alphanumeric() && time.is_none();
        left = left.get(length..).unwrap_or_default();
    }
    (rest, times)
}

/// How else than RFC 3339 says a time is written: as Go and Python print one, with dots, in one word, in a mail, and as `date` does.
const FORMS: [&str; 7] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y.%m.%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y%m%dT%H%M%SZ",
    "%a, %d %b %Y %H:%M:%S",
    "%a %b %e %H:%M:%S UTC %Y",
    "%a %b %e %H:%M:%S %Y",
];

/// The time with which a text begins, and how long it is: of RFC 3339, of one of the forms, or counted from 1970 on.
fn time_at(text: &str) -> Option<(Time, usize)> {
    let run = |text: &str, of: fn(char) -> bool| text.find(|c: char| !of(c)).unwrap_or(text.len());
    let length = run(text, |c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | '+' | 'T' | 'Z'));
    let plain = text.get(..length)?.trim_end_matches(['.', ':', '-', '+']);
    if let Some(time) = instant(plain) {
        return Some((time, plain.len()));
    }
    let written = FORMS.iter().find_map(|form| NaiveDateTime::parse_and_remainder(text, form).ok());
    if let Some((time, rest)) = written {
        return Some((time.and_utc().fixed_offset(), text.len() - rest.len()));
    }
    let digits = text.get(..run(text, |c| c.is_ascii_digit()))?;
    let ends = text.get(digits.len()..)?.chars().next().is_none_or(|c| !c.is_alphanumeric());
    let count: i64 = digits.parse().ok().filter(|_| ends)?;
    let time = match digits.len() {
        10 => DateTime::from_timestamp(count, 0),
        13 => DateTime::from_timestamp_millis(count),
        16 => DateTime::from_timestamp_micros(count),
        19 => Some(DateTime::from_timestamp_nanos(count)),
        _ => None,
    };
    Some((time?.fixed_offset(), digits.len()))
}

#[cfg(test)]
mod tests {
    use super::{cut, differ_in_times};
    use crate::model::instant;
    use crate::value::{Value, json};

    #[test]
    fn a_time_is_found_in_a_text_however_it_is_written() {
        let whole = [
            "2026-11-23T18:15:23.6Z",
            "2026-11-23T18:15:23+01:00",
            "2026-11-23 18:15:23.123",
            "2026.11.23 18:15:23",
            "20261123T181523Z",
            "Mon Nov 23 18:15:23 UTC 2026",
            "Mon Nov 23 18:15:23 2026",
            "1795457723",
            "1795457723000",
        ];
        for text in whole {
            assert_eq!(cut(text).0, "*", "{text}");
        }
        assert_eq!(cut(r#"{"at":"2026-11-23T18:15:23Z","n":12}"#).0, r#"{"at":"*","n":12}"#);
        assert_eq!(cut("at 2026-11-23 18:15:23: 3 nodes").0, "at *: 3 nodes");
        assert_eq!(cut("Mon, 23 Nov 2026 18:15:23 GMT").0, "* GMT");
        assert_eq!(cut("v1.2.3 of 10.0.0.1, build-1795457723a").0, "v1.2.3 of 10.0.0.1, build-1795457723a");
    }

    #[test]
    fn a_time_that_was_written_between_the_captures_has_moved_and_nothing_else() {
        let span = (instant("2026-11-23T18:10:00Z").unwrap(), instant("2026-11-23T18:30:00Z").unwrap());
        let moved = |before: Value, after: Value| differ_in_times(&before, &after, &span, false);
        assert!(moved(json!({"a": "2026-11-23T18:00:00Z", "b": 1}), json!({"a": "2026-11-23T18:20:00Z", "b": 1})));
        assert!(moved(json!({"a": "2026-11-23T18:00:00Z", "b": 1}), json!({"a": "2026-11-23T18:20:00Z", "b": 2})), "a number beside it");
        let counted = |time: &str, count: &str| json!({"at": time, "total": {"sent": count}});
        assert!(moved(counted("2026-11-23T18:00:00Z", "5"), counted("2026-11-23T18:20:00Z", "9")), "a number below it");
        assert!(!moved(counted("2026-11-23T18:00:00Z", "5"), counted("2026-11-23T18:00:00Z", "9")));
        assert!(!moved(json!({"a": "2026-11-23T18:00:00Z", "b": "x"}), json!({"a": "2026-11-23T18:20:00Z", "b": "y"})), "a word beside it");
        assert!(!moved(json!("2026-11-23T18:00:00Z"), json!("2027-11-23T18:00:00Z")), "a time to come");
        assert!(!moved(json!("2026-11-23T18:25:00Z"), json!("2026-11-23T18:20:00Z")), "back");
        assert!(moved(json!(1_795_456_000_i64), json!(1_795_458_000_i64)));
        assert!(!moved(json!(1), json!(2)));
        assert!(moved(json!("2026-11-23T18:00:00Z nodes: 3 of 10"), json!("2026-11-23T18:20:00Z nodes: 4 of 11")), "what was counted then");
        assert!(!moved(json!("2026-11-23T18:00:00Z admin: no"), json!("2026-11-23T18:20:00Z admin: yes")));
        let lock = |holder: &str, time: &str| json!(format!(r#"{{"holderIdentity":"{holder}","renewTime":"{time}"}}"#));
        assert!(moved(lock("a", "2026-11-23T18:00:00Z"), lock("b", "2026-11-23T18:20:00Z")), "another one holds a lock that was renewed");
        assert!(!moved(lock("a", "2026-11-23T18:00:00Z"), lock("b", "2026-11-23T18:00:00Z")));
    }
}

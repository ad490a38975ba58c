//! When controllers last looked or wrote, they note in annotations, in ConfigMaps and in resources of their own. A time that was written between two
//! captures shows no more than that somebody lived then; who it was, it does not say. What is counted or held beside such a time was written with it.
use crate::claims::Evidence;
use crate::claims::predicates::operators::is_counted;
use crate::compare::{Change, FieldChange};
use crate::kinds::built_in::is_custom;
use crate::kinds::patterns::covers;
use crate::model::instant;
use crate::value::Value;
use chrono::{DateTime, FixedOffset, TimeDelta};

type Time = DateTime<FixedOffset>;

/// How much the clocks of a cluster and of who captures it may differ.
const APART: TimeDelta = TimeDelta::minutes(5);

/// Whether one instance differs only in times that were written between the captures: in its annotations, or anywhere in a resource or ConfigMap that no Application
/// manages.
pub(super) fn is_clock(e: &Evidence<'_>, change: &Change) -> bool {
    let (a, b) = change.sides;
    let (Some(from), Some(to)) = (moment(e, a, true), moment(e, b, false)) else { return false };
    let is_kept_by_controllers = (is_custom(&change.key.group) || change.spot.stem == "configmaps") && !e.is_managed(&change.spot);
    let may_hold = |at: &str| covers("/metadata/annotations/*", at) || is_kept_by_controllers && !at.starts_with("/metadata");
    let span = (from - APART, to + APART);
    // Beside a time: who holds it, how many there are, and what is drawn for each write.
    let is_beside = |f: &FieldChange| {
        let is_drawn = |text: &str| text.len() >= 8 && is_counted(&text.replace('-', ""));
        let is_number = |v: &Option<Value>| v.as_ref().is_some_and(|v| matches!(v, Value::Number(_)) || v.as_str().is_some_and(is_drawn));
        let both = f.before.is_some() && f.after.is_some();
        is_kept_by_controllers && both && (is_of_lock(&f.pointer) || is_number(&f.before) && is_number(&f.after))
    };
    let (times, others): (Vec<&FieldChange>, Vec<&FieldChange>) = change.fields.iter().partition(|f| has_moved(f, &span));
    !times.is_empty() && change.fields.iter().all(|f| may_hold(&f.pointer)) && others.into_iter().all(is_beside)
}

/// Whether two values differ in times alone, whenever they were written.
pub(super) fn only_times_differ(before: &Value, after: &Value) -> bool {
    let ever = (DateTime::UNIX_EPOCH.fixed_offset(), DateTime::<chrono::Utc>::MAX_UTC.fixed_offset());
    differ_in_times(before, after, &ever)
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
        (Some(before), Some(after)) => differ_in_times(before, after, span),
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

fn differ_in_times(before: &Value, after: &Value, span: &(Time, Time)) -> bool {
    match (before, after) {
        (Value::String(x), Value::String(y)) => are_alike(x, y, span),
        (Value::Number(x), Value::Number(y)) => are_alike(&x.to_string(), &y.to_string(), span),
        (Value::Array(x), Value::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| differ_in_times(x, y, span)),
        (Value::Object(x), Value::Object(y)) => {
            let is_renewed =
                || x.iter().any(|(key, x)| y.get(key).is_some_and(|y| x != y && !is_of_lock(key) && differ_in_times(x, y, span)));
            let are_numbers = |x: &Value, y: &Value| matches!((x, y), (Value::Number(_), Value::Number(_)));
            let is_same =
                |key: &str, x: &Value, y: &Value| differ_in_times(x, y, span) || (is_of_lock(key) || are_numbers(x, y)) && is_renewed();
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| is_same(key, x, y)))
        }
        _ => before == after,
    }
}

fn are_alike(before: &str, after: &str, span: &(Time, Time)) -> bool {
    let document = |text: &str| text.starts_with('{').then(|| crate::canon::json::parse::<Value>(text.as_bytes()).ok()).flatten();
    if let (Some(x), Some(y)) = (document(before), document(after)) {
        return differ_in_times(&x, &y, span);
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
        let time = (first.is_ascii_digit() && !is_within).then(|| time_at(left)).flatten();
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

/// The time with which a text begins, and how long it is: of RFC 3339, as Go prints one, or counted from 1970 on.
fn time_at(text: &str) -> Option<(Time, usize)> {
    let run = |text: &str, of: fn(char) -> bool| text.find(|c: char| !of(c)).unwrap_or(text.len());
    let length = run(text, |c| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | '+' | 'T' | 'Z'));
    let plain = text.get(..length)?.trim_end_matches(['.', ':', '-', '+']);
    if let Some(time) = instant(plain) {
        return Some((time, plain.len()));
    }
    if let Some((day, clock)) = text.get(..10).zip(text.get(10..)?.strip_prefix(' ')) {
        let clock = clock.get(..run(clock, |c| c.is_ascii_digit() || matches!(c, ':' | '.')))?;
        if let Some(time) = instant(&format!("{day}T{clock}Z")) {
            return Some((time, day.len() + 1 + clock.len()));
        }
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
        let whole = ["2026-11-23T18:15:23.6Z", "2026-11-23T18:15:23+01:00", "2026-11-23 18:15:23.123", "1795457723", "1795457723000"];
        for text in whole {
            assert_eq!(cut(text).0, "*", "{text}");
        }
        assert_eq!(cut(r#"{"at":"2026-11-23T18:15:23Z","n":12}"#).0, r#"{"at":"*","n":12}"#);
        assert_eq!(cut("v1.2.3 of 10.0.0.1, build-1795457723a").0, "v1.2.3 of 10.0.0.1, build-1795457723a");
    }

    #[test]
    fn a_time_that_was_written_between_the_captures_has_moved_and_nothing_else() {
        let span = (instant("2026-11-23T18:10:00Z").unwrap(), instant("2026-11-23T18:30:00Z").unwrap());
        let moved = |before: Value, after: Value| differ_in_times(&before, &after, &span);
        assert!(moved(json!({"a": "2026-11-23T18:00:00Z", "b": 1}), json!({"a": "2026-11-23T18:20:00Z", "b": 1})));
        assert!(moved(json!({"a": "2026-11-23T18:00:00Z", "b": 1}), json!({"a": "2026-11-23T18:20:00Z", "b": 2})), "a number beside it");
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

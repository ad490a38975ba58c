//! The times between the bundles in which all was watched.
use crate::bundle::watch::Seen;
use crate::model::instant;
use crate::usecase::shown::Shown;
use chrono::{DateTime, FixedOffset};

pub(super) type Time = DateTime<FixedOffset>;

/// When something was seen.
pub(super) fn time_of(seen: &Seen) -> Option<Time> {
    match seen {
        Seen::From { time } | Seen::Until { time } | Seen::Gap { time, .. } | Seen::Probe { time, .. } => instant(time),
        Seen::Pod(pod) => instant(&pod.time),
    }
}

/// The times in which all was watched, in order. Of a break only the time is known at which it was noticed: all between what was seen before
/// and what was seen after it may be unseen.
pub(super) fn watched(shown: &Shown) -> Vec<(Time, Time)> {
    let mut out = Vec::new();
    for segment in shown.points.iter().filter_map(|p| p.watched.as_ref()) {
        let (mut from, mut last): (Option<Time>, Option<Time>) = (None, None);
        for seen in segment {
            // A break is one, whatever it says of its time.
            if matches!(seen, Seen::Gap { .. }) {
                out.extend(from.take().zip(last));
            } else if let Some(time) = time_of(seen) {
                from = from.or(Some(time));
                last = Some(time);
            }
        }
        out.extend(from.zip(last));
    }
    out.sort();
    // A segment begins where the one before ends.
    out.dedup_by(|next, before| {
        let joined = next.0 <= before.1;
        before.1 = if joined { before.1.max(next.1) } else { before.1 };
        joined
    });
    out
}

#[cfg(test)]
mod tests {
    use super::watched;
    use crate::bundle::watch::Seen;
    use crate::usecase::shown::{Point, Shown};

    fn shown(segments: &[&str]) -> Shown {
        let seen = |text: &&str| -> Vec<Seen> {
            let line = |(i, event): (usize, &str)| {
                let time = format!("2026-11-24T08:00:{:02}Z", event.parse::<usize>().unwrap_or(i));
                match event {
                    "gap" => Seen::Gap { time: String::new(), detail: String::new() },
                    _ => Seen::From { time },
                }
            };
            text.split(' ').enumerate().map(line).collect()
        };
        Shown::of(segments.iter().map(|s| Point { watched: Some(seen(s)), ..Point::default() }).collect())
    }

    #[test]
    fn a_break_takes_away_all_between_what_was_seen_before_and_after_it() {
        for (segments, times) in [
            (&["1 5 9"][..], &[(1, 9)][..]),
            (&["1 5 gap 7 9"], &[(1, 5), (7, 9)]),
            (&["1 5", "5 9"], &[(1, 9)]),
            (&["1 gap gap 9"], &[(1, 1), (9, 9)]),
        ] {
            let seconds = |t: super::Time| t.timestamp() % 60;
            let found: Vec<(i64, i64)> = watched(&shown(segments)).into_iter().map(|(a, b)| (seconds(a), seconds(b))).collect();
            assert_eq!(found, times, "{segments:?}");
        }
    }
}

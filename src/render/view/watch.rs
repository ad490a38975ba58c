//! The times between the bundles in which pods were watched and probes asked.
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

/// The times in which pods were watched, in order. Of a break only the time is known at which it was noticed: all between what was seen of
/// pods before and after it may be unseen. An answer of a probe says nothing about the watch of pods.
pub(super) fn watched(shown: &Shown) -> Vec<(Time, Time)> {
    let mut out = Vec::new();
    for segment in shown.points.iter().filter_map(|p| p.watched.as_ref()) {
        let (mut from, mut last): (Option<Time>, Option<Time>) = (None, None);
        for seen in segment {
            match seen {
                // A break is one, whatever it says of its time.
                Seen::Gap { .. } => out.extend(from.take().zip(last)),
                Seen::From { .. } | Seen::Pod(_) => {
                    last = time_of(seen);
                    from = from.or(last);
                }
                Seen::Until { .. } => last = time_of(seen),
                Seen::Probe { .. } => {}
            }
        }
        out.extend(from.zip(last));
    }
    joined(out)
}

/// The times in which probes were asked again and again, in order.
pub(super) fn sampled(shown: &Shown) -> Vec<(Time, Time)> {
    let ends = |segment: &Vec<Seen>| Some((time_of(segment.first()?)?, time_of(segment.last()?)?));
    joined(shown.points.iter().filter_map(|p| ends(p.watched.as_ref()?)).collect())
}

/// Times in order, those that touch as one: a segment begins where the one before ends.
fn joined(mut times: Vec<(Time, Time)>) -> Vec<(Time, Time)> {
    times.sort();
    times.dedup_by(|next, before| {
        let touch = next.0 <= before.1;
        before.1 = if touch { before.1.max(next.1) } else { before.1 };
        touch
    });
    times
}

#[cfg(test)]
mod tests {
    use super::{sampled, watched};
    use crate::bundle::watch::Seen;
    use crate::usecase::shown::{Point, Shown};
    use crate::value::json;

    /// Segments of `from`, `until`, `pod`, `probe` and `gap`, each behind its second.
    fn shown(segments: &[&str]) -> Shown {
        let pod = |time: String| {
            let pod = json!({"time": time, "namespace": "n", "name": "p", "uid": "u", "ready": true, "restarts": 0});
            Seen::Pod(crate::value::from_value(pod).unwrap())
        };
        let line = |word: &str| {
            let (second, event) = word.split_once(':').unwrap();
            let time = format!("2026-11-24T08:00:{second:0>2}Z");
            match event {
                "from" => Seen::From { time },
                "until" => Seen::Until { time },
                "gap" => Seen::Gap { time: String::new(), detail: String::new() },
                "pod" => pod(time),
                _ => Seen::Probe { time, layer: String::new(), probe: String::new(), right: true, asked: true, what: String::new() },
            }
        };
        let point = |text: &&str| Point { watched: Some(text.split(' ').map(line).collect()), ..Point::default() };
        Shown::of(segments.iter().map(point).collect())
    }

    #[test]
    fn a_break_takes_away_all_between_the_pods_that_were_seen_before_and_after_it() {
        for (segments, times) in [
            (&["1:from 9:until"][..], &[(1, 9)][..]),
            (&["1:from 5:pod 6:gap 7:probe 8:pod 9:until"], &[(1, 5), (8, 9)]),
            (&["1:from 5:until", "5:from 9:until"], &[(1, 9)]),
            // Pods may not be listed; probes go on.
            (&["1:from 1:gap 3:probe 5:gap 7:probe 9:until"], &[(1, 1)]),
        ] {
            let second = |t: super::Time| t.timestamp() % 60;
            let shown = shown(segments);
            let found: Vec<(i64, i64)> = watched(&shown).into_iter().map(|(a, b)| (second(a), second(b))).collect();
            assert_eq!(found, times, "{segments:?}");
            assert_eq!(sampled(&shown).into_iter().map(|(a, b)| (second(a), second(b))).collect::<Vec<_>>(), [(1, 9)]);
        }
    }
}

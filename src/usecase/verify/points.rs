//! Whether the bundles of one run agree with its journal: each is an extension of the one before, and was written in the time that it claims.
//! Of a single bundle, only what it says of itself is checked elsewhere. Must not know where bundles are, nor what was written.
use crate::bundle::actions;
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::manifest::{Manifest, Window};
use crate::bundle::names::{ACTIONS, WATCH};
use crate::bundle::sums::Sums;
use crate::model::instant;
use std::collections::BTreeMap;

/// What is looked at of one bundle.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its name in messages.
    pub name: String,
    /// The run that it belongs to, if it is a point of one.
    pub run: Option<String>,
    /// When it was captured.
    pub window: Window,
    /// The journal, as it was then.
    pub actions: Option<Vec<u8>>,
    /// Whether it says what was watched since the point before.
    pub watched: bool,
}

impl Point {
    /// Of a bundle, one of whose entries `read` gives.
    ///
    /// # Errors
    /// As `read`.
    pub fn of<E>(name: &str, manifest: &Manifest, sums: &Sums, read: impl FnOnce(&str) -> Result<Vec<u8>, E>) -> Result<Self, E> {
        let actions = sums.get(ACTIONS).map(|_| read(ACTIONS)).transpose()?;
        let (run, window) = (manifest.run.clone(), manifest.window.clone());
        Ok(Self { name: name.to_owned(), run, window, actions, watched: sums.get(WATCH).is_some() })
    }
}

/// What the bundles of a run contradict in each other: which bundle, and what. Bundles of no run, and of other runs, are left alone.
pub fn contradictions(points: &[Point]) -> Vec<(usize, Defect)> {
    let mut runs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, point) in points.iter().enumerate() {
        if let Some(run) = &point.run {
            runs.entry(run).or_default().push(i);
        }
    }
    let mut found = Vec::new();
    for mut run in runs.into_values() {
        run.sort_by_key(|i| points.get(*i).map(|p| p.window.started.as_deref().and_then(instant)));
        for pair in run.windows(2) {
            if let [a, b] = *pair
                && let (Some(before), Some(after)) = (points.get(a), points.get(b))
            {
                found.extend(between(before, after).into_iter().map(|defect| (b, defect)));
            }
        }
    }
    found
}

fn between(before: &Point, after: &Point) -> Vec<Defect> {
    let wrong = |entry: &str, what: String| Defect::of(entry, DefectKind::Facets(what));
    let mut defects = Vec::new();
    if !after.watched {
        defects.push(wrong(WATCH, format!("missing, and {} is an earlier point of its run", before.name)));
    }
    let Some(journal) = &after.actions else {
        defects.push(wrong(ACTIONS, format!("missing, and {} is an earlier point of its run", before.name)));
        return defects;
    };
    let earlier = before.actions.as_deref().unwrap_or_default();
    if !journal.starts_with(earlier) {
        defects.push(wrong(ACTIONS, format!("it does not go on from what {} holds: lines are missing or were changed", before.name)));
        return defects;
    }
    let old = actions::times(earlier).count();
    let (from, until) = (&before.window.finished, &after.window.started);
    let [begin, end] = [from, until].map(|t| t.as_deref().and_then(instant));
    for (i, at) in actions::times(journal).enumerate().skip(old) {
        if begin.is_some_and(|begin| at.is_some_and(|at| at < begin)) {
            let said = from.as_deref().unwrap_or_default();
            defects.push(wrong(ACTIONS, format!("line {}: it is earlier than the end of {} ({said}), which lacks it", i + 1, before.name)));
        }
        if end.is_some_and(|end| at.is_some_and(|at| at > end)) {
            let said = until.as_deref().unwrap_or_default();
            defects.push(wrong(ACTIONS, format!("line {}: it is later than the beginning of this capture ({said})", i + 1)));
        }
    }
    defects
}

#[cfg(test)]
mod tests {
    use super::{Point, contradictions};
    use crate::bundle::manifest::Window;
    use crate::canon::json;
    use chrono::{DateTime, SecondsFormat, TimeDelta};
    use proptest::prelude::{Just, Strategy, prop};
    use proptest::sample::Index;
    use proptest::{prop_assert, prop_assert_eq, proptest};
    use serde_json::json;

    fn stamp(ms: i64) -> String {
        (DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)).to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    fn line(ms: i64, seq: usize) -> Vec<u8> {
        let line = json!({"stage": "intent", "seq": seq, "time": stamp(ms), "user": "u", "what": "prune", "method": "PATCH", "path": "/a",
            "object": "Application argocd/root"});
        [json::to_bytes(&line), b"\n".to_vec()].concat()
    }

    /// The points of a run as evid leaves them: a capture, some writes, a capture … by a clock that never goes back.
    fn run() -> impl Strategy<Value = Vec<Point>> {
        let turn = prop::collection::vec(0_i64..1000, 1..5);
        (0_i64..1000, prop::collection::vec((turn, 0_i64..1000, 0_i64..1000), 1..4)).prop_map(|(first, turns)| {
            let mut clock = first;
            let mut tick = |ms: i64| {
                clock += ms;
                clock
            };
            let point = |started: i64, finished: i64, actions: Option<Vec<u8>>| Point {
                name: format!("point-{started}"),
                run: Some("r".into()),
                window: Window { started: Some(stamp(started)), finished: Some(stamp(finished)) },
                watched: actions.is_some(),
                actions,
            };
            let (mut journal, mut points) = (Vec::new(), vec![point(first, tick(7), None)]);
            for (writes, rest, capture) in turns {
                for (seq, wait) in writes.into_iter().enumerate() {
                    journal.extend(line(tick(wait), seq));
                }
                // Each capture takes some time, so no two begin at once.
                let started = tick(rest);
                points.push(point(started, tick(capture + 1), Some(journal.clone())));
            }
            points
        })
    }

    fn of_bundle(points: &[Point]) -> Vec<(usize, String)> {
        contradictions(points).into_iter().map(|(i, defect)| (i, defect.to_string())).collect()
    }

    proptest! {
        #[test]
        fn what_evid_leaves_agrees_in_any_order_and_in_part(points in run().prop_flat_map(|p| Just(p).prop_shuffle()), leave in 0_usize..3) {
            prop_assert_eq!(of_bundle(&points), []);
            prop_assert_eq!(of_bundle(points.get(leave..).unwrap_or_default()), []);
        }

        #[test]
        fn a_line_that_is_dropped_or_changed_is_named_in_a_later_point(mut points in run(), at in proptest::prelude::any::<Index>()) {
            let last = points.len() - 1;
            if last < 2 {
                return Ok(());
            }
            let journal = points[last - 1].actions.clone().unwrap();
            let lines: Vec<Vec<u8>> = journal.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            let cut = at.index(lines.len());
            let rest = points[last].actions.clone().unwrap().split_off(journal.len());
            let without: Vec<u8> = lines.iter().enumerate().filter(|(i, _)| *i != cut).flat_map(|(_, l)| l.clone()).chain(rest).collect();
            // What comes after may be the same line again; then nothing is missing.
            if without.starts_with(&journal) {
                return Ok(());
            }
            points[last].actions = Some(without);
            let found = of_bundle(&points);
            prop_assert!(found.len() == 1 && found[0].0 == last && found[0].1.contains("does not go on"), "{:?}", found);
        }

        #[test]
        fn a_write_outside_of_the_time_between_its_captures_is_named(mut points in run(), of in proptest::prelude::any::<Index>(), late: bool, by in 1_i64..5000) {
            let b = 1 + of.index(points.len() - 1);
            let bound = if late { points[b].window.started.clone() } else { points[b - 1].window.finished.clone() };
            let bound = DateTime::parse_from_rfc3339(&bound.unwrap()).unwrap().timestamp_millis();
            let old = points[b - 1].actions.clone().unwrap_or_default();
            let forged = [old.clone(), line(if late { bound + by } else { bound - by }, 1)].concat();
            points.truncate(b + 1);
            points[b].actions = Some(forged);
            let found = of_bundle(&points);
            prop_assert!(found.len() == 1 && found[0].0 == b && found[0].1.contains(if late { "later" } else { "earlier" }), "{:?}", found);
        }

        #[test]
        fn a_later_point_without_a_journal_or_a_watch_is_named(mut points in run(), of in proptest::prelude::any::<Index>(), journal: bool) {
            let b = 1 + of.index(points.len() - 1);
            points.truncate(b + 1);
            if journal { points[b].actions = None } else { points[b].watched = false }
            let found = of_bundle(&points);
            prop_assert!(found.len() == 1 && found[0].0 == b && found[0].1.contains("missing"), "{:?}", found);
        }

        #[test]
        fn bundles_of_no_run_and_of_different_runs_are_left_alone(mut points in run(), named: bool) {
            for (i, point) in points.iter_mut().enumerate() {
                point.run = named.then(|| format!("run {i}"));
                point.actions = None;
                point.watched = false;
            }
            prop_assert_eq!(of_bundle(&points), []);
        }
    }
}

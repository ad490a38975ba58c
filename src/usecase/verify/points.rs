//! Whether the bundles of one run agree with its journal: each goes on from the one before. What is wrong with their times is a doubt of the
//! claim `ordered`: a clock that was set back is no damage. Must not know where bundles are, nor what was written.
use crate::bundle::coverage::Coverage;
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::manifest::{Manifest, Window};
use crate::bundle::names::{ACTIONS, WATCH};
use crate::bundle::sums::Sums;
use crate::model::instant;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// What is looked at of one bundle.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its name in messages.
    pub name: String,
    /// The run that it belongs to, if it is a point of one.
    pub run: Option<String>,
    pub window: Window,
    /// The highest resourceVersion that was seen: the cluster's own count of its writes.
    pub highest: Option<u64>,
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
    pub fn of<E>(
        name: &str,
        (manifest, coverage): (&Manifest, &Coverage),
        sums: &Sums,
        read: impl FnOnce(&str) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E> {
        let actions = sums.get(ACTIONS).map(|_| read(ACTIONS)).transpose()?;
        let highest = coverage.highest_resource_version.as_ref().and_then(|version| version.parse().ok());
        let (run, window) = (manifest.run.clone(), manifest.window.clone());
        Ok(Self { name: name.to_owned(), run, window, highest, actions, watched: sums.get(WATCH).is_some() })
    }

    fn started(&self) -> Option<DateTime<FixedOffset>> {
        self.window.started.as_deref().and_then(instant)
    }

    /// Whether it is the one with which its run began: nothing had been written or watched then.
    fn is_first(&self) -> bool {
        self.actions.is_none() && !self.watched
    }
}

/// What the bundles of a run contradict in each other: which bundle, and what. Bundles of no run, and of other runs, are left alone.
pub fn contradictions(points: &[Point]) -> Vec<(usize, Defect)> {
    let mut runs: BTreeMap<&str, Vec<(usize, &Point)>> = BTreeMap::new();
    for (i, point) in points.iter().enumerate() {
        if let Some(run) = &point.run {
            runs.entry(run).or_default().push((i, point));
        }
    }
    runs.into_values().flat_map(of_run).collect()
}

/// The journal only grows, so it gives the order. One that is later by the clock and by the cluster's count lacks something, though; the
/// clock alone may have been set back.
fn of_run(mut run: Vec<(usize, &Point)>) -> Vec<(usize, Defect)> {
    run.sort_by_key(|(_, p)| (!p.is_first(), p.actions.as_ref().map_or(0, Vec::len), p.started()));
    let mut found = Vec::new();
    let mut last: Option<(usize, &Point)> = None;
    for next in run {
        if let Some(earlier) = last {
            let ((_, before), (i, after)) = if is_later(earlier.1, next.1) { (next, earlier) } else { (earlier, next) };
            found.extend(between(before, after).into_iter().map(|defect| (i, defect)));
        }
        // One that lacks its journal says nothing about those after it.
        if last.is_none() || next.1.actions.is_some() {
            last = Some(next);
        }
    }
    found
}

/// Without the cluster's count the clock speaks only of a point that has no journal: of two that have one, the journals say more.
fn is_later(a: &Point, b: &Point) -> bool {
    let by_count = match (a.highest, b.highest) {
        (Some(a), Some(b)) => a > b,
        _ => a.actions.is_none(),
    };
    a.started() > b.started() && by_count
}

fn between(before: &Point, after: &Point) -> Vec<Defect> {
    let wrong = |entry: &str, what: String| Defect::of(entry, DefectKind::Facets(what));
    let missing = |entry: &str| wrong(entry, format!("missing, and {} is an earlier point of its run", before.name));
    let mut defects = Vec::new();
    if !after.watched {
        defects.push(missing(WATCH));
    }
    match &after.actions {
        None => defects.push(missing(ACTIONS)),
        Some(journal) if !journal.starts_with(before.actions.as_deref().unwrap_or_default()) => {
            defects.push(wrong(ACTIONS, format!("it does not go on from what {} holds: lines are missing or were changed", before.name)));
        }
        Some(_) => {}
    }
    defects
}

#[cfg(test)]
mod tests {
    use super::{Point, contradictions};
    use crate::bundle::manifest::Window;
    use crate::canon::json;
    use crate::value::json;
    use chrono::{DateTime, SecondsFormat, TimeDelta};
    use proptest::prelude::{Just, Strategy, any, prop};
    use proptest::sample::Index;
    use proptest::{prop_assert, prop_assert_eq, proptest};

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
                highest: u64::try_from(finished).ok(),
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
        fn a_line_that_is_dropped_or_changed_is_named_in_a_later_point(mut points in run(), at in any::<Index>()) {
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
        fn a_clock_that_was_set_back_is_no_damage_and_hides_none(mut points in run(), of in any::<Index>(), back in 1_i64..9000, known: bool) {
            let from = of.index(points.len());
            for point in &mut points[from..] {
                for time in [&mut point.window.started, &mut point.window.finished].into_iter().flatten() {
                    *time = stamp(DateTime::parse_from_rfc3339(time).unwrap().timestamp_millis() - back);
                }
            }
            prop_assert_eq!(of_bundle(&points), []);
            let last = points.len() - 1;
            if last > 1 {
                points[last].actions.as_mut().unwrap()[20] ^= 1;
                let found = of_bundle(&points);
                prop_assert!(found.iter().any(|(i, said)| *i == last && said.contains("does not go on")), "{:?}", found);
            }
            // Stripped of all, it looks like the one with which the run began.
            (points[last].actions, points[last].watched) = (None, false);
            if !known {
                points.iter_mut().for_each(|p| p.highest = None);
            }
            if last > 1 && points[last].started() > points[1].started() {
                prop_assert_eq!(of_bundle(&points[1..]).iter().map(|(i, _)| *i).collect::<Vec<_>>(), [last - 1; 2]);
            }
        }

        #[test]
        fn a_later_point_without_a_journal_or_a_watch_is_named(mut points in run(), of in any::<Index>(), journal: bool) {
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

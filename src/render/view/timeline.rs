//! The time from the first bundle to the last as lanes: the captures, what the switch wrote, pods of the protected layers, samples of their
//! probes. Time that nothing watched is a mark of its own in each lane of what was watched.
use crate::bundle::watch::{Pod, Seen};
use crate::model::instant;
use crate::render::foreign;
use crate::render::view::texts;
use crate::render::words::{count, fill};
use crate::report::read::Reading;
use crate::usecase::shown::Shown;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// The width of the picture. Marks are in its units.
pub const WIDTH: i64 = 10_000;
/// Samples of a probe that are nearer to each other than one of so many parts of the picture are one mark.
const PARTS: i64 = 250;
/// How many probes have a lane.
const LANES: usize = 40;

type Time = DateTime<FixedOffset>;

/// The picture.
pub struct Timeline {
    /// When it begins and ends.
    pub from: String,
    pub until: String,
    pub lanes: Vec<Lane>,
    /// What has no lane; else empty.
    pub more: String,
}

/// One lane.
pub struct Lane {
    pub label: String,
    /// What it shows, in words.
    pub says: String,
    /// Each write, and each that was not well, one by one.
    pub told: Vec<String>,
    pub marks: Vec<Mark>,
}

/// One mark, from `at`, `width` wide.
pub struct Mark {
    pub at: i64,
    pub width: i64,
    pub look: Look,
    pub says: String,
}

/// How a mark looks. A mark that comes later in this list covers one that comes earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Look {
    /// Nothing watched here.
    Unwatched,
    /// All was well.
    Well,
    /// A capture.
    Point,
    /// A write.
    Write,
    /// It could not be asked.
    Unasked,
    /// Something was wrong.
    Ill,
}

impl Look {
    /// Its name in a style sheet.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unwatched => "unwatched",
            Self::Well => "well",
            Self::Point => "point",
            Self::Write => "write",
            Self::Unasked => "unasked",
            Self::Ill => "ill",
        }
    }
}

/// None where a bundle does not say when it was captured, or there is one bundle only.
pub(super) fn timeline(report: &Reading, shown: &Shown) -> Option<Timeline> {
    let t = texts();
    let time = |text: &Option<String>| instant(text.as_deref()?);
    let windows: Option<Vec<(Time, Time)>> =
        report.bundles.iter().map(|b| Some((time(&b.window.started)?, time(&b.window.finished)?))).collect();
    let windows = windows.filter(|w| w.len() > 1)?;
    let scale = Scale { from: windows.iter().map(|w| w.0).min()?, until: windows.iter().map(|w| w.1).max()? };
    let bundles = report.bundles.iter().zip(&windows);
    let points: Vec<Mark> = bundles
        .map(|(b, (from, until))| {
            scale.mark(
                *from,
                *until,
                Look::Point,
                fill(t.lane_capture, &[("bundle", &b.name), ("from", &clock(*from)), ("until", &clock(*until))]),
            )
        })
        .collect();
    let says = points.iter().map(|m| &*m.says).collect::<Vec<_>>().join("; ");
    let mut lanes = vec![Lane { label: t.lane_captures.to_owned(), says, told: vec![], marks: points }];
    lanes.extend(writes(&scale, shown));
    let watched = watched(shown);
    let unwatched = scale.unwatched(&watched);
    if watched.is_empty() {
        lanes.push(Lane { label: t.lane_watch.to_owned(), says: t.not_watched.to_owned(), told: vec![], marks: unwatched });
        return Some(Timeline { from: clock(scale.from), until: clock(scale.until), lanes, more: String::new() });
    }
    let base = |mut marks: Vec<Mark>| {
        marks.splice(0..0, unwatched.iter().map(|m| Mark { says: m.says.clone(), ..*m }));
        marks
    };
    let layers = report.bundles.first().map(|b| &*b.layers).unwrap_or_default();
    for layer in layers.iter().filter(|l| l.role == "protected") {
        let mut lane = pods(&scale, shown, &layer.name, &watched);
        lane.marks = base(lane.marks);
        lanes.push(lane);
    }
    let mut probes = probes(&scale, shown);
    let more = probes.len().saturating_sub(LANES);
    probes.truncate(LANES);
    lanes.extend(probes.into_iter().map(|lane| Lane { marks: base(lane.marks), ..lane }));
    let more = if more > 0 { count(more, t.one_more, t.many_more) } else { String::new() };
    Some(Timeline { from: clock(scale.from), until: clock(scale.until), lanes, more })
}

struct Scale {
    from: Time,
    until: Time,
}

impl Scale {
    /// Where a time is in the picture.
    fn at(&self, time: Time) -> i64 {
        let whole = (self.until - self.from).num_milliseconds().max(1);
        ((time - self.from).num_milliseconds().saturating_mul(WIDTH) / whole).clamp(0, WIDTH)
    }

    fn mark(&self, from: Time, until: Time, look: Look, says: String) -> Mark {
        let at = self.at(from);
        Mark { at, width: (self.at(until) - at).max(0), look, says }
    }

    /// The time outside of what was watched.
    fn unwatched(&self, watched: &[(Time, Time)]) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut reached = self.from;
        for (from, until) in watched.iter().chain([&(self.until, self.until)]) {
            if *from > reached {
                let values = [("from", clock(reached)), ("until", clock(*from))];
                let says = fill(texts().lane_unwatched, &values.each_ref().map(|(n, v)| (*n, &**v)));
                marks.push(self.mark(reached, *from, Look::Unwatched, says));
            }
            reached = reached.max(*until);
        }
        marks
    }
}

fn clock(time: Time) -> String {
    time.to_utc().format("%H:%M:%S").to_string()
}

fn time_of(seen: &Seen) -> Option<Time> {
    match seen {
        Seen::From { time } | Seen::Until { time } | Seen::Gap { time, .. } | Seen::Probe { time, .. } => instant(time),
        Seen::Pod(pod) => instant(&pod.time),
    }
}

/// The times in which all was watched, in order. Of a break only the time is known at which it was noticed: all between what was seen before
/// and what was seen after it may be unseen.
fn watched(shown: &Shown) -> Vec<(Time, Time)> {
    let mut out = Vec::new();
    for segment in shown.points.iter().filter_map(|p| p.watched.as_ref()) {
        let (mut from, mut last): (Option<Time>, Option<Time>) = (None, None);
        for seen in segment {
            let Some(time) = time_of(seen) else { continue };
            if matches!(seen, Seen::Gap { .. }) {
                out.extend(from.take().zip(last));
            } else {
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

fn writes(scale: &Scale, shown: &Shown) -> Option<Lane> {
    let t = texts();
    let mut marks = Vec::new();
    for write in &shown.writes {
        let Some(time) = instant(&write.time) else { continue };
        let status = write.status.map_or_else(|| t.no_answer.to_owned(), |s| s.to_string());
        let values = [
            ("time", &*clock(time)),
            ("what", &write.what),
            ("method", &write.method),
            ("object", &write.object),
            ("status", &status),
            ("user", &write.user),
        ];
        marks.push(scale.mark(time, time, Look::Write, fill(t.lane_write, &values)));
    }
    let told: Vec<String> = marks.iter().map(|m| m.says.clone()).collect();
    let says = count(told.len(), t.lane_write_one, t.lane_write_many);
    (!marks.is_empty()).then(|| Lane { label: t.lane_writes.to_owned(), says, told, marks })
}

/// The pods of a layer: when one that had been ready was not, or went. Pods of Jobs end by themselves.
fn pods(scale: &Scale, shown: &Shown, layer: &str, watched: &[(Time, Time)]) -> Lane {
    let t = texts();
    let well = watched.iter().map(|(from, until)| scale.mark(*from, *until, Look::Well, String::new()));
    let mut marks: Vec<Mark> = well.collect();
    let (mut said, mut names) = (Vec::new(), std::collections::BTreeSet::new());
    for segment in shown.points.iter().filter_map(|p| p.watched.as_ref()) {
        let end = segment.last().and_then(time_of).unwrap_or(scale.until);
        let mut ready: BTreeMap<&str, bool> = BTreeMap::new();
        let mut ill: BTreeMap<&str, (Time, &Pod)> = BTreeMap::new();
        let mut close = |from: Time, until: Time, pod: &Pod| {
            let place = format!("{}/{}", pod.namespace, pod.name);
            let text = if pod.gone { t.lane_pod_gone } else { t.lane_pod_unready };
            let says = fill(text, &[("pod", &place), ("from", &clock(from)), ("until", &clock(until))]);
            said.push(says.clone());
            marks.push(scale.mark(from, until, Look::Ill, says));
        };
        let own = segment.iter().filter_map(|s| if let Seen::Pod(pod) = s { Some(pod) } else { None });
        for pod in own.filter(|p| p.owner_kind != "Job" && shown.layer_of(p) == layer) {
            let Some(time) = instant(&pod.time) else { continue };
            names.insert(&*pod.uid);
            let fine = pod.ready && !pod.deleting && !pod.gone;
            let was_ready = ready.entry(&pod.uid).or_default();
            if (fine || pod.gone)
                && let Some((from, first)) = ill.remove(&*pod.uid)
            {
                close(from, time, if pod.gone { pod } else { first });
            } else if pod.gone && *was_ready {
                close(time, time, pod);
            } else if !fine && !pod.gone && *was_ready {
                ill.entry(&pod.uid).or_insert((time, pod));
            }
            *was_ready |= pod.ready;
        }
        ill.into_values().for_each(|(from, pod)| close(from, end, pod));
    }
    let values = [("layer", layer)];
    let says = if said.is_empty() {
        count(names.len(), t.lane_pod_well, t.lane_pods_well)
    } else {
        count(said.len(), t.lane_ill_one, t.lane_ill_many)
    };
    Lane { label: fill(t.lane_pods, &values), says, told: said, marks }
}

/// A lane for each probe that was asked between the bundles.
fn probes(scale: &Scale, shown: &Shown) -> Vec<Lane> {
    let t = texts();
    let mut found: BTreeMap<(&str, &str), BTreeMap<i64, (Look, String)>> = BTreeMap::new();
    let mut sums: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for seen in shown.points.iter().filter_map(|p| p.watched.as_ref()).flatten() {
        let Seen::Probe { time, layer, probe, right, asked, what } = seen else { continue };
        let Some(time) = instant(time) else { continue };
        let look = match (right, asked) {
            (true, _) => Look::Well,
            (false, true) => Look::Ill,
            (false, false) => Look::Unasked,
        };
        let says = if *right { String::new() } else { fill(t.lane_probe_wrong, &[("time", &clock(time)), ("what", what)]) };
        let part = scale.at(time) * PARTS / (WIDTH + 1);
        let worst = found.entry((layer, probe)).or_default().entry(part).or_insert((look, says.clone()));
        if look > worst.0 {
            *worst = (look, says);
        }
        let (n, good) = sums.entry((layer, probe)).or_default();
        *n += 1;
        *good += usize::from(*right);
    }
    let lane = |((layer, probe), parts): ((&str, &str), BTreeMap<i64, (Look, String)>)| {
        let (n, good) = sums.get(&(layer, probe)).copied().unwrap_or_default();
        let width = WIDTH / PARTS;
        Lane {
            label: foreign::clean(probe),
            says: fill(t.probe_between, &[("n", &n.to_string()), ("right", &good.to_string())]),
            told: parts.values().map(|(_, says)| says.clone()).filter(|says| !says.is_empty()).collect(),
            marks: parts.into_iter().map(|(part, (look, says))| Mark { at: part * width, width, look, says }).collect(),
        }
    };
    found.into_iter().map(lane).collect()
}

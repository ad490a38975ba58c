//! The time from the first bundle to the last as lanes: the captures, what the switch wrote, pods of the protected layers, samples of their
//! probes. Time that nothing watched is a mark of its own in each lane of what was watched.
use crate::bundle::watch::{Pod, Seen};
use crate::model::instant;
use crate::render::findings::titled;
use crate::render::told::told;
use crate::render::view::said::{Lane, Look, Mark, Timeline, WIDTH};
use crate::render::view::watch::{Time, sampled, time_of, watched};
use crate::render::words::{count, fill, page};
use crate::report::read::{Bundle, Reading};
use crate::usecase::shown::Shown;
use std::collections::BTreeMap;

/// Samples of a probe that are nearer to each other than one of so many parts of the picture are one mark.
const PARTS: i64 = 250;
/// How many probes have a lane.
const LANES: usize = 40;

/// None where a bundle does not say when it was captured, or there is one bundle only.
pub(super) fn timeline(report: &Reading, shown: &Shown) -> Option<Timeline> {
    let t = page();
    let time = |text: &Option<String>| instant(text.as_deref()?);
    let windows: Option<Vec<(Time, Time)>> =
        report.bundles.iter().map(|b| Some((time(&b.window.started)?, time(&b.window.finished)?))).collect();
    let windows = windows.filter(|w| w.len() > 1)?;
    let scale = Scale { from: windows.iter().map(|w| w.0).min()?, until: windows.iter().map(|w| w.1).max()? };
    let bundles = report.bundles.iter().zip(&windows);
    let point = |(b, (from, until)): (&Bundle, &(Time, Time))| {
        let says = fill(t.lane_capture, &[("bundle", &b.name), ("from", &clock(*from)), ("until", &clock(*until))]);
        scale.mark(*from, *until, Look::Point, says)
    };
    let points: Vec<Mark> = bundles.map(point).collect();
    let says = points.iter().map(|m| &*m.says).collect::<Vec<_>>().join("; ");
    let mut lanes = vec![Lane { label: t.lane_captures.to_owned(), says, told: vec![], marks: points }];
    lanes.extend(writes(&scale, shown));
    let (watched, sampled) = (watched(shown), sampled(shown));
    if sampled.is_empty() {
        let marks = scale.outside(&[], t.lane_unwatched);
        lanes.push(Lane { label: t.lane_watch.to_owned(), says: t.not_watched.to_owned(), told: vec![], marks });
        return Some(Timeline { from: clock(scale.from), until: clock(scale.until), lanes, more: String::new() });
    }
    // What is not known lies below what is.
    let over = |times: &[(Time, Time)], text, lane: Lane| Lane {
        marks: scale.outside(times, text).into_iter().chain(lane.marks).collect(),
        ..lane
    };
    let layers = report.bundles.first().map(|b| &*b.layers).unwrap_or_default();
    for layer in layers.iter().filter(|l| l.role == "protected") {
        lanes.push(over(&watched, t.lane_unwatched, pods(&scale, shown, &layer.name, &watched)));
    }
    let mut probes = probes(&scale, shown);
    let more = probes.len().saturating_sub(LANES);
    probes.truncate(LANES);
    lanes.extend(probes.into_iter().map(|lane| over(&sampled, t.lane_unasked, lane)));
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

    /// The time outside of these times, each with this text.
    fn outside(&self, times: &[(Time, Time)], text: &str) -> Vec<Mark> {
        let mut marks = Vec::new();
        let mut reached = self.from;
        for (from, until) in times.iter().chain([&(self.until, self.until)]) {
            if *from > reached {
                let says = fill(text, &[("from", &clock(reached)), ("until", &clock(*from))]);
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

fn writes(scale: &Scale, shown: &Shown) -> Option<Lane> {
    let t = page();
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
    let t = page();
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
    if names.is_empty() {
        marks.clear();
    }
    let says = match (said.len(), names.len()) {
        (0, 0) => t.lane_no_pod.to_owned(),
        (0, n) => count(n, t.lane_pod_well, t.lane_pods_well),
        (n, _) => count(n, t.lane_ill_one, t.lane_ill_many),
    };
    Lane { label: fill(t.lane_pods, &values), says, told: said, marks }
}

/// The samples of one probe.
#[derive(Default)]
struct Samples {
    /// Part of the picture → the worst sample in it.
    parts: BTreeMap<i64, (Look, String)>,
    n: usize,
    right: usize,
}

/// A lane for each probe that was asked between the bundles.
fn probes(scale: &Scale, shown: &Shown) -> Vec<Lane> {
    let t = page();
    let mut found: BTreeMap<(&str, &str), Samples> = BTreeMap::new();
    for seen in shown.points.iter().filter_map(|p| p.watched.as_ref()).flatten() {
        let Seen::Probe { time, layer, probe, right, asked, what } = seen else { continue };
        let Some(time) = instant(time) else { continue };
        let look = match (right, asked) {
            (true, _) => Look::Well,
            (false, true) => Look::Ill,
            (false, false) => Look::Unasked,
        };
        let says = if *right { String::new() } else { fill(t.lane_probe_wrong, &[("time", &clock(time)), ("what", &told(what))]) };
        let samples = found.entry((layer, probe)).or_default();
        samples.n += 1;
        samples.right += usize::from(*right);
        let worst = samples.parts.entry(scale.at(time) * PARTS / (WIDTH + 1)).or_insert((look, String::new()));
        if look >= worst.0 {
            *worst = (look, says);
        }
    }
    let width = WIDTH / PARTS;
    let lane = |((_, probe), samples): ((&str, &str), Samples)| Lane {
        label: titled(probe),
        says: fill(t.probe_between, &[("n", &samples.n.to_string()), ("right", &samples.right.to_string())]),
        told: samples.parts.values().map(|(_, says)| says.clone()).filter(|says| !says.is_empty()).collect(),
        marks: samples.parts.into_iter().map(|(part, (look, says))| Mark { at: part * width, width, look, says }).collect(),
    };
    found.into_iter().map(lane).collect()
}

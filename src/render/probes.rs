//! The results of probes as a table: one line for each target, with its worst sample.
use crate::bundle::probe::{Heard, Is, Line, Sample};
use crate::render::table::{Style, columns};
use crate::render::told::told;
use crate::render::words::{fill, phrases};
use crate::render::{foreign, values};

pub fn table(lines: &[&Line], style: Style) -> String {
    let rows: Vec<Vec<String>> = lines.iter().map(|l| row(l)).collect();
    columns(&["LAYER", "PROBE", "TARGET", "OUTCOME", "RIGHT", "MS", "SEEN"].map(told), &rows, style)
}

fn row(line: &Line) -> Vec<String> {
    let right = line.samples.iter().filter(|s| s.outcome.is == Is::Right).count();
    let slowest = line.samples.iter().filter_map(|s| match &s.heard {
        Heard::Answer(answer) => Some(answer.milliseconds),
        Heard::Silence(_) => None,
    });
    vec![
        line.layer.clone(),
        if line.built_in.is_some() { told(&format!("{} (built in)", line.probe)) } else { line.probe.clone() },
        target(line),
        told(line.is().as_str()),
        format!("{right}/{}", line.samples.len()),
        slowest.max().map(|n| n.to_string()).unwrap_or_default(),
        line.gravest().map(seen).unwrap_or_default(),
    ]
}

/// The target of a line: the object, else the URL, else what was searched.
pub fn target(line: &Line) -> String {
    match &line.target {
        Some(target) => format!("{}/{}", target.namespace, target.name),
        None if !line.asked.url.is_empty() => line.asked.url.clone(),
        None => line.asked.selector.clone(),
    }
}

/// What a sample heard, and what of it was wanted otherwise.
pub(super) fn seen(sample: &Sample) -> String {
    if !sample.outcome.missed.is_empty() {
        let one = |m: &crate::bundle::probe::Miss| {
            let place = if m.pointer.is_empty() { &m.what } else { &m.pointer };
            let seen = values::short(&m.seen);
            fill(phrases().missed, &[("place", place), ("wanted", &values::short(&m.expected)), ("seen", &seen)])
        };
        return sample.outcome.missed.iter().map(one).collect::<Vec<_>>().join("; ");
    }
    match &sample.heard {
        Heard::Silence(silence) => foreign::clean(&told(&silence.detail)),
        Heard::Answer(answer) => {
            let who = if answer.of_server { phrases().of_server } else { "" };
            format!("{}{who} {}", answer.status, values::short(&answer.body.trim().into()))
        }
    }
}

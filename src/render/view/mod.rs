//! What a report says to a person: the page and Markdown both print it. All of it follows from a report, the bundles that it is about where
//! they are at hand, and the state of a run; so the same input says the same. Must not know how it is printed.
mod applications;
mod cards;
mod changes;
mod layers;
mod lead;
mod probes;
mod said;
mod subjects;
mod timeline;
mod volumes;
mod watch;
mod went;

pub use lead::{is_simulated, paragraphs};
pub use said::{
    Application, Card, Changed, Fate, Field, Group, Inputs, Lane, Layer, Look, Probe, Subject, Timeline, View, Volume, WIDTH, Went,
};
#[cfg(feature = "rooms")]
pub use subjects::COSIGN_OPTIONS;

use crate::model::Verdict;
use crate::render::words;

pub fn view(inputs: &Inputs<'_>) -> View {
    let Inputs { report, shown, run, .. } = inputs;
    let names: Vec<&str> = report.bundles.iter().map(|b| &*b.name).collect();
    let counts = Verdict::ALL.iter().map(|v| (*v, report.judged.iter().filter(|j| j.verdict == *v).count()));
    View {
        title: lead::title(report, *run),
        verdict: report.total,
        lead: lead::lead(report, *shown),
        warnings: lead::warnings(inputs),
        counts: counts.filter(|(_, n)| *n > 0).collect(),
        cards: report.judged.iter().map(|j| cards::card(j, report, &names)).collect(),
        timeline: shown.and_then(|shown| timeline::timeline(report, shown)),
        layers: layers::layers(report, *shown),
        went: went::went(report),
        changes: changes::groups(&report.changes),
        applications: shown.map(|shown| applications::tree(&names, shown)).unwrap_or_default(),
        probes: shown.map(|shown| probes::probes(&names, shown)).unwrap_or_default(),
        volumes: shown.map(|shown| volumes::volumes(&names, shown)).unwrap_or_default(),
        subjects: report.bundles.iter().map(subjects::subject).collect(),
        about: subjects::about(inputs),
        expected: subjects::expected(&report.expected),
        files: subjects::files(inputs),
        checks: subjects::checks(inputs),
        not_proven: words::not_proven().to_vec(),
    }
}

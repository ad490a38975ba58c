//! What a report says to a person, as data: the page and Markdown both print it. All of it follows from a report, the bundles that it is
//! about where they are at hand, and the state of a run; so the same input says the same. Must not know how it is printed.
mod applications;
mod cards;
mod changes;
mod layers;
mod lead;
mod probes;
mod subjects;
mod timeline;
mod volumes;
mod went;

pub use changes::{Changed, Field, Group};
pub use timeline::{Lane, Look, Timeline};
pub use went::{Fate, Went};

use crate::model::Verdict;
use crate::render::words::{self, Page};
use crate::report::read::Reading;
use crate::usecase::prove::State;
use crate::usecase::shown::Shown;

/// From what it is made.
pub struct Inputs<'a> {
    pub report: &'a Reading,
    /// The name of the report's file; none where no file was written.
    pub file: Option<&'a str>,
    /// The ids of the keys that signed it; none where nobody did.
    pub signers: &'a [String],
    /// Whether evid has judged the bundles itself just now; otherwise the report was read from its file, and is not verified.
    pub judged: bool,
    /// What its bundles show; none where they are not at hand.
    pub shown: Option<&'a Shown>,
    /// The run of which it is the end.
    pub run: Option<&'a State>,
}

/// What is said.
pub struct View {
    pub title: String,
    pub verdict: Verdict,
    /// What happened, in a few sentences.
    pub lead: Vec<String>,
    /// What a reader must know before all else: it is not verified, the run is not at its end.
    pub warnings: Vec<String>,
    /// How many claims have which verdict.
    pub counts: Vec<(Verdict, usize)>,
    pub cards: Vec<Card>,
    pub timeline: Option<Timeline>,
    pub layers: Vec<Layer>,
    pub went: Option<Went>,
    pub changes: Vec<Group>,
    pub applications: Vec<Application>,
    pub probes: Vec<Probe>,
    pub volumes: Vec<Volume>,
    pub subjects: Vec<Subject>,
    /// What is true of all bundles, or of the report: name and value.
    pub about: Vec<(&'static str, String)>,
    /// What the configuration expects to change.
    pub expected: Vec<String>,
    /// Files beside it: name and description.
    pub files: Vec<(String, &'static str)>,
    /// How to check it: what a command shows, and the command.
    pub checks: Vec<(&'static str, String)>,
    pub not_proven: Vec<&'static str>,
}

/// A claim and its verdict.
pub struct Card {
    pub claim: String,
    pub verdict: Verdict,
    /// What it says, or why it does not apply.
    pub says: String,
    /// What would refute it.
    pub refutes: String,
    /// What speaks against it or leaves it open.
    pub found: Vec<String>,
    pub noted: Vec<String>,
    /// Where to look.
    pub evidence: Vec<String>,
}

/// A layer in all bundles.
pub struct Layer {
    pub name: String,
    pub role: &'static str,
    /// Whether its digest is the same in all bundles; none with one bundle.
    pub equal: Option<bool>,
    pub says: String,
    /// Bundle, number of objects, digest.
    pub rows: Vec<(String, String, String)>,
}

/// An Application, with those that it brings.
pub struct Application {
    pub name: String,
    pub layer: String,
    /// What each bundle shows of it; one entry where all show the same.
    pub at: Vec<(String, String)>,
    pub children: Vec<Application>,
}

/// A probe and its target.
pub struct Probe {
    pub layer: String,
    pub name: String,
    pub target: String,
    /// Bundle, whether the answer was right, its word, what was heard.
    pub at: Vec<(String, bool, &'static str, String)>,
    /// What was heard between the bundles; empty if it was not asked there.
    pub between: String,
}

/// A volume.
pub struct Volume {
    pub name: String,
    pub layer: String,
    /// Whether it is the same in all bundles.
    pub equal: bool,
    /// What each bundle shows of it; one entry where all show the same.
    pub at: Vec<(String, String)>,
}

/// A bundle.
pub struct Subject {
    pub name: String,
    pub sha256: String,
    /// Name and value.
    pub facts: Vec<(&'static str, String)>,
    pub gaps: Vec<String>,
}

/// What a report says.
pub fn view(inputs: &Inputs<'_>) -> View {
    let Inputs { report, shown, run, .. } = inputs;
    let names: Vec<&str> = report.bundles.iter().map(|b| &*b.name).collect();
    let counts = Verdict::ALL.map(|v| (v, report.judged.iter().filter(|j| j.verdict == v).count()));
    View {
        title: lead::title(report, *run),
        verdict: report.total,
        lead: lead::lead(report, *shown),
        warnings: lead::warnings(inputs),
        counts: counts.into_iter().filter(|(_, n)| *n > 0).collect(),
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

/// The texts of it.
fn texts() -> &'static Page {
    words::page()
}

/// What each bundle shows of something; one entry, for all of them, where it is the same in each.
fn alike(names: &[&str], shown: Vec<String>) -> Vec<(String, String)> {
    let same = names.len() > 1 && shown.iter().all(|s| Some(s) == shown.first());
    if same {
        return shown.into_iter().take(1).map(|s| (words::fill(texts().in_all, &[("n", &names.len().to_string())]), s)).collect();
    }
    names.iter().map(|n| crate::render::foreign::clean(n)).zip(shown).collect()
}

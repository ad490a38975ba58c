//! What a page says, as data, and from what it is made. Must not know how it is found out, nor how it is printed.
use crate::model::{Verdict, words};
use crate::render::foreign;
use crate::render::words::{fill, page};
use crate::report::read::Reading;
use crate::usecase::prove::State;
use crate::usecase::shown::Shown;

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

pub struct Card {
    pub claim: String,
    pub verdict: Verdict,
    /// What it says, or why it does not apply.
    pub says: String,
    pub refutes: String,
    /// What speaks against it or leaves it open.
    pub found: Vec<String>,
    pub noted: Vec<String>,
    pub evidence: Vec<String>,
}

pub struct Layer {
    pub name: String,
    pub role: &'static str,
    /// Whether its digest is the same in all bundles; none with one bundle.
    pub equal: Option<bool>,
    pub says: String,
    /// Bundle, number of objects, digest.
    pub rows: Vec<(String, String, String)>,
}

pub struct Application {
    pub name: String,
    pub layer: String,
    /// What each bundle shows of it; one entry where all show the same.
    pub at: Vec<(String, String)>,
    pub children: Vec<Application>,
}

pub struct Probe {
    pub layer: String,
    pub name: String,
    pub target: String,
    /// Bundle, whether the answer was right, its word, what was heard.
    pub at: Vec<(String, bool, &'static str, String)>,
    /// What was heard between the bundles; empty if it was not asked there.
    pub between: String,
}

pub struct Volume {
    pub name: String,
    pub layer: String,
    /// Whether it is the same in all bundles.
    pub equal: bool,
    /// What each bundle shows of it; one entry where all show the same.
    pub at: Vec<(String, String)>,
}

pub struct Subject {
    pub name: String,
    pub sha256: String,
    /// Name and value.
    pub facts: Vec<(&'static str, String)>,
    pub gaps: Vec<String>,
}

/// The width of the picture. Marks are in its units.
pub const WIDTH: i64 = 10_000;
pub struct Timeline {
    pub from: String,
    pub until: String,
    pub lanes: Vec<Lane>,
    /// What has no lane; else empty.
    pub more: String,
}

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

words! {
    /// How a mark looks. A mark that comes later in this list covers one that comes earlier.
    #[derive(PartialOrd, Ord)]
    Look {
        Unwatched = "unwatched",
        Well = "well",
        Point = "point",
        Write = "write",
        Unasked = "unasked",
        Ill = "ill",
    }
}

pub struct Went {
    pub layer: String,
    /// What became of what went.
    pub fates: Vec<Fate>,
    /// What stays on purpose, by the reason.
    pub kept: Vec<Fate>,
}

pub struct Fate {
    pub says: String,
    pub n: usize,
    /// Kind → their names.
    pub kinds: Vec<(String, Vec<String>)>,
}

/// The changes of one layer between two bundles.
pub struct Group {
    pub layer: String,
    pub from: String,
    pub to: String,
    pub n: usize,
    /// `30 removed, 1 modified`.
    pub counts: String,
    /// Kind → the changed objects.
    pub kinds: Vec<(String, Vec<Changed>)>,
    /// That objects are left out; else empty.
    pub more: String,
}

pub struct Changed {
    pub object: String,
    pub word: &'static str,
    pub fields: Vec<Field>,
    /// That fields are left out; else empty.
    pub more: String,
}

pub struct Field {
    pub pointer: String,
    /// Whether the configuration expects it to change.
    pub expected: bool,
    /// Who wrote it, and when; empty where nothing says so.
    pub writer: String,
    /// Both values, on one line.
    pub says: String,
    /// Both values side by side, where that says more than the line.
    pub rows: Vec<Row>,
    /// That lines are left out; else empty.
    pub more: String,
}

/// A line of both values; none where one of them has no such line.
pub struct Row {
    pub before: Option<String>,
    pub after: Option<String>,
    pub differs: bool,
}

/// What each bundle shows of something; one entry, for all of them, where it is the same in each.
pub(super) fn alike(names: &[&str], shown: Vec<String>) -> Vec<(String, String)> {
    let t = page();
    if names.len() > 1 && shown.iter().all(|s| Some(s) == shown.first()) {
        let all = if names.len() == 2 { t.in_both.to_owned() } else { fill(t.in_all, &[("n", &names.len().to_string())]) };
        return shown.into_iter().take(1).map(|s| (all.clone(), s)).collect();
    }
    names.iter().map(|n| foreign::clean(n)).zip(shown).collect()
}

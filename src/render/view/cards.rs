//! A card for each claim: what it says, what would refute it, what was found, and where to look.
use crate::claims::Judged;
use crate::render::view::said::Card;
use crate::render::words::{count, fill, page};
use crate::render::{findings, foreign, words};
use crate::report::read::Reading;

/// How many objects of one note are named.
const MOST: usize = 12;
/// How many reasons are told.
const REASONS: usize = 200;
/// How many files are named.
const FILES: usize = 40;

pub(super) fn card(judged: &Judged, report: &Reading, names: &[&str]) -> Card {
    let (layer, word) = judged.id.rsplit_once('.').unwrap_or(("", &judged.id));
    let notes = findings::notes(std::slice::from_ref(judged));
    Card {
        claim: foreign::clean(&judged.id),
        verdict: judged.verdict,
        says: foreign::clean(&findings::of_claim(judged)),
        refutes: fill(words::refutes(word), &[("layer", layer)]),
        found: first(findings::reasons(judged, names), REASONS),
        noted: notes.iter().map(|(says, objects)| findings::noted(says, objects, MOST)).collect(),
        evidence: evidence(judged, word, layer, report, names),
    }
}

/// The digest that all bundles share, where the claim rests on it; and the files that the findings are in.
fn evidence(judged: &Judged, word: &str, layer: &str, report: &Reading, names: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    if word == "unchanged" {
        let digests = report.bundles.iter().filter_map(|b| b.layers.iter().find(|l| l.name == layer)).map(|l| &*l.digest);
        let digests: Vec<&str> = digests.collect();
        let same = digests.len() == names.len() && digests.iter().all(|d| Some(d) == digests.first());
        if let Some(digest) = digests.first().filter(|_| same) {
            out.push(fill(page().same_digest, &[("layer", layer), ("digest", digest), ("bundles", &names.join(", "))]));
        }
    }
    let mut files: Vec<String> = Vec::new();
    for finding in judged.findings.iter().filter(|f| !f.file.is_empty()) {
        let file = foreign::clean(&format!("{}: {}", names.get(finding.bundle).unwrap_or(&""), finding.file));
        if !files.contains(&file) {
            files.push(file);
        }
    }
    out.extend(first(files, FILES));
    out
}

/// The first texts, and how many more there are.
fn first(mut all: Vec<String>, most: usize) -> Vec<String> {
    let more = all.len().saturating_sub(most);
    all.truncate(most);
    all.extend((more > 0).then(|| count(more, page().one_more, page().many_more)));
    all
}

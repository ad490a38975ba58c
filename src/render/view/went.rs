//! What of the switched layer went, what became of each object, and what stays on purpose, and why.
use crate::claims::{Code, Finding};
use crate::compare::ChangeKind;
use crate::model::Key;
use crate::render::view::said::{Fate, Went};
use crate::render::words::{self, page};
use crate::render::{findings, foreign};
use crate::report::read::Reading;
use std::collections::{BTreeMap, BTreeSet};

/// None where nothing of a switched layer went or stays.
pub(super) fn went(report: &Reading) -> Option<Went> {
    let layer = report.bundles.first()?.layers.iter().find(|l| l.role == "switched")?;
    let moved = |kind: ChangeKind| -> BTreeSet<&Key> {
        report.changes.iter().filter(|c| c.layer == layer.name && c.kind == kind).map(|c| &c.object).collect()
    };
    let (gone, back) = (moved(ChangeKind::Removed), moved(ChangeKind::Added));
    let findings = |word: &str| -> Vec<&Finding> {
        let judged = report.judged.iter().find(|j| j.id == format!("{}.{word}", layer.name));
        judged.map(|j| j.findings.iter().collect()).unwrap_or_default()
    };
    let restored = findings("restored");
    let is_fate =
        |code: Code| matches!(code, Code::RecreatedEqual | Code::RecreatedDifferent | Code::Missing | Code::Additional | Code::Modified);
    let mut fates: BTreeMap<&str, BTreeSet<&Key>> = BTreeMap::new();
    for key in gone.union(&back) {
        // The gravest finding comes first.
        let found = restored.iter().find(|f| is_fate(f.code) && f.object.as_ref() == Some(key)).map(|f| words::findings(f.code));
        let seen = match (gone.contains(key), back.contains(key)) {
            (true, true) => page().fate_back,
            (true, false) => page().fate_gone,
            (false, _) => page().fate_new,
        };
        fates.entry(found.unwrap_or(seen)).or_default().insert(key);
    }
    let mut kept: BTreeMap<&str, BTreeSet<&Key>> = BTreeMap::new();
    for finding in findings("absent").into_iter().filter(|f| findings::is_kept(f.code)) {
        kept.entry(words::findings(finding.code)).or_default().extend(finding.object.as_ref());
    }
    if fates.is_empty() && kept.is_empty() {
        return None;
    }
    let list = |all: BTreeMap<&str, BTreeSet<&Key>>| all.into_iter().map(|(says, keys)| fate(says, &keys)).collect();
    Some(Went { layer: foreign::clean(&layer.name), fates: list(fates), kept: list(kept) })
}

fn fate(says: &str, keys: &BTreeSet<&Key>) -> Fate {
    let mut kinds: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    keys.iter().for_each(|k| kinds.entry(&k.kind).or_default().push(foreign::clean(&k.written())));
    Fate { says: says.to_owned(), n: keys.len(), kinds: kinds.into_iter().map(|(kind, names)| (foreign::clean(kind), names)).collect() }
}

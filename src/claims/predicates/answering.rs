//! Every declared probe of a layer was asked in every bundle, and every sample of every target was the right answer.
use crate::bundle::probe::{Heard, Is, Line};
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Finding};
use crate::compare::Side;
use crate::model::Key;
use crate::value::{Value, json};
use std::collections::BTreeSet;

pub(super) fn answering(q: &Question<'_>) -> Answer {
    let sides = q.evidence.sides;
    let lines = sides.iter().map(|s| s.probes(q.layer)).collect::<Result<Vec<_>, _>>()?;
    // A built-in probe counts if it found something to ask in any bundle.
    let found = lines.iter().flatten().filter(|l| l.is() != Is::Absent).map(|l| &*l.probe);
    let wanted: BTreeSet<&str> = sides.iter().flat_map(|s| declared(s, q.layer)).chain(found).collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let entry = format!("probes/{}.jsonl", q.layer);
    let mut findings = Vec::new();
    for (i, lines) in lines.iter().enumerate() {
        findings.extend(lines.iter().flat_map(|l| of_line(l, i, wanted.contains(&*l.probe))).map(|f| f.in_file(&entry)));
        for name in wanted.iter().filter(|n| !lines.iter().any(|l| l.probe == **n)) {
            findings.push(Finding::new(Effect::Doubts, Code::ProbeNotAsked, i).at("", Some(json!({ "probe": name })), None));
        }
    }
    Ok(Some(findings))
}

/// The probes of a layer that a bundle's configuration declares.
fn declared<'a>(side: &'a Side, layer: &'a str) -> impl Iterator<Item = &'a str> {
    side.config.probes.iter().flatten().filter(move |p| p.layer == layer).map(|p| &*p.name)
}

/// The finding of one line: from the first of its worst samples.
fn of_line(line: &Line, side: usize, wanted: bool) -> Vec<Finding> {
    let (effect, code) = match line.is() {
        Is::Right => return Vec::new(),
        Is::NoAnswer => (Effect::Counters, Code::ProbeNoAnswer),
        Is::Empty => (Effect::Counters, Code::ProbeEmpty),
        Is::Wrong => (Effect::Counters, Code::ProbeWrong),
        Is::NotAsked => (Effect::Doubts, Code::ProbeNotAsked),
        Is::Unjudged => (Effect::Doubts, Code::ProbeUnjudged),
        // Another bundle has its answer, and here there was nothing to ask.
        Is::Absent if wanted => (Effect::Doubts, Code::ProbeAbsent),
        Is::Absent => (Effect::Notes, Code::ProbeAbsent),
    };
    let base = || {
        let finding = Finding::new(effect, code, side);
        line.target.as_ref().map_or(finding.clone(), |t| finding.about(Key::new("", &t.kind, &t.namespace, &t.name)))
    };
    let bad = line.samples.iter().filter(|s| s.outcome.is != Is::Right).count();
    let about = |more: &[(&str, Value)]| {
        let mut value = json!({"probe": line.probe, "samples": line.samples.len(), "notRight": bad});
        if let Some(map) = value.as_object_mut() {
            map.extend(more.iter().map(|(k, v)| ((*k).to_owned(), v.clone())));
        }
        Some(value)
    };
    let Some(sample) = line.gravest() else { return vec![base().at("", about(&[]), None)] };
    if sample.outcome.missed.is_empty() {
        let seen = match &sample.heard {
            Heard::Silence(s) => json!({"reason": s.reason, "detail": s.detail, "at": sample.at}),
            Heard::Answer(a) => json!({"status": a.status, "ofServer": a.of_server, "milliseconds": a.milliseconds, "at": sample.at}),
        };
        return vec![base().at("", about(&[]), Some(seen))];
    }
    let missed = sample.outcome.missed.iter();
    missed.map(|m| base().at(&m.pointer, about(&[(&*m.what, m.expected.clone())]), Some(m.seen.clone()).filter(|v| !v.is_null()))).collect()
}

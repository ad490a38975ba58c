//! Checks `probes/` of a bundle against the bundle itself: every outcome must follow from the answer that is kept and from the
//! declaration.
use crate::bundle::config::Config;
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::files::Files;
use crate::bundle::manifest::Manifest;
use crate::bundle::probe::answer::{Answer, Heard, KEPT, Why, is_status};
use crate::bundle::probe::declaration::{Probe, Through};
use crate::bundle::probe::judge::judge;
use crate::bundle::probe::line::{Line, Sample};
use crate::canon::{json, sha256_hex};
use crate::model::Source;

/// Every defect in the probes of a bundle.
pub fn defects(files: &dyn Files, config: &Config, manifest: &Manifest) -> Vec<Defect> {
    let mut defects = Vec::new();
    for name in files.names().into_iter().filter(|n| n.starts_with("probes/")) {
        let bytes = files.bytes(name).unwrap_or_default();
        let mut wrong = |what: String| defects.push(Defect::of(name, DefectKind::Facets(what)));
        let layer = name.trim_start_matches("probes/").trim_end_matches(".jsonl");
        if !config.layers.iter().any(|l| l.name == layer) {
            wrong(format!("config.json declares no layer {layer}"));
        }
        if manifest.source != Source::Live {
            wrong("only a live cluster is asked, and this bundle was made from a dump or from text".into());
        }
        let mut before: Option<Line> = None;
        for (i, bytes) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
            let mut wrong = |what: &str| wrong(format!("line {}: {what}", i + 1));
            let line: Line = match serde_json::from_slice(bytes) {
                Ok(line) => line,
                Err(e) => {
                    wrong(&e.to_string());
                    continue;
                }
            };
            if !json::is_line(&line, bytes) {
                wrong("it is not of the one form");
            }
            if before.as_ref().is_some_and(|b| b.place() >= line.place()) {
                wrong("it is a duplicate, or not sorted");
            }
            if line.layer != layer {
                wrong("it is of another layer");
            }
            of_line(&line, config).iter().for_each(|what| wrong(what));
            before = Some(line);
        }
    }
    defects
}

fn of_line(line: &Line, config: &Config) -> Vec<String> {
    let Some(probe) = line.declaration(config) else { return vec![format!("config.json declares no probe `{}`", line.probe)] };
    let mut wrong = Vec::new();
    if (&*probe.name, &*probe.layer) != (&line.probe, &line.layer) {
        wrong.push("its probe is declared otherwise".to_owned());
    }
    if let Some(Err((field, what))) = line.built_in.as_ref().map(|p| p.check(true)) {
        wrong.push(format!("builtIn.{field}: {what}"));
    }
    if line.asked.through != probe.through.as_str() {
        wrong.push("it was asked in another way than is declared".into());
    }
    let answered = |s: &Sample| matches!(s.heard, Heard::Answer(_));
    if line.samples.is_empty() || (line.samples.iter().any(answered) && line.samples.len() < usize::try_from(probe.samples).unwrap_or(0)) {
        wrong.push(format!("it has {} samples, and {} are declared", line.samples.len(), probe.samples));
    }
    for (n, sample) in line.samples.iter().enumerate() {
        wrong.extend(of_sample(line, probe, sample).map(|what| format!("sample {}: {what}", n + 1)));
    }
    wrong
}

fn of_sample(line: &Line, probe: &Probe, sample: &Sample) -> Option<String> {
    if chrono::DateTime::parse_from_rfc3339(&sample.at).is_err() {
        return Some(format!("`{}` is no RFC 3339 time", sample.at));
    }
    match &sample.heard {
        Heard::Answer(answer) => {
            if let Some(what) = of_answer(answer, probe) {
                return Some(what.into());
            }
        }
        Heard::Silence(silence) if silence.reason == Why::Absent && line.built_in.is_none() => {
            return Some("what is declared can't be absent".into());
        }
        Heard::Silence(_) => {}
    }
    (judge(probe, &sample.heard) != sample.outcome).then(|| format!("`{}` does not follow from its answer", sample.outcome.is.as_str()))
}

fn of_answer(answer: &Answer, probe: &Probe) -> Option<&'static str> {
    let proxied = matches!(probe.through, Through::Service(_) | Through::Pod(_));
    let whole = !answer.truncated && !answer.is_redacted();
    let bytes = u64::try_from(answer.body.len()).unwrap_or(u64::MAX);
    if answer.body.len() > KEPT {
        Some("its body is larger than what is kept")
    } else if answer.of_server && matches!(probe.through, Through::Url(_)) {
        Some("the API server does not answer for a URL")
    } else if proxied && whole && answer.of_server != is_status(answer.status, answer.body.as_bytes()) {
        Some("who answered does not follow from the answer")
    } else if whole && answer.bytes == bytes && answer.sha256.as_ref().is_some_and(|d| *d != sha256_hex(answer.body.as_bytes())) {
        Some("its SHA-256 is another")
    } else {
        None
    }
}

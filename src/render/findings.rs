//! Findings in sentences: the object, what was found, where, both values, who wrote it. A report itself has no prose. It must not know
//! where the sentences are shown.
use crate::claims::{Code, Effect, Finding, Judged};
use crate::compare::Writer;
use crate::model::{Key, Verdict};
use crate::render::words::en;
use crate::render::{foreign, values};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A finding in one sentence.
pub fn sentence(finding: &Finding) -> String {
    let object = finding.object.as_ref().map(of_key).unwrap_or_default();
    let mut text = [&*object, en::findings(finding.code)].join(" ").trim().to_owned();
    if !finding.pointer.is_empty() && !finding.pointer.starts_with("/metadata/uid") {
        text.push_str(&format!(" at {}", foreign::clean(&finding.pointer)));
    }
    text.push_str(&of_values(finding));
    if let Some(writer) = &finding.writer {
        text.push_str(&format!(", {}", of_writer(writer)));
    }
    text
}

/// What speaks against a claim or leaves it open, a sentence each; gaps of one bundle and one reason are one sentence. `names` are those
/// of the bundles.
pub fn reasons(judged: &Judged, names: &[&str]) -> Vec<String> {
    let counting = || judged.findings.iter().filter(|f| f.effect != Effect::Notes);
    let mut gaps: BTreeMap<(usize, Code), Vec<String>> = BTreeMap::new();
    counting().filter(|f| is_gap(f)).for_each(|f| gaps.entry((f.bundle, f.code)).or_default().extend(f.object.as_ref().map(of_key)));
    let mut out = Vec::new();
    for finding in counting() {
        if !is_gap(finding) {
            out.push(sentence(finding));
        } else if let Some(mut kinds) = gaps.remove(&(finding.bundle, finding.code)) {
            kinds.dedup();
            let name = foreign::clean(names.get(finding.bundle).unwrap_or(&""));
            out.push(format!("{name}: {} {}", some(&kinds, 4), en::findings(finding.code)));
        }
    }
    out
}

/// The first texts, and how many more there are.
pub fn some(texts: &[String], most: usize) -> String {
    let shown = texts.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    if texts.len() > most { format!("{shown} and {} more", texts.len() - most) } else { shown }
}

/// A finding that is a gap: it names a kind, not an object.
fn is_gap(finding: &Finding) -> bool {
    finding.file == "coverage.json" && finding.object.as_ref().is_some_and(|o| o.name == "*")
}

/// What a claim says, and what it excepts: changes that are expected, and what stays on purpose. Where it does not apply, why.
pub fn of_claim(judged: &Judged) -> String {
    if judged.verdict == Verdict::NotApplicable && judged.says.is_empty() {
        return "it says nothing about these bundles".into();
    }
    let mut text = judged.says.clone();
    match judged.findings.iter().filter(|f| f.code == Code::ExpectedChange).count() {
        0 => {}
        1 => text.push_str(", but for 1 change that evid.yaml expects"),
        n => text.push_str(&format!(", but for {n} changes that evid.yaml expects")),
    }
    let kept: Vec<String> = judged.findings.iter().filter(|f| is_kept(f.code)).filter_map(|f| f.object.as_ref().map(of_key)).collect();
    if !kept.is_empty() {
        text.push_str(&format!("; stays on purpose: {}", some(&kept, 3)));
    }
    text
}

/// Whether it says that an object is kept on purpose.
pub fn is_kept(code: Code) -> bool {
    matches!(code, Code::KeptUnmarked | Code::KeptByOption | Code::KeptBoundary | Code::KeptDerived | Code::KeptByArgo)
}

/// What only informs: each finding of the claims once, by what it says.
pub fn notes(judged: &[Judged]) -> BTreeMap<&'static str, Vec<String>> {
    let mut out: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for finding in judged.iter().flat_map(|j| &j.findings).filter(|f| f.effect == Effect::Notes) {
        let object = finding.object.as_ref().map(of_key).unwrap_or_default();
        let at = if finding.pointer.is_empty() { String::new() } else { format!(" at {}", foreign::clean(&finding.pointer)) };
        let text = format!("{object}{at}{}", of_values(finding)).trim().to_owned();
        let known = out.entry(en::findings(finding.code)).or_default();
        if !known.contains(&text) {
            known.push(text);
        }
    }
    out
}

/// Who wrote a field, and when.
pub fn of_writer(writer: &Writer) -> String {
    let clock = writer.time.split_once('T').map_or(&*writer.time, |(_, clock)| clock);
    format!("by {} at {}", foreign::clean(&writer.manager), foreign::clean(clock))
}

/// An object, or (name `*`) a kind, in one namespace or in all.
pub fn of_key(key: &Key) -> String {
    if key.name != "*" {
        return foreign::clean(&key.to_string());
    }
    foreign::clean(&if key.namespace.is_empty() { key.kind.clone() } else { format!("{} in {}", key.kind, key.namespace) })
}

fn of_values(finding: &Finding) -> String {
    use Code::{LabelDisagrees, ListedNotThere, NotAsPinned, NotBound, NotRetain, OtherClaim, OtherQuestions, PodNotCounted, PodReplaced};
    let no_names = |v: &Value| v.as_array().is_some_and(Vec::is_empty);
    match (finding.code, &finding.before, &finding.after) {
        (PodReplaced, _, Some(names)) if no_names(names) => ", and no pod came for it".into(),
        (PodReplaced, _, Some(names)) => format!(" by {}", values::short(names)),
        (Code::PodScaledIn | Code::PodAdded | Code::KeptDerived | Code::KeptByOption, ..) => String::new(),
        (LabelDisagrees, Some(layer), Some(label)) => {
            format!(": it is in {}, and its label says {}", values::words(layer), values::words(label))
        }
        (ListedNotThere, Some(app), _) => format!(": {} lists it", values::words(app)),
        (PodNotCounted, Some(counted), Some(there)) => {
            format!(": it counts {}, and there are {}", values::words(counted), values::words(there))
        }
        (OtherQuestions, Some(a), Some(b)) => {
            format!(": only the first answers {}; only the later one {}", values::short(a), values::short(b))
        }
        (NotRetain | NotBound | NotAsPinned | OtherClaim, Some(wanted), Some(seen)) => {
            format!(": it should be {}, and is {}", values::short(wanted), values::short(seen))
        }
        (Code::BetweenRuns, _, Some(Value::Object(time))) => {
            let get = |name: &str| time.get(name).map(values::words).unwrap_or_default();
            format!(" not watched from {} until {}", get("from"), get("until"))
        }
        (_, Some(Value::Object(asked)), seen) if asked.contains_key("probe") => of_probe(asked, seen.as_ref()),
        (_, None, Some(Value::Object(event))) if event.contains_key("time") => of_event(event),
        (_, Some(a), Some(b)) => format!(": {}", values::both(a, b)),
        (_, Some(a), None) => format!(": it was {}", values::short(a)),
        (_, None, Some(b)) => format!(": {}", values::short(b)),
        (_, None, None) => String::new(),
    }
}

/// `: probe triton-ready, 2 of 3 samples not right: wanted status 200, seen 503`.
fn of_probe(asked: &Map<String, Value>, seen: Option<&Value>) -> String {
    let get = |name: &str| asked.get(name).map(values::words).unwrap_or_default();
    let mut text = format!(": probe {}", get("probe"));
    if asked.contains_key("samples") {
        text.push_str(&format!(", {} of {} samples not right", get("notRight"), get("samples")));
    }
    let wanted: Vec<String> = asked
        .iter()
        .filter(|(name, _)| !["probe", "samples", "notRight"].contains(&&***name))
        .map(|(name, value)| format!("{} {}", foreign::clean(name), values::short(value)))
        .collect();
    if !wanted.is_empty() {
        text.push_str(&format!(": wanted {}", wanted.join(", ")));
    }
    match seen {
        Some(Value::Object(seen)) => {
            let get = |name: &str| seen.get(name).map(values::words);
            let who = if seen.get("ofServer") == Some(&Value::Bool(true)) { " of the API server" } else { "" };
            text.push_str(&get("status").map(|s| format!(": status {s}{who}")).unwrap_or_default());
            let why = [get("reason"), get("detail")].into_iter().flatten().collect::<Vec<_>>().join(", ");
            text.push_str(&if why.is_empty() { String::new() } else { format!(": {why}") });
            text.push_str(&get("at").map(|t| format!(" at {t}")).unwrap_or_default());
        }
        Some(seen) => text.push_str(&format!(", seen {}", values::short(seen))),
        None if !wanted.is_empty() => text.push_str(", seen nothing"),
        None => {}
    }
    text
}

/// What happened at a time between the points of a proof.
fn of_event(event: &Map<String, Value>) -> String {
    let get = |name: &str| event.get(name).map(values::words);
    let is = |name: &str| event.get(name) == Some(&Value::Bool(true));
    let what = match () {
        () if is("gone") => Some("it went".to_owned()),
        () if is("deleting") => Some("it was being deleted".to_owned()),
        () if event.contains_key("ready") => Some("it was not ready".to_owned()),
        () => None,
    };
    let probe = get("probe").map(|p| format!("probe {p}"));
    let parts = [probe, what, get("what"), get("detail")].into_iter().flatten().collect::<Vec<_>>().join(", ");
    format!(": {parts} at {}", get("time").unwrap_or_default())
}

//! Findings in sentences: the object, what was found, where, both values, who wrote it. A report itself has no prose. It must not know
//! where the sentences are shown.
use crate::claims::{Code, Effect, Finding, Judged};
use crate::compare::Writer;
use crate::model::Key;
use crate::render::told::told;
use crate::render::words::{self, count, fill, phrases};
use crate::render::{foreign, values};
use crate::value::{Map, Value};
use std::collections::BTreeMap;

pub fn sentence(finding: &Finding) -> String {
    let (p, says) = (phrases(), words::findings(finding.code));
    let of = |key: &Key| fill(p.finding, &[("object", &of_key(key)), ("says", says)]);
    let mut text = finding.object.as_ref().map_or_else(|| says.to_owned(), of);
    if !finding.pointer.starts_with("/metadata/uid") {
        text.push_str(&at_pointer(finding));
    }
    text.push_str(&of_values(finding));
    if let Some(writer) = &finding.writer {
        text.push_str(&fill(p.written, &[("writer", &of_writer(writer))]));
    }
    text
}

/// ` at /spec/replicas`; nothing without a pointer.
fn at_pointer(finding: &Finding) -> String {
    if finding.pointer.is_empty() { String::new() } else { fill(phrases().at_pointer, &[("pointer", &finding.pointer)]) }
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
            let name = names.get(finding.bundle).unwrap_or(&"");
            out.push(fill(phrases().gaps, &[("bundle", name), ("kinds", &some(&kinds, 4)), ("says", words::findings(finding.code))]));
        }
    }
    out
}

/// The first texts, and how many more there are.
pub fn some(texts: &[String], most: usize) -> String {
    let shown = texts.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = texts.len().saturating_sub(most);
    if more > 0 { fill(phrases().some, &[("shown", &shown), ("n", &more.to_string())]) } else { shown }
}

/// A finding that is a gap: it names a kind, not an object.
fn is_gap(finding: &Finding) -> bool {
    finding.file == "coverage.json" && finding.object.as_ref().is_some_and(|o| o.name == "*")
}

/// What a claim says, and what it excepts: changes that are expected, and what stays on purpose. Where it does not apply, why.
pub fn of_claim(judged: &Judged) -> String {
    let p = phrases();
    let mut text = words::of_claim(&judged.id, judged.verdict);
    if text.is_empty() {
        return p.says_nothing.into();
    }
    match judged.findings.iter().filter(|f| f.code == Code::ExpectedChange).count() {
        0 => {}
        n => text.push_str(&count(n, p.but_for_one, p.but_for_many)),
    }
    let kept: Vec<String> = judged.findings.iter().filter(|f| is_kept(f.code)).filter_map(|f| f.object.as_ref().map(of_key)).collect();
    if !kept.is_empty() {
        text.push_str(&fill(p.stays, &[("objects", &some(&kept, 3))]));
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
        let text = format!("{object}{}{}", at_pointer(finding), of_values(finding)).trim().to_owned();
        let known = out.entry(words::findings(finding.code)).or_default();
        if !text.is_empty() && !known.contains(&text) {
            known.push(text);
        }
    }
    out
}

/// A note and the first objects that it is about, if it is about any.
pub fn noted(says: &str, objects: &[String], most: usize) -> String {
    if objects.is_empty() { says.to_owned() } else { format!("{says}: {}", some(objects, most)) }
}

pub fn of_writer(writer: &Writer) -> String {
    let clock = writer.time.split_once('T').map_or(&*writer.time, |(_, clock)| clock);
    fill(phrases().writer, &[("manager", &writer.manager), ("time", clock)])
}

/// An object, or (name `*`) a kind, in one namespace or in all.
pub fn of_key(key: &Key) -> String {
    if key.name != "*" {
        return foreign::clean(&key.to_string());
    }
    if key.namespace.is_empty() {
        return foreign::clean(&key.kind);
    }
    fill(phrases().kind_in, &[("kind", &key.kind), ("namespace", &key.namespace)])
}

/// What is put behind a finding: its values.
fn of_values(finding: &Finding) -> String {
    use Code::{LabelDisagrees, ListedNotThere, NotAsPinned, NotBound, NotRetain, OtherClaim, OtherQuestions, PodNotCounted, PodReplaced};
    let p = phrases();
    let no_names = |v: &Value| v.as_array().is_some_and(Vec::is_empty);
    match (finding.code, &finding.before, &finding.after) {
        (PodReplaced, _, Some(names)) if no_names(names) => p.no_pod_came.into(),
        (PodReplaced, _, Some(names)) => fill(p.by_pods, &[("pods", &values::short(names))]),
        (Code::PodScaledIn | Code::PodAdded | Code::KeptDerived | Code::KeptByOption, ..) => String::new(),
        (LabelDisagrees, Some(layer), Some(label)) => {
            fill(p.label_disagrees, &[("layer", &values::words(layer)), ("label", &values::words(label))])
        }
        (ListedNotThere, Some(app), _) => fill(p.lists_it, &[("app", &values::words(app))]),
        (PodNotCounted, Some(counted), Some(there)) => {
            fill(p.counts, &[("counted", &values::words(counted)), ("there", &values::words(there))])
        }
        (OtherQuestions, Some(a), Some(b)) => fill(p.other_answers, &[("first", &values::short(a)), ("later", &values::short(b))]),
        (NotRetain | NotBound | NotAsPinned | OtherClaim, Some(wanted), Some(seen)) => {
            fill(p.should_be, &[("wanted", &values::short(wanted)), ("seen", &values::short(seen))])
        }
        (Code::BetweenRuns, _, Some(Value::Object(time))) => {
            let get = |name: &str| time.get(name).map(values::words).unwrap_or_default();
            fill(p.between_runs, &[("from", &get("from")), ("until", &get("until"))])
        }
        (_, Some(Value::Object(asked)), seen) if asked.contains_key("probe") => of_probe(asked, seen.as_ref()),
        (_, None, Some(Value::Object(event))) if event.contains_key("time") => of_event(event),
        (_, Some(a), Some(b)) => fill(p.is, &[("value", &values::both(a, b))]),
        (_, Some(a), None) => fill(p.was, &[("value", &values::short(a))]),
        (_, None, Some(b)) => fill(p.is, &[("value", &values::short(b))]),
        (_, None, None) => String::new(),
    }
}

/// `: probe triton-ready, 2 of 3 samples not right: wanted status 200, seen 503`.
fn of_probe(asked: &Map, seen: Option<&Value>) -> String {
    let p = phrases();
    let get = |name: &str| asked.get(name).map(values::words).unwrap_or_default();
    let mut text = fill(p.of_probe, &[("probe", &titled(&get("probe")))]);
    if asked.contains_key("samples") {
        text.push_str(&fill(p.samples, &[("bad", &get("notRight")), ("n", &get("samples"))]));
    }
    let wanted: Vec<String> = asked
        .iter()
        .filter(|(name, _)| !["probe", "samples", "notRight"].contains(&&***name))
        .map(|(name, value)| format!("{} {}", foreign::clean(name), values::short(value)))
        .collect();
    if !wanted.is_empty() {
        text.push_str(&fill(p.wanted, &[("wanted", &wanted.join(", "))]));
    }
    match seen {
        Some(Value::Object(seen)) => {
            let get = |name: &str| seen.get(name).map(values::words);
            let status = if seen.get("ofServer") == Some(&Value::Bool(true)) { p.status_of_server } else { p.status };
            text.push_str(&get("status").map(|s| fill(status, &[("status", &s)])).unwrap_or_default());
            let why = [get("reason"), get("detail")].into_iter().flatten().map(|why| told(&why)).collect::<Vec<_>>().join(", ");
            text.push_str(&if why.is_empty() { String::new() } else { fill(p.is, &[("value", &why)]) });
            text.push_str(&get("at").map(|t| fill(p.at_time, &[("time", &t)])).unwrap_or_default());
        }
        Some(seen) => text.push_str(&fill(p.seen, &[("seen", &values::short(seen))])),
        None if !wanted.is_empty() => text.push_str(p.seen_nothing),
        None => {}
    }
    text
}

/// A probe and its target, as a watch calls them.
pub(super) fn titled(title: &str) -> String {
    let at = |(probe, target): (&str, &str)| fill(phrases().probe_at, &[("probe", probe), ("target", target)]);
    title.rsplit_once(" of ").filter(|(_, target)| target.contains('/')).map_or_else(|| foreign::clean(title), at)
}

/// What happened at a time between the points of a proof.
fn of_event(event: &Map) -> String {
    let p = phrases();
    let get = |name: &str| event.get(name).map(values::words);
    let said = |name: &str| get(name).map(|text| told(&text));
    let is = |name: &str| event.get(name) == Some(&Value::Bool(true));
    let what = match () {
        () if is("gone") => Some(p.pod_went.to_owned()),
        () if is("deleting") => Some(p.pod_deleting.to_owned()),
        () if event.contains_key("ready") => Some(p.pod_unready.to_owned()),
        () => None,
    };
    let probe = get("probe").map(|name| fill(p.probe, &[("probe", &titled(&name))]));
    let parts = [probe, what, said("what"), said("detail")].into_iter().flatten().collect::<Vec<_>>().join(", ");
    fill(p.is, &[("value", &parts)]) + &fill(p.at_time, &[("time", &get("time").unwrap_or_default())])
}

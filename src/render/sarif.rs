//! What a report says as SARIF 2.1.0 (OASIS): a rule for each claim, a result for each finding. A claim that nothing speaks against is a
//! result too, of kind `pass`.
use crate::canon::json;
use crate::claims::{Effect, Finding, Judged};
use crate::model::Verdict;
use crate::render::{findings, foreign, words};
use crate::report::read::Reading;
use crate::value::{Map, Value, json};

/// The document, as one line. `verified` is false for a report that was only read.
pub fn text(report: &Reading, verified: bool) -> String {
    foreign::escaped(&json::to_text(&log(report, verified))) + "\n"
}

fn log(report: &Reading, verified: bool) -> Value {
    let mut rules: Vec<Value> = report.judged.iter().map(rule).collect();
    let mut results: Vec<Value> = report.judged.iter().enumerate().flat_map(|(i, j)| results(i, j, report)).collect();
    // A report without claims would be one without results, which reads as if all were well.
    let (kind, level) = match report.total {
        Verdict::Proven => ("pass", "none"),
        Verdict::Refuted => ("fail", "error"),
        Verdict::Inconclusive | Verdict::NotApplicable => ("open", "none"),
    };
    let id = words::page().result;
    results.push(json!({"ruleId": id, "ruleIndex": rules.len(), "kind": kind, "level": level,
        "message": {"text": words::verdicts(report.total)}, "locations": [place(report.bundles.len().saturating_sub(1), report)]}));
    rules.push(json!({"id": id}));
    let bundles: Vec<Value> = report
        .bundles
        .iter()
        .map(|b| json!({"location": {"uri": uri(&b.name)}, "hashes": {"sha-256": b.sha256}, "roles": ["analysisTarget"]}))
        .collect();
    let limits = words::not_proven();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "evid", "version": report.tool.version, "rules": rules}},
            "artifacts": bundles,
            "results": results,
            "properties": {"verdict": report.total.as_str(), "verified": verified, "notProven": limits},
        }],
    })
}

fn rule(judged: &Judged) -> Value {
    let (layer, word) = judged.id.rsplit_once('.').unwrap_or(("", &judged.id));
    let refutes = words::fill(words::refutes(word), &[("layer", layer)]);
    json!({"id": judged.id, "shortDescription": {"text": findings::of_claim(judged)}, "help": {"text": refutes}})
}

/// The results of a claim: of each finding, and one for the claim where it is proven or does not apply.
fn results(index: usize, judged: &Judged, report: &Reading) -> Vec<Value> {
    let last = place(report.bundles.len().saturating_sub(1), report);
    let base = |kind: &str, level: &str, text: String| json!({"ruleId": judged.id, "ruleIndex": index, "kind": kind, "level": level, "message": {"text": text}, "locations": [last]});
    let mut out = Vec::new();
    match judged.verdict {
        Verdict::Proven => out.push(base("pass", "none", findings::of_claim(judged))),
        Verdict::NotApplicable => out.push(base("notApplicable", "none", findings::of_claim(judged))),
        Verdict::Refuted | Verdict::Inconclusive => {}
    }
    for finding in &judged.findings {
        let (kind, level) = match finding.effect {
            Effect::Counters => ("fail", "error"),
            Effect::Doubts => ("open", "none"),
            Effect::Notes => ("informational", "none"),
        };
        let mut result = base(kind, level, findings::sentence(finding));
        if let Some(map) = result.as_object_mut() {
            map.insert("locations", json!([location(finding, report)]));
            map.insert("properties", properties(finding));
        }
        out.push(result);
    }
    out
}

/// A bundle: readers such as GitHub's want a place of each result. What is about all bundles is placed in the last.
fn place(bundle: usize, report: &Reading) -> Value {
    let found = report.bundles.get(bundle);
    found.map_or_else(|| json!({}), |b| json!({"physicalLocation": {"artifactLocation": {"uri": uri(&b.name), "index": bundle}}}))
}

/// The bundle that shows it, and the object.
fn location(finding: &Finding, report: &Reading) -> Value {
    let mut out = place(finding.bundle, report);
    if let (Some(key), Some(map)) = (&finding.object, out.as_object_mut()) {
        map.insert("logicalLocations", json!([{"fullyQualifiedName": findings::of_key(key), "kind": "resource"}]));
    }
    out
}

/// The code, the entry of the bundle and the pointer.
fn properties(finding: &Finding) -> Value {
    let mut out = Map::from_iter([("code".to_owned(), json!(finding.code.as_str()))]);
    for (name, text) in [("entry", &finding.file), ("pointer", &finding.pointer)] {
        if !text.is_empty() {
            out.insert(name, json!(foreign::clean(text)));
        }
    }
    Value::Object(out)
}

/// The file of a bundle, as a relative reference (RFC 3986).
fn uri(name: &str) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
    let byte = |b: u8| if plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    format!("{name}.evid.zip").bytes().map(byte).collect()
}

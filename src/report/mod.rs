//! The report: an in-toto predicate over named bundles. It holds no prose written by evid, in no language; the same bundles give the same
//! bytes.
pub mod read;

use crate::claims::{Evidence, Expect, Finding, Judged};
use crate::compare::{Change, Writer};
use crate::model::{Key, Verdict};
use crate::value::{Map, Value, json};

/// The predicate's type.
pub const PREDICATE_TYPE: &str = "https://evid.dev/report/v1";

pub fn predicate(evidence: &Evidence<'_>, judged: &[Judged], total: Verdict, expect: Option<Expect>) -> Value {
    let bundles: Vec<Value> = evidence
        .sides
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let layers: Vec<Value> = s.manifest.layers.iter().map(|l| json!({"name": l.name, "role": l.role, "digest": l.digest, "objects": l.objects})).collect();
            let mut bundle = json!({
                "name": s.name, "sha256": s.sha256, "contentId": s.sums().content_id(), "source": s.manifest.source.as_str(), "window": s.manifest.window,
                "cluster": s.manifest.cluster, "layers": layers, "rules": s.manifest.rules, "config": s.manifest.config,
                "redactionKey": s.manifest.redaction_key, "asked": s.coverage.questions.iter().map(|q| crate::model::stem(&q.resource, &q.group))
                    .collect::<std::collections::BTreeSet<_>>(), "gaps": s.coverage.gaps,
            });
            if let (Some(position), Some(map)) = (evidence.positions.get(i), bundle.as_object_mut()) {
                map.insert("switch", json!(position.as_str()));
            }
            if let (Some(hub), Some(map)) = (&s.manifest.hub, bundle.as_object_mut()) {
                map.insert("hub", json!(hub));
            }
            if let (true, Some(map)) = (s.unchecked, bundle.as_object_mut()) {
                map.insert("unchecked", json!(true));
            }
            if let (Some(nonce), Some(map)) = (&s.manifest.nonce, bundle.as_object_mut()) {
                map.insert("nonce", json!(nonce));
            }
            bundle
        })
        .collect();
    let verdicts: Vec<Value> = judged
        .iter()
        .map(|j| json!({"claim": j.id, "verdict": j.verdict.as_str(), "findings": j.findings.iter().map(|f| finding(f, evidence)).collect::<Vec<_>>()}))
        .collect();
    let mut out = Map::new();
    out.insert("tool", json!({"name": "evid", "version": env!("CARGO_PKG_VERSION")}));
    out.insert("bundles", Value::Array(bundles));
    out.insert("verdict", json!(total.as_str()));
    out.insert("verdicts", Value::Array(verdicts));
    out.insert("changes", evidence.changes.iter().map(|c| change(c, evidence)).collect());
    out.insert("revisions", Value::Array(revisions(evidence)));
    if let Some(expect) = expect {
        out.insert("expected", json!(expect.as_str()));
    }
    let only = evidence.sides.first().map(|s| &s.config.claims).filter(|c| !c.is_empty());
    if let Some(only) = only {
        out.insert("onlyJudged", json!(only));
    }
    if let Some(entries) = evidence.sides.first().map(|s| &s.config.expected).filter(|e| !e.is_empty()) {
        out.insert("expectedChanges", json!(entries));
    }
    Value::Object(out)
}

fn object(key: &Key) -> Value {
    json!({"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name})
}

fn finding(f: &Finding, evidence: &Evidence<'_>) -> Value {
    let mut out = Map::new();
    out.insert("effect", json!(f.effect.as_str()));
    out.insert("code", json!(f.code.as_str()));
    out.insert("bundle", json!(evidence.sides.get(f.bundle).map(|s| &s.name)));
    if let Some(key) = &f.object {
        out.insert("object", object(key));
    }
    for (name, text) in [("pointer", &f.pointer), ("file", &f.file)] {
        if !text.is_empty() {
            out.insert(name, json!(text));
        }
    }
    for (name, value) in [("before", &f.before), ("after", &f.after)] {
        if let Some(value) = value {
            out.insert(name, value.clone());
        }
    }
    if let Some(writer) = &f.writer {
        out.insert("writer", wrote(writer));
    }
    Value::Object(out)
}

fn wrote(writer: &Writer) -> Value {
    let mut out = Map::from_iter([
        ("manager".to_owned(), json!(writer.manager)),
        ("operation".to_owned(), json!(writer.operation)),
        ("time".to_owned(), json!(writer.time)),
    ]);
    if !writer.subresource.is_empty() {
        out.insert("subresource", json!(writer.subresource));
    }
    Value::Object(out)
}

fn change(c: &Change, evidence: &Evidence<'_>) -> Value {
    let name = |i: usize| evidence.sides.get(i).map(|s| s.name.clone());
    let fields: Vec<Value> = c
        .fields
        .iter()
        .map(|f| {
            let mut out = Map::from_iter([("pointer".to_owned(), json!(f.pointer))]);
            for (name, value) in [("before", &f.before), ("after", &f.after)] {
                if let Some(value) = value {
                    out.insert(name, value.clone());
                }
            }
            if let Some(writer) = &f.writer {
                out.insert("writer", wrote(writer));
            }
            if f.expected {
                out.insert("expected", json!(true));
            }
            Value::Object(out)
        })
        .collect();
    json!({
        "object": object(&c.key), "layer": c.layer, "change": c.kind.as_str(), "recreated": c.recreated, "from": name(c.sides.0), "to": name(c.sides.1),
        "fields": fields, "file": c.file,
    })
}

/// The Git revisions with which the roots of the layers were compared in each bundle. A new revision is no change, but the report names
/// it.
fn revisions(evidence: &Evidence<'_>) -> Vec<Value> {
    let mut out = Vec::new();
    for layer in &evidence.layers {
        let Some(root) = evidence.root(&layer.name) else { continue };
        let seen = (0..evidence.sides.len()).map(|i| {
            let line = evidence.instances.at(&root, i).and_then(|at| evidence.line("identity", &root, at, i).ok());
            line.and_then(|l| l.get("fields")?.get("/status/sync/revision").cloned()).unwrap_or(Value::Null)
        });
        out.push(json!({"layer": layer.name, "root": root.name, "revisions": seen.collect::<Vec<_>>()}));
    }
    out
}

//! The report: an in-toto predicate over named bundles. It holds no prose written by evid, in no language; the same bundles give the same
//! bytes.
pub mod read;

use crate::claims::{Evidence, Expect, Finding, Judged};
use crate::compare::{Change, Writer};
use crate::model::{Key, Verdict};
use crate::value::{Value, json};

/// The predicate's type.
pub const PREDICATE_TYPE: &str = "https://evid.dev/report/v1";

pub fn predicate(evidence: &Evidence<'_>, judged: &[Judged], total: Verdict, expect: Option<Expect>) -> Value {
    let bundles: Vec<Value> = evidence
        .sides
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let layers: Vec<Value> = s.manifest.layers.iter().map(|l| json!({"name": l.name, "role": l.role, "digest": l.digest, "objects": l.objects})).collect();
            let bundle = json!({
                "name": s.name, "sha256": s.sha256, "contentId": s.sums().content_id(), "source": s.manifest.source.as_str(), "window": s.manifest.window,
                "cluster": s.manifest.cluster, "layers": layers, "rules": s.manifest.rules, "config": s.manifest.config,
                "redactionKey": s.manifest.redaction_key, "asked": s.coverage.questions.iter().map(|q| crate::model::stem(&q.resource, &q.group))
                    .collect::<std::collections::BTreeSet<_>>(), "gaps": s.coverage.gaps,
            });
            let more = [
                ("switch", evidence.positions.get(i).map(|position| json!(position.as_str()))),
                ("hub", s.manifest.hub.as_ref().map(|hub| json!(hub))),
                ("unchecked", s.unchecked.then(|| json!(true))),
                ("nonce", s.manifest.nonce.as_ref().map(|nonce| json!(nonce))),
            ];
            with(bundle, more)
        })
        .collect();
    let verdicts: Vec<Value> = judged
        .iter()
        .map(|j| json!({"claim": j.id, "verdict": j.verdict.as_str(), "findings": j.findings.iter().map(|f| finding(f, evidence)).collect::<Vec<_>>()}))
        .collect();
    let out = json!({
        "tool": {"name": "evid", "version": env!("CARGO_PKG_VERSION")}, "bundles": bundles, "verdict": total.as_str(), "verdicts": verdicts,
        "changes": evidence.changes.iter().map(|c| change(c, evidence)).collect::<Vec<_>>(), "revisions": revisions(evidence),
    });
    let config = evidence.sides.first().map(|s| &s.config);
    let more = [
        ("expected", expect.map(|expect| json!(expect.as_str()))),
        ("onlyJudged", config.filter(|c| !c.claims.is_empty()).map(|c| json!(c.claims))),
        ("expectedChanges", config.filter(|c| !c.expected.is_empty()).map(|c| json!(c.expected))),
    ];
    with(out, more)
}

/// An object with those of some more members that have a value.
fn with<const N: usize>(mut object: Value, more: [(&str, Option<Value>); N]) -> Value {
    if let Some(map) = object.as_object_mut() {
        map.extend(more.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
    object
}

fn object(key: &Key) -> Value {
    json!({"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name})
}

fn finding(f: &Finding, evidence: &Evidence<'_>) -> Value {
    let said = |text: &String| Some(json!(text)).filter(|_| !text.is_empty());
    let out = json!({"effect": f.effect.as_str(), "code": f.code.as_str(), "bundle": evidence.sides.get(f.bundle).map(|s| &s.name)});
    let more = [
        ("object", f.object.as_ref().map(object)),
        ("pointer", said(&f.pointer)),
        ("file", said(&f.file)),
        ("before", f.before.clone()),
        ("after", f.after.clone()),
        ("writer", f.writer.as_ref().map(wrote)),
    ];
    with(out, more)
}

fn wrote(writer: &Writer) -> Value {
    let out = json!({"manager": writer.manager, "operation": writer.operation, "time": writer.time});
    with(out, [("subresource", Some(json!(writer.subresource)).filter(|_| !writer.subresource.is_empty()))])
}

fn change(c: &Change, evidence: &Evidence<'_>) -> Value {
    let name = |i: usize| evidence.sides.get(i).map(|s| s.name.clone());
    let fields: Vec<Value> = c
        .fields
        .iter()
        .map(|f| {
            let more = [
                ("before", f.before.clone()),
                ("after", f.after.clone()),
                ("writer", f.writer.as_ref().map(wrote)),
                ("expected", f.expected.then(|| json!(true))),
            ];
            with(json!({"pointer": f.pointer}), more)
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

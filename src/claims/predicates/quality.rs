//! Whether the bundles are good enough as evidence: complete, comparable, ordered.
use crate::canon::each;
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Finding};
use crate::compare::{Side, lines};
use crate::kinds::Rules;
use crate::model::{Key, Known, instant, meta};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Every question was answered, and every kind that could have been asked, or that a layer has or manages, was asked (law 1).
pub(super) fn complete(q: &Question<'_>) -> Answer {
    let mut findings = Vec::new();
    for (i, side) in q.evidence.sides.iter().enumerate() {
        findings.extend(q.evidence.gaps_kept(i).map(|g| Finding::gap(g, i)));
        if side.coverage.universe.universe().known == Known::Nothing {
            findings.push(Finding::new(Effect::Notes, Code::KindsUnknown, i).in_file("coverage.json"));
        }
        for rule in side.config.kinds.iter().filter(|rule| rule.get("stored") == Some(&Value::Bool(false))) {
            let key = Key::new(meta::text(rule, "/group"), meta::text(rule, "/kind"), "", "*");
            findings.push(Finding::new(Effect::Doubts, Code::LeftOut, i).about(key).in_file("evid.yaml"));
        }
        let mut seen = BTreeSet::new();
        for layer in &q.evidence.layers {
            let mut kinds = q.evidence.kinds(&layer.name);
            kinds.insert("pods".into());
            let missing = q
                .evidence
                .gaps_in(&layer.name, &kinds, i)
                .into_iter()
                .filter(|g| g.reason == crate::model::Reason::NotAsked && g.namespace.is_none());
            findings.extend(missing.filter(|g| seen.insert(g.clone())).map(|g| Finding::gap(&g, i)));
        }
    }
    Ok(Some(findings))
}

/// The cluster, configuration, redaction key and questions are the same, and the rules are those of this version.
pub(super) fn comparable(q: &Question<'_>) -> Answer {
    let mut findings = Vec::new();
    let Some((first, rest)) = q.evidence.sides.split_first() else { return Ok(None) };
    // If a bundle was made with other rules, nothing has checked that its content follows from its objects (law 15).
    let own = q.evidence.rules.digest();
    for (i, side) in q.evidence.sides.iter().enumerate().filter(|(_, side)| side.manifest.rules != own) {
        let finding = Finding::new(Effect::Doubts, Code::OtherRules, i).at("", Some(json!(own)), Some(json!(side.manifest.rules)));
        findings.push(finding.in_file("evid.json"));
    }
    for (i, side) in rest.iter().enumerate() {
        let i = i + 1;
        let mut differs =
            |code, effect, a: Value, b: Value| findings.push(Finding::new(effect, code, i).at("", Some(a), Some(b)).in_file("evid.json"));
        match (&first.manifest.cluster.uid, &side.manifest.cluster.uid) {
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => differs(Code::OtherCluster, Effect::Counters, json!(a), json!(b)),
            (a, b) => differs(Code::UnknownCluster, Effect::Doubts, json!(a), json!(b)),
        }
        let hub = |side: &Side| side.manifest.hub.as_ref().map(|hub| hub.uid.clone());
        match (hub(first), hub(side)) {
            (None, None) => {}
            (Some(Some(a)), Some(Some(b))) if a == b => {}
            (Some(Some(a)), Some(Some(b))) => differs(Code::OtherHub, Effect::Counters, json!(a), json!(b)),
            // Of unknown uid, or one of them asked no hub.
            (a, b) => differs(Code::OtherHub, Effect::Doubts, json!(a.flatten()), json!(b.flatten())),
        }
        for (code, a, b) in [
            (Code::OtherConfiguration, &first.manifest.config, &side.manifest.config),
            (Code::OtherRedactionKey, &first.manifest.redaction_key, &side.manifest.redaction_key),
        ] {
            if a != b {
                differs(code, Effect::Doubts, json!(a), json!(b));
            }
        }
        let (a, b) = (asked(first, q.evidence.rules), asked(side, q.evidence.rules));
        let missing = |x: &BTreeSet<String>, y: &BTreeSet<String>, i: usize| x.difference(y).any(|stem| !q.evidence.asked(stem, i));
        if missing(&a, &b, i) || missing(&b, &a, 0) {
            let only = |x: &BTreeSet<String>, y: &BTreeSet<String>| json!(x.difference(y).collect::<Vec<_>>());
            differs(Code::OtherQuestions, Effect::Doubts, only(&a, &b), only(&b, &a));
        }
    }
    Ok(Some(findings))
}

/// The kinds that were asked for and are stored.
pub(super) fn asked(side: &Side, rules: &Rules) -> BTreeSet<String> {
    side.coverage
        .questions
        .iter()
        .filter(|q| rules.keeps(&q.group, &q.resource))
        .map(|q| crate::model::stem(&q.resource, &q.group))
        .collect()
}

/// Windows and resourceVersions both rise from each bundle to the next.
pub(super) fn ordered(q: &Question<'_>) -> Answer {
    let mut findings = Vec::new();
    let versions =
        each(q.evidence.sides, q.evidence.sides.len(), |i, side| versions(q, i, side)).into_iter().collect::<Result<Vec<_>, _>>()?;
    for (i, pair) in q.evidence.sides.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let i = i + 1;
        let mut found =
            |effect, code, a: Value, b: Value| findings.push(Finding::new(effect, code, i).at("", Some(a), Some(b)).in_file("evid.json"));
        if before.sums().content_id() == after.sums().content_id() {
            found(Effect::Doubts, Code::SameContent, json!(before.sums().content_id()), json!(after.sums().content_id()));
            continue;
        }
        let (earlier, later) = (&before.manifest.window, &after.manifest.window);
        let times = [&earlier.started, &earlier.finished, &later.started, &later.finished].map(|t| t.as_deref().and_then(instant));
        match times {
            [Some(a), Some(b), Some(c), Some(d)] if a <= b && b <= c && c <= d => {}
            [Some(a), _, _, Some(d)] => {
                let effect = if a > d { Effect::Counters } else { Effect::Doubts };
                found(effect, Code::Window, json!(earlier.finished), json!(later.started));
            }
            _ => found(Effect::Doubts, Code::NoWindow, json!(earlier.finished), json!(later.started)),
        }
        let number = |version: &Option<String>| version.as_ref().and_then(|v| v.parse::<u64>().ok());
        // Each cluster counts for itself.
        let own = [before, after].map(|side| number(&side.coverage.highest_resource_version));
        let hubs = [before, after].map(|side| side.manifest.hub.as_ref().map(|hub| number(&hub.highest_resource_version)));
        let of_hub = if let [Some(a), Some(b)] = hubs { Some([a, b]) } else { None };
        for versions in [Some(own), of_hub].into_iter().flatten() {
            match versions {
                [Some(a), Some(b)] if a < b => {}
                [Some(a), Some(b)] if a > b => found(Effect::Counters, Code::ResourceVersion, json!(a.to_string()), json!(b.to_string())),
                [a, b] => found(Effect::Doubts, Code::ResourceVersion, json!(a.map(|n| n.to_string())), json!(b.map(|n| n.to_string()))),
            }
        }
        let Some([older, newer]) = versions.get(i - 1..=i) else { continue };
        for (uid, (version, file)) in newer {
            if let Some((earlier, _)) = older.get(uid).filter(|(earlier, _)| earlier > version) {
                let values = (Some(json!(earlier.to_string())), Some(json!(version.to_string())));
                findings.push(
                    Finding::new(Effect::Counters, Code::OlderObject, i).at("/metadata/resourceVersion", values.0, values.1).in_file(file),
                );
            }
        }
    }
    Ok(Some(findings))
}

/// A time in the form that bundles have.
#[derive(serde::Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    namespace: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    fields: Fields<'a>,
}

#[derive(serde::Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default, rename = "/metadata/resourceVersion")]
    version: std::borrow::Cow<'a, str>,
}

/// uid → resourceVersion, and the file that shows it. The uid replaces kind, namespace and name if a source gives none.
fn versions(q: &Question<'_>, i: usize, side: &Side) -> Result<BTreeMap<String, (u64, String)>, crate::compare::CompareError> {
    let mut out = BTreeMap::new();
    for (entry, _, stem, _) in side.files("noise") {
        let bytes = side.file(entry)?;
        for line in lines(&bytes) {
            let line: Line<'_> = side.parse(entry, line)?;
            let spot = crate::compare::Spot { stem: stem.to_owned(), namespace: line.namespace.into_owned(), name: line.name.into_owned() };
            if let Some(at) = q.evidence.instances.at(&spot, i).filter(|i| !i.uid.is_empty())
                && let Ok(version) = (if at.version.is_empty() { line.fields.version.as_ref() } else { at.version.as_str() }).parse()
            {
                out.insert(at.uid.clone(), (version, entry.to_owned()));
            }
        }
    }
    Ok(out)
}

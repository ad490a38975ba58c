//! Whether the bundles were captured one after the other: by their clocks, by the clusters' counts of their writes, by what a run wrote.
use crate::bundle::actions;
use crate::bundle::names::ACTIONS;
use crate::canon::each;
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Finding};
use crate::compare::{CompareError, Side, Spot, lines};
use crate::model::instant;
use crate::value::{Value, json};
use chrono::{DateTime, FixedOffset, SecondsFormat};
use std::collections::BTreeMap;

/// Windows and resourceVersions both rise from each bundle to the next.
pub(super) fn ordered(q: &Question<'_>) -> Answer {
    let mut findings = Vec::new();
    let versions = each(q.evidence.sides, q.evidence.sides.len(), |i, _| versions(q, i)).into_iter().collect::<Result<Vec<_>, _>>()?;
    for i in 0..q.evidence.sides.len() {
        findings.extend(dated_outside(q.evidence.sides, i)?);
    }
    for (i, pair) in q.evidence.sides.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let i = i + 1;
        let mut found =
            |effect, code, a: Value, b: Value| findings.push(Finding::new(effect, code, i).at("", Some(a), Some(b)).in_file("evid.json"));
        if before.sums().content_id() == after.sums().content_id() {
            found(Effect::Doubts, Code::SameContent, json!(before.sums().content_id()), json!(after.sums().content_id()));
            continue;
        }
        let number = |version: &Option<String>| version.as_ref().and_then(|v| v.parse::<u64>().ok());
        // Each cluster counts for itself.
        let own = [before, after].map(|side| number(&side.coverage.highest_resource_version));
        let hubs = [before, after].map(|side| side.manifest.hub.as_ref().map(|hub| number(&hub.highest_resource_version)));
        let of_hub = if let [Some(a), Some(b)] = hubs { Some([a, b]) } else { None };
        let rises = own[0].zip(own[1]).is_some_and(|(a, b)| a < b);
        let (earlier, later) = (&before.manifest.window, &after.manifest.window);
        let times = [&earlier.started, &earlier.finished, &later.started, &later.finished].map(|t| t.as_deref().and_then(instant));
        match times {
            [Some(a), Some(b), Some(c), Some(d)] if a <= b && b <= c && c <= d => {}
            [Some(a), _, _, Some(d)] => {
                // The cluster's own count against a clock: one that was set back disorders nothing.
                let effect = if a > d && !rises { Effect::Counters } else { Effect::Doubts };
                found(effect, Code::Window, json!(earlier.finished), json!(later.started));
            }
            _ => found(Effect::Doubts, Code::NoWindow, json!(earlier.finished), json!(later.started)),
        }
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

/// The first write that is dated before the end of the bundle before, if that is of the same run, or after the beginning of the one that holds
/// it. Journals go on from each other, so a clock was set back, or somebody made the line up.
fn dated_outside(sides: &[Side], i: usize) -> Result<Option<Finding>, CompareError> {
    let journal = |side: &Side| side.sums().get(ACTIONS).map(|_| side.file(ACTIONS)).transpose();
    let Some(after) = sides.get(i) else { return Ok(None) };
    let Some(written) = journal(after)? else { return Ok(None) };
    let is_of_run = |side: &&Side| side.manifest.run.is_some() && side.manifest.run == after.manifest.run;
    let before = i.checked_sub(1).and_then(|i| sides.get(i)).filter(is_of_run);
    let old = before.map(journal).transpose()?.flatten().map_or(0, |old| actions::times(&old).count());
    let from = before.and_then(|side| instant(side.manifest.window.finished.as_deref()?));
    let until = after.manifest.window.started.as_deref().and_then(instant);
    let reversed =
        |at| [from.map(|from| (from, at)), until.map(|until| (at, until))].into_iter().flatten().find(|(first, then)| then < first);
    let found = actions::times(&written).skip(old).flatten().find_map(reversed);
    let said = |at: DateTime<FixedOffset>| Some(json!(at.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
    Ok(found.map(|(first, then)| Finding::new(Effect::Doubts, Code::DatedOutside, i).at("", said(first), said(then)).in_file(ACTIONS)))
}

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
fn versions<'q>(q: &Question<'q>, i: usize) -> Result<BTreeMap<&'q str, (u64, &'q str)>, CompareError> {
    let mut out = BTreeMap::new();
    let Some(side) = q.evidence.sides.get(i) else { return Ok(out) };
    for (entry, _, stem, _) in side.files("noise") {
        let bytes = side.file(entry)?;
        for line in lines(&bytes) {
            let line: Line<'_> = side.parse(entry, line)?;
            let spot = Spot { stem: stem.to_owned(), namespace: line.namespace.into_owned(), name: line.name.into_owned() };
            if let Some(at) = q.evidence.instances.at(&spot, i).filter(|i| !i.uid.is_empty())
                && let Ok(version) = (if at.version.is_empty() { line.fields.version.as_ref() } else { at.version.as_str() }).parse()
            {
                out.insert(at.uid.as_str(), (version, entry));
            }
        }
    }
    Ok(out)
}

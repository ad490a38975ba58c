//! Whether the bundles were captured one after the other: by their clocks, by the clusters' counts of their writes, by what a run wrote.
use crate::bundle::actions;
use crate::bundle::names::ACTIONS;
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Place, Side, Spot, differing};
use crate::model::instant;
use crate::value::{Value, json};
use chrono::{DateTime, FixedOffset, SecondsFormat};
use std::collections::BTreeMap;

/// Windows and resourceVersions both rise from each bundle to the next.
pub(super) fn ordered(q: &Question<'_>) -> Answer {
    let mut findings = Vec::new();
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
        findings.extend(older(q, i - 1, i)?);
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

/// The fields of a noise line that are needed here.
#[derive(serde::Deserialize)]
struct Line {
    fields: Fields,
}

#[derive(serde::Deserialize)]
struct Fields {
    #[serde(default, rename = "/metadata/resourceVersion")]
    version: String,
}

/// The instances of which the later bundle shows an older version.
fn older(q: &Question<'_>, a: usize, b: usize) -> Result<Vec<Finding>, CompareError> {
    let e = q.evidence;
    let (Some(before), Some(after)) = (e.sides.get(a), e.sides.get(b)) else { return Ok(Vec::new()) };
    // A line that is in both bundles shows no older version.
    let differ = differing(before, after, "noise")?;
    let known = versions(e, a, differ.iter().filter_map(|(spot, pair)| Some((spot, pair.before.as_ref()?))))?;
    let mut findings = Vec::new();
    for (uid, (version, spot)) in versions(e, b, differ.iter().filter_map(|(spot, pair)| Some((spot, pair.after.as_ref()?))))? {
        if let (Some((earlier, _)), Some(at)) = (known.get(uid).filter(|(earlier, _)| *earlier > version), e.instances.at(spot, b)) {
            let values = (Some(json!(earlier.to_string())), Some(json!(version.to_string())));
            let finding = Finding::new(Effect::Counters, Code::OlderObject, b).at("/metadata/resourceVersion", values.0, values.1);
            findings.push(finding.in_file(&e.file("noise", spot, at, b)?));
        }
    }
    Ok(findings)
}

/// uid → resourceVersion and place, of some noise lines and of all Secrets, whose version is identity. The uid replaces kind, namespace and name if
/// a source gives none.
fn versions<'e>(
    e: &'e Evidence<'_>,
    side: usize,
    lines: impl Iterator<Item = (&'e Spot, &'e Place<'e>)>,
) -> Result<BTreeMap<&'e str, (u64, &'e Spot)>, CompareError> {
    let mut out = BTreeMap::new();
    let mut add = |spot: &'e Spot, version: &str| {
        if let Some(at) = e.instances.at(spot, side).filter(|at| !at.uid.is_empty())
            && let Ok(version) = version.parse()
        {
            out.insert(at.uid.as_str(), (version, spot));
        }
    };
    for (spot, place) in lines {
        add(spot, &place.read::<Line>()?.fields.version);
    }
    e.instances.in_bundle(side).filter(|(_, at)| !at.version.is_empty()).for_each(|(spot, at)| add(spot, &at.version));
    Ok(out)
}

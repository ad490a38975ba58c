//! Verify: checks a bundle's content against itself, beyond its digests. Facets must follow from the objects, layers from the bundle's
//! own Applications and configuration, the manifest and the counts from the files. `points` checks the bundles of a run against each other.
pub mod points;

use crate::argo::{SETTINGS, is_beside, is_own_resource};
use crate::bundle::against::Against;
use crate::bundle::assemble::{Layered, each_file};
use crate::bundle::config::Config;
use crate::bundle::coverage::{Coverage, QuestionLine};
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::files::Files;
use crate::bundle::manifest::{Hub, Manifest};
use crate::bundle::names::{ACTIONS, TEXT, WATCH};
use crate::bundle::rebuild::Rebuilt;
use crate::bundle::sums::Sums;
use crate::bundle::{FORMAT, actions, probe, text, watch};
use crate::canon;
use crate::canon::json;
use crate::kinds::Rules;
use crate::model::{Key, Layer, Objects, PLATFORM, Source, stem};
use crate::usecase::capture::cluster;
use crate::usecase::capture::contradictions::{Moment, contradictions, miscounted};
use crate::usecase::capture::universe::{Seen, not_asked, universe};
use crate::usecase::import::{Platform, rederived};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// The result of checking the contents of a bundle.
pub struct Content {
    pub defects: Vec<Defect>,
    /// Whether its objects were split and placed again. False if it was made with other built-in rules than this version has: then only
    /// its digests are checked.
    pub resplit: bool,
}

/// Checks the contents of a bundle against themselves; its entries have already been checked against SHA256SUMS.
pub fn content(files: &dyn Files, sums: &Sums) -> Content {
    let mut defects = Vec::new();
    let resplit = match inspect(files, sums, &mut defects) {
        Ok(resplit) => resplit,
        Err((entry, what)) => {
            defects.push(wrong(entry, what));
            false
        }
    };
    Content { defects, resplit }
}

type Wrong = (&'static str, String);

fn wrong(entry: &str, what: String) -> Defect {
    Defect::of(entry, DefectKind::Facets(what))
}

/// A document of evid's own, which is its own canonical form.
fn document<T: DeserializeOwned + Serialize>(files: &dyn Files, name: &'static str, defects: &mut Vec<Defect>) -> Result<T, Wrong> {
    let bytes = files.bytes(name).ok_or((name, "missing".to_owned()))?;
    let read: T = serde_json::from_slice(&bytes).map_err(|e| (name, e.to_string()))?;
    if json::document(&read).map_or(true, |anew| anew != *bytes) {
        defects.push(wrong(name, "is not written as evid writes it (canonical JSON, no field that says nothing)".into()));
    }
    Ok(read)
}

fn inspect(files: &dyn Files, sums: &Sums, defects: &mut Vec<Defect>) -> Result<bool, Wrong> {
    let manifest: Manifest = document(files, "evid.json", defects)?;
    let config: Config = document(files, "config.json", defects)?;
    let coverage: Coverage = document(files, "coverage.json", defects)?;
    let bad = |e: String| ("config.json", e);
    config.check().map_err(|e| bad(e.to_string()))?;
    let layers = config.layers().map_err(|e| bad(e.to_string()))?;
    let rules = config.rules().map_err(|e| e.to_string()).and_then(|own| Rules::new(&own).map_err(|e| e.to_string())).map_err(bad)?;
    if manifest.format != FORMAT {
        return Err(("evid.json", format!("format {} is not one that this version reads; a later evid may", manifest.format)));
    }
    defects.extend(manifest.tool.check().err().map(|what| wrong("evid.json", what)));
    for time in [&manifest.window.started, &manifest.window.finished].into_iter().flatten() {
        if chrono::DateTime::parse_from_rfc3339(time).is_err() {
            defects.push(wrong("evid.json", format!("`{time}` is no RFC 3339 time")));
        }
    }
    if files.bytes("config.json").is_some_and(|b| canon::sha256_hex(&b) != manifest.config) {
        defects.push(wrong("evid.json", "its digest of config.json is another".into()));
    }
    for layer in manifest.layers.iter().filter(|l| sums.layer_digest(&l.name) != l.digest) {
        defects.push(wrong("evid.json", format!("its digest of layer {} is another", layer.name)));
    }
    defects.extend(probe::defects(files, &config, &manifest));
    defects.extend(text::defects(files, &manifest));
    defects.extend(files.bytes(WATCH).into_iter().flat_map(|bytes| watch::defects(&bytes)));
    defects.extend(files.bytes(ACTIONS).into_iter().flat_map(|bytes| actions::defects(&bytes)));
    if manifest.rules != rules.digest() {
        return Ok(false);
    }
    let (objects, broken) = Rebuilt::read(files, &rules);
    if broken.is_empty() {
        let mut against = Against::new(files);
        let here = manifest.here(&config);
        let anew = each_file(&objects, &rules, &layers, &config, &here, &mut |name, bytes| against.given(&name, &bytes));
        defects.extend(against.finish());
        defects.extend(manifest_defects(&manifest, &layers, &anew, &objects));
        defects.extend(highest_defects(&coverage, &manifest, &objects));
        defects.extend(manifest.hub.as_ref().and_then(|hub| hub_defect(hub, &objects)));
        let window = &manifest.window;
        let moment = Moment::new(manifest.source == Source::Live, window.started.as_deref(), window.finished.as_deref(), &here);
        let settings = manifest.hub.as_ref().map_or(&[][..], |hub| &hub.settings);
        defects.extend(coverage_defects(&coverage, settings, &objects, &rules, &moment));
        defects.extend(universe_defects(&coverage, &manifest, &objects, &rules));
        if let Some(lines) = files.bytes(TEXT).filter(|_| manifest.source == Source::Text).and_then(|bytes| text::lines(&bytes)) {
            let wrong = rederived(&lines, &objects, &Platform::of(&layers).namespace);
            defects.extend(wrong.into_iter().map(|what| Defect::of(TEXT, DefectKind::Facets(what))));
        }
    } else {
        defects.extend(broken);
    }
    Ok(true)
}

/// Statements of the manifest that do not follow from the files.
fn manifest_defects(manifest: &Manifest, layers: &[Layer], anew: &Layered, objects: &dyn Objects) -> Vec<Defect> {
    let mut defects = Vec::new();
    let mut differs = |what: &str| defects.push(wrong("evid.json", format!("{what} is not what the bundle's own files say")));
    let said = manifest.layers.iter().map(|l| (&*l.name, &*l.role, l.root.as_ref(), l.objects));
    let count = |name: &str| anew.counts.get(name).copied().unwrap_or(0);
    let follows = layers.iter().map(|l| (&*l.name, l.role.as_str(), anew.roots.get(&l.name), count(&l.name)));
    if !said.eq(follows.chain([(PLATFORM, PLATFORM, None, count(PLATFORM))])) {
        differs("`layers`");
    }
    if manifest.cluster.uid.as_deref() != cluster(objects) {
        differs("`cluster.uid`");
    }
    if manifest.like_parts != anew.like_parts.to_list() {
        differs("`likeParts`");
    }
    if manifest.tracking != anew.tracking {
        differs("`tracking`");
    }
    defects
}

/// Whether the coverage's universe agrees with the kinds that the objects name (law 1).
fn universe_defects(coverage: &Coverage, manifest: &Manifest, objects: &dyn Objects, rules: &Rules) -> Vec<Defect> {
    let (questions, gaps, said) = (coverage.questions(), coverage.gaps(), coverage.universe.universe());
    let seen = Seen { objects, questions: &questions, version: manifest.cluster.version.as_deref(), source: manifest.source, rules };
    let anew = universe(seen, &said.kinds);
    let mut defects = Vec::new();
    let mut differs = |what: String| defects.push(wrong("coverage.json", what));
    if said.known != anew.known {
        differs(format!("which kinds there are is known by {}, and it says {}", anew.known, coverage.universe.known));
    }
    let listed: BTreeSet<_> = said.kinds.iter().map(|k| (&k.group, &k.resource)).collect();
    for kind in anew.kinds.iter().filter(|k| !listed.contains(&(&k.group, &k.resource))) {
        differs(format!("its universe lacks {}, which its own content names", stem(&kind.resource, &kind.group)));
    }
    for gap in not_asked(&anew, seen, &gaps, &[]) {
        differs(format!("{} could have been asked for: there is neither a question nor a gap", stem(&gap.resource, &gap.group)));
    }
    defects
}

/// The highest resourceVersion counts everything that was read in a cluster, so no object or list of it may have a higher one.
fn highest_defects(coverage: &Coverage, manifest: &Manifest, objects: &Rebuilt<'_>) -> Vec<Defect> {
    let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<u64>().ok());
    let is_of_hub = |q: &QuestionLine| manifest.hub.is_some() && is_own_resource(&q.group, &q.resource);
    let lists =
        |of_hub: bool| coverage.questions.iter().filter(|q| is_of_hub(q) == of_hub).filter_map(|q| number(&q.resource_version)).max();
    let said = [("coverage.json", &coverage.highest_resource_version, objects.highest.max(lists(false)))];
    let of_hub = manifest.hub.iter().map(|hub| ("evid.json", &hub.highest_resource_version, objects.highest_of_hub.max(lists(true))));
    let below = said.into_iter().chain(of_hub).filter(|(_, said, seen)| number(said) < *seen);
    below.map(|(entry, ..)| wrong(entry, "`highestResourceVersion` is below one that the bundle holds".into())).collect()
}

/// Whether each namespace of which the manifest says that Argo CD's settings are the hub's holds some.
fn hub_defect(hub: &Hub, objects: &dyn Objects) -> Option<Defect> {
    let holds = |namespace: &String| SETTINGS.iter().any(|name| objects.find(Key::new("", "ConfigMap", namespace, name).parts()).is_some());
    let right = hub.settings.is_sorted_by(|a, b| a < b) && hub.settings.iter().all(holds);
    (!right).then(|| wrong("evid.json", "`hub.settings` is not what the bundle's own files say".into()))
}

/// Statements of the coverage that the objects contradict.
fn coverage_defects(coverage: &Coverage, settings: &[String], objects: &dyn Objects, rules: &Rules, moment: &Moment<'_>) -> Vec<Defect> {
    let mut defects = Vec::new();
    let gaps = coverage.gaps();
    let questions = coverage.questions();
    for found in contradictions(objects, &questions, rules, moment) {
        let said = gaps
            .iter()
            .any(|g| (&g.group, &g.resource, &g.namespace, g.reason) == (&found.group, &found.resource, &found.namespace, found.reason));
        if !said {
            defects.push(wrong("coverage.json", format!("it lacks a gap that its objects show: {}", found.detail)));
        }
    }
    // Argo CD's settings on a hub are no answer to a list of the captured cluster.
    let counts = |at: usize| objects.key(at).kind != "ConfigMap" || !is_beside(objects.key(at), settings);
    for (q, held) in miscounted(&questions, &gaps, objects, rules, &counts) {
        let kind = stem(&q.resource, &q.group);
        defects.push(wrong("coverage.json", format!("{kind} were answered with {} objects, and the bundle holds {held}", q.count)));
    }
    defects
}

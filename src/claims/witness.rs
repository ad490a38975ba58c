//! How far the status of Applications is evidence about their objects: it counts while it is current (law 7), contradicts a list only by
//! objects that it saw (law 8), and proves nothing about another cluster (law 11).
use crate::argo;
use crate::argo::{Settings, Stale};
use crate::canon::{each, threads};
use crate::claims::evidence::{Witness, Witnesses};
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Instance, Spot};
use crate::model::{By, Key, Source, meta};
use crate::value::{Value, json};
use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Reads each Application once.
pub(super) fn read(e: &Evidence<'_>) -> Result<Witnesses, CompareError> {
    (0..e.sides.len()).map(|side| of_side(e, side)).collect()
}

fn of_side(e: &Evidence<'_>, side: usize) -> Result<HashMap<Spot, Witness>, CompareError> {
    let kinds = e.instances.in_bundle(side).map(|(s, _)| (&*s.stem, &*s.namespace)).collect::<HashSet<_>>();
    let all: BTreeMap<&Spot, &Instance> = e.layers.iter().flat_map(|layer| members(e, &layer.name, side)).collect();
    let all: Vec<_> = all.into_iter().collect();
    let read = each(&all, threads(), |_, (spot, at)| one(e, spot, at, side, &kinds));
    all.iter().zip(read).map(|((spot, _), witness)| Ok(((*spot).clone(), witness?))).collect()
}

fn one(e: &Evidence<'_>, spot: &Spot, at: &Instance, side: usize, kinds: &HashSet<(&str, &str)>) -> Result<Witness, CompareError> {
    let app = e.whole(spot, at, side)?;
    let stale = stale(e, &app, side)?;
    let doubts = match &stale {
        Some(why) => vec![of_stale(why, side).about(e.key(spot)).in_file(&e.file("noise", spot, at, side)?)],
        None => missing(e, spot, &app, side, kinds),
    };
    let elsewhere = if deploys_here(e, spot, &app, side) {
        None
    } else {
        let doubt = Finding::new(Effect::Doubts, Code::Elsewhere, side).about(e.key(spot));
        let to = app.pointer("/spec/destination").cloned();
        Some(Box::new(doubt.at("/spec/destination", None, to).in_file(&e.shown_in(spot, at, side)?)))
    };
    Ok(Witness { is_current: stale.is_none(), doubts, elsewhere })
}

/// The doubts from a layer's Applications (its root too) in one bundle: those whose status is not current, and objects that a current one
/// saw and the bundle lacks.
pub(super) fn doubts(e: &Evidence<'_>, layer: &str, side: usize) -> Vec<Finding> {
    of_layer(e, layer, side).flat_map(|(_, w)| w.doubts.iter().cloned()).collect()
}

/// The objects that the layer's current Applications saw and the bundle lacks.
pub(super) fn missing_of(e: &Evidence<'_>, layer: &str, side: usize) -> Vec<Finding> {
    of_layer(e, layer, side).filter(|(_, w)| w.is_current).flat_map(|(_, w)| w.doubts.iter().cloned()).collect()
}

/// The Applications of a layer that deploy to another cluster, in any bundle: their objects there were not seen, before or after.
pub(super) fn elsewhere(e: &Evidence<'_>, layer: &str) -> Vec<Finding> {
    let mut named = BTreeSet::new();
    let all = (0..e.sides.len()).flat_map(|side| of_layer(e, layer, side));
    all.filter_map(|(spot, w)| w.elsewhere.as_deref().filter(|_| named.insert(spot))).cloned().collect()
}

fn of_layer<'a>(e: &'a Evidence<'_>, layer: &'a str, side: usize) -> impl Iterator<Item = (&'a Spot, &'a Witness)> {
    let of_side = e.witnesses.get(side);
    members(e, layer, side).into_iter().filter_map(move |(spot, _)| Some((spot, of_side?.get(spot)?)))
}

/// The Applications of a layer in one bundle, its root among them.
fn members<'a>(e: &'a Evidence<'_>, layer: &'a str, side: usize) -> Vec<(&'a Spot, &'a Instance)> {
    let root = e.root(layer).and_then(|root| e.instances.all.get_key_value(&root));
    let root = root.and_then(|(spot, all)| Some((spot, all.get(side)?.as_ref()?)));
    e.apps(layer, side).chain(root).collect()
}

fn deploys_here(e: &Evidence<'_>, spot: &Spot, app: &Value, side: usize) -> bool {
    let Some(bundle) = e.sides.get(side) else { return true };
    let place = format!("{}/{}", spot.namespace, spot.name);
    let marked = || e.instances.all.values().flatten().flatten().any(|i| i.by == By::Ancestry && i.mark.is_empty() && i.app == place);
    let here = bundle.manifest.here(&bundle.config);
    here.is(app) || (here.is_open(app) && marked())
}

fn stale(e: &Evidence<'_>, app: &Value, side: usize) -> Result<Option<Stale>, CompareError> {
    let Some(bundle) = e.sides.get(side) else { return Ok(None) };
    let window = &bundle.manifest.window;
    // A live capture reads Applications once more at its end; it is unknown when a dump read them.
    let moment = if bundle.manifest.source == Source::Live { window.finished.as_ref() } else { window.started.as_ref() };
    let Some(moment) = moment.and_then(|t| DateTime::parse_from_rfc3339(t).ok()) else { return Ok(Some(Stale::Never)) };
    let control = argo::app::controller_namespace(app).unwrap_or_else(|| meta::text(app, "/metadata/namespace"));
    let settings = settings(e, control, side)?;
    let written = if settings.longest_silence().is_none() { newest_write(e, app, side)? } else { None };
    Ok(argo::stale(app, &settings, moment, written))
}

/// The settings of the Argo CD in a namespace.
fn settings(e: &Evidence<'_>, control: &str, side: usize) -> Result<Settings, CompareError> {
    let spot = Spot::new("configmaps", control, "argocd-cm");
    let Some(at) = e.instances.at(&spot, side) else { return Ok(Settings::default()) };
    Ok(e.state(&spot, at, side)?.get("data").and_then(Value::as_object).cloned().map_or_else(Settings::default, Settings::new))
}

/// The newest known write to the objects that an Application lists.
fn newest_write(e: &Evidence<'_>, app: &Value, side: usize) -> Result<Option<DateTime<FixedOffset>>, CompareError> {
    let mut newest = None;
    for key in argo::resources(app) {
        let Some((spot, at)) = e.find(&key, side) else { continue };
        let object = e.whole(spot, at, side)?;
        let times = meta::list(&object, "/metadata/managedFields").map(|f| meta::text(f, "/time"));
        let times = times.chain([meta::text(&object, "/metadata/creationTimestamp"), meta::deleting(&object).unwrap_or("")]);
        newest = newest.max(times.filter_map(|t| DateTime::parse_from_rfc3339(t).ok()).max());
    }
    Ok(newest)
}

fn of_stale(why: &Stale, side: usize) -> Finding {
    let time = |t: &DateTime<FixedOffset>| Some(json!(t.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)));
    let found = |code| Finding::new(Effect::Doubts, code, side);
    match why {
        Stale::Never => found(Code::NotReconciling).at("/status/reconciledAt", None, None),
        Stale::Late(at, limit) => found(Code::NotReconciling).at("/status/reconciledAt", Some(json!(format!("within {limit}s"))), time(at)),
        Stale::Overtaken(at) => found(Code::NotReconciling).at("/status/reconciledAt", None, time(at)),
        Stale::Skipped => found(Code::LeftAlone).at("/metadata/annotations", None, Some(json!(argo::SKIP_RECONCILE))),
        Stale::OtherSpec(pointer) => found(Code::ComparedToOther).at(pointer, None, None),
        Stale::NoList => found(Code::ListsNothing).at("/status/resources", None, None),
    }
}

/// The objects that a current Application saw and the bundle lacks, if the list holds others of that kind and namespace. If the list
/// holds none, the list itself is contradicted, which is a gap.
fn missing(e: &Evidence<'_>, spot: &Spot, app: &Value, side: usize, kinds: &HashSet<(&str, &str)>) -> Vec<Finding> {
    let Some(bundle) = e.sides.get(side) else { return Vec::new() };
    let here = bundle.manifest.here(&bundle.config);
    if meta::deleting(app).is_some() || argo::app::is_operating(app) || (here.is_open(app) && !deploys_here(e, spot, app, side)) {
        return Vec::new();
    }
    let beside = |key: &Key| kinds.contains(&(&*e.stem_of(&key.group, &key.kind), &*key.namespace));
    let lacks = |key: &Key| e.rules.stored(&key.group, &key.kind) && here.may_hold(app, key) && e.find(key, side).is_none() && beside(key);
    let seen = argo::listed(app).filter(|entry| entry.says_seen()).map(|entry| entry.key()).filter(lacks);
    seen.map(|key| Finding::new(Effect::Doubts, Code::ListedNotThere, side).about(key).at("", Some(json!(e.key(spot).to_string())), None))
        .collect()
}

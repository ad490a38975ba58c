//! From a snapshot to the files of a bundle: place each object, split it into facets, write the lines, cut the large kinds.
use crate::argo;
use crate::argo::Here;
use crate::bundle::config::Config;
use crate::bundle::like_parts::LikeParts;
use crate::bundle::lines::{DepartureLine, HealthLine, IdentityLine, NoiseLine, OwnedLine};
use crate::bundle::parts::Cutter;
use crate::canon::{in_order, json, threads};
use crate::kinds::split::split;
use crate::kinds::{Rules, health};
use crate::layers;
use crate::layers::{Context, Places, Templates};
use crate::model::{Layer, Objects, meta};
use crate::value::Value;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the manifest holds about the facet files.
pub struct Layered {
    /// Layer → number of state objects.
    pub counts: BTreeMap<String, u64>,
    /// Layer → its root Application, if it was seen.
    pub roots: BTreeMap<String, String>,
    /// `annotation` or `label`.
    pub tracking: &'static str,
    /// The kinds whose names look like a part's.
    pub like_parts: LikeParts,
}

/// Facet and layer → the file that is being written.
type Open<'k> = BTreeMap<(&'static str, String), Cutter<'k>>;

/// Gives out the facet files of a snapshot's objects (redacted, no key twice) one by one, with entry name and bytes. It goes kind by
/// kind, so that memory holds only the parts of one kind that are being written.
pub fn each_file(
    objects: &dyn Objects,
    rules: &Rules,
    layers: &[Layer],
    config: &Config,
    here: &Here,
    put: &mut dyn FnMut(String, Vec<u8>),
) -> Layered {
    let context = Context::new(objects, rules, layers, &config.scope_label, here);
    let places = layers::place(&context);
    let like_parts = LikeParts::of_objects(objects);
    let mut counts = BTreeMap::new();
    let order = order(objects);
    // Several threads draw the lines of some objects each; they are written in order.
    let kinds = order.chunk_by(|a, b| stem_of(objects, *a).eq(stem_of(objects, *b)));
    let parts: Vec<&[usize]> = kinds.flat_map(|kind| kind.chunks(AT_ONCE)).collect();
    let lines = |_, part: &&[usize]| {
        let mut templates = Templates::default();
        part.iter().filter_map(|at| drawn(&context, &places, *at, &mut templates)).collect::<Vec<_>>()
    };
    let (mut open, mut kind) = (Open::new(), String::new());
    in_order(&parts, threads(), lines, |part| {
        for object in part {
            if object.stem != kind {
                kind.clone_from(&object.stem);
                close(std::mem::take(&mut open), put);
            }
            for (facet, line) in &object.lines {
                let cutter = open.entry((facet, object.layer.clone())).or_insert_with(|| Cutter::new(&object.stem, &like_parts));
                let ended = cutter.add(&object.place, line);
                ended.into_iter().for_each(|(name, bytes)| put(format!("{facet}/{}/{name}", object.layer), bytes));
            }
            if object.has_state {
                *counts.entry(object.layer).or_default() += 1;
            }
        }
    });
    close(open, put);
    let roots = layers.iter().filter_map(|l| Some((l.name.clone(), context.apps.root(&l.name)?.place()))).collect();
    let tracking = match context.apps.tracking().map(|t| t.method) {
        Some(argo::Method::Label) => "label",
        _ => "annotation",
    };
    Layered { counts, roots, tracking, like_parts }
}

/// The objects by the kind of their files, then by the bytes of `namespace/name`, as their lines are sorted.
fn order(objects: &dyn Objects) -> Vec<usize> {
    let place = |at: usize| {
        let key = objects.key(at);
        key.namespace.bytes().chain([b'/']).chain(key.name.bytes())
    };
    let mut order: Vec<usize> = (0..objects.len()).collect();
    order.sort_by(|a, b| stem_of(objects, *a).cmp(stem_of(objects, *b)).then_with(|| place(*a).cmp(place(*b))));
    order
}

/// The bytes of `<plural>.<group>`.
fn stem_of(objects: &dyn Objects, at: usize) -> impl Iterator<Item = u8> {
    let group = objects.key(at).group;
    let dot = if group.is_empty() { "" } else { "." };
    objects.plural(at).bytes().chain(dot.bytes()).chain(group.bytes())
}

/// Gives out the last files of a kind.
fn close(open: Open<'_>, put: &mut dyn FnMut(String, Vec<u8>)) {
    for ((facet, layer), cutter) in open {
        cutter.finish().into_iter().for_each(|(name, bytes)| put(format!("{facet}/{layer}/{name}"), bytes));
    }
}

/// So many objects one thread draws at once.
const AT_ONCE: usize = 64;

/// An object's lines.
struct Drawn {
    stem: String,
    place: String,
    layer: String,
    /// Facet and line.
    lines: Vec<(&'static str, Vec<u8>)>,
    /// False: it is derived.
    has_state: bool,
}

/// Splits an object and writes its lines; none if it can't be read.
fn drawn<'a>(context: &'a Context<'_>, places: &Places, at: usize, templates: &mut Templates<'a>) -> Option<Drawn> {
    let object = context.objects.whole(at)?.into_owned();
    let origin = layers::origin(context, &object);
    let placement = places.of(context, at, origin.is_some());
    let (stem, place) = (object.stem(), object.key.place());
    let kind = context.rules.of(&object.key.group, &object.key.kind);
    let owned = layers::owned_fields(context, &object, &placement);
    let reading = kind.rule.health.as_deref().and_then(|reader| health::read(reader, &object.value));
    let scope = context.scope(&object).unwrap_or_default().to_owned();
    let marked = context.apps.has_mark(&object.value);
    let kept = argo::kept_either_way(&object.key, &object.value).map_or("", argo::Kept::as_str).to_owned();
    let (hook, deleting) = (context.apps.runs_as_hook(&object), meta::deleting(&object.value).is_some());
    let pointers: Vec<String> = owned.iter().map(|o| o.pointer.clone()).collect();
    let stated = layers::stated_fields(context, &object, &owned);
    let mut facets = split(kind, object.value, &pointers, &stated);
    let departs =
        origin.as_ref().map(|origin| templates.departures(context, object.key.parts(), &facets.state, origin)).unwrap_or_default();
    let (derived, namespace, name) = (origin.is_some(), object.key.namespace, object.key.name);
    let mut lines = Vec::with_capacity(4);
    if let Some(reading) = reading {
        let health = reading.health.as_str().into();
        lines.push(("health", bytes(&HealthLine { namespace: namespace.clone(), name: name.clone(), health, facts: reading.facts })));
    }
    let identity = IdentityLine {
        namespace: namespace.clone(),
        name: name.clone(),
        by: placement.by.as_str().into(),
        app: placement.app,
        related: placement.related,
        mark: placement.mark.into(),
        scope,
        marked,
        kept,
        hook,
        deleting,
        owned: owned.into_iter().map(|o| (o.pointer, OwnedLine { by: o.by.into(), wide: o.is_wide, idle: o.is_idle })).collect(),
        fields: facets.identity,
        derived: if derived { facets.state.take() } else { Value::Null },
        departs: departs.into_iter().map(|d| DepartureLine { at: d.at, what: d.what.as_str().into(), wants: d.wants }).collect(),
    };
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut line = Vec::with_capacity(1024);
        write(&mut line);
        line
    };
    lines.push(("identity", written(&|line| identity.write(line))));
    let noise = NoiseLine { namespace, name, fields: facets.noise, order: facets.order };
    lines.push(("noise", written(&|line| noise.write(line))));
    if !derived {
        lines.push(("state", written(&|line| json::write(&facets.state, line))));
    }
    Some(Drawn { stem, place, layer: placement.layer, lines, has_state: !derived })
}

fn bytes(line: &impl Serialize) -> Vec<u8> {
    // The line types have text keys only, so this can't fail.
    json::document(line).unwrap_or_default()
}

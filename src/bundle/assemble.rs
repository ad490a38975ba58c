//! From a snapshot to the files of a bundle: place each object, split it into facets, write the lines, cut the large kinds.
use crate::bundle::config::Config;
use crate::bundle::lines::HealthLine;
use crate::bundle::lines::IdentityLine;
use crate::bundle::lines::NoiseLine;
use crate::bundle::parts;
use crate::canon::json;
use crate::kinds::Rules;
use crate::kinds::health;
use crate::kinds::split::split;
use crate::layers;
use crate::layers::Context;
use crate::model::Layer;
use crate::model::Object;
use crate::model::Placement;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The facet files of a bundle, and what the manifest says of them.
pub struct Assembled {
    /// Entry name → bytes, sorted by name; `state/`, `health/`, `identity/`, `noise/` only.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Layer → number of state objects.
    pub counts: BTreeMap<String, u64>,
    /// Layer → its root Application, where seen.
    pub roots: BTreeMap<String, String>,
    /// `annotation` or `label`.
    pub tracking: &'static str,
}

type Lines = BTreeMap<(String, String), Vec<(String, Vec<u8>)>>;

/// Assembles the facet files of a snapshot's objects (redacted, sorted by key, no key twice).
pub fn assemble(objects: &[Object], rules: &Rules, layers: &[Layer], config: &Config) -> Assembled {
    let context = Context::new(objects, rules, layers, &config.scope_label);
    let placements = layers::place(&context);
    let mut lines = Lines::new();
    let mut counts = BTreeMap::new();
    for (object, placement) in objects.iter().zip(&placements) {
        if write_object(&context, object, placement, &mut lines) {
            *counts.entry(placement.layer.clone()).or_default() += 1;
        }
    }
    let mut files = BTreeMap::new();
    for ((folder, kind), mut list) in lines {
        list.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        for (name, bytes) in parts::cut(&kind, &list) {
            files.insert(format!("{folder}/{name}"), bytes);
        }
    }
    let roots = layers.iter().filter_map(|l| Some((l.name.clone(), context.apps.root(&l.name)?.place()))).collect();
    let tracking = match context.tracking.method {
        layers::Method::Annotation => "annotation",
        layers::Method::Label => "label",
    };
    Assembled { files, counts, roots, tracking }
}

/// Writes an object's lines; true where it has state (false: it is derived).
fn write_object(context: &Context<'_>, object: &Object, placement: &Placement, lines: &mut Lines) -> bool {
    let kind = context.rules.of(&object.key.group, &object.key.kind);
    let derived = layers::is_derived(context, object);
    let owned = layers::owned_pointers(context, object, placement);
    let reading = kind.rule.health.as_deref().and_then(|reader| health::read(reader, &object.value));
    let facets = split(kind, object.value.clone(), &owned);
    let place = object.key.place();
    let mut put = |facet: &str, line: Vec<u8>| {
        let folder = format!("{facet}/{}", placement.layer);
        lines.entry((folder, object.stem())).or_default().push((place.clone(), line));
    };
    let (namespace, name) = (object.key.namespace.clone(), object.key.name.clone());
    if let Some(reading) = reading {
        let line =
            HealthLine { namespace: namespace.clone(), name: name.clone(), health: reading.health.as_str().into(), facts: reading.facts };
        put("health", bytes(&line));
    }
    put(
        "identity",
        bytes(&IdentityLine {
            namespace: namespace.clone(),
            name: name.clone(),
            by: placement.by.as_str().into(),
            app: placement.app.clone(),
            related: placement.related.clone(),
            scope: context.scope(object).unwrap_or_default().to_owned(),
            marked: context.tracking.has_mark(&object.value),
            fields: facets.identity,
            derived: if derived { facets.state.clone() } else { Value::Null },
        }),
    );
    put("noise", bytes(&NoiseLine { namespace, name, fields: facets.noise, order: facets.order }));
    if !derived {
        put("state", json::to_bytes(&facets.state));
    }
    !derived
}

fn bytes(line: &impl Serialize) -> Vec<u8> {
    // The line types have text keys only, so this can't fail.
    json::document(line).unwrap_or_default()
}

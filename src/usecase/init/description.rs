//! The text of an `evid.yaml`: the layers, the namespaces that a person must give to one of them, the volumes that must stay.
use crate::argo::{Apps, GROUP, Here};
use crate::model::{Layer, Objects, Role, meta};
use crate::value::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const HEAD: &str = "\
# yaml-language-server: $schema=https://evid.dev/schemas/evid.v1.schema.json
# What evid knows of this platform. `evid config explain` shows how evid reads it.
apiVersion: evid/v1
kind: Platform
metadata:
  name: platform
spec:
  layers:
";

const SHARED: &str =
    "      # Applications of more layers deploy to these namespaces. To give what no Application manages there to this layer:\n";

const UNKNOWN: &str = "  # Argo CD deploys to these, too. Keep what means this cluster; what deploys to the others is not seen:\n";

const PINS: &str = "  # Volumes that must stay where they are: every Retain volume of a protected layer's claim.\n";

/// An `evid.yaml` for these layers of a platform with these objects.
pub fn description(objects: &dyn Objects, layers: &[Layer], here: &Here) -> String {
    let apps = Apps::new(objects, layers, here);
    let shared = shared(objects, &apps);
    let mut out = HEAD.to_owned();
    for layer in layers {
        let root = format!("{}/{}", layer.root_namespace.as_deref().unwrap_or_default(), layer.root);
        out.push_str(&format!("    - name: {}\n      role: {}\n      root: {root}\n", layer.name, layer.role.as_str()));
        if let Some(spaces) = shared.get(&*layer.name) {
            out.push_str(&format!("{SHARED}      # namespaces: [{}]\n", spaces.join(", ")));
        }
    }
    let apps_of = objects.of_kind(GROUP, "Application").filter_map(|at| objects.lean(at));
    let unknown: BTreeSet<String> = apps_of.filter_map(|app| here.unknown(&app.value).map(str::to_owned)).collect();
    if !unknown.is_empty() {
        out.push_str(&format!("{UNKNOWN}  # clusterNames: {}\n", json!(unknown)));
    }
    let pins: Vec<Value> = objects.of_kind("", "PersistentVolume").filter_map(|at| pin(objects, &apps, at)).collect();
    out.push_str(PINS);
    if pins.is_empty() {
        out.push_str("  storage: []\n");
    } else {
        // A line of JSON is a line of YAML.
        out.push_str("  storage:\n");
        out.extend(pins.iter().map(|pin| format!("    - {pin}\n")));
    }
    out
}

/// Namespaces to which Applications of several layers deploy, by the layer that has most of them there.
fn shared(objects: &dyn Objects, apps: &Apps<'_>) -> BTreeMap<String, Vec<String>> {
    let mut counts: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for at in objects.of_kind(GROUP, "Application").filter(|at| apps.deploys_here(*at)) {
        let (Some(layer), Some(app)) = (apps.layer_of(at), objects.lean(at)) else { continue };
        let namespace = meta::text(&app.value, "/spec/destination/namespace");
        if !namespace.is_empty() && apps.layer_of_namespace(namespace).is_none() && namespace != app.key.namespace {
            *counts.entry(namespace.to_owned()).or_default().entry(layer).or_default() += 1;
        }
    }
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (namespace, by_layer) in counts.into_iter().filter(|(_, layers)| layers.len() > 1) {
        if let Some((layer, _)) = by_layer.into_iter().max_by_key(|(layer, n)| (*n, std::cmp::Reverse(*layer))) {
            out.entry(layer.to_owned()).or_default().push(namespace);
        }
    }
    out
}

/// The pin of a Retain volume whose claim belongs to a protected layer.
fn pin(objects: &dyn Objects, apps: &Apps<'_>, at: usize) -> Option<Value> {
    let volume = objects.whole(at)?;
    let text = |pointer: &str| meta::text(&volume.value, pointer);
    let (namespace, name) = (text("/spec/claimRef/namespace"), text("/spec/claimRef/name"));
    if text("/spec/persistentVolumeReclaimPolicy") != "Retain" || name.is_empty() {
        return None;
    }
    let claim = objects.find(crate::model::Key::new("", "PersistentVolumeClaim", namespace, name).parts());
    let listing = claim.and_then(|claim| apps.listing(claim).find_map(|app| apps.layer_of(app)));
    let layer = listing.or_else(|| apps.layer_of_namespace(namespace)).or_else(|| apps.layer_that_fills(namespace))?;
    let is_protected = apps.layers.iter().any(|l| l.name == layer && l.role == Role::Protected);
    let mut pin = json!({"persistentVolume": volume.key.name, "claim": format!("{namespace}/{name}")});
    for field in ["server", "path"] {
        let value = text(&format!("/spec/nfs/{field}"));
        if !value.is_empty() {
            pin[field] = json!(value);
        }
    }
    is_protected.then_some(pin)
}

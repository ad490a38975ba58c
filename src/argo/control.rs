//! Which Argo CD manages a root (law 12), and which Application a root's name means. Argo CD 3.6.0, `controller/appcontroller.go` writes
//! `status.controllerNamespace`; each Argo CD lives in one namespace, with its `argocd-cm`. Another Argo CD in the cluster is an ordinary
//! workload: how many Applications it has decides nothing.
use crate::argo::GROUP;
use crate::argo::app::controller_namespace;
use crate::model::{Key, Layer, Objects};
use std::collections::{BTreeMap, BTreeSet};

/// The root Application of each layer: where its namespace is said, that one; else the one that stands with most of the other layers' roots.
pub(super) fn roots(objects: &dyn Objects, layers: &[Layer]) -> BTreeMap<String, Key> {
    let named = |layer: &Layer| {
        let apps = objects.of_kind(GROUP, "Application").map(|at| objects.key(at).to_key());
        apps.filter(|k| k.name == layer.root).collect::<Vec<_>>()
    };
    let mut homes: BTreeMap<String, usize> = BTreeMap::new();
    let open: Vec<(&Layer, Vec<Key>)> = layers.iter().filter(|l| l.root_namespace.is_none()).map(|l| (l, named(l))).collect();
    open.iter().flat_map(|(_, keys)| keys).for_each(|k| *homes.entry(k.namespace.clone()).or_default() += 1);
    let most = homes.values().max().copied().unwrap_or(0);
    let best: Vec<String> = homes.into_iter().filter(|(_, n)| *n == most).map(|(ns, _)| ns).collect();
    let usual = best.iter().find(|ns| *ns == "argocd").or(best.first()).cloned();
    let mut of = BTreeMap::new();
    for layer in layers {
        if let Some(pinned) = &layer.root_namespace {
            let key = Key::new(GROUP, "Application", pinned, &layer.root);
            of.extend(objects.find(key.parts()).map(|_| (layer.name.clone(), key)));
        }
    }
    for (layer, keys) in open {
        let near = keys.iter().find(|k| Some(&k.namespace) == usual.as_ref());
        of.extend(near.or(keys.first()).map(|key| (layer.name.clone(), key.clone())));
    }
    of
}

/// The namespace of the Argo CD that manages a layer's root. If this layer has none: the one of the first layer that has one.
pub fn control_namespace(objects: &dyn Objects, layers: &[Layer], layer: &str) -> String {
    let roots = roots(objects, layers);
    let own = roots.get(layer).map(|key| control_of(objects, key).unwrap_or_else(|| key.namespace.clone()));
    own.or_else(|| namespaces(objects, layers, &roots).into_iter().next()).unwrap_or_else(|| "argocd".into())
}

/// The namespaces of the Argo CDs that look after the roots, in the order of the layers; where no root was found, the one that all
/// Applications name, else the only one that has an `argocd-cm`, else `argocd`.
pub(super) fn namespaces(objects: &dyn Objects, layers: &[Layer], roots: &BTreeMap<String, Key>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for key in layers.iter().filter_map(|l| roots.get(&l.name)) {
        let own = control_of(objects, key).unwrap_or_else(|| key.namespace.clone());
        if !found.contains(&own) {
            found.push(own);
        }
    }
    if found.is_empty() {
        let apps = objects.of_kind(GROUP, "Application").map(|at| objects.key(at).to_key());
        let said: BTreeSet<String> = apps.filter_map(|key| control_of(objects, &key)).collect();
        let maps = settings(objects);
        let only = |mut all: Vec<String>| if all.len() == 1 { all.pop() } else { None };
        found.push(only(said.into_iter().collect()).or_else(|| only(maps)).unwrap_or_else(|| "argocd".into()));
    }
    found
}

/// The namespace of the Argo CD that an Application names as its controller.
pub(super) fn control_of(objects: &dyn Objects, app: &Key) -> Option<String> {
    let app = objects.find(app.parts()).and_then(|at| objects.lean(at))?;
    controller_namespace(&app.value).map(str::to_owned)
}

/// The namespaces that have an `argocd-cm`.
pub(super) fn settings(objects: &dyn Objects) -> Vec<String> {
    let maps = objects.of_kind("", "ConfigMap").map(|at| objects.key(at));
    maps.filter(|k| k.name == "argocd-cm").map(|k| k.namespace.to_owned()).collect()
}

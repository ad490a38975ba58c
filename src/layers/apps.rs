//! The tree of Applications: who manages whom, which hang below a layer's root, and which namespaces they fill.
use crate::layers::Tracking;
use crate::model::Key;
use crate::model::Layer;
use crate::model::Object;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The Applications of one snapshot and their layers.
pub struct Apps {
    /// The declared layers.
    pub layers: Vec<Layer>,
    exists: BTreeSet<Key>,
    roots: BTreeMap<Key, String>,
    /// Object → Applications that list it in `status.resources`.
    listed: BTreeMap<Key, Vec<Key>>,
    layer: BTreeMap<Key, String>,
    namespaces: BTreeMap<String, String>,
    control: String,
}

/// What an object's mark comes to.
pub struct Mark {
    /// The Application it names, as `namespace/name`.
    pub app: String,
    /// The layer that Application hangs in.
    pub layer: Option<String>,
    /// It names an Application that is not there and that nobody lists.
    pub dead: bool,
}

impl Apps {
    /// Reads the tree off the objects.
    pub fn new(objects: &[Object], layers: &[Layer], tracking: impl FnOnce(&dyn Fn(&Key) -> bool) -> Tracking) -> (Self, Tracking) {
        let apps: Vec<&Object> = objects.iter().filter(|o| o.key.is_argo("Application")).collect();
        let control = control_namespace(&apps, objects);
        let mut listed: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
        for app in &apps {
            for resource in resources(&app.value) {
                listed.entry(resource).or_default().push(app.key.clone());
            }
        }
        let tracking = tracking(&|key| listed.contains_key(key));
        let mut this = Self {
            layers: layers.to_vec(),
            exists: apps.iter().map(|a| a.key.clone()).collect(),
            roots: BTreeMap::new(),
            listed,
            layer: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            control,
        };
        for layer in layers {
            let named = || apps.iter().filter(|a| a.key.name == layer.root);
            let place = layer.root_namespace.as_ref().unwrap_or(&this.control);
            let root = named().find(|a| a.key.namespace == *place).or_else(|| named().next().filter(|_| layer.root_namespace.is_none()));
            if let Some(root) = root {
                this.roots.insert(root.key.clone(), layer.name.clone());
            }
        }
        this.find_layers(&apps, objects, &tracking);
        this.find_namespaces(&apps);
        (this, tracking)
    }

    /// The layer of which this Application is the root.
    pub fn root_of(&self, key: &Key) -> Option<&str> {
        self.roots.get(key).map(String::as_str)
    }

    /// The root Application of a layer.
    pub fn root(&self, layer: &str) -> Option<&Key> {
        self.roots.iter().find(|(_, l)| *l == layer).map(|(k, _)| k)
    }

    /// The Applications that list an object.
    pub fn listing(&self, key: &Key) -> &[Key] {
        self.listed.get(key).map_or(&[], Vec::as_slice)
    }

    /// The layer below whose root an Application hangs; a root's own layer is the one it is the root of.
    pub fn layer_of_app(&self, app: &Key) -> Option<&str> {
        self.layer.get(app).map(String::as_str)
    }

    /// The layer of a namespace: as `evid.yaml` says, else the only layer whose Applications have it as destination.
    pub fn layer_of_namespace(&self, namespace: &str) -> Option<&str> {
        self.namespaces.get(namespace).map(String::as_str)
    }

    /// What the object's tracking mark comes to; none without one that is about the object itself.
    pub fn manager(&self, object: &Object, tracking: &Tracking) -> Option<Mark> {
        let instance = tracking.instance(object)?;
        let app = self.app_named(instance);
        let name = app.place();
        if self.exists.contains(&app) {
            // An id that its Application does not list is a claim of the object's own.
            let lists = self.listing(&object.key).contains(&app);
            return lists.then(|| Mark { layer: self.layer_of_app(&app).map(str::to_owned), app: name, dead: false });
        }
        let layer = self.listing(&app).iter().find_map(|parent| self.layer_of_app(parent));
        let known = !self.listing(&app).is_empty();
        Some(Mark { layer: layer.map(str::to_owned), app: name, dead: !known })
    }

    /// The layer of an Application that an ApplicationSet generated.
    pub fn generated_layer(&self, object: &Object) -> Option<String> {
        if object.key.is_argo("Application") { self.layer.get(&object.key).cloned() } else { None }
    }

    fn app_named(&self, instance: &str) -> Key {
        let (namespace, name) = instance.split_once('_').unwrap_or((&self.control, instance));
        Key::new("argoproj.io", "Application", namespace, name)
    }

    fn find_layers(&mut self, apps: &[&Object], objects: &[Object], tracking: &Tracking) {
        let sets: BTreeMap<&str, &Object> = objects.iter().filter(|o| o.key.is_argo("ApplicationSet")).map(|o| (&*o.uid, o)).collect();
        let by_key: BTreeMap<&Key, &&Object> = apps.iter().map(|a| (&a.key, a)).collect();
        let parent = |object: &Object| -> Option<Key> {
            let named = tracking.instance(object).map(|i| self.app_named(i));
            named.filter(|a| *a != object.key && self.exists.contains(a) && self.listing(&object.key).contains(a))
        };
        let mut found = BTreeMap::new();
        for app in apps {
            let (mut at, mut seen) = (app.key.clone(), BTreeSet::new());
            while seen.insert(at.clone()) {
                if let Some(layer) = self.roots.get(&at) {
                    found.insert(app.key.clone(), layer.clone());
                    break;
                }
                let Some(object) = by_key.get(&at) else { break };
                let set = || owner_uids(&object.value).find_map(|uid| sets.get(uid));
                let Some(next) = parent(object).or_else(|| set().and_then(|s| parent(s))) else { break };
                at = next;
            }
        }
        self.layer = found;
    }

    fn find_namespaces(&mut self, apps: &[&Object]) {
        let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for app in apps {
            let namespace = app.value.pointer("/spec/destination/namespace").and_then(Value::as_str).unwrap_or("");
            if let Some(layer) = self.layer.get(&app.key).filter(|_| deploys_here(&app.value) && !namespace.is_empty()) {
                of.entry(namespace.to_owned()).or_default().insert(layer.clone());
            }
        }
        for (namespace, layers) in of {
            if let (1, Some(layer)) = (layers.len(), layers.first()) {
                self.namespaces.insert(namespace, layer.clone());
            }
        }
        for layer in &self.layers {
            for namespace in &layer.namespaces {
                self.namespaces.insert(namespace.clone(), layer.name.clone());
            }
        }
        self.namespaces.remove(&self.control);
    }
}

/// Whether an Application's destination is the cluster that Argo CD runs in.
pub fn deploys_here(app: &Value) -> bool {
    let at = |p: &str| app.pointer(p).and_then(Value::as_str).unwrap_or("");
    matches!((at("/spec/destination/server"), at("/spec/destination/name")), ("https://kubernetes.default.svc", _) | (_, "in-cluster"))
}

/// The uids that an object's ownerReferences name, the controller's first.
pub(super) fn owner_uids(object: &Value) -> impl Iterator<Item = &str> {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let mut owners: Vec<&Value> = owners.into_iter().flatten().collect();
    owners.sort_by_key(|o| o.get("controller") != Some(&Value::Bool(true)));
    owners.into_iter().filter_map(|o| o.get("uid")?.as_str())
}

/// The entries of `status.resources`.
pub fn entries(app: &Value) -> impl Iterator<Item = &Value> {
    app.pointer("/status/resources").and_then(Value::as_array).into_iter().flatten()
}

/// The object that an entry of `status.resources` is about.
pub fn key_of_entry(entry: &Value) -> Key {
    let at = |k: &str| entry.get(k).and_then(Value::as_str).unwrap_or("");
    Key::new(at("group"), at("kind"), at("namespace"), at("name"))
}

/// The keys in `status.resources`.
pub fn resources(app: &Value) -> impl Iterator<Item = Key> + '_ {
    entries(app).map(key_of_entry)
}

/// Argo CD's namespace: what most Applications say in `status.controllerNamespace`, else where argocd-cm is, else where most live.
fn control_namespace(apps: &[&Object], objects: &[Object]) -> String {
    let most = |names: Vec<&str>| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        names.into_iter().for_each(|n| *counts.entry(n).or_default() += 1);
        counts.into_iter().max_by_key(|(_, n)| *n).map(|(n, _)| n.to_owned())
    };
    most(apps.iter().filter_map(|a| a.value.pointer("/status/controllerNamespace")?.as_str()).collect())
        .or_else(|| objects.iter().find(|o| o.key.kind == "ConfigMap" && o.key.name == "argocd-cm").map(|o| o.key.namespace.clone()))
        .or_else(|| most(apps.iter().map(|a| &*a.key.namespace).collect()))
        .unwrap_or_else(|| "argocd".into())
}

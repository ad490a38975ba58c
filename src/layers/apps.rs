//! The tree of Applications: who manages whom, which hang below a layer's root, and which namespaces they fill.
use crate::layers::Tracking;
use crate::model::Key;
use crate::model::Layer;
use crate::model::Object;
use crate::model::Objects;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The Applications of one snapshot and their layers. An Application is named by its place among the objects.
pub struct Apps<'a> {
    /// The declared layers.
    pub layers: Vec<Layer>,
    objects: &'a dyn Objects,
    roots: BTreeMap<Key, String>,
    /// (object, Application that lists it in `status.resources`), sorted.
    listed: Vec<(usize, usize)>,
    /// Applications that are listed and not there → the Applications that list them.
    gone: BTreeMap<Key, Vec<usize>>,
    /// `spec.ignoreDifferences`, where an Application has any, by `namespace/name`.
    ignored: BTreeMap<String, Vec<Value>>,
    layer: BTreeMap<usize, String>,
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

impl<'a> Apps<'a> {
    /// Reads the tree off the objects.
    pub fn new(objects: &'a dyn Objects, layers: &[Layer]) -> (Self, Tracking) {
        let mut this = Self {
            layers: layers.to_vec(),
            objects,
            roots: BTreeMap::new(),
            listed: Vec::new(),
            gone: BTreeMap::new(),
            ignored: BTreeMap::new(),
            layer: BTreeMap::new(),
            namespaces: BTreeMap::new(),
            control: String::new(),
        };
        let apps = objects.of_kind("argoproj.io", "Application");
        let (mut controls, mut destinations) = (BTreeMap::new(), BTreeMap::new());
        for (at, app) in apps.clone().filter_map(|at| Some((at, objects.lean(at)?))) {
            this.read(at, &app, &mut controls, &mut destinations);
        }
        this.listed.sort_unstable();
        this.listed.dedup();
        this.control = control_namespace(objects, controls);
        let mut seen: Vec<usize> = this.listed.iter().map(|(object, _)| *object).collect();
        seen.dedup();
        let tracking = Tracking::find(objects, seen);
        for layer in layers {
            let named = || apps.clone().map(|at| objects.key(at)).filter(|k| k.name == layer.root);
            let place = layer.root_namespace.as_ref().unwrap_or(&this.control);
            let root = named().find(|k| k.namespace == *place).or_else(|| named().next().filter(|_| layer.root_namespace.is_none()));
            if let Some(root) = root {
                this.roots.insert(root.to_key(), layer.name.clone());
            }
        }
        this.find_layers(&tracking);
        this.find_namespaces(destinations);
        (this, tracking)
    }

    /// Notes what one Application says.
    fn read(&mut self, at: usize, app: &Object, controls: &mut Counts, destinations: &mut BTreeMap<usize, String>) {
        for resource in resources(&app.value) {
            match self.objects.find(resource.parts()) {
                Some(object) => self.listed.push((object, at)),
                None if resource.is_argo("Application") => self.gone.entry(resource).or_default().push(at),
                None => {}
            }
        }
        let text = |p: &str| app.value.pointer(p).and_then(Value::as_str);
        if let Some(control) = text("/status/controllerNamespace") {
            *controls.entry(control.to_owned()).or_default() += 1;
        }
        if let Some(namespace) = text("/spec/destination/namespace").filter(|n| !n.is_empty() && deploys_here(&app.value)) {
            destinations.insert(at, namespace.to_owned());
        }
        if let Some(Value::Array(ignored)) = app.value.pointer("/spec/ignoreDifferences").filter(|i| i != &&Value::Array(Vec::new())) {
            self.ignored.insert(app.key.place(), ignored.clone());
        }
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
    pub fn listing(&self, object: usize) -> impl Iterator<Item = usize> {
        let from = self.listed.partition_point(|(o, _)| *o < object);
        self.listed.iter().skip(from).take_while(move |(o, _)| *o == object).map(|(_, app)| *app)
    }

    /// What an Application (`namespace/name`) has in `spec.ignoreDifferences`.
    pub(super) fn ignored(&self, app: &str) -> &[Value] {
        self.ignored.get(app).map_or(&[], Vec::as_slice)
    }

    /// The layer in which an Application hangs.
    pub fn layer_of(&self, app: usize) -> Option<&str> {
        self.layer.get(&app).map(String::as_str)
    }

    /// The layer of a namespace: as `evid.yaml` says, else the only layer whose Applications have it as destination.
    pub fn layer_of_namespace(&self, namespace: &str) -> Option<&str> {
        self.namespaces.get(namespace).map(String::as_str)
    }

    /// What the object's tracking mark comes to; none without one that is about the object itself.
    pub fn manager(&self, object: &Object, tracking: &Tracking) -> Option<Mark> {
        let named = self.app_named(tracking.instance(object)?);
        let name = named.place();
        let layer = |app: usize| self.layer.get(&app).cloned();
        if let Some(app) = self.objects.find(named.parts()) {
            // An id that its Application does not list is a claim of the object's own.
            return self.lists(app, &object.key).then(|| Mark { layer: layer(app), app: name, dead: false });
        }
        let parents = self.gone.get(&named);
        Some(Mark { layer: parents.and_then(|p| p.iter().find_map(|app| layer(*app))), app: name, dead: parents.is_none() })
    }

    /// The layer of an Application that an ApplicationSet generated.
    pub fn generated_layer(&self, object: &Object) -> Option<&str> {
        let app = object.key.is_argo("Application").then(|| self.objects.find(object.key.parts()))??;
        self.layer.get(&app).map(String::as_str)
    }

    fn lists(&self, app: usize, object: &Key) -> bool {
        self.objects.find(object.parts()).is_some_and(|object| self.listed.binary_search(&(object, app)).is_ok())
    }

    fn app_named(&self, instance: &str) -> Key {
        let (namespace, name) = instance.split_once('_').unwrap_or((&self.control, instance));
        Key::new("argoproj.io", "Application", namespace, name)
    }

    /// The Application that an object's mark names, where it is there and lists the object.
    fn parent(&self, object: &Object, tracking: &Tracking) -> Option<usize> {
        let named = tracking.instance(object).map(|i| self.app_named(i)).filter(|a| *a != object.key)?;
        self.objects.find(named.parts()).filter(|app| self.lists(*app, &object.key))
    }

    fn find_layers(&mut self, tracking: &Tracking) {
        let lean = |at: usize| Some((at, self.objects.lean(at)?));
        let sets = self.objects.of_kind("argoproj.io", "ApplicationSet").filter_map(lean);
        let sets: BTreeMap<&str, Option<usize>> = sets.map(|(at, set)| (self.objects.uid(at), self.parent(&set, tracking))).collect();
        let above = |app: &Object| {
            let set = || owner_uids(&app.value).find_map(|uid| sets.get(uid).copied())?;
            self.parent(app, tracking).or_else(set)
        };
        let apps = self.objects.of_kind("argoproj.io", "Application");
        let parents: BTreeMap<usize, usize> = apps.clone().filter_map(lean).filter_map(|(at, app)| Some((at, above(&app)?))).collect();
        let roots: BTreeMap<usize, &String> = self.roots.iter().filter_map(|(k, l)| Some((self.objects.find(k.parts())?, l))).collect();
        let mut found = BTreeMap::new();
        for app in apps {
            let (mut at, mut seen) = (app, BTreeSet::new());
            while seen.insert(at) {
                if let Some(layer) = roots.get(&at) {
                    found.insert(app, (*layer).clone());
                    break;
                }
                let Some(next) = parents.get(&at) else { break };
                at = *next;
            }
        }
        self.layer = found;
    }

    fn find_namespaces(&mut self, destinations: BTreeMap<usize, String>) {
        let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (app, namespace) in destinations {
            if let Some(layer) = self.layer.get(&app) {
                of.entry(namespace).or_default().insert(layer.clone());
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

/// How many Applications say a text.
type Counts = BTreeMap<String, usize>;

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
fn control_namespace(objects: &dyn Objects, said: Counts) -> String {
    let most = |counts: Counts| counts.into_iter().max_by_key(|(_, n)| *n).map(|(name, _)| name);
    let settings = || {
        let mut keys = (0..objects.len()).map(|at| objects.key(at));
        keys.find(|k| k.kind == "ConfigMap" && k.name == "argocd-cm").map(|k| k.namespace.to_owned())
    };
    let homes = || {
        let mut counts = Counts::new();
        let apps = objects.of_kind("argoproj.io", "Application");
        apps.for_each(|at| *counts.entry(objects.key(at).namespace.to_owned()).or_default() += 1);
        most(counts)
    };
    most(said).or_else(settings).or_else(homes).unwrap_or_else(|| "argocd".into())
}

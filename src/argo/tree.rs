//! The tree of Applications: which Application manages which, which are below a layer's root, and which namespaces belong to a layer
//! (laws 3, 11, 12). Argo CD 3.6.0, `controller/state.go` and `util/argo/resource_tracking.go`: an Application manages an object that
//! carries its mark and that it lists. Here an Application is named by its index among the objects.
use crate::argo::app::controller_namespace;
use crate::argo::{Agreement, GROUP, Here, Settings, Tracking, control, is_hook, listed};
use crate::model::{Key, Layer, Object, Objects, Role, meta, words};
use std::collections::{BTreeMap, BTreeSet};

/// An Argo CD that manages a root.
struct Control {
    namespace: String,
    tracking: Tracking,
    ignored: Vec<Agreement>,
}

/// The Applications of one snapshot and their layers.
pub struct Apps<'a> {
    pub layers: Vec<Layer>,
    objects: &'a dyn Objects,
    roots: BTreeMap<Key, String>,
    controls: Vec<Control>,
    /// Application → the index of its Argo CD in `controls`. Applications of other Argo CDs are not in it.
    control: BTreeMap<usize, usize>,
    /// (object, Application that lists it in `status.resources`), sorted.
    listed: Vec<(usize, usize)>,
    /// The pairs in which the Application lists the object as a hook.
    hooks: BTreeSet<usize>,
    /// Applications that are listed and do not exist → the Applications that list them.
    gone: BTreeMap<Key, Vec<usize>>,
    agreements: BTreeMap<String, Vec<Agreement>>,
    layer: BTreeMap<usize, String>,
    here: BTreeSet<usize>,
    /// Applications of which only marks on objects can say that they deploy here.
    open: BTreeSet<usize>,
    managed: BTreeMap<String, String>,
    filled: BTreeMap<String, String>,
}

words! {
    /// What is known of the Application that a mark names.
    #[derive(PartialOrd, Ord)]
    Listed {
        /// It exists and lists the object.
        Yes = "",
        /// It exists and does not list the object.
        No = "unlisted",
        /// It does not exist, and another Application lists it.
        Gone = "gone",
        /// It does not exist, and nothing lists it.
        Unknown = "unknown",
    }
}

/// The result of reading an object's mark.
pub struct Mark {
    /// The Application it names, as `namespace/name`.
    pub app: String,
    /// The layer to which this Application belongs or belonged.
    pub layer: Option<String>,
    pub listed: Listed,
}

impl<'a> Apps<'a> {
    /// Reads the tree from the objects. `here` tells which destinations are the captured cluster.
    pub fn new(objects: &'a dyn Objects, layers: &[Layer], here: &Here) -> Self {
        let roots = control::roots(objects, layers);
        let spaces = control::namespaces(objects, layers, &roots);
        let mut this = Self {
            layers: layers.to_vec(),
            objects,
            roots: roots.into_iter().map(|(layer, key)| (key, layer)).collect(),
            controls: Vec::new(),
            control: BTreeMap::new(),
            listed: Vec::new(),
            hooks: BTreeSet::new(),
            gone: BTreeMap::new(),
            agreements: BTreeMap::new(),
            layer: BTreeMap::new(),
            here: BTreeSet::new(),
            open: BTreeSet::new(),
            managed: BTreeMap::new(),
            filled: BTreeMap::new(),
        };
        let others = control::settings(objects);
        let mut destinations = BTreeMap::new();
        for (at, app) in objects.of_kind(GROUP, "Application").filter_map(|at| Some((at, objects.lean(at)?))) {
            let own = || others.contains(&app.key.namespace).then_some(&*app.key.namespace);
            let control = controller_namespace(&app.value).or_else(own).map_or(Some(0), |ns| spaces.iter().position(|s| s == ns));
            if let Some(control) = control {
                this.read(at, &app, control, here, &mut destinations);
            }
        }
        this.listed.sort_unstable();
        this.listed.dedup();
        for (i, namespace) in spaces.into_iter().enumerate() {
            let settings = Settings::of(objects, &namespace);
            let mut seen: Vec<usize> = this.listed.iter().filter(|(_, app)| this.control.get(app) == Some(&i)).map(|(o, _)| *o).collect();
            seen.dedup();
            let tracking = Tracking::find(&settings, objects, seen);
            this.controls.push(Control { namespace, ignored: settings.ignored(), tracking });
        }
        this.find_here();
        this.find_layers();
        this.find_namespaces(destinations);
        this
    }

    fn read(&mut self, at: usize, app: &Object, control: usize, here: &Here, destinations: &mut BTreeMap<usize, String>) {
        self.control.insert(at, control);
        for (entry, resource) in listed(&app.value).map(|entry| (entry, entry.key())).filter(|(_, key)| here.may_hold(&app.value, key)) {
            match self.objects.find(resource.parts()) {
                Some(object) => {
                    self.listed.push((object, at));
                    self.hooks.extend(entry.is_hook().then_some(object));
                }
                None if resource.is_argo("Application") => self.gone.entry(resource).or_default().push(at),
                None => {}
            }
        }
        if here.is(&app.value) {
            self.here.insert(at);
        } else if here.is_open(&app.value) {
            self.open.insert(at);
        }
        if here.has_namespace_of(&app.value) {
            destinations.insert(at, meta::text(&app.value, "/spec/destination/namespace").to_owned());
        }
        let agreements = Agreement::of_application(&app.value);
        if !agreements.is_empty() {
            self.agreements.insert(app.key.place(), agreements);
        }
    }

    /// An Application whose destination has an unknown name also deploys here if objects that it lists carry its mark here.
    fn find_here(&mut self) {
        let open = self.listed.iter().filter(|(_, app)| self.open.contains(app));
        let marked = open.filter(|(object, app)| {
            self.objects.lean(*object).is_some_and(|o| self.named(&o).any(|(key, _)| self.objects.find(key.parts()) == Some(*app)))
        });
        let found: Vec<usize> = marked.map(|(_, app)| *app).collect();
        self.here.extend(found);
    }

    pub fn root_of(&self, key: &Key) -> Option<&str> {
        self.roots.get(key).map(String::as_str)
    }

    pub fn root(&self, layer: &str) -> Option<&Key> {
        self.roots.iter().find(|(_, l)| *l == layer).map(|(k, _)| k)
    }

    /// How the Argo CD that looks after the roots (of the first layer's, where they differ) marks what it manages.
    pub fn tracking(&self) -> Option<&Tracking> {
        self.controls.first().map(|c| &c.tracking)
    }

    /// Whether an object carries a mark of a method in force, whichever Application it names.
    pub fn has_mark(&self, object: &crate::value::Value) -> bool {
        self.controls.iter().any(|c| c.tracking.has_mark(object))
    }

    /// Whether an Application deploys to the captured cluster.
    pub fn deploys_here(&self, app: usize) -> bool {
        self.here.contains(&app)
    }

    pub fn listing(&self, object: usize) -> impl Iterator<Item = usize> {
        let from = self.listed.partition_point(|(o, _)| *o < object);
        self.listed.iter().skip(from).take_while(move |(o, _)| *o == object).map(|(_, app)| *app)
    }

    /// Whether Argo CD runs an object as a hook: an Application lists it as one, or an Application lists it and the object says so. The
    /// object alone is not enough.
    pub fn runs_as_hook(&self, object: &Object) -> bool {
        let Some(at) = self.objects.find(object.key.parts()) else { return false };
        self.hooks.contains(&at) || (is_hook(&object.value) && self.listing(at).next().is_some())
    }

    /// What Argo CD ignores in the objects of an Application (`namespace/name`): the Application's own agreements, and those for all.
    pub fn agreements(&self, app: &str) -> impl Iterator<Item = (&'static str, &Agreement)> {
        let own = self.agreements.get(app).into_iter().flatten().map(|a| ("Application", a));
        let place = app.split_once('/').and_then(|(ns, name)| self.objects.find(Key::new(GROUP, "Application", ns, name).parts()));
        let control = place.and_then(|at| self.control.get(&at)).and_then(|c| self.controls.get(*c));
        own.chain(control.into_iter().flat_map(|c| &c.ignored).map(|a| ("argocd-cm", a)))
    }

    pub fn layer_of(&self, app: usize) -> Option<&str> {
        self.layer.get(&app).map(String::as_str)
    }

    /// The layer to which an Application (`namespace/name`) belongs.
    pub fn layer_of_app(&self, app: &str) -> Option<&str> {
        let (namespace, name) = app.split_once('/')?;
        self.layer_of(self.objects.find(Key::new(GROUP, "Application", namespace, name).parts())?)
    }

    /// The layer to which `evid.yaml` gives a namespace, or whose Application manages the Namespace.
    pub fn layer_of_namespace(&self, namespace: &str) -> Option<&str> {
        self.managed.get(namespace).map(String::as_str)
    }

    /// The only layer whose Applications have a namespace as their destination.
    pub fn layer_that_fills(&self, namespace: &str) -> Option<&str> {
        self.filled.get(namespace).map(String::as_str)
    }

    /// The mark of an object; none if it has no mark about itself.
    pub fn manager(&self, object: &Object) -> Option<Mark> {
        let layer = |app: usize| self.layer.get(&app).cloned();
        let marks = self.named(object).map(|(named, control)| {
            let name = named.place();
            if let Some(app) = self.objects.find(named.parts()).filter(|app| self.control.get(app) == Some(&control)) {
                let listed = if self.lists(app, &object.key) { Listed::Yes } else { Listed::No };
                return Mark { layer: layer(app), app: name, listed };
            }
            let parents = self.gone.get(&named);
            let listed = if parents.is_some() { Listed::Gone } else { Listed::Unknown };
            Mark { layer: parents.and_then(|p| p.iter().find_map(|app| layer(*app))), app: name, listed }
        });
        marks.min_by_key(|m| m.listed)
    }

    /// The protected layer whose Application lists an object with another Application's mark: both say that the object is theirs.
    pub fn sharing(&self, object: &Key) -> Option<&str> {
        self.layer_of(self.protecting(self.objects.find(object.parts())?)?)
    }

    /// An Application of a protected layer that deploys here and lists an object.
    pub fn protecting(&self, object: usize) -> Option<usize> {
        let protected = |layer: &str| self.layers.iter().any(|l| l.name == layer && l.role == Role::Protected);
        self.listing(object).filter(|app| self.here.contains(app)).find(|app| self.layer_of(*app).is_some_and(protected))
    }

    /// The layer of an Application that an ApplicationSet generated.
    pub fn generated_layer(&self, object: &Object) -> Option<&str> {
        self.layer_of(object.key.is_argo("Application").then(|| self.objects.find(object.key.parts()))??)
    }

    fn lists(&self, app: usize, object: &Key) -> bool {
        self.objects.find(object.parts()).is_some_and(|object| self.listed.binary_search(&(object, app)).is_ok())
    }

    /// The Applications that an object's mark names, in the form that each Argo CD reads.
    fn named(&self, object: &Object) -> impl Iterator<Item = (Key, usize)> {
        let named = self.controls.iter().enumerate().filter_map(|(i, control)| {
            let instance = control.tracking.instance(object)?;
            let (namespace, name) = instance.split_once('_').unwrap_or((&control.namespace, instance));
            Some((Key::new(GROUP, "Application", namespace, name), i))
        });
        named.filter(|(key, _)| *key != object.key)
    }

    /// The Application that an object's mark names, if it exists and lists the object.
    fn parent(&self, object: &Object) -> Option<usize> {
        let there = |(key, control): (Key, usize)| self.objects.find(key.parts()).filter(|app| self.control.get(app) == Some(&control));
        self.named(object).filter_map(there).find(|app| self.lists(*app, &object.key))
    }

    fn find_layers(&mut self) {
        let lean = |at: usize| Some((at, self.objects.lean(at)?));
        let sets = self.objects.of_kind(GROUP, "ApplicationSet").filter_map(lean);
        let sets: BTreeMap<&str, Option<usize>> = sets.map(|(at, set)| (self.objects.uid(at), self.parent(&set))).collect();
        let above = |app: &Object| {
            let set = || meta::owners(&app.value).find_map(|o| sets.get(o.uid).copied())?;
            self.parent(app).or_else(set)
        };
        let apps = self.control.keys().copied();
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
        let usable = |namespace: &str| !is_well_known(namespace) && !self.controls.iter().any(|c| c.namespace == namespace);
        let mut of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (app, namespace) in destinations.into_iter().filter(|(app, ns)| self.here.contains(app) && usable(ns)) {
            if let Some(layer) = self.layer.get(&app) {
                of.entry(namespace).or_default().insert(layer.clone());
            }
        }
        let only = of.into_iter().filter(|(_, layers)| layers.len() == 1);
        let filled = only.filter_map(|(namespace, layers)| Some((namespace, layers.into_iter().next()?))).collect();
        let mut managed = BTreeMap::new();
        let spaces = self.objects.of_kind("", "Namespace").filter_map(|at| self.objects.lean(at));
        for space in spaces.filter(|o| usable(&o.key.name)) {
            let mark = self.manager(&space).filter(|m| m.listed == Listed::Yes);
            managed.extend(mark.and_then(|m| m.layer).map(|layer| (space.key.name.clone(), layer)));
        }
        for layer in &self.layers {
            for namespace in &layer.namespaces {
                // A namespace that is given to two layers belongs to neither; a well-known one never belongs to the switched layer.
                let twice = self.layers.iter().filter(|l| l.namespaces.contains(namespace)).count() > 1;
                let never = layer.role == Role::Switched && !usable(namespace);
                if twice {
                    managed.remove(namespace);
                } else if !never {
                    managed.insert(namespace.clone(), layer.name.clone());
                }
            }
        }
        (self.filled, self.managed) = (filled, managed);
    }
}

/// Namespaces that every cluster has; their content gives them to no layer.
fn is_well_known(namespace: &str) -> bool {
    namespace.is_empty() || namespace == "default" || namespace.starts_with("kube-")
}

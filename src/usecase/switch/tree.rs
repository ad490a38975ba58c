//! The tree of Applications as one view of the cluster shows it, by key: what an Application lists need not have been read.
use crate::argo::{Apps, Here, Tracking, resources};
use crate::model::{Key, Layer, Object, Objects as _};
use std::collections::BTreeMap;

/// Roots, layers and managers of the Applications that were read, and who lists what.
pub struct Tree {
    roots: BTreeMap<Key, String>,
    layers: BTreeMap<Key, String>,
    managers: BTreeMap<Key, String>,
    listing: BTreeMap<Key, Vec<Key>>,
}

impl Tree {
    /// Reads it off Argo CD's objects, which are sorted by key.
    pub fn new(objects: &[Object], layers: &[Layer]) -> (Self, Option<Tracking>) {
        let apps = Apps::new(&objects, layers, &Here::default());
        let applications = || objects.iter().filter(|o| o.key.is_argo("Application"));
        let mut listing: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
        for app in applications() {
            resources(&app.value).for_each(|r| listing.entry(r).or_default().push(app.key.clone()));
        }
        let layer = |o: &Object| Some((o.key.clone(), apps.layer_of((&objects).find(o.key.parts())?)?.to_owned()));
        let manager = |o: &Object| Some((o.key.clone(), apps.manager(o)?.app));
        let roots = layers.iter().filter_map(|l| Some((apps.root(&l.name)?.clone(), l.name.clone())));
        let tree = Self {
            roots: roots.collect(),
            layers: applications().filter_map(layer).collect(),
            managers: applications().filter_map(manager).collect(),
            listing,
        };
        (tree, apps.tracking().cloned())
    }

    /// The root Application of a layer.
    pub fn root(&self, layer: &str) -> Option<&Key> {
        self.roots.iter().find(|(_, l)| *l == layer).map(|(key, _)| key)
    }

    /// The layer of which this Application is the root.
    pub fn root_of(&self, app: &Key) -> Option<&str> {
        self.roots.get(app).map(String::as_str)
    }

    /// The layer in which an Application hangs.
    pub fn layer_of_app(&self, app: &Key) -> Option<&str> {
        self.layers.get(app).map(String::as_str)
    }

    /// The Application (`namespace/name`) that an Application's mark names.
    pub fn manager(&self, app: &Key) -> Option<&str> {
        self.managers.get(app).map(String::as_str)
    }

    /// The Applications that list an object.
    pub fn listing(&self, object: &Key) -> &[Key] {
        self.listing.get(object).map_or(&[], Vec::as_slice)
    }
}

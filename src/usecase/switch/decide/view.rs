//! The Applications as they are at one moment: the switched layer's root, what hangs below it, who manages the root. Pure.
use crate::argo::{Agreement, Apps, Here, Mode, Tracking, managed, resources, set};
use crate::model::{Key, Layer, Object};
use crate::usecase::switch::{Code, Fact};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Argo CD's objects, and what follows from them.
pub struct View {
    pub layer: Layer,
    /// Applications, ApplicationSets, AppProjects and Argo CD's settings.
    pub objects: Vec<Object>,
    pub tracking: Tracking,
    pub control: String,
    /// Seconds after which Argo CD heals itself.
    pub self_heal: u64,
    /// Which destinations of Applications are the cluster.
    pub here: Here,
    /// What could not be read.
    pub notes: Vec<Fact>,
    /// The layer in which the root itself hangs.
    pub root_in: Option<String>,
    root: Option<Key>,
    members: BTreeSet<Key>,
    children: BTreeSet<Key>,
    listing: BTreeMap<Key, Vec<Key>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manager {
    /// The Application that its mark names.
    pub app: Key,
    /// It is there, and lists the root.
    pub lists: bool,
    /// It puts back what is changed by hand.
    pub self_heals: bool,
    /// It was told to leave the root's syncPolicy alone (or an expression may say so).
    pub ignores: bool,
}

impl View {
    /// What follows from Argo CD's objects, sorted by key; none where they show no Argo CD.
    pub fn new(
        layer: Layer,
        layers: &[Layer],
        here: &Here,
        control: String,
        self_heal: u64,
        objects: Vec<Object>,
        notes: Vec<Fact>,
    ) -> Option<Self> {
        let (list, here) = (&*objects, here.clone());
        let tree = Apps::new(&list, layers, &here);
        let apps = || list.iter().filter(|o| o.key.is_argo("Application"));
        let layer_of = |key: &Key| tree.layer_of_app(&key.place());
        let keys = |apps: &mut dyn Iterator<Item = &Object>| apps.map(|o| o.key.clone()).collect::<BTreeSet<Key>>();
        let root = tree.root(&layer.name).cloned();
        let members = keys(&mut apps().filter(|o| tree.root_of(&o.key).is_none() && layer_of(&o.key) == Some(&layer.name)));
        let by_root = |o: &&Object| root.is_some() && tree.manager(o).map(|m| m.app) == root.as_ref().map(Key::place);
        let children = keys(&mut apps().filter(|o| members.contains(&o.key)).filter(by_root));
        let root_in = root.as_ref().and_then(layer_of).map(str::to_owned);
        let mut listing: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
        for app in apps() {
            let mine = resources(&app.value).filter(|r| here.may_hold(&app.value, r));
            mine.for_each(|r| listing.entry(r).or_default().push(app.key.clone()));
        }
        let tracking = tree.tracking()?.clone();
        Some(Self { layer, tracking, control, self_heal, here, notes, root_in, root, members, children, listing, objects })
    }

    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.objects.iter().find(|o| o.key == *key)
    }

    /// The root, where it is there.
    pub fn root(&self) -> Option<&Object> {
        self.root.as_ref().and_then(|key| self.get(key))
    }

    /// The key that the root has or would have.
    pub fn root_key(&self) -> Key {
        let space = self.layer.root_namespace.as_ref().unwrap_or(&self.control);
        self.root().map_or_else(|| Key::new("argoproj.io", "Application", space, &self.layer.root), |r| r.key.clone())
    }

    pub fn applications(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|o| o.key.is_argo("Application"))
    }

    /// The Applications that hang below the root, at any depth, by ancestry.
    pub fn members(&self) -> Vec<&Object> {
        self.applications().filter(|o| self.is_member(&o.key)).collect()
    }

    pub fn is_member(&self, key: &Key) -> bool {
        self.members.contains(key)
    }

    /// The root, where it is there, and its members.
    pub fn family(&self) -> impl Iterator<Item = &Object> {
        self.root().into_iter().chain(self.members())
    }

    /// The members that the root itself manages.
    pub fn children(&self) -> Vec<&Object> {
        self.applications().filter(|o| self.children.contains(&o.key)).collect()
    }

    /// The ApplicationSet that made an Application, where it is there.
    pub fn maker(&self, app: &Object) -> Option<&Object> {
        let owner = set::maker(&app.value)?;
        self.objects.iter().find(|o| o.key.is_argo("ApplicationSet") && o.uid == owner.uid)
    }

    /// The set that syncs an Application step by step: nobody else may.
    pub fn roller(&self, app: &Object) -> Option<&Object> {
        self.maker(app).filter(|set| set::rolls(&set.value))
    }

    /// The ApplicationSets that the layer's root and members list.
    pub fn sets(&self) -> impl Iterator<Item = &Object> {
        let listed = self.listed();
        self.objects.iter().filter(move |o| o.key.is_argo("ApplicationSet") && listed.contains(&o.key))
    }

    pub fn listing(&self, object: &Key) -> &[Key] {
        self.listing.get(object).map_or(&[], Vec::as_slice)
    }

    /// The Application that an object's mark names, where the mark is about the object itself.
    pub fn marked(&self, object: &Object) -> Option<Key> {
        let instance = self.tracking.instance(object)?;
        let (space, name) = instance.split_once('_').unwrap_or((&self.control, instance));
        let app = Key::new("argoproj.io", "Application", space, name);
        // What an Application manages is in the cluster to which it deploys.
        let deploys = |app: &Object| self.here.may_hold(&app.value, &object.key);
        (app != object.key && self.get(&app).is_none_or(deploys)).then_some(app)
    }

    /// The Applications that the layer's root and members list.
    pub fn listed_apps(&self) -> BTreeSet<Key> {
        self.listed().into_iter().filter(|k| k.is_argo("Application")).collect()
    }

    /// The objects that they list as theirs.
    pub fn listed(&self) -> BTreeSet<Key> {
        self.family().flat_map(|o| managed(&o.value).filter(|r| self.here.may_hold(&o.value, r))).collect()
    }

    /// Whether an AppProject is there; none where that is not known.
    pub fn has_project(&self, name: &str) -> Option<bool> {
        let unseen = self.notes.iter().any(|n| n.code == Code::UnseenKind && n.object.kind == "AppProject");
        let there = self.objects.iter().any(|o| o.key.is_argo("AppProject") && o.key.namespace == self.control && o.key.name == name);
        if there { Some(true) } else { (!unseen).then_some(false) }
    }

    pub fn manager(&self) -> Option<Manager> {
        let root = self.root()?;
        let app = self.marked(root)?;
        let parent = self.get(&app);
        let lists = parent.is_some() && self.listing(&root.key).contains(&app);
        let self_heals = parent.is_some_and(|p| matches!(Mode::of(&p.value), Mode::Automated { self_heal: true, .. }));
        Some(Manager { lists, self_heals, ignores: parent.is_some_and(|p| ignores(&p.value, &root.key)), app })
    }
}

/// Whether a parent's `ignoreDifferences` may cover the root's syncPolicy.
fn ignores(parent: &Value, root: &Key) -> bool {
    let of_root = |a: &Agreement| a.is_about(&root.group, &root.kind, &root.namespace, &root.name);
    let covers = |a: Agreement| a.by_expression || a.pointers.iter().any(|p| "/spec/syncPolicy/automated".starts_with(p.as_str()));
    Agreement::of_application(parent).into_iter().filter(of_root).any(covers)
}

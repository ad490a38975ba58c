//! The Applications as they are at one moment: the switched layer's root, what hangs below it, who manages the root.
use crate::argo::{Mode, Tracking, control_namespace, managed};
use crate::model::meta::text;
use crate::model::{Key, Layer, Object, Reason, Role};
use crate::usecase::cluster::Resource;
use crate::usecase::switch::codes::Code;
use crate::usecase::switch::scan::object;
use crate::usecase::switch::tree::Tree;
use crate::usecase::switch::{Fact, Run, Stop, read};
use serde_json::Value;
use std::collections::BTreeSet;

/// Argo CD's objects, and what follows from them.
pub struct View {
    /// The switched layer.
    pub layer: Layer,
    /// Applications, ApplicationSets, AppProjects and Argo CD's settings.
    pub objects: Vec<Object>,
    /// Who hangs below whom.
    pub apps: Tree,
    /// How marks are read.
    pub tracking: Tracking,
    /// Argo CD's namespace.
    pub control: String,
    /// Seconds after which Argo CD heals itself.
    pub self_heal: u64,
    /// What could not be read.
    pub notes: Vec<Fact>,
}

/// Who manages the root.
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
    /// Reads it.
    ///
    /// # Errors
    /// Where no layer is switched, or the Applications can't be listed.
    pub fn read(run: &Run<'_>) -> Result<Self, Stop> {
        let nobody = Key::new("argoproj.io", "Application", "", "");
        let refused = |code, key: &Key| Stop::Refused(vec![Fact::new(code, key, "")]);
        let layer = run.layers.iter().find(|l| l.role == Role::Switched).cloned().ok_or_else(|| refused(Code::NoSwitchedLayer, &nobody))?;
        let mut notes = Vec::new();
        let argo = |plural, kind| Resource::new("argoproj.io", "v1alpha1", plural, kind, true);
        let apps = argo("applications", "Application");
        let mut objects: Vec<Object> = match read::list(run, &apps, false)? {
            (items, None) => items.into_iter().map(|value| object(&apps, value)).collect(),
            (_, Some(gap)) if gap.reason == Reason::NotFound => return Err(refused(Code::NoArgo, &nobody)),
            (_, Some(gap)) => return Err(Stop::Unseen(gap)),
        };
        for kind in [argo("applicationsets", "ApplicationSet"), argo("appprojects", "AppProject")] {
            match read::allowed(run, &kind, &mut notes) {
                // Not every Argo CD has both.
                Err(Stop::Unseen(gap)) if gap.reason == Reason::NotFound => {}
                items => objects.extend(items?.into_iter().map(|value| object(&kind, value))),
            }
        }
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        let control = control_namespace(&&*objects, run.layers, &layer.name);
        let mut self_heal = 5;
        for name in ["argocd-cm", "argocd-cmd-params-cm"] {
            let key = Key::new("", "ConfigMap", &control, name);
            match read::get(run.api, &format!("/api/v1/namespaces/{control}/configmaps/{name}"), None) {
                Ok(Some(value)) if name == "argocd-cm" => {
                    objects.push(Object { key, plural: "configmaps".into(), uid: String::new(), value, file: String::new() });
                }
                Ok(Some(value)) => {
                    let set = value.get("data").and_then(|d| d.get("controller.self.heal.timeout.seconds")).and_then(Value::as_str);
                    self_heal = set.and_then(|s| s.parse().ok()).unwrap_or(self_heal);
                }
                Ok(None) => {}
                Err(Stop::Answered { message, .. }) => notes.push(Fact::new(Code::UnseenSettings, &key, message)),
                Err(stop) => return Err(stop),
            }
        }
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        let (apps, tracking) = Tree::new(&objects, run.layers);
        let tracking = tracking.ok_or_else(|| refused(Code::NoArgo, &nobody))?;
        Ok(Self { layer, objects, apps, tracking, control, self_heal, notes })
    }

    /// An Argo CD object by key.
    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.objects.iter().find(|o| o.key == *key)
    }

    /// The root, where it is there.
    pub fn root(&self) -> Option<&Object> {
        self.apps.root(&self.layer.name).and_then(|key| self.get(key))
    }

    /// The key that the root has or would have.
    pub fn root_key(&self) -> Key {
        let space = self.layer.root_namespace.as_ref().unwrap_or(&self.control);
        self.root().map_or_else(|| Key::new("argoproj.io", "Application", space, &self.layer.root), |r| r.key.clone())
    }

    /// All Applications.
    pub fn applications(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|o| o.key.is_argo("Application"))
    }

    /// The Applications that hang below the root, at any depth, by ancestry.
    pub fn members(&self) -> Vec<&Object> {
        self.applications().filter(|o| self.is_member(&o.key)).collect()
    }

    /// Whether an Application hangs below the root.
    pub fn is_member(&self, key: &Key) -> bool {
        self.apps.root_of(key).is_none() && self.apps.layer_of_app(key) == Some(&self.layer.name)
    }

    /// The members that the root itself manages.
    pub fn children(&self) -> Vec<&Object> {
        let Some(root) = self.root() else { return vec![] };
        self.members().into_iter().filter(|o| self.apps.manager(&o.key) == Some(&*root.key.place())).collect()
    }

    /// The name by which marks name an Application.
    pub fn instance(&self, key: &Key) -> String {
        if key.namespace == self.control { key.name.clone() } else { format!("{}_{}", key.namespace, key.name) }
    }

    /// The Application that a mark names.
    pub fn named(&self, instance: &str) -> Key {
        let (space, name) = instance.split_once('_').unwrap_or((&self.control, instance));
        Key::new("argoproj.io", "Application", space, name)
    }

    /// The Application that an object's mark names, where the mark is about the object itself.
    pub fn marked(&self, object: &Object) -> Option<Key> {
        self.tracking.instance(object).map(|i| self.named(i)).filter(|k| *k != object.key)
    }

    /// The Applications that the layer's root and members list.
    pub fn listed_apps(&self) -> BTreeSet<Key> {
        let listing = self.root().into_iter().chain(self.members());
        listing.flat_map(|o| managed(&o.value)).filter(|k| k.is_argo("Application")).collect()
    }

    /// Whether an AppProject is there; none where that is not known.
    pub fn has_project(&self, name: &str) -> Option<bool> {
        let unseen = self.notes.iter().any(|n| n.code == Code::UnseenKind && n.object.kind == "AppProject");
        let there = self.objects.iter().any(|o| o.key.is_argo("AppProject") && o.key.namespace == self.control && o.key.name == name);
        if there { Some(true) } else { (!unseen).then_some(false) }
    }

    /// Who manages the root, by its mark.
    pub fn manager(&self) -> Option<Manager> {
        let root = self.root()?;
        let app = self.marked(root)?;
        let parent = self.get(&app);
        let lists = parent.is_some() && self.apps.listing(&root.key).contains(&app);
        let self_heals = parent.is_some_and(|p| matches!(Mode::of(&p.value), Mode::Automated { self_heal: true, .. }));
        Some(Manager { lists, self_heals, ignores: parent.is_some_and(|p| ignores(&p.value, &root.key)), app })
    }
}

/// Whether a parent's `ignoreDifferences` may cover the root's syncPolicy.
fn ignores(parent: &Value, root: &Key) -> bool {
    let rules = parent.pointer("/spec/ignoreDifferences").and_then(Value::as_array).into_iter().flatten();
    let about = |r: &&Value| {
        let is = |k: &str, v: &str| matches!(text(r, k), "" | "*") || text(r, k) == v;
        text(r, "/kind") == "Application" && is("/group", "argoproj.io") && is("/name", &root.name) && is("/namespace", &root.namespace)
    };
    rules.filter(about).any(|r| {
        let some = |k: &str| r.get(k).and_then(Value::as_array).is_some_and(|a| !a.is_empty());
        let pointers = r.get("jsonPointers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        some("jqPathExpressions")
            || some("managedFieldsManagers")
            || pointers.into_iter().any(|p| "/spec/syncPolicy/automated".starts_with(p))
    })
}

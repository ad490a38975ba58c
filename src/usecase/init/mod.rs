//! Describes a platform that evid has not seen before: which Applications can be roots, which layers they make, and the `evid.yaml` for
//! them. Must not know where the objects come from, nor where the text goes.
mod description;
mod layers;

pub use description::description;
pub use layers::layers;

use crate::argo::{Mode, Settings, Tracking, control_namespace, resources};
use crate::model::{Key, Object, Objects, meta};
use crate::value::Value;
use std::collections::BTreeMap;

/// An Application that lists Applications, and so can be the root of a layer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Root {
    pub key: Key,
    /// How many Applications and ApplicationSets it lists.
    pub children: usize,
    /// Whether it is automated; the root of a switch that is off is not.
    pub automated: bool,
    /// The root that manages it.
    pub above: Option<Key>,
    /// Whether its name or a label calls it optional.
    pub optional: bool,
}

/// The roots among a snapshot's objects, by name.
pub fn roots(objects: &dyn Objects) -> Vec<Root> {
    let apps = || objects.of_kind("argoproj.io", "Application").filter_map(|at| objects.whole(at));
    let nests = |k: &Key| k.is_argo("Application") || k.is_argo("ApplicationSet");
    let children = |app: &Object| resources(&app.value).filter(nests).collect::<Vec<_>>();
    let listed: BTreeMap<Key, Key> = apps().flat_map(|app| children(&app).into_iter().map(move |c| (c, app.key.clone()))).collect();
    let settings = Settings::of(objects, &control_namespace(objects, &[], ""));
    let tracking = Tracking::find(&settings, objects, listed.keys().filter_map(|key| objects.find(key.parts())));
    let above = |app: &Object| {
        let generated = meta::controller(&app.value).filter(|o| o.kind == "ApplicationSet");
        let set = generated.map(|o| Key::new("argoproj.io", "ApplicationSet", &app.key.namespace, o.name));
        let own = tracking.instance(app).and_then(|_| listed.get(&app.key));
        own.or_else(|| listed.get(&set?)).filter(|by| **by != app.key).cloned()
    };
    let root = |app: &Object| Root {
        children: children(app).len(),
        automated: !Mode::of(&app.value).is_manual(),
        above: above(app),
        optional: is_optional(app),
        key: app.key.clone(),
    };
    apps().map(|app| root(&app)).filter(|root| root.children > 0).collect()
}

fn is_optional(app: &Object) -> bool {
    let labels = app.value.pointer("/metadata/labels").and_then(Value::as_object);
    let called = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "optional");
    called(&app.key.name) || labels.into_iter().flatten().any(|(_, value)| value == "optional")
}

#[cfg(test)]
mod tests {
    use super::{is_optional, roots};
    use crate::model::{Key, Object};
    use crate::value::{Value, json};

    fn app(name: &str, label: &str, lists: &[&str]) -> Object {
        let entry = |name: &&str| json!({"group": "argoproj.io", "kind": "Application", "namespace": "argocd", "name": name});
        let annotations = json!({"argocd.argoproj.io/tracking-id": format!("x:argoproj.io/Application:argocd/{name}")});
        let value = json!({"metadata": {"labels": {"tier": label}, "annotations": annotations},
            "status": {"resources": lists.iter().map(entry).collect::<Vec<Value>>()}});
        let key = Key::new("argoproj.io", "Application", "argocd", name);
        Object { key, plural: "applications".into(), uid: name.into(), value, file: String::new() }
    }

    #[test]
    fn a_root_is_optional_by_its_name_or_a_label() {
        for (name, label, want) in [("root-optional", "x", true), ("optionally", "x", false), ("extras", "optional", true)] {
            assert_eq!(is_optional(&app(name, label, &[])), want, "{name} {label}");
        }
    }

    #[test]
    fn a_root_below_a_root_is_one_too_and_a_leaf_is_none() {
        let objects = [app("core", "", &["web"]), app("platform", "", &["core"]), app("web", "", &[])];
        let found = roots(&&objects[..]);
        let line = |r: &super::Root| (r.key.name.clone(), r.above.as_ref().map(|k| k.name.clone()));
        assert_eq!(found.iter().map(line).collect::<Vec<_>>(), [("core".into(), Some("platform".into())), ("platform".into(), None)]);
    }
}

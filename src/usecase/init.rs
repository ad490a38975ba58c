//! Finds the roots of an Argo CD platform: Applications that list other Applications and that no Application manages.
use crate::argo::{Mode, Settings, Tracking, control_namespace, resources};
use crate::model::{Key, Object, Objects};
use serde_json::Value;
use std::collections::BTreeSet;

/// A root and how many Applications it lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Root {
    /// The Application.
    pub key: Key,
    /// How many Applications and ApplicationSets it lists.
    pub children: usize,
    /// Whether it is automated; the root of a switch that is off is not.
    pub automated: bool,
}

/// The roots among a snapshot's objects, by name.
pub fn roots(objects: &dyn Objects) -> Vec<Root> {
    let apps = || objects.of_kind("argoproj.io", "Application").filter_map(|at| objects.whole(at));
    let nests = |k: &Key| k.is_argo("Application") || k.is_argo("ApplicationSet");
    let children = |app: &Object| resources(&app.value).filter(nests).collect::<Vec<_>>();
    let below: BTreeSet<Key> = apps().flat_map(|app| children(&app)).collect();
    let settings = Settings::of(objects, &control_namespace(objects, &[], ""));
    let tracking = Tracking::find(&settings, objects, below.iter().filter_map(|key| objects.find(key.parts())));
    let is_managed = |app: &Object| below.contains(&app.key) && tracking.instance(app).is_some();
    apps()
        .filter(|app| !is_managed(app))
        .map(|app| Root { children: children(&app).len(), automated: is_automated(&app.value), key: app.key.clone() })
        .filter(|root| root.children > 0)
        .collect()
}

/// Whether Argo CD syncs an Application by itself.
pub fn is_automated(app: &Value) -> bool {
    !Mode::of(app).is_manual()
}

/// An `evid.yaml` for these roots: each is a layer named after it; `switched` names the switched one.
pub fn description(roots: &[Root], switched: Option<&str>) -> String {
    let mut out = String::from(
        "# What evid is to know of this platform. `evid config explain` says how it is read.\napiVersion: evid/v1\nkind: Platform\nmetadata:\n  name: platform\nspec:\n  layers:\n",
    );
    for root in roots {
        let role = if Some(&*root.key.name) == switched { "switched" } else { "protected" };
        out.push_str(&format!("    - name: {}\n      role: {role}\n      root: {}\n", layer_name(&root.key.name), root.key.place()));
    }
    out.push_str(
        "  # Volumes that must stay where they are; with none named, every Retain volume of a protected layer's claim.\n  storage: []\n",
    );
    out
}

/// `root-optional`, `optional-root`, `optional-apps` → `optional`; anything else stays.
fn layer_name(root: &str) -> String {
    let short = root.strip_prefix("root-").or_else(|| root.strip_suffix("-root")).or_else(|| root.strip_suffix("-apps")).unwrap_or(root);
    let plain: String = short.chars().map(|c| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' { c } else { '-' }).collect();
    if plain == crate::model::PLATFORM || plain.is_empty() { root.to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::{Root, description, is_automated, layer_name};
    use crate::model::Key;
    use serde_json::json;

    #[test]
    fn automated_and_not_enabled_is_manual() {
        let app = |policy| json!({"spec": {"syncPolicy": policy}});
        assert!(is_automated(&app(json!({"automated": {}}))));
        assert!(!is_automated(&app(json!({"automated": {"enabled": false, "prune": true}}))));
        assert!(!is_automated(&app(json!({"syncOptions": []}))));
    }

    #[test]
    fn a_layer_is_named_after_its_root() {
        for (root, name) in
            [("root-optional", "optional"), ("extras-apps", "extras"), ("my-root", "my"), ("apps", "apps"), ("platform", "platform")]
        {
            assert_eq!(layer_name(root), name);
        }
    }

    #[test]
    fn a_description_names_the_switched_root() {
        let root = |name: &str| Root { key: Key::new("argoproj.io", "Application", "argocd", name), children: 1, automated: true };
        let text = description(&[root("serving"), root("extras")], Some("extras"));
        assert!(text.contains("name: serving\n      role: protected\n      root: argocd/serving"));
        assert!(text.contains("name: extras\n      role: switched\n      root: argocd/extras"));
    }
}

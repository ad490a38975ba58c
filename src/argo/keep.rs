//! What stays when an Application is deleted, or when its Git no longer lists an object. Argo CD 3.6.0, `controller/appcontroller.go`
//! (`shouldBeDeleted`: `!kube.IsCRD`, `Delete=false`, helm's `resource-policy: keep`) and `gitops-engine/pkg/sync/sync_context.go`
//! (`pruneObject`: `Prune=false`). The switch and the claim *absent* both use this answer.
use crate::model::meta::annotation;
use crate::model::{Key, words};
use crate::value::Value;

/// The annotation with sync options, separated by commas.
pub const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
/// Helm's annotation that can keep an object.
pub const HELM_POLICY: &str = "helm.sh/resource-policy";

words! {
    /// Why an object stays.
    Kept {
        /// `Delete=false`: a cascade keeps it.
        Delete = "Delete=false",
        /// `Prune=false`: a prune keeps it.
        Prune = "Prune=false",
        /// Helm's `helm.sh/resource-policy: keep`: a cascade keeps it.
        Helm = "helm.sh/resource-policy: keep",
        /// A CustomResourceDefinition: a cascade never deletes one.
        Definition = "CRD",
    }
}

words! {
    /// In which way an object would be removed.
    Strategy {
        /// Its Application is synced with prune, and Git no longer lists it.
        Prune = "prune",
        /// Its Application is deleted with the resources finalizer.
        Cascade = "cascade",
    }
}

/// Why the object stays if it were removed this way; none if it goes.
pub fn kept(key: &Key, object: &Value, strategy: Strategy) -> Option<Kept> {
    match strategy {
        Strategy::Prune => has_option(object, "Prune=false").then_some(Kept::Prune),
        Strategy::Cascade => by_cascade(key, object),
    }
}

fn by_cascade(key: &Key, object: &Value) -> Option<Kept> {
    let is_definition = key.group == "apiextensions.k8s.io" && key.kind == "CustomResourceDefinition";
    match () {
        () if has_option(object, "Delete=false") => Some(Kept::Delete),
        () if annotation(object, HELM_POLICY).is_some_and(|p| p.trim() == "keep") => Some(Kept::Helm),
        () if is_definition => Some(Kept::Definition),
        () => None,
    }
}

/// Why the object may stay on purpose, in whichever way its layer was removed.
pub fn kept_either_way(key: &Key, object: &Value) -> Option<Kept> {
    by_cascade(key, object).or_else(|| kept(key, object, Strategy::Prune))
}

/// Whether the object's annotation has this sync option (`Delete=false`).
pub fn has_option(object: &Value, option: &str) -> bool {
    annotation(object, SYNC_OPTIONS).is_some_and(|all| all.split(',').any(|o| o.trim() == option))
}

#[cfg(test)]
mod tests {
    use super::{Kept, Strategy, kept};
    use crate::model::Key;
    use crate::value::{Value, json};

    #[test]
    fn a_cascade_and_a_prune_ask_for_different_options() {
        let of = |options: &str| json!({"metadata": {"annotations": {"argocd.argoproj.io/sync-options": options}}});
        let helm = json!({"metadata": {"annotations": {"helm.sh/resource-policy": "keep"}}});
        let claim = Key::new("", "PersistentVolumeClaim", "n", "a");
        let definition = Key::new("apiextensions.k8s.io", "CustomResourceDefinition", "", "a");
        for (key, object, prune, cascade) in [
            (&claim, of("Prune=false"), Some(Kept::Prune), None),
            (&claim, of("Delete=false"), None, Some(Kept::Delete)),
            (&claim, of("Prune=false, Delete=false"), Some(Kept::Prune), Some(Kept::Delete)),
            (&claim, of("Replace=true"), None, None),
            (&claim, helm, None, Some(Kept::Helm)),
            (&claim, Value::Null, None, None),
            (&definition, Value::Null, None, Some(Kept::Definition)),
        ] {
            assert_eq!((kept(key, &object, Strategy::Prune), kept(key, &object, Strategy::Cascade)), (prune, cascade), "{object}");
        }
    }
}

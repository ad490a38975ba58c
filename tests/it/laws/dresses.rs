//! What a changed object says of itself, tried on objects of many namespaces.
use super::{PROVEN, changing, owned_by, uid};
use crate::samples::{collected, judge, verdict};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// Owners, labels, marks and namespaces that an object may claim for itself.
const DRESSES: &[fn(&mut Value, &mut Collected)] = &[
    |map, _| map["metadata"]["labels"] = json!({"scope": "optional", "app.kubernetes.io/instance": "feast-dev"}),
    |map, _| {
        let place = map["metadata"]["namespace"].as_str().unwrap().to_owned();
        map["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": format!("feast-dev:/ConfigMap:{place}/billing")});
    },
    |map, all| {
        let owner = uid(all, "namespaces", "", "feast-dev");
        owned_by(map, "v1", "Namespace", "feast-dev", &owner);
    },
    |map, all| {
        let owner = uid(all, "applications", "argocd", "root-optional");
        owned_by(map, "argoproj.io/v1alpha1", "Application", "root-optional", &owner);
    },
    |map, all| {
        let owner = uid(all, "persistentvolumeclaims", "feast-dev", "redis-data-feast-redis-0");
        owned_by(map, "v1", "PersistentVolumeClaim", "redis-data-feast-redis-0", &owner);
    },
    |map, _| {
        map["metadata"]["annotations"] = json!({"argocd.argoproj.io/sync-options": "Delete=false", "argocd.argoproj.io/hook": "PreSync"})
    },
];

#[test]
fn what_a_changed_object_says_of_itself_never_confines_its_change() {
    for namespace in ["argocd", "mlops-prod", "default", "kube-system", "elsewhere"] {
        for (i, dress) in DRESSES.iter().enumerate() {
            for always in [true, false] {
                let mut all = vec![collected("before"), collected("off")];
                let last = std::cell::Cell::new(0);
                changing(&mut all, namespace, |map, one| {
                    if always || last.get() == 1 {
                        dress(map, one);
                    }
                    last.set(last.get() + 1);
                });
                let outcome = judge(all);
                assert_ne!(verdict(&outcome, "changes.confined"), PROVEN, "{namespace}, dress {i}, in both bundles: {always}");
            }
        }
    }
}

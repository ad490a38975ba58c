//! The ApplicationSet controller: the Applications of a set come back as long as the set is there.
use super::{APPS, Argo};
use crate::world::objects::{all, create, deleting, reference};
use crate::world::store::{Id, Store};
use serde_json::Value;

impl Argo {
    /// Makes what a set lists and is not there.
    pub(super) fn generate(&self, store: &mut Store) {
        let sets = all(store, "applicationsets.argoproj.io");
        let missing: Vec<(String, String, Value)> = {
            let git = self.git();
            let lost = |app: &str| !store.entries(APPS, None).any(|(id, _)| id.name == app);
            git.generated
                .iter()
                .filter(|(app, _)| lost(app))
                .map(|(app, (set, manifest))| (app.clone(), set.clone(), manifest.clone()))
                .collect()
        };
        for (app, set, mut manifest) in missing {
            let Some((id, owner)) = sets.iter().find(|(id, o)| id.name == set && !deleting(o)) else { continue };
            if store.get(&Id::new(APPS, &id.namespace, &app)).is_none() {
                manifest["metadata"]["ownerReferences"] = reference(owner);
                create(store, APPS, &id.namespace, manifest);
            }
        }
    }
}

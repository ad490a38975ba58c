//! Hooks of an Application's deletion: before what it manages goes, and after. Their finalizers follow Git. Knows no operation.
//! As `controller/hook.go` of Argo CD 3.5.1. (PostDelete came with 2.10, PreDelete with 3.3; before 3.5 a failed one did not hold the deletion.)
use super::Argo;
use super::compare::is_hook_of;
use super::health::{Health, health};
use super::index::Index;
use super::spoke::held;
use crate::world::objects::{create, deleting, items, text};
use crate::world::store::{DeleteOptions, Id, Store};
use serde_json::Value;

#[derive(Clone, Copy)]
pub enum When {
    Before,
    After,
}

impl When {
    fn word(self) -> &'static str {
        match self {
            Self::Before => "PreDelete",
            Self::After => "PostDelete",
        }
    }

    /// The finalizer for as long as hooks have to run.
    pub fn finalizer(self) -> &'static str {
        match self {
            Self::Before => "pre-delete-finalizer.argocd.argoproj.io",
            Self::After => "post-delete-finalizer.argocd.argoproj.io",
        }
    }

    /// The finalizer for as long as they have to be cleaned up.
    pub fn cleanup(self) -> &'static str {
        match self {
            Self::Before => "pre-delete-finalizer.argocd.argoproj.io/cleanup",
            Self::After => "post-delete-finalizer.argocd.argoproj.io/cleanup",
        }
    }
}

/// The finalizers that an Application is to have, where Git's hooks ask for others than it has.
pub fn finalizers(app: &Value, targets: &[Value]) -> Option<Value> {
    let mut list: Vec<Value> = items(&app["metadata"]["finalizers"]).cloned().collect();
    for when in [When::Before, When::After] {
        let wanted = targets.iter().any(|t| is_hook_of(t, when.word()));
        for name in [when.finalizer(), when.cleanup()] {
            let there = list.iter().any(|f| f == name);
            match (wanted, there) {
                (true, false) => list.push(name.into()),
                (false, true) => list.retain(|f| f != name),
                _ => {}
            }
        }
    }
    let differs = !items(&app["metadata"]["finalizers"]).eq(list.iter());
    (differs && !deleting(app)).then_some(list.into())
}

impl Argo {
    /// Makes the hooks that are not there. Whether all of them are done.
    ///
    /// # Errors
    /// Where Git can't be read, or a hook failed; a failed one is deleted, and made again at the next look.
    pub(super) fn run_hooks(&self, store: &mut Store, app: &Value, when: When) -> Result<bool, String> {
        let targets = self.render(app, &app["spec"]["source"])?;
        let mut there = self.there(app);
        let (store, index) = held(&mut there, store, &self.index);
        let live = live_hooks(store, index, app, when);
        let mut made = false;
        for target in targets.iter().filter(|t| is_hook_of(t, when.word())) {
            let Some(id) = store.id_of(target).filter(|id| !live.contains(id)) else { continue };
            made |= create(store, &id.resource, &id.namespace, target.clone()).is_some();
        }
        if made {
            return Ok(false);
        }
        let of = |id: &Id| store.get(id).and_then(health).unwrap_or(Health::Healthy);
        let failed: Vec<&Id> = live.iter().filter(|id| of(id) == Health::Degraded).collect();
        let going = live.iter().any(|id| of(id) == Health::Progressing);
        if failed.is_empty() {
            return Ok(!going);
        }
        let names: Vec<String> = failed.iter().map(|id| format!("{}/{}", id.namespace, id.name)).collect();
        for id in failed {
            drop(store.delete(id, &DeleteOptions::default()));
        }
        Err(format!("{} hook(s) failed: {}", when.word(), names.join(", ")))
    }

    /// Deletes the hooks that their policy does not keep. Whether all of those are gone.
    pub(super) fn clean_hooks(&self, store: &mut Store, app: &Value, when: When) -> bool {
        let mut there = self.there(app);
        let (store, index) = held(&mut there, store, &self.index);
        let live = live_hooks(store, index, app, when);
        let worst = live.iter().filter_map(|id| store.get(id).and_then(health)).max().unwrap_or(Health::Healthy);
        let mut waits = false;
        for id in live {
            let Some(object) = store.get(&id) else { continue };
            let policies = text(&object["metadata"]["annotations"]["argocd.argoproj.io/hook-delete-policy"]);
            let goes = policies.is_empty()
                || policies
                    .split(',')
                    .any(|p| matches!((p.trim(), worst), ("HookFailed", Health::Degraded) | ("HookSucceeded", Health::Healthy)));
            waits |= goes;
            if goes && !deleting(object) {
                drop(store.delete(&id, &DeleteOptions::default()));
            }
        }
        !waits
    }
}

fn live_hooks(store: &Store, index: &Index, app: &Value, when: When) -> Vec<Id> {
    let managed = index.managed(store, text(&app["metadata"]["name"]));
    managed.into_iter().filter(|id| store.get(id).is_some_and(|o| is_hook_of(o, when.word()))).collect()
}

//! Auto-sync and self-heal: a full operation for what was not tried yet; a partial one, without history, for what was.
use super::Argo;
use super::compare::compare;
use super::operation::in_progress;
use super::refresh::since;
use super::spoke::seen;
use crate::world::objects::{change, remove, text};
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Seconds that self-heal leaves between two operations.
const SELF_HEAL: f64 = 5.0;

impl Argo {
    /// Starts an operation if the Application asks for that and there is something to do.
    pub(super) fn auto_sync(&self, store: &mut Store, id: &Id, app: &Value, now: DateTime<Utc>) {
        let policy = &app["spec"]["syncPolicy"];
        if app["status"]["sync"]["status"] != "OutOfSync" || in_progress(app) {
            return;
        }
        let Ok(targets) = self.render(app, &app["spec"]["source"]) else { return };
        let there = self.there(app);
        let (objects, index) = seen(&there, store, &self.index);
        let found = compare(objects, index, app, &targets);
        drop(there);
        let prune = policy["automated"]["prune"] == true;
        let only_prunes = found.resources.iter().all(|r| r["status"] == "Synced" || r["requiresPruning"] == true);
        if found.synced || (only_prunes && !prune) {
            return;
        }
        let mut sync = json!({"prune": prune});
        let mut revisions = json!({});
        self.revisions(app, &mut revisions);
        let last = &app["status"]["operationState"];
        let tried = last["phase"].is_string()
            && ["revision", "revisions", "source", "sources"].iter().all(|p| last["syncResult"][p] == revisions[p]);
        for (part, value) in revisions.as_object().into_iter().flatten() {
            sync[part] = value.clone();
        }
        if policy["syncOptions"].is_array() {
            sync["syncOptions"] = policy["syncOptions"].clone();
        }
        if tried {
            let healed = policy["automated"]["selfHeal"] == true && text(&last["phase"]) == "Succeeded";
            if !healed || !since(&last["finishedAt"], self.timers.lasting(SELF_HEAL), now) {
                return;
            }
            sync["resources"] = found.out.into();
            sync["autoHealAttemptsCount"] = 1.into();
        }
        let retry = if policy["retry"].is_object() { policy["retry"].clone() } else { json!({"limit": 5}) };
        let operation = json!({"initiatedBy": {"automated": true}, "retry": retry, "sync": sync});
        change(store, id, |a| {
            remove(&mut a["status"], "operationState");
            a["status"]["sourceHydrator"] = json!({});
            a["operation"] = operation;
        });
    }
}

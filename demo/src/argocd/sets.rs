//! The ApplicationSet controller: the Applications of a set come back as long as the set is there, keep the finalizers that it gave them,
//! and are synced step by step where the set says so. As `applicationset/controllers/applicationset_controller.go` of Argo CD 3.5.1.
use super::operation::in_progress;
use super::{APPS, Argo};
use crate::world::objects::{all, change, create, deleting, items, name, reference, set_status, text, with_condition};
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const SETS: &str = "applicationsets.argoproj.io";

impl Argo {
    /// Moves every set on that is not being deleted.
    pub(super) fn generate(&self, store: &mut Store, now: DateTime<Utc>) {
        for (id, set) in all(store, SETS).into_iter().filter(|(_, set)| !deleting(set)) {
            let of: Vec<Value> = self.git().generated.values().filter(|(of, _)| *of == id.name).map(|(_, app)| app.clone()).collect();
            let mut status = set["status"].clone();
            if text(&set["spec"]["strategy"]["type"]) == "RollingSync" {
                status["applicationStatus"] = self.roll(store, &id, &set["spec"]["strategy"]["rollingSync"]["steps"]);
            }
            for mut app in of {
                let at = Id::new(APPS, &id.namespace, name(&app));
                let finalizers = app["metadata"]["finalizers"].clone();
                match store.get(&at) {
                    Some(live) if deleting(live) || live["metadata"]["finalizers"] == finalizers => {}
                    Some(_) => change(store, &at, |a| a["metadata"]["finalizers"] = finalizers),
                    None => {
                        app["metadata"]["ownerReferences"] = reference(&set);
                        create(store, APPS, &id.namespace, app);
                    }
                }
            }
            for (kind, holds, reason) in [
                ("ErrorOccurred", "False", "ApplicationSetUpToDate"),
                ("ParametersGenerated", "True", "ParametersGenerated"),
                ("ResourcesUpToDate", "True", "ApplicationSetUpToDate"),
            ] {
                let said = json!({"status": holds, "reason": reason, "message": "All applications have been generated successfully"});
                if !items(&status["conditions"]).any(|c| c["type"] == kind) {
                    status["conditions"] = with_condition(&status["conditions"], kind, said, now);
                }
            }
            set_status(store, &id, status);
        }
    }

    /// Asks for the operations of the first step that is not at its end; says how far each Application is.
    fn roll(&self, store: &mut Store, set: &Id, steps: &Value) -> Value {
        let step = |app: &Value| items(steps).position(|s| items(&s["matchExpressions"]).all(|m| selects(m, &app["metadata"]["labels"])));
        let of = |app: &Value| items(&app["metadata"]["ownerReferences"]).any(|o| o["kind"] == "ApplicationSet" && o["name"] == *set.name);
        let mut apps: Vec<(usize, Id, Value)> = all(store, APPS)
            .into_iter()
            .filter(|(id, app)| id.namespace == set.namespace && of(app))
            .filter_map(|(id, app)| Some((step(&app)?, id, Value::clone(&app))))
            .collect();
        apps.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
        let done = |app: &Value| app["status"]["sync"]["status"] == "Synced" && app["status"]["health"]["status"] == "Healthy";
        let current = apps.iter().find(|(_, _, app)| !done(app)).map(|(step, ..)| *step);
        let mut said = Vec::new();
        for (step, id, app) in apps {
            let turn = current == Some(step);
            let status = match () {
                () if done(&app) => "Healthy",
                () if !turn => "Waiting",
                () if in_progress(&app) || app["status"]["sync"]["status"] == "Synced" => "Progressing",
                () => "Pending",
            };
            if status == "Pending" && app["status"]["sync"]["status"] == "OutOfSync" {
                let by = json!({"username": "applicationset-controller", "automated": true});
                change(store, &id, |a| a["operation"] = json!({"initiatedBy": by, "sync": {}}));
            }
            said.push(json!({"application": id.name, "step": (step + 1).to_string(), "status": status, "message": ""}));
        }
        said.into()
    }
}

/// Whether a step's expression selects labels.
fn selects(expression: &Value, labels: &Value) -> bool {
    let held = items(&expression["values"]).any(|v| *v == labels[text(&expression["key"])]);
    held == (expression["operator"] == "In")
}

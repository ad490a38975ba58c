//! A look at an Application: compared with Git and with the cluster, the outcome in its status. A full refresh moves `reconciledAt`;
//! a look because something managed moved does not.
use super::compare::{Comparison, compare};
use super::health::Health;
use super::hooks;
use super::index::Index;
use super::spoke::seen;
use super::{APPS, Argo, automated, key};
use crate::world::objects::{change, deleting, items, moment, remove, stamp, text};
use crate::world::resource::Resource;
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const REFRESH: &str = "argocd.argoproj.io/refresh";
/// Seconds between two refreshes, and for one that was asked for.
const PERIOD: f64 = 60.0;
const ASKED: f64 = 2.0;
/// Seconds after an operation.
const AFTER: f64 = 0.3;

impl Argo {
    /// Looks at an Application if there is reason to.
    pub(super) fn refresh(&mut self, store: &mut Store, id: &Id, now: DateTime<Utc>) {
        let Some(app) = store.get(id).filter(|_| !self.git().silent) else { return };
        let key = key(app);
        let asked = app["metadata"]["annotations"][REFRESH].is_string() && self.timers.passed(&format!("asked {key}"), ASKED, now);
        let never = app["status"]["reconciledAt"].is_null();
        let period = format!("refresh {key}");
        // Argo CD looks at all of them in step.
        if self.due.contains(&key) && !self.timers.passed(&format!("after {key}"), AFTER, now) {
            return;
        }
        let due = self.due.remove(&key) || self.timers.passed(&period, PERIOD, now);
        let full = asked || never || due;
        let seen = (app["metadata"]["resourceVersion"].clone(), self.moved(&id.name));
        let waits = automated(app) && app["status"]["sync"]["status"] == "OutOfSync" && !app["operation"].is_object();
        if !full && !waits && self.compared.get(&key) == Some(&seen) {
            return;
        }
        let app = app.clone();
        self.look(store);
        let status = self.status(store, &app, full, now);
        let finalizers = self.render(&app, &app["spec"]["source"]).ok().and_then(|targets| hooks::finalizers(&app, &targets));
        if status != app["status"] || asked || finalizers.is_some() {
            change(store, id, |a| {
                a["status"] = status;
                if let Some(list) = finalizers {
                    a["metadata"]["finalizers"] = list;
                }
                if asked {
                    remove(&mut a["metadata"]["annotations"], REFRESH);
                }
            });
        }
        let Some(app) = store.get(id) else { return };
        self.compared.insert(key, (app["metadata"]["resourceVersion"].clone(), self.moved(&id.name)));
        if automated(app) && !app["operation"].is_object() && !deleting(app) && !self.blocked(store, app, false, now) {
            let app = app.clone();
            self.auto_sync(store, id, &app, now);
        }
    }

    fn status(&self, store: &Store, app: &Value, full: bool, now: DateTime<Utc>) -> Value {
        let mut status = app["status"].clone();
        if !status.is_object() {
            status = json!({});
        }
        status["controllerNamespace"] = app["metadata"]["namespace"].clone();
        let source = &app["spec"]["source"];
        let mut conditions: Vec<Value> = items(&status["conditions"]).filter(|c| c["type"] == "DeletionError").cloned().collect();
        // Children notice that their project is gone at their next full refresh.
        let noticed = full || deleting(app) || items(&status["conditions"]).any(|c| c["type"] == "InvalidSpecError");
        let failed = self.project(store, app).err().filter(|_| noticed).map(|_| {
            let project = text(&app["spec"]["project"]);
            ("InvalidSpecError", format!("Application referencing project {project} which does not exist"))
        });
        // A repository that is down is noticed at a full refresh only.
        let known = items(&status["conditions"]).any(|c| c["type"] == "ComparisonError");
        let rendered = self.render(app, source);
        let failed = failed.or_else(|| {
            rendered
                .as_ref()
                .err()
                .filter(|_| full || known)
                .map(|e| ("ComparisonError", e.trim_start_matches("ComparisonError: ").to_owned()))
        });
        if let Some((kind, message)) = failed {
            conditions.push(json!({"type": kind, "message": message, "lastTransitionTime": stamp(now)}));
            status["sync"]["status"] = "Unknown".into();
            set_health(&mut status, Health::Unknown, now);
            conditions.extend(items(&status["conditions"]).filter(|c| c["type"] == "OrphanedResourceWarning").cloned());
        } else if let Ok(targets) = rendered {
            let there = self.there(app);
            let (there, index) = seen(&there, store, &self.index);
            let found = compare(there, index, app, &targets);
            self.found(&mut status, there, index, app, found, now);
            conditions.extend(self.excluded(app));
            if full {
                status["reconciledAt"] = stamp(now);
                conditions.extend(self.orphans(store, there, app));
            } else {
                conditions.extend(items(&status["conditions"]).filter(|c| c["type"] == "OrphanedResourceWarning").cloned());
            }
        }
        for condition in &mut conditions {
            let same = items(&app["status"]["conditions"]).find(|c| c["type"] == condition["type"]);
            condition["lastTransitionTime"] = same.map_or_else(|| stamp(now), |c| c["lastTransitionTime"].clone());
        }
        status["conditions"] = conditions.into();
        if items(&status["conditions"]).next().is_none() {
            remove(&mut status, "conditions");
        }
        status
    }

    fn found(&self, status: &mut Value, store: &Store, index: &Index, app: &Value, found: Comparison, now: DateTime<Utc>) {
        let mut compared = json!({"destination": app["spec"]["destination"]});
        let mut sync = json!({"status": if found.synced { "Synced" } else { "OutOfSync" }});
        let mut revisions = json!({});
        self.revisions(app, &mut revisions);
        for part in ["revision", "revisions", "source", "sources"].into_iter().filter(|p| !revisions[p].is_null()) {
            let into = if part.starts_with('r') { &mut sync } else { &mut compared };
            into[part] = revisions[part].clone();
        }
        if items(&app["spec"]["ignoreDifferences"]).next().is_some() {
            compared["ignoreDifferences"] = app["spec"]["ignoreDifferences"].clone();
        }
        if compared["source"].is_null() {
            compared["source"] = json!({"repoURL": ""});
        }
        sync["comparedTo"] = compared;
        status["sync"] = sync;
        status["resourceHealthSource"] = "appTree".into();
        let images = images(store, index, app);
        if !status["summary"].is_object() {
            status["summary"] = json!({});
        }
        remove(&mut status["summary"], "images");
        if !images.is_empty() {
            status["summary"]["images"] = images.into_iter().map(Value::from).collect();
        }
        let kinds = self.git().rendered.get(text(&app["metadata"]["name"])).map(|r| r.source_types.clone());
        for (name, value) in kinds.iter().flat_map(|k| k.as_object()).flatten() {
            status[name] = value.clone();
        }
        status["resources"] = found.resources.into();
        set_health(status, found.health.unwrap_or(Health::Healthy), now);
    }

    /// The warning about what nobody manages in the Application's namespace, where its project asks for it.
    fn orphans(&self, store: &Store, there: &Store, app: &Value) -> Option<Value> {
        const NOT_COUNTED: [&str; 3] = ["persistentvolumeclaims", "pods", APPS];
        let space = text(&app["metadata"]["namespace"]);
        let project = store.get(&Id::new("appprojects.argoproj.io", space, text(&app["spec"]["project"])))?;
        if project["spec"]["orphanedResources"]["warn"] != true {
            return None;
        }
        let settings = &self.index.settings;
        let namespace = text(&app["spec"]["destination"]["namespace"]);
        let made = |id: &Id| matches!(&*id.name, "default" | "kube-root-ca.crt");
        let looked = |r: &Resource| r.namespaced && !NOT_COUNTED.contains(&&*r.stem()) && !settings.excludes(&r.group, &r.kind);
        let count = there
            .resources()
            .iter()
            .filter(|r| looked(r))
            .flat_map(|r| there.entries(&r.stem(), Some(namespace)).map(|(i, o)| (i.clone(), o.clone())).collect::<Vec<_>>())
            .filter(|(i, o)| !made(i) && o["metadata"]["ownerReferences"].is_null() && settings.manager(o).is_none())
            .count();
        (count > 0).then(|| json!({"type": "OrphanedResourceWarning", "message": format!("Application has {count} orphaned resources")}))
    }
}

/// The images of the pods that belong to it.
fn images(store: &Store, index: &Index, app: &Value) -> BTreeSet<String> {
    let managed = index.managed(store, text(&app["metadata"]["name"]));
    let runs = managed.iter().filter(|i| matches!(&*i.resource, "deployments.apps" | "statefulsets.apps" | "daemonsets.apps"));
    let specs = runs.filter_map(|i| store.get(i)).map(|o| &o["spec"]["template"]["spec"]);
    let containers = specs.flat_map(|s| items(&s["containers"]).chain(items(&s["initContainers"])));
    containers.filter_map(|c| c["image"].as_str().map(str::to_owned)).collect()
}

fn set_health(status: &mut Value, health: Health, now: DateTime<Utc>) {
    if status["health"]["status"] != json!(health) {
        status["health"] = json!({"status": health, "lastTransitionTime": stamp(now)});
    }
}

/// Whether something happened long enough ago.
pub(super) fn since(value: &Value, wait: chrono::TimeDelta, now: DateTime<Utc>) -> bool {
    moment(value).is_none_or(|t| t + wait <= now)
}

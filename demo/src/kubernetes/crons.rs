//! CronJobs: the Jobs that they start each minute, and how many they keep. Knows no clock.
use crate::world::objects::{all, change, controller, create, deleting, items, name, reference, remove, set_status, stamp, text, uid};
use crate::world::schedule::Schedule;
use crate::world::store::{DeleteOptions, Id, Propagation, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub const JOBS: &str = "jobs.batch";
const CRONS: &str = "cronjobs.batch";

fn own(store: &Store, cron: &Value) -> Vec<Value> {
    let space = text(&cron["metadata"]["namespace"]);
    store.list(JOBS, Some(space)).filter(|j| controller(j) == uid(cron)).cloned().collect()
}

pub fn finished(job: &Value) -> bool {
    items(&job["status"]["conditions"]).any(|c| matches!(text(&c["type"]), "Complete" | "Failed") && c["status"] == "True")
}

/// Starts the Jobs of a minute since 1970.
pub fn fire(store: &mut Store, minute: i64, now: DateTime<Utc>) {
    let time = DateTime::from_timestamp(minute * 60, 0).unwrap_or(now);
    for (id, cron) in all(store, CRONS) {
        let due = Schedule::parse(text(&cron["spec"]["schedule"])).is_some_and(|s| s.names(time));
        if due && cron["spec"]["suspend"] != true && !deleting(&cron) {
            start(store, &id, &cron, minute, now);
        }
    }
}

fn start(store: &mut Store, id: &Id, cron: &Value, minute: i64, now: DateTime<Utc>) {
    if cron["spec"]["concurrencyPolicy"] == "Forbid" && own(store, cron).iter().any(|j| !finished(j)) {
        return;
    }
    let template = &cron["spec"]["jobTemplate"];
    let mut annotations = json!({"batch.kubernetes.io/cronjob-scheduled-timestamp": stamp(now)});
    for (key, value) in template["metadata"]["annotations"].as_object().into_iter().flatten() {
        annotations[key] = value.clone();
    }
    let meta = json!({"name": format!("{}-{minute}", id.name), "labels": template["metadata"]["labels"], "annotations": annotations,
        "ownerReferences": reference(cron)});
    create(store, JOBS, &id.namespace, json!({"metadata": meta, "spec": template["spec"]}));
    change(store, id, |c| c["status"]["lastScheduleTime"] = stamp(now));
}

/// Writes `status.active` and `lastSuccessfulTime`, and removes finished Jobs above the limit.
pub fn tidy(store: &mut Store) {
    for (id, cron) in all(store, CRONS) {
        tidy_one(store, &id, &cron);
    }
}

fn tidy_one(store: &mut Store, id: &Id, cron: &Value) {
    let mut jobs = own(store, cron);
    jobs.sort_by(|a, b| name(a).cmp(name(b)));
    let mut status = cron["status"].clone();
    if !status.is_object() {
        status = json!({});
    }
    let active = |j: &&Value| !finished(j) && !deleting(j);
    let list: Vec<Value> = jobs
        .iter()
        .filter(active)
        .map(|j| {
            json!({"apiVersion": "batch/v1", "kind": "Job", "name": name(j), "namespace": id.namespace,
        "uid": uid(j), "resourceVersion": j["metadata"]["resourceVersion"]})
        })
        .collect();
    remove(&mut status, "active");
    if !list.is_empty() {
        let known = |new: &Value| items(&cron["status"]["active"]).find(|a| a["uid"] == new["uid"]).cloned();
        status["active"] = list.into_iter().map(|new| known(&new).unwrap_or(new)).collect();
    }
    let last = jobs.iter().filter_map(|j| j["status"]["completionTime"].as_str()).max();
    if let Some(last) = last.filter(|l| status["lastSuccessfulTime"].as_str().is_none_or(|s| *l > s)) {
        status["lastSuccessfulTime"] = last.into();
    }
    set_status(store, id, status);
    let kept = cron["spec"]["successfulJobsHistoryLimit"].as_u64().map_or(3, |n| usize::try_from(n).unwrap_or(3));
    let done: Vec<&Value> = jobs.iter().filter(|j| finished(j)).collect();
    for old in done.iter().take(done.len().saturating_sub(kept)) {
        drop(store.delete(
            &Id::new(JOBS, &id.namespace, name(old)),
            &DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() },
        ));
    }
}

//! Jobs and CronJobs: pods that end, and what comes each minute of the platform's time.
use super::template::pod;
use crate::world::controller::Controller;
use crate::world::controller::Timers;
use crate::world::objects::all;
use crate::world::objects::change;
use crate::world::objects::controller;
use crate::world::objects::create;
use crate::world::objects::deleting;
use crate::world::objects::items;
use crate::world::objects::name;
use crate::world::objects::number;
use crate::world::objects::ready;
use crate::world::objects::reference;
use crate::world::objects::set_status;
use crate::world::objects::stamp;
use crate::world::objects::text;
use crate::world::objects::uid;
use crate::world::store::DeleteOptions;
use crate::world::store::Id;
use crate::world::store::Propagation;
use crate::world::store::Store;
use chrono::DateTime;
use chrono::Timelike;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

const JOBS: &str = "jobs.batch";

/// The job controller, the cron job controller and the one for finished jobs.
#[derive(Debug)]
pub struct Jobs {
    timers: Timers,
    pace: f64,
    /// When the platform began, and the last minute of its own time that was looked at.
    began: Option<(DateTime<Utc>, i64)>,
}

impl Jobs {
    /// With `pace` seconds of the platform in each second.
    pub fn new(pace: f64) -> Self {
        Self { timers: Timers::new(pace), pace, began: None }
    }

    /// The minutes of the platform's own time that began since the last look.
    fn minutes(&mut self, now: DateTime<Utc>) -> Vec<i64> {
        let (start, last) = *self.began.get_or_insert((now, now.timestamp().div_euclid(60)));
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "minutes since 1970 fit")]
        let minute = (start.timestamp().div_euclid(60) as f64
            + (start.second() as f64 + (now - start).num_milliseconds() as f64 / 1e3 * self.pace) / 60.0) as i64;
        self.began = Some((start, minute.max(last)));
        (last + 1..=minute).collect()
    }
}

impl Controller for Jobs {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        for minute in self.minutes(now) {
            for (id, cron) in all(store, "cronjobs.batch") {
                if due(text(&cron["spec"]["schedule"]), minute) && cron["spec"]["suspend"] != true && !deleting(&cron) {
                    fire(store, &id, &cron, minute, now);
                }
            }
        }
        for (id, job) in all(store, JOBS).into_iter().filter(|(_, j)| !deleting(j)) {
            self.job(store, &id, &job, now);
        }
        for (id, cron) in all(store, "cronjobs.batch") {
            tidy(store, &id, &cron);
        }
    }
}

/// Whether a schedule (`*`, `*/n` or a number in minute and hour) names a minute since 1970, UTC.
pub fn due(schedule: &str, minute: i64) -> bool {
    let fits = |field: Option<&str>, value: i64| match field {
        None | Some("*") => true,
        Some(field) => match field.strip_prefix("*/") {
            Some(step) => step.parse::<i64>().is_ok_and(|s| s > 0 && value % s == 0),
            None => field.parse() == Ok(value),
        },
    };
    let mut fields = schedule.split_whitespace();
    fits(fields.next(), minute % 60) && fits(fields.next(), minute / 60 % 24)
}

fn own(store: &Store, cron: &Value) -> Vec<Value> {
    let space = text(&cron["metadata"]["namespace"]);
    store.list(JOBS, Some(space)).filter(|j| controller(j) == uid(cron)).cloned().collect()
}

fn finished(job: &Value) -> bool {
    items(&job["status"]["conditions"]).any(|c| matches!(text(&c["type"]), "Complete" | "Failed") && c["status"] == "True")
}

fn fire(store: &mut Store, id: &Id, cron: &Value, minute: i64, now: DateTime<Utc>) {
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

/// `status.active`, `lastSuccessfulTime`, and no more finished Jobs than are wanted.
fn tidy(store: &mut Store, id: &Id, cron: &Value) {
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
    crate::world::objects::remove(&mut status, "active");
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

impl Jobs {
    fn job(&mut self, store: &mut Store, id: &Id, job: &Value, now: DateTime<Utc>) {
        if finished(job) {
            let wait = job["spec"]["ttlSecondsAfterFinished"].as_f64();
            if wait.is_some_and(|w| self.timers.passed(&format!("ttl {}", uid(job)), w, now)) {
                drop(store.delete(id, &DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() }));
            }
            return;
        }
        if job["spec"]["selector"].is_null() {
            return change(store, id, prepare);
        }
        let pods: Vec<&Value> = store.list("pods", Some(&id.namespace)).filter(|p| controller(p) == uid(job) && !deleting(p)).collect();
        let mut status = json!({"startTime": job["status"]["startTime"].as_str().map_or_else(|| stamp(now), Into::into),
            "uncountedTerminatedPods": {}, "terminating": 0});
        let done = pods.iter().filter(|p| p["status"]["phase"] == "Succeeded").count();
        let up = pods.iter().filter(|p| ready(p)).count();
        status["ready"] = up.into();
        if done > 0 {
            status["succeeded"] = done.into();
        }
        if pods.len() > done {
            status["active"] = (pods.len() - done).into();
        }
        if i64::try_from(done).is_ok_and(|d| d >= number(&job["spec"]["completions"]).max(1)) {
            let met = |kind: &str| {
                json!({"type": kind, "status": "True", "reason": "CompletionsReached",
                    "message": "Reached expected number of succeeded pods",
                "lastProbeTime": stamp(now), "lastTransitionTime": stamp(now)})
            };
            status["conditions"] = json!([met("SuccessCriteriaMet"), met("Complete")]);
            status["completionTime"] = stamp(now);
        } else if pods.is_empty() {
            create(store, "pods", &id.namespace, pod(job, &job["spec"]["template"], &json!({})));
        }
        if !(job["status"].is_null() && status["active"].is_null()) || status["completionTime"].is_string() {
            set_status(store, id, status);
        }
    }
}

/// What the API server adds to a Job when it is created: a selector by its own uid.
fn prepare(job: &mut Value) {
    let (uid, name) = (job["metadata"]["uid"].clone(), job["metadata"]["name"].clone());
    job["spec"]["selector"] = json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}});
    let labels =
        json!({"batch.kubernetes.io/controller-uid": uid, "controller-uid": uid, "batch.kubernetes.io/job-name": name, "job-name": name});
    for (key, value) in labels.as_object().into_iter().flatten() {
        job["spec"]["template"]["metadata"]["labels"][key] = value.clone();
    }
    for (key, value) in [
        ("parallelism", json!(1)),
        ("completions", json!(1)),
        ("suspend", json!(false)),
        ("manualSelector", json!(false)),
        ("completionMode", json!("NonIndexed")),
        ("podReplacementPolicy", json!("TerminatingOrFailed")),
    ] {
        if job["spec"][key].is_null() {
            job["spec"][key] = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::objects::moment;

    #[test]
    fn a_schedule_names_its_minutes() {
        assert!(due("* * * * *", 12345));
        assert!(due("*/10 * * * *", 60 * 24 + 20) && !due("*/10 * * * *", 21));
        assert!(due("17 3 * * *", 3 * 60 + 17) && !due("17 3 * * *", 4 * 60 + 17));
    }

    #[test]
    fn each_minute_of_the_platform_comes_once() {
        let mut jobs = Jobs::new(60.0);
        let start = moment(&json!("2030-01-01T00:00:30Z")).unwrap();
        assert!(jobs.minutes(start).is_empty());
        let later = |ms: i64| start + chrono::TimeDelta::milliseconds(ms);
        let mut seen = Vec::new();
        for tick in 0..40 {
            seen.extend(jobs.minutes(later(tick * 100)));
        }
        assert_eq!(seen.len(), 4);
        assert!(seen.windows(2).all(|w| w[1] == w[0] + 1));
    }
}

//! Jobs, whose pods end; and the moments at which the minutes of the platform's time begin.
use super::crons::{self, JOBS, finished};
use super::template::pod;
use crate::world::controller::{Controller, Timers};
use crate::world::objects::{all, change, controller, create, deleting, number, ready, set_status, stamp, uid};
use crate::world::store::{DeleteOptions, Id, Propagation, Store};
use chrono::{DateTime, Timelike, Utc};
use serde_json::{Value, json};

/// The job controller, the cron job controller and the one for finished jobs.
#[derive(Debug)]
pub struct Jobs {
    timers: Timers,
    pace: f64,
    /// When the platform began, and the last minute of its own time that was handled.
    began: Option<(DateTime<Utc>, i64)>,
}

impl Jobs {
    /// `pace`: seconds of the platform in each real second.
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
            crons::fire(store, minute, now);
        }
        for (id, job) in all(store, JOBS).into_iter().filter(|(_, j)| !deleting(j)) {
            self.job(store, &id, &job, now);
        }
        crons::tidy(store);
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

/// Adds to a new Job what the API server adds: a selector by its own uid.
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

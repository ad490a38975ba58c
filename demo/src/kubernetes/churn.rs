//! What changes all the time and must not matter: leases, heartbeats, events.
use crate::world::controller::{Controller, Timers};
use crate::world::objects::{all, change, create, stamp, uid};
use crate::world::store::{DeleteOptions, Id, Store};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::json;
use std::collections::HashSet;

/// How many events are kept.
const KEPT: usize = 200;

/// Writes the heartbeats, and an event for each new pod and Application.
#[derive(Debug)]
pub struct Churn {
    timers: Timers,
    seen: HashSet<String>,
    begun: bool,
    events: u64,
}

impl Churn {
    /// `pace`: seconds of the platform in each real second.
    pub fn new(pace: f64) -> Self {
        Self { timers: Timers::new(pace), seen: HashSet::new(), begun: false, events: 0 }
    }
}

impl Controller for Churn {
    fn step(&mut self, store: &mut Store, now: DateTime<Utc>) {
        if self.timers.passed("lease", 10.0, now) {
            for (id, _) in all(store, "leases.coordination.k8s.io") {
                change(store, &id, |l| l["spec"]["renewTime"] = now.to_rfc3339_opts(SecondsFormat::Micros, true).into());
            }
        }
        if self.timers.passed("heartbeat", 300.0, now) {
            for (id, _) in all(store, "nodes") {
                change(store, &id, |n| {
                    for condition in n["status"]["conditions"].as_array_mut().into_iter().flatten() {
                        condition["lastHeartbeatTime"] = stamp(now);
                    }
                });
            }
        }
        self.events(store, now);
    }
}

impl Churn {
    fn events(&mut self, store: &mut Store, now: DateTime<Utc>) {
        let mut told = Vec::new();
        for (stem, reason, message) in [
            ("pods", "Scheduled", "Successfully assigned to a node"),
            ("applications.argoproj.io", "ResourceUpdated", "Updated sync status"),
        ] {
            for (id, object) in store.entries(stem, None) {
                if self.seen.insert(uid(object).to_owned()) && self.begun {
                    let involved = json!({"apiVersion": object["apiVersion"], "kind": object["kind"], "namespace": id.namespace,
                        "name": id.name, "uid": uid(object)});
                    told.push((id.clone(), involved, reason, message));
                }
            }
        }
        self.begun = true;
        for (id, involved, reason, message) in told {
            self.events += 1;
            let meta = json!({"name": format!("{}.{:016x}", id.name, now.timestamp_micros() + i64::try_from(self.events).unwrap_or(0))});
            let event = json!({"metadata": meta, "involvedObject": involved, "reason": reason, "message": message, "type": "Normal",
                "count": 1,
                "firstTimestamp": stamp(now), "lastTimestamp": stamp(now), "source": {"component": "demo"},
                "reportingComponent": "demo", "reportingInstance": ""});
            create(store, "events", &id.namespace, event);
        }
        let mut old: Vec<(String, Id)> = store
            .entries("events", None)
            .map(|(id, e)| (id.name.rsplit('.').next().unwrap_or_default().to_owned() + uid(e), id.clone()))
            .collect();
        if old.len() > KEPT {
            old.sort();
            for (_, id) in old.iter().take(old.len() - KEPT) {
                drop(store.delete(id, &DeleteOptions::default()));
            }
        }
    }
}

//! Kubernetes' own controllers, level-triggered over the store. Knows no HTTP and no Argo CD.
mod churn;
mod collector;
mod crons;
mod daemons;
mod endpoints;
mod jobs;
mod kubelet;
mod namespaces;
mod nodes;
mod pods;
pub(crate) mod replicas;
mod revisions;
mod scaling;
mod services;
mod stateful;
pub(crate) mod template;
mod volumes;

use crate::world::controller::Controller;

/// All of them, in an order that needs few steps. `pace`: seconds of the platform in each real second.
pub fn controllers(pace: f64) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(collector::Collector::default()),
        namespaces::control(),
        Box::new(jobs::Jobs::new(pace)),
        scaling::control(pace),
        replicas::control(),
        replicas::deadlines(pace),
        stateful::control(),
        daemons::control(),
        volumes::control(),
        pods::control(pace),
        services::control(),
        Box::new(churn::Churn::new(pace)),
    ]
}

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

/// All of them, in an order that needs few steps.
pub fn controllers(pace: f64) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(collector::Collector::default()),
        Box::new(namespaces::Namespaces::default()),
        Box::new(jobs::Jobs::new(pace)),
        Box::new(scaling::Scaling::new(pace)),
        replicas::control(),
        Box::new(replicas::Deadlines::new(pace)),
        stateful::control(),
        daemons::control(),
        volumes::control(),
        Box::new(pods::Pods::new(pace)),
        services::control(),
        Box::new(churn::Churn::new(pace)),
    ]
}

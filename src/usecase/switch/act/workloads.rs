//! Whether the layer's workloads are available, by their own status.
use crate::argo::listed;
use crate::kinds::health::{self, Health};
use crate::model::Key;
use crate::usecase::cluster::Resource;
use crate::usecase::switch::act::read;
use crate::usecase::switch::{Code, Fact, Run, Stop, View};

/// The layer's workloads, besides those of some Applications: how many there are, and which are not available.
pub fn workloads(run: &Run<'_>, view: &View, besides: impl Fn(&Key) -> bool) -> Result<(usize, Vec<Fact>), Stop> {
    let (mut count, mut pending) = (0, Vec::new());
    // What is on another cluster is not seen from here; its Application's word is all there is.
    for app in view.family().filter(|a| view.here.is(&a.value) && !besides(&a.key)) {
        for entry in listed(&app.value).filter(|e| !e.status().is_empty()) {
            let (key, version) = (entry.key(), entry.version());
            let reader = run.rules.of(&key.group, &key.kind).rule.health.as_deref();
            let Some(reader) = reader.filter(|r| matches!(*r, "deployment" | "statefulset" | "daemonset" | "replicas")) else { continue };
            count += 1;
            let plural = run.rules.plural(&key.group, &key.kind);
            let kind = Resource::new(&key.group, version, &plural, &key.kind, true);
            let health = read::one(run, &kind, &key, false)?.map(|live| health::read(reader, &live).map_or(Health::Unknown, |r| r.health));
            match health {
                Some(Health::Healthy) => {}
                Some(_) => pending.push(Fact::new(Code::Unavailable, &key, "")),
                None => pending.push(Fact::new(Code::Missing, &key, "")),
            }
        }
    }
    Ok((count, pending))
}

//! The Applications of a bundle, and which of them brings which.
use crate::argo;
use crate::compare::{CompareError, Instances, Side, Spot};
use crate::model::{Key, meta};
use crate::usecase::shown::objects::objects;
use crate::value::Value;
use std::collections::BTreeMap;

pub struct Application {
    pub key: Key,
    pub layer: String,
    /// Argo CD's word; empty where nobody looked.
    pub sync: String,
    /// Argo CD's word; empty where nobody looked.
    pub health: String,
    /// The Git revisions with which it was compared.
    pub revisions: Vec<String>,
    pub deleting: bool,
    /// The Application that lists it, or that lists the ApplicationSet that made it.
    pub parent: Option<Key>,
}

/// The Applications of a bundle, by key.
pub(super) fn read(instances: &Instances, side: &Side, index: usize) -> Result<Vec<Application>, CompareError> {
    let all = objects(instances, side, index, "applications.argoproj.io")?;
    let key = |app: &Value| Key::new(argo::GROUP, "Application", meta::text(app, "/metadata/namespace"), meta::text(app, "/metadata/name"));
    let mut listed: BTreeMap<Key, Key> = BTreeMap::new();
    for (_, app) in &all {
        let own = argo::listed(app).filter(|entry| entry.is_argo("Application") || entry.is_argo("ApplicationSet"));
        own.for_each(|entry| {
            listed.entry(entry.key()).or_insert_with(|| key(app));
        });
    }
    let made_by = |app: &Value| {
        let owner = meta::controller(app)?;
        listed.get(&Key::new(owner.group, owner.kind, meta::text(app, "/metadata/namespace"), owner.name)).cloned()
    };
    let one = |spot: &Spot, app: &Value| Application {
        parent: listed.get(&key(app)).cloned().or_else(|| made_by(app)).filter(|parent| *parent != key(app)),
        key: key(app),
        layer: instances.layer(spot).to_owned(),
        sync: argo::app::sync(app).to_owned(),
        health: argo::app::health(app).to_owned(),
        revisions: revisions(app),
        deleting: meta::deleting(app).is_some(),
    };
    Ok(all.iter().map(|(spot, app)| one(spot, app)).collect())
}

/// Those of all its sources, where it has several.
fn revisions(app: &Value) -> Vec<String> {
    let all = meta::list(app, "/status/sync/revisions").filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    let one = Some(meta::text(app, "/status/sync/revision").to_owned()).filter(|r| !r.is_empty());
    if all.is_empty() { one.into_iter().collect() } else { all }
}

//! What an object still hangs on that is to go, and what an Application lacks that is to be there. Pure.
use crate::argo::{app, listed};
use crate::kinds::health::application_is_unsettled;
use crate::model::{Key, Object, meta};
use crate::usecase::switch::{Code, Fact};
use crate::value::Value;

/// What an object that is to go hangs on.
pub fn hangs(key: &Key, live: &Value) -> Fact {
    let finalizers = meta::finalizers(live).join(" ");
    if meta::deleting(live).is_none() {
        return Fact::new(Code::NotDeleted, key, finalizers);
    }
    match app::condition(live, "DeletionError") {
        Some((_, message)) => Fact::new(Code::DeletionError, key, message),
        None => Fact::new(Code::Deleting, key, finalizers),
    }
}

pub fn lacks(object: &Object) -> Vec<Fact> {
    let (key, value) = (&object.key, &object.value);
    let (sync, health) = (app::sync(value), app::health(value));
    let mut lacks = Vec::new();
    if sync != "Synced" {
        lacks.push(Fact::new(Code::NotSynced, key, sync));
    }
    if health != "Healthy" {
        lacks.push(Fact::new(Code::NotHealthy, key, format!("{health}{}", ailing(value))));
    }
    if application_is_unsettled(value) {
        lacks.push(Fact::new(Code::NotReconciled, key, ""));
    }
    lacks
}

/// The first of its objects that is not healthy, and why, in Argo CD's words.
fn ailing(app: &Value) -> String {
    let first = listed(app).find(|e| e.ails());
    let said = |(health, message)| format!("{health} {message}");
    first.map_or(String::new(), |e| format!(": {} {}", e.key(), said(e.health())).trim_end().to_owned())
}

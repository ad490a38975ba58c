//! What an Application or an ApplicationSet was like before the layer went: ON brings back what was, and no more. Pure; knows no tree of
//! Applications.
use crate::argo::{Mode, app, set};
use crate::kinds::worse::is_worse;
use crate::value::{Map, Value};
use serde::{Deserialize, Serialize};

/// What an object was like. The default says nothing: then it must be Synced and Healthy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Was {
    /// Its sync status, in Argo CD's word.
    pub sync: String,
    /// Its health, in Argo CD's word.
    pub health: String,
    /// It was OutOfSync with nothing of it there, and nobody had ever synced it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub never_synced: bool,
    /// An ApplicationSet had not made its Applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmade: Option<Unmade>,
}

/// Why an ApplicationSet has not made its Applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unmade {
    /// Its controller has not looked at it.
    Unseen,
    /// It can't.
    Failed,
}

impl Unmade {
    /// Of a set; none where it has made them.
    pub fn of(set: &Value) -> Option<Self> {
        match set::made(set) {
            set::Made::All => None,
            set::Made::Unseen => Some(Self::Unseen),
            set::Made::Failed(_) => Some(Self::Failed),
        }
    }
}

impl Was {
    /// What an Application is like now.
    pub fn of(value: &Value) -> Self {
        let (sync, health) = (app::sync(value).to_owned(), app::health(value).to_owned());
        Self { never_synced: sync == "OutOfSync" && health == "Missing" && app::is_never_synced(value), sync, health, unmade: None }
    }

    /// What an ApplicationSet is like now; none where it has made its Applications.
    pub fn of_set(value: &Value) -> Option<Self> {
        Unmade::of(value).map(|unmade| Self { unmade: Some(unmade), ..Self::default() })
    }

    /// Whether an ApplicationSet that had not made its Applications has not for the same reason.
    pub fn is_unmade_as(&self, set: &Value) -> bool {
        self.unmade.is_some() && self.unmade == Unmade::of(set)
    }

    /// Whether an Application that was not Synced and Healthy is again just as it was.
    pub fn is_as(&self, value: &Value) -> bool {
        let facts = |sync: &str, health: &str| {
            Map::from_iter([("/status/sync/status".to_owned(), sync.into()), ("/status/health/status".to_owned(), health.into())])
        };
        let (sync, health) = (app::sync(value), app::health(value));
        let was_well = self.sync == "Synced" && self.health == "Healthy";
        // Of another health it may still get better, even where that is not worse.
        !was_well && !health.is_empty() && health == self.health && !is_worse(&facts(&self.sync, &self.health), &facts(sync, health))
    }

    /// Whether ON leaves it alone: only a person syncs it, and nobody had.
    pub fn stays(&self, value: &Value) -> bool {
        self.never_synced && Mode::of(value).is_manual()
    }
}

#[cfg(test)]
mod tests {
    use super::Was;
    use crate::value::{Value, json};

    fn app(sync: &str, health: &str) -> Value {
        json!({"status": {"sync": {"status": sync}, "health": {"status": health}, "history": [{"id": 1}]}})
    }

    #[test]
    fn only_what_was_not_well_is_again_as_it_was_and_only_by_the_same_health_and_no_worse_sync() {
        for (was, now, is) in [
            (("Synced", "Degraded"), ("Synced", "Degraded"), true),
            (("OutOfSync", "Degraded"), ("Synced", "Degraded"), true),
            (("OutOfSync", "Healthy"), ("OutOfSync", "Healthy"), true),
            (("Synced", "Degraded"), ("OutOfSync", "Degraded"), false),
            (("Synced", "Degraded"), ("Synced", "Progressing"), false),
            (("Synced", "Degraded"), ("Synced", "Missing"), false),
            (("Synced", "Healthy"), ("Synced", "Degraded"), false),
            (("Synced", "Healthy"), ("OutOfSync", "Healthy"), false),
            (("", ""), ("Synced", ""), false),
            (("", ""), ("Synced", "Degraded"), false),
        ] {
            assert_eq!(Was::of(&app(was.0, was.1)).is_as(&app(now.0, now.1)), is, "{was:?} {now:?}");
        }
        assert!(!Was::default().is_as(&app("Synced", "Degraded")), "nothing is known of it");
    }

    #[test]
    fn never_synced_is_out_of_sync_without_history_operation_or_anybody_who_asks() {
        let bare = || json!({"status": {"sync": {"status": "OutOfSync"}, "health": {"status": "Missing"}}});
        let with = |pointer: &str, value: Value| {
            let mut app = bare();
            crate::value::set(&mut app, pointer, value);
            Was::of(&app).never_synced
        };
        assert!(Was::of(&bare()).never_synced && with("/status/history", json!([])) && with("/status/operationState", Value::Null));
        assert!(!with("/status/history", json!([{"id": 0}])));
        assert!(!with("/status/operationState", json!({"phase": "Failed"})));
        assert!(!with("/operation", json!({"sync": {}})));
        // Its status may have been lost: what is there was synced by somebody.
        assert!(!with("/status/health/status", json!("Healthy")));
        assert!(!with("/status/sync/status", json!("Synced")) && !with("/status/sync/status", json!("Unknown")));
    }

    #[test]
    fn an_automated_one_is_never_left_alone() {
        let was = Was { never_synced: true, ..Was::default() };
        assert!(was.stays(&json!({"spec": {}})));
        assert!(!was.stays(&json!({"spec": {"syncPolicy": {"automated": {}}}})) && !Was::default().stays(&json!({"spec": {}})));
    }
}

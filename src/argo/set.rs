//! What an ApplicationSet says about itself: what stays when it goes, and whether it has made its Applications. Argo CD 3.6.0,
//! `applicationset/controllers/applicationset_controller.go` (`Reconcile`, `syncValidApplications`) and
//! `applicationset/utils/policy.go`. Its Applications have it as their owner, so they go with it.
use crate::argo::app;
use crate::model::meta::{self, list, text};
use crate::value::Value;

/// The policy that does not let the set delete its Applications: they stay when it goes.
pub fn keeps_its_applications(set: &Value) -> Option<&str> {
    Some(text(set, "/spec/syncPolicy/applicationsSync")).filter(|policy| matches!(*policy, "create-only" | "create-update"))
}

/// Whether an Application that a set made leaves what it manages when it goes: the set gave it no finalizer
/// (`preserveResourcesOnDeletion`), and takes off one that somebody else gives it.
pub fn leaves_its_objects(app: &Value) -> bool {
    maker(app).is_some() && !app::cascades(app)
}

/// How far an ApplicationSet is with making its Applications.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Made<'a> {
    /// All are there as it wants them.
    All,
    /// Its controller has not looked at it.
    Unseen,
    /// It can't; why.
    Failed(&'a str),
}

/// How far it is, by its conditions.
pub fn made(set: &Value) -> Made<'_> {
    let holds = |kind: &str| list(set, "/status/conditions").find(|c| text(c, "/type") == kind && text(c, "/status") == "True");
    match (holds("ErrorOccurred"), holds("ResourcesUpToDate")) {
        (Some(error), _) => Made::Failed(text(error, "/message")),
        (None, Some(_)) => Made::All,
        (None, None) => Made::Unseen,
    }
}

/// Whether the set syncs its Applications itself, step by step. A controller without progressive syncs does not, and leaves them automated.
pub fn rolls(set: &Value) -> bool {
    text(set, "/spec/strategy/type") == "RollingSync"
}

/// The step of a progressive sync in which the set holds one of its Applications, and how far that is; none at its end.
pub fn step<'a>(set: &'a Value, app: &str) -> Option<(&'a str, &'a str)> {
    let mut steps = list(set, "/status/applicationStatus").filter(|s| rolls(set) && text(s, "/application") == app);
    steps.next().map(|s| (text(s, "/step"), text(s, "/status"))).filter(|(_, status)| *status != "Healthy")
}

/// The ApplicationSet that made an Application.
pub fn maker(app: &Value) -> Option<meta::Owner<'_>> {
    meta::owners(app).find(|o| o.kind == "ApplicationSet")
}

//! What an Application says about itself: who syncs it, which operation it runs, and what its deletion does. Argo CD 3.6.0,
//! `pkg/apis/application/v1alpha1/types.go` (`SyncPolicy`, `SyncPolicyAutomated`; `enabled` is known since 3.1) and
//! `controller/appcontroller.go`. A missing status never counts as healthy.
use crate::model::meta::{annotation, finalizers, list, text};
use crate::value::Value;

/// The finalizer that makes Argo CD delete an Application's objects together with it.
pub const RESOURCES: &str = "resources-finalizer.argocd.argoproj.io";

/// The annotation that tells Argo CD not to reconcile an Application.
pub const SKIP_RECONCILE: &str = "argocd.argoproj.io/skip-reconcile";

/// In which form an Application says that it is manual.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// It has no `spec.syncPolicy`.
    NoPolicy,
    /// The policy has no `automated`: understood by every version.
    NoAutomated,
    /// `automated.enabled: false`: understood since Argo CD 3.1 only.
    Disabled,
}

/// Who syncs an Application.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Automated {
        /// Removes what Git no longer lists.
        prune: bool,
        /// Puts back what was changed by hand.
        self_heal: bool,
    },
    Manual(Form),
}

impl Mode {
    /// Reads `spec.syncPolicy`.
    pub fn of(app: &Value) -> Self {
        let Some(policy) = app.pointer("/spec/syncPolicy").filter(|p| p.is_object()) else { return Self::Manual(Form::NoPolicy) };
        let Some(automated) = policy.get("automated").filter(|a| a.is_object()) else { return Self::Manual(Form::NoAutomated) };
        let on = |k: &str| automated.get(k) == Some(&Value::Bool(true));
        if automated.get("enabled") == Some(&Value::Bool(false)) {
            return Self::Manual(Form::Disabled);
        }
        Self::Automated { prune: on("prune"), self_heal: on("selfHeal") }
    }

    /// Whether only a person syncs it.
    pub fn is_manual(self) -> bool {
        matches!(self, Self::Manual(_))
    }

    /// Whether it is automated with prune and self-heal, as the root is when the switch is on.
    pub fn is_on(self) -> bool {
        self == Self::Automated { prune: true, self_heal: true }
    }
}

/// Whether an operation is requested or running. An operation that is set blocks the finalizers.
pub fn is_operating(app: &Value) -> bool {
    app.get("operation").is_some_and(|o| !o.is_null()) || matches!(phase(app), "Running" | "Terminating")
}

/// The phase of the last operation; empty if there was none.
pub fn phase(app: &Value) -> &str {
    text(app, "/status/operationState/phase")
}

/// Whether no operation ever synced it, and none is asked for. A sync that succeeds is in `status.history`
/// (`controller/state.go`, `persistRevisionHistory`), and the last one, however it ended, in `status.operationState`.
pub fn is_never_synced(app: &Value) -> bool {
    let some = |pointer: &str| app.pointer(pointer).is_some_and(|v| !v.is_null());
    !some("/operation") && !some("/status/operationState") && list(app, "/status/history").next().is_none()
}

/// What the last operation says of itself.
pub fn message(app: &Value) -> &str {
    text(app, "/status/operationState/message")
}

/// Whether its operation says that it waits for a sync window to open.
pub fn is_blocked(app: &Value) -> bool {
    message(app).contains("blocked by sync window")
}

/// Whether what is there is what Git has: `Synced`, `OutOfSync`, `Unknown`; empty where nobody looked.
pub fn sync(app: &Value) -> &str {
    text(app, "/status/sync/status")
}

/// Its health, in its own word.
pub fn health(app: &Value) -> &str {
    text(app, "/status/health/status")
}

/// Whether deleting the Application deletes its objects too, in any of the three ways.
pub fn cascades(app: &Value) -> bool {
    finalizers(app).iter().any(|f| f.strip_prefix(RESOURCES).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Whether a finalizer is Argo CD's own.
pub fn is_argos(finalizer: &str) -> bool {
    finalizer.split('/').next().is_some_and(|domain| domain.ends_with(".argocd.argoproj.io"))
}

pub fn conditions(app: &Value) -> impl Iterator<Item = (&str, &str)> {
    list(app, "/status/conditions").map(|c| (text(c, "/type"), text(c, "/message")))
}

/// The first condition whose type has this ending.
pub fn condition<'a>(app: &'a Value, ending: &str) -> Option<(&'a str, &'a str)> {
    conditions(app).find(|(kind, _)| kind.ends_with(ending))
}

/// Whether the Application's own policy holds a sync option.
pub fn policy_has(app: &Value, option: &str) -> bool {
    list(app, "/spec/syncPolicy/syncOptions").any(|o| o.as_str() == Some(option))
}

/// Whether Argo CD is told not to reconcile it.
pub fn is_skipped(app: &Value) -> bool {
    annotation(app, SKIP_RECONCILE) == Some("true")
}

/// The namespace of the Argo CD that reconciled it last; none before the first time.
pub fn controller_namespace(app: &Value) -> Option<&str> {
    Some(text(app, "/status/controllerNamespace")).filter(|ns| !ns.is_empty())
}

/// Its AppProject; an empty field means `default`.
pub fn project(app: &Value) -> &str {
    Some(text(app, "/spec/project")).filter(|p| !p.is_empty()).unwrap_or("default")
}

/// A value of the last operation's `info`.
pub fn info<'a>(operation: &'a Value, name: &str) -> Option<&'a str> {
    let all = operation.get("info")?.as_array()?;
    all.iter().find(|i| text(i, "/name") == name).map(|i| text(i, "/value"))
}

#[cfg(test)]
mod tests {
    use super::{Form, Mode, cascades, is_argos, is_operating};
    use crate::value::json;

    #[test]
    fn manual_has_three_forms_and_automated_needs_an_object() {
        for (spec, mode) in [
            (json!({}), Mode::Manual(Form::NoPolicy)),
            (json!({"syncPolicy": {"retry": {}}}), Mode::Manual(Form::NoAutomated)),
            (json!({"syncPolicy": {"automated": null}}), Mode::Manual(Form::NoAutomated)),
            (json!({"syncPolicy": {"automated": {"enabled": false, "prune": true}}}), Mode::Manual(Form::Disabled)),
            (json!({"syncPolicy": {"automated": {}}}), Mode::Automated { prune: false, self_heal: false }),
            (
                json!({"syncPolicy": {"automated": {"enabled": true, "prune": true, "selfHeal": true}}}),
                Mode::Automated { prune: true, self_heal: true },
            ),
        ] {
            assert_eq!(Mode::of(&json!({"spec": spec})), mode);
        }
    }

    #[test]
    fn each_form_of_the_resources_finalizer_cascades() {
        let with = |f: &str| cascades(&json!({"metadata": {"finalizers": [f]}}));
        assert!(with("resources-finalizer.argocd.argoproj.io") && with("resources-finalizer.argocd.argoproj.io/background"));
        assert!(!with("foregroundDeletion") && !with("resources-finalizer.argocd.argoproj.iox"));
        assert!(is_argos("post-delete-finalizer.argocd.argoproj.io/cleanup") && !is_argos("example.com/hold"));
    }

    #[test]
    fn a_finished_at_is_no_end_while_the_phase_says_running() {
        assert!(is_operating(&json!({"status": {"operationState": {"phase": "Running", "finishedAt": "2026-01-01T00:00:00Z"}}})));
        assert!(is_operating(&json!({"operation": {"sync": {}}})));
        assert!(!is_operating(&json!({"operation": null, "status": {"operationState": {"phase": "Failed"}}})));
    }
}

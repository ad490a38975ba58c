//! What Argo CD leaves undone: an operation that nobody begins, manifests that do not come, a deletion in which nothing is deleted. Argo CD
//! 3.2.11, `controller/appcontroller.go` (`processRequestedAppOperation` first says that it runs) and `controller/sync.go` (`SyncAppState`
//! has no result before the repo-server gave the manifests). Each of these is usual for a moment. Pure; must not know how long that is.
use crate::argo::app;
use crate::model::instant;
use crate::model::meta::{list, text};
use crate::usecase::switch::Code;
use crate::value::Value;
use chrono::{DateTime, FixedOffset};

/// What its operation waits for, where it has not come further.
pub fn sign(app: &Value) -> Option<Code> {
    let none = |pointer: &str| app.pointer(pointer).is_none_or(Value::is_null);
    match app::phase(app) {
        "" if !none("/operation") => Some(Code::ControllerSilent),
        "Running" if app::is_blocked(app) => None,
        "Running" if none("/status/operationState/syncResult") && none("/status/operationState/finishedAt") => Some(Code::RepositorySilent),
        _ => None,
    }
}

/// Since when its operation has been asked for, or has been under way.
pub fn since(app: &Value) -> Option<DateTime<FixedOffset>> {
    let writers = list(app, "/metadata/managedFields").filter(|m| m.pointer("/fieldsV1/f:operation").is_some());
    let asked = writers.map(|m| text(m, "/time")).max().unwrap_or_default();
    let begun = text(app, "/status/operationState/startedAt");
    instant(if begun.is_empty() { asked } else { begun })
}

#[cfg(test)]
mod tests {
    use super::{sign, since};
    use crate::usecase::switch::Code;
    use crate::value::json;

    #[test]
    fn an_operation_is_silent_before_it_is_begun_and_before_there_are_manifests() {
        let asked = json!({"operation": {"sync": {}}, "status": {"operationState": null},
            "metadata": {"managedFields": [{"time": "2026-11-24T08:00:00Z", "fieldsV1": {"f:operation": {}}}, {"time": "2026-11-24T09:00:00Z", "fieldsV1": {}}]}});
        assert_eq!(sign(&asked), Some(Code::ControllerSilent));
        assert_eq!(since(&asked).unwrap().to_rfc3339(), "2026-11-24T08:00:00+00:00");
        let state = |more: &str| {
            let mut state = json!({"phase": "Running", "startedAt": "2026-11-24T08:00:05Z"});
            if !more.is_empty() {
                state[more] = json!("2026-11-24T08:00:07Z");
            }
            json!({"operation": {}, "status": {"operationState": state}})
        };
        assert_eq!(sign(&state("")), Some(Code::RepositorySilent));
        assert_eq!(since(&state("")).unwrap().to_rfc3339(), "2026-11-24T08:00:05+00:00");
        // It has manifests; it waits for its next try.
        assert_eq!((sign(&state("syncResult")), sign(&state("finishedAt")), sign(&json!({}))), (None, None, None));
    }
}

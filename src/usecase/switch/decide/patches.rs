//! The writes, as functions of the Application they change. Pure: each looks at what is there and gives nothing where nothing
//! is to be written.
use crate::argo::app::RESOURCES;
use crate::argo::{Mode, app, set};
use crate::model::{Key, meta};
use crate::usecase::switch::words::key_of;
use crate::usecase::switch::{Code, Stamp, Write};
use crate::value::{Map, Value, json};

/// An Application's annotation: evid gave it this finalizer, Git did not.
const GIVEN: &str = "evid/given-finalizer";

/// Where Argo CD's objects of a kind are in a namespace.
fn collection(plural: &str, namespace: &str) -> String {
    format!("/apis/argoproj.io/v1alpha1/namespaces/{namespace}/{plural}")
}

pub fn app_path(key: &Key) -> String {
    format!("{}/{}", collection("applications", &key.namespace), key.name)
}

pub fn project_path(key: &Key) -> String {
    format!("{}/{}", collection("appprojects", &key.namespace), key.name)
}

fn patch(what: &'static str, live: &Value, change: Value) -> Write {
    Write::patch(what, &app_path(&key_of(live)), live, change)
}

pub fn apply(root: &Key, manifest: &Value) -> Write {
    Write::create("apply", &collection("applications", &root.namespace), root, manifest.clone())
}

pub fn create_project(project: &Key, manifest: Value) -> Write {
    Write::create("create-project", &collection("appprojects", &project.namespace), project, manifest)
}

/// Manual, in the form that every version understands.
pub fn manual(live: &Value) -> Option<Write> {
    (!Mode::of(live).is_manual()).then(|| patch("manual", live, json!({"spec": {"syncPolicy": {"automated": null}}})))
}

/// The resources finalizer; none where it is there, or can no longer be given, or the Application's set would take it off again.
pub fn finalizer(live: &Value) -> Option<Write> {
    if app::cascades(live) || meta::deleting(live).is_some() || set::maker(live).is_some() {
        return None;
    }
    let all: Vec<&str> = meta::finalizers(live).into_iter().chain([RESOURCES]).collect();
    Some(patch("finalizer", live, json!({"metadata": {"finalizers": all, "annotations": {GIVEN: RESOURCES}}})))
}

/// Takes back what [`finalizer`] gave to an Application that lives on after all; none where nothing was given, or it is going.
pub fn take_back(live: &Value) -> Option<Write> {
    meta::annotation(live, GIVEN).filter(|_| meta::deleting(live).is_none())?;
    let rest = without(live, |f| f == RESOURCES);
    Some(patch("take-back", live, json!({"metadata": {"finalizers": rest, "annotations": {GIVEN: null}}})))
}

/// Ends a running operation as Argo CD's own API does; takes back one that nobody has begun.
pub fn terminate(live: &Value) -> Option<Write> {
    let asked = live.get("operation").is_some_and(|o| !o.is_null());
    match app::phase(live) {
        "Running" if asked => Some(patch("terminate", live, json!({"status": {"operationState": {"phase": "Terminating"}}}))),
        "" if asked => Some(patch("withdraw", live, json!({"operation": null}))),
        _ => None,
    }
}

/// The operation that empties the root: its own source, with everything excluded, and prune. Else the code of why it can't be emptied so.
pub fn prune(live: &Value, stamp: &Stamp) -> Result<Write, Code> {
    let spec = live.get("spec").unwrap_or(&Value::Null);
    if spec.get("sourceHydrator").is_some_and(|s| !s.is_null()) {
        return Err(Code::SourceHydrator);
    }
    if app::policy_has(live, "Prune=false") {
        return Err(Code::PruneDisabled);
    }
    let mut sync = Map::new();
    match spec.get("sources").and_then(Value::as_array).filter(|s| !s.is_empty()) {
        Some(sources) => sync.insert("sources", sources.iter().map(emptied).collect::<Result<Vec<_>, _>>()?.into()),
        None => sync.insert("source", emptied(spec.get("source").ok_or(Code::NoSource)?)?),
    };
    sync.insert("prune", true.into());
    // Without retry: an operation that fails is answered by another strategy, not repeated.
    Ok(patch("prune", live, operation(live, stamp, 1, sync, false)))
}

/// A source of which nothing is left: an explicit directory that excludes all.
fn emptied(source: &Value) -> Result<Value, Code> {
    let mut source = source.as_object().cloned().ok_or(Code::NoSource)?;
    let has = |k: &str| source.get(k).and_then(Value::as_str).is_some_and(|s| !s.is_empty());
    if has("chart") {
        return Err(Code::ChartSource);
    }
    if has("ref") && !has("path") {
        return Ok(Value::Object(source));
    }
    source.retain(|k, _| !matches!(k, "helm" | "kustomize" | "plugin" | "directory"));
    source.insert("directory", json!({"exclude": "*"}));
    Ok(Value::Object(source))
}

/// One full synchronisation, by this run; where asked for, together with automated + prune + self-heal. It prunes where the policy does.
pub fn sync(live: &Value, stamp: &Stamp, attempt: u32, automate: bool) -> Write {
    let prune = automate || matches!(Mode::of(live), Mode::Automated { prune: true, .. });
    let mut change = operation(live, stamp, attempt, Map::from_iter([("prune".to_owned(), Value::Bool(prune))]), true);
    if automate {
        let mut automated = json!({"prune": true, "selfHeal": true});
        // Only where it is there: versions before 3.1 do not know it.
        if live.pointer("/spec/syncPolicy/automated/enabled").is_some() {
            automated["enabled"] = Value::Null;
        }
        crate::value::set(&mut change, "/spec/syncPolicy/automated", automated);
    }
    patch(if automate { "automate-and-sync" } else { "sync" }, live, change)
}

/// `operation` and, in the same patch, an emptied `operationState`: else Argo CD merges the old operation into the new one.
/// The controller adds nothing of the spec, so its sync options (and retry) are copied.
fn operation(live: &Value, stamp: &Stamp, attempt: u32, mut sync: Map, retry: bool) -> Value {
    let copied = |k: &str| live.pointer(&format!("/spec/syncPolicy/{k}")).filter(|v| !v.is_null()).cloned();
    if let Some(options) = copied("syncOptions") {
        sync.insert("syncOptions", options);
    }
    let mut info = vec![json!({"name": "evid.run-id", "value": stamp.run}), json!({"name": "evid.attempt", "value": attempt.to_string()})];
    info.extend(stamp.nonce.iter().map(|n| json!({"name": "evid.nonce", "value": n})));
    let mut operation = json!({"initiatedBy": {"username": format!("evid/{}", stamp.user)}, "info": info, "sync": sync});
    if let Some(retry) = copied("retry").filter(|_| retry) {
        operation["retry"] = retry;
    }
    json!({"operation": operation, "status": {"operationState": null}})
}

/// How far an operation of this run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Neither asked for nor remembered: never taken, or another came after it.
    Unknown,
    /// Asked for or under way.
    Running,
    /// At its end.
    Ended,
}

/// Looks for this run's operation, by its run id and attempt. Nothing else of `operationState` is believed before it says both.
pub fn progress(live: &Value, stamp: &Stamp, attempt: u32) -> Progress {
    let ours = |o: Option<&Value>| {
        o.is_some_and(|o| app::info(o, "evid.run-id") == Some(&stamp.run) && app::info(o, "evid.attempt") == Some(&attempt.to_string()))
    };
    if ours(live.get("operation")) {
        return Progress::Running;
    }
    if !ours(live.pointer("/status/operationState/operation")) {
        return Progress::Unknown;
    }
    if app::is_operating(live) || meta::text(live, "/status/operationState/startedAt").is_empty() {
        Progress::Running
    } else {
        Progress::Ended
    }
}

/// Takes Argo CD's finalizers off, and only those; none where there are none.
pub fn strip(live: &Value) -> Option<Write> {
    let some = meta::finalizers(live).into_iter().any(app::is_argos);
    some.then(|| patch("strip-finalizers", live, json!({"metadata": {"finalizers": without(live, app::is_argos)}})))
}

/// The finalizers that stay; null where none does.
fn without(live: &Value, goes: impl Fn(&str) -> bool) -> Value {
    let kept: Vec<&str> = meta::finalizers(live).into_iter().filter(|f| !goes(f)).collect();
    if kept.is_empty() { Value::Null } else { json!(kept) }
}

pub fn refresh(live: &Value) -> Option<Write> {
    let asked = meta::annotation(live, "argocd.argoproj.io/refresh").is_some();
    (!asked).then(|| patch("refresh", live, json!({"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}})))
}

#[cfg(test)]
mod tests {
    use super::{Stamp, emptied, prune, sync};
    use crate::value::json;

    fn stamp() -> Stamp {
        Stamp { run: "r1".into(), nonce: Some("n".into()), user: "ann".into() }
    }

    #[test]
    fn each_source_of_a_root_with_several_is_emptied() {
        let live = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "r", "namespace": "a", "resourceVersion": "7", "uid": "u"},
            "spec": {"source": {"path": "old"}, "sources": [{"path": "a", "kustomize": {}}, {"ref": "values", "repoURL": "x"}]}});
        let write = prune(&live, &stamp()).unwrap();
        let sync = &write.body["operation"]["sync"];
        assert_eq!(sync["sources"], json!([{"path": "a", "directory": {"exclude": "*"}}, {"ref": "values", "repoURL": "x"}]));
        assert!(sync.get("source").is_none());
        assert_eq!(write.body["metadata"]["resourceVersion"], "7");
    }

    #[test]
    fn a_chart_cannot_be_emptied() {
        assert_eq!(emptied(&json!({"chart": "x", "repoURL": "y"})), Err(super::Code::ChartSource));
    }

    #[test]
    fn an_operation_says_who_and_which_and_copies_options_and_retry() {
        let live = json!({"metadata": {"resourceVersion": "7"}, "spec": {"syncPolicy": {"automated": {"enabled": false, "prune": true}, "syncOptions": ["CreateNamespace=true"], "retry": {"limit": 5}}}});
        let body = sync(&live, &stamp(), 2, true).body;
        assert_eq!(body["status"], json!({"operationState": null}));
        assert_eq!(body["spec"], json!({"syncPolicy": {"automated": {"prune": true, "selfHeal": true, "enabled": null}}}));
        let operation = &body["operation"];
        assert_eq!(operation["initiatedBy"], json!({"username": "evid/ann"}));
        assert_eq!(operation["sync"], json!({"prune": true, "syncOptions": ["CreateNamespace=true"]}));
        assert_eq!(operation["retry"], json!({"limit": 5}));
        let info =
            json!([{"name": "evid.run-id", "value": "r1"}, {"name": "evid.attempt", "value": "2"}, {"name": "evid.nonce", "value": "n"}]);
        assert_eq!(operation["info"], info);
    }
}

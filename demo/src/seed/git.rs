//! The demo's Git repository, rendered: the manifests that Argo CD wants for each Application. Knows no store.
use crate::world::objects::{LAST_APPLIED, group, text};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The annotation in which Argo CD records the owner of an object.
pub const TRACKING: &str = "argocd.argoproj.io/tracking-id";

/// Annotations that controllers write; a prefix ends in `/`.
const WRITTEN: [&str; 4] =
    ["deployment.kubernetes.io/", "pv.kubernetes.io/", "argocd.argoproj.io/refresh", "autoscaling.alpha.kubernetes.io/"];
/// Fields that Kubernetes allocates, unless the manifest sets them.
const ALLOCATED: [&str; 8] = [
    "/spec/clusterIP",
    "/spec/clusterIPs",
    "/spec/healthCheckNodePort",
    "/spec/volumeName",
    "/spec/claimRef/uid",
    "/spec/claimRef/resourceVersion",
    "/spec/replicas",
    "/spec/selector/matchLabels/batch.kubernetes.io~1controller-uid",
];
const JOB_LABELS: [&str; 4] = ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"];

/// The repository at its newest commit.
#[derive(Clone, Debug, Default)]
pub struct Git {
    /// The commit that `targetRevision` stands for.
    pub revision: String,
    /// Whether it refuses every connection.
    pub down: bool,
    /// Whether it takes every request and never answers.
    pub silent: bool,
    /// Application → its source's path, and the manifests as the API server stores them: with its defaults, without what it allocates.
    pub rendered: BTreeMap<String, Rendered>,
    /// Application of an ApplicationSet → (the set's name, its manifest).
    pub generated: BTreeMap<String, (String, Value)>,
}

/// What one Application's source renders.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The path of its (first) source.
    pub path: String,
    /// `sourceType` or `sourceTypes`, as in the Application's status.
    pub source_types: Value,
    /// Its manifests.
    pub manifests: Arc<Vec<Value>>,
}

impl Git {
    /// Derives the repository from the objects of a settled platform; `hooks` are objects that were gone by then.
    pub fn of(objects: &[Value], hooks: BTreeMap<String, Vec<Value>>) -> Self {
        let mut git = Self::default();
        let scaled: Vec<(&Value, &Value)> = of_kind(objects, "HorizontalPodAutoscaler")
            .map(|h| (&h["metadata"]["namespace"], &h["spec"]["scaleTargetRef"]["name"]))
            .collect();
        for app in of_kind(objects, "Application") {
            let name = text(&app["metadata"]["name"]);
            if let Some(revision) = app["status"]["sync"]["revision"].as_str() {
                revision.clone_into(&mut git.revision);
            }
            let rendered = git.rendered.entry(name.to_owned()).or_default();
            rendered.path = text(path_of(&app["spec"])).to_owned();
            let types = app["status"].as_object().into_iter().flatten().filter(|(k, _)| k.starts_with("sourceType"));
            rendered.source_types = types.map(|(k, v)| (k.clone(), v.clone())).collect();
            if let Some(owner) = app["metadata"]["ownerReferences"][0]["name"].as_str() {
                git.generated.insert(name.to_owned(), (owner.to_owned(), manifest(app, false)));
            }
        }
        for object in objects {
            let Some(app) = manager(object) else { continue };
            let scaled =
                scaled.contains(&(&object["metadata"]["namespace"], &object["metadata"]["name"])) && object["kind"] == "Deployment";
            // An id may name an Application that does not exist.
            if let Some(rendered) = git.rendered.get_mut(app) {
                Arc::make_mut(&mut rendered.manifests).push(manifest(object, scaled));
            }
        }
        for (app, manifests) in hooks {
            Arc::make_mut(&mut git.rendered.entry(app).or_default().manifests).extend(manifests);
        }
        git
    }
}

/// The Application that an object's tracking id names, if the id is about this object and the object has no owner.
pub fn manager(object: &Value) -> Option<&str> {
    let meta = &object["metadata"];
    let (app, rest) = meta["annotations"][TRACKING].as_str()?.split_once(':')?;
    let (kind, place) = rest.split_once(':')?;
    let (api_group, kind) = kind.split_once('/')?;
    let (_, name) = place.split_once('/')?;
    let same = kind == object["kind"] && api_group == group(object) && name == meta["name"];
    let here = meta["namespace"].is_null() || place.split_once('/').is_some_and(|(ns, _)| meta["namespace"] == ns);
    (same && here && meta["ownerReferences"].is_null()).then_some(app)
}

/// The path of an Application's (first) source.
pub fn path_of(spec: &Value) -> &Value {
    if spec["sources"][0]["path"].is_null() { &spec["source"]["path"] } else { &spec["sources"][0]["path"] }
}

fn of_kind<'a>(objects: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    objects.iter().filter(move |o| o["kind"] == kind)
}

/// The manifest from which a live object was made.
fn manifest(live: &Value, scaled: bool) -> Value {
    let said = live["metadata"]["annotations"][LAST_APPLIED].as_str();
    let applied: Value = said.and_then(|t| serde_json::from_str(t).ok()).unwrap_or_default();
    let mut out = live.clone();
    // A custom resource gets no defaults.
    if let (true, Some(spec)) = (live["kind"] == "Application", applied.get("spec")) {
        out["spec"] = spec.clone();
    }
    if let Some(map) = out.as_object_mut() {
        map.remove("status");
        map.remove("operation");
    }
    if let Some(metadata) = out.get_mut("metadata") {
        clean(metadata, &applied["metadata"]);
    }
    for pointer in ALLOCATED {
        let is_own = pointer != "/spec/replicas" || scaled;
        if is_own && applied.pointer(pointer).is_none() && out.pointer(pointer).is_some_and(|v| v != "None" && v[0] != "None") {
            remove(&mut out, pointer);
        } else if is_own && let (Some(said), Some(now)) = (applied.pointer(pointer), out.pointer_mut(pointer)) {
            now.clone_from(said);
        }
    }
    for port in out.pointer_mut("/spec/ports").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut) {
        port.remove("nodePort");
    }
    if live["kind"] == "Job" {
        remove(&mut out, "/spec/selector");
        for name in JOB_LABELS {
            remove(&mut out, &format!("/spec/template/metadata/labels/{}", name.replace('/', "~1")));
        }
    }
    out
}

fn clean(metadata: &mut Value, applied: &Value) {
    let kept = ["name", "namespace", "labels", "annotations", "finalizers"];
    let Some(map) = metadata.as_object_mut() else { return };
    map.retain(|k, _| kept.contains(&k.as_str()));
    if let Some(annotations) = map.get_mut("annotations").and_then(Value::as_object_mut) {
        annotations.retain(|k, _| !WRITTEN.iter().any(|w| k.starts_with(w)));
    }
    if let Some(list) = map.get_mut("finalizers").and_then(Value::as_array_mut) {
        list.retain(|f| {
            !f.as_str().is_some_and(|f| f.starts_with("kubernetes.io/")) || applied["finalizers"].as_array().is_some_and(|a| a.contains(f))
        });
    }
    map.retain(|_, v| !v.as_array().is_some_and(Vec::is_empty) && !v.as_object().is_some_and(Map::is_empty));
}

fn remove(value: &mut Value, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return };
    if let Some(map) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
        map.remove(&last.replace("~1", "/"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::seed;

    fn git() -> Git {
        seed(chrono::DateTime::UNIX_EPOCH, b"a").unwrap().git
    }

    fn of<'a>(git: &'a Git, app: &str, kind: &str) -> &'a Value {
        git.rendered[app].manifests.iter().find(|m| m["kind"] == kind).unwrap()
    }

    #[test]
    fn each_application_has_its_path_and_its_manifests() {
        let git = git();
        assert_eq!(git.rendered.len(), 34);
        for (app, count) in
            [("root-optional", 8), ("root-apps", 12), ("feast-dev", 7), ("feast-jobs", 3), ("mlflow-prod", 5), ("postgres", 6)]
        {
            assert_eq!(git.rendered[app].manifests.len(), count, "{app}");
            assert!(!git.rendered[app].path.is_empty(), "{app}");
        }
        assert_eq!(git.generated.keys().collect::<Vec<_>>(), ["exporter-blackbox", "exporter-pushgateway"]);
    }

    #[test]
    fn a_manifest_says_nothing_that_kubernetes_allocates() {
        let git = git();
        let service = of(&git, "feast-ui", "Service");
        assert!(
            service["spec"]["clusterIP"].is_null()
                && service["spec"]["ports"][0]["nodePort"].is_null()
                && !service["spec"]["type"].is_null()
        );
        assert!(of(&git, "feast-dev", "PersistentVolumeClaim")["spec"]["volumeName"].is_null());
        assert!(of(&git, "feast-dev", "PersistentVolume")["spec"]["claimRef"]["uid"].is_null());
        assert_eq!(of(&git, "feast-dev", "PersistentVolume")["spec"]["claimRef"]["name"], "feast-registry");
        assert!(of(&git, "mlflow-prod", "Job")["spec"]["selector"].is_null());
        for rendered in git.rendered.values() {
            for manifest in rendered.manifests.iter() {
                assert!(manifest["status"].is_null() && manifest["metadata"]["uid"].is_null(), "{manifest}");
            }
        }
    }

    #[test]
    fn an_autoscaled_workload_has_the_replicas_of_git() {
        let git = git();
        assert_eq!(of(&git, "fastapi-prod", "Deployment")["spec"]["replicas"], 2);
        assert!(of(&git, "feast-prod", "Deployment")["spec"]["replicas"].is_null());
        assert!(!of(&git, "feast-offline", "Deployment")["spec"]["replicas"].is_null());
    }

    #[test]
    fn a_copied_tracking_id_names_nobody() {
        let objects = seed(chrono::DateTime::UNIX_EPOCH, b"a").unwrap().objects;
        let copy = objects.iter().find(|o| o["metadata"]["name"] == "fastapi-config-backup").unwrap();
        assert_eq!(manager(copy), None);
        let set = objects.iter().find(|o| o["kind"] == "ReplicaSet" && o["metadata"]["annotations"][TRACKING].is_string()).unwrap();
        assert_eq!(manager(set), None);
    }
}

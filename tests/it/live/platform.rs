//! A platform of a few objects: two Applications, what they say they deploy, and an app that a probe can ask.
use evid_demo::world::resource;
use evid_demo::world::store::Store;
use serde_json::{Value, json};

/// The kinds that its server knows.
const KINDS: [&str; 12] = [
    "applications.argoproj.io",
    "configmaps",
    "events",
    "leases.coordination.k8s.io",
    "namespaces",
    "nodes",
    "pods",
    "replicasets.apps",
    "secrets",
    "selfsubjectaccessreviews.authorization.k8s.io",
    "selfsubjectrulesreviews.authorization.k8s.io",
    "services",
];

/// Its only layer, as `evid.yaml`.
pub const LAYERS: &str = "\
apiVersion: evid/v1
kind: Platform
metadata: {name: small}
spec:
  layers:
    - {name: core, root: root-apps, role: protected}
";

/// A probe of the app, as `evid.yaml`.
pub const PROBE: &str = "\
apiVersion: evid/v1
kind: Platform
metadata: {name: small}
spec:
  layers:
    - {name: core, root: root-apps, role: protected}
  probes:
    - name: web
      layer: core
      through: {service: {namespace: a, name: web, port: 80}}
      path: /health
      timeout: 500ms
      samples: 1
      expect: {json: [{at: /status, equals: ok}]}
";

fn object(api: &str, kind: &str, namespace: &str, name: &str, more: Value) -> Value {
    let mut value = json!({"apiVersion": api, "kind": kind, "metadata": {"name": name, "uid": format!("{kind}-{namespace}-{name}")}});
    if !namespace.is_empty() {
        value["metadata"]["namespace"] = namespace.into();
    }
    for (key, part) in more.as_object().unwrap() {
        value[key] = part.clone();
    }
    value
}

fn application(name: &str, resources: Value) -> Value {
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let spec = json!({"project": "default", "destination": {"server": "https://kubernetes.default.svc", "namespace": "a"},
        "source": {"repoURL": "https://git.example/x.git", "path": name, "targetRevision": "main"}});
    let status = json!({"sync": {"status": "Synced", "revision": "1111"}, "health": {"status": "Healthy"}, "reconciledAt": now,
        "controllerNamespace": "argocd", "resources": resources});
    object("argoproj.io/v1alpha1", "Application", "argocd", name, json!({"spec": spec, "status": status}))
}

/// Its store.
pub fn store() -> Store {
    let mut store = Store::new(resource::builtin().into_iter().filter(|r| KINDS.contains(&r.stem().as_str())).collect());
    store.at(chrono::Utc::now());
    let synced = |kind: &str, name: &str| json!({"kind": kind, "version": "v1", "namespace": "a", "name": name, "status": "Synced"});
    let child = json!({"group": "argoproj.io", "version": "v1alpha1", "kind": "Application", "namespace": "argocd", "name": "web", "status": "Synced"});
    let labels = json!({"app": "web"});
    let container = json!({"name": "web", "image": "web:1", "ports": [{"containerPort": 8000}]});
    let mut pod = object(
        "v1",
        "Pod",
        "a",
        "web-1",
        json!({"spec": {"containers": [container]}, "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}}),
    );
    pod["metadata"]["labels"] = labels.clone();
    pod["metadata"]["ownerReferences"] =
        json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "ReplicaSet-a-web", "controller": true}]);
    let mut web = application("web", json!([synced("ConfigMap", "c0"), synced("Secret", "s0"), synced("Service", "web")]));
    web["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "root-apps:argoproj.io/Application:argocd/web"});
    let mut objects = vec![
        application("root-apps", json!([child])),
        web,
        object(
            "apps/v1",
            "ReplicaSet",
            "a",
            "web",
            json!({"spec": {"replicas": 1, "selector": {"matchLabels": labels}}, "status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1}}),
        ),
        pod,
        object("v1", "Service", "a", "web", json!({"spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8000}]}})),
    ];
    objects.extend(["a", "argocd", "kube-system"].map(|n| object("v1", "Namespace", "", n, json!({}))));
    objects.extend((0..5).map(|i| object("v1", "ConfigMap", "a", &format!("c{i}"), json!({"data": {"k": "v"}}))));
    objects.extend((0..3).map(|i| object("v1", "Secret", "a", &format!("s{i}"), json!({"type": "Opaque", "data": {"k": "dg=="}}))));
    for object in objects {
        store.import(object).unwrap();
    }
    store
}

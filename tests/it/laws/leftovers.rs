//! What the switched layer leaves behind without a mark, and what a protected layer's root says: law 2 over several bundles.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, new, owned_by, uid};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;

/// A route without a mark that leads to these Services, and whose host name changes by so much from bundle to bundle.
fn routed(all: &mut [Collected], services: &[&str], step: usize) {
    let space = |name: &str| if name.starts_with("feast") { "feast-dev" } else { "mlops-prod" };
    for (i, one) in all.iter_mut().enumerate() {
        let mut route = new("gateway.networking.k8s.io/v1", "HTTPRoute", "default", "made-at-run-time");
        let backends = services.iter().map(|name| json!({"name": (*name), "namespace": (space(name)), "port": 80}));
        route["spec"] =
            json!({"hostnames": [format!("a{}.example.org", i * step)], "rules": [{"backendRefs": backends.collect::<Vec<_>>()}]});
        answered(one, "gateway.networking.k8s.io", "httproutes", vec![route]);
    }
}

pub const CASES: &[Case] = &[
    (
        "law 2: what comes into the layer's namespace after it went leaves its absence open",
        OFF,
        |all| items(&mut all[1], "configmaps").push(new("v1", "ConfigMap", "feast-dev", "came")),
        &[("optional.absent", OPEN), ("changes.confined", REFUTED)],
    ),
    (
        "law 2: a pod that comes there refutes it",
        OFF,
        |all| {
            let mut pod = new("v1", "Pod", "feast-dev", "came");
            pod["spec"] = json!({"containers": [{"name": "c", "image": "c"}]});
            items(&mut all[1], "pods").push(pod);
        },
        &[("optional.absent", REFUTED)],
    ),
    (
        "law 2: a webhook that calls the layer's Service and stays leaves its absence open",
        OFF,
        |all| {
            for one in all {
                let mut hook = new("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "", "made-at-run-time");
                let service = json!({"namespace": "feast-dev", "name": "feast-server", "path": "/check"});
                hook["webhooks"] = json!([{"name": "check.example.org", "failurePolicy": "Fail", "clientConfig": {"service": service}}]);
                items(one, "validatingwebhookconfigurations").push(hook);
            }
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "law 2: a binding of the layer's account that stays leaves its absence open",
        OFF,
        |all| {
            for one in all {
                let mut binding = new("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "", "made-at-run-time");
                binding["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"});
                binding["subjects"] = json!([{"kind": "ServiceAccount", "namespace": "feast-dev", "name": "feast"}]);
                items(one, "clusterrolebindings").push(binding);
            }
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "law 2: a binding of all accounts of the layer's namespace that stays leaves its absence open",
        OFF,
        |all| {
            for one in all {
                let mut binding = new("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "", "made-at-run-time");
                binding["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"});
                binding["subjects"] =
                    json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:serviceaccounts:feast-dev"}]);
                items(one, "clusterrolebindings").push(binding);
            }
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "law 2: a binding of all accounts of all namespaces is nobody's",
        OFF,
        |all| {
            for one in all {
                let mut binding = new("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "", "made-at-run-time");
                binding["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"});
                binding["subjects"] = json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:serviceaccounts"}]);
                items(one, "clusterrolebindings").push(binding);
            }
        },
        &[("optional.absent", PROVEN)],
    ),
    (
        "law 2: a route that leads to the layer's Service alone and stays leaves its absence open",
        OFF,
        |all| routed(all, &["feast-server"], 0),
        &[("optional.absent", OPEN)],
    ),
    (
        "law 2: a route that leads to a protected layer's Service too is the protected layer's",
        OFF,
        |all| routed(all, &["feast-server", "fastapi"], 1),
        &[("optional.absent", PROVEN), ("changes.confined", REFUTED)],
    ),
    (
        "law 2: another name for the layer's Service that stays leaves its absence open",
        OFF,
        |all| {
            for one in all {
                let mut alias = new("v1", "Service", "default", "alias");
                alias["spec"] = json!({"type": "ExternalName", "externalName": "feast-server.feast-dev.svc.cluster.local"});
                items(one, "services").push(alias);
            }
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "law 2: a pod of an owner that only an earlier bundle holds is the layer's",
        OFF,
        |all| {
            let owner = uid(&mut all[0], "deployments", "feast-dev", "feast-ui");
            let mut pod = items(&mut all[1], "pods")[0].clone();
            pod["metadata"] = new("v1", "Pod", "mlops-prod", "born-later")["metadata"].clone();
            owned_by(&mut pod, "apps/v1", "Deployment", "feast-ui", &owner);
            items(&mut all[1], "pods").push(pod);
        },
        &[("optional.absent", REFUTED)],
    ),
    (
        "law 2: another object of such an owner leaves its absence open",
        OFF,
        |all| {
            let owner = uid(&mut all[0], "deployments", "feast-dev", "feast-ui");
            let mut map = new("v1", "ConfigMap", "mlops-prod", "born-later");
            owned_by(&mut map, "apps/v1", "Deployment", "feast-ui", &owner);
            items(&mut all[1], "configmaps").push(map);
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "law 13: a custom resource that came back with fewer pods leaves the return open",
        TRIP,
        |all| {
            for (i, one) in all.iter_mut().enumerate().filter(|(i, _)| *i != 1) {
                let mut kafka = new("kafka.example.org/v1", "Kafka", "feast-dev", "bus");
                kafka["metadata"]["annotations"] =
                    json!({"argocd.argoproj.io/tracking-id": "feast-dev:kafka.example.org/Kafka:feast-dev/bus"});
                let owner = kafka["metadata"]["uid"].clone();
                let listed = json!({"group": "kafka.example.org", "kind": "Kafka", "namespace": "feast-dev", "name": "bus", "status": "Synced", "version": "v1"});
                app(one, "feast-dev")["status"]["resources"].as_array_mut().unwrap().push(listed);
                answered(one, "kafka.example.org", "kafkas", vec![kafka]);
                let like =
                    items(one, "pods").iter().find(|p| p["metadata"]["name"].as_str().unwrap().starts_with("feast-ui-")).unwrap().clone();
                for n in 0..if i == 0 { 3 } else { 1 } {
                    let mut pod = like.clone();
                    pod["metadata"] = new("v1", "Pod", "feast-dev", &format!("bus-{n}"))["metadata"].clone();
                    owned_by(&mut pod, "kafka.example.org/v1", "Kafka", "bus", &owner);
                    items(one, "pods").push(pod);
                }
            }
            answered(&mut all[1], "kafka.example.org", "kafkas", vec![]);
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "law 2: what a protected layer's root says is the layer's state",
        OFF,
        |all| app(&mut all[1], "root-apps")["spec"]["source"]["targetRevision"] = json!("elsewhere"),
        &[("core.unchanged", REFUTED), ("baseline.unchanged", PROVEN)],
    ),
    (
        "law 5: a protected layer's root that was made anew disturbs it",
        OFF,
        |all| app(&mut all[1], "root-apps")["metadata"]["uid"] = json!("another"),
        &[("core.undisturbed", REFUTED)],
    ),
    (
        "a node whose kubelet is another is a change outside of the switched layer",
        OFF,
        |all| object(&mut all[1], "nodes", "", "worker-1")["status"]["nodeInfo"]["kubeletVersion"] = json!("v1.99.0"),
        &[("changes.confined", REFUTED)],
    ),
];

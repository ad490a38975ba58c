//! What follows nodes, autoscalers and the clock: a pod of a DaemonSet, a claim, a resource, a request.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, answered, app, entry, lists, new, owned_by};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// A DaemonSet of core with a pod on each of two nodes; the second node, which has this label, is gone in the second bundle if it is to go.
fn on_nodes(all: &mut [Collected], label: &str, goes: bool) {
    for (i, one) in all.iter_mut().enumerate() {
        let mut set = new("apps/v1", "DaemonSet", "mlops-prod", "agent");
        set["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "fastapi-prod:apps/DaemonSet:mlops-prod/agent"});
        let template = json!({"metadata": {"labels": {"app": "agent"}}, "spec": {"containers": [{"name": "agent", "image": "agent:1"}]}});
        set["spec"] = json!({"selector": {"matchLabels": {"app": "agent"}}, "template": template});
        let here = if i == 0 { 2 } else { 1 };
        set["status"] = json!({"desiredNumberScheduled": here, "currentNumberScheduled": here, "numberAvailable": here, "numberReady": here,
            "updatedNumberScheduled": here, "numberMisscheduled": 0});
        lists(app(one, "fastapi-prod"), entry("apps", "DaemonSet", "mlops-prod", "agent"));
        let owner = set["metadata"]["uid"].clone();
        items(one, "daemonsets").push(set);
        let mut node = items(one, "nodes")[0].clone();
        node["metadata"]["name"] = json!("spare");
        node["metadata"]["uid"] = json!("spare");
        node["metadata"]["labels"] = json!({(label): "x"});
        if i == 0 || !goes {
            items(one, "nodes").push(node);
        }
        for (name, node) in [("agent-a", "worker-1"), ("agent-b", "spare")].into_iter().take(here) {
            let mut pod = new("v1", "Pod", "mlops-prod", name);
            pod["metadata"]["labels"] = json!({"app": "agent"});
            pod["spec"] = json!({"nodeName": node, "containers": [{"name": "agent", "image": "agent:1"}]});
            pod["status"] = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
            owned_by(&mut pod, "apps/v1", "DaemonSet", "agent", &owner);
            items(one, "pods").push(pod);
        }
    }
}

/// A cluster of workers in core, with as many pods as it wants in each bundle.
fn workers(all: &mut [Collected], is_scaled: bool, counts: &[usize]) {
    for (one, count) in all.iter_mut().zip(counts) {
        let mut cluster = new("ray.io/v1", "RayCluster", "mlops-prod", "ray");
        cluster["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "fastapi-prod:ray.io/RayCluster:mlops-prod/ray"});
        cluster["spec"] = json!({"enableInTreeAutoscaling": is_scaled, "workerGroupSpecs": [{"groupName": "w", "replicas": count}]});
        lists(app(one, "fastapi-prod"), entry("ray.io", "RayCluster", "mlops-prod", "ray"));
        let owner = cluster["metadata"]["uid"].clone();
        answered(one, "ray.io", "rayclusters", vec![cluster]);
        for n in 0..*count {
            let mut pod = new("v1", "Pod", "mlops-prod", &format!("ray-{n}"));
            pod["spec"] = json!({"containers": [{"name": "ray", "image": "ray:1"}]});
            pod["status"] = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]});
            owned_by(&mut pod, "ray.io/v1", "RayCluster", "ray", &owner);
            items(one, "pods").push(pod);
        }
    }
}

/// An object of a kind, of an operator, that is in the second bundle only.
fn comes(one: &mut Collected, api: &str, kind: &str, resource: &str) {
    let (group, _) = api.split_once('/').unwrap();
    answered(one, group, resource, vec![new(api, kind, "default", "new-one")]);
}

/// Kinds whose objects operators add and take by themselves.
const PASSING: &[(&str, &str, &str)] = &[
    ("generators.external-secrets.io/v1alpha1", "GeneratorState", "generatorstates"),
    ("velero.io/v1", "BackupRepository", "backuprepositories"),
    ("whereabouts.cni.cncf.io/v1alpha1", "OverlappingRangeIPReservation", "overlappingrangeipreservations"),
    ("kubeovn.io/v1", "IP", "ips"),
    ("acn.azure.com/v1alpha", "NodeNetworkConfig", "nodenetworkconfigs"),
    ("frrk8s.metallb.io/v1beta1", "BGPSessionState", "bgpsessionstates"),
    ("longhorn.io/v1beta2", "InstanceManager", "instancemanagers"),
    ("longhorn.io/v1beta2", "Orphan", "orphans"),
    ("rke.cattle.io/v1", "ETCDSnapshot", "etcdsnapshots"),
    ("csiaddons.openshift.io/v1alpha1", "CSIAddonsNode", "csiaddonsnodes"),
    ("insights.openshift.io/v1alpha1", "DataGather", "datagathers"),
    ("resolution.tekton.dev/v1beta1", "ResolutionRequest", "resolutionrequests"),
    ("operators.coreos.com/v1alpha1", "InstallPlan", "installplans"),
];

/// A topic in Kafka that is in the first bundle only, with this annotation.
fn topic(all: &mut [Collected], annotation: Option<&str>) {
    let mut topic = new("kafka.strimzi.io/v1beta2", "KafkaTopic", "mlops-prod", "orders");
    topic["metadata"]["labels"] = json!({"strimzi.io/cluster": "bus"});
    if let Some(mark) = annotation {
        topic["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": mark});
    }
    for (one, items) in all.iter_mut().zip([vec![topic], vec![]]) {
        answered(one, "kafka.strimzi.io", "kafkatopics", items);
    }
}

/// A request for a certificate that is in one bundle only.
fn request(one: &mut Collected, signer: &str, groups: Value) {
    let mut request = new("certificates.k8s.io/v1", "CertificateSigningRequest", "", "asked");
    request["spec"] = json!({"signerName": signer, "groups": groups, "username": "somebody"});
    request["status"] = json!({"certificate": "x", "conditions": [{"type": "Approved", "status": "True", "reason": "AutoApproved"}]});
    items(one, "certificatesigningrequests").push(request);
}

pub const CASES: &[Case] = &[
    (
        "law 14: a pod of a DaemonSet whose node left its pool is a doubt",
        OFF,
        |all| on_nodes(all, "karpenter.sh/nodepool", true),
        &[("core.undisturbed", OPEN)],
    ),
    ("a pod of a DaemonSet whose node is of no pool is lost", OFF, |all| on_nodes(all, "zone", true), &[("core.undisturbed", REFUTED)]),
    (
        "a pod of a DaemonSet whose node is still there is lost",
        OFF,
        |all| on_nodes(all, "karpenter.sh/nodepool", false),
        &[("core.undisturbed", REFUTED)],
    ),
    (
        "law 10: workers that a custom resource's own autoscaler took are not lost",
        OFF,
        |all| workers(all, true, &[3, 1]),
        &[("core.undisturbed", PROVEN)],
    ),
    ("law 10: workers that a person took are lost", OFF, |all| workers(all, false, &[3, 1]), &[("core.undisturbed", REFUTED)]),
    (
        "law 14: what operators add and take by themselves is a doubt when it comes",
        OFF,
        |all| {
            for (api, kind, resource) in PASSING {
                answered(&mut all[0], api.split_once('/').unwrap().0, resource, vec![]);
                comes(&mut all[1], api, kind, resource);
            }
        },
        &[("changes.confined", OPEN)],
    ),
    ("law 14: a topic without a mark may be gone by a client's doing", OFF, |all| topic(all, None), &[("changes.confined", OPEN)]),
    (
        "a topic with a mark of Argo CD's is Git's",
        OFF,
        |all| topic(all, Some("fastapi-prod:kafka.strimzi.io/KafkaTopic:mlops-prod/orders")),
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 14: a request for a certificate is taken away by the clock",
        OFF,
        |all| request(&mut all[0], "kubernetes.io/kube-apiserver-client", json!(["admins"])),
        &[("changes.confined", OPEN)],
    ),
    (
        "a request for a certificate that somebody made is a change",
        OFF,
        |all| request(&mut all[1], "kubernetes.io/kube-apiserver-client", json!(["admins"])),
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 14: a node's network asks for a new certificate",
        OFF,
        |all| request(&mut all[1], "kubernetes.io/kube-apiserver-client", json!(["system:ovn-nodes", "system:authenticated"])),
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: what a platform writes into its own register is a doubt",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let mut map = new("v1", "ConfigMap", "kube-system", "coredns");
                map["data"] = json!({"Corefile": "x", "NodeHosts": i.to_string()});
                items(one, "configmaps").push(map);
            }
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "a kind whose plural cannot be guessed is asked by the name that it has",
        OFF,
        |all| {
            for one in all.iter_mut() {
                let mut store = new("cache.example.org/v1", "Redis", "mlops-prod", "store");
                store["metadata"]["annotations"] =
                    json!({"argocd.argoproj.io/tracking-id": "fastapi-prod:cache.example.org/Redis:mlops-prod/store"});
                lists(app(one, "fastapi-prod"), entry("cache.example.org", "Redis", "mlops-prod", "store"));
                answered(one, "cache.example.org", "redis", vec![store]);
            }
        },
        &[("core.unchanged", PROVEN), ("evidence.complete", PROVEN)],
    ),
    (
        "law 8: a list of such a kind that lacks what a current Application saw is contradicted",
        OFF,
        |all| {
            for one in all.iter_mut() {
                lists(app(one, "fastapi-prod"), entry("cache.example.org", "Redis", "mlops-prod", "store"));
                answered(one, "cache.example.org", "redis", vec![]);
            }
        },
        &[("core.unchanged", OPEN), ("evidence.complete", OPEN)],
    ),
    (
        "law 5: where a Service is reachable from outside follows the nodes that serve it, and is lost where none does",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let service = object(one, "services", "mlops-prod", "fastapi");
                service["spec"]["type"] = json!("LoadBalancer");
                let addresses = if i == 0 { json!([{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}]) } else { json!([{"ip": "192.0.2.1"}]) };
                service["status"] = json!({"loadBalancer": {"ingress": addresses}});
                let mut set = new("apps/v1", "DaemonSet", "kube-system", "svclb-fastapi");
                set["metadata"]["labels"] =
                    json!({"svccontroller.k3s.cattle.io/svcname": "fastapi", "svccontroller.k3s.cattle.io/svcnamespace": "mlops-prod"});
                items(one, "daemonsets").push(set);
            }
        },
        &[("core.unchanged", OPEN), ("changes.confined", OPEN)],
    ),
];

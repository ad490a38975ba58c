//! What controllers write, make and take by themselves, whoever they are: times, records of pods and nodes, counts within bounds, reports.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, entry, lists, new};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::{Value, set};

/// A resource of no layer that holds this in each bundle.
fn kept(all: &mut [Collected], kind: &str, at: &str, values: [Value; 2]) {
    for (one, value) in all.iter_mut().zip(values) {
        let mut object = new("live.example.org/v1", kind, "default", "one");
        assert!(set(&mut object, at, value));
        answered(one, "live.example.org", &format!("{}s", kind.to_lowercase()), vec![object]);
    }
}

/// A moment between the captures, from their beginning on.
fn between(all: &[Collected]) -> [Value; 2] {
    let began = all[0].started.clone().unwrap_or_default();
    let ended = all[1].finished.clone().unwrap_or_default();
    [json!(began), json!(ended)]
}

/// What is kept of a pod that only the second bundle has, and that this names.
fn record(all: &mut [Collected], name: &str) {
    let mut pod = new("v1", "Pod", "default", "job-abcde");
    pod["spec"] = json!({"containers": [{"name": "a", "image": "a:1"}]});
    pod["metadata"]["labels"] = json!({"kubernetes_executor": "True"});
    items(&mut all[1], "pods").push(pod);
    answered(&mut all[0], "net.example.org", "addresses", vec![]);
    answered(&mut all[1], "net.example.org", "addresses", vec![new("net.example.org/v1", "Address", "default", name)]);
}

/// A Service of the layer that goes and comes, and a config map that lists what there is.
fn listed(all: &mut [Collected], other: [&str; 3]) {
    for (i, one) in all.iter_mut().enumerate() {
        let mut routes = json!({"core/web": (other[i])});
        if i != 1 {
            let mut service = new("v1", "Service", "feast-dev", "shop");
            service["metadata"]["uid"] = json!(format!("shop-{i}"));
            service["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "feast-dev:/Service:feast-dev/shop"});
            lists(app(one, "feast-dev"), entry("", "Service", "feast-dev", "shop"));
            items(one, "services").push(service);
            routes["feast-dev/shop"] = json!("10.0.0.1");
        }
        let mut map = new("v1", "ConfigMap", "default", "routes");
        map["data"] = json!({"routes.json": (routes.to_string())});
        items(one, "configmaps").push(map);
    }
}

/// A resource that an autoscaler scales, and where its definition says that its count is.
fn farms(all: &mut [Collected], count: &str) {
    for (i, one) in all.iter_mut().enumerate() {
        let workers = 2 - i;
        let mut farm = new("farm.example.org/v1", "Farm", "default", "one");
        farm["spec"] = json!({"workers": workers, "replicas": 1});
        answered(one, "farm.example.org", "farms", vec![farm]);
        let mut definition = new("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "farms.farm.example.org");
        let version = json!({"name": "v1", "served": true, "storage": true, "subresources": {"scale": {"specReplicasPath": count}}});
        definition["spec"] = json!({"group": "farm.example.org", "scope": "Namespaced", "names": {"plural": "farms", "kind": "Farm"}, "versions": [version]});
        items(one, "customresourcedefinitions").push(definition);
        let mut scaler = new("autoscaling/v2", "HorizontalPodAutoscaler", "default", "one");
        let target = json!({"apiVersion": "farm.example.org/v1", "kind": "Farm", "name": "one"});
        scaler["spec"] = json!({"scaleTargetRef": target, "minReplicas": 1, "maxReplicas": 5});
        let condition = json!({"type": "ScalingActive", "status": "True"});
        scaler["status"] =
            json!({"desiredReplicas": workers, "lastScaleTime": format!("2026-11-23T1{i}:00:00Z"), "conditions": [condition]});
        items(one, "horizontalpodautoscalers").push(scaler);
    }
}

pub const CASES: &[Case] = &[
    (
        "an autoscaler writes the count where the definition of the kind says that it is",
        OFF,
        |all| farms(all, ".spec.workers"),
        &[("changes.confined", PROVEN)],
    ),
    ("and nowhere else", OFF, |all| farms(all, ".spec.replicas"), &[("changes.confined", REFUTED)]),
    (
        "a time that was written between the captures leaves open",
        OFF,
        |all| {
            let times = between(all);
            kept(all, "Beat", "/spec/lastSeen", times);
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "a time to come is a change",
        OFF,
        |all| kept(all, "Pass", "/spec/ends", [json!("2026-12-01T00:00:00Z"), json!("2036-12-01T00:00:00Z")]),
        &[("changes.confined", REFUTED)],
    ),
    (
        "a report that nobody manages is written anew",
        OFF,
        |all| kept(all, "ScanReport", "/report/high", [json!(1), json!(2)]),
        &[("changes.confined", OPEN)],
    ),
    (
        "a resource is scaled within the bounds that it names",
        OFF,
        |all| {
            kept(
                all,
                "Pool",
                "/spec",
                [json!({"replicas": 3, "scale": {"min": 1, "max": 5}}), json!({"replicas": 2, "scale": {"min": 1, "max": 5}})],
            )
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "and not beyond them",
        OFF,
        |all| {
            kept(
                all,
                "Pool",
                "/spec",
                [json!({"replicas": 3, "scale": {"min": 1, "max": 5}}), json!({"replicas": 0, "scale": {"min": 1, "max": 5}})],
            )
        },
        &[("changes.confined", REFUTED)],
    ),
    ("what is kept of a pod comes with it", OFF, |all| record(all, "job-abcde"), &[("changes.confined", OPEN)]),
    (
        "a resource that is named after a node comes with it, and a list of nodes gets it",
        OFF,
        |all| {
            let mut node = items(&mut all[0], "nodes")[0].clone();
            node["metadata"]["name"] = json!("pool-7f");
            node["metadata"]["uid"] = json!("pool-7f");
            node["metadata"]["labels"] = json!({"karpenter.sh/nodepool": "default"});
            items(&mut all[1], "nodes").push(node);
            answered(&mut all[0], "net.example.org", "agents", vec![]);
            answered(&mut all[1], "net.example.org", "agents", vec![new("net.example.org/v1", "Agent", "default", "agent-pool-7f")]);
            kept(all, "Mesh", "/spec/members", [json!(["a"]), json!(["a", "pool-7f"])]);
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "a list that gets another name has changed",
        OFF,
        |all| kept(all, "Mesh", "/spec/members", [json!(["a"]), json!(["a", "pool-7f"])]),
        &[("changes.confined", REFUTED)],
    ),
    ("what is kept of none does not", OFF, |all| record(all, "other"), &[("changes.confined", REFUTED)]),
    (
        "a config map that lists all there is loses the entry that names what went",
        TRIP,
        |all| listed(all, ["a", "a", "a"]),
        &[("changes.confined", OPEN), ("optional.restored", PROVEN)],
    ),
    ("where another entry changes too it has changed", TRIP, |all| listed(all, ["a", "b", "a"]), &[("changes.confined", REFUTED)]),
    (
        "addresses of a service of another cluster are as that one tells",
        OFF,
        |all| {
            for (one, address) in all.iter_mut().zip(["10.5.0.1", "10.5.0.9"]) {
                let mut slice = new("discovery.k8s.io/v1", "EndpointSlice", "default", "remote");
                slice["metadata"]["labels"] = json!({"multicluster.kubernetes.io/service-name": "web"});
                slice["endpoints"] = json!([{"addresses": [address]}]);
                items(one, "endpointslices").push(slice);
            }
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "a node that is none goes with the program that it stands for",
        OFF,
        |all| {
            let mut node = items(&mut all[0], "nodes")[0].clone();
            node["metadata"]["name"] = json!("virtual");
            node["metadata"]["uid"] = json!("virtual");
            node["metadata"]["labels"] = json!({"type": "virtual-kubelet"});
            items(&mut all[0], "nodes").push(node);
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "a namespace that bears the name of a tenant of the layer loses it",
        TRIP,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let mut tenant = new("tenants.example.org/v1", "Tenant", "", "oil");
                tenant["metadata"]["uid"] = json!(format!("oil-{i}"));
                tenant["metadata"]["annotations"] =
                    json!({"argocd.argoproj.io/tracking-id": "feast-dev:tenants.example.org/Tenant:feast-dev/oil"});
                answered(one, "tenants.example.org", "tenants", if i == 1 { vec![] } else { vec![tenant] });
                if i != 1 {
                    lists(app(one, "feast-dev"), entry("tenants.example.org", "Tenant", "", "oil"));
                    object(one, "namespaces", "", "mlops-prod")["metadata"]["labels"]["tenants.example.org/tenant"] = json!("oil");
                }
            }
        },
        &[("changes.confined", OPEN)],
    ),
];

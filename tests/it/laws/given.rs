//! What controllers and admission give to what they make, each to its own kind alone (law 4); an account is its uid too; and a label with the name of
//! an Application may be another release's.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, new, owned_by};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// A pod whose name begins so.
fn pod<'a>(one: &'a mut Collected, name: &str) -> &'a mut Value {
    items(one, "pods").iter_mut().find(|p| p["metadata"]["name"].as_str().unwrap().starts_with(name)).unwrap()
}

/// A slice of the Service of this name.
fn slice<'a>(one: &'a mut Collected, service: &str) -> &'a mut Value {
    let is_its = |s: &&mut Value| s["metadata"]["labels"]["kubernetes.io/service-name"] == json!(service);
    items(one, "endpointslices").iter_mut().find(is_its).unwrap()
}

/// A release of the platform that bears the name of the layer's Application, where Argo CD goes by labels.
fn release(all: &mut [Collected], labels: bool) {
    for one in all {
        let settings = object(one, "configmaps", "argocd", "argocd-cm");
        if labels {
            settings["data"]["application.resourceTrackingMethod"] = json!("label");
        }
        let mark = json!({"app.kubernetes.io/instance": "feast-dev"});
        let mut workload = new("example.org/v1", "Release", "default", "another");
        workload["metadata"]["labels"] = mark.clone();
        let owner = workload["metadata"]["uid"].clone();
        crate::laws::answered(one, "example.org", "releases", vec![workload]);
        let mut own = items(one, "pods")[0].clone();
        own["metadata"] = new("v1", "Pod", "default", "another-0")["metadata"].clone();
        own["metadata"]["labels"] = mark;
        owned_by(&mut own, "example.org/v1", "Release", "another", &owner);
        items(one, "pods").push(own);
    }
}

pub const CASES: &[Case] = &[
    (
        "law 4: a slice that leads to a pod of which nothing is seen may lead anywhere",
        OFF,
        |all| {
            let stranger = json!({"kind": "Pod", "namespace": "mlops-prod", "name": "ghost", "uid": "ghost"});
            slice(&mut all[1], "fastapi")["endpoints"] =
                json!([{"addresses": ["10.244.9.9"], "conditions": {"ready": true}, "targetRef": stranger}]);
        },
        &[("core.unchanged", OPEN), ("changes.confined", OPEN)],
    ),
    (
        "law 4: only a StatefulSet or an indexed Job gives its pods a name of a host",
        TRIP,
        |all| pod(&mut all[2], "feast-ui-")["spec"]["hostname"] = json!("db"),
        &[("optional.restored", OPEN)],
    ),
    (
        "law 4: a pod says in which zone its node is",
        TRIP,
        |all| pod(&mut all[2], "feast-ui-")["metadata"]["labels"]["topology.kubernetes.io/zone"] = json!("b"),
        &[("optional.restored", PROVEN)],
    ),
    (
        "law 4: only a StatefulSet gives its pods a domain",
        TRIP,
        |all| pod(&mut all[2], "feast-ui-")["spec"]["subdomain"] = json!("db"),
        &[("optional.restored", OPEN)],
    ),
    (
        "law 4: a class that neither the template nor other pods have is nobody's default",
        TRIP,
        |all| pod(&mut all[2], "feast-ui-")["spec"]["priorityClassName"] = json!("system-node-critical"),
        &[("optional.restored", OPEN)],
    ),
    (
        "law 4: a class that admission gives to each pod is no departure",
        TRIP,
        |all| {
            for i in [0, 2] {
                items(&mut all[i], "pods").iter_mut().for_each(|p| p["spec"]["priorityClassName"] = json!("usual"));
            }
        },
        &[("optional.restored", PROVEN)],
    ),
    (
        "law 4: what holds a pod when it is to go is no controller's",
        TRIP,
        |all| pod(&mut all[2], "feast-ui-")["metadata"]["finalizers"] = json!(["example.org/held"]),
        &[("optional.restored", OPEN)],
    ),
    (
        "law 4: a second owner is no controller's",
        TRIP,
        |all| {
            let owners = pod(&mut all[2], "feast-ui-")["metadata"]["ownerReferences"].as_array_mut().unwrap();
            owners.push(json!({"apiVersion": "v1", "kind": "Node", "name": "worker-1", "uid": "another"}));
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "restored: a pod more than its workload counts leaves the return open",
        TRIP,
        |all| {
            let mut more = pod(&mut all[2], "feast-ui-").clone();
            (more["metadata"]["name"], more["metadata"]["uid"]) = (json!("feast-ui-more"), json!("more"));
            items(&mut all[2], "pods").push(more);
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "law 14: who is to go first when a workload shrinks is somebody's to say, and a doubt",
        OFF,
        |all| {
            pod(&mut all[1], "fastapi-")["metadata"]["annotations"]["controller.kubernetes.io/pod-deletion-cost"] = json!("-100");
        },
        &[("core.undisturbed", OPEN), ("core.unchanged", OPEN)],
    ),
    (
        "law 5: an annotation that is called as Patroni's is not Patroni's",
        OFF,
        |all| pod(&mut all[1], "fastapi-")["metadata"]["annotations"] = json!({"status": "off"}),
        &[("core.unchanged", REFUTED)],
    ),
    (
        "law 4: a slice that leads to another port than its Service is made by hand",
        OFF,
        |all| slice(&mut all[1], "fastapi")["ports"][0]["port"] = json!(31337),
        &[("core.unchanged", REFUTED), ("changes.confined", REFUTED)],
    ),
    (
        "law 5: an account that was made anew in a namespace that stays disturbs its layer",
        OFF,
        |all| object(&mut all[1], "serviceaccounts", "mlops-prod", "default")["metadata"]["uid"] = json!("another"),
        &[("core.undisturbed", REFUTED), ("core.unchanged", PROVEN)],
    ),
    (
        "law 2: a release that bears the name of an Application which does not list it leaves the layer's absence open",
        OFF,
        |all| release(all, true),
        &[("optional.absent", OPEN)],
    ),
    (
        "law 2: where Argo CD does not go by labels, such a release is nobody's",
        OFF,
        |all| release(all, false),
        &[("optional.absent", PROVEN)],
    ),
];

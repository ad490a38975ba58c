//! What an operator names anew when its custom resource comes back, what it says of itself, and what goes with a namespace.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, entry, lists, new, owned_by};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::{Value, set};

/// A custom resource that an Application manages, in each bundle with this status; none where it is not there.
fn resource(all: &mut [Collected], namespace: &str, by: &str, statuses: &[Option<Value>]) {
    for (i, (one, status)) in all.iter_mut().zip(statuses).enumerate() {
        let mut serve = new("ray.example.org/v1", "Serve", namespace, "main");
        serve["metadata"]["uid"] = json!(format!("serve-{}", if namespace == "feast-dev" { i } else { 0 }));
        serve["metadata"]["annotations"] =
            json!({"argocd.argoproj.io/tracking-id": format!("{by}:ray.example.org/Serve:{namespace}/main")});
        if let Some(status) = status {
            serve["status"] = status.clone();
            lists(app(one, by), entry("ray.example.org", "Serve", namespace, "main"));
        }
        answered(one, "ray.example.org", "serves", status.iter().map(|_| serve.clone()).collect());
    }
}

/// What its operator made for it in a bundle, with a Service of its own.
fn made(one: &mut Collected, bundle: usize, name: &str) {
    let mut cluster = new("ray.example.org/v1", "Cluster", "feast-dev", name);
    owned_by(&mut cluster, "ray.example.org/v1", "Serve", "main", &json!(format!("serve-{bundle}")));
    let mut service = new("v1", "Service", "feast-dev", &format!("{name}-head"));
    service["spec"] = json!({"ports": [{"port": 80}]});
    owned_by(&mut service, "ray.example.org/v1", "Cluster", name, &cluster["metadata"]["uid"].clone());
    items(one, "services").push(service);
    answered(one, "ray.example.org", "clusters", vec![cluster]);
}

/// A Deployment that the operator made for it, where it is, with another value there each time.
fn drawn(all: &mut [Collected], place: &str) {
    for (i, one) in all.iter_mut().enumerate().filter(|(i, _)| *i != 1) {
        let mut made = new("apps/v1", "Deployment", "feast-dev", "made");
        made["metadata"]["uid"] = json!(format!("made-{i}"));
        made["spec"] = json!({"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": []}}, "replicas": 0});
        owned_by(&mut made, "ray.example.org/v1", "Serve", "main", &json!(format!("serve-{i}")));
        set(&mut made, &format!("{place}/hash"), json!(i.to_string()));
        items(one, "deployments").push(made);
    }
}

/// A bundle of certificates of core, and what it puts into the namespace of the switched layer, which goes with that.
fn stamped(all: &mut [Collected], space: &[&str]) {
    for (one, space) in all.iter_mut().zip(space) {
        let mut trust = new("trust.example.org/v1", "Trust", "", "ca");
        trust["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "fastapi-prod:trust.example.org/Trust:mlops-prod/ca"});
        lists(app(one, "fastapi-prod"), entry("trust.example.org", "Trust", "", "ca"));
        let owner = trust["metadata"]["uid"].clone();
        answered(one, "trust.example.org", "trusts", vec![trust]);
        items(one, "namespaces").retain(|n| n["metadata"]["name"] != "feast-dev" || !space.is_empty());
        if !space.is_empty() {
            object(one, "namespaces", "", "feast-dev")["metadata"]["uid"] = json!(space);
            let mut map = new("v1", "ConfigMap", "feast-dev", "ca");
            owned_by(&mut map, "trust.example.org/v1", "Trust", "ca", &owner);
            items(one, "configmaps").push(map);
        }
    }
}

pub const CASES: &[Case] = &[
    (
        "law 13: what an operator makes again under another name leaves the return open",
        TRIP,
        |all| {
            resource(all, "feast-dev", "feast-dev", &[Some(json!({})), None, Some(json!({}))]);
            made(&mut all[0], 0, "main-abcde");
            answered(&mut all[1], "ray.example.org", "clusters", vec![]);
            made(&mut all[2], 2, "main-fghij");
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "law 13: what an operator draws anew for each instance leaves the return open",
        TRIP,
        |all| {
            resource(all, "feast-dev", "feast-dev", &[Some(json!({})), None, Some(json!({}))]);
            drawn(all, "/metadata/annotations");
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "law 13: what an operator runs is what it ran before",
        TRIP,
        |all| {
            resource(all, "feast-dev", "feast-dev", &[Some(json!({})), None, Some(json!({}))]);
            drawn(all, "/spec/template/spec");
        },
        &[("optional.restored", REFUTED)],
    ),
    (
        "law 13: a resource that names in a list what its operator made again under another name leaves the return open",
        TRIP,
        |all| {
            resource(all, "feast-dev", "feast-dev", &[Some(json!({})), None, Some(json!({}))]);
            answered(&mut all[1], "ray.example.org", "clusters", vec![]);
            for (i, name) in [(0, "main-abcde"), (2, "main-fghij")] {
                made(&mut all[i], i, name);
                let serves = all[i].lists.iter_mut().find(|l| l.resource.as_deref() == Some("serves")).unwrap();
                serves.items[0]["spec"] = json!({"refs": [{"kind": "Cluster", "name": name}]});
            }
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "what is made for an object, and says so by that one's uid, goes and comes back with it",
        TRIP,
        |all| {
            for i in [0, 2] {
                let owner = object(&mut all[i], "deployments", "feast-dev", "feast-ui")["metadata"]["uid"].clone();
                let mut policy = new("networking.k8s.io/v1", "NetworkPolicy", "feast-dev", "made-for-ui");
                policy["metadata"]["uid"] = json!(format!("policy-{i}"));
                policy["metadata"]["labels"] = json!({"example.org/for": owner});
                policy["spec"] = json!({"podSelector": {}});
                items(&mut all[i], "networkpolicies").push(policy);
            }
        },
        &[("optional.restored", PROVEN), ("changes.confined", PROVEN)],
    ),
    (
        "law 9: a claim that is going is not kept on purpose",
        OFF,
        |all| {
            let mut claim = new("v1", "PersistentVolumeClaim", "feast-dev", "going");
            claim["metadata"]["deletionTimestamp"] = json!("2026-11-23T18:16:00Z");
            claim["metadata"]["finalizers"] = json!(["kubernetes.io/pvc-protection"]);
            for one in all {
                items(one, "persistentvolumeclaims").push(claim.clone());
            }
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "law 13: what an operator does not make again is missing",
        TRIP,
        |all| {
            resource(all, "feast-dev", "feast-dev", &[Some(json!({})), None, Some(json!({}))]);
            made(&mut all[0], 0, "main-abcde");
            answered(&mut all[1], "ray.example.org", "clusters", vec![]);
            answered(&mut all[2], "ray.example.org", "clusters", vec![]);
        },
        &[("optional.restored", REFUTED)],
    ),
    (
        "a custom resource of a protected layer that lost its condition leaves its health open",
        OFF,
        |all| {
            let ready = json!({"conditions": [{"type": "Ready", "status": "True"}]});
            resource(all, "mlops-prod", "fastapi-prod", &[Some(ready), Some(json!({}))]);
        },
        &[("core.healthy", OPEN), ("core.unchanged", PROVEN)],
    ),
    (
        "a custom resource of a protected layer whose phase is a bad word leaves its health open",
        OFF,
        |all| resource(all, "mlops-prod", "fastapi-prod", &[Some(json!({"phase": "Running"})), Some(json!({"phase": "Failed"}))]),
        &[("core.healthy", OPEN)],
    ),
    (
        "a custom resource whose phase is another good word is as well as it was",
        OFF,
        |all| resource(all, "mlops-prod", "fastapi-prod", &[Some(json!({"phase": "Ready"})), Some(json!({"phase": "Running"}))]),
        &[("core.healthy", PROVEN)],
    ),
    (
        "a custom resource of a protected layer that calls itself degraded leaves its health open",
        OFF,
        |all| {
            let says = |status: &str| Some(json!({"conditions": [{"type": "Degraded", "status": status}]}));
            resource(all, "mlops-prod", "fastapi-prod", &[says("False"), says("True")]);
        },
        &[("core.healthy", OPEN)],
    ),
    (
        "a route of a protected layer that no gateway accepts any more leaves its health open",
        OFF,
        |all| {
            let accepted = json!({"parents": [{"parentRef": {"name": "gw"}, "conditions": [{"type": "Accepted", "status": "True"}]}]});
            resource(all, "mlops-prod", "fastapi-prod", &[Some(accepted), Some(json!({"parents": []}))]);
        },
        &[("core.healthy", OPEN)],
    ),
    (
        "restored: a custom resource that came back and says that it failed is not back",
        TRIP,
        |all| resource(all, "feast-dev", "feast-dev", &[Some(json!({"phase": "Running"})), None, Some(json!({"phase": "Failed"}))]),
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: a custom resource that came back and says nothing yet leaves the return open",
        TRIP,
        |all| {
            let ready = json!({"conditions": [{"type": "Ready", "status": "True"}]});
            resource(all, "feast-dev", "feast-dev", &[Some(ready), None, Some(json!({}))]);
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "what a protected layer puts into a namespace of the switched one goes with that, and is no change of it",
        OFF,
        |all| stamped(all, &["space", ""]),
        &[("core.unchanged", PROVEN)],
    ),
    (
        "what a protected layer puts into a namespace that stays is its own",
        OFF,
        |all| {
            stamped(all, &["space", "space"]);
            items(&mut all[1], "configmaps").retain(|map| map["metadata"]["name"] != "ca");
        },
        &[("core.unchanged", REFUTED)],
    ),
    ("what it puts there is back with the namespace", TRIP, |all| stamped(all, &["space", "", "again"]), &[("core.unchanged", PROVEN)]),
    (
        "what is missing where the namespace is back is lost",
        TRIP,
        |all| {
            stamped(all, &["space", "", "again"]);
            items(&mut all[2], "configmaps").retain(|map| map["metadata"]["name"] != "ca");
        },
        &[("core.unchanged", REFUTED), ("changes.confined", REFUTED)],
    ),
    (
        "what comes back with another content has changed",
        TRIP,
        |all| {
            stamped(all, &["space", "", "again"]);
            object(&mut all[2], "configmaps", "feast-dev", "ca")["metadata"]["labels"] = json!({"a": "b"});
            object(&mut all[2], "configmaps", "feast-dev", "ca")["metadata"]["ownerReferences"][0]["controller"] = json!(false);
        },
        &[("core.unchanged", "refuted|inconclusive")],
    ),
];

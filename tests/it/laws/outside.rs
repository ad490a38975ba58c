//! What the platform offers to those outside of it, and what others make in it by themselves: addresses, devices, certificates, leaders, runs.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, entry, lists, new, owned_by};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// A Service that is reachable from outside at this address.
fn reachable(one: &mut Collected, namespace: &str, name: &str, address: Option<&str>) {
    let service = object(one, "services", namespace, name);
    service["spec"]["type"] = json!("LoadBalancer");
    let addresses: Vec<Value> = address.map(|ip| json!({"ip": ip, "ipMode": "VIP"})).into_iter().collect();
    service["status"] = json!({"loadBalancer": {"ingress": addresses}});
}

fn webhook(one: &mut Collected, bundle: &str, second: Value) {
    let mut hook = new("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "", "checks");
    hook["webhooks"] = json!([
        {"name": "a.example.org", "clientConfig": {"url": "https://a.example.org", "caBundle": bundle}},
        {"name": "b.example.org", "clientConfig": second},
    ]);
    items(one, "validatingwebhookconfigurations").push(hook);
}

/// A custom resource of core, and what its operator made for it in the second bundle.
fn made(all: &mut [Collected], resource: &str, kind: &str, size: impl Fn(usize) -> u64) {
    for (i, one) in all.iter_mut().enumerate() {
        let mut database = new("db.example.org/v1", "Database", "mlops-prod", "main");
        database["metadata"]["annotations"] =
            json!({"argocd.argoproj.io/tracking-id": "fastapi-prod:db.example.org/Database:mlops-prod/main"});
        database["spec"] = json!({"size": size(i)});
        lists(app(one, "fastapi-prod"), entry("db.example.org", "Database", "mlops-prod", "main"));
        let owner = database["metadata"]["uid"].clone();
        answered(one, "db.example.org", "databases", vec![database]);
        let api = if resource == "backups" { "db.example.org/v1" } else { "apps/v1" };
        let mut child = new(api, kind, "mlops-prod", "main-made");
        child["spec"] = json!({"of": "main"});
        owned_by(&mut child, "db.example.org/v1", "Database", "main", &owner);
        if resource == "backups" {
            answered(one, "db.example.org", "backups", if i == 1 { vec![child] } else { vec![] });
        } else if i == 1 {
            items(one, resource).push(child);
        }
    }
}

/// A custom resource that an Application manages, and its status in each bundle; null where it is not there.
fn saying(all: &mut [Collected], namespace: &str, by: &str, said: &[Value]) {
    for (one, status) in all.iter_mut().zip(said) {
        let mut store = new("example.org/v1", "Store", namespace, "main");
        store["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": format!("{by}:example.org/Store:{namespace}/main")});
        store["status"] = status.clone();
        if !status.is_null() {
            lists(app(one, by), entry("example.org", "Store", namespace, "main"));
        }
        answered(one, "example.org", "stores", if status.is_null() { vec![] } else { vec![store] });
    }
}

/// The same, whose condition says this.
fn conditions(all: &mut [Collected], namespace: &str, by: &str, said: &[&str]) {
    let status = |said: &&str| if said.is_empty() { Value::Null } else { json!({"conditions": [{"type": "Ready", "status": *said}]}) };
    saying(all, namespace, by, &said.iter().map(status).collect::<Vec<_>>());
}

pub const CASES: &[Case] = &[
    (
        "a service that has lost its outer address is another",
        OFF,
        |all| {
            reachable(&mut all[0], "mlops-prod", "fastapi", Some("192.0.2.1"));
            reachable(&mut all[1], "mlops-prod", "fastapi", None);
        },
        &[("core.unchanged", REFUTED), ("changes.confined", REFUTED)],
    ),
    (
        "a service that is reachable elsewhere is another",
        OFF,
        |all| {
            reachable(&mut all[0], "mlops-prod", "fastapi", Some("192.0.2.1"));
            reachable(&mut all[1], "mlops-prod", "fastapi", Some("192.0.2.2"));
        },
        &[("core.unchanged", REFUTED)],
    ),
    (
        "a service that is made anew may be reachable elsewhere",
        TRIP,
        |all| {
            reachable(&mut all[0], "feast-dev", "feast-ui", Some("192.0.2.1"));
            reachable(&mut all[2], "feast-dev", "feast-ui", Some("192.0.2.2"));
        },
        &[("optional.restored", PROVEN)],
    ),
    (
        "a node that offers fewer devices is another",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let status = &mut object(one, "nodes", "", "worker-1")["status"];
                status["capacity"]["nvidia.com/gpu"] = json!("2");
                status["allocatable"]["nvidia.com/gpu"] = json!((2 - i).to_string());
            }
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "that a node offers none any more, nor the label of who found them, may be that their plugin went",
        OFF,
        |all| {
            for (one, count) in all.iter_mut().zip(["2", "0"]) {
                let node = object(one, "nodes", "", "worker-1");
                node["status"]["capacity"]["nvidia.com/gpu"] = json!(count);
                node["status"]["allocatable"]["nvidia.com/gpu"] = json!(count);
                if count != "0" {
                    node["metadata"]["labels"]["feature.node.kubernetes.io/pci-10de.present"] = json!("true");
                }
            }
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "how much memory a node has moves",
        OFF,
        |all| object(&mut all[1], "nodes", "", "worker-1")["status"]["allocatable"]["memory"] = json!("7Gi"),
        &[("changes.confined", PROVEN)],
    ),
    (
        "a certificate that an injector renews moves",
        OFF,
        |all| {
            webhook(&mut all[0], "Q0E=", json!({"url": "https://b.example.org"}));
            webhook(&mut all[1], "Q0Ey", json!({"url": "https://b.example.org"}));
        },
        &[("changes.confined", PROVEN)],
    ),
    (
        "a certificate that was lost is a change",
        OFF,
        |all| {
            webhook(&mut all[0], "Q0E=", json!({"url": "https://b.example.org"}));
            webhook(&mut all[1], "", json!({"url": "https://b.example.org"}));
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 2: a webhook of which any part calls the layer's Service leaves its absence open",
        OFF,
        |all| {
            for one in all.iter_mut() {
                webhook(one, "Q0E=", json!({"service": {"namespace": "feast-dev", "name": "feast-server"}}));
            }
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "law 2: a binding of which any subject is the layer's account leaves its absence open",
        OFF,
        |all| {
            for one in all.iter_mut() {
                let mut binding = new("rbac.authorization.k8s.io/v1", "RoleBinding", "kube-system", "made-at-run-time");
                binding["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"});
                binding["subjects"] = json!([
                    {"kind": "User", "name": "someone"},
                    {"kind": "ServiceAccount", "namespace": "feast-dev", "name": "feast"},
                ]);
                items(one, "rolebindings").push(binding);
            }
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "a switch that brings something else is not kept",
        OFF,
        |all| app(&mut all[1], "root-optional")["spec"]["source"]["targetRevision"] = json!("elsewhere"),
        &[("switch.kept", REFUTED), ("changes.confined", REFUTED)],
    ),
    (
        "a claim is held while a snapshot is made of it",
        OFF,
        |all| {
            let claim = object(&mut all[1], "persistentvolumeclaims", "mlops-prod", "triton-model-repo");
            let held = "snapshot.storage.kubernetes.io/pvc-as-source-protection";
            claim["metadata"]["finalizers"].as_array_mut().unwrap().push(json!(held));
        },
        &[("core.unchanged", PROVEN), ("changes.confined", PROVEN)],
    ),
    (
        "a claim that anything else holds is another",
        OFF,
        |all| {
            let claim = object(&mut all[1], "persistentvolumeclaims", "mlops-prod", "triton-model-repo");
            claim["metadata"]["finalizers"].as_array_mut().unwrap().push(json!("example.org/hold"));
        },
        &[("core.unchanged", REFUTED)],
    ),
    (
        "law 14: what an operator makes for an unchanged custom resource leaves open",
        OFF,
        |all| made(all, "backups", "Backup", |_| 1),
        &[("core.unchanged", OPEN), ("changes.confined", OPEN)],
    ),
    (
        "law 14: what comes with a change of the custom resource is a change",
        OFF,
        |all| made(all, "backups", "Backup", |i| if i == 0 { 1 } else { 2 }),
        &[("core.unchanged", REFUTED)],
    ),
    (
        "law 14: what runs does not come by itself, whoever is said to own it",
        OFF,
        |all| made(all, "deployments", "Deployment", |_| 1),
        &[("core.unchanged", REFUTED)],
    ),
    (
        "law 14: a leader that a cluster chose anew leaves open",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let mut lease = new("v1", "Endpoints", "mlops-prod", "db");
                lease["metadata"]["annotations"] =
                    json!({"acquireTime": i.to_string(), "leader": format!("db-{i}"), "renewTime": "2026", "ttl": "30"});
                lease["subsets"] = json!([{"addresses": [{"ip": format!("10.0.0.{i}")}]}]);
                items(one, "endpoints").push(lease);
            }
        },
        &[("core.unchanged", OPEN)],
    ),
    (
        "a secret that comes is a change, though its cluster has no cert-manager",
        OFF,
        |all| {
            let mut secret = new("v1", "Secret", "mlops-prod", "more");
            secret["type"] = json!("Opaque");
            items(&mut all[1], "secrets").push(secret);
        },
        &[("core.unchanged", REFUTED), ("changes.confined", REFUTED)],
    ),
    (
        "restored: a custom resource that was ready and says that it is not is not back",
        TRIP,
        |all| conditions(all, "feast-dev", "feast-dev", &["True", "", "False"]),
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: a custom resource that is ready again is back",
        TRIP,
        |all| conditions(all, "feast-dev", "feast-dev", &["True", "", "True"]),
        &[("optional.restored", PROVEN)],
    ),
    (
        "healthy: a custom resource that was ready and says that it is not leaves open",
        OFF,
        |all| conditions(all, "mlops-prod", "fastapi-prod", &["True", "False"]),
        &[("core.healthy", OPEN)],
    ),
    (
        "what a custom resource says of itself in a word of its own, and then that it has failed, leaves its health open",
        OFF,
        |all| {
            let job = |state: &str| json!({"jobStatus": {"state": state}});
            saying(all, "mlops-prod", "fastapi-prod", &[job("RUNNING"), job("FAILED")]);
        },
        &[("core.healthy", OPEN)],
    ),
    (
        "so does what it says no more is true",
        OFF,
        |all| saying(all, "mlops-prod", "fastapi-prod", &[json!({"ready": true}), json!({"ready": false})]),
        &[("core.healthy", OPEN)],
    ),
    (
        "so does what had succeeded and has failed",
        OFF,
        |all| saying(all, "mlops-prod", "fastapi-prod", &[json!({"phase": "Succeeded"}), json!({"phase": "Failed"})]),
        &[("core.healthy", OPEN)],
    ),
    (
        "a word that says nothing ill leaves nothing open, and neither does what is not about how it fares",
        OFF,
        |all| {
            let of = |state: &str, paused: bool| json!({"scheduleState": state, "paused": paused});
            saying(all, "mlops-prod", "fastapi-prod", &[of("Scheduled", true), of("Waiting", false)]);
        },
        &[("core.healthy", PROVEN)],
    ),
    (
        "law 14: a run that an operator makes again under one name leaves open",
        OFF,
        |all| {
            made(all, "backups", "Backup", |_| 1);
            let again = all[1].lists.iter().find(|l| l.group == "db.example.org" && l.resource.as_deref() == Some("backups")).unwrap();
            let mut earlier = again.items[0].clone();
            earlier["metadata"]["uid"] = json!("earlier");
            answered(&mut all[0], "db.example.org", "backups", vec![earlier]);
        },
        &[("changes.confined", OPEN), ("core.undisturbed", OPEN)],
    ),
    (
        "what Crossplane made for a claim goes with the claim",
        OFF,
        |all| {
            let mut claim = new("example.org/v1", "Database", "feast-dev", "db");
            claim["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "feast-dev:example.org/Database:feast-dev/db"});
            claim["spec"] = json!({"resourceRef": {"name": "db-x"}});
            lists(app(&mut all[0], "feast-dev"), entry("example.org", "Database", "feast-dev", "db"));
            let mut composite = new("example.org/v1", "XDatabase", "", "db-x");
            let reference = json!({"apiVersion": "example.org/v1", "kind": "Database", "namespace": "feast-dev", "name": "db"});
            composite["spec"] = json!({"claimRef": reference});
            for (one, is_there) in all.iter_mut().zip([true, false]) {
                let only = |object: &Value| if is_there { vec![object.clone()] } else { vec![] };
                answered(one, "example.org", "databases", only(&claim));
                answered(one, "example.org", "xdatabases", only(&composite));
            }
        },
        &[("changes.confined", PROVEN)],
    ),
];

//! What custom resources make, hold and write elsewhere than in what they own: things that go with them, namespaces, manifests, registers, notes, backups.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, entry, lists, new, owned_by};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::{Value, set};

/// A custom resource of the switched layer, where that is on; and beside it another of its kind, of no layer.
fn of_the_layer(all: &mut [Collected], group: &str, resource: &str, kind: &str, dress: impl Fn(&mut Value, usize)) {
    for (i, one) in all.iter_mut().enumerate() {
        let mut own = new(&format!("{group}/v1"), kind, "feast-dev", "tool");
        own["metadata"]["uid"] = json!(format!("tool-{i}"));
        own["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": format!("feast-dev:{group}/{kind}:feast-dev/tool")});
        dress(&mut own, i);
        if i != 1 {
            lists(app(one, "feast-dev"), entry(group, kind, "feast-dev", "tool"));
        }
        answered(one, group, resource, if i == 1 { vec![] } else { vec![own] });
    }
}

/// A database of a custom resource that says this of itself, and is made anew.
fn database(all: &mut [Collected], at: &str, says: &Value) {
    of_the_layer(all, "db.example.org", "databases", "Database", |own, _| assert!(set(own, at, says.clone())));
}

/// A user's namespace that a Profile makes, with what the user keeps in it.
fn profile(all: &mut [Collected], claim: &[usize]) {
    of_the_layer(all, "kubeflow.example.org", "profiles", "Profile", |_, _| {});
    for i in [0, 2] {
        let mut space = new("v1", "Namespace", "", "user");
        space["metadata"]["uid"] = json!(format!("user-{i}"));
        owned_by(&mut space, "kubeflow.example.org/v1", "Profile", "tool", &json!(format!("tool-{i}")));
        items(&mut all[i], "namespaces").push(space);
        let mut work = new("v1", "ConfigMap", "user", "work");
        work["metadata"]["uid"] = json!(format!("work-{i}"));
        work["data"] = json!({"a": "b"});
        if claim.contains(&i) {
            items(&mut all[i], "configmaps").push(work);
        }
    }
}

/// What a resource of the layer was told to make in another namespace, in these bundles.
fn told_to_make(all: &mut [Collected], bundles: &[usize]) {
    let manifest =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "made", "namespace": "default"}, "data": {"a": "b"}});
    of_the_layer(all, "example.org", "objects", "Object", |own, _| own["spec"] = json!({"manifest": manifest}));
    for i in bundles {
        let mut made = new("v1", "ConfigMap", "default", "made");
        made["data"] = json!({"a": "b"});
        items(&mut all[*i], "configmaps").push(made);
    }
}

/// A register of no layer, with an element for each of these names.
fn register(all: &mut [Collected], names: &[&[&str]]) {
    of_the_layer(all, "example.org", "packages", "Package", |_, _| {});
    for (one, names) in all.iter_mut().zip(names) {
        let mut lock = new("lock.example.org/v1", "Lock", "", "lock");
        lock["packages"] = names.iter().map(|name| json!({"name": name, "version": "v1"})).collect();
        answered(one, "lock.example.org", "locks", vec![lock]);
    }
}

/// A Service of core whose annotation differs in each bundle, made for a custom resource or by somebody.
fn noted(all: &mut [Collected], owner: Option<&str>) {
    for (i, one) in all.iter_mut().enumerate() {
        answered(one, "db.example.org", "clusters", vec![new("db.example.org/v1", "Cluster", "mlops-prod", "main")]);
        let mut service = new("v1", "Service", "mlops-prod", "main-0");
        service["metadata"]["annotations"] = json!({"db.example.org/ring": i.to_string()});
        service["spec"] = json!({"ports": [{"port": 80}]});
        if let Some(uid) = owner {
            owned_by(&mut service, "db.example.org/v1", "Cluster", "main", &json!(uid));
        }
        items(one, "services").push(service);
    }
}

/// Backups of core that nothing owns, in each bundle.
fn backups(all: &mut [Collected], names: &[&[&str]], label: &str) {
    for (one, names) in all.iter_mut().zip(names) {
        let backup = |name: &&str| {
            let mut backup = new("backup.example.org/v1", "VolumeBackup", "mlops-prod", name);
            backup["metadata"]["labels"] = json!({label: "nightly"});
            backup
        };
        answered(one, "backup.example.org", "volumebackups", names.iter().map(backup).collect());
    }
}

/// What an operator of the layer runs, whose variable holds this in the first and in the last bundle; its owner need not be its controller.
fn variable(all: &mut [Collected], values: [&str; 2]) {
    of_the_layer(all, "db.example.org", "clusters", "Cluster", |_, _| {});
    for (i, value) in [0, 2].into_iter().zip(values) {
        let mut made = new("apps/v1", "StatefulSet", "feast-dev", "made");
        made["metadata"]["uid"] = json!(format!("made-{i}"));
        let containers = json!([{"name": "db", "image": "db", "env": [{"name": "HASH", "value": value}]}]);
        made["spec"] = json!({"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": containers}}, "replicas": 0});
        made["metadata"]["ownerReferences"] = json!([{"apiVersion": "db.example.org/v1", "kind": "Cluster", "name": "tool", "uid": format!("tool-{i}"), "controller": false}]);
        items(&mut all[i], "statefulsets").push(made);
    }
}

/// What an API server of the layer serves, as long as it is registered.
fn served(all: &mut [Collected], registered: &[usize]) {
    for (i, one) in all.iter_mut().enumerate() {
        if i != 1 {
            answered(one, "agg.example.org", "findings", vec![]);
        }
        if registered.contains(&i) {
            let mut service = new("apiregistration.k8s.io/v1", "APIService", "", "v1.agg.example.org");
            service["spec"] = json!({"group": "agg.example.org", "version": "v1", "service": {"namespace": "feast-dev", "name": "agg"}});
            items(one, "apiservices").push(service);
        }
    }
}

/// A label of the first node, while the layer is on.
fn on_node(all: &mut [Collected], label: &str) {
    of_the_layer(all, "data.fluid.example.org", "datasets", "Dataset", |_, _| {});
    for i in [0, 2] {
        items(&mut all[i], "nodes")[0]["metadata"]["labels"][label] = json!("true");
    }
}

/// A label of a namespace of core that holds the uid of a resource of the layer, or of none.
fn on_namespace(all: &mut [Collected], uids: [&str; 2]) {
    of_the_layer(all, "example.org", "groups", "Group", |_, _| {});
    for (i, uid) in [0, 2].into_iter().zip(uids) {
        object(&mut all[i], "namespaces", "", "mlops-prod")["metadata"]["labels"][&format!("of.example.org/{uid}")] = json!("");
    }
}

/// What stands in another namespace and bears the name of a resource of the layer, and this namespace.
fn borne(all: &mut [Collected], namespace: &str) {
    of_the_layer(all, "example.org", "exports", "Export", |_, _| {});
    for i in [0, 2] {
        let mut import = new("v1", "ConfigMap", "default", "import");
        import["metadata"]["labels"] = json!({"of.example.org/name": "tool", "of.example.org/namespace": namespace});
        let mut part = new("v1", "Secret", "default", "import-part");
        owned_by(&mut part, "v1", "ConfigMap", "import", &import["metadata"]["uid"]);
        items(&mut all[i], "configmaps").push(import);
        items(&mut all[i], "secrets").push(part);
    }
}

/// Config maps that an operator made for a resource of core, in each bundle.
fn settings(all: &mut [Collected], names: &[&[&str]]) {
    for (one, names) in all.iter_mut().zip(names) {
        answered(one, "log.example.org", "loggings", vec![new("log.example.org/v1", "Logging", "mlops-prod", "main")]);
        for name in *names {
            let mut map = new("v1", "ConfigMap", "mlops-prod", name);
            owned_by(&mut map, "log.example.org/v1", "Logging", "main", &json!("Logging-mlops-prod-main"));
            items(one, "configmaps").push(map);
        }
    }
}

pub const CASES: &[Case] = &[
    (
        "settings with a name of their own come for an unchanged resource",
        OFF,
        |all| settings(all, &[&["app"], &["app", "check-2"]]),
        &[("core.unchanged", OPEN)],
    ),
    ("they take the place of others", OFF, |all| settings(all, &[&["app", "check-1"], &["app", "check-2"]]), &[("core.unchanged", OPEN)]),
    ("settings that are gone without others are lost", OFF, |all| settings(all, &[&["app"], &[]]), &[("core.unchanged", REFUTED)]),
    (
        "a resource that says of fewer of its parts that they are ready is not known to be back",
        TRIP,
        |all| {
            of_the_layer(all, "db.example.org", "clusters", "Cluster", |own, i| own["status"] = json!({"readyNodes": 3 - i, "replicas": 3}))
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "fewer are ready where there are to be fewer",
        TRIP,
        |all| {
            of_the_layer(all, "db.example.org", "clusters", "Cluster", |own, i| {
                own["status"] = json!({"readyNodes": 3 - i, "replicas": 3 - i})
            });
        },
        &[("optional.restored", PROVEN)],
    ),
    (
        "so is one of whose members one is not ready",
        TRIP,
        |all| {
            of_the_layer(all, "db.example.org", "clusters", "Cluster", |own, i| {
                own["status"] = json!({"members": [{"name": "a", "status": if i == 0 { "Ready" } else { "NotReady" }}]});
            });
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "what an API server of the layer serves is asked where the server is not registered any more",
        TRIP,
        |all| served(all, &[0, 2]),
        &[("evidence.comparable", PROVEN), ("evidence.complete", PROVEN)],
    ),
    ("a server that is registered and was not asked leaves open", TRIP, |all| served(all, &[0, 1, 2]), &[("evidence.comparable", OPEN)]),
    (
        "an operator of the layer labels nodes by its domain",
        TRIP,
        |all| on_node(all, "fluid.example.org/dataset"),
        &[("changes.confined", OPEN)],
    ),
    ("another label of a node is a change", TRIP, |all| on_node(all, "zone.example.com/a"), &[("changes.confined", REFUTED)]),
    (
        "a label that holds the uid of a resource of the layer goes with it",
        TRIP,
        |all| on_namespace(all, ["tool-0", "tool-2"]),
        &[("core.unchanged", OPEN), ("changes.confined", OPEN)],
    ),
    ("a label that holds no such uid is a change", TRIP, |all| on_namespace(all, ["other", "other"]), &[("core.unchanged", REFUTED)]),
    (
        "what bears the name and the namespace of a resource of the layer may be made for it, and what that owns goes with it",
        TRIP,
        |all| borne(all, "feast-dev"),
        &[("changes.confined", OPEN)],
    ),
    ("what bears only its name is another's", TRIP, |all| borne(all, "elsewhere"), &[("changes.confined", REFUTED)]),
    (
        "an address that was given to it anew leaves the return of a resource open",
        TRIP,
        |all| of_the_layer(all, "net.example.org", "vips", "Vip", |own, i| own["spec"] = json!({"ip": format!("10.0.0.{i}")})),
        &[("optional.restored", OPEN)],
    ),
    (
        "another word in it is another resource",
        TRIP,
        |all| of_the_layer(all, "net.example.org", "vips", "Vip", |own, i| own["spec"] = json!({"mode": format!("mode-{i}")})),
        &[("optional.restored", REFUTED)],
    ),
    (
        "what stays of it and says whose it was may be left behind",
        OFF,
        |all| {
            of_the_layer(all, "example.org", "exports", "Export", |_, _| {});
            let mut left = new("v1", "Service", "default", "left");
            left["metadata"]["labels"] = json!({"of.example.com/name": "tool", "of.example.com/namespace": "feast-dev"});
            left["spec"] = json!({"ports": [{"port": 80}]});
            all.iter_mut().for_each(|one| items(one, "services").push(left.clone()));
        },
        &[("optional.absent", OPEN)],
    ),
    (
        "a cloud's controller notes which of its things serves a service, which is another one each time",
        TRIP,
        |all| {
            for (i, id) in [(0, "8f14e45f-ceea-467f-a9d3-1c2b3a4d5e6f"), (2, "c9f0f895-fb98-4b91-8f1e-0a1b2c3d4e5f")] {
                let mut service = new("v1", "Service", "feast-dev", "outer");
                service["metadata"]["uid"] = json!(format!("service-{i}"));
                service["metadata"]["annotations"] =
                    json!({"argocd.argoproj.io/tracking-id": "feast-dev:/Service:feast-dev/outer", "cloud.example.org/balancer": id});
                service["spec"] = json!({"ports": [{"port": 80}]});
                lists(app(&mut all[i], "feast-dev"), entry("", "Service", "feast-dev", "outer"));
                items(&mut all[i], "services").push(service);
            }
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "a resource that says its thing is deleted with it stands for another thing when it comes back",
        TRIP,
        |all| database(all, "/spec/databaseReclaimPolicy", &json!("delete")),
        &[("optional.restored", OPEN)],
    ),
    (
        "so does one that stands for data and was held until its operator had cleared that away",
        TRIP,
        |all| database(all, "/metadata/finalizers", &json!(["db.example.org/cleanup"])),
        &[("optional.restored", OPEN)],
    ),
    (
        "one that says its thing is retained stands for the same",
        TRIP,
        |all| database(all, "/spec/databaseReclaimPolicy", &json!("retain")),
        &[("optional.restored", PROVEN), ("changes.confined", PROVEN)],
    ),
    (
        "what was in a namespace that a resource of the layer made is missing where only the namespace came back",
        TRIP,
        |all| profile(all, &[0]),
        &[("optional.restored", REFUTED)],
    ),
    (
        "what comes back with such a namespace is restored",
        TRIP,
        |all| profile(all, &[0, 2]),
        &[("optional.restored", PROVEN), ("optional.absent", PROVEN)],
    ),
    (
        "what a resource was told to make elsewhere goes and comes with it",
        TRIP,
        |all| told_to_make(all, &[0, 2]),
        &[("changes.confined", OPEN), ("optional.absent", PROVEN)],
    ),
    (
        "what stays of it may be left behind",
        OFF,
        |all| told_to_make(all, &[0, 1]),
        &[("optional.absent", OPEN), ("changes.confined", PROVEN)],
    ),
    (
        "a register loses the element that names what went",
        TRIP,
        |all| register(all, &[&["core", "tool"], &["core"], &["core", "tool"]]),
        &[("changes.confined", OPEN)],
    ),
    (
        "a register that loses another one too has changed",
        TRIP,
        |all| register(all, &[&["core", "tool"], &[], &["core", "tool"]]),
        &[("changes.confined", REFUTED)],
    ),
    (
        "an operator notes in an annotation of what it made how far it has come",
        OFF,
        |all| noted(all, Some("Cluster-mlops-prod-main")),
        &[("changes.confined", OPEN)],
    ),
    ("an annotation of what nobody made for a resource is a change", OFF, |all| noted(all, None), &[("changes.confined", REFUTED)]),
    (
        "a backup that nobody owns may be made by the clock",
        OFF,
        |all| backups(all, &[&["a"], &["a", "b"]], "app"),
        &[("changes.confined", OPEN)],
    ),
    (
        "one that is gone was too old where it says so or another one came, and else is lost",
        OFF,
        |all| backups(all, &[&["a"], &[]], "app"),
        &[("changes.confined", REFUTED)],
    ),
    (
        "a backup of a schedule goes by itself",
        OFF,
        |all| backups(all, &[&["a"], &[]], "backup.example.org/schedule"),
        &[("changes.confined", OPEN)],
    ),
    (
        "a variable may hold another digest where an operator runs something for a resource that is back",
        TRIP,
        |all| variable(all, ["3712345", "9912345"]),
        &[("optional.restored", OPEN)],
    ),
    ("a variable that holds another word is another", TRIP, |all| variable(all, ["primary", "replica"]), &[("optional.restored", REFUTED)]),
];

//! What stands behind what came back (law 13): a thing outside of the cluster, a folder of a node, an address; and what is written into a running
//! pod beside what its template says (law 14).
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, entry, lists, new};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::{Value, set};

/// A custom resource of the switched layer, which is another instance when it is back, and then has this value there.
fn stands_for(all: &mut [Collected], place: &str, ids: [&str; 2]) {
    answered(&mut all[1], "db.example.org", "databases", vec![]);
    for (i, id) in [0, 2].into_iter().zip(ids) {
        let mut database = new("db.example.org/v1", "Database", "feast-dev", "main");
        database["metadata"]["uid"] = json!(format!("database-{i}"));
        database["metadata"]["annotations"] =
            json!({"argocd.argoproj.io/tracking-id": "feast-dev:db.example.org/Database:feast-dev/main", "a": "b"});
        set(&mut database, place, json!(id));
        lists(app(&mut all[i], "feast-dev"), entry("db.example.org", "Database", "feast-dev", "main"));
        answered(&mut all[i], "db.example.org", "databases", vec![database]);
    }
}

/// A pod whose name begins so.
fn pod<'a>(one: &'a mut Collected, name: &str) -> &'a mut Value {
    items(one, "pods").iter_mut().find(|p| p["metadata"]["name"].as_str().unwrap().starts_with(name)).unwrap()
}

/// A Deployment of the switched layer keeps its data in a folder of the node on which its pod runs.
fn in_a_folder(all: &mut [Collected], path: &str, nodes: [&str; 2]) {
    for (i, node) in [0, 2].into_iter().zip(nodes) {
        let volumes = json!([{"name": "data", "hostPath": {"path": path}}]);
        let mounts = json!([{"name": "data", "mountPath": "/data"}]);
        let append = |list: &mut Value, more: &Value| match list.as_array_mut() {
            Some(all) => all.extend(more.as_array().unwrap().clone()),
            None => *list = more.clone(),
        };
        let add = |spec: &mut Value| {
            append(&mut spec["volumes"], &volumes);
            append(&mut spec["containers"][0]["volumeMounts"], &mounts);
        };
        add(&mut object(&mut all[i], "deployments", "feast-dev", "feast-ui")["spec"]["template"]["spec"]);
        let sets = items(&mut all[i], "replicasets").iter_mut();
        for set in sets.filter(|s| s["metadata"]["name"].as_str().unwrap().starts_with("feast-ui-")) {
            add(&mut set["spec"]["template"]["spec"]);
        }
        let pod = pod(&mut all[i], "feast-ui-");
        add(&mut pod["spec"]);
        pod["spec"]["nodeName"] = json!(node);
    }
}

/// What was written into the template of a Deployment of the switched layer, which is another instance when it is back.
fn written(all: &mut [Collected], text: &str) {
    let template = |one: &mut Collected| object(one, "deployments", "feast-dev", "feast-ui")["spec"]["template"].clone();
    assert_eq!(template(&mut all[0]), template(&mut all[2]));
    object(&mut all[0], "deployments", "feast-dev", "feast-ui")["spec"]["template"]["metadata"]["annotations"] =
        json!({"example.org/started-anew": text});
}

/// The pods of a set of the protected layer, each with this label in each bundle, beside the one of its template.
fn labelled(all: &mut [Collected], values: [[&str; 2]; 2]) {
    for (one, values) in all.iter_mut().zip(values) {
        let is_its =
            |p: &&mut Value| p["metadata"]["namespace"] == "mlops-prod" && p["metadata"]["name"].as_str().unwrap().starts_with("fastapi-");
        for (pod, value) in items(one, "pods").iter_mut().filter(is_its).zip(values) {
            pod["metadata"]["labels"]["example.org/role"] = json!(value);
        }
    }
}

pub const CASES: &[Case] = &[
    (
        "law 13: what came back under its name and stands for another thing is open",
        TRIP,
        |all| stands_for(all, "/status/systemID", ["7301", "7402"]),
        &[("optional.restored", OPEN)],
    ),
    (
        "law 13: what came back and stands for the same thing is back",
        TRIP,
        |all| stands_for(all, "/status/systemID", ["7301", "7301"]),
        &[("optional.restored", PROVEN)],
    ),
    (
        "law 13: what was made outside of the cluster a second time is open",
        TRIP,
        |all| {
            let place = "/metadata/annotations/crossplane.io~1external-create-succeeded";
            stands_for(all, place, ["2026-11-01T08:00:00Z", "2026-11-23T18:20:00Z"]);
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "law 13: what a run has anew each time is no thing outside",
        TRIP,
        |all| stands_for(all, "/status/jobId", ["a", "b"]),
        &[("optional.restored", PROVEN)],
    ),
    (
        "a resource of a protected layer that stands for another thing than before leaves open whether it was disturbed",
        OFF,
        |all| {
            for (one, id) in all.iter_mut().zip(["7301", "7402"]) {
                let mut database = new("db.example.org/v1", "Database", "mlops-prod", "main");
                database["metadata"]["annotations"] =
                    json!({"argocd.argoproj.io/tracking-id": "fastapi-prod:db.example.org/Database:mlops-prod/main"});
                database["status"] = json!({"systemID": id});
                lists(app(one, "fastapi-prod"), entry("db.example.org", "Database", "mlops-prod", "main"));
                answered(one, "db.example.org", "databases", vec![database]);
            }
        },
        &[("core.undisturbed", OPEN), ("core.unchanged", PROVEN)],
    ),
    (
        "law 13: a folder of another node is another one",
        TRIP,
        |all| in_a_folder(all, "/srv/feast", ["node-1", "node-2"]),
        &[("optional.restored", OPEN)],
    ),
    (
        "law 13: a folder of the same node is the same one",
        TRIP,
        |all| in_a_folder(all, "/srv/feast", ["node-1", "node-1"]),
        &[("optional.restored", PROVEN)],
    ),
    (
        "law 13: what belongs to each node is no data",
        TRIP,
        |all| in_a_folder(all, "/var/log/feast", ["node-1", "node-2"]),
        &[("optional.restored", PROVEN)],
    ),
    (
        "law 13: a time at which pods were started anew, lost with the workload, leaves its return open",
        TRIP,
        |all| written(all, "2026-11-20T09:00:00Z"),
        &[("optional.restored", OPEN)],
    ),
    (
        "law 13: any other text of a template that was lost is a difference",
        TRIP,
        |all| written(all, "yes"),
        &[("optional.restored", REFUTED)],
    ),
    (
        "law 14: pods that exchange a label among themselves have chosen another leader, perhaps",
        OFF,
        |all| labelled(all, [["leads", "follows"], ["follows", "leads"]]),
        &[("core.unchanged", OPEN), ("core.undisturbed", OPEN), ("changes.confined", OPEN)],
    ),
    (
        "law 14: a pod that has a label which none of its like had was changed",
        OFF,
        |all| labelled(all, [["leads", "follows"], ["leads", "other"]]),
        &[("core.unchanged", REFUTED), ("changes.confined", REFUTED)],
    ),
    (
        "law 14: what is noted on a pod beside its template leaves open who noted it",
        OFF,
        |all| assert!(set(pod(&mut all[1], "fastapi-"), "/metadata/annotations/example.org~1status", json!("streaming"))),
        &[("core.unchanged", OPEN), ("changes.confined", OPEN)],
    ),
];

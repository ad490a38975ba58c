//! What came back and is not as it was: a run that had ended and runs again, another image under the same tag.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, entry, lists, new, owned_by};
use crate::samples::{items, object};
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::{Value, set};

/// A run that the switched layer's Application manages, with its status before and after; of a kind that no rule knows, unless it is a Job.
fn runs(all: &mut [Collected], kind: &str, statuses: [Value; 2]) {
    let group = if kind == "Job" { "batch" } else { "runs.example.org" };
    for (i, status) in [0, 2].into_iter().zip(statuses) {
        let mut run = new(&format!("{group}/v1"), kind, "feast-dev", "import");
        run["metadata"]["uid"] = json!(format!("import-{i}"));
        run["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": format!("feast-dev:{group}/{kind}:feast-dev/import")});
        run["spec"] = json!({"template": {"spec": {"containers": []}}});
        run["status"] = status;
        lists(app(&mut all[i], "feast-dev"), entry(group, kind, "feast-dev", "import"));
        if kind == "Job" { items(&mut all[i], "jobs").push(run) } else { answered(&mut all[i], group, "imports", vec![run]) }
    }
    if kind != "Job" {
        answered(&mut all[1], group, "imports", Vec::new());
    }
}

/// A volume that a pod of the switched layer has for itself, made anew with the pod.
fn scratch(all: &mut [Collected]) {
    for i in [0, 2] {
        let pod = object(&mut all[i], "pods", "feast-dev", "feast-redis-0");
        let owner = pod["metadata"]["uid"].clone();
        let template = json!({"spec": {"storageClassName": "fast"}});
        let volume = json!({"name": "scratch", "ephemeral": {"volumeClaimTemplate": template}});
        pod["spec"]["volumes"].as_array_mut().unwrap().push(volume);
        let mut claim = new("v1", "PersistentVolumeClaim", "feast-dev", "feast-redis-0-scratch");
        claim["metadata"]["uid"] = json!(format!("claim-{i}"));
        claim["spec"] = json!({"storageClassName": "fast", "volumeName": format!("pvc-{i}")});
        claim["status"] = json!({"phase": "Bound"});
        owned_by(&mut claim, "v1", "Pod", "feast-redis-0", &owner);
        let mut place = new("v1", "PersistentVolume", "", &format!("pvc-{i}"));
        place["metadata"]["annotations"] = json!({"pv.kubernetes.io/provisioned-by": "disk.example.org"});
        let bound = json!({"namespace": "feast-dev", "name": "feast-redis-0-scratch", "uid": format!("claim-{i}")});
        let source = json!({"driver": "disk.example.org", "volumeHandle": format!("disk-{i}")});
        place["spec"] = json!({"claimRef": bound, "csi": source, "persistentVolumeReclaimPolicy": "Delete"});
        place["status"] = json!({"phase": "Bound"});
        items(&mut all[i], "persistentvolumeclaims").push(claim);
        items(&mut all[i], "persistentvolumes").push(place);
    }
}

fn ended(kind: &str) -> Value {
    json!({"conditions": [{"type": kind, "status": "True"}]})
}

/// A Service that an operator made for a custom resource, with another address each time, and what it tells its Deployment.
fn told(all: &mut [Collected], arguments: [&str; 2]) {
    for ((i, address), argument) in [(0, "10.96.7.10"), (2, "10.96.7.12")].into_iter().zip(arguments) {
        let mut store = new("store.example.org/v1", "Store", "feast-dev", "main");
        store["metadata"]["uid"] = json!(format!("store-{i}"));
        store["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "feast-dev:store.example.org/Store:feast-dev/main"});
        lists(app(&mut all[i], "feast-dev"), entry("store.example.org", "Store", "feast-dev", "main"));
        let owner = store["metadata"]["uid"].clone();
        answered(&mut all[i], "store.example.org", "stores", vec![store]);
        let mut service = new("v1", "Service", "feast-dev", "mon-a");
        service["metadata"]["uid"] = json!(format!("mon-a-{i}"));
        service["spec"] = json!({"clusterIP": address, "clusterIPs": [address], "ports": [{"port": 6789}]});
        let mut made = new("apps/v1", "Deployment", "feast-dev", "mon-a");
        made["metadata"]["uid"] = json!(format!("made-{i}"));
        made["spec"] = json!({"replicas": 0, "template": {"spec": {"containers": [{"name": "c", "image": "c", "args": [argument]}]}}});
        made["status"] = json!({"observedGeneration": 1});
        for object in [&mut service, &mut made] {
            owned_by(object, "store.example.org/v1", "Store", "main", &owner);
        }
        items(&mut all[i], "services").push(service);
        items(&mut all[i], "deployments").push(made);
    }
    answered(&mut all[1], "store.example.org", "stores", Vec::new());
}

pub const CASES: &[Case] = &[
    ("a volume that a pod has for itself is empty each time", TRIP, scratch, &[("optional.restored", PROVEN), ("optional.absent", PROVEN)]),
    (
        "restored: a Job that had ended and runs again leaves the return open",
        TRIP,
        |all| runs(all, "Job", [ended("Complete"), json!({"active": 1})]),
        &[("optional.restored", OPEN)],
    ),
    (
        "restored: a Job that has ended as before is back",
        TRIP,
        |all| runs(all, "Job", [ended("Complete"), ended("Complete")]),
        &[("optional.restored", PROVEN)],
    ),
    (
        "restored: so it is with what says in a word or a condition of its own that it has ended",
        TRIP,
        |all| {
            let status = |word: &str, is: &str| json!({"jobStatus": word, "conditions": [{"type": "Succeeded", "status": is}]});
            runs(all, "Import", [status("SUCCEEDED", "True"), status("RUNNING", "Unknown")]);
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "restored: one that failed this time is not back",
        TRIP,
        |all| runs(all, "Import", [json!({"phase": "Completed"}), json!({"phase": "Failed"})]),
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: one that no longer tells how many of its parts are ready leaves the return open",
        TRIP,
        |all| runs(all, "Import", [json!({"phase": "all is well", "readyMembers": 3}), json!({"phase": "all is well"})]),
        &[("optional.restored", OPEN)],
    ),
    (
        "restored: the new address of a Service in the place of its old one is no difference",
        TRIP,
        |all| told(all, ["--mon=v1:10.96.7.10:6789", "--mon=v1:10.96.7.12:6789"]),
        &[("optional.restored", PROVEN)],
    ),
    (
        "restored: another address is one",
        TRIP,
        |all| told(all, ["--mon=v1:10.96.7.10:6789", "--mon=v1:10.96.7.120:6789"]),
        &[("optional.restored", REFUTED)],
    ),
    (
        "restored: another image under the same tag leaves the return open",
        TRIP,
        |all| {
            let mut own = items(&mut all[2], "pods").iter_mut();
            let pod = own.find(|p| p["metadata"]["name"].as_str().is_some_and(|n| n.starts_with("feast-ui"))).unwrap();
            assert!(set(pod, "/status/containerStatuses/0/imageID", json!("registry/ui@sha256:00")));
        },
        &[("optional.restored", OPEN)],
    ),
    (
        "law 14: a claim that waited for its volume has it now, perhaps by itself",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let mut claim = new("v1", "PersistentVolumeClaim", "mlops-prod", "late");
                claim["spec"] = json!({"accessModes": ["ReadWriteOnce"]});
                claim["status"] = json!({"phase": "Pending"});
                if i == 1 {
                    let mut volume = new("v1", "PersistentVolume", "", "pvc-late");
                    volume["spec"] = json!({"claimRef": {"namespace": "mlops-prod", "name": "late", "uid": claim["metadata"]["uid"].clone()}, "csi": {"driver": "d", "volumeHandle": "h"}});
                    items(one, "persistentvolumes").push(volume);
                    claim["spec"]["volumeName"] = json!("pvc-late");
                    claim["status"] = json!({"phase": "Bound"});
                }
                items(one, "persistentvolumeclaims").push(claim);
            }
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 14: of a resource that no Application manages a later time alone is a sign of life",
        OFF,
        |all| {
            for (one, time) in all.iter_mut().zip(["2026-11-23T18:00:00Z", "2026-11-23T18:10:00Z"]) {
                let mut lease = new("fleet.example.org/v1", "AgentLease", "mlops-prod", "agent");
                lease["spec"] = json!({"holder": "a", "renewTime": time});
                answered(one, "fleet.example.org", "agentleases", vec![lease]);
            }
        },
        &[("changes.confined", OPEN)],
    ),
];

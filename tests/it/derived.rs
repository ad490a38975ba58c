//! What is derived follows from what is compared (law 4), one instance is compared whole (law 5), and only an active autoscaler excuses pods
//! that went (law 10).
use crate::samples::{collected, drafted, items, judge, names, object, side, verdict};
use crate::support::json;
use evid::bundle::config::Config;
use evid::compare::{Instances, changes};
use evid::kinds::Rules;
use evid::usecase::capture::Collected;
use evid::usecase::diff::Outcome;
use evid::value::{Value, set};
use proptest::prelude::*;

type Edit = fn(&mut Collected);

/// The platform before and after two edits, a while later.
fn outcome(before: Edit, after: Edit) -> Outcome {
    let (mut x, mut y) = (collected("before"), collected("before"));
    (y.started, y.finished) = (Some("2026-11-24T01:00:00Z".into()), Some("2026-11-24T01:00:10Z".into()));
    before(&mut x);
    after(&mut y);
    judge(vec![x, y])
}

fn none(_: &mut Collected) {}

/// One more pod of the Deployment `fastapi`, as its controller makes it but for an edit.
fn one_more(c: &mut Collected, name: &str, edit: impl Fn(&mut Value)) {
    let mut pod = object(c, "pods", "mlops-prod", "fastapi-6455bf97b-cdllz").clone();
    pod["metadata"]["name"] = json!(name);
    pod["metadata"]["uid"] = json!(format!("00000000-0000-4000-8000-{name:0>12}"));
    edit(&mut pod);
    items(c, "pods").push(pod);
}

fn sidecar(pod: &mut Value) {
    pod["spec"]["containers"].as_array_mut().unwrap().push(json!({"name": "proxy", "image": "mesh.example/proxy:1"}));
}

#[test]
fn a_new_pod_that_runs_something_else_than_its_template_says_is_a_change_of_its_owners_layer() {
    let cases: &[(&str, Edit, &str)] = &[
        ("as its template says", |c| one_more(c, "x1", |_| {}), "proven"),
        ("another image", |c| one_more(c, "x1", |p| p["spec"]["containers"][0]["image"] = json!("evil.example/x:1")), "refuted"),
        ("another command", |c| one_more(c, "x1", |p| p["spec"]["containers"][0]["command"] = json!(["sh"])), "refuted"),
        ("another account", |c| one_more(c, "x1", |p| p["spec"]["serviceAccountName"] = json!("admin")), "refuted"),
        ("the host's processes", |c| one_more(c, "x1", |p| p["spec"]["hostPID"] = json!(true)), "refuted"),
        (
            "the host's files",
            |c| {
                one_more(c, "x1", |p| {
                    let volumes = p["spec"]["volumes"].as_array_mut().unwrap();
                    volumes.push(json!({"name": "kube-api-access-x", "hostPath": {"path": "/"}}));
                });
            },
            "refuted",
        ),
        ("a sidecar", |c| one_more(c, "x1", sidecar), "inconclusive"),
        (
            "a sidecar with privileges",
            |c| {
                one_more(c, "x1", |p| {
                    sidecar(p);
                    let last = p["spec"]["containers"].as_array_mut().unwrap().last_mut().unwrap();
                    last["securityContext"] = json!({"privileged": true});
                });
            },
            "refuted",
        ),
        ("a label", |c| one_more(c, "x1", |p| p["metadata"]["labels"]["mesh.example/rev"] = json!("1")), "inconclusive"),
        (
            "an account's token that is none",
            |c| {
                one_more(c, "x1", |p| {
                    let sources = json!([{"secret": {"name": "database"}}]);
                    let volume = json!({"name": "kube-api-access-y", "projected": {"sources": sources}});
                    p["spec"]["volumes"].as_array_mut().unwrap().push(volume);
                });
            },
            "inconclusive",
        ),
    ];
    for (what, edit, want) in cases {
        let outcome = outcome(none, *edit);
        for claim in ["core.unchanged", "changes.confined"] {
            assert_eq!(verdict(&outcome, claim), *want, "{what}: {claim}");
            assert!(*want == "proven" || names(&outcome, claim, "x1"), "{what}: {claim}");
        }
    }
}

#[test]
fn what_admission_did_to_an_owners_pods_before_is_no_departure_and_something_else_is() {
    let injected: Edit = |c| items(c, "pods").iter_mut().filter(|p| p["metadata"]["namespace"] == "mlops-prod").for_each(sidecar);
    let again: Edit = |c| {
        items(c, "pods").iter_mut().filter(|p| p["metadata"]["namespace"] == "mlops-prod").for_each(sidecar);
        one_more(c, "x1", |_| {});
    };
    assert_eq!(verdict(&outcome(injected, again), "core.unchanged"), "proven");
    let another: Edit = |c| {
        items(c, "pods").iter_mut().filter(|p| p["metadata"]["namespace"] == "mlops-prod").for_each(sidecar);
        one_more(c, "x1", |p| p["spec"]["containers"][1]["image"] = json!("evil.example/x:1"));
    };
    assert_eq!(verdict(&outcome(injected, another), "core.unchanged"), "inconclusive");
    // A mirror that takes every image's place; what else it does not take is another image.
    let mirrored: Edit = |c| {
        for pod in items(c, "pods").iter_mut().filter(|p| p["metadata"]["name"].as_str().unwrap().starts_with("fastapi-")) {
            mirror(pod);
        }
    };
    let mirrored_again: Edit = |c| {
        for pod in items(c, "pods").iter_mut().filter(|p| p["metadata"]["name"].as_str().unwrap().starts_with("fastapi-")) {
            mirror(pod);
        }
        one_more(c, "x1", |_| {});
    };
    assert_eq!(verdict(&outcome(mirrored, mirrored_again), "core.unchanged"), "proven");
    let other: Edit = |c| one_more(c, "x1", |p| p["spec"]["containers"][0]["image"] = json!("mirror.example/other:1"));
    assert_eq!(verdict(&outcome(mirrored, other), "core.unchanged"), "refuted");
}

fn mirror(pod: &mut Value) {
    let image = pod["spec"]["containers"][0]["image"].as_str().unwrap().to_owned();
    let name = image.rsplit('/').next().unwrap();
    pod["spec"]["containers"][0]["image"] = json!(format!("mirror.example/{name}"));
}

#[test]
fn what_nothing_compared_determines_is_state() {
    let added = |resource: &str, value: Value| {
        let mut later = collected("before");
        (later.started, later.finished) = (Some("2026-11-24T01:00:00Z".into()), Some("2026-11-24T01:00:10Z".into()));
        items(&mut later, resource).push(value);
        judge(vec![collected("before"), later])
    };
    let meta = |name: &str| json!({"name": name, "uid": "00000000-0000-4000-8000-000000000001", "resourceVersion": "9"});
    let request = |signer: &str, user: &str, group: &str, usage: &str| {
        let spec = json!({"signerName": signer, "username": user, "groups": [group, "system:authenticated"], "usages": [usage, "digital signature"], "request": "LS0t"});
        json!({"apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": meta("csr"), "spec": spec})
    };
    let signer = |name: &str| format!("kubernetes.io/{name}");
    for (request, want) in [
        (request(&signer("kubelet-serving"), "system:node:a", "system:nodes", "server auth"), "proven"),
        (request(&signer("kube-apiserver-client-kubelet"), "system:bootstrap:abc", "system:bootstrappers", "client auth"), "proven"),
        (request(&signer("kube-apiserver-client-kubelet"), "eve", "system:nodes", "client auth"), "refuted"),
        (request(&signer("kubelet-serving"), "system:node:a", "system:masters", "server auth"), "refuted"),
        (request(&signer("kube-apiserver-client"), "system:node:a", "system:nodes", "client auth"), "refuted"),
    ] {
        let outcome = added("certificatesigningrequests", request.clone());
        assert_eq!(verdict(&outcome, "changes.confined"), want, "{request}");
    }
    let spec = json!({"attacher": "x", "nodeName": "worker-1", "source": {"persistentVolumeName": "triton-model-repo-prod"}});
    let attachment = json!({"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "metadata": meta("a"), "spec": spec});
    assert_eq!(verdict(&added("volumeattachments", attachment), "changes.confined"), "refuted");
    let mut slice = object(&mut collected("before"), "services", "mlops-prod", "fastapi")["metadata"].clone();
    let owner = json!([{"apiVersion": "v1", "kind": "Service", "name": "fastapi", "uid": slice["uid"], "controller": true}]);
    slice["name"] = json!("fastapi-x");
    slice["uid"] = json!("00000000-0000-4000-8000-000000000002");
    slice["ownerReferences"] = owner;
    slice["labels"] =
        json!({"kubernetes.io/service-name": "fastapi", "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"});
    let endpoints = json!([{"addresses": ["203.0.113.66"]}]);
    let slice = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": slice, "endpoints": endpoints});
    assert_eq!(verdict(&added("endpointslices", slice), "core.unchanged"), "refuted", "an address that is no pod's");
}

#[test]
fn a_pod_whose_job_is_in_no_list_is_torn_and_one_that_its_cron_job_makes_is_not() {
    let no_job: Edit = |c| items(c, "jobs").retain(|j| j["metadata"]["name"] != "feast-materialize-29924292");
    for (before, after) in [(none as Edit, no_job), (no_job, none)] {
        let outcome = outcome(before, after);
        assert_eq!(verdict(&outcome, "changes.confined"), "proven", "{:#?}", outcome.changes);
        assert_eq!(verdict(&outcome, "optional.unchanged"), "proven");
    }
    let rogue = |job: &'static str, spec: Value| {
        let mut later = collected("before");
        (later.started, later.finished) = (Some("2026-11-24T01:00:00Z".into()), Some("2026-11-24T01:00:10Z".into()));
        let owner = json!([{"apiVersion": "batch/v1", "kind": "Job", "name": job, "uid": "00000000-0000-4000-8000-0000000000aa", "controller": true}]);
        let meta = json!({"name": "rogue", "namespace": "feast-dev", "uid": "00000000-0000-4000-8000-0000000000ab", "resourceVersion": "9", "ownerReferences": owner});
        items(&mut later, "pods")
            .push(json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": {"phase": "Running"}}));
        judge(vec![collected("before"), later])
    };
    for job in ["feast-materialize-29999999", "never-was-1", "other"] {
        let outcome = rogue(job, json!({"containers": [{"name": "x", "image": "evil.example/x:1"}]}));
        assert_eq!(verdict(&outcome, "optional.unchanged"), "inconclusive", "{job}: it is neither acquitted nor accused");
        assert!(names(&outcome, "optional.unchanged", "rogue"), "{job}");
    }
}

#[test]
fn only_an_active_autoscaler_takes_a_protected_workload_to_none() {
    fn to_none(c: &mut Collected) {
        let deployment = object(c, "deployments", "mlops-prod", "triton");
        deployment["spec"]["replicas"] = json!(0);
        deployment["status"] = json!({"observedGeneration": deployment["metadata"]["generation"]});
        let set = object(c, "replicasets", "mlops-prod", "triton-7b467dbc7b");
        set["spec"]["replicas"] = json!(0);
        set["status"] = json!({"replicas": 0});
        items(c, "pods").retain(|p| !p["metadata"]["name"].as_str().unwrap().starts_with("triton-"));
    }
    fn scaled(c: &mut Collected, paused: bool) {
        let annotations = if paused { json!({"autoscaling.keda.sh/paused": "true"}) } else { json!({}) };
        let meta = json!({"name": "triton", "namespace": "mlops-prod", "uid": "00000000-0000-4000-8000-0000000000ac", "resourceVersion": "9", "annotations": annotations});
        let spec = json!({"scaleTargetRef": {"name": "triton"}, "minReplicaCount": 0, "maxReplicaCount": 5});
        let object = json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": meta, "spec": spec,
            "status": {"conditions": [{"type": "Ready", "status": "True"}]}});
        let mut list = c.lists[0].clone();
        (list.group, list.resource, list.file) = ("keda.sh".into(), Some("scaledobjects".into()), "scaledobjects.json".into());
        list.items = vec![object];
        c.lists.push(list);
    }
    let cases: [(&str, Edit, Edit, &str); 3] = [
        ("nobody scales it", none, to_none, "refuted"),
        ("KEDA does", |c| scaled(c, false), |c| (scaled(c, false), to_none(c)).1, "proven"),
        ("KEDA is paused", |c| scaled(c, true), |c| (scaled(c, true), to_none(c)).1, "refuted"),
    ];
    for (what, before, after, want) in cases {
        let outcome = outcome(before, after);
        assert_eq!(verdict(&outcome, "core.undisturbed"), want, "{what}");
        assert_eq!(verdict(&outcome, "core.unchanged") == "proven", want == "proven", "{what}");
    }
}

/// Every leaf below a value, as JSON pointers.
fn leaves(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(map) if !map.is_empty() => map.iter().for_each(|(k, v)| leaves(v, &evid::value::join(at, k), out)),
        Value::Array(list) if !list.is_empty() => list.iter().enumerate().for_each(|(i, v)| leaves(v, &format!("{at}/{i}"), out)),
        _ => out.push(at.to_owned()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Law 5: whatever differs in one derived instance shows, unless its kind's rule says that it moves by itself.
    #[test]
    fn no_field_of_a_derived_object_changes_unseen(which in any::<prop::sample::Index>(), field in any::<prop::sample::Index>()) {
        let rules = Rules::new(&[]).unwrap();
        let mut lines: Vec<(String, Value)> = Vec::new();
        for (name, bytes) in drafted(collected("before")).files.iter().filter(|(n, _)| n.starts_with("identity/")) {
            let stem = name.rsplit('/').next().unwrap().trim_end_matches(".jsonl");
            let all = bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice::<Value>(l).unwrap());
            lines.extend(all.filter(|l| l.get("derived").is_some()).map(|l| (stem.to_owned(), l)));
        }
        let kinds: Vec<&String> = lines.iter().map(|(s, _)| s).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        let stem = kinds[which.index(kinds.len())];
        let of_kind: Vec<&Value> = lines.iter().filter(|(s, _)| s == stem).map(|(_, l)| l).collect();
        let line = of_kind[field.index(of_kind.len())];
        let mut pointers = Vec::new();
        leaves(&line["derived"], "", &mut pointers);
        let named = ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"];
        pointers.retain(|p| !named.contains(&p.as_str()) && !p.starts_with("/metadata/ownerReferences"));
        prop_assume!(!pointers.is_empty());
        let pointer = &pointers[field.index(pointers.len())];
        let mut other = line["derived"].clone();
        set(&mut other, pointer, json!("something else"));
        let (resource, group) = evid::model::unstem(stem);
        let kind = rules.of_resource(group, resource).unwrap();
        prop_assume!(kind.without_moves(&[], other.clone()) != kind.without_moves(&[], line["derived"].clone()));
        let (mut x, mut y) = (collected("before"), collected("before"));
        let (namespace, name) = (line["namespace"].as_str().unwrap(), line["name"].as_str().unwrap());
        for (c, value) in [(&mut x, line["derived"].pointer(pointer).unwrap().clone()), (&mut y, json!("something else"))] {
            set(object(c, resource, namespace, name), pointer, value);
        }
        let sides = [side("a", x), side("b", y)];
        let instances = Instances::read(&sides, &Config::default().layers().unwrap()).unwrap();
        let found = changes(&sides, &instances, &rules, 0, 1).unwrap();
        prop_assert!(found.iter().any(|c| c.spot.stem == *stem && c.spot.name == name), "{stem} {namespace}/{name} {pointer}: {found:?}");
    }
}

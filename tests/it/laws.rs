//! The laws of judgement (DESIGN §6, docs/claims.md), each with its cases: what is changed in the samples, and the verdicts that it must have.
mod ailing;
mod autoscalers;
mod behind;
mod by_itself;
mod churn;
mod clock;
mod dresses;
mod excuses;
mod given;
mod installed;
mod leftovers;
mod makers;
mod named;
mod nodes;
mod outside;
mod records;
mod renamed;
mod restored;
mod returned;

use crate::samples::{collected, items, judge, object, verdict};
use crate::support::json;
use evid::usecase::capture::{Collected, List};
use evid::value::Value;

type Change = fn(&mut [Collected]);

/// What is wished for: a claim and the verdicts that it may have.
type Want = &'static [(&'static str, &'static str)];

/// Name, dumps in order, what is changed in them, and the verdicts.
type Case = (&'static str, &'static [&'static str], Change, Want);

const OFF: &[&str] = &["before", "off"];
const TRIP: &[&str] = &["before", "off", "on"];
const REFUTED: &str = "refuted";
const OPEN: &str = "inconclusive";
const PROVEN: &str = "proven";

/// A new object, young in both senses.
fn new(api: &str, kind: &str, namespace: &str, name: &str) -> Value {
    let mut meta = json!({"name": name, "uid": format!("{kind}-{namespace}-{name}"), "resourceVersion": "99990", "creationTimestamp": "2026-11-23T18:00:00Z"});
    if !namespace.is_empty() {
        meta["namespace"] = json!(namespace);
    }
    json!({"apiVersion": api, "kind": kind, "metadata": meta})
}

fn uid(collected: &mut Collected, resource: &str, namespace: &str, name: &str) -> Value {
    object(collected, resource, namespace, name)["metadata"]["uid"].clone()
}

fn owned_by(object: &mut Value, api: &str, kind: &str, name: &str, uid: &Value) {
    object["metadata"]["ownerReferences"] = json!([{"apiVersion": api, "kind": kind, "name": name, "uid": uid, "controller": true}]);
}

/// A config map whose text differs from bundle to bundle.
fn changing(all: &mut [Collected], namespace: &str, dress: impl Fn(&mut Value, &mut Collected)) {
    for (i, one) in all.iter_mut().enumerate() {
        let mut map = new("v1", "ConfigMap", namespace, "billing");
        map["data"] = json!({"a": i.to_string()});
        map["metadata"]["resourceVersion"] = json!((99980 + i).to_string());
        dress(&mut map, one);
        items(one, "configmaps").push(map);
    }
}

fn app<'a>(all: &'a mut Collected, name: &str) -> &'a mut Value {
    object(all, "applications", "argocd", name)
}

fn drop_app(all: &mut Collected, name: &str) {
    items(all, "applications").retain(|a| a["metadata"]["name"] != name);
}

fn entry(group: &str, kind: &str, namespace: &str, name: &str) -> Value {
    json!({"group": group, "kind": kind, "namespace": namespace, "name": name, "status": "Synced", "version": "v1"})
}

fn lists(app: &mut Value, entry: Value) {
    app["status"]["resources"].as_array_mut().unwrap().push(entry);
}

/// An answered list of a kind that the samples lack.
fn answered(all: &mut Collected, group: &str, resource: &str, items: Vec<Value>) {
    let like = all.lists.iter().find(|l| l.resource.as_deref() == Some("configmaps")).unwrap().clone();
    all.lists.retain(|l| !(l.group == group && l.resource.as_deref() == Some(resource)));
    all.lists.push(List { file: format!("{resource}.{group}.json"), group: group.into(), resource: Some(resource.into()), items, ..like });
}

const CASES: &[Case] = &[
    // Law 2.
    (
        "law 2: an owner that is kept takes nothing into its layer",
        OFF,
        |all| {
            let kept = uid(&mut all[1], "namespaces", "", "feast-dev");
            let mut binding = new("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "", "stranger");
            binding["roleRef"] = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"});
            owned_by(&mut binding, "v1", "Namespace", "feast-dev", &kept);
            items(&mut all[1], "clusterrolebindings").push(binding);
        },
        &[("changes.confined", "refuted|inconclusive")],
    ),
    (
        "law 2: an owner in another namespace takes nothing into its layer",
        &["off", "on"],
        |all| {
            let owner = uid(&mut all[1], "services", "feast-dev", "feast-ui");
            let mut map = new("v1", "ConfigMap", "mlops-prod", "stranger");
            owned_by(&mut map, "v1", "Service", "feast-ui", &owner);
            items(&mut all[1], "configmaps").push(map);
        },
        &[("changes.confined", "refuted|inconclusive")],
    ),
    (
        "law 2: what the earlier bundle did not say of an object puts no change of it into the switched layer",
        OFF,
        |all| {
            changing(all, "argocd", |map, _| {
                map["metadata"]["labels"] = json!({"scope": "optional"});
            })
        },
        &[("changes.confined", "refuted|inconclusive")],
    ),
    (
        "law 2: a mark that no Application bears out leaves the layer's absence open",
        OFF,
        |all| {
            let mut map = new("v1", "ConfigMap", "mlops-prod", "left");
            map["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "feast-dev:/ConfigMap:mlops-prod/left"});
            items(&mut all[1], "configmaps").push(map);
        },
        &[("optional.absent", "inconclusive|refuted")],
    ),
    (
        "law 2: a pod that no Application bears out refutes it",
        OFF,
        |all| {
            let mut pod = items(&mut all[1], "pods")[0].clone();
            pod["metadata"] = new("v1", "Pod", "feast-dev", "left")["metadata"].clone();
            pod["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "feast-dev:/Pod:feast-dev/left"});
            items(&mut all[1], "pods").push(pod);
        },
        &[("optional.absent", REFUTED)],
    ),
    (
        "law 2: an object that two Applications list is the protected layer's",
        OFF,
        |all| {
            for (i, owner) in ["feast-dev", "fastapi-prod"].into_iter().enumerate() {
                let mut map = new("v1", "ConfigMap", "mlops-prod", "shared");
                map["metadata"]["uid"] = json!(format!("shared-{i}"));
                map["metadata"]["resourceVersion"] = json!((99980 + i).to_string());
                map["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": format!("{owner}:/ConfigMap:mlops-prod/shared")});
                items(&mut all[i], "configmaps").push(map);
                lists(app(&mut all[i], "fastapi-prod"), entry("", "ConfigMap", "mlops-prod", "shared"));
            }
            lists(app(&mut all[0], "feast-dev"), entry("", "ConfigMap", "mlops-prod", "shared"));
        },
        &[("core.undisturbed", REFUTED)],
    ),
    // Law 3.
    (
        "law 3: a well-known namespace is not the switched layer's because its Applications deploy to it",
        OFF,
        |all| {
            app(&mut all[0], "feast-ui")["spec"]["destination"]["namespace"] = json!("default");
            changing(all, "default", |_, _| {});
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 3: pods of a well-known namespace are not the switched layer's",
        OFF,
        |all| app(&mut all[0], "feast-ui")["spec"]["destination"]["namespace"] = json!("kube-system"),
        &[("optional.absent", PROVEN)],
    ),
    (
        "law 3: a namespace that only the switched layer fills puts no change into it",
        OFF,
        |all| {
            app(&mut all[0], "feast-ui")["spec"]["destination"]["namespace"] = json!("shared-tools");
            changing(all, "shared-tools", |_, _| {});
        },
        &[("changes.confined", "refuted|inconclusive")],
    ),
    // Law 6.
    (
        "law 6: a delete policy alone makes nothing a hook",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let map = object(one, "configmaps", "mlops-prod", "fastapi-config");
                map["metadata"]["annotations"]["helm.sh/hook-delete-policy"] = json!("hook-succeeded");
                map["data"]["a"] = json!(i.to_string());
            }
        },
        &[("core.unchanged", REFUTED), ("changes.confined", REFUTED)],
    ),
    // Law 7.
    (
        "law 7: an Application that was last looked at long ago is no witness",
        OFF,
        |all| app(&mut all[1], "fastapi-prod")["status"]["reconciledAt"] = json!("2026-11-20T00:00:00Z"),
        &[("core.healthy", OPEN), ("core.unchanged", PROVEN)],
    ),
    (
        "law 7: an Application that is left alone is no witness",
        OFF,
        |all| app(&mut all[1], "fastapi-prod")["metadata"]["annotations"]["argocd.argoproj.io/skip-reconcile"] = json!("true"),
        &[("core.healthy", OPEN)],
    ),
    (
        "law 7: an Application that was compared with another revision is no witness",
        OFF,
        |all| app(&mut all[1], "fastapi-prod")["status"]["sync"]["comparedTo"]["source"]["targetRevision"] = json!("elsewhere"),
        &[("core.healthy", OPEN)],
    ),
    (
        "law 7: what is stale of the switch leaves its layer's absence open",
        OFF,
        |all| app(&mut all[1], "root-optional")["status"]["reconciledAt"] = json!("2026-11-20T00:00:00Z"),
        &[("optional.absent", OPEN)],
    ),
    // Law 8.
    (
        "law 8: a list that lacks what a current Application saw, and holds others of that namespace, is a doubt about the layer",
        OFF,
        |all| items(&mut all[1], "configmaps").retain(|c| c["metadata"]["name"] != "fastapi-config"),
        &[("core.unchanged", REFUTED), ("evidence.complete", PROVEN)],
    ),
    (
        "law 8: a list that holds nothing of a namespace in which a current Application saw something is contradicted",
        OFF,
        |all| items(&mut all[1], "configmaps").retain(|c| c["metadata"]["namespace"] != "mlops-prod"),
        &[("core.unchanged", OPEN), ("evidence.complete", OPEN)],
    ),
    (
        "law 8: a stale witness contradicts nothing",
        OFF,
        |all| {
            for one in all.iter_mut() {
                let name = "grafana-dashboards";
                let mut gone = entry("", "LimitRange", "nowhere", name);
                gone["status"] = json!("OutOfSync");
                lists(app(one, "fastapi-prod"), gone);
            }
        },
        &[("evidence.complete", PROVEN), ("core.unchanged", PROVEN)],
    ),
    // Law 9.
    (
        "law 9: an Application that hangs in Deleting lives",
        OFF,
        |all| {
            let mut left = app(&mut all[0], "feast-ui").clone();
            left["metadata"]["deletionTimestamp"] = json!("2026-11-23T18:16:00Z");
            items(&mut all[1], "applications").push(left);
        },
        &[("optional.absent", REFUTED)],
    ),
    (
        "law 9: a workload that is being deleted is not healthy",
        OFF,
        |all| object(&mut all[1], "deployments", "mlops-prod", "fastapi")["metadata"]["deletionTimestamp"] = json!("2026-11-23T18:16:00Z"),
        &[("core.healthy", REFUTED), ("core.unchanged", REFUTED)],
    ),
    // Law 11.
    (
        "law 11: a protected Application of another cluster leaves its layer open",
        OFF,
        |all| {
            for one in all.iter_mut() {
                let mut far = app(one, "triton-prod").clone();
                far["metadata"]["name"] = json!("far");
                far["metadata"]["uid"] = json!("far");
                far["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"] = json!("root-apps:argoproj.io/Application:argocd/far");
                far["spec"]["destination"] = json!({"name": "another-cluster", "namespace": "far"});
                far["status"]["sync"]["comparedTo"] = Value::Null;
                items(one, "applications").push(far);
                lists(app(one, "root-apps"), entry("argoproj.io", "Application", "argocd", "far"));
            }
        },
        &[("core.unchanged", OPEN), ("core.undisturbed", OPEN), ("core.healthy", OPEN), ("baseline.unchanged", PROVEN)],
    ),
    (
        "law 11: a destination of another name is here if what is listed carries its mark here",
        TRIP,
        |all| {
            for app in all.iter_mut().flat_map(|one| items(one, "applications")) {
                let namespace = app["spec"]["destination"]["namespace"].clone();
                app["spec"]["destination"] = json!({"name": "production", "namespace": namespace});
                app["status"]["sync"]["comparedTo"] = Value::Null;
            }
        },
        &[("core.unchanged", PROVEN), ("core.healthy", PROVEN), ("optional.absent", PROVEN), ("optional.restored", PROVEN)],
    ),
    // Law 12.
    (
        "law 12: a second Argo CD, however large, is just workload",
        TRIP,
        |all| {
            for one in all.iter_mut() {
                for i in 0..60 {
                    let mut other = new("argoproj.io/v1alpha1", "Application", "gitops", &format!("tenant-{i}"));
                    other["spec"] = json!({"destination": {"server": "https://kubernetes.default.svc", "namespace": "feast-dev"}, "project": "default"});
                    other["status"] =
                        json!({"controllerNamespace": "gitops", "sync": {"status": "OutOfSync"}, "health": {"status": "Degraded"}});
                    items(one, "applications").push(other);
                }
                let mut settings = new("v1", "ConfigMap", "gitops", "argocd-cm");
                settings["data"] =
                    json!({"application.resourceTrackingMethod": "label", "installationID": "other", "timeout.reconciliation": "0s"});
                items(one, "configmaps").push(settings);
            }
        },
        &[
            ("optional.absent", PROVEN),
            ("optional.restored", PROVEN),
            ("core.unchanged", PROVEN),
            ("core.healthy", PROVEN),
            ("changes.confined", PROVEN),
        ],
    ),
    (
        "law 12: two roots of one name are nobody's to choose from",
        OFF,
        |all| {
            for one in all.iter_mut() {
                let mut twin = app(one, "root-apps").clone();
                twin["metadata"]["namespace"] = json!("gitops");
                twin["metadata"]["uid"] = json!("twin");
                items(one, "applications").push(twin);
            }
        },
        &[("core.unchanged", OPEN)],
    ),
    // Law 13.
    (
        "law 13: a claim that comes back with another volume is not back",
        TRIP,
        |all| {
            let claim = object(&mut all[2], "persistentvolumeclaims", "feast-dev", "feast-registry");
            let name = claim["spec"]["volumeName"].as_str().unwrap().to_owned();
            let volume = object(&mut all[2], "persistentvolumes", "", &name);
            volume["metadata"]["uid"] = json!("another");
            volume["spec"]["nfs"]["path"] = json!("/export/empty");
        },
        &[("optional.restored", REFUTED)],
    ),
    // Position of the switch.
    (
        "position: a foreign Application that only a label calls optional is not below the switch",
        OFF,
        |all| {
            for one in all.iter_mut() {
                let mut wiki = app(one, "fastapi-prod").clone();
                wiki["metadata"] = new("argoproj.io/v1alpha1", "Application", "argocd", "wiki")["metadata"].clone();
                wiki["metadata"]["labels"] = json!({"scope": "optional"});
                wiki["status"]["resources"] = json!([]);
                items(one, "applications").push(wiki);
            }
        },
        &[("optional.absent", PROVEN), ("switch.kept", PROVEN)],
    ),
    (
        "position: some below a manual root that lived before and do not now is an OFF that is not done",
        OFF,
        |all| {
            let left = app(&mut all[0], "feast-ui").clone();
            let parent = app(&mut all[0], "feast-extras").clone();
            items(&mut all[1], "applications").extend([left, parent]);
        },
        &[("optional.absent", REFUTED), ("switch.kept", PROVEN)],
    ),
    (
        "position: Applications that could not be seen leave absent, restored and kept open",
        TRIP,
        |all| {
            for name in
                ["feast-dev", "feast-extras", "feast-notebooks", "feast-offline", "feast-redis-dev", "feast-ui", "optional-envs-dev"]
            {
                drop_app(&mut all[1], name);
            }
            all[1].gaps.push(evid::model::Gap::of(
                "argoproj.io",
                "applications",
                Some("argocd".into()),
                evid::model::Reason::Forbidden,
                "",
            ));
        },
        &[("optional.absent", OPEN), ("optional.restored", OPEN), ("switch.kept", OPEN)],
    ),
    (
        "position: a root that is automated is on, whatever lives below it",
        OFF,
        |all| {
            app(&mut all[1], "root-optional")["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": true});
        },
        &[("optional.absent", "not_applicable")],
    ),
    // What Argo CD keeps by its own rule.
    (
        "a CustomResourceDefinition that stays is kept while no object of its kind lives",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let mut crd = new("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "stores.feast.dev");
                crd["spec"] = json!({"group": "feast.dev", "scope": "Namespaced", "names": {"plural": "stores", "kind": "PackedObjects"}, "versions": [{"name": "v1", "served": true, "storage": true}]});
                answered(one, "apiextensions.k8s.io", "customresourcedefinitions", vec![crd]);
                answered(one, "feast.dev", "stores", vec![]);
                if i == 0 {
                    lists(app(one, "feast-dev"), entry("apiextensions.k8s.io", "CustomResourceDefinition", "", "stores.feast.dev"));
                }
            }
        },
        &[("optional.absent", PROVEN)],
    ),
];

#[test]
fn each_law_has_the_verdicts_that_it_demands() {
    let mut wrong = Vec::new();
    let all = [
        CASES,
        ailing::CASES,
        behind::CASES,
        by_itself::CASES,
        churn::CASES,
        clock::CASES,
        excuses::CASES,
        given::CASES,
        installed::CASES,
        leftovers::CASES,
        makers::CASES,
        named::CASES,
        nodes::CASES,
        outside::CASES,
        records::CASES,
        renamed::CASES,
        restored::CASES,
        returned::CASES,
    ];
    for (name, dumps, change, wants) in all.into_iter().flatten() {
        let mut all: Vec<Collected> = dumps.iter().map(|d| collected(d)).collect();
        change(&mut all);
        let outcome = judge(all);
        for (claim, want) in *wants {
            let seen = verdict(&outcome, claim);
            if !want.split('|').any(|w| w == seen) {
                let judged = outcome.judged.iter().find(|j| j.id == *claim).unwrap();
                let why: Vec<String> = judged
                    .findings
                    .iter()
                    .filter(|f| f.effect != evid::claims::Effect::Notes)
                    .take(4)
                    .map(|f| format!("{} {:?} {}", f.code, f.object.as_ref().map(ToString::to_string), f.pointer))
                    .collect();
                wrong.push(format!("{name}: {claim} is {seen}, not {want}: {why:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

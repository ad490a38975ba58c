//! What an installer makes in whatever namespace, without an owner that Kubernetes would follow, goes and comes with what it was told to install
//! (law 2); and pods that run to their end do (law 14).
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED, TRIP, answered, app, entry, lists, new, owned_by};
use crate::samples::items;
use crate::support::json;
use evid::usecase::capture::Collected;
use evid::value::Value;

/// A custom resource of the switched layer, where that is on.
fn of_the_layer(all: &mut [Collected], resource: &str, object: &Value) {
    let (api, kind) = (object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap());
    let (group, name) = (api.split_once('/').unwrap().0, object["metadata"]["name"].as_str().unwrap());
    for (i, one) in all.iter_mut().enumerate() {
        let is_on = i != 1;
        if is_on {
            let mut own = object.clone();
            own["metadata"]["uid"] = json!(format!("{kind}-{name}-{i}"));
            own["metadata"]["annotations"] =
                json!({"argocd.argoproj.io/tracking-id": format!("feast-dev:{group}/{kind}:feast-dev/{name}")});
            lists(app(one, "feast-dev"), entry(group, kind, "feast-dev", name));
            answered(one, group, resource, vec![own]);
        } else {
            answered(one, group, resource, vec![]);
        }
    }
}

/// A Deployment elsewhere, with these marks, in these bundles.
fn elsewhere(all: &mut [Collected], labels: &Value, bundles: &[usize]) {
    for i in bundles {
        let mut made = items(&mut all[*i], "deployments")[0].clone();
        made["metadata"] = new("apps/v1", "Deployment", "default", "installed")["metadata"].clone();
        made["metadata"]["labels"] = labels.clone();
        items(&mut all[*i], "deployments").push(made);
    }
}

fn installed(all: &mut [Collected], bundles: &[usize]) {
    let release = new("helm.toolkit.fluxcd.io/v2", "HelmRelease", "feast-dev", "tool");
    of_the_layer(all, "helmreleases", &release);
    let labels = json!({"helm.toolkit.fluxcd.io/name": "tool", "helm.toolkit.fluxcd.io/namespace": "feast-dev"});
    elsewhere(all, &labels, bundles);
}

/// An operator that a Subscription of the layer brought into a namespace that stays.
fn subscribed(all: &mut [Collected], bundles: &[usize]) {
    let mut subscription = new("operators.coreos.com/v1alpha1", "Subscription", "feast-dev", "tool");
    subscription["status"] = json!({"installedCSV": "tool.v1"});
    of_the_layer(all, "subscriptions", &subscription);
    for (i, one) in all.iter_mut().enumerate() {
        let operator = new("operators.coreos.com/v1alpha1", "ClusterServiceVersion", "feast-dev", "tool.v1");
        let operators = bundles.contains(&i).then_some(operator).into_iter().collect();
        answered(one, "operators.coreos.com", "clusterserviceversions", operators);
    }
}

/// A pod of a custom resource that has run to its end in the later bundle.
fn run(all: &mut [Collected], api: &str, kind: &str, resource: &str) {
    for (i, one) in all.iter_mut().enumerate() {
        let own = new(api, kind, "mlops-prod", "train");
        let owner = own["metadata"]["uid"].clone();
        answered(one, api.split_once('/').unwrap().0, resource, vec![own]);
        let mut pod = items(one, "pods").iter().find(|p| p["metadata"]["namespace"] == json!("mlops-prod")).unwrap().clone();
        pod["metadata"] = new("v1", "Pod", "mlops-prod", "train-0")["metadata"].clone();
        owned_by(&mut pod, api, kind, "train", &owner);
        pod["spec"]["restartPolicy"] = json!("Never");
        if i == 1 {
            pod["status"]["phase"] = json!("Succeeded");
        }
        items(one, "pods").push(pod);
    }
}

pub const CASES: &[Case] = &[
    (
        "law 2: what Flux installed elsewhere for the layer goes with it",
        OFF,
        |all| installed(all, &[0]),
        &[("changes.confined", PROVEN), ("optional.absent", PROVEN)],
    ),
    (
        "law 2: what Flux installed elsewhere for the layer and stays leaves its absence open",
        OFF,
        |all| installed(all, &[0, 1]),
        &[("optional.absent", OPEN)],
    ),
    (
        "law 2: what Helm installed for a chart of the layer, whatever namespace that is in, goes with it",
        OFF,
        |all| {
            of_the_layer(all, "helmcharts", &new("helm.cattle.io/v1", "HelmChart", "feast-dev", "tool"));
            elsewhere(all, &json!({}), &[0]);
            let made = items(&mut all[0], "deployments").last_mut().unwrap();
            made["metadata"]["annotations"] = json!({"meta.helm.sh/release-name": "tool", "meta.helm.sh/release-namespace": "default"});
        },
        &[("changes.confined", PROVEN)],
    ),
    (
        "law 2: what an operator made for the layer's resource, as its annotations say, goes with that",
        OFF,
        |all| {
            of_the_layer(all, "databases", &new("db.example.org/v1", "Database", "feast-dev", "main"));
            elsewhere(all, &json!({}), &[0]);
            items(&mut all[0], "deployments").last_mut().unwrap()["metadata"]["annotations"] = json!({
                "operator-sdk/primary-resource": "feast-dev/main",
                "operator-sdk/primary-resource-type": "Database.db.example.org",
            });
        },
        &[("changes.confined", PROVEN)],
    ),
    (
        "law 14: what is found out about all workloads comes and goes with them, and is a doubt",
        OFF,
        |all| {
            let found = new("spdx.softwarecomposition.kubescape.io/v1beta1", "VulnerabilityManifest", "kubescape", "feast");
            for (i, one) in all.iter_mut().enumerate() {
                let all = (i == 0).then(|| found.clone()).into_iter().collect();
                answered(one, "spdx.softwarecomposition.kubescape.io", "vulnerabilitymanifests", all);
            }
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 2: what bears the marks of an installer where there is none, is nobody's",
        OFF,
        |all| {
            elsewhere(all, &json!({"kustomize.toolkit.fluxcd.io/name": "tool"}), &[0]);
            items(&mut all[0], "deployments").last_mut().unwrap()["metadata"]["annotations"] = json!({"meta.helm.sh/release-name": "tool"});
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 2: what bears the label of a release of another namespace is not the layer's",
        OFF,
        |all| {
            of_the_layer(all, "helmreleases", &new("helm.toolkit.fluxcd.io/v2", "HelmRelease", "feast-dev", "tool"));
            elsewhere(all, &json!({"helm.toolkit.fluxcd.io/name": "tool", "helm.toolkit.fluxcd.io/namespace": "other"}), &[0]);
        },
        &[("changes.confined", REFUTED)],
    ),
    (
        "law 2: the operator that a Subscription of the layer brought stays when that goes, and leaves its absence open",
        OFF,
        |all| subscribed(all, &[0, 1]),
        &[("optional.absent", OPEN)],
    ),
    (
        "law 14: the rows of a storage system's tables come, move and go with volumes, and are a doubt",
        OFF,
        |all| {
            for (i, one) in all.iter_mut().enumerate() {
                let mut row = new("internal.linstor.linbit.com/v1-27-1", "VolumeDefinitions", "", "of-core");
                row["spec"] = json!({"vlm_size": i});
                answered(one, "internal.linstor.linbit.com", "volumedefinitions", vec![row]);
            }
        },
        &[("changes.confined", OPEN)],
    ),
    (
        "law 2: an operator goes and comes with its Subscription",
        TRIP,
        |all| subscribed(all, &[0, 2]),
        &[("changes.confined", PROVEN), ("optional.absent", PROVEN)],
    ),
    (
        "law 2: a copy of the layer's Secret in a protected namespace goes and comes with it",
        TRIP,
        |all| {
            let mut source = new("v1", "Secret", "feast-dev", "shared");
            source["type"] = json!("Opaque");
            source["metadata"]["annotations"] = json!({"argocd.argoproj.io/tracking-id": "feast-dev:/Secret:feast-dev/shared"});
            for i in [0, 2] {
                let mut copy = source.clone();
                copy["metadata"] = new("v1", "Secret", "mlops-prod", "shared")["metadata"].clone();
                copy["metadata"]["annotations"] = json!({
                    "reflector.v1.k8s.emberstack.com/reflects": "feast-dev/shared",
                    "reflector.v1.k8s.emberstack.com/reflected-version": (i.to_string()),
                });
                lists(app(&mut all[i], "feast-dev"), entry("", "Secret", "feast-dev", "shared"));
                items(&mut all[i], "secrets").extend([source.clone(), copy]);
            }
        },
        &[("core.unchanged", PROVEN), ("changes.confined", PROVEN)],
    ),
    (
        "law 14: a pod of a kind of Job may run to its end",
        OFF,
        |all| run(all, "kubeflow.org/v1", "PyTorchJob", "pytorchjobs"),
        &[("core.undisturbed", PROVEN)],
    ),
    (
        "law 14: a pod of an unknown kind that has run to its end leaves open whether it was to run on",
        OFF,
        |all| run(all, "batch.example.org/v1", "Task", "tasks"),
        &[("core.undisturbed", OPEN)],
    ),
    (
        "law 14: a virtual machine that has ended does not run any more",
        OFF,
        |all| run(all, "kubevirt.io/v1", "VirtualMachineInstance", "virtualmachineinstances"),
        &[("core.undisturbed", REFUTED)],
    ),
];

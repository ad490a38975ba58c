//! A hub and a spoke: Argo CD in one cluster, what it deploys in another. Both are served, and evid is run as a person would.
use crate::scenes::said::{Said, Verdicts};
use evid_demo::argocd::APPS;
use evid_demo::faults::{Action, Denied, Rule};
use evid_demo::platform::Options;
use evid_demo::world::status::Status;
use evid_demo::world::store::Id;
use evid_demo::{Served, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;
use tempfile::TempDir;

const HUB: [&str; 2] = ["--argocd-context", "evid-demo-hub"];

/// Two clusters and a folder.
struct Lab {
    served: Served,
    folder: TempDir,
}

impl Lab {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { salt: folder.path().display().to_string().into_bytes(), ..Options::default() };
        let served = Served::start(&options, chrono::Utc::now(), 0).unwrap();
        std::fs::write(folder.path().join("kubeconfig"), served.kubeconfig()).unwrap();
        let config = include_str!("../../samples/platform/evid.yaml").replace("      layer:", "      interval: 50ms\n      layer:");
        std::fs::write(folder.path().join("evid.yaml"), config).unwrap();
        Self { served, folder }
    }

    /// Runs evid with both contexts.
    fn evid(&self, words: &[&str]) -> Said {
        self.alone(&[words, &HUB].concat())
    }

    /// Runs evid.
    fn alone(&self, words: &[&str]) -> Said {
        let folder = self.folder.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
        command.env_clear().env("KUBECONFIG", folder.join("kubeconfig")).env("HOME", folder).env("XDG_STATE_HOME", folder.join("keys"));
        let out = command.env("NO_COLOR", "1").current_dir(folder).args(words).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: out.status.code().unwrap_or(-1), out: text(&out.stdout), err: text(&out.stderr) }
    }

    /// Changes an Application by hand.
    fn app(&self, name: &str, how: impl FnOnce(&mut Value)) {
        self.served.hub.store().modify(&Id::new(APPS, "argocd", name), how).unwrap();
    }

    fn verdicts(&self, names: &[&str]) -> Verdicts {
        let said = self.alone(&[&["diff"], names, &["--no-sign", "-o", "json"]].concat());
        Verdicts::read(serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}", said.err)))
    }

    fn files(&self, bundle: &str) -> BTreeMap<String, Vec<u8>> {
        let reader = evid::adapters::archive::open(&self.folder.path().join(format!("evidence/{bundle}.evid.zip"))).unwrap();
        evid::adapters::archive::files(&reader).unwrap()
    }

    fn manifest(&self, bundle: &str) -> Value {
        serde_json::from_slice(&self.files(bundle)["evid.json"]).unwrap()
    }
}

/// The token of a server.
fn token(server: &Server) -> String {
    server.address().rsplit('/').next().unwrap().to_owned()
}

/// The uid of a cluster.
fn uid(server: &Server) -> Value {
    let id = Id::new("namespaces", "", "kube-system");
    server.store().get(&id).unwrap()["metadata"]["uid"].clone()
}

#[test]
fn a_capture_takes_applications_from_the_hub_and_all_else_from_the_spoke() {
    let lab = Lab::new();
    lab.evid(&["capture", "both"]).ended(0);
    let manifest = lab.manifest("both");
    assert_eq!((&manifest["cluster"]["uid"], &manifest["hub"]["uid"]), (&uid(&lab.served.spoke), &uid(&lab.served.hub)));
    assert_eq!(manifest["hub"]["settings"], json!(["argocd"]));
    let layers = manifest["layers"].as_array().unwrap().iter().map(|l| (l["name"].as_str().unwrap(), l["objects"].as_u64().unwrap()));
    let layers: BTreeMap<&str, u64> = layers.collect();
    assert_eq!((layers["core"], layers["baseline"], layers["optional"]), (109, 52, 52), "as in one cluster");
    lab.alone(&["verify", "evidence/both.evid.zip"]).ended(0);
}

#[test]
fn what_a_bundle_says_of_its_hub_follows_from_its_content() {
    let lab = Lab::new();
    lab.evid(&["capture", "both"]).ended(0);
    let defects = |change: &dyn Fn(&mut Value)| {
        let mut files = lab.files("both");
        let mut manifest: Value = serde_json::from_slice(&files["evid.json"]).unwrap();
        change(&mut manifest);
        files.insert("evid.json".into(), evid::canon::json::document(&manifest).unwrap());
        let mut sums = evid::bundle::sums::Sums::default();
        files.iter().for_each(|(name, bytes)| drop(sums.insert(name, evid::canon::sha256_hex(bytes))));
        evid::usecase::verify::content(&files, &sums).defects.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    assert_eq!(defects(&|_| {}), "");
    for (change, what) in [
        ((&|m: &mut Value| m["hub"]["settings"] = json!(["argocd", "default"])) as &dyn Fn(&mut Value), "`hub.settings`"),
        (&|m| m["hub"]["settings"] = json!(["argocd", "argocd"]), "`hub.settings`"),
        (&|m| drop(m["hub"].as_object_mut().unwrap().remove("settings")), "configmaps were answered with"),
        (&|m| m["hub"]["highestResourceVersion"] = json!("1"), "`highestResourceVersion`"),
        (&|m| drop(m.as_object_mut().unwrap().remove("hub")), "configmaps were answered with"),
    ] {
        assert!(defects(change).contains(what), "{what}: {}", defects(change));
    }
}

#[test]
fn a_capture_of_some_namespaces_of_the_spoke_still_takes_every_application_of_the_hub() {
    let lab = Lab::new();
    lab.evid(&["capture", "some", "-n", "feast-dev"]).ended(3);
    let coverage: Value = serde_json::from_slice(&lab.files("some")["coverage.json"]).unwrap();
    let asked = |resource: &str| {
        let all = coverage["questions"].as_array().unwrap().iter().filter(|q| q["resource"] == resource);
        all.map(|q| (q["namespace"].clone(), q["count"].as_u64().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(asked("applications"), [(Value::Null, 34)]);
    assert!(matches!(&asked("configmaps")[..], [(namespace, _)] if namespace == "feast-dev"));
}

#[test]
fn what_deploys_to_a_third_cluster_or_to_the_hub_itself_is_elsewhere() {
    let lab = Lab::new();
    // One deploys to the hub itself, another to a spoke at which nobody looks; nobody puts that back.
    for app in ["root-baseline", "loki", "grafana"] {
        lab.app(app, |a| a["metadata"]["annotations"]["argocd.argoproj.io/skip-reconcile"] = "true".into());
    }
    for (app, server) in [("loki", "https://kubernetes.default.svc"), ("grafana", "https://other.example.com")] {
        lab.app(app, |a| a["spec"]["destination"]["server"] = server.into());
    }
    for name in ["before", "after"] {
        lab.evid(&["capture", name]).naming(&["sealed"]);
    }
    let verdicts = lab.verdicts(&["before", "after"]);
    for app in ["loki", "grafana"] {
        verdicts.say("baseline.unchanged", "inconclusive", app);
    }
    assert_eq!(verdicts.of["core.unchanged"], "proven");
}

#[test]
fn what_the_spoke_has_of_argo_cds_own_is_a_gap_and_never_in_the_way() {
    let lab = Lab::new();
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm", "namespace": "argocd", "uid": "of-the-spoke"},
        "data": {"application.resourceTrackingMethod": "label"}});
    let app = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "spec": {},
        "metadata": {"name": "root-optional", "namespace": "argocd", "uid": "another"}});
    for object in [map, app] {
        lab.served.spoke.store().import(object).unwrap();
    }
    lab.evid(&["capture", "both"]).ended(3);
    lab.alone(&["verify", "evidence/both.evid.zip"]).ended(0);
    let coverage: Value = serde_json::from_slice(&lab.files("both")["coverage.json"]).unwrap();
    let gaps = coverage["gaps"].as_array().unwrap().iter().map(|g| (g["resource"].as_str().unwrap(), g["reason"].as_str().unwrap()));
    assert_eq!(gaps.collect::<Vec<_>>(), [("configmaps", "not-asked"), ("applications", "not-asked")]);
    let manifest = lab.manifest("both");
    assert_eq!((&manifest["tracking"], &manifest["layers"][2]["objects"]), (&json!("annotation"), &json!(52)));
}

#[test]
fn where_the_hub_refuses_its_applications_nothing_is_taken_for_seen() {
    let lab = Lab::new();
    lab.evid(&["capture", "before"]).ended(0);
    let refused = Status::new(403, "Forbidden", "applications is forbidden");
    lab.served.hub.faults().set(vec![Rule::on("GET", "/applications", Action::Fail(refused)).unwrap()]);
    lab.evid(&["capture", "after"]).ended(3).naming(&["applications.argoproj.io"]);
    let verdicts = lab.verdicts(&["before", "after"]);
    for claim in ["optional.absent", "core.unchanged", "changes.confined", "evidence.complete"] {
        assert_ne!(verdicts.of[claim], "proven", "{claim}");
    }
    lab.evid(&["switch", "off", "--dry-run"]).ended(2);
    assert!(!lab.served.hub.requests().iter().any(|r| r.is_write()));
}

#[test]
fn a_bundle_without_the_hub_is_not_comparable_with_one_that_names_it() {
    let lab = Lab::new();
    lab.evid(&["capture", "both"]).ended(0);
    lab.alone(&["capture", "alone"]).ended(3).naming(&["layer core (protected) has no root"]);
    let verdicts = lab.verdicts(&["both", "alone"]);
    verdicts.say("evidence.comparable", "inconclusive", "other-hub");
    for (claim, verdict) in &verdicts.of {
        assert!(verdict != "proven" || claim.starts_with("evidence."), "{claim}");
    }
}

#[test]
fn a_run_goes_on_only_with_argo_cd_in_the_cluster_where_it_began() {
    let lab = Lab::new();
    let folder = lab.folder.path().join("proof/run");
    std::fs::create_dir_all(&folder).unwrap();
    let mut state = json!({"goal": "round-trip", "run": "prove-1", "cluster": uid(&lab.served.spoke), "hub": "that-of-yesterday",
        "started": "2026-11-24T08:00:00Z", "wasOn": true, "done": ["before"]});
    let words = ["prove", "--resume", "proof/run", "--yes"];
    for hub in [json!("that-of-yesterday"), Value::Null] {
        state["hub"] = hub;
        std::fs::write(folder.join("run.json"), state.to_string()).unwrap();
        lab.evid(&words).ended(2).naming(&["with Argo CD in another cluster: nothing was written", "`--argocd-context`"]);
    }
    state["hub"] = uid(&lab.served.hub);
    std::fs::write(folder.join("run.json"), state.to_string()).unwrap();
    lab.alone(&words).ended(2).naming(&["with Argo CD in another cluster: nothing was written"]);
    let refused = Rule::on("GET", "/api/v1/namespaces", Action::Fail(Status::new(403, "Forbidden", "no"))).unwrap();
    lab.served.hub.faults().set(vec![refused]);
    lab.evid(&words).ended(2).naming(&["the Namespace kube-system of the hub can't be read"]);
    assert!(!lab.served.hub.requests().iter().any(|r| r.is_write()));
}

#[test]
fn one_cluster_by_two_names_is_no_hub() {
    let lab = Lab::new();
    lab.alone(&["capture", "x", "--argocd-context", "evid-demo"])
        .ended(2)
        .naming(&["name the same cluster", "leave `--argocd-context` out"]);
    lab.evid(&["capture", "x", "--from", "."]).ended(2).naming(&["`--from` and `--argocd-context` do not go together"]);
    lab.alone(&["capture", "x", "--argocd-context", "nowhere"]).ended(2).naming(&["there is no context `nowhere`", "evid-demo-hub"]);
    // The same server by another address.
    let text = std::fs::read_to_string(lab.folder.path().join("kubeconfig")).unwrap();
    let twice = text.replace(&lab.served.hub.address(), &lab.served.spoke.address().replace("127.0.0.1", "localhost"));
    let twice = twice.replace(&token(&lab.served.hub), &token(&lab.served.spoke));
    std::fs::write(lab.folder.path().join("kubeconfig"), twice).unwrap();
    lab.evid(&["capture", "x"]).ended(2).naming(&["both contexts name the same cluster (uid", "leave `--argocd-context` out"]);
}

#[test]
fn a_root_that_manages_more_than_applications_on_the_hub_is_not_switched_off_unseen() {
    let lab = Lab::new();
    lab.evid(&["switch", "status"]).ended(0).naming(&["root-optional"]);
    lab.app("root-optional", |a| {
        let entry = json!({"version": "v1", "kind": "ConfigMap", "namespace": "feast-dev", "name": "feast-ui", "status": "Synced"});
        a["status"]["resources"].as_array_mut().unwrap().push(entry);
        a["metadata"]["annotations"]["argocd.argoproj.io/skip-reconcile"] = "true".into();
    });
    let said = lab.evid(&["switch", "off", "--dry-run"]).ended(2);
    assert!(said.err.contains("root-optional") && said.err.contains("kubernetes.default.svc"), "{}", said.err);
    assert!(said.out.contains("--argocd-context evid-demo-hub") || !said.out.contains("`evid "), "{}", said.out);
}

#[test]
fn a_cluster_that_argo_cd_calls_by_a_name_is_asked_for_and_counts_once_it_is_given() {
    let lab = Lab::new();
    for app in ["root-optional", "feast-extras", "feast-ui"] {
        lab.app(app, |a| a["metadata"]["annotations"]["argocd.argoproj.io/skip-reconcile"] = "true".into());
    }
    lab.app("feast-ui", |a| {
        for destination in ["/spec/destination", "/status/sync/comparedTo/destination"] {
            *a.pointer_mut(destination).unwrap() = json!({"name": "prod-eu", "namespace": "feast-dev"});
        }
    });
    lab.evid(&["config", "init", "--print"]).ended(0).naming(&["  # clusterNames: [\"prod-eu\"]\n"]);
    lab.evid(&["doctor"]).naming(&["deploy to other clusters", "argocd/feast-ui", "`spec.clusterNames`"]);
    let elsewhere = "has its objects on another cluster, which evid does not see";
    let refused = |said: Said| said.out.contains(elsewhere) || said.err.contains(elsewhere);
    assert!(refused(lab.evid(&["switch", "off", "--dry-run"])));
    let config = std::fs::read_to_string(lab.folder.path().join("evid.yaml")).unwrap();
    std::fs::write(lab.folder.path().join("evid.yaml"), config.replace("spec:\n", "spec:\n  clusterNames: [prod-eu]\n")).unwrap();
    assert!(!refused(lab.evid(&["switch", "off", "--dry-run"])));
}

#[test]
fn the_doctor_looks_at_both_and_says_what_is_missing_where() {
    let lab = Lab::new();
    lab.evid(&["doctor"]).ended(0).naming(&["context evid-demo-hub", "the cluster in which Argo CD runs", "root argocd/root-optional"]);
    let denied = |verb: &str, resource: &str| Denied { verb: verb.into(), resource: resource.into(), namespace: String::new() };
    lab.served.spoke.faults().deny(vec![denied("list", "*.*"), denied("list", "secrets"), denied("list", "applications.argoproj.io")]);
    lab.served.hub.faults().deny(vec![denied("list", "applicationsets.argoproj.io"), denied("patch", "applications.argoproj.io")]);
    let said = lab.evid(&["doctor", "-o", "json"]).ended(3);
    let found: Value = serde_json::from_str(&said.out).unwrap();
    let rules =
        |name: &str| found[name]["rules"].as_array().unwrap().iter().map(|r| r["resources"][0].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!((rules("missing"), rules("missingOnHub")), (vec!["secrets"], vec!["applicationsets", "applications"]));
}

#[test]
fn the_roles_are_printed_for_each_cluster_and_each_gets_what_it_is_asked() {
    let lab = Lab::new();
    let said = lab.evid(&["doctor", "--rbac", "--as", "auditor"]).ended(0);
    let (own, hub) = said.out.split_at(said.out.find("# The hub:").unwrap());
    let rules = |text: &str| -> Vec<Value> {
        let documents = evid::canon::yaml::parse(text).unwrap();
        documents.iter().flat_map(|d| d["rules"].as_array().into_iter().flatten().cloned().map(Value::from)).collect()
    };
    let of_argo = |rule: &Value| rule["apiGroups"][0] == "argoproj.io";
    assert!(!rules(own).iter().any(of_argo) && rules(own).len() > 10);
    let beside: Vec<Value> = rules(hub).into_iter().filter(|rule| !of_argo(rule)).collect();
    let maps =
        json!({"apiGroups": [""], "resourceNames": ["argocd-cm", "argocd-cmd-params-cm"], "resources": ["configmaps"], "verbs": ["get"]});
    let space = json!({"apiGroups": [""], "resourceNames": ["kube-system"], "resources": ["namespaces"], "verbs": ["get"]});
    assert_eq!(beside, [maps.clone(), space, maps]);
    assert!(rules(hub).iter().any(|r| of_argo(r) && r["verbs"] == json!(["list"]) && r["resources"].as_array().unwrap().len() == 3));
}

//! The doctor as a person runs it, and what else looks at a cluster before the first capture.
use super::store;
use crate::cli::{Place, text};
use crate::support::json;
use evid::value::Value;
use evid_demo::{Options, Server};

/// Names a server that waits at this address.
fn kubeconfig(place: &Place, text: &str) {
    std::fs::write(place.path().join("kubeconfig"), text).unwrap();
}

#[test]
fn the_roots_of_a_cluster_become_layers_and_the_doctor_finds_them() {
    let place = Place::new();
    let server = Server::start(Options::of(store(chrono::Utc::now()))).unwrap();
    kubeconfig(&place, &server.kubeconfig());
    let (flag, file) = ("--kubeconfig", "kubeconfig");
    let printed = place.evid(&["config", "init", flag, file, "--print", "--switched", "root-extras"]);
    assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
    assert!(!place.path().join("evid.yaml").exists());
    let before = place.evid(&["doctor", flag, file]);
    assert_eq!(before.status.code(), Some(3), "{}{}", text(&before.stdout), text(&before.stderr));
    let words = "optional: its root root-optional is not there";
    assert!(text(&before.stdout).contains(words), "{}", text(&before.stdout));
    let made = place.evid(&["config", "init", flag, file, "--switched", "root-extras"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    assert_eq!(std::fs::read(place.path().join("evid.yaml")).unwrap(), printed.stdout);
    let after = place.evid(&["doctor", flag, file]);
    assert_eq!(after.status.code(), Some(0), "{}{}", text(&after.stdout), text(&after.stderr));
    assert!(text(&after.stdout).contains("extras (switched): root argocd/root-extras"), "{}", text(&after.stdout));
    let all = place.evid(&["doctor", "--rbac", flag, file]);
    let documents = evid::canon::yaml::parse(&text(&all.stdout)).unwrap();
    let rules = documents[0]["rules"].as_array().unwrap();
    assert!(rules.iter().all(|r| r["verbs"] == json!(["list"]) && r["resources"] != json!(["*"])), "{rules:?}");
    assert!(rules.iter().any(|r| r["resources"] == json!(["secrets"])), "Secrets have a rule of their own, to be struck out: {rules:?}");
    assert_eq!(documents[2]["metadata"]["name"], "evid-capture-any");
    let spaces: Vec<&Value> =
        documents.iter().filter(|d| d["metadata"]["name"] == "evid-switch").map(|d| &d["metadata"]["namespace"]).collect();
    assert_eq!(spaces, [&Value::Null, &json!("argocd")], "a role, and a binding in each namespace that has Applications");
}

#[test]
fn the_roles_are_yaml_that_binds_one_user_to_what_each_verb_needs() {
    let place = Place::new();
    let out = place.evid(&["doctor", "--rbac", "--as", "system:serviceaccount:audit:reader"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let documents = evid::canon::yaml::parse(&text(&out.stdout)).unwrap();
    let named: Vec<String> =
        documents.iter().map(|d| format!("{} {}", d["kind"].as_str().unwrap(), d["metadata"]["name"].as_str().unwrap())).collect();
    assert_eq!(
        named,
        [
            "ClusterRole evid-capture",
            "ClusterRoleBinding evid-capture",
            "ClusterRole evid-prove",
            "ClusterRoleBinding evid-prove",
            "ClusterRole evid-probes",
            "ClusterRoleBinding evid-probes",
            "ClusterRole evid-switch",
            "RoleBinding evid-switch",
            "ClusterRole evid-switch-settings",
            "RoleBinding evid-switch-settings"
        ]
    );
    assert!(documents.iter().all(|d| d["apiVersion"] == "rbac.authorization.k8s.io/v1"));
    let verbs: Vec<&Value> = documents[0]["rules"].as_array().unwrap().iter().flat_map(|r| r["verbs"].as_array().unwrap()).collect();
    assert_eq!(verbs, ["list"]);
    assert_eq!(documents[1]["subjects"][0]["namespace"], "audit");
    assert_eq!((&documents[7]["metadata"]["namespace"], &documents[9]["metadata"]["namespace"]), (&json!("argocd"), &json!("argocd")));
    assert_eq!(documents[8]["rules"][0]["resourceNames"], json!(["argocd-cm", "argocd-cmd-params-cm"]));
    let less = evid::canon::yaml::parse(&text(&place.evid(&["doctor", "--rbac=capture"]).stdout)).unwrap();
    assert_eq!(less.len(), 2, "only what one verb needs");
}

#[test]
fn without_a_kubeconfig_it_can_not_run_and_says_what_it_needs() {
    let place = Place::new();
    let out = place.evid(&["doctor"]);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out.stdout));
    assert!(text(&out.stdout).contains("problem  kubeconfig  — ~/.kube/config"), "{}", text(&out.stdout));
    assert!(text(&out.stdout).contains("ok       keys"), "what needs no cluster is looked at: {}", text(&out.stdout));
    assert!(
        text(&out.stdout).contains("`--kubeconfig` and `--context`") && !text(&out.stderr).contains("kubeconfig"),
        "it is said once: {}",
        text(&out.stderr)
    );
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "it leaves nothing behind");
}

#[test]
fn a_server_that_nobody_serves_and_a_broken_evid_yaml_are_lines_and_json() {
    let place = Place::new();
    // tcpmux: nobody listens there.
    kubeconfig(
        &place,
        "{apiVersion: v1, kind: Config, current-context: c, clusters: [{name: k, cluster: {server: 'http://127.0.0.1:1'}}],\n\
         users: [{name: u, user: {token: hidden-token}}], contexts: [{name: c, context: {cluster: k, user: u}}]}\n",
    );
    std::fs::write(place.path().join("evid.yaml"), "apiVersion: evid/v1\nkind: Platform\nspec: {layer: []}\n").unwrap();
    let out = place.evid(&["doctor", "--kubeconfig", "kubeconfig", "-o", "json"]);
    assert_eq!(out.status.code(), Some(3), "{}", text(&out.stderr));
    let answer: Value = serde_json::from_slice(&out.stdout).unwrap();
    let codes: Vec<&str> = answer["checks"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
    assert_eq!(
        codes,
        ["config.unusable", "kubeconfig.chosen", "kubeconfig.plain", "server.refused", "keys.later", "keys.later", "folder.later"]
    );
    assert!(!text(&out.stdout).contains("hidden-token"));
}

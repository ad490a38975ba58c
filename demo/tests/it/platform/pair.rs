//! A hub whose Argo CD deploys to another cluster.
use chrono::TimeDelta;
use evid_demo::argocd::APPS;
use evid_demo::platform::Options;
use evid_demo::platform::pair::Pair;
use evid_demo::world::objects::{items, merge};
use evid_demo::world::store::{Id, Store};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SPOKE: &str = "https://spoke.example.com:6443";

fn pair() -> Pair {
    let now = "2030-01-02T03:04:05Z".parse().unwrap();
    let mut pair = Pair::new(&Options { pace: 1.0, ..Options::default() }, now, SPOKE).unwrap();
    pair.pass(TimeDelta::seconds(90));
    pair
}

fn names(store: &Store, stem: &str) -> BTreeSet<String> {
    store.list(stem, None).map(|o| o["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

fn app<'a>(pair: &'a Pair, name: &str) -> &'a Value {
    pair.hub.platform.store.get(&Id::new(APPS, "argocd", name)).unwrap()
}

fn change(pair: &mut Pair, name: &str, how: &Value) {
    pair.hub.store().modify(&Id::new(APPS, "argocd", name), |o| merge(o, how)).unwrap();
}

#[test]
fn each_cluster_has_its_own_objects_and_all_is_settled() {
    let pair = pair();
    let (hub, spoke) = (&pair.hub.platform.store, &pair.spoke.platform.store);
    assert_eq!((names(hub, APPS).len(), names(spoke, APPS).len()), (34, 0));
    assert_eq!((names(hub, "persistentvolumes").len(), names(spoke, "persistentvolumes").len()), (0, 12));
    for name in names(hub, APPS) {
        let status = &app(&pair, &name)["status"];
        let said = (&status["sync"]["status"], &status["health"]["status"]);
        assert_eq!(said, (&json!("Synced"), &json!("Healthy")), "{name}: {}", status["conditions"]);
    }
    let uid = |store: &Store| store.get(&Id::new("namespaces", "", "kube-system")).unwrap()["metadata"]["uid"].clone();
    assert_ne!(uid(hub), uid(spoke));
}

#[test]
fn what_an_application_manages_goes_and_comes_back_in_the_cluster_to_which_it_deploys() {
    let mut pair = pair();
    let there = |pair: &Pair| pair.spoke.platform.store.get(&Id::new("deployments.apps", "feast-dev", "feast-ui")).is_some();
    let others = |pair: &Pair| pair.spoke.platform.store.list("deployments.apps", Some("mlops-prod")).cloned().collect::<Vec<_>>();
    let before = others(&pair);
    assert!(there(&pair) && !before.is_empty());
    change(&mut pair, "root-optional", &json!({"spec": {"syncPolicy": {"automated": null}}}));
    let operation = json!({"sync": {"prune": true, "source": {"repoURL": "https://git", "path": "apps", "directory": {"exclude": "*"}}}});
    change(&mut pair, "root-optional", &json!({"operation": operation}));
    pair.pass(TimeDelta::seconds(120));
    assert!(!there(&pair) && !names(&pair.hub.platform.store, APPS).contains("feast-ui"));
    assert_eq!(others(&pair), before);
    let operation = json!({"sync": {"prune": true}});
    change(
        &mut pair,
        "root-optional",
        &json!({"spec": {"syncPolicy": {"automated": {"prune": true, "selfHeal": true}}}, "operation": operation}),
    );
    pair.pass(TimeDelta::seconds(120));
    assert!(there(&pair));
    assert!(items(&app(&pair, "feast-ui")["status"]["resources"]).all(|r| r["status"] == "Synced"));
}

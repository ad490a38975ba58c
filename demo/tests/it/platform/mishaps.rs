//! What goes wrong on purpose.
use super::world::World;
use evid_demo::argocd::APPS;
use evid_demo::faults::mishaps::{MISHAPS, When};
use evid_demo::world::objects::deleting;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn each_mishap_has_a_name_of_its_own_and_says_what_it_is() {
    let names: std::collections::BTreeSet<&str> = MISHAPS.iter().map(|m| m.name).collect();
    assert_eq!(names.len(), MISHAPS.len());
    assert!(MISHAPS.iter().all(|m| !m.about.is_empty()));
}

#[test]
fn none_strikes_while_the_layer_is_on_but_those_of_the_start() {
    let late: Vec<&str> = MISHAPS.iter().filter(|m| m.when != When::Start).map(|m| m.name).collect();
    let mut world = World::with(&late);
    let version = world.platform.store.version();
    world.tick();
    assert_eq!(world.platform.store.version(), version);
}

#[test]
fn a_protected_pod_is_restarted_or_replaced() {
    let state = |w: &World| -> Vec<(Value, Value)> {
        let pods =
            w.platform.store.list("pods", Some("mlops-prod")).filter(|p| p["metadata"]["labels"]["app.kubernetes.io/name"] == "fastapi");
        pods.map(|p| (p["metadata"]["uid"].clone(), p["status"]["containerStatuses"][0]["restartCount"].clone())).collect()
    };
    for (name, replaced) in [("core-pod-restarted", false), ("core-pod-replaced", true)] {
        let mut world = World::with(&[name]);
        let before = state(&world);
        world.off();
        let after = state(&world);
        assert_eq!(after.len(), 3);
        let known = after.iter().filter(|(uid, _)| before.iter().any(|(b, _)| b == uid)).count();
        assert_eq!(known, if replaced { 2 } else { 3 });
        assert_eq!(after.iter().any(|(_, restarts)| *restarts == 1), !replaced);
    }
}

#[test]
fn a_commit_changes_core_and_nobody_puts_it_back() {
    let mut world = World::with(&["core-changed"]);
    let before = world.get("configmaps", "ingress", "ingress-controller")["data"].clone();
    world.off();
    world.run(70);
    assert_ne!(world.get("configmaps", "ingress", "ingress-controller")["data"], before);
    assert_eq!(world.says("ingress-rules"), "Synced/Healthy");
}

#[test]
fn a_root_and_its_children_hang_when_their_project_goes_first() {
    let mut world = World::with(&["stuck-root"]);
    world.manual();
    world.prune(true);
    world.run(70);
    assert!(deleting(world.app("root-optional")) && deleting(world.app("feast-dev")));
}

#[test]
fn a_held_object_is_there_from_the_start() {
    let mut world = World::with(&["held-object"]);
    world.run(2);
    assert!(world.get("configmaps", "feast-dev", "feast-env")["metadata"]["finalizers"].is_array());
}

#[test]
fn a_forgotten_child_stays_missing_though_it_is_synced() {
    let mut world = World::with(&["forgotten-child"]);
    world.off();
    world.on(true);
    world.until("the child", |w| w.has_app("feast-notebooks"));
    world.sync("feast-notebooks");
    world.run(30);
    assert_eq!(world.says("feast-notebooks"), "OutOfSync/Missing");
    assert!(world.app("feast-notebooks")["operation"].is_null());
}

#[test]
fn a_served_platform_answers_but_for_what_is_forbidden() {
    let world = World::with(&["forbidden-list"]);
    let server = world.into_platform().serve(0).unwrap();
    let kubeconfig = server.kubeconfig();
    let own = kubeconfig.lines().find_map(|l| l.trim().strip_prefix("token: ")).unwrap();
    let sent = |host: &str, token: &str, path: &str| {
        let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let status = |path: &str| sent("localhost", own, path);
    assert_eq!(status("/apis/argoproj.io/v1alpha1/applications"), "200");
    assert_eq!(status("/api/v1/pods"), "403");
    assert_eq!(status("/api/v1/secrets"), "403");
    assert_eq!(sent("localhost", "demo", "/api"), "401", "a token of this run alone counts");
    assert_eq!(sent("pages.example", own, "/api"), "403", "a name that is led here is not this machine's");
    let other = World::new().into_platform().serve(0).unwrap();
    assert!(own.len() > 20 && !other.kubeconfig().contains(own));
}

#[test]
fn the_repository_goes_down_when_the_switch_is_manual() {
    let mut world = World::with(&["repo-down"]);
    world.run(3);
    assert!(world.settled());
    world.manual();
    world.prune(true);
    world.until("the operation ends", |w| w.app("root-optional")["operation"].is_null());
    assert_eq!(world.app("root-optional")["status"]["operationState"]["phase"], "Error");
    assert!(world.find(APPS, "argocd", "feast-dev").is_some_and(|a| !deleting(a)));
}

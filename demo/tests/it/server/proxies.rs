//! Services and pods behind the API server's proxy.
use super::{ask, get, server};
use evid_demo::world::resource;
use evid_demo::world::store::Store;
use evid_demo::world::table::{Outage, Table};
use evid_demo::{Options, Server};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) fn pod(name: &str, ready: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "a", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "ports": [{"name": "api", "containerPort": 8000}]}]},
        "status": {"phase": "Running", "podIP": format!("10.0.0.{}", name.len()), "conditions": [{"type": "Ready", "status": ready}]}})
}

fn service() -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "a"},
        "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": "api"}, {"name": "bad", "port": 81, "targetPort": 9}]}})
}

const PROXY: &str = "/api/v1/namespaces/a/services";

#[test]
fn a_service_is_reached_by_the_name_and_the_number_of_its_port() {
    let server = server(&[service(), pod("p", "True")]);
    for id in ["web:http", "http:web:http", "web:80", "http:web:80"] {
        assert_eq!(get(&server, &format!("{PROXY}/{id}/proxy/health?x=1")).json(), json!({"status": "ok"}), "{id}");
    }
    let post = ask(&server, "POST", &format!("{PROXY}/web:80/proxy/predict"), &[], "{}");
    assert_eq!(post.json()["model"], "ranker");
    assert_eq!(get(&server, "/api/v1/namespaces/a/pods/p/proxy/health").json(), json!({"status": "ok"}));
    assert_eq!(get(&server, &format!("{PROXY}/web:80/proxy/nowhere")).text(), "not found\n");
}

#[test]
fn whoever_can_not_be_reached_is_a_status_and_no_answer() {
    let server = server(&[service(), pod("p", "False")]);
    let message = |path: &str| {
        let reply = get(&server, path);
        (reply.status, reply.message())
    };
    assert_eq!(message(&format!("{PROXY}/web:80/proxy/")), (503, "no endpoints available for service \"web\"".into()));
    assert_eq!(message(&format!("{PROXY}/web:7/proxy/")), (503, "no service port 7 found for service \"web\"".into()));
    assert_eq!(message(&format!("{PROXY}/other:80/proxy/")), (404, "services \"other\" not found".into()));
    let refused = "error trying to reach service: dial tcp 10.0.0.1:9: connect: connection refused";
    assert_eq!(message("/api/v1/namespaces/a/pods/p:9/proxy/"), (503, refused.into()));
}

#[test]
fn an_outage_of_one_pod_of_two_fails_every_second_probe() {
    let table = Arc::new(Table::default());
    let mut store = Store::new(resource::builtin());
    for object in [service(), pod("p", "True"), pod("pp", "True")] {
        store.import(object).unwrap();
    }
    let server = Server::start(Options { responder: table.clone(), ..Options::of(store) }).unwrap();
    table.fail("a/pp:8000", Outage::Down, "");
    let mut statuses: Vec<u16> = (0..4).map(|_| get(&server, &format!("{PROXY}/web:80/proxy/health")).status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 503, 503]);
}

//! The demo's API server, asked over its socket: it must behave as Kubernetes does, and go wrong exactly as it is told to.
mod clients;
mod faults;
mod kubectl;
mod lists;
mod proxies;
mod watches;
mod writes;

use evid_demo::world::resource;
use evid_demo::world::store::Store;
use evid_demo::{Options, Server};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A server over a few objects, which nothing moves.
fn server(objects: &[Value]) -> Server {
    let mut store = Store::new(resource::builtin());
    for object in [json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}})].iter().chain(objects) {
        store.import(object.clone()).unwrap();
    }
    Server::start(Options::of(store)).unwrap()
}

fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "a", "labels": {"name": name}}, "data": {"k": "v"}})
}

/// `c0` … in namespace `a`.
fn config_maps(count: usize) -> Vec<Value> {
    (0..count).map(|i| config_map(&format!("c{i}"))).collect()
}

const MAPS: &str = "/api/v1/namespaces/a/configmaps";
const APPS: &str = "/apis/argoproj.io/v1alpha1/namespaces/a/applications";

/// What came over the wire.
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|l| l.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v))
    }

    /// The names of a list's items.
    fn names(&self) -> Vec<String> {
        let items = self.json()["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|i| i["metadata"]["name"].as_str().unwrap().to_owned()).collect()
    }

    fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }
}

fn send(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    stream.write_all(format!("{text}\r\n{body}").as_bytes()).unwrap();
    stream
}

/// One request on a connection of its own. Status 0: no answer came.
fn ask(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let mut bytes = Vec::new();
    // A connection that is cut may end with a reset; what came before it counts.
    let _ = send(server, method, path, headers, body).read_to_end(&mut bytes);
    let at = bytes.windows(4).position(|w| w == b"\r\n\r\n").map_or(bytes.len(), |p| p + 4);
    let body = bytes.split_off(at);
    let head = String::from_utf8(bytes).unwrap();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
    Reply { status, head, body }
}

fn get(server: &Server, path: &str) -> Reply {
    ask(server, "GET", path, &[], "")
}

fn post(server: &Server, path: &str, body: &Value) -> Reply {
    ask(server, "POST", path, &[("Content-Type", "application/json")], &body.to_string())
}

fn patch(server: &Server, kind: &str, path: &str, body: &Value) -> Reply {
    ask(server, "PATCH", path, &[("Content-Type", &format!("application/{kind}"))], &body.to_string())
}

#[test]
fn a_server_that_is_dropped_is_gone_with_its_threads() {
    let server = server(&[]);
    let address = server.url().trim_start_matches("http://").to_owned();
    assert_eq!(get(&server, "/healthz").text(), "ok");
    // A watch that would go on for ever must not hold it.
    let _open = send(&server, "GET", &format!("{MAPS}?watch=true"), &[], "");
    drop(server);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn only_reads_and_questions_about_oneself_are_no_writes() {
    let server = server(&[]);
    get(&server, MAPS);
    let review = json!({"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}});
    let answer = post(&server, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", &review);
    assert_eq!((answer.status, answer.json()["status"]["allowed"].as_bool()), (201, Some(true)));
    assert!(server.requests().iter().all(|r| !r.is_write()));
    ask(&server, "POST", &format!("{MAPS}?fieldManager=tester"), &[("Content-Type", "application/json"), ("User-Agent", "evid/1")], "{}");
    let seen = server.requests().pop().unwrap();
    assert!(seen.is_write());
    assert_eq!((seen.field_manager.as_str(), seen.user_agent.as_str(), seen.status), ("tester", "evid/1", Some(422)));
}

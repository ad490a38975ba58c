//! Requests to services and pods through the API server: whom they reach, and how their replies are worded. Knows no time and no connection.
use super::answer::Answer;
use super::ask::Ask;
use super::target::Target;
use crate::world::objects::{deleting, ready};
use crate::world::responder::{Call, Reply, Responder};
use crate::world::selector::Selector;
use crate::world::status::Status;
use crate::world::store::{Id, Store};
use http::HeaderMap;
use serde_json::Value;
use std::sync::Arc;

#[derive(Clone)]
pub(crate) struct Backend {
    pub pod: Arc<Value>,
    pub port: u16,
}

impl Backend {
    pub fn address(&self) -> &str {
        self.pod["status"]["podIP"].as_str().unwrap_or_default()
    }

    /// Whether a container that runs declares the port.
    pub fn listens(&self) -> bool {
        let running = self.pod["status"]["phase"] == "Running";
        running && ports(&self.pod).any(|p| p["containerPort"].as_u64() == Some(self.port.into()))
    }
}

fn ports(pod: &Value) -> impl Iterator<Item = &Value> {
    let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
    containers.flat_map(|c| c["ports"].as_array().into_iter().flatten())
}

fn port_of(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|p| u16::try_from(p).ok())
}

fn unavailable(text: String) -> Status {
    Status::new(503, "ServiceUnavailable", text)
}

/// `[scheme:]name[:port]`, as paths of proxies have it.
fn split(id: &str) -> (&str, &str) {
    match id.split(':').collect::<Vec<_>>()[..] {
        [_, name, port] => (name, port),
        [name, port] => (name, port),
        _ => (id, ""),
    }
}

/// Whom `.../services|pods/ID/proxy/PATH` reaches.
///
/// # Errors
/// Where it reaches nothing.
pub(crate) fn backend(store: &Store, target: &Target, turn: usize) -> Result<Backend, Status> {
    let (name, port) = split(target.name.as_deref().unwrap_or_default());
    match target.resource.plural.as_str() {
        "services" => service(store, &target.namespace, name, port, turn),
        "pods" => pod(store, &target.namespace, name, port),
        _ => Err(Status::no_resource()),
    }
}

pub(crate) fn ask(responder: &dyn Responder, to: &Backend, target: &Target, ask: &Ask) -> Reply {
    let query = if ask.query.is_empty() { String::new() } else { format!("?{}", ask.query) };
    let path = format!("{}{query}", if target.rest.is_empty() { "/" } else { &target.rest });
    call(responder, to, ask.method.as_str(), &path, &ask.headers, &ask.body)
}

pub(crate) fn call(responder: &dyn Responder, to: &Backend, method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Reply {
    if !to.listens() {
        return Reply::Refused;
    }
    let meta = &to.pod["metadata"];
    responder.answer(&Call {
        method,
        namespace: meta["namespace"].as_str().unwrap_or_default(),
        pod: meta["name"].as_str().unwrap_or_default(),
        labels: &meta["labels"],
        address: to.address(),
        port: to.port,
        path,
        headers,
        body,
    })
}

/// What the API server makes of a reply that has come.
///
/// # Errors
/// Where the container gave none.
pub(crate) fn answer(to: &Backend, reply: Reply) -> Result<Answer, Status> {
    match reply {
        Reply::Http(status, headers, body) => {
            let mut answer = Answer { status, headers: Vec::new(), body };
            for (_, value) in headers.into_iter().filter(|(n, _)| n == "content-type") {
                answer = answer.with("content-type", value);
            }
            Ok(answer)
        }
        Reply::Refused => {
            Err(unavailable(format!("error trying to reach service: dial tcp {}:{}: connect: connection refused", to.address(), to.port)))
        }
        _ => Err(unavailable("error trying to reach service: EOF".into())),
    }
}

/// A pod of a service, as Kubernetes finds it: by the port's name or number, among those that are ready.
pub(crate) fn service(store: &Store, namespace: &str, name: &str, port: &str, turn: usize) -> Result<Backend, Status> {
    let found = store.get(&Id::new("services", namespace, name));
    let services = store.resource("services").ok_or_else(Status::no_resource)?;
    let service = found.ok_or_else(|| Status::not_found(&services, name))?;
    let list = || service["spec"]["ports"].as_array().into_iter().flatten();
    let entry = match port.parse::<u16>() {
        Ok(number) => list()
            .find(|p| port_of(&p["port"]) == Some(number))
            .ok_or_else(|| unavailable(format!("no service port {number} found for service {name:?}")))?,
        Err(_) => list().find(|p| p["name"].as_str().unwrap_or_default() == port).unwrap_or(&Value::Null),
    };
    let none = || unavailable(format!("no endpoints available for service {name:?}"));
    let selector: Vec<String> = service["spec"]["selector"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default()))
        .collect();
    if entry.is_null() || selector.is_empty() {
        return Err(none());
    }
    let selector = Selector::parse("pods", &selector.join(","), "")?;
    let pods: Vec<&Arc<Value>> =
        store.entries("pods", Some(namespace)).map(|(_, p)| p).filter(|p| selector.matches(p) && ready(p) && !deleting(p)).collect();
    let pod = pods.get(turn % pods.len().max(1)).ok_or_else(none)?;
    let wanted = if entry["targetPort"].is_null() { &entry["port"] } else { &entry["targetPort"] };
    let port = match wanted.as_str() {
        Some(name) => ports(pod).find(|p| p["name"] == name).and_then(|p| port_of(&p["containerPort"])),
        None => port_of(wanted),
    };
    Ok(Backend { pod: (*pod).clone(), port: port.ok_or_else(none)? })
}

/// A port of a pod; without a number its first one.
pub(crate) fn pod(store: &Store, namespace: &str, name: &str, port: &str) -> Result<Backend, Status> {
    let resource = store.resource("pods").ok_or_else(Status::no_resource)?;
    let found = store.entries("pods", Some(namespace)).find(|(id, _)| id.name == name);
    let (_, pod) = found.ok_or_else(|| Status::not_found(&resource, name))?;
    if pod["status"]["podIP"].is_null() {
        return Err(Status::bad_request("address not allowed"));
    }
    let port = match port {
        "" => ports(pod).find_map(|p| port_of(&p["containerPort"])).unwrap_or(80),
        text => text.parse().map_err(|_| Status::bad_request(format!("invalid pod request {name:?}")))?,
    };
    Ok(Backend { pod: pod.clone(), port })
}

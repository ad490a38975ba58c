//! What the containers of the sample platform answer (`responses.yaml`), with outages. Knows no Kubernetes request.
use super::responder::{Call, Reply, Responder};
use super::yaml;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is wrong with a port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outage {
    /// Connections are reset.
    Down,
    /// Connections are accepted and never answered.
    Silent,
    /// The right answer, delayed by this much.
    Slow(Duration),
    /// Status 500 with a plain text.
    Error,
    /// Status 200 without a body.
    Empty,
    /// Status 200 with a body of the wrong shape.
    Wrong,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Port {
    port: u16,
    answers: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    method: String,
    path: String,
    json: Option<Value>,
    text: Option<String>,
    html: Option<String>,
    /// The body under `Outage::Wrong`, if it is not the usual one.
    wrong: Option<Value>,
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

impl Entry {
    fn content(&self) -> (&'static str, Vec<u8>) {
        match (&self.json, &self.text, &self.html) {
            (Some(value), _, _) => (JSON, bytes(value)),
            (_, _, Some(html)) => ("text/html; charset=utf-8", html.clone().into()),
            (_, text, _) => (TEXT, text.clone().unwrap_or_default().into()),
        }
    }

    /// A body that is not what was expected. If no body is expected, a "ready" probe is still right by its status.
    fn wrong(&self) -> (&'static str, Vec<u8>) {
        match (&self.wrong, &self.json) {
            (Some(value), _) => (JSON, bytes(value)),
            (None, Some(_)) => (JSON, br#"{"status":"degraded","models":[]}"#.to_vec()),
            (None, None) => (TEXT, b"not what you expected\n".to_vec()),
        }
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// Answers by port, and outages by port, by pod or by address.
pub struct Table {
    ports: Vec<Port>,
    outages: Mutex<BTreeMap<String, (Outage, String)>>,
}

impl Default for Table {
    /// The answers of the sample platform.
    fn default() -> Self {
        Self::read(include_str!("responses.yaml")).unwrap_or_else(|_| Self { ports: Vec::new(), outages: Mutex::default() })
    }
}

impl Table {
    /// Answers from text of the form of `responses.yaml`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(text: &str) -> Result<Self, String> {
        let ports = yaml::read(text)?;
        Ok(Self { ports, outages: Mutex::default() })
    }

    /// From now on `PORT`, `ADDRESS:PORT` or `NAMESPACE/POD:PORT` has an outage, for paths that begin with `prefix`.
    pub fn fail(&self, key: &str, outage: Outage, prefix: &str) {
        self.outages.lock().unwrap_or_else(PoisonError::into_inner).insert(key.into(), (outage, prefix.into()));
    }

    /// Ends all outages.
    pub fn heal(&self) {
        self.outages.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn outage(&self, call: &Call<'_>) -> Option<Outage> {
        let port = call.port;
        let outages = self.outages.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = [format!("{}/{}:{port}", call.namespace, call.pod), format!("{}:{port}", call.address), port.to_string()];
        let (outage, prefix) = keys.iter().find_map(|k| outages.get(k))?;
        call.path.starts_with(prefix.as_str()).then_some(*outage)
    }
}

impl Responder for Table {
    fn answer(&self, call: &Call<'_>) -> Reply {
        let Some(port) = self.ports.iter().find(|p| p.port == call.port) else { return Reply::Refused };
        let path = call.path.split('?').next().unwrap_or_default();
        let method = if call.method == "HEAD" { "GET" } else { call.method };
        let outage = self.outage(call);
        let http = |status: u16, (kind, body): (&str, Vec<u8>)| Reply::Http(status, vec![("content-type".into(), kind.into())], body);
        let known = port.answers.iter().find(|e| e.path == path && e.method == method);
        let right = match known {
            Some(entry) => http(200, entry.content()),
            None if port.answers.iter().any(|e| e.path == path) => http(405, (TEXT, b"method not allowed\n".to_vec())),
            None => http(404, (TEXT, b"not found\n".to_vec())),
        };
        match outage {
            None => right,
            Some(Outage::Down) => Reply::Reset,
            Some(Outage::Silent) => Reply::Silent,
            Some(Outage::Slow(time)) => Reply::Late(time, Box::new(right)),
            Some(Outage::Error) => http(500, (TEXT, b"internal error\n".to_vec())),
            Some(Outage::Empty) => http(200, (known.map_or(TEXT, |e| e.content().0), Vec::new())),
            Some(Outage::Wrong) => known.map_or(right, |e| http(200, e.wrong())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;

    fn ask(table: &Table, method: &str, port: u16, path: &str) -> Reply {
        let (labels, headers) = (Value::Null, HeaderMap::new());
        table.answer(&Call {
            method,
            namespace: "n",
            pod: "p",
            labels: &labels,
            address: "10.0.0.1",
            port,
            path,
            headers: &headers,
            body: b"",
        })
    }

    fn status(reply: &Reply) -> (u16, &[u8]) {
        match reply {
            Reply::Http(status, _, body) => (*status, body),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_port_answers_its_own_paths_and_methods() {
        let table = Table::read(include_str!("responses.yaml")).unwrap();
        assert_eq!(status(&ask(&table, "GET", 8000, "/health?x=1")), (200, br#"{"status":"ok"}"#.as_slice()));
        assert_eq!(status(&ask(&table, "GET", 8003, "/v2/health/ready")), (200, b"".as_slice()));
        assert_eq!(status(&ask(&table, "GET", 8003, "/v2/repository/index")).0, 405);
        assert_eq!(status(&ask(&table, "GET", 8000, "/nowhere")).0, 404);
        assert_eq!(ask(&table, "GET", 1, "/"), Reply::Refused);
    }

    #[test]
    fn an_outage_meets_one_pod_one_address_or_every_pod_of_a_port() {
        let table = Table::default();
        table.fail("8000", Outage::Error, "/models");
        assert_eq!(status(&ask(&table, "GET", 8000, "/models")).0, 500);
        assert_eq!(status(&ask(&table, "GET", 8000, "/health")).0, 200);
        table.fail("n/p:8003", Outage::Wrong, "");
        assert!(String::from_utf8_lossy(status(&ask(&table, "POST", 8003, "/v2/repository/index")).1).contains("UNAVAILABLE"));
        table.fail("10.0.0.2:5000", Outage::Down, "");
        assert_eq!(status(&ask(&table, "GET", 5000, "/health")), (200, b"OK".as_slice()));
        table.fail("10.0.0.1:5000", Outage::Down, "");
        assert_eq!(ask(&table, "GET", 5000, "/health"), Reply::Reset);
        table.heal();
        assert_eq!(status(&ask(&table, "GET", 5000, "/health")).0, 200);
    }
}

//! Compares `evid capture` with `kubectl get KINDS -A -o json`. Both ask an API server within this program, which makes its objects when
//! it is asked. Measures CPU seconds and peak memory of whole processes, and their ratios. Prints and judges nothing. Needs GNU time.
//! `-- --huge` lets evid alone capture 100,000 objects; `-- 2000 7` measures with these numbers of objects; `-- --serve 2000` only
//! serves, until it is stopped.
#![allow(clippy::expect_used, reason = "where something is missing there is nothing to measure")]
use bytes::Bytes;
use evid::adapters::dump;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::path::Path;
use std::process::{Command, Stdio};

/// Namespaces that the objects are spread over.
const SPACES: usize = 50;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let huge = words.iter().any(|w| w == "--huge");
    let given: Vec<usize> = words.iter().filter_map(|w| w.parse().ok()).collect();
    let sizes = if given.is_empty() { if huge { vec![100_000] } else { vec![1_000, 10_000] } } else { given };
    for size in sizes {
        let place = tempfile::tempdir().expect("a temporary folder");
        let config = place.path().join("config");
        std::fs::write(&config, kubeconfig(serve(Cluster::new(size)))).expect("a kubeconfig");
        if words.iter().any(|w| w == "--serve") {
            println!("KUBECONFIG={}", config.display());
            std::thread::park();
        }
        let at = |name: &str| place.path().join(name).display().to_string();
        let env = [("KUBECONFIG", at("config")), ("HOME", at("home"))];
        let own = measured(&[env!("CARGO_BIN_EXE_evid"), "capture", "x", "--archive", &at("evidence"), "--force"], &env);
        println!("{size} objects");
        print("  evid capture", own);
        if huge {
            continue;
        }
        let kinds = "applications.argoproj.io,configmaps,replicasets.apps,pods,namespaces";
        let peer = measured(&["kubectl", "get", kinds, "-A", "-o", "json", "--cache-dir", &at("cache")], &env);
        print("  kubectl get -o json", peer);
        if let (Some((cpu, peak)), Some((their_cpu, their_peak))) = (own, peer) {
            println!("  ratio                 CPU 1/{:.1} (goal 1/20)   memory 1/{:.1} (goal 1/25)", their_cpu / cpu, their_peak / peak);
        }
    }
}

fn print(what: &str, measured: Option<(f64, f64)>) {
    match measured {
        Some((cpu, peak)) => println!("{what:<22}  CPU {cpu:>7.2} s   peak {peak:>7.1} MB"),
        None => println!("{what:<22}  not measured: it or /usr/bin/time is not there, or it failed"),
    }
}

/// User and system seconds, and the peak resident set in MB (10^6 bytes), as GNU time says them.
fn measured(command: &[&str], env: &[(&str, String)]) -> Option<(f64, f64)> {
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-f", "%U %S %M"]).args(command).envs(env.iter().cloned()).stdout(Stdio::null());
    // 3: with gaps. The Applications list more than this server has.
    let out = timed.output().ok().filter(|o| matches!(o.status.code(), Some(0 | 3)))?;
    let text = String::from_utf8_lossy(&out.stderr).into_owned();
    let numbers: Vec<f64> = text.lines().last()?.split(' ').filter_map(|n| n.parse().ok()).collect();
    let [user, system, kibibytes] = numbers[..] else { return None };
    Some((user + system, kibibytes * 1024.0 / 1e6))
}

fn kubeconfig(port: u16) -> String {
    json!({"apiVersion": "v1", "kind": "Config", "current-context": "x", "users": [{"name": "x", "user": {}}],
        "clusters": [{"name": "x", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}]})
    .to_string()
}

/// The objects, as patterns in which `@NAME@`, `@UID@` and the like are replaced.
struct Cluster {
    pods: Kind,
    sets: Kind,
    maps: Kind,
    spaces: Kind,
    apps: Vec<Value>,
}

struct Kind {
    pattern: String,
    count: usize,
}

impl Cluster {
    /// 60 % pods, 20 % ReplicaSets, 20 % ConfigMaps. Each is made after the model of a sample.
    fn new(size: usize) -> Self {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/dumps/before");
        let dump = dump::read(&samples).expect("the sample dump");
        let of = |resource: &str| dump.lists.iter().find(|l| l.resource.as_deref() == Some(resource)).expect("a list").items.clone();
        let one = |resource: &str, name: &str| {
            let found = of(resource).into_iter().find(|o| o["metadata"]["name"].as_str().is_some_and(|n| n.starts_with(name)));
            let mut object = found.expect("an object");
            object["metadata"]["name"] = json!("@NAME@");
            object["metadata"]["namespace"] = json!("@SPACE@");
            object["metadata"]["uid"] = json!("@UID@");
            object
        };
        let (mut pod, set, mut map) = (one("pods", "fastapi-"), one("replicasets", "fastapi-"), one("configmaps", "alerting-rules"));
        pod["metadata"]["ownerReferences"][0]["name"] = json!("@OWNER@");
        pod["metadata"]["ownerReferences"][0]["uid"] = json!("@OWNERUID@");
        let data = map["data"].as_object().cloned().unwrap_or_default();
        map["data"] = data.into_iter().flat_map(|(k, v)| [(format!("first-{k}"), v.clone()), (format!("second-{k}"), v)]).collect();
        let space =
            json!({"metadata": {"name": "@SPACE@", "uid": "@UID@", "resourceVersion": "1"}, "spec": {"finalizers": ["kubernetes"]}});
        let kind = |object: Value, count: usize| Kind { pattern: object.to_string(), count };
        Self {
            pods: kind(pod, size * 6 / 10),
            sets: kind(set, size * 2 / 10),
            maps: kind(map, size * 2 / 10),
            spaces: kind(space, SPACES),
            apps: of("applications"),
        }
    }

    fn answer(&self, path: &str, query: &str) -> Option<String> {
        let resource = |plural: &str, kind: &str, group: &str, version: &str, namespaced: bool| {
            json!({"resource": plural, "responseKind": {"group": group, "version": version, "kind": kind}, "scope": if namespaced { "Namespaced" } else { "Cluster" },
                "singularResource": kind.to_lowercase(), "verbs": ["get", "list"]})
        };
        let group = |name: &str, version: &str, resources: Value| json!({"metadata": {"name": name}, "versions": [{"version": version, "freshness": "Current", "resources": resources}]});
        let groups = |items: Value| {
            Some(
                json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items})
                    .to_string(),
            )
        };
        let core = json!([
            resource("configmaps", "ConfigMap", "", "v1", true),
            resource("namespaces", "Namespace", "", "v1", false),
            resource("pods", "Pod", "", "v1", true)
        ]);
        match path {
            "/api" => groups(json!([group("", "v1", core)])),
            "/apis" => groups(json!([
                group("apps", "v1", json!([resource("replicasets", "ReplicaSet", "apps", "v1", true)])),
                group("argoproj.io", "v1alpha1", json!([resource("applications", "Application", "argoproj.io", "v1alpha1", true)]))
            ])),
            "/version" => Some(json!({"major": "1", "minor": "36", "gitVersion": "v1.36.0"}).to_string()),
            "/api/v1/namespaces" => Some(self.spaces.page("NamespaceList", "v1", query)),
            // Probes look for pods of other programs than the one that this server has.
            "/api/v1/pods" if query.contains("labelSelector=") => Some(Kind { pattern: String::new(), count: 0 }.page("PodList", "v1", "")),
            "/api/v1/pods" => Some(self.pods.page("PodList", "v1", query)),
            "/api/v1/configmaps" => Some(self.maps.page("ConfigMapList", "v1", query)),
            "/apis/apps/v1/replicasets" => Some(self.sets.page("ReplicaSetList", "apps/v1", query)),
            "/apis/argoproj.io/v1alpha1/applications" => {
                let list = json!({"kind": "ApplicationList", "apiVersion": "argoproj.io/v1alpha1", "metadata": {"resourceVersion": "9"}, "items": self.apps});
                Some(list.to_string())
            }
            _ => None,
        }
    }
}

impl Kind {
    /// A page, made for this answer.
    fn page(&self, list: &str, version: &str, query: &str) -> String {
        let number = |name: &str| query.split('&').find_map(|p| p.strip_prefix(name)?.parse::<usize>().ok());
        let from = number("continue=").unwrap_or(0);
        let to = self.count.min(from + number("limit=").unwrap_or(self.count));
        let next = if to < self.count { to.to_string() } else { String::new() };
        let items: Vec<String> = (from..to).map(|i| self.one(list, i)).collect();
        let head = json!({"resourceVersion": "9", "continue": next, "remainingItemCount": self.count - to});
        format!("{{\"kind\":\"{list}\",\"apiVersion\":\"{version}\",\"metadata\":{head},\"items\":[{}]}}", items.join(","))
    }

    fn one(&self, list: &str, i: usize) -> String {
        let uid = |of: &str, i: usize| format!("{:08x}-0000-4000-8000-{i:012x}", of.len());
        // Three pods a ReplicaSet.
        let owner = i / 3;
        self.pattern
            .replace("@NAME@", &format!("object-{i:07}"))
            .replace("@SPACE@", &format!("space-{:03}", i * SPACES / self.count.max(1)))
            .replace("@UID@", &uid(list, i))
            .replace("@OWNER@", &format!("object-{owner:07}"))
            .replace("@OWNERUID@", &uid("ReplicaSetList", owner))
    }
}

/// Starts the server; gives its port. It ends with this program.
fn serve(cluster: Cluster) -> u16 {
    let cluster: &'static Cluster = Box::leak(Box::new(cluster));
    let (told, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            told.send(listener.local_addr().expect("an address").port()).expect("somebody waits");
            while let Ok((stream, _)) = listener.accept().await {
                let service = service_fn(move |request: Request<Incoming>| async move { Ok::<_, Infallible>(reply(cluster, &request)) });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
    });
    port.recv().expect("the server's port")
}

fn reply(cluster: &Cluster, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let answer = cluster.answer(request.uri().path(), request.uri().query().unwrap_or_default());
    let kind = if request.uri().path().matches('/').count() == 1 && request.uri().path() != "/version" {
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    } else {
        "application/json"
    };
    let status = if answer.is_some() { 200 } else { 404 };
    let body = answer.unwrap_or_else(|| json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404}).to_string());
    Response::builder().status(status).header("content-type", kind).body(Full::new(Bytes::from(body))).expect("a response")
}

//! Where a scene plays: the demo platform over plain HTTP, or a real cluster by kubectl. Knows no scene.
use evid::adapters::kube::{Access, Cluster, connect};
use evid::usecase::cluster::port::{Api, Ask, Method};
use evid_demo::argocd::Repository;
use evid_demo::world::objects::LAST_APPLIED;
use evid_demo::world::table::Table;
use evid_demo::{Server, platform};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

/// Seconds of the demo platform in each second.
const PACE: f64 = 40.0;

/// One of the two.
pub enum Ground {
    Demo(Box<Demo>),
    Real(Real),
}

/// A platform of this process, in one cluster or in two.
pub struct Demo {
    /// The other cluster, where Argo CD runs. It goes first: it works on the objects of the first.
    hub: Option<Served>,
    pub server: Server,
    pub git: Repository,
    pub responder: Arc<Table>,
    cluster: Cluster,
}

/// A cluster of this process, and how it is asked.
struct Served {
    server: Server,
    cluster: Cluster,
}

/// The cluster that `tests/real/run` started, or the two.
pub struct Real {
    scripts: PathBuf,
    pub state: PathBuf,
    binary: String,
    hub: bool,
}

impl Demo {
    /// Serves a platform with these mishaps; its kubeconfig goes into the folder.
    pub fn serve(mishaps: &[&str], folder: &Path) -> Self {
        let platform = platform::platform(&options(mishaps, folder), chrono::Utc::now()).unwrap();
        let (git, responder) = (platform.git, platform.responder);
        let server = Server::start(evid_demo::Options {
            controllers: vec![Box::new(platform.controllers)],
            version: platform.version,
            responder: responder.clone(),
            // Often enough for this pace, and cheaper than what a person would be shown.
            every: Duration::from_millis(50),
            ..evid_demo::Options::of(platform.store)
        })
        .unwrap();
        std::fs::write(folder.join("kubeconfig"), server.kubeconfig()).unwrap();
        Self { hub: None, server, git, responder, cluster: connected(folder, None) }
    }

    /// Serves a platform whose Argo CD runs in a cluster of its own.
    pub fn serve_both(folder: &Path) -> Self {
        let served = evid_demo::Served::start(&options(&[], folder), chrono::Utc::now(), 0).unwrap();
        std::fs::write(folder.join("kubeconfig"), served.kubeconfig()).unwrap();
        let evid_demo::Served { hub, spoke, git, responder } = served;
        let hub = Served { server: hub, cluster: connected(folder, Some(HUBS[0])) };
        Self { hub: Some(hub), server: spoke, git, responder, cluster: connected(folder, None) }
    }

    /// The servers: first where Argo CD is, then where it deploys to.
    pub fn servers(&self) -> (&Server, &Server) {
        (self.hub.as_ref().map_or(&self.server, |hub| &hub.server), &self.server)
    }

    /// The cluster that has a kind.
    fn having(&self, stem: &str) -> (&Server, &Cluster) {
        match &self.hub {
            Some(hub) if is_of_argo(stem) => (&hub.server, &hub.cluster),
            _ => (&self.server, &self.cluster),
        }
    }

    /// The path of an object, or of all of its kind.
    fn path(&self, stem: &str, namespace: &str, name: &str) -> String {
        let resource = self.server.store().resource(stem).unwrap_or_else(|| panic!("no resource {stem}"));
        let version = resource.api_version();
        let base = if resource.group.is_empty() { format!("/api/{version}") } else { format!("/apis/{version}") };
        let space = if namespace.is_empty() { String::new() } else { format!("/namespaces/{namespace}") };
        let name = if name.is_empty() { String::new() } else { format!("/{name}") };
        format!("{base}{space}/{}{name}", resource.plural)
    }

    /// What was made by hand or from Git, as declared: what the cluster writes into it is left out. Another judge than evid's, and a
    /// cheaper one.
    pub fn declared(&self) -> BTreeMap<String, Value> {
        const PASSING: [&str; 5] =
            ["events", "events.events.k8s.io", "leases.coordination.k8s.io", "endpoints", "ipaddresses.networking.k8s.io"];
        let stems: Vec<String> = self.server.store().resources().iter().map(|r| r.stem()).collect();
        let mut all = BTreeMap::new();
        for stem in stems.iter().filter(|stem| !PASSING.contains(&stem.as_str())) {
            let store = self.having(stem).0.store();
            for (id, object) in store.entries(stem, None).filter(|(_, o)| o["metadata"]["ownerReferences"].is_null()) {
                let mut object = Value::clone(object);
                bare(&mut object);
                all.insert(format!("{stem} {}/{}", id.namespace, id.name), object);
            }
        }
        all
    }

    fn send(&self, stem: &str, ask: &Ask) -> Option<Value> {
        let reply = self.having(stem).1.send(ask).unwrap();
        if reply.status == 404 {
            return None;
        }
        assert!(reply.status < 300, "{:?} {}: {} {}", ask.method, ask.path, reply.status, reply.message());
        Some(reply.json().unwrap().into())
    }
}

impl Real {
    pub fn find() -> Self {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real");
        let state: PathBuf = std::env::var("EVID_REAL_STATE").unwrap().into();
        Self { scripts, binary: std::env::var("EVID_REAL_BINARY").unwrap(), hub: state.join("both").is_file(), state }
    }

    /// What its Git holds.
    pub fn platform() -> PathBuf {
        std::env::var_os("EVID_REAL_PLATFORM").map_or_else(|| crate::samples::folder().join("platform"), PathBuf::from)
    }

    /// A command inside the cluster's network.
    fn enter(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.scripts.join("enter"));
        if self.hub {
            command.args(["env", &format!("KUBECONFIG={}", self.state.join("both").display())]);
        }
        command.args(words);
        command
    }

    /// kubectl, to the cluster that has a kind.
    fn kubectl_for(&self, stem: &str) -> Command {
        let hub = self.hub && is_of_argo(stem);
        self.enter(if hub { &["kubectl", "--context", HUBS[1]] } else { &["kubectl"] })
    }

    fn kubectl(&self, stem: &str, words: &[&str], input: Option<&Value>) -> Value {
        let mut command = self.kubectl_for(stem);
        let mut child =
            command.args(words).args(["-o", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.map(Value::to_string).unwrap_or_default().as_bytes()).unwrap();
        drop(stdin);
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success(), "kubectl {words:?}: {}", String::from_utf8_lossy(&out.stderr));
        if out.stdout.is_empty() { Value::Null } else { serde_json::from_slice(&out.stdout).unwrap() }
    }

    /// One of `tests/real/`'s scripts.
    pub fn script(&self, name: &str, words: &[&str]) -> Output {
        Command::new(self.scripts.join(name)).args(words).output().unwrap()
    }
}

impl Ground {
    /// evid, as a command that is not started yet.
    pub fn evid(&self, words: &[&str], folder: &Path) -> Command {
        let hub = ["--argocd-context", HUBS[usize::from(!self.is_demo())]];
        let asks = self.has_hub() && ["capture", "doctor", "prove", "switch"].contains(&words[0]);
        let words = &[words, if asks { &hub } else { &[] }].concat();
        let mut command = match self {
            Self::Demo(_) => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
                command.env_clear().env("KUBECONFIG", folder.join("kubeconfig")).args(words);
                if words[0] == "prove" || (words[0] == "switch" && words[1] != "status") {
                    // Looks at half of the platform's pace: more would only warm the room.
                    command.args(["--pace", "20"]);
                }
                command
            }
            // The pid is evid's own, so that it can be killed.
            Self::Real(real) => {
                let mut command = real.enter(&["sh", "-c", "echo $$ >pid; exec \"$0\" \"$@\"", &real.binary]);
                command.args(words);
                command
            }
        };
        command.current_dir(folder).env("HOME", folder).env("XDG_STATE_HOME", folder.join("keys")).env("NO_COLOR", "1");
        command
    }

    /// How long a person would wait for something.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(if self.is_demo() { 30 } else { 240 })
    }

    /// Between two looks.
    pub fn poll(&self) -> Duration {
        Duration::from_millis(if self.is_demo() { 100 } else { 1000 })
    }

    fn has_hub(&self) -> bool {
        match self {
            Self::Demo(demo) => demo.hub.is_some(),
            Self::Real(real) => real.hub,
        }
    }

    pub fn is_demo(&self) -> bool {
        matches!(self, Self::Demo(_))
    }

    pub fn get(&self, stem: &str, namespace: &str, name: &str) -> Option<Value> {
        match self {
            Self::Demo(demo) => demo.send(stem, &Ask::get(demo.path(stem, namespace, name))),
            Self::Real(real) => {
                let words = [&["get", stem, name, "--ignore-not-found"][..], &space(namespace)].concat();
                Some(real.kubectl(stem, &words, None)).filter(|v| !v.is_null())
            }
        }
    }

    /// All of a kind, in every namespace.
    pub fn list(&self, stem: &str) -> Vec<Value> {
        let all = match self {
            Self::Demo(demo) => demo.send(stem, &Ask::get(demo.path(stem, "", ""))).unwrap(),
            Self::Real(real) => real.kubectl(stem, &["get", stem, "-A"], None),
        };
        all["items"].as_array().unwrap().clone()
    }

    /// A merge patch.
    pub fn patch(&self, stem: &str, namespace: &str, name: &str, body: &Value) {
        match self {
            Self::Demo(demo) => {
                let ask = Ask::with(Method::Patch, demo.path(stem, namespace, name), "application/merge-patch+json", &body.clone().into());
                demo.send(stem, &ask).unwrap_or_else(|| panic!("no {stem} {namespace}/{name}"));
            }
            Self::Real(real) => {
                let text = body.to_string();
                let words = [&["patch", stem, name, "--type", "merge", "-p", &text][..], &space(namespace)].concat();
                real.kubectl(stem, &words, None);
            }
        }
    }

    /// Deletes without waiting.
    pub fn delete(&self, stem: &str, namespace: &str, name: &str) {
        match self {
            Self::Demo(demo) => {
                let body = serde_json::json!({"kind": "DeleteOptions", "apiVersion": "v1"});
                demo.send(stem, &Ask::with(Method::Delete, demo.path(stem, namespace, name), "application/json", &body.into()));
            }
            Self::Real(real) => {
                let words = [&["delete", stem, name, "--wait=false", "--ignore-not-found"][..], &space(namespace)].concat();
                let out = real.kubectl_for(stem).args(words).output().unwrap();
                assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            }
        }
    }

    pub fn create(&self, stem: &str, namespace: &str, object: &Value) {
        match self {
            Self::Demo(demo) => {
                demo.send(stem, &Ask::with(Method::Post, demo.path(stem, namespace, ""), "application/json", &object.clone().into()))
                    .unwrap();
            }
            Self::Real(real) => {
                real.kubectl(stem, &["create", "-f", "-"], Some(object));
            }
        }
    }
}

/// The contexts of the hub, on the demo and on a real cluster.
const HUBS: [&str; 2] = ["evid-demo-hub", "hub"];

/// Whether a kind is Argo CD's own: those are in the hub, where there is one.
fn is_of_argo(stem: &str) -> bool {
    stem.ends_with(".argoproj.io")
}

fn options(mishaps: &[&str], folder: &Path) -> platform::Options {
    platform::Options {
        pace: PACE,
        mishaps: mishaps.iter().map(ToString::to_string).collect(),
        salt: folder.display().to_string().into_bytes(),
        ..platform::Options::default()
    }
}

fn connected(folder: &Path, context: Option<&str>) -> Cluster {
    let (kubeconfig, timeout) = (Some(folder.join("kubeconfig")), Duration::from_secs(10));
    let access = Access { kubeconfig, context: context.map(str::to_owned), impersonate: None, groups: vec![], timeout };
    connect(&access, |_| None).unwrap()
}

/// Without what differs from one making of an object to the next.
fn bare(value: &mut Value) {
    const WRITTEN: [&str; 14] = [
        LAST_APPLIED,
        "uid",
        "resourceVersion",
        "generation",
        "creationTimestamp",
        "managedFields",
        "status",
        "clusterIP",
        "clusterIPs",
        "nodePort",
        "volumeName",
        "deployment.kubernetes.io/revision",
        "pv.kubernetes.io/bound-by-controller",
        "pv.kubernetes.io/bind-completed",
    ];
    if let Value::Object(map) = value {
        map.retain(|name, _| !WRITTEN.contains(&name.as_str()));
        map.values_mut().for_each(bare);
        map.retain(|name, value| name != "annotations" || value.as_object().is_none_or(|all| !all.is_empty()));
    } else if let Value::Array(list) = value {
        list.iter_mut().for_each(bare);
    }
}

fn space(namespace: &str) -> Vec<&str> {
    if namespace.is_empty() { vec![] } else { vec!["-n", namespace] }
}

//! A bundle behind an API server: what it answers, and what it does not.
use crate::cli::Place;
use crate::support::json;
use evid::adapters::kube::{Access, Cluster, connect};
use evid::usecase::cluster::port::{Api as _, Ask, Method};
use evid::value::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

struct Served {
    child: Child,
    cluster: Cluster,
}

impl Served {
    fn bundle(place: &Place, name: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
        command
            .args(["serve", name, "--kubeconfig", "served"])
            .current_dir(place.path())
            .env_clear()
            .env("HOME", place.path().join("home"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("export KUBECONFIG="), "{line}");
        let kubeconfig = Some(place.path().join("served"));
        let access = Access { kubeconfig, context: None, impersonate: None, groups: vec![], timeout: Duration::from_secs(10) };
        Self { child, cluster: connect(&access, |_| None).unwrap() }
    }

    fn ask(&self, ask: &Ask) -> (u16, Value) {
        let reply = self.cluster.send(ask).unwrap();
        (reply.status, reply.json().unwrap_or_default())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_served_bundle_is_read_as_a_cluster_and_takes_no_write() {
    let place = Place::captured();
    let served = Served::bundle(&place, "before");
    let (status, apps) = served.ask(&Ask::get("/apis/argoproj.io/v1alpha1/applications"));
    assert!(status == 200 && apps["items"].as_array().is_some_and(|items| items.len() == 15), "{apps}");
    let root = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root-optional";
    let (status, one) = served.ask(&Ask::get(root));
    assert_eq!((status, &one["metadata"]["name"]), (200, &json!("root-optional")));
    let labelled = served.ask(&Ask::get("/api/v1/pods?labelSelector=none%3Dsuch")).1;
    assert_eq!(labelled["items"], json!([]));
    // As kubectl prints it: one word for a pod, and ages up to the end of the capture.
    let table = Ask { accept: Some("application/json;as=Table;v=v1;g=meta.k8s.io"), ..Ask::get("/api/v1/pods") };
    let rows = served.ask(&table).1["rows"].as_array().cloned().unwrap_or_default();
    let cells = |at: usize| rows.iter().map(move |row| row["cells"][at].as_str().unwrap_or_default().to_owned());
    assert!(cells(2).any(|status| status == "Running") && !cells(2).any(|status| status == "Succeeded"), "{rows:?}");
    assert!(!rows.is_empty() && cells(4).all(|age| age.ends_with(['s', 'm'])), "{rows:?}");
    for method in [Method::Patch, Method::Delete, Method::Post] {
        let (status, _) = served.ask(&Ask::with(method, root, "application/merge-patch+json", &json!({})));
        assert_eq!(status, 405, "{method:?}");
    }
}

#[test]
fn what_a_bundle_does_not_hold_whole_is_not_an_empty_list() {
    let place = Place::captured();
    let served = Served::bundle(&place, "before");
    assert_eq!(served.ask(&Ask::get("/api/v1/events")).0, 404, "asked and never stored");
    assert_eq!(served.ask(&Ask::get("/apis/example.com/v1/widgets")).0, 404);
}

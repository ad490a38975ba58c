//! A hub and a spoke: Argo CD in one cluster, what it deploys in another. Both are served, and evid is run as a person would.
use crate::scenes::said::Said;
use evid_demo::platform::Options;
use evid_demo::seed::LOSSES;
use evid_demo::{Served, Server};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;
use tempfile::TempDir;

const HUB: [&str; 2] = ["--argocd-context", "evid-demo-hub"];

/// Two clusters and a folder.
struct Lab {
    served: Served,
    folder: TempDir,
}

impl Lab {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { salt: folder.path().display().to_string().into_bytes(), ..Options::default() };
        let served = Served::start(&options, chrono::Utc::now(), 0).unwrap();
        std::fs::write(folder.path().join("kubeconfig"), served.kubeconfig()).unwrap();
        let config = include_str!("../../samples/platform/evid.yaml").replace("      layer:", "      interval: 50ms\n      layer:");
        std::fs::write(folder.path().join("evid.yaml"), config).unwrap();
        Self { served, folder }
    }

    /// Runs evid with both contexts.
    fn evid(&self, words: &[&str]) -> Said {
        self.alone(&[words, &HUB].concat())
    }

    /// Runs evid.
    fn alone(&self, words: &[&str]) -> Said {
        let folder = self.folder.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
        command.env_clear().env("KUBECONFIG", folder.join("kubeconfig")).env("HOME", folder).env("XDG_STATE_HOME", folder.join("keys"));
        let out = command.env("NO_COLOR", "1").current_dir(folder).args(words).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: out.status.code().unwrap_or(-1), out: text(&out.stdout), err: text(&out.stderr) }
    }

    fn files(&self, bundle: &str) -> BTreeMap<String, Vec<u8>> {
        let reader = evid::adapters::archive::open(&self.folder.path().join(format!("evidence/{bundle}.evid.zip"))).unwrap();
        evid::adapters::archive::files(&reader).unwrap()
    }

    fn manifest(&self, bundle: &str) -> Value {
        serde_json::from_slice(&self.files(bundle)["evid.json"]).unwrap()
    }
}

/// The uid of a cluster.
fn uid(server: &Server) -> Value {
    let id = evid_demo::world::store::Id::new("namespaces", "", "kube-system");
    server.store().get(&id).unwrap()["metadata"]["uid"].clone()
}

#[test]
fn a_capture_takes_applications_from_the_hub_and_all_else_from_the_spoke() {
    let lab = Lab::new();
    lab.evid(&["capture", "both"]).ended(0);
    let manifest = lab.manifest("both");
    assert_eq!((&manifest["cluster"]["uid"], &manifest["hub"]["uid"]), (&uid(&lab.served.spoke), &uid(&lab.served.hub)));
    assert_eq!(manifest["hub"]["settings"], serde_json::json!(["argocd"]));
    let layers = manifest["layers"].as_array().unwrap().iter().map(|l| (l["name"].as_str().unwrap(), l["objects"].as_u64().unwrap()));
    let layers: BTreeMap<&str, u64> = layers.collect();
    assert_eq!((layers["core"], layers["baseline"], layers["optional"]), (109, 52, 52), "as in one cluster");
    lab.alone(&["verify", "evidence/both.evid.zip"]).ended(0);
}

#[test]
fn a_round_trip_is_proven_over_a_hub_and_a_spoke() {
    let lab = Lab::new();
    let losses: Vec<&str> = LOSSES.iter().flat_map(|lost| ["--allow-loss", lost]).collect();
    let said = lab.evid(&[&["prove", "round-trip", "--yes", "--pace", "20", "--interval", "250ms"], &losses[..]].concat());
    let said = said.ended(0).naming(&["result: proven", "re-derived: the report follows from the bundles"]);
    let other = |l: &&str| l.starts_with("refuted") || l.starts_with("inconclusive");
    assert_eq!(said.out.lines().find(other), None, "{}", said.out);
}

/// Method and path of what a server was asked, without what is after a name.
fn asked(server: &Server) -> Vec<(String, String)> {
    server.requests().into_iter().map(|r| (r.method, r.path.split('?').next().unwrap().to_owned())).collect()
}

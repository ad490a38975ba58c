//! What a capture sees of a real Kubernetes control plane and a real Argo CD (`tests/real/run`); `scenes::real` turns the switch there.
//! Each test leaves the platform as it found it.
use evid::value::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The cluster that `tests/real/run` started.
struct Real {
    scripts: PathBuf,
    binary: String,
    folder: tempfile::TempDir,
}

impl Real {
    fn find() -> Self {
        let binary = std::env::var("EVID_REAL_BINARY").unwrap();
        Self { scripts: Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real"), binary, folder: tempfile::tempdir().unwrap() }
    }

    /// Runs a command inside the cluster's network.
    fn enter(&self, words: &[&str]) -> Output {
        let mut command = Command::new(self.scripts.join("enter"));
        command.args(words).current_dir(self.folder.path()).env("XDG_STATE_HOME", self.folder.path().join("keys"));
        command.output().unwrap()
    }

    /// Runs evid; gives its exit code and everything it said.
    fn evid(&self, words: &[&str]) -> (i32, String) {
        let out = self.enter(&[&[&*self.binary], words].concat());
        (out.status.code().unwrap_or(-1), String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned())
    }

    fn capture(&self, name: &str) {
        let (code, said) = self.evid(&["capture", name]);
        assert_eq!(code, 0, "{said}");
    }

    fn kubectl(&self, words: &[&str]) -> String {
        let out = self.enter(&[&["kubectl"], words].concat());
        assert!(out.status.success(), "kubectl {words:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }

    fn script(&self, name: &str, words: &[&str]) {
        let out = Command::new(self.scripts.join(name)).args(words).output().unwrap();
        assert!(out.status.success(), "{name}: {}", String::from_utf8_lossy(&out.stderr));
    }

    /// The entries of a bundle.
    fn files(&self, name: &str) -> BTreeMap<String, Vec<u8>> {
        let path = self.folder.path().join(format!("evidence/{name}.evid.zip"));
        evid::adapters::archive::files(&evid::adapters::archive::open(&path).unwrap()).unwrap()
    }

    fn coverage(&self, name: &str) -> Value {
        serde_json::from_slice(&self.files(name)["coverage.json"]).unwrap()
    }

    /// The verdicts over bundles.
    fn verdicts(&self, names: &[&str]) -> BTreeMap<String, String> {
        let out = self.enter(&[&[&*self.binary, "diff"], names, &["--no-sign", "-o", "json"]].concat());
        let predicate: Value = serde_json::from_slice(&out.stdout).unwrap();
        let text = |v: &Value, k: &str| v[k].as_str().unwrap().to_owned();
        predicate["verdicts"].as_array().unwrap().iter().map(|v| (text(v, "claim"), text(v, "verdict"))).collect()
    }
}

/// The files of one facet.
fn facet(files: &BTreeMap<String, Vec<u8>>, name: &str) -> BTreeMap<String, String> {
    let of = files.iter().filter(|(n, _)| n.starts_with(name));
    of.map(|(n, b)| (n.clone(), String::from_utf8(b.clone()).unwrap())).collect()
}

#[test]
#[ignore = "needs the real cluster: tests/real/run"]
fn an_untouched_platform_compares_equal_three_minutes_later() {
    let real = Real::find();
    real.capture("first");
    std::thread::sleep(std::time::Duration::from_secs(180));
    real.capture("second");
    assert_eq!(facet(&real.files("first"), "state/"), facet(&real.files("second"), "state/"));
    let verdicts = real.verdicts(&["first", "second"]);
    assert!(verdicts.values().all(|v| v == "proven" || v == "not_applicable"), "{verdicts:?}");
}

#[test]
#[ignore = "needs the real cluster: tests/real/run"]
fn a_capture_equals_one_of_a_kubectl_dump_and_counts_what_kubectl_counts() {
    let real = Real::find();
    let dump = real.folder.path().join("dump");
    // A CronJob may fire between the two: what it makes is no state, but it is counted. A second try is of another minute's rest.
    for left in (0..3).rev() {
        drop(std::fs::remove_dir_all(&dump));
        real.script("dump", &[dump.to_str().unwrap()]);
        real.capture_again("live");
        let (_, said) = real.evid(&["capture", "dumped", "--from", dump.to_str().unwrap(), "--force"]);
        let (live, dumped) = (real.files("live"), real.files("dumped"));
        let equal = facet(&live, "state/") == facet(&dumped, "state/");
        let counts = |name: &str| -> BTreeMap<String, u64> {
            let of =
                |q: &Value| (format!("{}.{}", q["resource"].as_str().unwrap(), q["group"].as_str().unwrap()), q["count"].as_u64().unwrap());
            let all: Vec<_> = real.coverage(name)["questions"].as_array().unwrap().iter().map(of).collect();
            all.into_iter().filter(|(k, _)| !k.starts_with("events.")).collect()
        };
        if equal && counts("live") == counts("dumped") {
            return;
        }
        assert!(left > 0, "{said}\nstate equal: {equal}\n{:?}\n{:?}", counts("live"), counts("dumped"));
    }
}

impl Real {
    fn capture_again(&self, name: &str) {
        let (code, said) = self.evid(&["capture", name, "--force"]);
        assert_eq!(code, 0, "{said}");
    }
}

#[test]
#[ignore = "needs the real cluster: tests/real/run"]
fn a_limited_user_lists_exactly_what_was_forbidden_and_proves_no_absence() {
    const KINDS: [&str; 8] = [
        "configmaps",
        "services",
        "pods",
        "secrets",
        "nodes",
        "deployments.apps",
        "applications.argoproj.io",
        "ingresses.networking.k8s.io",
    ];
    let real = Real::find();
    let role = r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"evid-limited"},"rules":[{"apiGroups":["apps","batch","argoproj.io"],"resources":["*"],"verbs":["get","list"]},{"apiGroups":[""],"resources":["namespaces","configmaps","services","persistentvolumes","persistentvolumeclaims"],"verbs":["list"]}]}"#;
    let file = real.folder.path().join("role.json");
    std::fs::write(&file, role).unwrap();
    real.kubectl(&["apply", "-f", file.to_str().unwrap()]);
    real.kubectl(&["create", "clusterrolebinding", "evid-limited", "--clusterrole=evid-limited", "--user=limited"]);
    let (code, said) = real.evid(&["capture", "limited", "--as", "limited"]);
    real.capture("whole");
    let allowed: Vec<String> = KINDS
        .iter()
        .filter(|k| real.enter(&["kubectl", "auth", "can-i", "list", k, "-A", "--as", "limited"]).status.success())
        .map(|k| (*k).to_owned())
        .collect();
    real.kubectl(&["delete", "clusterrolebinding/evid-limited", "clusterrole/evid-limited"]);
    assert_eq!(code, 3, "{said}");
    let coverage = real.coverage("limited");
    let stems = |field: &str| -> Vec<String> {
        let of = |q: &Value| evid::model::stem(q["resource"].as_str().unwrap(), q["group"].as_str().unwrap());
        coverage[field].as_array().unwrap().iter().map(of).collect()
    };
    let (gaps, asked) = (stems("gaps"), stems("questions"));
    assert!(coverage["gaps"].as_array().unwrap().iter().all(|g| g["reason"] == "forbidden"), "{coverage}");
    for kind in KINDS {
        let may = allowed.iter().any(|a| a == kind);
        assert_eq!((asked.iter().any(|a| a == kind), gaps.iter().any(|g| g == kind)), (may, !may), "{kind}");
    }
    let verdicts = real.verdicts(&["limited", "whole"]);
    assert_eq!(verdicts["evidence.complete"], "inconclusive");
    assert!(!verdicts.values().any(|v| v == "refuted"), "{verdicts:?}");
}

#[test]
#[ignore = "needs the real cluster: tests/real/run"]
fn a_capture_writes_nothing() {
    let real = Real::find();
    let rights = r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"evid-reader"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["get","list"]},{"apiGroups":[""],"resources":["pods/proxy"],"verbs":["create"]}]}"#;
    let file = real.folder.path().join("role.json");
    std::fs::write(&file, rights).unwrap();
    real.kubectl(&["apply", "-f", file.to_str().unwrap()]);
    real.kubectl(&["create", "clusterrolebinding", "evid-reader", "--clusterrole=evid-reader", "--user=reader"]);
    let (code, said) = real.evid(&["capture", "reader", "--as", "reader", "--no-access-review"]);
    real.kubectl(&["delete", "clusterrolebinding/evid-reader", "clusterrole/evid-reader"]);
    assert_eq!(code, 0, "whoever may only get and list captures everything: {said}");
}

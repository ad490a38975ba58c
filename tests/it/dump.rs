//! Folders of answers: what a dump proves, and that every doubt about it is a gap.
#![allow(clippy::unwrap_used, reason = "a test fails where this fails")]

mod forms;

use evid::adapters::dump::{DumpError, read};
use evid::usecase::capture::{Collected, List};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use tempfile::TempDir;

const EMPTY: &str = r#"{"apiVersion": "v1", "items": [], "kind": "List", "metadata": {"resourceVersion": ""}}"#;
const FORBIDDEN: &str = r#"Error from server (Forbidden): pods is forbidden: User "u" cannot list resource "pods" in API group """#;

/// An object as JSON.
fn object(version: &str, kind: &str, namespace: &str, name: &str) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!(r#""namespace": "{namespace}", "#) };
    format!(r#"{{"apiVersion": "{version}", "kind": "{kind}", "metadata": {{{namespace}"name": "{name}", "resourceVersion": "7"}}}}"#)
}

/// `kubectl get -o json` of some objects.
fn list(items: &[String]) -> String {
    format!(r#"{{"apiVersion": "v1", "items": [{}], "kind": "List", "metadata": {{"resourceVersion": ""}}}}"#, items.join(", "))
}

/// A folder with these files; `.gz` packs.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if file.ends_with(".gz") {
            let mut packer = GzEncoder::new(fs::File::create(path).unwrap(), Compression::best());
            packer.write_all(text.as_bytes()).unwrap();
            packer.finish().unwrap();
        } else {
            fs::write(path, text).unwrap();
        }
    }
    dir
}

fn dump(files: &[(&str, &str)]) -> Collected {
    read(folder(files).path()).unwrap()
}

/// `reason resource.group@namespace` of each gap.
fn gaps(dump: &Collected) -> Vec<String> {
    dump.gaps.iter().map(|g| format!("{} {}.{}@{}", g.reason, g.resource, g.group, g.namespace.as_deref().unwrap_or(""))).collect()
}

/// `resource.group@namespace count` of each list; an answer to a question has a `?`.
fn lists(dump: &Collected) -> Vec<String> {
    let line = |l: &List| {
        let question = if l.is_question { "?" } else { "" };
        format!("{}.{}@{}{question} {}", l.resource.as_deref().unwrap_or("-"), l.group, l.namespace.as_deref().unwrap_or(""), l.items.len())
    };
    dump.lists.iter().map(line).collect()
}

#[test]
fn lists_with_stderr_kept_are_attested() {
    let pods = list(&[object("v1", "Pod", "a", "p")]);
    let dump = dump(&[
        ("pods.json.gz", &pods),
        ("deployments.v1.apps.yaml", "apiVersion: v1\nkind: List\nitems: []\nmetadata:\n  resourceVersion: ''\n"),
        ("endpoints.json", EMPTY),
        ("endpoints.err", "Warning: v1 Endpoints is deprecated\nI1124 10:00:00.1 1 x.go:1] slow\n\n"),
        ("started", "2026-11-23T18:12:13.192Z\n"),
        ("finished", "yesterday"),
        ("version.json", r#"{"gitVersion": "v1.36.3"}"#),
        ("README.md", "x"),
        (".hidden.json", "{"),
        ("notes.md", "x"),
    ]);
    assert_eq!(lists(&dump), ["deployments.apps@? 0", "endpoints.@? 0", "pods.@? 1"]);
    assert_eq!(dump.gaps, []);
    assert_eq!((dump.started.as_deref(), dump.finished.as_deref()), (Some("2026-11-23T18:12:13.192Z"), None));
    assert_eq!(dump.version.as_deref(), Some("v1.36.3"));
}

#[test]
fn without_stderr_only_a_resource_version_attests() {
    let raw = r#"{"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "41"}, "items": [{"metadata": {"name": "p", "namespace": "a"}}]}"#;
    let dump = dump(&[("pods.json", raw), ("secrets.json", EMPTY)]);
    assert_eq!(gaps(&dump), ["unattested secrets.@"]);
    let pod = &dump.lists[0].items[0];
    assert_eq!(
        (pod["apiVersion"].as_str(), pod["kind"].as_str(), dump.lists[0].resource_version.as_deref()),
        (Some("v1"), Some("Pod"), Some("41"))
    );
}

#[test]
fn an_empty_list_beside_a_refusal_is_a_gap_and_no_absence() {
    let cluster = format!("{FORBIDDEN} at the cluster scope\n");
    let found = dump(&[("pods.json", EMPTY), ("pods.err", &cluster), ("services.json", EMPTY)]);
    assert_eq!(gaps(&found), ["forbidden pods.@"]);
    assert!(found.gaps[0].detail.starts_with("pods.err: line 1: Error from server"));
    // The same said in one file for the whole run.
    let found = dump(&[("pods.json", EMPTY), ("kubectl.err", &cluster), ("services.json", EMPTY)]);
    assert_eq!(gaps(&found), ["forbidden pods.@"]);
}

#[test]
fn an_error_of_which_nothing_says_the_question_is_a_gap_of_any_kind() {
    let found = dump(&[("pods.json", EMPTY), ("run.err", "Unable to connect to the server: net/http: TLS handshake timeout")]);
    assert_eq!(gaps(&found), ["timed-out *.@"]);
}

#[test]
fn a_question_with_only_stderr_is_a_gap() {
    let found = dump(&[
        ("pods.json", EMPTY),
        ("jobs.batch.err", "error: the server doesn't have a resource type \"jobs\""),
        ("secrets.err", ""),
        ("leases.coordination.k8s.io.json", ""),
        ("leases.coordination.k8s.io.err", "Error from server (Expired): too old resource version"),
        ("nodes.json", ""),
    ]);
    assert_eq!(
        gaps(&found),
        ["unreadable nodes.@", "unreadable secrets.@", "not-found jobs.batch@", "expired leases.coordination.k8s.io@"]
    );
}

#[test]
fn what_can_not_be_read_is_a_gap_that_names_file_and_line() {
    let found = dump(&[
        ("configmaps.json", "{\"kind\": \"List\",\n \"kind\": \"List\"}"),
        ("jobs.batch.yaml", "kind: List\nitems:\n- a: .inf\n"),
        ("out1.json", EMPTY),
        ("pods.json", EMPTY),
        ("pods.err", ""),
        ("secrets.json.gz", ""),
        ("services.json", r#"{"hello": "world"}"#),
    ]);
    let details: Vec<&str> = found.gaps.iter().map(|g| g.detail.as_str()).collect();
    assert_eq!(
        gaps(&found),
        ["unreadable *.@", "unreadable configmaps.@", "unreadable secrets.@", "unreadable services.@", "unreadable jobs.batch@"]
    );
    assert!(details[0].contains("out1.json: is an empty list"));
    assert!(details[1].contains("configmaps.json: line 2, column") && details[1].contains("`kind` stands here twice"), "{}", details[1]);
    assert_eq!(details[3], "services.json: line 1: is no Kubernetes object: it has no apiVersion");
    assert!(details[4].contains("jobs.batch.yaml: line 3, column 6"), "{}", details[4]);
}

#[test]
fn an_object_that_stands_twice_in_a_list_counts_once() {
    let mut all = crate::samples::collected("off");
    let maps = crate::samples::items(&mut all, "configmaps");
    maps.push(maps[0].clone());
    let files = crate::samples::files(&crate::samples::drafted(all));
    let mut sums = evid::bundle::sums::Sums::default();
    files.iter().for_each(|(name, bytes)| drop(sums.insert(name, evid::canon::sha256_hex(bytes))));
    assert!(evid::usecase::verify::content(&files, &sums).defects.is_empty());
}

#[test]
fn a_page_that_is_not_the_last_is_truncated() {
    let page = r#"{"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "41", "continue": "abc"}, "items": []}"#;
    let found = dump(&[("pods.json", page)]);
    assert_eq!(gaps(&found), ["truncated pods.@"]);
}

#[test]
fn an_object_beside_the_list_that_lacks_it_was_read_at_another_moment() {
    let mut all = crate::samples::collected("off");
    let mut late = crate::samples::items(&mut all, "configmaps")[0].clone();
    late["metadata"]["name"] = "late".into();
    late["metadata"]["uid"] = "late".into();
    let like = all.lists.iter().find(|l| l.resource.as_deref() == Some("configmaps")).unwrap();
    let beside = evid::usecase::capture::List { is_question: false, items: vec![late], resource_version: None, ..like.clone() };
    all.lists.push(beside);
    let files = crate::samples::files(&crate::samples::drafted(all));
    let mut sums = evid::bundle::sums::Sums::default();
    files.iter().for_each(|(name, bytes)| drop(sums.insert(name, evid::canon::sha256_hex(bytes))));
    assert!(evid::usecase::verify::content(&files, &sums).defects.is_empty());
}

#[test]
fn an_answer_that_is_a_refusal_is_a_gap() {
    let status = r#"{"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Forbidden", "message": "no", "code": 403}"#;
    let found = dump(&[("secrets.json", status), ("pods.json", EMPTY), ("pods.err", "")]);
    assert_eq!(gaps(&found), ["forbidden secrets.@"]);
    assert_eq!(found.gaps[0].detail, "secrets.json: line 1: Forbidden no");
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let dir = folder(&[("pods.json", EMPTY), ("pods.err", "")]);
    std::os::unix::fs::symlink("pods.json", dir.path().join("secrets.json")).unwrap();
    assert_eq!(gaps(&read(dir.path()).unwrap()), ["unreadable secrets.@"]);
}

#[test]
fn what_is_no_dump_is_an_error_that_names_the_folder() {
    let dir = folder(&[("a.txt", "x"), ("broken.json", "{")]);
    let text = read(dir.path()).unwrap_err().to_string();
    assert!(
        text.contains(&dir.path().display().to_string()) && text.contains("broken.json") && text.contains("kubectl get KIND -A -o json"),
        "{text}"
    );
    assert!(matches!(read(&dir.path().join("a.txt")), Err(DumpError::NotAFolder { .. })));
    assert!(matches!(read(Path::new("/nonexistent/evid")), Err(DumpError::Io(_))));
}

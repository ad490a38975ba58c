//! What keeps a command that writes on the cluster that is meant, and what it says of it before.
use super::{Lab, Ran, Running, same, until};
use std::process::Command;

/// The whole platform, at rest: nothing here gets as far as a write.
fn lab() -> Lab {
    let lab = same::platform(false);
    std::fs::remove_file(lab.path("evid.yaml")).unwrap();
    lab
}

const ALLOWED: [&str; 4] = ["--allow-loss", "pv/feast-registry-dev", "--allow-loss", "pvc/feast-dev/feast-registry"];

fn refused(lab: &Lab, ran: &Ran, words: &[&str]) {
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    words.iter().for_each(|w| assert!(ran.err.contains(w), "{w}: {}", ran.err));
    let writes: Vec<_> = lab.server.requests().into_iter().filter(evid_demo::serve::requests::Seen::is_write).collect();
    assert!(writes.is_empty(), "{writes:?}");
}

#[test]
fn the_return_of_a_layer_that_is_there_is_no_proof() {
    let lab = lab();
    let ran = lab.evid(&["prove", "optional-on", "--yes"]);
    refused(&lab, &ran, &["the layer is on already", "evid prove core-only --kubeconfig", "--context evid-demo`"]);
    assert!(!lab.path("proof").exists());
}

#[test]
fn a_run_goes_on_only_on_the_cluster_that_it_began_on() {
    let lab = lab();
    for cluster in [r#""cluster": "that-of-yesterday", "#, ""] {
        let state = format!(
            r#"{{"goal": "round-trip", "run": "r", {cluster}"started": "2026-11-24T08:00:00Z", "wasOn": true, "done": ["before"]}}"#
        );
        std::fs::create_dir_all(lab.path("proof/run")).unwrap();
        lab.write("proof/run/run.json", &state);
        let ran = lab.evid(&[&["prove", "--resume", "proof/run", "--yes"], &ALLOWED[..]].concat());
        refused(&lab, &ran, &["this run began on", "nothing was written", "--context"]);
    }
}

#[test]
fn a_refused_plan_is_shown_with_the_words_that_allow_it() {
    let lab = lab();
    let ran = lab.evid(&["switch", "off", "--dry-run"]);
    let words = "--allow-loss PersistentVolume/feast-registry-dev --allow-loss PersistentVolumeClaim/feast-dev/feast-registry";
    refused(&lab, &ran, &["refused", words]);
    for shown in ["10 Applications below it go", "1 PersistentVolume: feast-registry-dev\n", "writes\nPATCH /apis/argoproj.io/"] {
        assert!(ran.out.contains(shown), "{shown}: {}", ran.out);
    }
    let next = lab.evid(&["switch", "status"]).out;
    let proposed = next.lines().find_map(|l| l.strip_prefix("next: `evid ")?.strip_suffix('`')).unwrap();
    let typed: Vec<&str> = proposed.split(' ').collect();
    let as_printed = lab.evid(&typed);
    assert_eq!(as_printed.code, Some(0), "{proposed}: {}", as_printed.err);
    let short = lab.evid(&[&["switch", "off", "--dry-run"], &ALLOWED[..]].concat());
    assert_eq!(short.code, Some(0), "{}", short.err);
    let on = lab.evid(&["switch", "on", "--dry-run", "-o", "json"]);
    assert_eq!(on.code, Some(0), "{}", on.err);
    assert!(!lab.path("evidence").exists(), "what only reads leaves nothing on disk");
    let wrong = lab.evid(&[&["switch", "off", "--yes", "--allow-loss", "pv/feast-registry-deb"], &ALLOWED[..]].concat());
    refused(&lab, &wrong, &["loses nothing that this `--allow-loss` names: pv/feast-registry-deb"]);
}

#[test]
fn what_is_written_where_is_said_before_with_and_without_a_question() {
    let lab = lab();
    let uid =
        lab.server.store().get(&evid_demo::world::store::Id::new("namespaces", "", "kube-system")).unwrap()["metadata"]["uid"].clone();
    let place = format!("context evid-demo, server {}, cluster {}", lab.server.url(), uid.as_str().unwrap());
    let asked = lab.evid(&[&["switch", "off"], &ALLOWED[..]].concat());
    refused(&lab, &asked, &[&place, "10 Application: argocd/feast-dev ", "nobody is here to confirm"]);
    let asked = lab.evid(&[&["prove", "round-trip"], &ALLOWED[..]].concat());
    refused(&lab, &asked, &[&place, "10 Application: argocd/feast-dev ", "nobody is here to confirm"]);
    // Nothing answers the operation there: it is ended as soon as it has said where it writes.
    let running = Running::start(lab.folder.path(), lab.command(&[&["switch", "off", "--yes"], &ALLOWED[..]].concat()));
    until("the place", || running.said().contains(&place));
    drop(running);
}

#[test]
fn a_capture_says_which_layers_are_not_there() {
    let lab = lab();
    lab.write("evid.yaml", "apiVersion: evid/v1\nkind: Platform\nmetadata: {name: p}\nspec:\n  layers:\n    - {name: core, root: root-nowhere, role: protected}\n");
    let ran = lab.evid(&["capture", "x"]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("layer core (protected) has no root and no object") && ran.err.contains("`evid config init`"), "{}", ran.err);
    assert_eq!(lab.coverage("x").gaps.len(), 0, "and it is sealed, without a gap");
}

#[test]
fn a_demo_replaces_and_removes_no_file_but_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("demo.kubeconfig");
    let serve = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
        command.args(["demo", "serve"]).current_dir(folder.path()).env_clear().env("HOME", folder.path());
        Running::start(folder.path(), command)
    };
    std::fs::write(&file, "mine").unwrap();
    let ran = serve().end();
    assert!(ran.code == Some(2) && ran.err.contains("--kubeconfig FILE"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    std::fs::remove_file(&file).unwrap();
    let running = serve();
    until("the kubeconfig", || file.exists());
    std::fs::write(&file, "mine again").unwrap();
    running.signal("INT");
    assert_eq!(running.end().code, Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine again");
}

//! `evid demo`, run as a person would: the round trip is proven, and each fault shows a verdict's other side by the right name.
mod proofs;
#[expect(dead_code, reason = "the demo's own tests use all of it")]
#[path = "../../demo/tests/it/platform/world.rs"]
mod world;

use std::path::Path;
use std::process::{Command, Output};

fn demo(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_evid"));
    command.arg("demo").args(words).current_dir(folder).env_clear().env("PATH", "/usr/bin:/bin").env("XDG_STATE_HOME", folder.join("keys"));
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_round_trip_is_proven_and_leaves_a_folder_that_verifies() {
    let folder = tempfile::tempdir().unwrap();
    let out = demo(folder.path(), &["--pace", "40"]);
    let (said, told) = (text(&out.stdout), text(&out.stderr));
    assert_eq!(out.status.code(), Some(0), "{said}\n{told}");
    let judged: Vec<&str> =
        said.lines().filter(|l| l.contains('.') && (l.starts_with("proven ") || l.starts_with("not applicable "))).collect();
    assert!(judged.len() >= 19 && !said.contains("\nrefuted ") && !said.contains("\ninconclusive "), "{said}");
    assert!(said.contains("core.available") && said.contains("re-derived: the report follows from the bundles"));
    let run = std::fs::read_dir(folder.path().join("evidence")).unwrap().next().unwrap().unwrap().path();
    for file in [
        "before.evid.zip",
        "off.evid.zip",
        "on.evid.zip",
        "before--off--on.report.json",
        "before--off--on.sigstore.json",
        "actions.jsonl",
        "index.html",
        "run.json",
    ] {
        assert!(run.join(file).is_file(), "{file}");
    }
    let page = std::fs::read_to_string(run.join("index.html")).unwrap();
    assert!(
        page.contains("optional: 46 objects (10 of them Applications) went and came back equal.") && page.len() < 300_000,
        "{}",
        page.len()
    );
    // Every write has its intent and its answer, and the nonce of nobody.
    let actions = std::fs::read_to_string(run.join("actions.jsonl")).unwrap();
    let stages = |stage: &str| actions.matches(&format!("\"stage\":\"{stage}\"")).count();
    assert!(stages("intent") > 2 && stages("intent") == stages("answer"), "{actions}");
}

/// Fault, exit code, what the verdicts (or the refusal) must say.
const FAULTS: &[(&str, i32, &[&str])] = &[
    ("orphan", 1, &["refuted", "optional.absent", "feast-offline"]),
    ("core-pod-restarted", 1, &["refuted", "core.undisturbed", "restarted"]),
    ("core-pod-replaced", 1, &["refuted", "core.undisturbed", "was replaced"]),
    ("core-changed", 1, &["refuted", "core.unchanged", "ingress/ingress-controller"]),
    ("volume-moved", 1, &["refuted", "storage.retained", "triton-model-repo-prod"]),
    ("forbidden-list", 3, &["inconclusive", "optional.absent", "forbidden"]),
    (
        "stuck-root",
        1,
        &["refuted", "switch.kept", "root-optional", "optional.absent", "is being deleted", "evid demo serve --fault stuck-root"],
    ),
    ("held-object", 1, &["refuted", "optional.absent", "optional-envs-dev"]),
    ("forgotten-child", 1, &["refuted", "optional.restored", "feast-notebooks"]),
    ("probe-down", 1, &["refuted", "core.answering", "fastapi"]),
];

#[test]
fn each_fault_ends_refuted_or_open_with_the_right_object_named() {
    let one = |(fault, code, words): &(&str, i32, &[&str])| {
        let folder = tempfile::tempdir().unwrap();
        let out = demo(folder.path(), &["--pace", "40", "--fault", fault]);
        let said = format!("{}{}", text(&out.stdout), text(&out.stderr));
        let missing: Vec<&&str> = words.iter().filter(|w| !said.contains(**w)).collect();
        // The platform is gone with the command: what is proposed for it would go to another one.
        let elsewhere = said.contains("`evid switch") || said.contains("`evid prove");
        let fine = out.status.code() == Some(*code) && missing.is_empty() && !elsewhere;
        (!fine).then(|| format!("{fault}: exit {:?}, without {missing:?}:\n{said}", out.status.code()))
    };
    // Two at a time: each is a server, its controllers and evid.
    let (first, second) = FAULTS.split_at(FAULTS.len() / 2);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let other = scope.spawn(|| second.iter().filter_map(one).collect::<Vec<_>>());
        first.iter().filter_map(one).chain(other.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_fault_that_there_is_not_is_said_with_those_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let out = demo(folder.path(), &["--fault", "rain"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(text(&out.stderr).contains("core-pod-replaced"));
    let listed = text(&demo(folder.path(), &["faults"]).stdout);
    assert!(FAULTS.iter().all(|(name, _, _)| listed.contains(name)));
}

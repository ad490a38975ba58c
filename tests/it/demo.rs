//! `evid demo`, run as a person would: the round trip is proven, and each fault shows a verdict's other side by the right name.
mod attached;
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
    assert!(said.contains("core.available") && told.contains("re-derived: the report follows from the bundles"));
    transcript(&format!("{told}\n{said}"));
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
        "signer.pub",
        "MANIFEST",
        "MANIFEST.json",
        "MANIFEST.sigstore.json",
    ] {
        assert!(run.join(file).is_file(), "{file}");
    }
    by_hand(&run);
    attached::attached(folder.path(), &run);
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

const README: &str = include_str!("../../README.md");

/// The block of the README that follows a mark.
fn block(mark: &str) -> &'static str {
    let (_, rest) = README.split_once(mark).unwrap();
    rest.split_once("```").unwrap().1.split_once('\n').unwrap().1.split_once("```").unwrap().0
}

/// Holds the README's transcript against what was printed, whatever its numbers are: counts depend on the minute (CronJobs), the port on the machine.
fn transcript(printed: &str) {
    let digits = |line: &str| line.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("#");
    let plain = |line: &str| digits(line).split_whitespace().collect::<Vec<_>>().join(" ");
    let printed: Vec<String> = printed.lines().map(plain).collect();
    for line in block("judge, sign.").lines().skip(1).filter(|line| !line.is_empty()) {
        assert!(printed.contains(&plain(line)), "the README has a line that the demo does not print: {line}");
    }
}

/// Follows the README's checks without evid literally, in the folder of a run.
fn by_hand(run: &Path) {
    let tools = ["bash", "jq", "unzip", "openssl", "sha256sum", "base64"];
    if let Some(missing) = tools.iter().find(|tool| Command::new(tool).arg("--version").output().is_err()) {
        eprintln!("skipped: {missing} is not installed");
        return;
    }
    let follow = |mark| {
        let out = Command::new("bash").args(["-euo", "pipefail", "-c", block(mark)]).current_dir(run).output().unwrap();
        assert!(out.status.success(), "{mark}: {}{}", text(&out.stdout), text(&out.stderr));
        text(&out.stdout)
    };
    let signed = follow("by hand: signature");
    assert!(signed.contains("Signature Verified Successfully"), "{signed}");
    let said = follow("by hand: verdicts");
    let core = said.lines().next().unwrap_or_default().trim();
    assert!(core.starts_with("3 ") && said.contains("Optional is back, equal") && said.contains("none was restarted"), "{said}");
    assert!(!said.contains("applications") && said.contains("3 triton-model-repo-prod triton-model-repo /exports/models/prod"), "{said}");
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

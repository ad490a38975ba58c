//! `kill -9` while the switch turns. Whatever it leaves, `switch on` brings everything back, the journal knows what was asked, and a proof is
//! gone on with.
use super::stage::Stage;
use serde_json::Value;
use std::time::Duration;

/// How many moments: `EVID_MOMENTS`, else a few on the demo; on a real cluster each costs most of a minute.
fn count(stage: &Stage, on_demo: u32) -> u32 {
    let wanted = std::env::var("EVID_MOMENTS").ok().and_then(|n| n.parse().ok());
    wanted.unwrap_or(if stage.ground.is_demo() { on_demo } else { 10 })
}

/// Moments spread over `whole`, each at random in its part.
fn moments(count: u32, whole: Duration, seed: u64) -> Vec<Duration> {
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 33).unwrap()) / f64::from(u32::MAX >> 1)
    };
    (0..count).map(|i| whole.mul_f64((f64::from(i) + random()) / f64::from(count))).collect()
}

/// Plays the moments: on the demo on two platforms at a time.
fn at_each(stage: &Stage, whole: Duration, on_demo: u32, play: fn(&Stage, Duration)) {
    let all = moments(count(stage, on_demo), whole, 7);
    let some = |stage: &Stage, own: &[Duration]| own.iter().for_each(|moment| play(stage, *moment));
    if !stage.ground.is_demo() {
        return some(stage, &all);
    }
    let (early, late) = all.split_at(all.len() / 2);
    std::thread::scope(|scope| {
        scope.spawn(|| Stage::demo(&[]).play(|other| some(other, late)));
        some(stage, early);
    });
}

/// Intents in a journal that nobody answered.
fn unanswered(stage: &Stage) -> usize {
    let text = std::fs::read_to_string(stage.path("killed.jsonl")).unwrap_or_default();
    // A line that is cut is one that was being written: what it says was not sent, or was answered.
    let lines: Vec<Value> = text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    let of = |stage: &str| lines.iter().filter(|l| l["stage"] == stage).count();
    of("intent") - of("answer")
}

/// Starts evid, kills it after a moment, mends it, and looks.
fn killed(stage: &Stage, words: &[&str], moment: Duration) {
    drop(std::fs::remove_file(stage.path("killed.jsonl")));
    let child = stage.start(&[words, &["--journal", "killed.jsonl"]].concat());
    std::thread::sleep(moment);
    stage.kill(child);
    assert!(unanswered(stage) <= 1, "{}", std::fs::read_to_string(stage.path("killed.jsonl")).unwrap());
    stage.on_again();
    stage.settled();
    stage.same_as_at_the_beginning();
}

pub fn off(stage: &Stage) {
    let whole = Stage::timed(|| drop(stage.off(&[]).ended(0)));
    stage.on_again();
    at_each(stage, whole, 8, |stage, moment| killed(stage, &stage.off_words(&[]), moment));
}

pub fn on(stage: &Stage) {
    stage.off(&[]).ended(0);
    let whole = Stage::timed(|| drop(stage.on_again()));
    at_each(stage, whole, 8, |stage, moment| {
        stage.off(&[]).ended(0);
        killed(stage, &["switch", "on", "--yes"], moment);
    });
}

/// Starts a proof, kills it after a moment, and goes on with it.
fn proof_killed(stage: &Stage, moment: Duration) {
    let status: Value = serde_json::from_str(&stage.evid(&["switch", "status", "-o", "json"]).out).unwrap();
    drop(std::fs::remove_dir_all(stage.path("killed")));
    let child = stage.start(&stage.prove_words(&["core-only", "--out", "killed"]));
    std::thread::sleep(moment);
    stage.kill(child);
    let run = std::fs::read_dir(stage.path("killed")).ok().and_then(|mut all| all.next()).map(|run| run.unwrap().path());
    // Killed before anything was kept: there is nothing to go on with.
    if let Some(run) = run.filter(|run| run.join("run.json").is_file()) {
        let said = stage.evid(&stage.prove_words(&["--resume", run.to_str().unwrap()]));
        // Nobody watched while it was dead, so a part may stay open; nothing is refuted, and what was written fits together.
        assert!(matches!(said.code, 0 | 3), "killed after {moment:?}: {}\n{}", said.out, said.err);
        assert!(said.out.contains("optional.absent") && !said.out.contains("refuted"), "{}", said.out);
        let state: Value = serde_json::from_slice(&std::fs::read(run.join("run.json")).unwrap()).unwrap();
        let page = std::fs::read_to_string(run.join("index.html")).unwrap();
        assert!(page.contains("Interrupted, and gone on with"));
        // The root, and everything below it, however much of it was gone already.
        let expected = status["applications"].as_array().unwrap().len() + 1;
        assert_eq!((&state["wasOn"], state["expected"].as_object().unwrap().len()), (&Value::Bool(true), expected), "{state}");
    }
    stage.on_again();
    stage.settled();
}

pub fn proof(stage: &Stage) {
    let mut child = stage.start(&stage.prove_words(&["core-only", "--out", "whole"]));
    let has_last = |s: &Stage| {
        let runs = std::fs::read_dir(s.path("whole")).into_iter().flatten();
        runs.map(|run| run.unwrap().path()).any(|run| run.join("off.evid.zip").is_file())
    };
    // Once its last bundle is there it only judges and verifies, which takes half of its time and changes nothing.
    let whole = Stage::timed(|| stage.until("the last bundle is there", has_last));
    assert!(child.wait().unwrap().success());
    stage.on_again();
    at_each(stage, whole, 4, proof_killed);
}

//! `<layer>.available`: what was watched between the points of a proof.
use crate::samples::{collected, drafted, names, side_of, verdict};
use crate::support::json;
use evid::claims::Code;
use evid::usecase::diff::{Outcome, diff};
use evid::value::Value;

/// A pod of core in the samples.
fn pod(collected: &mut evid::usecase::capture::Collected) -> Value {
    let pods = crate::samples::items(collected, "pods");
    let found =
        pods.iter().find(|p| p["metadata"]["namespace"] == "mlops-prod" && p["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet");
    found.unwrap().clone()
}

fn line(pod: &Value, changes: Value) -> Value {
    let mut line = json!({"event": "pod", "time": "2026-11-24T00:10:00Z", "namespace": "mlops-prod", "name": pod["metadata"]["name"],
        "uid": pod["metadata"]["uid"], "ownerKind": "ReplicaSet", "owner": pod["metadata"]["ownerReferences"][0]["uid"], "ready": true, "restarts": 0});
    line.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    line
}

/// The sample's OFF, with these lines watched from the first capture on; `reach` is how far.
fn watched(lines: &[Value], reach: &str) -> Outcome {
    watched_probed(lines, reach, "")
}

/// … with this in the probes' file of core at both points.
fn watched_probed(lines: &[Value], reach: &str, probes: &str) -> Outcome {
    let (before, mut off) = (collected("before"), collected("off"));
    let started = before.finished.clone().unwrap();
    let until = if reach.is_empty() { off.started.clone().unwrap() } else { reach.to_owned() };
    let all = [json!({"event": "from", "time": started})]
        .into_iter()
        .chain(lines.iter().cloned())
        .chain([json!({"event": "until", "time": until})]);
    let text: String = all.map(|l| format!("{l}\n")).collect();
    off.highest = off.highest.max(Some(0));
    let (mut before, mut off) = (drafted(before), drafted(off));
    off.files.insert("watch.jsonl".into(), text.into_bytes());
    for draft in [&mut before, &mut off].into_iter().filter(|_| !probes.is_empty()) {
        draft.files.insert("probes/core.jsonl".into(), probes.into());
    }
    diff(&[side_of("before", before), side_of("off", off)], None).unwrap()
}

#[test]
fn a_core_pod_that_stayed_ready_all_the_time_is_available() {
    let pod = pod(&mut collected("before"));
    let outcome = watched(&[line(&pod, json!({}))], "");
    assert_eq!((verdict(&outcome, "core.available"), outcome.total.as_str()), ("proven", "proven"));
}

#[test]
fn a_core_pod_that_was_unready_for_a_moment_refutes_availability_and_nothing_else() {
    let pod = pod(&mut collected("before"));
    for change in [json!({"ready": false}), json!({"deleting": true}), json!({"gone": true})] {
        let outcome = watched(&[line(&pod, json!({})), line(&pod, change), line(&pod, json!({}))], "");
        assert_eq!(verdict(&outcome, "core.available"), "refuted");
        assert!(names(&outcome, "core.available", pod["metadata"]["name"].as_str().unwrap()));
        assert_eq!((verdict(&outcome, "baseline.available"), verdict(&outcome, "core.unchanged")), ("proven", "proven"));
    }
}

#[test]
fn a_pod_on_its_way_up_and_a_job_take_nothing_away() {
    let pod = pod(&mut collected("before"));
    let young = line(&pod, json!({"uid": "young", "name": "young", "ready": false}));
    let job = [line(&pod, json!({"uid": "job", "ownerKind": "Job"})), line(&pod, json!({"uid": "job", "ownerKind": "Job", "gone": true}))];
    let outcome = watched(&[&[young][..], &job[..]].concat(), "");
    assert_eq!(verdict(&outcome, "core.available"), "proven");
}

#[test]
fn a_pod_of_nobody_beside_core_and_a_time_that_was_not_watched_leave_it_open() {
    let pod = pod(&mut collected("before"));
    let stranger = line(&pod, json!({"uid": "s", "name": "s", "owner": "nobody", "ready": false}));
    let gap = json!({"event": "gap", "time": "2026-11-24T00:10:00Z", "detail": "the watch was cut, and its resourceVersion had expired"});
    for (lines, reach) in [(vec![stranger], ""), (vec![gap], ""), (vec![], "2020-01-01T00:00:00Z")] {
        assert_eq!(verdict(&watched(&lines, reach), "core.available"), "inconclusive");
    }
}

#[test]
fn a_failed_probe_sample_refutes_its_layer_and_one_that_could_not_be_asked_does_not() {
    let sample = |asked: bool| json!({"event": "probe", "time": "2026-11-24T00:10:00Z", "layer": "core", "probe": "health", "right": false, "asked": asked, "what": "no-answer"});
    assert_eq!(verdict(&watched(&[sample(true)], ""), "core.available"), "refuted");
    assert_eq!(verdict(&watched(&[sample(false)], ""), "core.available"), "inconclusive");
    assert_eq!(verdict(&watched(&[sample(true)], ""), "baseline.available"), "proven");
}

#[test]
fn a_probe_that_was_asked_at_both_points_and_never_between_them_leaves_it_open() {
    let probes = include_str!("probes/golden.jsonl").lines().next().unwrap();
    let sample = |probe: &str| json!({"event": "probe", "time": "2026-11-24T00:10:00Z", "layer": "core", "probe": probe, "right": true, "asked": true});
    let verdict_with = |lines: &[Value]| {
        let outcome = watched_probed(lines, "", probes);
        let finding = outcome.judged.iter().find(|j| j.id == "core.available").and_then(|j| j.findings.first());
        (verdict(&outcome, "core.available").to_owned(), finding.is_some_and(|f| f.code == Code::NotSampled))
    };
    assert_eq!(verdict_with(&[]), ("inconclusive".into(), true));
    assert_eq!(verdict_with(&[sample("another of shop/web")]), ("inconclusive".into(), true));
    assert_eq!(verdict_with(&[sample("a right of shop/web")]).0, "proven");
}

/// A point of a run: a sample, watched since the one before where it says so.
fn point(sample: &str, run: &str, since: Option<&str>) -> evid::compare::Side {
    let collected = collected(sample);
    let until = collected.started.clone().unwrap();
    let mut draft = drafted(collected).of_run(run);
    if let Some(since) = since {
        let text = format!("{}\n{}\n", json!({"event": "from", "time": since}), json!({"event": "until", "time": until}));
        draft.files.insert("watch.jsonl".into(), text.into_bytes());
    }
    side_of(sample, draft)
}

#[test]
fn the_time_between_two_runs_is_told_and_a_break_within_a_run_leaves_it_open() {
    let finished = collected("before").finished.unwrap();
    let judged = |sides: &[evid::compare::Side]| {
        let outcome = diff(sides, None).unwrap();
        let of = outcome.judged.iter().find(|j| j.id == "core.available").unwrap();
        let told = of.findings.iter().any(|f| f.code == Code::BetweenRuns);
        (verdict(&outcome, "core.available").to_owned(), told)
    };
    let first = || [point("before", "a", None), point("off", "a", Some(&finished))];
    let two = first().into_iter().chain([point("on", "b", None)]).collect::<Vec<_>>();
    assert_eq!(judged(&two), ("proven".into(), true));
    let one = first().into_iter().chain([point("on", "a", None)]).collect::<Vec<_>>();
    assert_eq!(judged(&one), ("inconclusive".into(), false), "its own run should have watched");
    // What the first bundle holds was watched before it: nothing between these two was.
    assert_eq!(judged(&[point("off", "a", Some(&finished)), point("on", "b", None)]).0, "inconclusive");
}

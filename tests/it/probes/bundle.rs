//! Probes in a bundle: sealed, read back, verified, judged. What is forged does not pass.
use super::runner::golden;
use super::{redactor, silent};
use crate::cli::{Place, text};
use crate::samples::{Draft, Memory, collected, drafted_beside, drafted_by, files};
use evid::bundle::config::Config;
use evid::bundle::manifest::Manifest;
use evid::bundle::probe::{Heard, Is, Line, Outcome, Why, built_in, defects, file, judge};
use evid::compare::Side;
use evid::model::Source;
use evid::usecase::capture::Beside;
use evid::usecase::diff;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A live bundle of a sample with these probes.
fn drafted(name: &str, config: &Config, lines: Vec<Line>) -> Draft {
    let mut collected = collected(name);
    collected.source = Source::Live;
    drafted_beside(collected, config, &redactor(), Beside { probes: lines, ..Beside::default() })
}

fn verified(draft: &Draft) -> (Option<i32>, String) {
    let place = Place::new();
    let path = place.path().join("x.evid.zip");
    crate::samples::seal(&path, draft);
    let out = place.evid(&["verify", &path.display().to_string()]);
    (out.status.code(), text(&out.stdout) + &text(&out.stderr))
}

#[test]
fn probes_are_sealed_read_back_and_shown() {
    let (config, lines) = golden();
    let draft = drafted("before", &config, lines);
    let kept = String::from_utf8(draft.files["config.json"].clone()).unwrap();
    assert!(kept.contains("\"probes\":[") && !kept.contains("s3cr3t"), "{kept}");
    assert!(draft.files.values().all(|b| !String::from_utf8_lossy(b).contains("s3cr3t-Zq81kfPw0LmXv7")));
    crate::schemas::valid(
        "evid.v1.schema.json",
        "config.json",
        &serde_json::json!({"apiVersion": "evid/v1", "kind": "Platform", "spec": serde_json::from_str::<Value>(&kept).unwrap()}),
    );
    let (code, said) = verified(&draft);
    assert_eq!(code, Some(0), "{said}");

    let place = Place::new();
    std::fs::create_dir(place.path().join("evidence")).unwrap();
    crate::samples::seal(&place.bundle("x"), &draft);
    let shown = place.evid(&["show", "x", "probes"]);
    let table = text(&shown.stdout);
    assert_eq!(shown.status.code(), Some(0), "{}", text(&shown.stderr));
    for words in ["b wrong", "shop/web-1", "no-answer", "/status: wanted equals ok, seen degraded", "connection refused"] {
        assert!(table.contains(words), "{words}: {table}");
    }
    let one = place.evid(&["show", "x", "probes", "e command", "-o", "json"]);
    let value: Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(value["items"][0]["samples"][0]["heard"]["answer"]["status"], 3);
    assert_eq!(place.evid(&["show", "x", "probes", "nobody's"]).status.code(), Some(1));
}

#[test]
fn what_does_not_follow_is_a_defect_that_names_the_line() {
    let (config, lines) = golden();
    type Forge = fn(&mut Vec<Line>);
    let forged: &[(&str, Forge)] = &[
        ("does not follow from its answer", |all| all[1].samples[0].outcome = Outcome { is: Is::Right, missed: vec![] }),
        ("does not follow from its answer", |all| drop(all[1].samples[0].outcome.missed.pop())),
        ("its SHA-256 is another", |all| body(&mut all[0], "{\"status\":\"ok\",\"a\":1}")),
        ("who answered does not follow", |all| server(&mut all[0])),
        ("samples, and 2 are declared", |all| drop(all[1].samples.pop())),
        ("declares no probe", |all| all[0].probe = "another".into()),
        ("is a duplicate, or not sorted", |all| all.push(all[0].clone())),
        ("in another way", |all| all[0].asked.through = "pod".into()),
        ("no RFC 3339 time", |all| all[0].samples[0].at = "noon".into()),
        ("can't be absent", |all| {
            all[0].samples[0].heard = silent(Why::Absent);
            all[0].samples[0].outcome = Outcome { is: Is::Absent, missed: vec![] };
        }),
        ("declares no probe", |all| all[0].built_in = Some(built_in()[0].clone())),
    ];
    let mut draft = drafted("before", &config, vec![]);
    let (kept, manifest): (Config, Manifest) = (parsed(&draft.files["config.json"]), parsed(&draft.manifest("")));
    let defects = |name: &str, bytes: Vec<u8>| {
        let files = BTreeMap::from([(name.to_owned(), bytes)]);
        defects(&files, &kept, &manifest).iter().map(|d| format!("{d}\n")).collect::<String>()
    };
    for (says, forge) in forged {
        let mut all = lines.clone();
        forge(&mut all);
        let said = defects("probes/core.jsonl", file(&mut all).unwrap());
        assert!(said.contains("probes/core.jsonl: line ") && said.contains(says), "{says}: {said}");
    }
    let good = file(&mut lines.clone()).unwrap();
    assert_eq!(defects("probes/core.jsonl", good.clone()), "");
    assert!(defects("probes/baseline.jsonl", good.clone()).contains("it is of another layer"));
    assert!(defects("probes/nothing.jsonl", vec![]).contains("declares no layer nothing"));
    assert!(
        defects("probes/core.jsonl", String::from_utf8(good).unwrap().replacen("\"layer\":", "\"layer\": ", 1).into_bytes())
            .contains("not of the one form")
    );
    let mut all = lines.clone();
    forged[0].1(&mut all);
    draft.files.insert("probes/core.jsonl".into(), file(&mut all).unwrap());
    let (code, said) = verified(&draft);
    assert!(code == Some(4) && said.contains("probes/core.jsonl: line 2: sample 1: `right` does not follow"), "{said}");
}

fn parsed<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> T {
    serde_json::from_slice(bytes).unwrap()
}

fn body(line: &mut Line, to: &str) {
    let Heard::Answer(answer) = &mut line.samples[0].heard else { panic!("no answer") };
    answer.body = to.into();
    answer.bytes = to.len().try_into().unwrap();
}

fn server(line: &mut Line) {
    let Heard::Answer(answer) = &mut line.samples[0].heard else { panic!("no answer") };
    answer.of_server = true;
    line.samples[0].outcome = Outcome { is: Is::NoAnswer, missed: vec![] };
}

#[test]
fn a_dump_answers_no_probe() {
    let (config, lines) = golden();
    let dump = drafted_by(collected("before"), &config, &redactor());
    assert_eq!(verified(&dump).0, Some(0));
    let probed = drafted_beside(collected("before"), &config, &redactor(), Beside { probes: lines, ..Beside::default() });
    let (code, said) = verified(&probed);
    assert!(code == Some(4) && said.contains("made from a dump"), "{said}");
}

/// The verdict of `core.answering` over two bundles with these lines each.
fn answering(config: &Config, all: [Vec<Line>; 2]) -> (String, Vec<&'static str>) {
    static BASE: LazyLock<[BTreeMap<String, Vec<u8>>; 2]> =
        LazyLock::new(|| ["before", "off"].map(|name| files(&drafted(name, &Config::default(), vec![]))));
    let side = |(i, mut lines): (usize, Vec<Line>)| {
        let mut files = BASE[i].clone();
        files.insert("config.json".into(), serde_json::to_vec(&config.redacted(&redactor())).unwrap());
        if !lines.is_empty() {
            files.insert("probes/core.jsonl".into(), file(&mut lines).unwrap());
        }
        Memory::side(&i.to_string(), files)
    };
    let sides: Vec<Side> = all.into_iter().enumerate().map(side).collect();
    let outcome = diff::diff(&sides, None).unwrap();
    crate::schemas::valid("report.v1.schema.json", "the report", &outcome.predicate);
    let judged = outcome.judged.iter().find(|j| j.id == "core.answering").unwrap();
    (judged.verdict.as_str().into(), judged.findings.iter().map(|f| f.code.as_str()).collect())
}

/// Of the golden probes the first alone: it is right.
fn right() -> (Config, Vec<Line>) {
    let (mut config, mut lines) = golden();
    config.probes.iter_mut().for_each(|p| p.truncate(1));
    lines.truncate(1);
    (config, lines)
}

#[test]
fn all_right_everywhere_is_proven_and_anything_else_is_not() {
    let (config, good) = right();
    let with = |heard: Heard| {
        let mut lines = good.clone();
        let probe = config.redacted(&redactor()).probes.unwrap().remove(0);
        lines[0].samples[0].outcome = judge(&probe, &heard);
        lines[0].samples[0].heard = heard;
        lines
    };
    assert_eq!(answering(&config, [good.clone(), good.clone()]), ("proven".into(), vec![]));
    let mut wrong = good.clone();
    body(&mut wrong[0], "{}");
    for (lines, want, code) in [
        (with(silent(Why::TimedOut)), "refuted", "probe-no-answer"),
        (with(silent(Why::NoTarget)), "refuted", "probe-no-answer"),
        (with(silent(Why::Forbidden)), "inconclusive", "probe-not-asked"),
        (wrong, "refuted", "probe-wrong"),
        (vec![], "inconclusive", "probe-not-asked"),
    ] {
        assert_eq!(answering(&config, [good.clone(), lines.clone()]), (want.into(), vec![code]), "{code} at the end");
        assert_eq!(answering(&config, [lines, good.clone()]).0, want, "{code} at the start");
    }
}

#[test]
fn an_outcome_is_judged_anew_so_that_a_forged_one_proves_nothing() {
    let (config, good) = right();
    let mut forged = good.clone();
    forged[0].samples[0].heard = silent(Why::TimedOut);
    assert_eq!(forged[0].samples[0].outcome.is, Is::Right);
    assert_eq!(answering(&config, [good, forged]).0, "refuted");
}

#[test]
fn without_declared_probes_the_claim_rests_on_the_built_in_ones_that_found_something() {
    let config = Config::default();
    let line = |is: Is, n: usize| {
        let probe = built_in()[n].clone();
        let heard = match is {
            Is::Absent => silent(Why::Absent),
            _ => super::heard(&super::raw(200, "ok")),
        };
        let mut line = golden().1.remove(0);
        line.probe.clone_from(&probe.name);
        line.asked.through = "pod".into();
        line.samples[0].outcome = judge(&probe, &heard);
        line.samples[0].heard = heard;
        line.samples = vec![line.samples[0].clone(); 3];
        line.built_in = Some(probe);
        line
    };
    let (there, absent) = (line(Is::Right, 0), line(Is::Absent, 1));
    assert_eq!(answering(&config, [vec![], vec![]]).0, "not_applicable", "nothing was asked");
    assert_eq!(answering(&config, [vec![absent.clone()], vec![absent.clone()]]).0, "not_applicable");
    assert_eq!(
        answering(&config, [vec![there.clone(), absent.clone()], vec![there.clone(), absent.clone()]]),
        ("proven".into(), vec!["probe-absent"; 2])
    );
    assert_eq!(answering(&config, [vec![there.clone()], vec![line(Is::Absent, 0)]]), ("inconclusive".into(), vec!["probe-absent"]));
    assert_eq!(answering(&config, [vec![there.clone()], vec![]]), ("inconclusive".into(), vec!["probe-not-asked"]));
    let (code, said) = verified(&drafted("before", &config, vec![there, absent]));
    assert_eq!(code, Some(0), "{said}");
}

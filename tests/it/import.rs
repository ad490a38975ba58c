//! `evid import`: text that people kept, judged for what it is worth.
use crate::cli::{Place, text};
use crate::export::{export, files as written, sample};
use crate::samples::{Draft, Memory, collected, drafted, drafted_beside, files, side, side_of};
use evid::argo::printed::row;
use evid::bundle::config::Config;
use evid::bundle::sums::Sums;
use evid::bundle::text::{Found, Hole, Line};
use evid::canon::redact::Redactor;
use evid::claims::{Code, Effect};
use evid::compare::{ChangeKind, Side};
use evid::kinds::Rules;
use evid::model::{Object, Source, Verdict};
use evid::usecase::capture::Beside;
use evid::usecase::diff::diff;
use evid::usecase::export;
use evid::usecase::import::{Given, Moment, Platform, read};
use evid::usecase::verify;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/import").join(name)
}

fn redactor() -> Redactor {
    Redactor::new(&[7; 32])
}

/// Reads texts, each with its path.
fn reading(texts: &[(&str, &str)]) -> Vec<Moment> {
    let given: Vec<Given> = texts.iter().map(|(path, text)| Given { path: (*path).into(), bytes: Ok(text.as_bytes().to_vec()) }).collect();
    let platform = Platform { namespace: "argocd".into(), core: "root-apps".into(), switched: "root-optional".into() };
    read(&given, &platform, &redactor())
}

/// The holes of one file.
fn holes(moments: &[Moment], file: &str) -> Vec<(Hole, Option<u64>)> {
    let lines = moments.iter().flat_map(|m| &m.lines).filter(|line| line.file == file);
    lines.flat_map(|line| line.holes.iter().map(|Found { code, line, .. }| (*code, *line))).collect()
}

/// The bundle of a moment.
fn bundle(moment: &Moment) -> Draft {
    let rules = Rules::new(&[]).unwrap();
    let beside = Beside { files: vec![("text.jsonl".into(), evid::canon::json::lines(&moment.lines).unwrap())], ..Beside::default() };
    drafted_beside(moment.collected(&rules, None), &Config::default(), &redactor(), beside)
}

fn objects(draft: &Draft) -> Vec<Object> {
    let (objects, defects) = evid::bundle::rebuild::objects(&files(draft), &Rules::new(&[]).unwrap());
    assert!(defects.is_empty());
    objects
}

/// The files that these bundles give.
fn exported(sides: &[Side]) -> Vec<(String, String)> {
    let (points, layers) = export::points(sides).unwrap();
    export::files(&points, &layers).iter().map(|f| (f.path.clone(), evid::render::text::file(f))).collect()
}

fn moments_of(texts: &[(String, String)]) -> Vec<Moment> {
    reading(&texts.iter().map(|(path, text)| (&**path, &**text)).collect::<Vec<_>>())
}

#[test]
fn of_a_published_dump_whose_eight_probes_are_empty_it_says_that_nothing_was_probed() {
    let place = Place::new();
    let out = place.evid(&["import", &fixture("published").display().to_string(), "old"]);
    let said = text(&out.stdout);
    assert_eq!(out.status.code(), Some(3), "{said}{}", text(&out.stderr));
    assert!(said.contains("core_runtime_probes.txt  probes: 0 of 8 headings have an answer"), "{said}");
    assert!(said.contains("nothing was probed"), "{said}");
    assert_eq!(said.matches("nothing stands below this heading").count(), 9, "eight probes and a claim: {said}");
    for words in ["root-optional.txt  not read\n    is empty", "line 1: a command failed here", "stands without its headings"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let shown = place.evid(&["show", "old", "namespaces,pv", "-o", "name"]);
    let names = "namespaces/feature-store-dev\nnamespaces/feature-store-prod\npersistentvolumes/triton-model-repo-dev-pv\n";
    assert_eq!(text(&shown.stdout), names);
    assert_eq!(place.evid(&["show", "old", "app", "feast-dev"]).status.code(), Some(0), "an empty column moves no other");
    let verified = place.evid(&["verify", "evidence/old.evid.zip"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text(&verified.stdout));
    let listed = place.evid(&["list"]);
    assert!(text(&listed.stdout).contains(" text "), "{}", text(&listed.stdout));
}

#[test]
fn text_proves_and_refutes_no_claim_whatever_it_stands_beside() {
    let rounds: Vec<Moment> = moments_of(&exported(&["before", "off", "on"].map(|n| side(n, collected(n)))));
    let audit = |time: &str| rounds.iter().find(|m| m.name() == format!("docs/audit/{time}")).unwrap();
    let [before, off, on] = ["20261123_181220", "20261123_181627", "20261123_181733"].map(audit);
    let of = |name: &str, moment: &Moment| side_of(name, bundle(moment));
    let dump = |name: &str| side(name, collected(name));
    let published = moments_of(&written(&fixture("odd")).into_iter().collect::<Vec<_>>());
    let mut judged = 0;
    for sides in [
        vec![of("a", before)],
        vec![of("a", off)],
        vec![of("a", before), of("b", off)],
        vec![of("a", off), of("b", on)],
        vec![of("a", before), of("b", before)],
        vec![of("a", before), of("b", off), of("c", on)],
        vec![dump("before"), of("b", off)],
        vec![of("a", before), dump("off")],
        vec![dump("before"), of("b", off), dump("on")],
        vec![dump("before"), dump("off"), of("c", on)],
        vec![of("a", &published[0]), of("b", published.last().unwrap())],
    ] {
        let outcome = diff(&sides, None).unwrap();
        assert_eq!(outcome.total, Verdict::Inconclusive);
        for claim in &outcome.judged {
            assert!(matches!(claim.verdict, Verdict::Inconclusive | Verdict::NotApplicable), "{}: {}", claim.id, claim.verdict.as_str());
            let stated = claim.findings.iter().any(|f| f.code == Code::Stated && f.effect == Effect::Doubts);
            assert!(stated || claim.verdict == Verdict::NotApplicable, "{} does not say why", claim.id);
            judged += 1;
        }
        for change in &outcome.changes {
            assert!(change.uncertain || sides.iter().any(|s| s.manifest.source != Source::Text), "{}", change.key);
        }
        crate::schemas::valid("report.v1.schema.json", "a report over text", &outcome.predicate);
    }
    assert!(judged > 130, "{judged}");
}

#[test]
fn beside_a_capture_text_is_compared_only_in_what_it_states() {
    let dump = side("before", collected("before"));
    let moments = moments_of(&exported(&[side("before", collected("before"))]));
    let outcome = diff(&[dump, side_of("text", bundle(&moments[0]))], None).unwrap();
    let changed: Vec<String> = outcome.changes.iter().map(|c| format!("{} {}", c.kind.as_str(), c.key)).collect();
    assert!(changed.is_empty(), "what no column shows has not changed: {changed:?}");
    let mut moved = exported(&[side("before", collected("before"))]);
    moved.iter_mut().for_each(|(_, text)| *text = text.replace("nfs.mlops.example", "nfs.other.example"));
    let outcome = diff(&[side("before", collected("before")), side_of("text", bundle(&moments_of(&moved)[0]))], None).unwrap();
    let moved: Vec<_> = outcome.changes.iter().filter(|c| c.kind == ChangeKind::Modified).collect();
    assert!(moved.len() == 2 && moved.iter().all(|c| c.uncertain && c.fields[0].pointer == "/spec/nfs/server"), "{moved:?}");
}

#[test]
fn what_text_can_carry_survives_export_and_import() {
    for name in ["before", "off", "on"] {
        let there = drafted(collected(name));
        let back = moments_of(&exported(&[side(name, collected(name))]));
        assert_eq!(back.len(), 1);
        assert!(back[0].lines.iter().all(|line| line.holes.iter().all(|h| h.code == Hole::NothingProbed)), "{:?}", back[0].lines);
        let (mine, back) = (objects(&there), objects(&bundle(&back[0])));
        let held = |o: &Object| back.iter().find(|b| b.key == o.key).unwrap_or_else(|| panic!("{name}: {} is lost", o.key));
        let of_kind = |kind: &'static str| mine.iter().filter(move |o| o.key.kind == kind);
        let mut compared = 0;
        for app in of_kind("Application") {
            assert_eq!(row(&held(app).value), row(&app.value), "{name}");
            compared += 1;
        }
        let root = of_kind("Application").find(|o| o.key.name == "root-apps").unwrap();
        let listed = |o: &Object| evid::argo::listed(&o.value).map(|e| (e.key(), e.status().to_owned())).collect::<Vec<_>>();
        assert_eq!(listed(held(root)), listed(root));
        let fields: &[(&'static str, &[&str])] = &[
            (
                "PersistentVolumeClaim",
                &["/status/phase", "/spec/volumeName", "/spec/storageClassName", "/status/capacity/storage", "/status/accessModes"],
            ),
            (
                "PersistentVolume",
                &[
                    "/spec/nfs",
                    "/spec/hostPath/path",
                    "/spec/local/path",
                    "/spec/csi/volumeHandle",
                    "/spec/persistentVolumeReclaimPolicy",
                    "/spec/storageClassName",
                    "/spec/claimRef/name",
                    "/spec/claimRef/namespace",
                    "/spec/capacity/storage",
                    "/status/phase",
                ],
            ),
        ];
        for (kind, pointers) in fields {
            for object in of_kind(kind) {
                for pointer in *pointers {
                    assert_eq!(held(object).value.pointer(pointer), object.value.pointer(pointer), "{name}: {} {pointer}", object.key);
                    compared += 1;
                }
            }
        }
        assert!(compared > 40, "{compared}");
    }
}

#[test]
fn a_probe_that_answered_is_told_from_one_that_did_not() {
    let (config, lines) = crate::probes::runner::golden();
    let mut live = collected("before");
    live.source = Source::Live;
    let beside = Beside { probes: lines.clone(), ..Beside::default() };
    let texts = exported(&[side_of("before", drafted_beside(live, &config, &redactor(), beside))]);
    let path = "docs/audit/20261123_181220/core_runtime_probes.txt";
    let moments = moments_of(&texts);
    let read: &Line = moments[0].lines.iter().find(|line| line.file == path).unwrap();
    let core: Vec<_> = lines.iter().filter(|line| line.layer == "core").collect();
    assert!(core.len() > 3 && read.probes.len() == core.len(), "{:?}", read.probes);
    for (line, heard) in core.iter().zip(&read.probes) {
        let answers = |s: &evid::bundle::probe::Sample| matches!(s.heard, evid::bundle::probe::Heard::Answer(_));
        assert_eq!(heard.answered, line.samples.iter().any(answers), "{}", heard.heading);
        assert!(heard.heading.contains(&line.probe), "{}", heard.heading);
        let wrong = holes(&moments, path).iter().any(|(code, at)| *code == Hole::AnswerWrong && at.unwrap() > heard.line);
        assert!(wrong || line.is() != evid::bundle::probe::Is::Wrong, "{}", heard.heading);
    }
}

#[test]
fn whoever_kept_it_and_however_it_is_read() {
    let list = "NAME       CLUSTER     NAMESPACE  PROJECT  STATUS     HEALTH   SYNCPOLICY  CONDITIONS\n\
                feast-dev  in-cluster             default  OutOfSync  Missing  <none>      <none>\n";
    let coloured = format!("\u{feff}\u{1b}[1m{}", list.replace("Missing", "\u{1b}[31mMissing\u{1b}[0m").replace('\n', "\r\n"));
    let kubectl = "NAMESPACE   NAME        SYNC STATUS   HEALTH STATUS\nargocd      feast-dev   OutOfSync     Missing\n";
    let grep = "feast-dev  in-cluster  feast  default  OutOfSync  Missing  <none>  <none>\n";
    for (form, text) in [("plain", list), ("coloured", &coloured), ("kubectl", kubectl), ("grep", grep)] {
        let moments = reading(&[("x/argocd_app_list.txt", text)]);
        let app = &objects(&bundle(&moments[0]))[0];
        assert_eq!(app.key.to_string(), "Application argocd/feast-dev", "{form}");
        assert_eq!((evid::argo::app::sync(&app.value), evid::argo::app::health(&app.value)), ("OutOfSync", "Missing"), "{form}");
        assert!(app.value.pointer("/metadata/uid").is_none() && app.value.pointer("/spec/source").is_none(), "{form}: nobody stated it");
    }
    let alone = [
        ("x/pvc_triton.txt", "  name: repo\n  namespace: triton-dev\n  volumeName: pv-1\n"),
        ("x/triton_dev_ready.txt", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"),
        ("x/fastapi_health.txt", "curl: (7) Failed to connect\n"),
    ];
    let moments = reading(&alone);
    assert_eq!(objects(&bundle(&moments[0]))[0].key.to_string(), "PersistentVolumeClaim triton-dev/repo");
    let heard: Vec<_> = moments[0].lines.iter().flat_map(|line| &line.probes).map(|p| (&*p.heading, p.answered, p.status)).collect();
    assert_eq!(heard, [("triton_dev_ready.txt", true, Some(200))], "an answer may stand alone");
    assert_eq!(holes(&moments, "x/fastapi_health.txt"), [(Hole::FailurePassedOver, Some(1))]);
    let older = "Name:               root-apps\nRepo:               https://a\nTarget:             main\nPath:               apps\n\
                 Sync Policy:        <none>\nSync Status:        Synced to main (abc1234)\nHealth Status:      Healthy\n";
    let moments = reading(&[("x/root-apps.txt", older)]);
    let app = &objects(&bundle(&moments[0]))[0].value;
    assert_eq!(app.pointer("/spec/source/path").unwrap(), "apps");
    assert_eq!(evid::argo::app::sync(app), "Synced");
}

#[test]
fn each_hole_is_named_with_its_line() {
    let moments = moments_of(&written(&fixture("odd")).into_iter().collect::<Vec<_>>());
    let of = |file: &str| holes(&moments, &format!("core_only/20250131_150500/{file}"));
    assert_eq!(of("argocd_app_list_after.txt"), [(Hole::LineNotUnderstood, Some(3)), (Hole::HoursApart, None)]);
    assert_eq!(of("argocd_app_list_before.txt"), [(Hole::FileMissing, None)]);
    assert_eq!(of("optional_apps_after.txt"), [(Hole::FileEmpty, None)]);
    assert_eq!(of("reload.json"), [(Hole::NotUnderstood, Some(1))]);
    assert_eq!(of("root-apps.txt"), [(Hole::Contradicts, Some(1)), (Hole::Contradicts, Some(1))]);
    let probes = of("core_health_probes.txt");
    let failed = (Hole::FailurePassedOver, Some(4));
    assert!(probes.contains(&(Hole::NoAnswer, Some(3))) && probes.contains(&failed) && !probes.contains(&(Hole::NothingProbed, None)));
    assert!(holes(&moments, "optional_on/latest").contains(&(Hole::NoTime, None)), "a folder `latest` says no time");
    let alone = reading(&[("docs/proof/core_only/20250131_150500/argocd_app_list_after.txt", "NAME  STATUS\n")]);
    assert!(holes(&alone, "docs/proof/core_only/20250131_150500/argocd_app_list_after.txt").contains(&(Hole::NoBefore, None)));
    let only = "core_only/20250131_150500/argocd_app_list_before.txt";
    let alone = reading(&[(only, "NAME  STATUS  HEALTH  SYNCPOLICY\na     Synced  Healthy  Auto\n")]);
    assert_eq!(holes(&alone, "core_only/20250131_150500/argocd_app_list_after.txt"), [(Hole::FileMissing, None)]);
    let many = reading(&[("x/argocd_app_list.txt", &format!("NAME  STATUS  HEALTH  SYNCPOLICY\n{}", "nonsense\n".repeat(5000)))]);
    assert_eq!(holes(&many, "x/argocd_app_list.txt").len(), 101, "a hundred, and how many more");
    let near = [("core_only/20250131_150500/apps_before_20250131_1501.txt", "x"), ("core_only/20250131_150500/apps_after.txt", "x")];
    assert!(!holes(&reading(&near), near[1].0).contains(&(Hole::HoursApart, None)), "four minutes are no hour");
}

#[test]
fn an_answer_that_is_an_error_and_a_progress_meter_are_no_good_answers() {
    let meter = "  % Total    % Received % Xferd  Average Speed\n                                 Dload  Upload\n\
                 100    15  100    15    0     0   1234      0 --:--:-- --:--:-- --:--:--  1250\n";
    let texts = format!("### a\nHTTP/1.1 503 Service Unavailable\n### b\n{meter}### c\n{meter}OK\n### d\nHTTP 200 at x in 3 ms (empty)\n");
    let moments = reading(&[("audit/20250131_143000/core_runtime_probes.txt", &texts)]);
    let file = "audit/20250131_143000/core_runtime_probes.txt";
    let line = moments[0].lines.iter().find(|line| line.file == file).unwrap();
    assert_eq!(
        line.probes.iter().map(|p| (p.answered, p.status)).collect::<Vec<_>>(),
        [(true, Some(503)), (false, None), (true, None), (true, Some(200))]
    );
    assert_eq!(holes(&moments, file), [(Hole::AnswerWrong, Some(2)), (Hole::NoAnswer, Some(3)), (Hole::AnswerWrong, Some(13))]);
}

fn secret_url() -> &'static str {
    "https://user:s3cr3tpassword@git.example.com/a.git"
}

#[test]
fn a_secret_in_a_text_is_not_kept() {
    let text = "### mlflow-dev runtime env (top + env grep)\nDB_PASSWORD=hunter2-Zq81kf\n";
    let moments = reading(&[("x/core_runtime_probes.txt", text)]);
    let kept = bundle(&moments[0]).files.values().map(|b| String::from_utf8_lossy(b).into_owned()).collect::<String>();
    assert!(!kept.contains("hunter2") && kept.contains("evid:redacted:"), "{kept}");
    let line = moments[0].lines.iter().find(|line| line.file == "x/core_runtime_probes.txt").unwrap();
    assert_eq!(line.sha256, None, "a digest could be tried against guesses");
    // What is a secret only for what stands around it is none alone, and must not be quoted alone.
    let key: Vec<String> = (0..6).map(|i| format!("{i}MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ")).collect();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", key.join("\n"));
    let list = format!("NAME  STATUS  HEALTH  SYNCPOLICY\na     Synced  Healthy  Auto\n{pem}error: {} {}\n", "x".repeat(190), secret_url());
    let moments = reading(&[("x/argocd_app_list.txt", &list)]);
    let kept = bundle(&moments[0]).files["text.jsonl"].clone();
    let kept = String::from_utf8(kept).unwrap();
    assert!(key.iter().all(|line| !kept.contains(&**line)) && !kept.contains("s3cr3tpassword"), "{kept}");
    assert!(holes(&moments, "x/argocd_app_list.txt").len() > 5, "each line is told all the same");
}

#[test]
fn only_a_bundle_of_text_has_its_texts() {
    let defects = |files: &BTreeMap<String, Vec<u8>>| {
        let mut sums = Sums::default();
        files.iter().for_each(|(name, bytes)| drop(sums.insert(name, evid::canon::sha256_hex(bytes))));
        verify::content(files, &sums).defects.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let moments = reading(&[("x/argocd_app_list.txt", "NAME  STATUS  HEALTH  SYNCPOLICY\na     Synced  Healthy  Auto\n")]);
    let of_text = files(&bundle(&moments[0]));
    assert_eq!(defects(&of_text), [""; 0]);
    let mut without = of_text.clone();
    let texts = without.remove("text.jsonl").unwrap();
    assert_eq!(defects(&without), ["text.jsonl: missing, and the bundle was made from text"]);
    let mut forged = of_text.clone();
    let other = String::from_utf8(texts.clone()).unwrap().replace("\"read\":\"applications\"", "\"read\":\"everything\"");
    forged.insert("text.jsonl".into(), other.into_bytes());
    assert!(defects(&forged)[0].starts_with("text.jsonl: line 2: unknown variant"), "{:?}", defects(&forged));
    let mut dump = files(&drafted(collected("before")));
    dump.insert("text.jsonl".into(), texts);
    assert_eq!(defects(&dump), ["text.jsonl: only a bundle that was made from text has it"]);
    assert!(Memory::side("x", of_text).manifest.source == Source::Text);
}

#[test]
fn objects_that_do_not_follow_from_the_texts_are_refused() {
    let list = "NAME  CLUSTER  NAMESPACE  PROJECT  STATUS  HEALTH  SYNCPOLICY  CONDITIONS\n";
    let texts = [
        (
            "x/20250131_143000/argocd_app_list.txt",
            format!(
                "{list}argocd/a  c  ns  default  Synced  Healthy  Auto  <none>\nargocd/b  c  ns  default  Synced  Healthy  Auto  <none>\n"
            ),
        ),
        ("x/20250131_143000/namespaces_core.txt", "NAME   STATUS   AGE\ncore   Active   4d\n".to_owned()),
        ("x/20250131_143000/a_runtime_probes.txt", "== GET /health\n\n".to_owned()),
    ];
    let texts = texts.each_ref().map(|(path, text)| (*path, &**text));
    let good = bundle(&reading(&texts)[0]);
    let of = |files: &BTreeMap<String, Vec<u8>>| {
        let mut sums = Sums::default();
        files.iter().for_each(|(name, bytes)| drop(sums.insert(name, evid::canon::sha256_hex(bytes))));
        verify::content(files, &sums).defects.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(of(&files(&good)), [""; 0]);
    // The objects of one folder with the texts of another: each consistent in itself.
    let forged = |change: fn(&str) -> String| {
        let changed: Vec<(&str, String)> = texts.iter().map(|(path, text)| (*path, change(text))).collect();
        let others = reading(&changed.iter().map(|(path, text)| (*path, &**text)).collect::<Vec<_>>());
        let beside =
            Beside { files: vec![("text.jsonl".into(), evid::canon::json::lines(&others[0].lines).unwrap())], ..Beside::default() };
        let rules = Rules::new(&[]).unwrap();
        of(&files(&drafted_beside(reading(&texts)[0].collected(&rules, None), &Config::default(), &redactor(), beside)))
    };
    type Change = fn(&str) -> String;
    let cases: [(Change, &str); 4] = [
        (|text| text.replace("Healthy", "Degraded"), "Application argocd/a is not what the texts state of it"),
        (|text| text.replace("argocd/b", "argocd/z"), "no text states"),
        (|text| text.replace("argocd/b  c  ns  default  Synced  Healthy  Auto  <none>\n", ""), "no text states"),
        (|text| text.replace("core   Active   4d\n", "core   Active   4d\nmore   Active   4d\n"), "and it is not there"),
    ];
    for (change, says) in cases {
        let defects = forged(change);
        assert!(defects.iter().any(|d| d.starts_with("text.jsonl: ") && d.contains(says)), "{says}: {defects:?}");
    }
    // A hole that is no longer told.
    let lines = |from: &str, to: &str| {
        let mut files = files(&good);
        let text = String::from_utf8(files["text.jsonl"].clone()).unwrap();
        assert!(text.contains(from), "{text}");
        files.insert("text.jsonl".into(), text.replace(from, to).into_bytes());
        of(&files)
    };
    let holes = holes_in(&files(&good), "\"code\":\"heading-empty\"");
    assert!(lines(&holes, "").iter().any(|d| d.contains("what is missing in it")));
    let digest = evid::canon::sha256_hex(texts[1].1.as_bytes());
    assert!(lines(&format!("\"sha256\":\"{digest}\","), "").iter().any(|d| d.contains("nothing in it was redacted")));
}

/// The member of a line that holds this text, with its comma.
fn holes_in(files: &BTreeMap<String, Vec<u8>>, holds: &str) -> String {
    let text = String::from_utf8(files["text.jsonl"].clone()).unwrap();
    let at = text.find(holds).unwrap_or_else(|| panic!("{text}"));
    let start = text[..at].rfind("\"holes\":[").unwrap();
    let end = at + text[at..].find("],").unwrap() + 2;
    text[start..end].to_owned()
}

#[test]
fn a_folder_of_which_nothing_is_understood_makes_no_bundle_and_its_files_are_named() {
    let place = Place::new();
    let path = |file: &str| place.path().join("in").join(file);
    std::fs::create_dir_all(path("audit/20250131_143000")).unwrap();
    std::fs::write(path("index.html"), "<html>").unwrap();
    std::fs::write(path("photo.png"), [0, 1, 2]).unwrap();
    let out = place.evid(&["import", "in", "x"]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("in states nothing that evid reads"), "{}", text(&out.stderr));
    std::fs::write(path("audit/20250131_143000/argocd_app_list.txt"), "").unwrap();
    let out = place.evid(&["import", "in"]);
    let said = text(&out.stdout);
    assert!(
        out.status.code() == Some(3) && said.starts_with("in (audit/20250131_143000)\n"),
        "an empty dump says that it is empty: {said}"
    );
    for words in
        ["index.html  not read\n    line 1: says nothing", "photo.png  not read\n    can't be read (it holds other bytes than text)"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let again = text(&place.evid(&["show", "in", "text"]).stdout);
    assert_eq!(again.lines().skip(1).collect::<Vec<_>>(), said.lines().skip(1).collect::<Vec<_>>(), "the bundle says it again");
    assert_eq!(text(&place.evid(&["show", "in", "text", "index.html"]).stdout), "<html>");
    assert_eq!(std::fs::read_dir(place.path().join("evidence")).unwrap().count(), 1);
}

#[test]
fn hostile_text_is_inert_in_what_is_printed() {
    let place = Place::new();
    let dir = place.path().join("in");
    std::fs::create_dir(&dir).unwrap();
    let evil = "\u{202e}<script>\u{1b}]0;x\u{7}\u{9b}31m";
    let list = format!("NAME   STATUS  HEALTH  SYNCPOLICY\n{evil}a  Synced  Healthy  Auto\n{evil} nonsense\n");
    std::fs::write(dir.join("argocd_app_list.txt"), list).unwrap();
    std::fs::write(dir.join("core_runtime_probes.txt"), format!("### a {evil}\n\n### b\nerror: {evil}\n")).unwrap();
    for format in ["table", "json"] {
        let out = place.evid(&["import", "in", "x", "-o", format, "--force"]);
        let said = text(&out.stdout) + &text(&out.stderr);
        assert!(out.status.code() == Some(3) && said.contains("<script>"), "{said}");
        assert!(evid::render::foreign::clean_lines(&said) == said, "{format}: {said:?}");
    }
}

#[test]
fn no_verb_takes_text_for_a_capture() {
    let place = Place::new();
    place.evid(&["import", &fixture("published").display().to_string(), "old"]);
    let again = export(&place, "out", &["old".into()]);
    assert!(again.status.code() == Some(2) && text(&again.stderr).contains("was itself made from text"), "{}", text(&again.stderr));
    let path = place.bundle("old").display().to_string();
    let server = "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]";
    let config = format!("apiVersion: v1\nkind: Config\n{server}\ncontexts: [{{name: x, context: {{cluster: c}}}}]\ncurrent-context: x\n");
    std::fs::write(place.path().join("kc"), config).unwrap();
    for option in ["-f", "--before"] {
        let on = place.evid(&["switch", "on", option, &path, "--kubeconfig", "kc", "--yes"]);
        assert!(on.status.code() == Some(2) && text(&on.stderr).contains("holds no object whole"), "{}", text(&on.stderr));
    }
    assert!(!place.path().join("out").exists());
    let expect = place.evid(&["config", "expect", &sample("before"), "old"]);
    assert_eq!(expect.status.code(), Some(3), "{}", text(&expect.stderr));
    let out = place.evid(&["import", "nowhere", "x"]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("nowhere: can't be read"), "{}", text(&out.stderr));
}

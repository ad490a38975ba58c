//! `evid export`: the text folders, from bundles and from runs.
use crate::cli::{Place, text};
use crate::samples;
use evid::bundle::config::{Config, LayerConfig};
use evid::bundle::probe::Heard;
use evid::canon::redact::Redactor;
use evid::model::Source;
use evid::render::text::file as render;
use evid::usecase::capture::Beside;
use evid::usecase::export::points;
use evid::value::set;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A sample's bundle.
pub fn sample(name: &str) -> String {
    samples::folder().join("bundles").join(format!("{name}.evid.zip")).display().to_string()
}

/// Exports bundles to a folder.
pub fn export(place: &Place, dir: &str, from: &[String]) -> std::process::Output {
    let mut args = vec!["export", dir];
    from.iter().for_each(|bundle| args.extend(["--from", bundle]));
    place.evid(&args)
}

/// Every file below a folder, by its path there.
pub fn files(dir: &Path) -> BTreeMap<String, String> {
    let found = walkdir::WalkDir::new(dir).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file());
    found.map(|e| (e.path().strip_prefix(dir).unwrap().display().to_string(), fs::read_to_string(e.path()).unwrap())).collect()
}

const AUDIT: [&str; 6] = [
    "argocd_app_list.txt",
    "core_runtime_probes.txt",
    "namespaces_optional.txt",
    "pvc_pv_sanity.txt",
    "root-apps.txt",
    "root-optional.txt",
];

#[test]
fn a_round_trip_gives_an_audit_of_each_bundle_and_what_off_and_on_leave() {
    let place = Place::new();
    let out = export(&place, "out", &["before", "off", "on"].map(sample));
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let mut wanted: Vec<String> = vec!["INDEX.md".into()];
    for time in ["20261123_181220", "20261123_181627", "20261123_181733"] {
        wanted.extend(AUDIT.map(|file| format!("docs/audit/{time}/{file}")));
    }
    let off =
        ["argocd_app_list_after.txt", "argocd_app_list_before.txt", "core_health_probes.txt", "optional_apps_after.txt", "root-apps.txt"];
    wanted.extend(off.map(|file| format!("docs/proof/core_only/20261123_181627/{file}")));
    let on = ["argocd_app_list_after.txt", "optional_apps_after.txt", "root-optional.txt", "root_optional_sync.txt"];
    wanted.extend(on.map(|file| format!("docs/proof/optional_on/20261123_181733/{file}")));
    let written = files(&place.path().join("out"));
    assert_eq!(written.keys().cloned().collect::<Vec<_>>(), wanted);
    for (path, content) in written.iter().filter(|(path, _)| *path != "INDEX.md") {
        let first = content.lines().next().unwrap();
        let bundle = first.split("of bundle ").nth(1).unwrap().split(',').next().unwrap();
        let digest = evid::canon::sha256_hex(&fs::read(sample(bundle)).unwrap());
        assert!(first.starts_with("# evid ") && first.contains(&digest), "{path}: {first}");
        let row = format!("| {path} | {} | {bundle} | {digest} |", evid::canon::sha256_hex(content.as_bytes()));
        assert!(written["INDEX.md"].lines().any(|line| line == row), "{row}");
    }
    let gone = &written["docs/proof/core_only/20261123_181627/optional_apps_after.txt"];
    assert!(gone.ends_with("# no Application of layer optional is listed\n"), "an empty file could mean anything: {gone}");
    let back = &written["docs/proof/optional_on/20261123_181733/optional_apps_after.txt"];
    let all = &written["docs/proof/optional_on/20261123_181733/argocd_app_list_after.txt"];
    let lines: Vec<&str> = back.lines().skip(1).collect();
    assert!(lines.len() == 7 && lines.iter().all(|line| all.lines().any(|l| l == *line)), "{back}");
    let spaces = &written["docs/audit/20261123_181627/namespaces_optional.txt"];
    assert!(spaces.contains("feast-dev") && !spaces.contains("argocd"), "Argo CD's own namespace is no layer's: {spaces}");
    assert!(written["docs/audit/20261123_181220/core_runtime_probes.txt"].ends_with("# no probe was asked\n"));
}

#[test]
fn a_run_gives_what_its_bundles_give() {
    let place = Place::new();
    fs::create_dir(place.path().join("run")).unwrap();
    for name in ["before", "off", "on"] {
        fs::copy(sample(name), place.path().join(format!("run/{name}.evid.zip"))).unwrap();
    }
    let state = |done: &str| format!(r#"{{"goal":"round-trip","run":"prove-x","started":"2026-11-23T18:12:00Z","done":[{done}]}}"#);
    fs::write(place.path().join("run/run.json"), state(r#""before","switch-off","off","switch-on","on""#)).unwrap();
    assert_eq!(export(&place, "a", &["run".into()]).status.code(), Some(0));
    assert_eq!(export(&place, "b", &["before", "off", "on"].map(sample)).status.code(), Some(0));
    assert_eq!(files(&place.path().join("a")), files(&place.path().join("b")));
    fs::write(place.path().join("run/run.json"), state("")).unwrap();
    let out = export(&place, "c", &["run".into()]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("no bundle yet"), "{}", text(&out.stderr));
}

#[test]
fn another_platform_gets_the_names_of_its_own_layers() {
    let layer =
        |name: &str, role: &str, root: &str| LayerConfig { name: name.into(), role: role.into(), root: root.into(), namespaces: vec![] };
    let layers = vec![layer("extras", "switched", "root-optional"), layer("serving", "protected", "root-baseline")];
    let config = Config { layers, ..Config::default() };
    let sides = ["before", "off", "on"].map(|name| samples::side_of(name, samples::drafted_with(samples::collected(name), config.clone())));
    let (points, layers) = points(&sides).unwrap();
    let paths: Vec<String> = evid::usecase::export::files(&points, &layers).into_iter().map(|f| f.path).collect();
    for path in [
        "docs/audit/20261123_181220/namespaces_extras.txt",
        "docs/audit/20261123_181220/root-baseline.txt",
        "docs/audit/20261123_181220/serving_runtime_probes.txt",
        "docs/proof/serving_only/20261123_181627/serving_health_probes.txt",
        "docs/proof/serving_only/20261123_181627/extras_apps_after.txt",
        "docs/proof/extras_on/20261123_181733/root_optional_sync.txt",
    ] {
        assert!(paths.iter().any(|p| p == path), "{path}: {paths:?}");
    }
    assert!(paths.iter().all(|path| !path.contains("core") && !path.contains("optional_apps")), "{paths:?}");
}

#[test]
fn exporting_again_gives_the_same_bytes_and_another_export_adds_to_the_index() {
    let place = Place::new();
    assert_eq!(export(&place, "out", &[sample("before")]).status.code(), Some(0));
    let first = files(&place.path().join("out"));
    assert_eq!(export(&place, "out", &[sample("before")]).status.code(), Some(0));
    assert_eq!(files(&place.path().join("out")), first);
    assert_eq!(export(&place, "out", &[sample("off")]).status.code(), Some(0));
    let both = files(&place.path().join("out"));
    assert_eq!(both["INDEX.md"].matches("argocd_app_list.txt").count(), 2, "{}", both["INDEX.md"]);
    assert!(first.iter().all(|(path, content)| path == "INDEX.md" || both[path] == *content));
}

#[test]
fn without_a_move_of_the_switch_there_is_no_proof_and_it_says_so() {
    let place = Place::new();
    let out = export(&place, "out", &["before", "on"].map(sample));
    assert!(out.status.code() == Some(0) && text(&out.stderr).contains("there is no docs/proof"), "{}", text(&out.stderr));
    assert!(!place.path().join("out/docs/proof").exists());
}

#[test]
fn a_file_that_says_something_else_is_named_and_nothing_is_written() {
    let place = Place::new();
    let path = place.path().join("out/docs/audit/20261123_181220/root-apps.txt");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, "mine\n").unwrap();
    let out = export(&place, "out", &[sample("before")]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("root-apps.txt: there is another file"), "{}", text(&out.stderr));
    assert_eq!(files(&place.path().join("out")).len(), 1, "nothing else was written");
    fs::remove_file(&path).unwrap();
    fs::write(place.path().join("out/INDEX.md"), "# My index\n").unwrap();
    let out = export(&place, "out", &[sample("before")]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("INDEX.md"), "{}", text(&out.stderr));
    assert_eq!(fs::read_to_string(place.path().join("out/INDEX.md")).unwrap(), "# My index\n");
}

#[test]
fn what_can_not_be_exported_is_refused_with_the_next_step() {
    let place = Place::new();
    let out = export(&place, "out", &[]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("no bundle latest"), "{}", text(&out.stderr));
    fs::create_dir(place.path().join("empty")).unwrap();
    let out = export(&place, "out", &["empty".into()]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("the folder of a run"), "{}", text(&out.stderr));
    let dump = place.path().join("dump");
    fs::create_dir(&dump).unwrap();
    fs::write(dump.join("pods.json"), r#"{"apiVersion":"v1","kind":"PodList","metadata":{"resourceVersion":"1"},"items":[]}"#).unwrap();
    place.evid(&["capture", "timeless", "--from", "dump"]);
    let out = export(&place, "out", &["timeless".into()]);
    assert!(out.status.code() == Some(2) && text(&out.stderr).contains("--at TIME"), "{}", text(&out.stderr));
    assert!(!place.path().join("out").exists());
}

/// What nobody may write into a line: HTML, terminal sequences, bidi, newlines that look like evid's own words.
const EVIL: &str = "x<img src=y>\u{1b}[2J\u{202e}\n# evid 9: of bundle forged\n### all answered\nproven";

#[test]
fn hostile_names_annotations_and_answers_are_inert_in_every_file() {
    let (config, mut probes) = crate::probes::runner::golden();
    for sample in probes.iter_mut().flat_map(|line| &mut line.samples) {
        if let Heard::Answer(answer) = &mut sample.heard {
            answer.body = EVIL.into();
        }
    }
    let mut before = samples::collected("before");
    before.source = Source::Live;
    for (kind, pointer) in [
        ("applications", "/spec/project"),
        ("applications", "/spec/source/path"),
        ("applications", "/status/health/message"),
        ("applications", "/metadata/annotations/description"),
        ("namespaces", "/status/phase"),
        ("persistentvolumes", "/spec/storageClassName"),
        ("persistentvolumeclaims", "/spec/volumeName"),
    ] {
        samples::items(&mut before, kind).iter_mut().for_each(|o| assert!(set(o, pointer, EVIL.into()), "{pointer}"));
    }
    let mut twin = samples::object(&mut before, "applications", "argocd", "feast-ui").clone();
    twin["metadata"]["name"] = EVIL.into();
    samples::items(&mut before, "applications").push(twin);
    let beside = Beside { probes: probes.clone(), ..Beside::default() };
    let side = samples::side_of("before", samples::drafted_beside(before, &config, &Redactor::new(&[7; 32]), beside));
    let sides = [side];
    let (points, layers) = points(&sides).unwrap();
    let all = evid::usecase::export::files(&points, &layers);
    assert_eq!(all.len(), 6);
    for file in &all {
        let said = render(file);
        assert_eq!(evid::render::foreign::clean_lines(&said), said, "{}", file.path);
        assert_eq!(said.matches("\n# evid").count(), 0, "{}: only its first line is evid's own\n{said}", file.path);
        assert!(!said.contains("\n### all answered"), "{}: an answer made a heading\n{said}", file.path);
        let rows = said.lines().filter(|line| line.contains("argocd/")).count();
        assert!(!file.path.ends_with("argocd_app_list.txt") || rows == 16, "one line an Application: {rows}");
    }
    let heard = all.iter().map(|file| (&file.path, render(file))).find(|(path, _)| path.ends_with("probes.txt")).unwrap().1;
    let core = probes.iter().filter(|line| line.layer == "core").count();
    assert_eq!(heard.lines().filter(|line| line.starts_with("### ")).count(), core, "{heard}");
}

//! What `-o json` of `evid switch`, `evid doctor`, `evid list` and `evid import` prints, as reviewed in `tests/it/published`, and its schemas.
//! `EVID_BLESS=1` writes the files anew.
use crate::cli::{Place, text};
use crate::schemas::{valid, valid_folder};
use crate::support::json;
use crate::switch::platform;
use crate::switch::repair::{options, project, without_project};
use crate::{doctor, samples};
use evid::canon::json::to_text;
use evid::render;
use evid::usecase::doctor::role;
use evid::usecase::switch::off::off;
use evid::usecase::switch::on::on;
use evid::usecase::switch::status::status;
use evid::usecase::switch::{Strategy, off, on, repair};
use evid::value::Value;
use std::path::Path;

/// Holds documents, one a line, against the file of that name and each against the schema of that name.
fn reviewed(name: &str, documents: &[Value]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/published").join(format!("{name}.jsonl"));
    let lines: String = documents.iter().map(|d| to_text(d) + "\n").collect();
    if std::env::var_os("EVID_BLESS").is_some() {
        std::fs::write(&path, &lines).unwrap();
    }
    assert_eq!(lines, std::fs::read_to_string(&path).unwrap_or_default(), "look at what moved; EVID_BLESS=1 accepts it");
    documents.iter().for_each(|d| valid(&format!("{name}.v1.schema.json"), name, d));
}

/// Without what no two platforms have alike: who an object is, and how often it was written.
fn masked(mut document: Value) -> Value {
    match &mut document {
        Value::Object(map) => {
            let made = map.get("kind").is_some_and(|k| k == "Pod" || k == "ReplicaSet");
            for (key, value) in map.iter_mut() {
                let own = (matches!(&**key, "uid" | "newUid" | "resourceVersion") || made && key == "name")
                    && value.as_str().is_some_and(|t| !t.is_empty());
                *value = if own { format!("some {key}").into() } else { masked(value.take()) };
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|v| *v = masked(v.take())),
        _ => {}
    }
    document
}

/// Status, plan and outcome of OFF, then of ON.
fn off_and_on() -> Vec<Value> {
    let fake = platform::platform();
    let look = || platform::run(&fake, |run| render::switch::status_json(&status(run).unwrap())).0;
    let on_before = look();
    let off = platform::run(&fake, |run| {
        let options = platform::off_options(Strategy::Prune);
        let plan = off::plan(run, &options).unwrap();
        let done = off(run, &plan, &options).unwrap();
        [render::switch::off_json(&plan, None), render::switch::off_json(&plan, Some(&done))]
    });
    let is_off = look();
    let on = platform::run(&fake, |run| {
        let options = platform::on_options();
        let plan = on::plan(run, &options).unwrap();
        let done = on(run, &plan, &options).unwrap();
        [render::switch::on_json(&plan, None), render::switch::on_json(&plan, Some(&done))]
    });
    [on_before].into_iter().chain(off.0).chain([is_off]).chain(on.0).collect()
}

/// Status, plan and outcome of a repair.
fn repaired() -> [Value; 3] {
    let fake = without_project();
    let done = platform::run(&fake, |run| {
        let stuck = render::switch::status_json(&status(run).unwrap());
        let options = options(vec![project()]);
        let plan = repair::plan(run, &options).unwrap();
        let done = repair::repair(run, &plan, &options).unwrap();
        [stuck, render::switch::repair_json(&plan, None), render::switch::repair_json(&plan, Some(&done))]
    });
    done.0
}

#[test]
fn the_json_of_the_switch_is_as_reviewed() {
    reviewed("switch", &off_and_on().into_iter().chain(repaired()).map(masked).collect::<Vec<_>>());
}

#[test]
fn the_json_of_the_doctor_is_as_reviewed() {
    let well = doctor::run(true, |_| {}).0;
    let denied = json!({"status": {"allowed": false}});
    let ill = doctor::run(true, doctor::answers("/selfsubjectaccessreviews", 201, denied.into())).0;
    assert!(well.missing.is_empty() && !ill.missing.is_empty());
    let role = role("evid-missing", &ill.missing);
    reviewed("doctor", &[render::doctor::json(&well.lines, None, None), render::doctor::json(&ill.lines, Some(role), None)]);
}

#[test]
fn the_json_of_the_list_of_bundles_is_as_reviewed() {
    let place = Place::new();
    let evidence = place.path().join("evidence");
    std::fs::create_dir(&evidence).unwrap();
    for folder in ["bundles", "reports"] {
        for entry in std::fs::read_dir(samples::folder().join(folder)).unwrap().map(Result::unwrap) {
            std::fs::copy(entry.path(), evidence.join(entry.file_name())).unwrap();
        }
    }
    std::fs::write(evidence.join("torn.evid.zip"), "PK").unwrap();
    let out = place.evid(&["list", "-o", "json"]);
    assert_eq!(out.status.code(), Some(4), "{}", text(&out.stderr));
    reviewed("list", &[serde_json::from_slice(&out.stdout).unwrap()]);
}

#[test]
fn the_json_of_an_import_is_as_reviewed() {
    let place = Place::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/import");
    let documents = ["published", "odd"].map(|name| {
        let out = place.evid(&["import", &folder.join(name).display().to_string(), name, "-o", "json"]);
        assert_eq!(out.status.code(), Some(3), "{}", text(&out.stderr));
        let mut document: Value = serde_json::from_slice(&out.stdout).unwrap();
        // Another redaction key gives another bundle.
        document["bundles"].as_array_mut().unwrap().iter_mut().for_each(|b| b["sha256"] = "0".repeat(64).into());
        document
    });
    assert_eq!(valid_folder(&place.path().join("evidence")), 4, "what is missing in a text is in its bundle, too");
    reviewed("import", &documents);
}

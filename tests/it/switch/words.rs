//! What a person reads of the switch: each code has words, each event a line, and the journal a place on disk.
use crate::support::json;
use crate::switch::platform::{grow, off_options, platform, run, thing, volume};
use evid::adapters::journal::FileJournal;
use evid::canon::redact::Redactor;
use evid::render::switch;
use evid::usecase::switch::off::off;
use evid::usecase::switch::status::status;
use evid::usecase::switch::{Code, Journal as _, Options, Strategy, off};
use evid::value::Value;

#[test]
fn every_code_has_a_line_in_the_docs() {
    let docs = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/switch.md")).unwrap();
    let undocumented: Vec<&Code> = Code::ALL.iter().filter(|c| !docs.contains(&format!("`{c}`"))).collect();
    assert!(undocumented.is_empty(), "not in docs/switch.md: {undocumented:?}");
}

#[test]
fn status_and_plan_say_what_matters() {
    let fake = platform();
    fake.0.borrow_mut().add(volume());
    grow(&mut fake.0.borrow_mut(), "store", thing("PersistentVolumeClaim", "feast", "data"));
    let (text, _, _) = run(&fake, |run| switch::status(&status(run).unwrap()));
    for part in [
        "optional is on",
        "root-optional, automated (prune, self-heal)",
        "    ui ",
        "no resources finalizer",
        "PersistentVolumeClaim feast/data would be lost",
        "next: `evid switch off",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let options = Options { allow: vec!["PersistentVolumeClaim/feast/data".into()], ..off_options(Strategy::Prune) };
    let (text, _, _) = run(&fake, |run| switch::off_plan(&off::plan(run, &options).unwrap(), true));
    for part in [
        "4 Applications below it go, by prune",
        "PATCH /apis/argoproj.io/v1alpha1/namespaces/argocd/applications/root-optional?fieldManager=evid",
        "\"exclude\":\"*\"",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn progress_names_what_hangs_and_on_which_finalizer() {
    let fake = platform();
    fake.0.borrow_mut().patch(
        &crate::support::cluster::path("configmaps", "feast", "registry"),
        &serde_json::json!({"metadata": {"finalizers": ["example.com/hold"]}}),
    );
    let (_, _, events) = run(&fake, |run| {
        let options = off_options(Strategy::Prune);
        let plan = off::plan(run, &options).unwrap();
        off(run, &plan, &options).map(drop)
    });
    let told: Vec<String> = events.iter().filter_map(switch::event).collect();
    assert!(told.iter().any(|l| l.contains("ConfigMap feast/registry is being deleted: example.com/hold")), "{told:#?}");
}

#[test]
fn text_of_the_cluster_never_drives_the_terminal() {
    let key = evid::model::Key::new("", "ConfigMap", "a", "b\u{1b}[2J");
    let fact = evid::usecase::switch::Fact::new(Code::Held, &key, "x\u{1b}]0;evil\u{7}");
    assert!(!switch::fact(&fact).contains('\u{1b}'));
}

#[test]
fn the_journal_is_made_with_its_first_line_and_keeps_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence/run.actions.jsonl");
    let mut journal = FileJournal::new(path.clone(), Redactor::new(&[7; 32]));
    assert!(journal.path().is_none() && !path.exists());
    let source = json!({"helm": {"parameters": [{"name": "db.password", "value": "hunter2-very-secret"}]}});
    let info = json!([{"name": "evid.run-id", "value": "off-20261124T080000Z-a1b2c3"}]);
    let line = json!({"seq": 1, "stage": "intent", "body": {"operation": {"info": info, "sync": {"source": source}}}});
    journal.line(&line).unwrap();
    journal.line(&json!({"seq": 1, "stage": "answer", "status": 200})).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(!text.contains("hunter2") && text.contains("off-20261124T080000Z-a1b2c3"), "{text}");
}

#[test]
fn a_line_of_the_journal_that_was_cut_takes_no_other_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.actions.jsonl");
    std::fs::write(&path, "{\"seq\":1}\n{\"se").unwrap();
    FileJournal::new(path.clone(), Redactor::new(&[7; 32])).line(&json!({"seq": 2})).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"seq\":1}\n{\"se\n{\"seq\":2}\n");
}

//! Off and on, as it should go.
use super::stage::{APPS, ROOT, Stage};
use serde_json::Value;
use std::collections::BTreeSet;

/// The Applications below the switch, grandchildren too.
fn below(stage: &Stage) -> BTreeSet<String> {
    let of = |a: &&Value| a["spec"]["project"] == "optional" && a["metadata"]["name"] != ROOT;
    stage.ground.list(APPS).iter().filter(of).map(|a| a["metadata"]["name"].as_str().unwrap().to_owned()).collect()
}

pub fn round_trip(stage: &Stage) {
    let interval = if stage.ground.is_demo() { "125ms" } else { "5s" };
    let said = stage.prove(&["round-trip", "--config", "probes.yaml", "--interval", interval, "--export"]).ended(0);
    let said = said.naming(&["result: proven", "re-derived: the report follows from the bundles"]);
    let other = |l: &&str| l.starts_with("refuted") || l.starts_with("inconclusive");
    assert_eq!(said.out.lines().find(other), None, "{}", said.out);
    // The text folders lie with it, signed for like the rest, and the page names the context.
    let run = std::fs::read_dir(stage.path("proof")).unwrap().next().unwrap().unwrap().path();
    let listed = std::fs::read_to_string(run.join("MANIFEST")).unwrap();
    for folder in ["docs/audit/", "docs/proof/"] {
        let held = listed.lines().filter(|line| line[66..].starts_with(folder)).count();
        assert!(held > 3 && run.join(folder).is_dir(), "{folder}: {held}\n{listed}");
    }
    let page = std::fs::read_to_string(run.join("index.html")).unwrap();
    assert!(page.contains("Context of the kubeconfig") && !page.contains("Interrupted"));
}

/// By cascade, and on again with grandchildren and the manual child.
pub fn cascade(stage: &Stage) {
    stage.begin();
    let before = below(stage);
    assert!(before.contains("feast-jobs") && before.contains("feast-ui"), "{before:?}");
    stage.off(&["--strategy", "cascade"]).ended(0);
    assert_eq!(below(stage), BTreeSet::new());
    stage.capture("off").ended(0);
    stage.on_again().naming(&["synced by evid itself\n  Application argocd/feast-notebooks\n"]);
    assert_eq!(below(stage), before);
    let child = stage.app("feast-notebooks").unwrap();
    assert!(child["spec"]["syncPolicy"]["automated"].is_null(), "{child:#}");
    assert_eq!((&child["status"]["sync"]["status"], &child["status"]["health"]["status"]), (&"Synced".into(), &"Healthy".into()));
    stage.capture("on").ended(0);
    stage.verdicts(&["begin", "off", "on"]).all_well();
}

/// Off today, on another day: the second run finds by itself what was there before the first, and says which time nobody watched.
pub fn halves(stage: &Stage) {
    stage.prove(&["core-only"]).ended(0).naming(&["result: proven"]);
    let said = stage.prove(&["optional-on"]).ended(0).naming(&["result: proven", "between two runs there is no watch among the bundles"]);
    assert!(!said.out.contains("inconclusive"), "{}", said.out);
    // It is on, so its return can't be proven again.
    stage.prove(&["optional-on"]).ended(2).naming(&["the layer is on already"]);
}

//! Every claim on every fixture: the verdicts stand in `tests/it/sweep.txt`, reviewed by eye. `EVID_BLESS=1` writes it anew.
use crate::samples::{collected, items, judge, object, side};
use crate::support::json;
use evid::claims::catalogue;
use evid::compare::{Side, lines};
use evid::model::{Gap, Reason};
use evid::usecase::capture::Collected;
use evid::usecase::diff::diff;
use std::path::Path;

type Change = fn(&mut Vec<Collected>);

/// Name, dumps in order, what is changed in them.
const FIXTURES: &[(&str, &[&str], Change)] = &[
    ("round-trip", &["before", "off", "on"], |_| {}),
    ("off", &["before", "off"], |_| {}),
    ("on", &["off", "on"], |_| {}),
    ("untouched", &["before", "before"], |all| {
        all[1].started = Some("2026-11-24T01:00:00Z".into());
        all[1].finished = Some("2026-11-24T01:00:09Z".into());
        all[1].highest = Some(1_000_000);
        for app in items(&mut all[1], "applications") {
            app["status"]["reconciledAt"] = json!("2026-11-24T00:59:30Z");
        }
    }),
    ("controller-stands-still", &["before", "before"], |all| {
        all[1].started = Some("2026-11-24T01:00:00Z".into());
        all[1].finished = Some("2026-11-24T01:00:09Z".into());
        all[1].highest = Some(1_000_000);
    }),
    ("core-moved-meanwhile", &["before", "off", "on"], |all| {
        let mut first = all[1].lists.iter().find(|l| l.resource.as_deref() == Some("applications")).unwrap().clone();
        let app = first.items.iter_mut().find(|a| a["metadata"]["name"] == "fastapi-prod").unwrap();
        app["status"]["health"]["status"] = json!("Progressing");
        all[1].earlier.push(first);
    }),
    ("the-same-twice", &["before", "before"], |_| {}),
    ("reversed", &["on", "off", "before"], |_| {}),
    ("pods-forbidden", &["before", "off", "on"], |all| {
        items(&mut all[1], "pods").clear();
        all[1].gaps.push(Gap::of("", "pods", None, Reason::Forbidden, ""));
    }),
    ("volumes-forbidden", &["before", "off"], |all| {
        items(&mut all[1], "persistentvolumes").clear();
        let reason = Reason::Forbidden;
        all[1].gaps.push(Gap::of("", "persistentvolumes", None, reason, ""));
    }),
    ("applications-not-asked", &["before", "off"], |all| all[1].lists.retain(|l| l.resource.as_deref() != Some("applications"))),
    ("no-window", &["before", "off"], |all| {
        all[1].started = None;
        all[1].finished = None;
    }),
    ("other-cluster", &["before", "off"], |all| object(&mut all[1], "namespaces", "", "kube-system")["metadata"]["uid"] = json!("x")),
    ("core-image", &["before", "off"], |all| {
        object(&mut all[1], "deployments", "mlops-prod", "fastapi")["spec"]["template"]["spec"]["containers"][0]["image"] = json!("x");
    }),
    ("core-pod-restarted", &["before", "off"], |all| {
        let pods = items(&mut all[1], "pods");
        let pod = pods.iter_mut().find(|p| p["metadata"]["name"].as_str().unwrap().starts_with("fastapi-")).unwrap();
        pod["status"]["containerStatuses"][0]["restartCount"] = json!(7);
    }),
    ("core-degraded", &["before", "off"], |all| {
        object(&mut all[1], "applications", "argocd", "fastapi-prod")["status"]["health"]["status"] = json!("Degraded");
    }),
    ("core-operation-running", &["before", "off"], |all| {
        object(&mut all[1], "applications", "argocd", "fastapi-prod")["operation"] = json!({"sync": {}});
    }),
    ("core-secret-written", &["before", "off"], |all| {
        object(&mut all[1], "secrets", "mlops-prod", "registry-pull")["metadata"]["resourceVersion"] = json!("99998");
    }),
    ("volume-moved", &["before", "off"], |all| {
        object(&mut all[1], "persistentvolumes", "", "triton-model-repo-prod")["spec"]["nfs"]["path"] = json!("/elsewhere");
    }),
    ("stray-deployment", &["before", "off"], |all| {
        let mut stray = object(&mut all[1], "deployments", "mlops-prod", "fastapi").clone();
        stray["metadata"] = json!({"name": "stray", "namespace": "mlops-prod", "uid": "stray", "resourceVersion": "99997"});
        items(&mut all[1], "deployments").push(stray);
    }),
    ("orphan-left", &["before", "off"], |all| {
        let orphan = object(&mut all[0], "services", "feast-dev", "feast-ui").clone();
        items(&mut all[1], "services").push(orphan);
    }),
    ("switch-deleting", &["before", "off"], |all| {
        object(&mut all[1], "applications", "argocd", "root-optional")["metadata"]["deletionTimestamp"] = json!("2026-11-23T18:16:00Z");
    }),
    ("changed-in-later-parts", &["before", "off"], |all| {
        // Enough for several parts, a change in each; some go and come, and one is re-created.
        for (i, dump) in all.iter_mut().enumerate() {
            let made = (0..900).filter(|n| n % 100 != 7 * (i + 1)).map(|n| {
                let text = format!("{n:04}").repeat(if i == 1 && n % 50 == 0 { 301 } else { 300 });
                let uid = if n == 333 { format!("{n}-{i}") } else { n.to_string() };
                json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"text": text},
                    "metadata": {"name": format!("many-{n:04}"), "namespace": "mlops-prod", "uid": uid, "resourceVersion": "4"}})
            });
            items(dump, "configmaps").extend(made);
        }
    }),
    ("child-came-back-different", &["before", "off", "on"], |all| {
        object(&mut all[2], "services", "feast-dev", "feast-ui")["spec"]["ports"][0]["port"] = json!(1);
    }),
];

#[test]
fn every_claim_on_every_fixture_is_as_reviewed() {
    let mut text = String::new();
    for (name, dumps, change) in FIXTURES {
        let mut all: Vec<Collected> = dumps.iter().map(|d| collected(d)).collect();
        change(&mut all);
        let outcome = judge(all);
        text.push_str(&format!("{name}: {}\n", outcome.total.as_str()));
        for judged in &outcome.judged {
            text.push_str(&format!("  {:<22}{}\n", judged.id, judged.verdict.as_str()));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sweep.txt");
    if std::env::var_os("EVID_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap_or_default(), "look at what moved; EVID_BLESS=1 accepts it");
}

#[test]
fn the_file_of_each_finding_and_each_change_holds_the_objects_line() {
    let (mut opened, mut parts) = (0, 0);
    for (name, dumps, change) in FIXTURES {
        let mut all: Vec<Collected> = dumps.iter().map(|d| collected(d)).collect();
        change(&mut all);
        let sides: Vec<Side> = all.into_iter().enumerate().map(|(i, c)| side(&format!("bundle-{i}"), c)).collect();
        let outcome = diff(&sides, None).unwrap();
        let findings = outcome.judged.iter().flat_map(|j| &j.findings).filter_map(|f| Some((f.object.as_ref()?, f.bundle, &f.file)));
        let changes = outcome.changes.iter().map(|c| (&c.key, c.shown_by(), &c.file));
        for (key, bundle, file) in findings.chain(changes).filter(|(_, _, f)| f.contains('/')) {
            let bytes = sides[bundle].file(file).unwrap_or_else(|e| panic!("{name}: {key}: {e}"));
            let held = lines(&bytes).any(|line| {
                let line: evid::value::Value = serde_json::from_slice(line).unwrap();
                let place = line.get("metadata").unwrap_or(&line);
                let at = |field: &str| place.get(field).and_then(evid::value::Value::as_str).unwrap_or("").to_owned();
                (at("namespace"), at("name")) == (key.namespace.clone(), key.name.clone())
            });
            assert!(held, "{name}: {file} holds no line of {key}");
            opened += 1;
            parts += usize::from(file.split('/').next_back().unwrap().matches('.').count() == 2);
        }
    }
    assert!(opened > 200 && parts > 10, "{opened} opened, {parts} of them later parts");
}

#[test]
fn every_claim_that_can_be_judged_is_proven_and_not_proven_by_some_fixture() {
    let reviewed = include_str!("sweep.txt");
    // The fixtures are dumps, which answer no probe and watched nothing: `probes::bundle` and `watched` judge those claims.
    for claim in catalogue::all().unwrap().iter().filter(|c| c.word != "answering" && !c.proof) {
        let verdicts: Vec<&str> =
            reviewed.lines().filter(|l| l.trim().split(' ').next().is_some_and(|id| id.ends_with(&format!(".{}", claim.word)))).collect();
        assert!(verdicts.iter().any(|l| l.ends_with("proven")), "{}: no fixture proves it", claim.word);
        assert!(
            verdicts.iter().any(|l| l.ends_with("refuted") || l.ends_with("inconclusive")),
            "{}: no fixture leaves it open or refutes it",
            claim.word
        );
    }
}

//! Law 1: what could have been asked and was not is a gap, and a question that is taken away makes no verdict better.
use crate::samples::{Memory, collected, drafted, files, items, judge, object, verdict};
use crate::support::json;
use evid::bundle::sums::Sums;
use evid::compare::Side;
use evid::kinds::Rules;
use evid::model::{Verdict, stem};
use evid::usecase::capture::{Collected, List};
use evid::usecase::diff::{Outcome, diff};
use evid::usecase::verify;
use evid::value::Value;
use std::collections::BTreeMap;

/// An OFF on which every claim that can be wrong is: changed, restarted, moved, left, strayed.
fn bad() -> Vec<Collected> {
    let mut all = vec![collected("before"), collected("off")];
    let orphan = object(&mut all[0], "services", "feast-dev", "feast-ui").clone();
    let off = &mut all[1];
    items(off, "services").push(orphan);
    object(off, "deployments", "mlops-prod", "fastapi")["spec"]["template"]["spec"]["containers"][0]["image"] = json!("x");
    object(off, "applications", "argocd", "fastapi-prod")["status"]["health"]["status"] = json!("Degraded");
    object(off, "applications", "argocd", "root-optional")["metadata"]["deletionTimestamp"] = json!("2026-11-23T18:16:00Z");
    object(off, "persistentvolumes", "", "triton-model-repo-prod")["spec"]["nfs"]["path"] = json!("/elsewhere");
    object(off, "clusterroles", "", "view")["rules"] = json!([]);
    let pod = items(off, "pods").iter_mut().find(|p| p["metadata"]["name"].as_str().unwrap().starts_with("fastapi-")).unwrap();
    pod["status"]["containerStatuses"][0]["restartCount"] = json!(7);
    all
}

/// `<plural>.<group>` of everything asked.
fn kinds(dump: &Collected) -> Vec<String> {
    dump.lists.iter().filter(|l| l.is_question).map(|l| stem(l.resource.as_deref().unwrap(), &l.group)).collect()
}

/// A dump in which a kind was never asked for.
fn without(mut dump: Collected, kind: &str) -> Collected {
    dump.lists.retain(|l| l.resource.as_deref().is_none_or(|r| stem(r, &l.group) != kind));
    dump
}

fn verdicts(outcome: &Outcome) -> Vec<(&str, Verdict)> {
    outcome.judged.iter().map(|j| (&*j.id, j.verdict)).collect()
}

/// The claims of which some verdict is better without a kind in these bundles, or does not mind that it is missing.
fn better(whole: &Outcome, less: &Outcome, kind: &str, is_kept: bool) -> Vec<String> {
    let pairs = verdicts(whole).into_iter().zip(verdicts(less));
    let wrong = pairs.filter(|((claim, before), (_, after))| {
        let rests_on_all = is_kept && matches!(*claim, "evidence.complete" | "changes.confined");
        // Without Applications nobody knows which layers there are, and so not what is asked.
        let hides = *after == Verdict::NotApplicable && kind != "applications.argoproj.io";
        (after != before && (*after == Verdict::Proven || hides)) || (rests_on_all && *after == Verdict::Proven)
    });
    wrong.map(|((claim, before), (_, after))| format!("{claim} without {kind}: {} was {}", after.as_str(), before.as_str())).collect()
}

/// Takes kinds away, each from the bundles of `places` (one place a kind, in turn), and says what got better.
fn taken_away(scene: Vec<Collected>, kinds: &[String], places: &[&[usize]]) -> Vec<String> {
    let rules = Rules::new(&[]).unwrap();
    let made: Vec<_> = scene.iter().map(|c| files(&drafted(c.clone()))).collect();
    let whole = sides(made.clone());
    let whole = diff(&whole, None).unwrap();
    let mut wrong = Vec::new();
    for (kind, place) in kinds.iter().zip(places.iter().cycle()) {
        let mut cut = made.clone();
        place.iter().for_each(|at| cut[*at] = files(&drafted(without(scene[*at].clone(), kind))));
        let (plural, group) = kind.split_once('.').unwrap_or((kind, ""));
        wrong.extend(better(&whole, &diff(&sides(cut), None).unwrap(), kind, rules.keeps(group, plural)));
    }
    wrong
}

fn sides(made: Vec<BTreeMap<String, Vec<u8>>>) -> Vec<Side> {
    made.into_iter().enumerate().map(|(i, files)| Memory::side(&i.to_string(), files)).collect()
}

#[test]
fn a_question_that_is_taken_away_makes_no_verdict_better() {
    let asked = kinds(&collected("before"));
    let refuted = std::thread::spawn({
        let asked = asked.clone();
        move || taken_away(bad(), &asked, &[&[0, 1], &[1], &[0]])
    });
    let pillars = ["applications", "apiservices", "customresourcedefinitions", "persistentvolumes", "mutatingwebhookconfigurations"];
    let asked: Vec<String> = asked.into_iter().filter(|k| pillars.iter().any(|p| k.split('.').next() == Some(p))).collect();
    let mut wrong = taken_away(["before", "off", "on"].map(collected).into(), &asked, &[&[0, 1, 2], &[2], &[1]]);
    wrong.extend(refuted.join().unwrap());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn coverage(files: &BTreeMap<String, Vec<u8>>) -> Value {
    serde_json::from_slice(&files["coverage.json"]).unwrap()
}

/// What `verify` says of a bundle whose coverage was rewritten.
fn defects(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut files = files(&drafted(without(collected("before"), "services")));
    let mut coverage = coverage(&files);
    change(&mut coverage);
    files.insert("coverage.json".into(), evid::canon::json::document(&coverage).unwrap());
    let mut sums = Sums::default();
    files.iter().for_each(|(name, bytes)| drop(sums.insert(name, evid::canon::sha256_hex(bytes))));
    verify::content(&files, &sums).defects.iter().map(ToString::to_string).collect()
}

#[test]
fn a_bundle_that_hides_what_could_have_been_asked_is_damaged() {
    assert_eq!(defects(|_| {}), [""; 0]);
    let gone = |field: &'static str, resource: &'static str| {
        move |c: &mut Value| c.pointer_mut(field).unwrap().as_array_mut().unwrap().retain(|x| x["resource"] != resource)
    };
    let says = |found: Vec<String>, words: &str| assert!(found.iter().any(|d| d.contains(words)), "{words}: {found:?}");
    says(defects(gone("/gaps", "services")), "services could have been asked for");
    says(defects(gone("/universe/kinds", "services")), "its universe lacks services");
    says(defects(gone("/universe/kinds", "appprojects")), "its universe lacks appprojects.argoproj.io");
    says(defects(|c| c["universe"]["known"] = json!("nothing")), "is known by api-services");
    says(defects(|c| c["highestResourceVersion"] = json!("7")), "`highestResourceVersion` is below");
    says(defects(|c| drop(c.as_object_mut().unwrap().remove("universe"))), "its universe lacks");
}

#[test]
fn a_kind_whose_definition_went_with_the_switched_layer_is_no_gap() {
    let mut before = collected("before");
    let mut definition = items(&mut before, "customresourcedefinitions")[0].clone();
    definition["metadata"]["name"] = json!("stores.feast.example.com");
    definition["metadata"]["uid"] = json!("stores");
    definition["spec"]["group"] = json!("feast.example.com");
    definition["spec"]["names"] = json!({"plural": "stores", "kind": "PackedObjects"});
    items(&mut before, "customresourcedefinitions").push(definition);
    let mut asked = before.lists.iter().find(|l| l.resource.as_deref() == Some("cronjobs")).unwrap().clone();
    (asked.group, asked.resource, asked.items) = ("feast.example.com".into(), Some("stores".into()), vec![]);
    let open = judge(vec![before.clone(), collected("off")]);
    assert_eq!(verdict(&open, "evidence.complete"), "inconclusive", "it was not asked for while it was there");
    before.lists.push(asked);
    let whole = judge(vec![before, collected("off")]);
    assert_eq!((verdict(&whole, "evidence.complete"), verdict(&whole, "evidence.comparable")), ("proven", "proven"));
}

#[test]
fn a_namespace_that_one_bundle_did_not_ask_shows_no_absence() {
    // Pods were asked namespace by namespace, the switched layer's left out, and the namespaces themselves not listed.
    let mut off = collected("off");
    off.lists.retain(|l| l.resource.as_deref() != Some("namespaces"));
    let whole = off.lists.iter().position(|l| l.resource.as_deref() == Some("pods")).unwrap();
    let pods = off.lists.remove(whole);
    for space in ["argocd", "kube-system", "mlops-prod", "mlops-dev", "monitoring"] {
        let items = pods.items.iter().filter(|p| p["metadata"]["namespace"] == space).cloned().collect();
        off.lists.push(List { namespace: Some(space.into()), items, ..pods.clone() });
    }
    let judged = judge(vec![collected("before"), off]);
    assert_eq!(verdict(&judged, "optional.absent"), "inconclusive");
}

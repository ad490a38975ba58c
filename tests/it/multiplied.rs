//! A platform many times over is one coherent, larger platform, and is judged as the one that it was made of.
use crate::multiplied::multiply::multiply;
use crate::samples;
use evid::adapters::dump;
use evid::usecase::capture::Collected;
use evid::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

#[path = "../../benches/scale/multiply.rs"]
mod multiply;

const TRACKING: &str = "/metadata/annotations/argocd.argoproj.io~1tracking-id";

fn multiplied(name: &str, copies: usize) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    multiply(&samples::folder().join("dumps").join(name), place.path(), copies).unwrap();
    place
}

fn collected(name: &str, copies: usize) -> Collected {
    dump::read(multiplied(name, copies).path()).unwrap()
}

fn objects(collected: &Collected) -> impl Iterator<Item = &Value> {
    collected.lists.iter().flat_map(|l| &l.items)
}

fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let all = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    all.map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), fs::read(p).unwrap())).collect()
}

/// Each claim with its verdict, and each change without the number of the copy.
fn outcome(copies: usize) -> (BTreeMap<String, &'static str>, Vec<String>) {
    let outcome = samples::judge(["before", "off", "on"].map(|name| collected(name, copies)).into());
    let verdicts = outcome.judged.iter().map(|j| (j.id.to_string(), j.verdict.as_str())).collect();
    let changes = outcome.predicate["changes"].as_array().unwrap().iter();
    (verdicts, changes.map(|c| ["change", "layer", "from", "object"].map(|f| c[f].to_string().replace("-x1", "")).join(" ")).collect())
}

#[test]
fn a_platform_once_is_the_recording_itself() {
    for name in ["before", "off", "on"] {
        let (made, recorded) = (collected(name, 1), samples::collected(name));
        let sorted = |c: &Collected| {
            let mut all: Vec<String> = objects(c).map(ToString::to_string).collect();
            all.sort();
            all
        };
        assert!(sorted(&made) == sorted(&recorded), "{name}");
        assert_eq!((made.gaps.len(), made.started, made.finished), (recorded.gaps.len(), recorded.started, recorded.finished));
    }
}

#[test]
fn the_same_recording_as_often_gives_the_same_bytes() {
    let [first, second] = [multiplied("before", 3), multiplied("before", 3)].map(|place| files(place.path()));
    assert!(first.len() > 60 && first == second);
}

#[test]
fn a_platform_many_times_over_is_judged_as_it_is_once() {
    let ((verdicts, changes), (verdicts_of_two, changes_of_two)) = (outcome(1), outcome(2));
    assert_eq!(verdicts.get("core.unchanged"), Some(&"proven"));
    assert_eq!(verdicts, verdicts_of_two);
    let [once, twice] = [&changes, &changes_of_two].map(|all| all.iter().collect::<BTreeSet<_>>());
    assert_eq!(once, twice, "what changed");
    let roots = changes.iter().filter(|c| c.contains("root-optional")).count();
    assert_eq!(changes_of_two.len(), 2 * changes.len() - roots, "each change is there once for each copy, and the root's once");
}

#[test]
fn no_two_objects_of_it_are_one_and_each_names_what_is_there() {
    for name in ["before", "off"] {
        let (one, two) = (collected(name, 1), collected(name, 2));
        let uids = |c: &Collected| objects(c).map(|o| text(o, "/metadata/uid").to_owned()).filter(|u| !u.is_empty()).collect::<Vec<_>>();
        let there: BTreeSet<String> = uids(&two).into_iter().collect();
        assert_eq!(there.len(), uids(&two).len(), "a uid is there twice");
        let key = |o: &Value| ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(|at| text(o, at).to_owned());
        assert_eq!(objects(&two).map(key).collect::<BTreeSet<_>>().len(), objects(&two).count(), "a name is there twice");
        assert!(objects(&two).count() > objects(&one).count() + 40);

        let missing = |c: &Collected| {
            let there: BTreeSet<String> = uids(c).into_iter().collect();
            let owners = objects(c).filter_map(|o| o.pointer("/metadata/ownerReferences")?.as_array()).flatten();
            owners.map(|o| text(o, "/uid")).filter(|uid| !there.contains(*uid)).count()
        };
        assert_eq!(missing(&two), 2 * missing(&one), "owners that are not there");

        let apps = || two.lists.iter().filter(|l| l.resource.as_deref() == Some("applications")).flat_map(|l| &l.items);
        let called: BTreeMap<&str, &Value> = apps().map(|a| (text(a, "/metadata/name"), a)).collect();
        let marks = |c: &Collected| objects(c).filter(|o| !text(o, TRACKING).is_empty()).count();
        // A Deployment's ReplicaSet carries the mark of its Deployment.
        let is_own = |o: &&Value| text(o, TRACKING).ends_with(&format!("/{}", text(o, "/metadata/name")));
        let own_marks = |c: &Collected| objects(c).filter(is_own).count();
        assert!(own_marks(&one) > 30);
        assert_eq!((marks(&two), own_marks(&two)), (2 * marks(&one), 2 * own_marks(&one)), "marks, and those of the object itself");
        for mark in objects(&two).map(|o| text(o, TRACKING)) {
            let app = mark.split_once(':').map(|(app, _)| app);
            assert!(app.is_none_or(|app| called.contains_key(app)), "{mark} names no Application");
        }
        for child in apps() {
            let Some((root, _)) = text(child, TRACKING).split_once(':') else { continue };
            let listed = called[root].pointer("/status/resources").and_then(Value::as_array).unwrap();
            let own = text(child, "/metadata/name");
            assert!(listed.iter().any(|r| text(r, "/kind") == "Application" && text(r, "/name") == own), "{root} does not list {own}");
        }
        for claim in objects(&two).filter(|o| text(o, "/kind") == "PersistentVolumeClaim") {
            let volume = objects(&two)
                .find(|o| text(o, "/kind") == "PersistentVolume" && text(o, "/metadata/name") == text(claim, "/spec/volumeName"));
            let Some(volume) = volume else { continue };
            for (of_volume, of_claim) in [("uid", "uid"), ("name", "name"), ("namespace", "namespace")] {
                assert_eq!(text(volume, &format!("/spec/claimRef/{of_volume}")), text(claim, &format!("/metadata/{of_claim}")));
            }
        }
    }
}

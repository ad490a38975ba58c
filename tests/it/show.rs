//! `evid show`: a bundle as kubectl would show the cluster, and all that a report holds.
use crate::cli::{Place, text};
use crate::samples;
use crate::support::json;

struct Shown {
    code: Option<i32>,
    out: String,
    err: String,
}

fn shown(place: &Place, args: &[&str]) -> Shown {
    let out = place.evid(&[&["show"], args].concat());
    Shown { code: out.status.code(), out: text(&out.stdout), err: text(&out.stderr) }
}

/// The cells of a table, by line.
fn rows(table: &str) -> Vec<Vec<&str>> {
    table.lines().map(|l| l.split("  ").map(str::trim).filter(|c| !c.is_empty()).collect()).collect()
}

#[test]
fn a_kind_has_its_own_columns_and_each_object_one_line() {
    let place = Place::captured();
    for (kind, header) in [
        ("app", "NAMESPACE NAME SYNC HEALTH REVISION AGE"),
        ("po", "NAMESPACE NAME READY STATUS RESTARTS NODE AGE"),
        ("pv", "NAME CAPACITY RECLAIM POLICY STATUS CLAIM STORAGECLASS PATH AGE"),
        ("Deployment", "NAMESPACE NAME READY UP-TO-DATE AVAILABLE AGE"),
    ] {
        let table = shown(&place, &["before", kind]).out;
        let names = shown(&place, &["before", kind, "-o", "name"]).out;
        assert_eq!(rows(&table)[0].join(" "), header);
        assert_eq!(table.lines().count(), names.lines().count() + 1, "{table}");
    }
    let apps = shown(&place, &["before", "applications", "-n", "argocd"]).out;
    let row = rows(&apps).into_iter().find(|r| r[1] == "fastapi-prod").unwrap();
    assert_eq!((row[2], row[3], row[4].len()), ("Synced", "Healthy", 8));
    let wide = shown(&place, &["before", "pods", "-o", "wide"]).out;
    assert!(rows(&wide)[0].ends_with(&["IP", "IMAGES", "HEALTH (EVID)", "LAYER"]), "{wide}");
}

#[test]
fn a_custom_kind_is_printed_as_its_definition_says() {
    let mut collected = samples::collected("before");
    let crd = samples::items(&mut collected, "customresourcedefinitions")
        .iter_mut()
        .find(|c| c["metadata"]["name"] == "appprojects.argoproj.io")
        .unwrap();
    let version = crd["spec"]["versions"].as_array().unwrap().iter().position(|v| v["name"] == "v1alpha1").unwrap();
    crd["spec"]["versions"][version]["additionalPrinterColumns"] = json!([
        {"name": "Description", "type": "string", "jsonPath": ".spec.description"},
        {"name": "Endless", "type": "string", "jsonPath": "..*..*..*"}]);
    let place = Place::new();
    std::fs::create_dir(place.path().join("evidence")).unwrap();
    samples::seal(&place.bundle("x"), &samples::drafted(collected));
    let table = shown(&place, &["x", "appprojects"]).out;
    assert_eq!(rows(&table)[0], ["NAMESPACE", "NAME", "DESCRIPTION", "AGE"]);
}

#[test]
fn unknown_none_and_not_asked_are_three_answers() {
    let place = Place::captured();
    let unknown = shown(&place, &["before", "gadgets"]);
    assert!(unknown.code == Some(2) && unknown.err.contains("no kind is called `gadgets`"), "{}", unknown.err);
    let none = shown(&place, &["before", "pods", "-n", "nowhere"]);
    assert!(none.code == Some(0) && none.err.contains("asked for them, and got none"), "{}", none.err);
    let missing = shown(&place, &["before", "deploy", "nobody"]);
    assert!(missing.code == Some(1) && missing.err.contains("holds no nobody"), "{}", missing.err);
    let never = shown(&place, &["before", "leases"]);
    assert!(never.err.contains("never stored"), "{}", never.err);
    let mut collected = samples::collected("before");
    samples::items(&mut collected, "services").clear();
    collected.gaps.push(evid::model::Gap::of("", "services", None, evid::model::Reason::Forbidden, "services.err:1: you may not"));
    samples::seal(&place.bundle("x"), &samples::drafted(collected));
    let gap = shown(&place, &["x", "svc"]);
    assert!(gap.code == Some(3) && gap.err.contains("forbidden: services") && gap.err.contains("you may not"), "{}", gap.err);
}

#[test]
fn labels_layers_names_and_paths_select() {
    let place = Place::captured();
    let names = |args: &[&str]| shown(&place, &[args, &["-o", "name"]].concat()).out;
    assert_eq!(names(&["before", "deploy/fastapi", "app/root-apps"]), "deployments.apps/fastapi\napplications.argoproj.io/root-apps\n");
    let core = names(&["before", "all", "--layer", "core"]);
    assert!(core.contains("deployments.apps/fastapi") && !core.contains("feast"), "{core}");
    assert!(shown(&place, &["before", "all", "--layer", "nowhere"]).err.contains("optional"));
    let labelled = names(&["before", "pods", "-l", "app.kubernetes.io/name in (fastapi)"]);
    assert!(labelled.lines().count() > 1 && labelled.lines().all(|l| l.starts_with("pods/fastapi")), "{labelled}");
    let path = "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}";
    let listed = shown(&place, &["before", "pods", "-l", "app.kubernetes.io/name=fastapi", "-o", path]).out;
    assert_eq!(listed, labelled.replace("pods/", ""));
}

#[test]
fn an_application_is_the_tree_of_what_it_lists() {
    let place = Place::captured();
    let tree = shown(&place, &["before", "app", "root-optional"]).out;
    assert!(tree.contains("\n  Application argocd/feast-dev  Synced, Healthy"), "{tree}");
    assert!(tree.contains("\n    ConfigMap feast-dev/feast-env  Synced"), "{tree}");
    let off = shown(&place, &["off", "app", "root-apps"]).out;
    assert!(off.contains("Deployment mlops-prod/fastapi") && !off.contains("not in the bundle"), "{off}");
}

#[test]
fn a_bundle_is_named_by_its_age_in_every_verb() {
    let place = Place::captured();
    for (age, name) in [("latest", "on"), ("~0", "on"), ("~1", "off"), ("~2", "before")] {
        let [by_age, by_name] = [age, name].map(|n| shown(&place, &[n, "all", "-o", "json"]).out);
        assert!(by_age == by_name && !by_age.is_empty(), "{age}");
    }
    assert_eq!(shown(&place, &["~3"]).code, Some(2));
    assert_eq!(place.evid(&["diff", "~2", "~1", "latest", "--no-sign"]).status.code(), Some(0));
    assert_eq!(place.evid(&["verify", "latest"]).status.code(), Some(0));
}

#[test]
fn a_report_shows_all_that_it_holds_and_that_nobody_verified_it() {
    let place = Place::captured();
    let said = text(&place.evid(&["diff", "before", "off", "on"]).stdout);
    let report = shown(&place, &["before--off--on"]);
    assert_eq!(report.code, Some(0), "{}", report.err);
    for words in [
        "result: proven",
        "changes in optional, before to off",
        "changes in optional, off to on",
        "added Application argocd/feast-ui",
        "noted: was re-created, equal\n  Application argocd/feast-dev\n",
    ] {
        assert!(report.out.contains(words), "{words}: {}", report.out);
    }
    assert!(!report.out.contains("… and") && said.contains("… and"), "everything is listed");
    assert!(report.err.contains("not verified"));
    assert!(shown(&place, &["evidence/before--off--on.report.json", "pods"]).err.contains("holds no objects"));
}

#[test]
fn reasons_are_sentences_and_what_does_not_apply_says_why() {
    let place = Place::captured();
    let off = text(&place.evid(&["diff", "before", "off", "--no-sign"]).stdout);
    for words in [
        "No object of optional lives; stays on purpose: ",
        "optional was not seen off and then on",
        "optional is the layer that was switched",
        "no probe of core is declared",
        "/spec/syncPolicy/automated: gone, it was prune true, selfHeal true",
    ] {
        assert!(off.contains(words), "{words}: {off}");
    }
    assert!(!off.contains(['{', '"']), "{off}");
    let mut collected = samples::collected("off");
    collected.gaps.push(evid::model::Gap::of("", "services", None, evid::model::Reason::Forbidden, ""));
    collected.gaps.push(evid::model::Gap::of("", "endpoints", None, evid::model::Reason::Forbidden, ""));
    samples::seal(&place.bundle("x"), &samples::drafted(collected));
    let gaps = text(&place.evid(&["diff", "before", "x", "--no-sign"]).stdout);
    let line = gaps.lines().find(|l| l.contains("evidence.complete")).unwrap();
    assert!(
        line.ends_with("services, endpoints could not be listed: forbidden (in x)")
            || line.ends_with("endpoints, services could not be listed: forbidden (in x)"),
        "{line}"
    );
}

#[test]
fn a_kind_of_the_same_name_that_the_cluster_does_not_serve_is_not_meant() {
    let place = Place::captured();
    for kind in ["ingress", "svc"] {
        let said = shown(&place, &["before", kind]);
        assert_eq!((said.code, said.err.contains("knative")), (Some(0), false), "{kind}: {}", said.err);
    }
}

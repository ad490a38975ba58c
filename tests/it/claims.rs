//! Claims: the samples prove the round trip; one harmful change refutes the claim that speaks of it; noise changes nothing; a gap
//! never improves a verdict.
use crate::samples::{collected, items, judge, names, object, verdict};
use crate::support::json;
use evid::claims::{Code, catalogue};
use evid::model::{Gap, Reason, Verdict};
use evid::usecase::capture::Collected;
use evid::value::Value;

type Change = fn(&mut Collected);

fn triple(at: usize, change: Change) -> Vec<Collected> {
    let mut all = vec![collected("before"), collected("off"), collected("on")];
    change(&mut all[at]);
    all
}

#[test]
fn the_samples_prove_the_round_trip() {
    let outcome = judge(triple(0, |_| {}));
    assert_eq!(outcome.total, Verdict::Proven, "{:#?}", outcome.judged.iter().filter(|j| j.verdict != Verdict::Proven).collect::<Vec<_>>());
    for claim in [
        "optional.absent",
        "optional.restored",
        "core.unchanged",
        "core.undisturbed",
        "core.healthy",
        "changes.confined",
        "storage.retained",
        "switch.kept",
    ] {
        assert_eq!(verdict(&outcome, claim), "proven", "{claim}");
    }
}

#[test]
fn the_same_bundles_give_the_same_report() {
    let predicate = || evid::canon::json::to_text(&judge(triple(0, |_| {})).predicate);
    assert_eq!(predicate(), predicate());
}

#[test]
fn the_same_reversed_bundles_give_the_same_report_too() {
    // Every object is older than before: many findings of one claim, which need an order of their own.
    let predicate = || evid::canon::json::to_text(&judge(vec![collected("on"), collected("before")]).predicate);
    let first = predicate();
    assert!(first.matches("older-object").count() > 10);
    assert!((0..3).all(|_| predicate() == first));
}

#[test]
fn one_harmful_change_refutes_the_claim_that_speaks_of_it() {
    let cases: &[(&str, usize, Change, &str, &str)] = &[
        (
            "an environment variable",
            1,
            |c| {
                object(c, "deployments", "mlops-prod", "fastapi")["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] =
                    json!("x")
            },
            "core.unchanged",
            "fastapi",
        ),
        (
            "the same, for confinement",
            1,
            |c| {
                object(c, "deployments", "mlops-prod", "fastapi")["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] =
                    json!("x")
            },
            "changes.confined",
            "fastapi",
        ),
        (
            "a stray ClusterRoleBinding",
            1,
            |c| {
                items(c, "clusterrolebindings").push(json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "stray", "uid": "s1", "resourceVersion": "99999"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}}));
            },
            "changes.confined",
            "stray",
        ),
        (
            "a re-created claim",
            2,
            |c| object(c, "persistentvolumeclaims", "mlops-prod", "triton-model-repo")["metadata"]["uid"] = json!("other"),
            "core.undisturbed",
            "triton-model-repo",
        ),
        (
            "a volume's reclaim policy",
            1,
            |c| object(c, "persistentvolumes", "", "triton-model-repo-prod")["spec"]["persistentVolumeReclaimPolicy"] = json!("Delete"),
            "storage.retained",
            "triton-model-repo-prod",
        ),
        (
            "a volume's path",
            1,
            |c| object(c, "persistentvolumes", "", "triton-model-repo-prod")["spec"]["nfs"]["path"] = json!("/elsewhere"),
            "storage.retained",
            "triton-model-repo-prod",
        ),
        (
            "the switch re-created",
            1,
            |c| object(c, "applications", "argocd", "root-optional")["metadata"]["uid"] = json!("other"),
            "switch.kept",
            "root-optional",
        ),
        (
            "the switch automated while off",
            1,
            |c| object(c, "applications", "argocd", "root-optional")["spec"]["syncPolicy"]["automated"] = json!({}),
            "switch.kept",
            "root-optional",
        ),
        (
            "the switch's source moved",
            1,
            |c| object(c, "applications", "argocd", "root-optional")["spec"]["source"]["path"] = json!("x"),
            "changes.confined",
            "root-optional",
        ),
        (
            "an Application that is OutOfSync",
            1,
            |c| object(c, "applications", "argocd", "fastapi-prod")["status"]["sync"]["status"] = json!("OutOfSync"),
            "core.healthy",
            "fastapi-prod",
        ),
        (
            "a restored child with another image",
            2,
            |c| object(c, "deployments", "feast-dev", "feast-server")["spec"]["template"]["spec"]["containers"][0]["image"] = json!("x"),
            "optional.restored",
            "feast-server",
        ),
        (
            "a child's object that did not come back",
            2,
            |c| {
                items(c, "services").retain(|o| o["metadata"]["name"] != "feast-ui");
                // The Application says so itself; one that called it Synced would contradict the list.
                let listed = object(c, "applications", "argocd", "feast-ui")["status"]["resources"].as_array_mut().unwrap();
                listed.iter_mut().filter(|r| r["kind"] == "Service").for_each(|r| r["status"] = json!("OutOfSync"));
            },
            "optional.restored",
            "feast-ui",
        ),
    ];
    for (what, at, change, claim, named) in cases {
        let outcome = judge(triple(*at, *change));
        assert_eq!(verdict(&outcome, claim), "refuted", "{what}: {claim}");
        assert!(names(&outcome, claim, named), "{what}: {claim} does not name {named}");
        assert_eq!(outcome.total, Verdict::Refuted, "{what}");
    }
}

#[test]
fn an_orphan_refutes_absence_and_a_kept_claim_does_not() {
    let mut all = vec![collected("before"), collected("off")];
    let orphan = object(&mut all[0], "services", "feast-dev", "feast-ui").clone();
    items(&mut all[1], "services").push(orphan);
    let outcome = judge(all);
    assert_eq!(verdict(&outcome, "optional.absent"), "refuted");
    assert!(names(&outcome, "optional.absent", "feast-ui"));
    let clean = judge(vec![collected("before"), collected("off")]);
    assert_eq!(verdict(&clean, "optional.absent"), "proven");
    assert!(names(&clean, "optional.absent", "redis-data-feast-redis-0"), "what is kept is named");
}

#[test]
fn a_forbidden_list_never_proves_absence() {
    let mut all = vec![collected("before"), collected("off")];
    items(&mut all[1], "pods").clear();
    all[1].gaps.push(gap("pods", Reason::Forbidden));
    let outcome = judge(all);
    for claim in ["optional.absent", "core.undisturbed", "changes.confined", "evidence.complete"] {
        assert_eq!(verdict(&outcome, claim), "inconclusive", "{claim}");
    }
    assert_eq!(outcome.total, Verdict::Inconclusive);
}

#[test]
fn a_list_that_its_owners_contradict_shows_no_absence() {
    let mut all = vec![collected("before"), collected("off")];
    items(&mut all[1], "pods").clear();
    let outcome = judge(all);
    assert_eq!(verdict(&outcome, "optional.absent"), "inconclusive");
    assert_eq!(verdict(&outcome, "core.undisturbed"), "inconclusive");
}

fn gap(resource: &str, reason: Reason) -> Gap {
    Gap::of("", resource, None, reason, "")
}

#[test]
fn a_gap_never_improves_a_verdict() {
    let rank = |v: Verdict| matches!(v, Verdict::Proven);
    let changes: &[Change] = &[
        |_| {},
        |c| object(c, "deployments", "mlops-prod", "fastapi")["spec"]["template"]["spec"]["containers"][0]["image"] = json!("x"),
        |c| items(c, "services").retain(|o| o["metadata"]["name"] != "fastapi"),
    ];
    for change in changes {
        let base = judge(triple(1, *change));
        for at in 0..3 {
            for resource in ["pods", "services", "secrets", "configmaps", "persistentvolumes", "*"] {
                let mut all = triple(1, *change);
                all[at].gaps.push(gap(resource, Reason::Forbidden));
                let with = judge(all);
                for (a, b) in base.judged.iter().zip(&with.judged) {
                    assert!(
                        !rank(b.verdict) || rank(a.verdict),
                        "{}: {} became {} by a gap in {resource} of bundle {at}",
                        a.id,
                        a.verdict,
                        b.verdict
                    );
                }
                assert_ne!(with.total, Verdict::Proven, "a gap in {resource} of bundle {at}");
            }
        }
    }
}

#[test]
fn two_captures_of_an_untouched_platform_compare_equal() {
    let mut later = collected("before");
    later.started = Some("2026-11-24T01:00:00Z".into());
    later.finished = Some("2026-11-24T01:00:10Z".into());
    for list in &mut later.lists {
        list.items.reverse();
        for item in &mut list.items {
            let version: u64 = item["metadata"]["resourceVersion"].as_str().unwrap().parse().unwrap();
            if item["kind"] != "Secret" {
                item["metadata"]["resourceVersion"] = json!((version + 100_000).to_string());
            }
            item["metadata"]["managedFields"] = json!([{"manager": "x"}]);
            if let Some(finalizers) = item["metadata"].get_mut("finalizers").and_then(Value::as_array_mut) {
                finalizers.reverse();
            }
            match item["kind"].as_str().unwrap() {
                "Application" => {
                    item["metadata"]["generation"] = json!(9999);
                    item["status"]["reconciledAt"] = json!("2026-11-24T01:00:05Z");
                    item["status"]["sync"]["revision"] = json!("0123456789012345678901234567890123456789");
                    item["status"]["conditions"] =
                        json!([{"type": "OrphanedResourceWarning", "message": "Application has 9 orphaned resources"}]);
                }
                "CronJob" => item["status"]["lastScheduleTime"] = json!("2026-11-24T01:00:00Z"),
                "Deployment" => {
                    let containers = item["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap();
                    containers.reverse();
                    containers.iter_mut().filter_map(|c| c.get_mut("volumeMounts")?.as_array_mut()).for_each(|m| m.reverse());
                }
                _ => {}
            }
        }
    }
    let outcome = judge(vec![collected("before"), later]);
    let wrong: Vec<_> = outcome.judged.iter().filter(|j| !matches!(j.verdict, Verdict::Proven | Verdict::NotApplicable)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(outcome.changes.is_empty(), "{:#?}", outcome.changes);
    assert_eq!(verdict(&outcome, "optional.unchanged"), "proven");
}

#[test]
fn reversed_bundles_are_not_in_order_and_one_bundle_twice_proves_no_order() {
    let outcome = judge(vec![collected("off"), collected("before")]);
    assert_eq!(verdict(&outcome, "evidence.ordered"), "refuted");
    let outcome = judge(vec![collected("before"), collected("before")]);
    assert_eq!(verdict(&outcome, "evidence.ordered"), "inconclusive");
}

#[test]
fn a_clock_that_was_set_back_leaves_the_order_open_and_only_the_clusters_own_count_refutes_it() {
    let mut back = collected("off");
    (back.started, back.finished) = (Some("2026-01-01T00:00:00Z".into()), Some("2026-01-01T00:00:09Z".into()));
    let outcome = judge(vec![collected("before"), back]);
    assert_eq!((verdict(&outcome, "evidence.ordered"), outcome.total), ("inconclusive", Verdict::Inconclusive));
    let mut on = collected("on");
    (on.started, on.finished) = (Some("2036-01-01T00:00:00Z".into()), Some("2036-01-01T00:00:09Z".into()));
    assert_eq!(verdict(&judge(vec![on, collected("off")]), "evidence.ordered"), "refuted");
}

#[test]
fn a_platform_without_the_declared_roots_proves_nothing() {
    let without = |name: &str| {
        let mut c = collected(name);
        items(&mut c, "applications").retain(|o| !o["metadata"]["name"].as_str().unwrap().starts_with("root-"));
        c
    };
    let outcome = judge(vec![without("before"), without("off")]);
    assert_eq!(outcome.total, Verdict::Inconclusive);
    assert_eq!(verdict(&outcome, "core.unchanged"), "inconclusive");
}

#[test]
fn another_cluster_is_not_comparable() {
    let mut other = collected("off");
    object(&mut other, "namespaces", "", "kube-system")["metadata"]["uid"] = json!("another");
    assert_eq!(verdict(&judge(vec![collected("before"), other]), "evidence.comparable"), "refuted");
}

#[test]
fn every_claim_is_judged_over_the_samples() {
    let claims = catalogue::all().unwrap();
    let outcome = judge(triple(0, |_| {}));
    for claim in claims.iter().filter(|c| c.over.contains(&3) && !c.proof) {
        let of = |j: &&evid::claims::Judged| j.id.ends_with(&format!(".{}", claim.word));
        assert!(outcome.judged.iter().any(|j| of(&j)), "{} was not judged", claim.word);
    }
}

#[test]
fn digests_of_secrets_show_that_content_changed_and_not_what_it_is() {
    use evid::bundle::config::{Config, Secrets};
    let config = Config { secrets: Secrets::Digests, ..Config::default() };
    let sides = |password: &str| {
        let all = [("before", "aHVudGVyMg=="), ("off", password)].map(|(name, password)| {
            let mut collected = collected(name);
            let secret = crate::samples::object(&mut collected, "secrets", "mlops-prod", "registry-pull");
            secret["data"] = json!({"password": password});
            secret["metadata"]["resourceVersion"] = json!(if name == "before" { "5" } else { "6" });
            crate::samples::side_of(name, crate::samples::drafted_with(collected, config.clone()))
        });
        evid::usecase::diff::diff(&all, None).unwrap()
    };
    let (same, other) = (sides("aHVudGVyMg=="), sides("aHVudGVyMw=="));
    assert_eq!(verdict(&same, "core.unchanged"), "proven", "written with the same content");
    assert_eq!(verdict(&other, "core.unchanged"), "refuted");
    assert!(names(&other, "core.unchanged", "registry-pull"));
    assert!(!other.predicate.to_string().contains("aHVudGVyM") && !other.predicate.to_string().contains("hunter"));
}

#[test]
fn what_was_made_with_rules_that_this_version_lacks_is_never_proven() {
    let sides: Vec<evid::compare::Side> = ["before", "off"]
        .map(|name| {
            let mut files = crate::samples::files(&crate::samples::drafted(collected(name)));
            let mut manifest: Value = serde_json::from_slice(&files["evid.json"]).unwrap();
            // The same other rules in both: nobody has split these objects anew.
            manifest["rules"] = json!("0".repeat(64));
            files.insert("evid.json".into(), evid::canon::json::to_bytes(&manifest));
            crate::samples::Memory::side(name, files)
        })
        .into();
    let outcome = evid::usecase::diff::diff(&sides, None).unwrap();
    assert_eq!((verdict(&outcome, "evidence.comparable"), outcome.total), ("inconclusive", Verdict::Inconclusive));
}

#[test]
fn a_secret_that_nothing_tells_of_leaves_unchanged_and_confined_open() {
    let without_version = |name: &str| {
        let mut all = collected(name);
        object(&mut all, "secrets", "mlops-prod", "registry-pull")["metadata"].as_object_mut().unwrap().remove("resourceVersion");
        all
    };
    let outcome = judge(vec![without_version("before"), without_version("off")]);
    for claim in ["core.unchanged", "changes.confined"] {
        assert_eq!(verdict(&outcome, claim), "inconclusive", "{claim}");
        let judged = outcome.judged.iter().find(|j| j.id == claim).unwrap();
        assert!(judged.findings.iter().any(|f| f.code == Code::SecretUnversioned && names(&outcome, claim, "registry-pull")), "{claim}");
    }
}

#[test]
fn with_digests_a_secrets_content_and_type_are_compared_and_one_that_was_read_without_content_is_open() {
    use crate::samples::drafted_with;
    use evid::bundle::config::{Config, Secrets};
    let of = |change: fn(&mut Value)| {
        let sides: Vec<evid::compare::Side> = ["before", "off"]
            .into_iter()
            .enumerate()
            .map(|(i, name)| {
                let mut all = collected(name);
                for secret in items(&mut all, "secrets") {
                    secret["type"] = json!("Opaque");
                    secret["data"] = json!({"a": "aHVudGVyMjI="});
                }
                let secret = object(&mut all, "secrets", "mlops-prod", "registry-pull");
                secret["metadata"]["resourceVersion"] = json!(format!("9000{i}"));
                if i == 1 {
                    change(secret);
                }
                crate::samples::side_of(name, drafted_with(all, Config { secrets: Secrets::Digests, ..Config::default() }))
            })
            .collect();
        verdict(&evid::usecase::diff::diff(&sides, None).unwrap(), "core.unchanged")
    };
    assert_eq!(of(|_| {}), "proven");
    assert_eq!(of(|s| s["data"]["a"] = json!("aHVudGVyMjJ=")), "refuted");
    assert_eq!(of(|s| s["type"] = json!("example.com/other")), "refuted");
    assert_eq!(of(|s| s["immutable"] = json!(true)), "refuted");
    let unread: fn(&mut Value) = |s| drop((s.as_object_mut().unwrap().remove("type"), s.as_object_mut().unwrap().remove("data")));
    assert_ne!(of(unread), "proven");
}

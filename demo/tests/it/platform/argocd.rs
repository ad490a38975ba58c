//! Argo CD as it was seen to behave. Each sentence was true of a real one.
use super::world::World;
use evid_demo::argocd::{APPS, FINALIZER};
use evid_demo::world::objects::{deleting, items};
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<&str> {
    items(list).filter_map(|i| i["name"].as_str()).collect()
}

#[test]
fn a_prune_of_a_root_whose_git_still_lists_its_children_prunes_nothing() {
    let mut world = World::new();
    world.manual();
    world.sync("root-optional");
    world.until("the operation ends", |w| w.app("root-optional")["operation"].is_null());
    world.run(10);
    assert_eq!(world.children().len(), 8);
    assert!(world.settled());
}

#[test]
fn succeeded_only_says_that_the_deletes_were_sent() {
    let mut world = World::new();
    world.manual();
    world.prune(true);
    world.until("Succeeded", |w| w.app("root-optional")["status"]["operationState"]["phase"] == "Succeeded");
    let results = &world.app("root-optional")["status"]["operationState"]["syncResult"]["resources"];
    assert_eq!(items(results).filter(|r| r["status"] == "Pruned" && r["message"] == "pruned" && r["hookPhase"] == "Succeeded").count(), 8);
    assert_eq!(world.children().len(), 8);
    assert!(world.children().iter().all(|c| deleting(c)), "in one second, whatever their waves");
}

#[test]
fn the_prune_deletes_in_the_foreground() {
    let mut world = World::new();
    world.manual();
    world.prune(true);
    world.until("the children are deleted", |w| w.children().iter().any(|c| deleting(c)));
    world.tick();
    let log = world.platform.store.since(APPS, world.platform.store.oldest()).unwrap();
    let finalizers: Vec<Value> = log.filter(|e| e.id.name == "feast-dev").map(|e| e.new["metadata"]["finalizers"].clone()).collect();
    assert!(finalizers.contains(&json!([FINALIZER, "foregroundDeletion"])), "{finalizers:?}");
    assert_eq!(finalizers.last(), Some(&json!([FINALIZER])));
}

#[test]
fn a_terminating_child_is_listed_as_synced() {
    let mut world = World::new();
    world.manual();
    world.prune(true);
    world.until("Progressing", |w| w.says("root-optional") == "Synced/Progressing");
    assert!(world.children().iter().all(|c| deleting(c)));
    let resources = &world.app("root-optional")["status"]["resources"];
    assert!(items(resources).all(|r| r["status"] == "Synced"));
}

#[test]
fn the_waves_hold_within_a_parent() {
    let mut world = World::new();
    world.manual();
    world.prune(true);
    world.until("feast-jobs is gone", |w| !w.has_app("feast-jobs"));
    assert!(!deleting(world.app("feast-ui")));
    world.until("feast-ui is deleted", |w| w.find(APPS, "argocd", "feast-ui").is_none_or(deleting));
    assert!(world.has_app("feast-extras"), "it waits for both");
}

#[test]
fn a_root_that_is_off_is_out_of_sync_and_healthy() {
    let mut world = World::new();
    world.off();
    assert_eq!(world.says("root-optional"), "OutOfSync/Healthy");
    let resources = &world.app("root-optional")["status"]["resources"];
    assert_eq!(names(resources).len(), 8);
    assert!(items(resources).all(|r| r["status"] == "OutOfSync" && r["health"].is_null() && r["requiresPruning"].is_null()));
    let entry = items(&world.app("root-optional")["status"]["history"]).next_back().unwrap();
    assert_eq!(entry["source"]["directory"]["exclude"], "*");
    assert_eq!(entry["initiatedBy"], json!({"username": "somebody"}));
    let app = world.app("root-optional");
    assert!(app["status"]["reconciledAt"].as_str() >= app["status"]["operationState"]["finishedAt"].as_str());
}

#[test]
fn off_keeps_namespaces_and_the_claims_that_nobody_may_take() {
    let mut world = World::new();
    let uid = |w: &World, stem, ns, name| w.get(stem, ns, name)["metadata"]["uid"].clone();
    let kept = [
        ("namespaces", "", "feast-dev"),
        ("namespaces", "", "feast-prod"),
        ("persistentvolumeclaims", "feast-prod", "feast-registry"),
        ("persistentvolumeclaims", "feast-dev", "redis-data-feast-redis-0"),
        ("serviceaccounts", "feast-dev", "core-batch-reader"),
        ("networkpolicies.networking.k8s.io", "feast-dev", "core-egress-guard"),
    ];
    let before = kept.map(|(stem, ns, name)| uid(&world, stem, ns, name));
    world.off();
    assert_eq!(kept.map(|(stem, ns, name)| uid(&world, stem, ns, name)), before);
    assert!(world.find("persistentvolumeclaims", "feast-dev", "feast-registry").is_none());
    assert!(world.find("persistentvolumes", "", "feast-registry-dev").is_none());
    assert!(world.find("configmaps", "mlops-prod", "feast-endpoints").is_none());
    assert_eq!(
        world.platform.store.list("pods", Some("feast-dev")).count() + world.platform.store.list("pods", Some("feast-prod")).count(),
        0
    );
}

#[test]
fn an_uncleared_operation_state_leaks_the_old_source() {
    let mut world = World::new();
    world.off();
    world.on(false);
    world.until("picked up", |w| w.app("root-optional")["status"]["operationState"]["phase"] == "Running");
    let state = &world.app("root-optional")["status"]["operationState"];
    assert_eq!(state["message"], "successfully synced (all tasks run)", "the old message beside Running");
    world.until("the operation ends", |w| w.app("root-optional")["status"]["operationState"]["phase"] == "Succeeded");
    let root = world.app("root-optional");
    assert_eq!(root["status"]["operationState"]["message"], "successfully synced (no more tasks)");
    assert_eq!(root["status"]["operationState"]["operation"]["sync"]["source"]["directory"]["exclude"], "*");
    assert_eq!(items(&root["status"]["history"]).next_back().unwrap()["source"]["directory"]["exclude"], "*");
    assert_eq!(world.children().len(), 2, "a quarter of the layer");
    world.until("self-heal brings the rest", |w| w.children().len() == 8);
}

#[test]
fn a_cleared_one_walks_the_waves_in_one_operation() {
    let mut world = World::new();
    world.off();
    world.on(true);
    world.until("the first wave", |w| !w.children().is_empty());
    assert_eq!(
        world.children().iter().map(|c| c["metadata"]["name"].clone()).collect::<Vec<_>>(),
        ["optional-envs-dev", "optional-envs-prod"]
    );
    world.until("Succeeded", |w| w.app("root-optional")["status"]["operationState"]["phase"] == "Succeeded");
    assert_eq!(world.children().len(), 8);
    assert!(!world.settled() && !world.has_app("feast-jobs"), "the root is done long before its children are");
    let state = &world.app("root-optional")["status"]["operationState"];
    assert!(state["operation"]["initiatedBy"]["automated"].is_null() && state["operation"]["sync"]["source"].is_null());
}

#[test]
fn a_manual_child_stays_missing_until_it_is_synced() {
    let mut world = World::new();
    world.off();
    world.on(true);
    world.run(60);
    let child = world.app("feast-notebooks");
    assert_eq!(world.says("feast-notebooks"), "OutOfSync/Missing");
    assert!(child["status"]["operationState"].is_null() && child["status"]["history"].is_null() && child["status"]["conditions"].is_null());
    assert_eq!(world.says("root-optional"), "Synced/Healthy");
    world.sync("feast-notebooks");
    world.until("all is well", World::settled);
}

#[test]
fn automated_alone_is_a_full_operation_after_a_prune_and_a_partial_one_after_a_cascade() {
    for (cascade, partial) in [(false, false), (true, true)] {
        let mut world = World::new();
        world.manual();
        if cascade {
            for name in world.children().iter().map(|c| c["metadata"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>() {
                world.delete(APPS, "argocd", &name);
            }
        } else {
            world.prune(true);
        }
        world.until("off", |w| w.children().is_empty());
        world.run(5);
        let before = items(&world.app("root-optional")["status"]["history"]).count();
        world.edit("root-optional", |a| a["spec"]["syncPolicy"]["automated"] = json!({"prune": true, "selfHeal": true}));
        world.until("the operation", |w| w.app("root-optional")["operation"].is_object());
        world.until("its end", |w| w.app("root-optional")["operation"].is_null());
        let status = &world.app("root-optional")["status"];
        assert_eq!(status["operationState"]["operation"]["sync"]["resources"].is_array(), partial);
        assert_eq!(status["operationState"]["operation"]["sync"]["autoHealAttemptsCount"].is_number(), partial);
        assert_eq!(items(&status["history"]).count() > before, !partial);
        assert_eq!(world.children().len(), 8);
    }
}

#[test]
fn a_child_without_the_finalizer_leaves_its_objects_and_adopts_them_when_it_returns() {
    let mut world = World::new();
    let uid = |w: &World| w.get("deployments.apps", "feast-dev", "feast-offline")["metadata"]["uid"].clone();
    let before = uid(&world);
    world.manual();
    world.edit("feast-offline", |a| drop(a["metadata"].as_object_mut().unwrap().remove("finalizers")));
    world.prune(true);
    world.until("off", |w| w.children().is_empty());
    world.run(10);
    assert_eq!(uid(&world), before);
    assert_eq!(world.platform.store.list("pods", Some("feast-dev")).count(), 2);
    assert_eq!(world.says("root-optional"), "OutOfSync/Healthy", "the root says nothing of them");
    world.on(true);
    world.until("it is back", |w| w.has_app("feast-offline") && w.says("feast-offline") == "Synced/Healthy");
    world.run(10);
    assert_eq!(uid(&world), before);
    assert!(world.app("feast-offline")["status"]["operationState"].is_null() && world.app("feast-offline")["status"]["history"].is_null());
}

#[test]
fn self_heal_is_a_partial_operation_without_history() {
    let mut world = World::new();
    let history = |w: &World| items(&w.app("ingress-rules")["status"]["history"]).count();
    let before = history(&world);
    world.change("configmaps", "ingress", "ingress-controller", |c| c["data"]["proxy-buffer-size"] = "1k".into());
    world.until("drift is seen", |w| w.app("ingress-rules")["operation"].is_object());
    world.until("healed", |w| w.says("ingress-rules") == "Synced/Healthy" && w.app("ingress-rules")["operation"].is_null());
    assert_ne!(world.get("configmaps", "ingress", "ingress-controller")["data"]["proxy-buffer-size"], "1k");
    let operation = &world.app("ingress-rules")["status"]["operationState"]["operation"];
    assert_eq!(names(&operation["sync"]["resources"]), ["ingress-controller"]);
    assert_eq!(operation["sync"]["autoHealAttemptsCount"], 1);
    assert_eq!(history(&world), before);
}

#[test]
fn what_git_does_not_say_is_no_drift() {
    let mut world = World::new();
    world.change("secrets", "feast-dev", "feast-redis-auth", |s| s["data"]["extra"] = "eA==".into());
    world.edit("feast-offline", |a| a["metadata"]["finalizers"] = json!([FINALIZER]));
    world.run(20);
    assert!(world.settled());
    assert_eq!(world.get("secrets", "feast-dev", "feast-redis-auth")["data"]["extra"], "eA==");
}

#[test]
fn an_automated_root_brings_back_a_child_that_was_deleted() {
    let mut world = World::new();
    let before = world.app("feast-redis-dev")["metadata"]["uid"].clone();
    world.delete(APPS, "argocd", "feast-redis-dev");
    world.until("it is back", |w| w.find(APPS, "argocd", "feast-redis-dev").is_some_and(|a| a["metadata"]["uid"] != before));
    world.until("all is well", World::settled);
}

#[test]
fn a_set_operation_blocks_the_finalizer() {
    let mut world = World::new();
    world.manual();
    world.edit("feast-dev", |a| a["operation"] = json!({"sync": {"prune": true}}));
    world.tick();
    world.edit("feast-dev", |a| a["metadata"]["annotations"]["argocd.argoproj.io/skip-reconcile"] = "true".into());
    world.delete(APPS, "argocd", "feast-dev");
    world.run(20);
    assert!(deleting(world.app("feast-dev")) && world.find("deployments.apps", "feast-dev", "feast-server").is_some());
    world.edit("feast-dev", |a| drop(a["metadata"]["annotations"].as_object_mut().unwrap().remove("argocd.argoproj.io/skip-reconcile")));
    world.until("gone", |w| !w.has_app("feast-dev"));
}

#[test]
fn a_terminated_operation_fails() {
    let mut world = World::new();
    world.edit("root-apps", |a| a["operation"] = json!({"sync": {"prune": true}}));
    world.until("it runs", |w| w.app("root-apps")["status"]["operationState"]["phase"] == "Running");
    world.edit("root-apps", |a| a["status"]["operationState"]["phase"] = "Terminating".into());
    world.until("it ends", |w| w.app("root-apps")["operation"].is_null());
    let state = &world.app("root-apps")["status"]["operationState"];
    assert_eq!((state["phase"].as_str(), state["message"].as_str()), (Some("Failed"), Some("Operation terminated")));
}

#[test]
fn an_application_without_its_project_hangs_in_deleting_until_its_finalizer_goes() {
    let mut world = World::new();
    world.delete("appprojects.argoproj.io", "argocd", "optional");
    world.delete(APPS, "argocd", "root-optional");
    world.run(3);
    let conditions: Vec<&str> = items(&world.app("root-optional")["status"]["conditions"]).filter_map(|c| c["type"].as_str()).collect();
    assert!(conditions.contains(&"DeletionError") && conditions.contains(&"InvalidSpecError"), "{conditions:?}");
    assert_eq!(world.says("root-optional"), "Unknown/Unknown");
    assert_eq!(world.says("feast-dev"), "Synced/Healthy", "its children do not know yet");
    world.run(70);
    assert_eq!(world.says("feast-dev"), "Unknown/Unknown");
    assert!(world.children().len() == 8 && !world.children().iter().any(|c| deleting(c)), "nobody touches them");
    world.edit("root-optional", |a| a["metadata"]["finalizers"] = json!([]));
    assert!(!world.has_app("root-optional"), "at once, without a second DELETE");
    assert_eq!(world.children().len(), 8);
}

#[test]
fn a_held_object_keeps_its_child_without_a_word() {
    let mut world = World::new();
    world.change("configmaps", "feast-dev", "feast-env", |c| c["metadata"]["finalizers"] = json!(["example.com/hold"]));
    world.manual();
    world.prune(true);
    world.until("the others are gone", |w| w.children().len() == 1);
    world.run(20);
    let child = world.app("optional-envs-dev");
    assert!(deleting(child) && child["status"]["conditions"].is_null() && child["operation"].is_null());
    let synced: Vec<&str> =
        items(&child["status"]["resources"]).filter(|r| r["status"] == "Synced").filter_map(|r| r["name"].as_str()).collect();
    assert_eq!(synced, ["feast-env"]);
    assert_eq!(world.says("root-optional"), "OutOfSync/Progressing");
    world.change("configmaps", "feast-dev", "feast-env", |c| c["metadata"]["finalizers"] = json!([]));
    world.until("gone", |w| w.children().is_empty());
}

#[test]
fn an_application_set_makes_its_applications_again() {
    let mut world = World::new();
    world.delete(APPS, "argocd", "exporter-blackbox");
    world.until("gone and back", |w| w.find(APPS, "argocd", "exporter-blackbox").is_some_and(|a| !deleting(a)));
    let owner = &world.app("exporter-blackbox")["metadata"]["ownerReferences"][0];
    assert_eq!((owner["kind"].as_str(), owner["name"].as_str()), (Some("ApplicationSet"), Some("exporters")));
    world.until("all is well", World::settled);
}

#[test]
fn a_refresh_takes_its_annotation_off_and_moves_what_must_not_matter() {
    let mut world = World::new();
    let before = world.app("minio").clone();
    world.edit("minio", |a| a["metadata"]["annotations"]["argocd.argoproj.io/refresh"] = "normal".into());
    world.until("the annotation is gone", |w| w.app("minio")["metadata"]["annotations"]["argocd.argoproj.io/refresh"].is_null());
    let after = world.app("minio");
    assert!(after["status"]["reconciledAt"].as_str() > before["status"]["reconciledAt"].as_str());
    assert!(after["metadata"]["generation"].as_u64() > before["metadata"]["generation"].as_u64(), "no status subresource");
}

#[test]
fn a_copied_tracking_id_is_listed_without_a_status_and_not_pruned() {
    let mut world = World::new();
    world.sync("fastapi-prod");
    world.until("the operation ends", |w| w.app("fastapi-prod")["operation"].is_null());
    world.run(5);
    let line = items(&world.app("fastapi-prod")["status"]["resources"]).find(|r| r["name"] == "fastapi-config-backup").unwrap();
    assert!(line["status"].is_null());
    assert!(world.find("configmaps", "mlops-prod", "fastapi-config-backup").is_some());
}

#[test]
fn hooks_run_before_and_after_and_replace_themselves() {
    let mut world = World::new();
    let hook = |w: &World| w.find("jobs.batch", "mlops-prod", "mlflow-db-upgrade").map(|j| j["metadata"]["uid"].clone());
    let before = hook(&world);
    world.edit("mlflow-prod", |a| a["operation"] = json!({"sync": {"prune": true, "syncOptions": ["ServerSideApply=true"]}}));
    world.until("the operation ends", |w| w.app("mlflow-prod")["operation"].is_null());
    assert!(hook(&world).is_some() && hook(&world) != before);
    world.sync("feast-jobs");
    world.until("the hook runs", |w| w.find("jobs.batch", "feast-prod", "feast-apply").is_some());
    world.until("the operation ends", |w| w.app("feast-jobs")["operation"].is_null());
    world.run(3);
    assert!(world.find("jobs.batch", "feast-prod", "feast-apply").is_none(), "HookSucceeded");
}

#[test]
fn a_failed_attempt_is_running_with_a_time_of_its_end() {
    let mut world = World::new();
    world.edit("loki", |a| a["spec"]["syncPolicy"].as_object_mut().unwrap().retain(|k, _| k != "automated"));
    let manifests = |w: &mut World, text: &str| {
        let mut git = w.platform.git.lock().unwrap();
        let all = std::sync::Arc::make_mut(&mut git.rendered.get_mut("loki").unwrap().manifests);
        all.iter_mut().find(|m| m["kind"] == "ConfigMap").unwrap()["data"]["loki.yaml"] = text.into();
    };
    let before = world.get("configmaps", "monitoring", "loki-config")["data"]["loki.yaml"].as_str().unwrap().to_owned();
    manifests(&mut world, "other");
    world.edit("loki", |a| {
        a["operation"] = json!({"retry": {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "1m"}}, "sync": {}})
    });
    world.until("the second attempt waits", |w| w.app("loki")["status"]["operationState"]["retryCount"] == 2);
    let state = &world.app("loki")["status"]["operationState"];
    assert!(state["phase"] == "Running" && state["finishedAt"].is_string());
    assert!(state["message"].as_str().unwrap().contains("Retrying attempt #2 at "), "{}", state["message"]);
    world.edit("loki", |a| a["status"]["operationState"]["phase"] = "Terminating".into());
    world.until("it ends", |w| w.app("loki")["operation"].is_null());
    assert_eq!(world.app("loki")["status"]["operationState"]["message"], "Operation terminated (retried 2 times).");
    manifests(&mut world, &before);
    world.run(65);
    assert_eq!(world.says("loki"), "Synced/Healthy");
    assert_eq!(world.app("loki")["status"]["operationState"]["phase"], "Failed", "the last operation's phase is not the state");
}

#[test]
fn an_on_that_comes_while_children_still_go_brings_everything_back() {
    let mut world = World::new();
    world.manual();
    world.prune(true);
    world.until("Succeeded", |w| w.app("root-optional")["status"]["operationState"]["phase"] == "Succeeded");
    world.on_again();
    assert!(world.settled());
}

#[test]
fn an_operation_ends_in_error_where_the_repository_is_down() {
    let mut world = World::new();
    world.platform.git.lock().unwrap().down = true;
    world.sync("feast-dev");
    world.until("the operation ends", |w| w.app("feast-dev")["operation"].is_null());
    let state = &world.app("feast-dev")["status"]["operationState"];
    assert_eq!(state["phase"], "Error");
    assert!(state["message"].as_str().unwrap().starts_with("ComparisonError") && state["retryCount"].is_null());
    world.run(3);
    assert_eq!(world.says("feast-dev").split('/').next(), Some("Unknown"));
}

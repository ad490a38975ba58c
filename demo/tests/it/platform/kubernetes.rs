//! Kubernetes' own controllers.
use super::world::World;
use evid_demo::world::objects::{controller, deleting, items};
use evid_demo::world::store::{DeleteOptions, Id, Propagation};
use serde_json::{Value, json};

fn pods<'a>(world: &'a World, namespace: &str, label: &str) -> Vec<&'a Value> {
    world.platform.store.list("pods", Some(namespace)).filter(|p| p["metadata"]["labels"]["app.kubernetes.io/name"] == label).collect()
}

#[test]
fn a_platform_at_rest_writes_nothing_at_once() {
    let mut world = World::new();
    let version = world.platform.store.version();
    world.tick();
    world.tick();
    assert_eq!(world.platform.store.version(), version);
}

#[test]
fn a_deleted_pod_is_replaced_and_takes_a_moment_to_go() {
    let mut world = World::new();
    let old = pods(&world, "mlops-prod", "fastapi")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    world.delete("pods", "mlops-prod", &old);
    world.tick();
    assert!(world.find("pods", "mlops-prod", &old).is_some_and(deleting));
    assert_eq!(pods(&world, "mlops-prod", "fastapi").len(), 4);
    world.run(5);
    assert!(world.find("pods", "mlops-prod", &old).is_none());
    let now = pods(&world, "mlops-prod", "fastapi");
    assert_eq!(now.len(), 3);
    assert!(now.iter().all(|p| p["status"]["phase"] == "Running" && p["status"]["containerStatuses"][0]["imageID"].is_string()));
    let slices: Vec<_> = world
        .platform
        .store
        .list("endpointslices.discovery.k8s.io", Some("mlops-prod"))
        .filter(|s| s["metadata"]["labels"]["kubernetes.io/service-name"] == "fastapi")
        .collect();
    assert_eq!(items(&slices[0]["endpoints"]).count(), 3);
}

#[test]
fn a_new_template_rolls_out_and_the_old_one_has_its_old_name_again() {
    let mut world = World::new();
    let sets = |w: &World| -> Vec<(String, i64)> {
        let own = w
            .platform
            .store
            .list("replicasets.apps", Some("mlops-dev"))
            .filter(|s| s["metadata"]["labels"]["app.kubernetes.io/name"] == "fastapi");
        own.map(|s| (s["metadata"]["name"].as_str().unwrap().to_owned(), s["spec"]["replicas"].as_i64().unwrap())).collect()
    };
    let before = sets(&world);
    // A restart that Git does not know of is no drift.
    let restart = |d: &mut Value, at: Value| d["spec"]["template"]["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] = at;
    world.change("deployments.apps", "mlops-dev", "fastapi", |d| restart(d, "now".into()));
    world.run(10);
    let after = sets(&world);
    assert_eq!(after.len(), before.len() + 1);
    assert!(before.iter().all(|(name, _)| after.contains(&(name.clone(), 0))));
    assert_eq!(world.says("fastapi-dev"), "Synced/Healthy");
}

#[test]
fn a_deployment_made_anew_finds_the_names_of_its_replica_sets_again() {
    let mut world = World::new();
    let set =
        |w: &World| w.platform.store.list("replicasets.apps", Some("feast-dev")).map(|s| s["metadata"]["name"].clone()).collect::<Vec<_>>();
    let before = set(&world);
    world.off();
    assert!(set(&world).is_empty());
    world.on_again();
    assert_eq!(set(&world), before);
}

#[test]
fn foreground_deletion_waits_for_dependents_and_background_does_not() {
    for (propagation, waits) in [(Propagation::Foreground, true), (Propagation::Background, false)] {
        let mut world = World::new();
        let id = Id::new("deployments.apps", "feast-dev", "feast-offline");
        world.manual();
        world.edit("feast-offline", |a| a["metadata"]["annotations"]["argocd.argoproj.io/skip-reconcile"] = "true".into());
        let options = DeleteOptions { propagation: Some(propagation), ..DeleteOptions::default() };
        world.store().delete(&id, &options).unwrap();
        world.tick();
        assert_eq!(world.platform.store.get(&id).is_some_and(deleting), waits);
        world.run(6);
        assert!(world.platform.store.get(&id).is_none());
        assert_eq!(pods(&world, "feast-dev", "feast-offline").len(), 0);
    }
}

#[test]
fn orphaned_dependents_lose_their_owner_only() {
    let mut world = World::new();
    let options = DeleteOptions { propagation: Some(Propagation::Orphan), ..DeleteOptions::default() };
    world.edit("feast-offline", |a| a["metadata"]["annotations"]["argocd.argoproj.io/skip-reconcile"] = "true".into());
    world.store().delete(&Id::new("deployments.apps", "feast-dev", "feast-offline"), &options).unwrap();
    world.run(5);
    let sets: Vec<_> = world.platform.store.list("replicasets.apps", Some("feast-dev")).filter(|s| controller(s).is_empty()).collect();
    assert_eq!(
        sets.len(),
        1,
        "{:?}",
        world.platform.store.list("replicasets.apps", Some("feast-dev")).map(|s| s["metadata"].clone()).collect::<Vec<_>>()
    );
    assert_eq!(pods(&world, "feast-dev", "feast-offline").len(), 2);
}

#[test]
fn a_claim_in_use_waits_and_its_volume_is_released_and_never_bound_again() {
    let mut world = World::new();
    world.delete("persistentvolumeclaims", "feast-dev", "redis-data-feast-redis-0");
    world.run(5);
    assert!(world.find("persistentvolumeclaims", "feast-dev", "redis-data-feast-redis-0").is_some_and(deleting), "its pod lives");
    world.change("persistentvolumeclaims", "feast-dev", "redis-data-feast-redis-0", |c| c["metadata"]["finalizers"] = json!([]));
    world.run(2);
    assert_eq!(world.get("persistentvolumes", "", "feast-redis-dev-0")["status"]["phase"], "Released");
    world.delete("pods", "feast-dev", "feast-redis-0");
    world.run(20);
    let claim = world.get("persistentvolumeclaims", "feast-dev", "redis-data-feast-redis-0");
    assert_eq!(claim["status"]["phase"], "Pending");
    assert_eq!(world.get("pods", "feast-dev", "feast-redis-0")["status"]["phase"], "Pending");
    world.change("persistentvolumes", "", "feast-redis-dev-0", |v| {
        v["spec"]["claimRef"].as_object_mut().unwrap().retain(|k, _| k != "uid" && k != "resourceVersion");
    });
    world.run(5);
    assert_eq!(world.get("persistentvolumes", "", "feast-redis-dev-0")["status"]["phase"], "Bound");
    assert_eq!(world.get("pods", "feast-dev", "feast-redis-0")["status"]["phase"], "Running");
}

#[test]
fn an_autoscaler_raises_to_its_minimum_at_its_first_look() {
    let mut world = World::new();
    world.off();
    world.on(true);
    world.until("the workload", |w| w.find("deployments.apps", "feast-prod", "feast-server").is_some());
    world.run(5);
    assert_eq!(world.get("deployments.apps", "feast-prod", "feast-server")["spec"]["replicas"], 1);
    world.run(16);
    assert_eq!(world.get("deployments.apps", "feast-prod", "feast-server")["spec"]["replicas"], 2);
}

#[test]
fn a_cron_job_fires_each_minute_and_keeps_what_it_should() {
    let mut world = World::new();
    let jobs = |w: &World| {
        let all = w.platform.store.list("jobs.batch", Some("mlops-prod"));
        all.map(|j| j["metadata"]["name"].as_str().unwrap().to_owned()).filter(|n| n.starts_with("airflow-cleanup")).collect::<Vec<_>>()
    };
    let before = jobs(&world);
    world.run(200);
    let after = jobs(&world);
    assert_eq!(after.len(), 2);
    assert!(after.iter().all(|j| !before.contains(j)));
    let state = world.get("cronjobs.batch", "mlops-prod", "airflow-cleanup");
    assert!(state["status"]["lastSuccessfulTime"].as_str() >= state["status"]["lastScheduleTime"].as_str());
}

#[test]
fn a_namespace_is_born_with_an_account_and_a_certificate_and_empties_itself() {
    let mut world = World::new();
    let resource = world.platform.store.resource("namespaces").unwrap();
    world.store().create(&resource, "", json!({"metadata": {"name": "new"}})).unwrap();
    world.run(1);
    assert_eq!(world.get("configmaps", "new", "kube-root-ca.crt")["data"], world.get("configmaps", "default", "kube-root-ca.crt")["data"]);
    assert!(world.find("serviceaccounts", "new", "default").is_some());
    world.delete("namespaces", "", "new");
    assert_eq!(world.get("namespaces", "", "new")["status"]["phase"], "Terminating");
    world.run(2);
    assert!(world.find("namespaces", "", "new").is_none() && world.find("serviceaccounts", "new", "default").is_none());
}

#[test]
fn a_service_gets_addresses_that_nobody_else_has() {
    let mut world = World::new();
    world.off();
    let before: Vec<_> = world.platform.store.list("ipaddresses.networking.k8s.io", None).map(|a| a["metadata"]["name"].clone()).collect();
    world.on_again();
    let service = world.get("services", "feast-dev", "feast-ui");
    assert!(service["spec"]["ports"][0]["nodePort"].as_i64().is_some_and(|p| (30000..32768).contains(&p)));
    assert!(!before.contains(&service["spec"]["clusterIP"]));
    let address = world.get("ipaddresses.networking.k8s.io", "", service["spec"]["clusterIP"].as_str().unwrap());
    assert_eq!(address["spec"]["parentRef"]["name"], "feast-ui");
}

#[test]
fn a_roll_out_whose_pods_find_no_node_ends_at_its_deadline_and_is_degraded() {
    let mut world = World::new();
    let mut app = world.find("deployments.apps", "mlops-dev", "fastapi").unwrap().clone();
    app["metadata"] = json!({"name": "nowhere", "namespace": "mlops-dev"});
    app["spec"]["progressDeadlineSeconds"] = 10.into();
    app["spec"]["template"]["spec"]["nodeSelector"] = json!({"disk": "none"});
    let labels = json!({"app": "nowhere"});
    (app["spec"]["selector"], app["spec"]["template"]["metadata"]) = (json!({"matchLabels": labels}), json!({"labels": labels}));
    app.as_object_mut().unwrap().remove("status");
    let resource = world.platform.store.resource("deployments.apps").unwrap().clone();
    world.platform.store.create(&resource, "mlops-dev", app).unwrap();
    let reason = |w: &World| {
        let now = w.find("deployments.apps", "mlops-dev", "nowhere").unwrap();
        items(&now["status"]["conditions"]).find(|c| c["type"] == "Progressing").map(|c| c["reason"].as_str().unwrap().to_owned())
    };
    world.run(8);
    assert_eq!(reason(&world).as_deref(), Some("ReplicaSetUpdated"));
    world.run(8);
    assert_eq!(reason(&world).as_deref(), Some("ProgressDeadlineExceeded"));
    world.run(30);
    assert_eq!(reason(&world).as_deref(), Some("ProgressDeadlineExceeded"), "it stays so");
    world.change("deployments.apps", "mlops-dev", "nowhere", |d| {
        drop(d["spec"]["template"]["spec"].as_object_mut().unwrap().remove("nodeSelector"))
    });
    world.run(15);
    assert_eq!(reason(&world).as_deref(), Some("NewReplicaSetAvailable"));
}

//! Services: their addresses and ports.
use super::endpoints::{self, SLICES};
use crate::world::controller::{Controller, on};
use crate::world::objects::{all, change, create, deleting, items, name, set_status, text};
use crate::world::store::{DeleteOptions, Id, Store};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ADDRESSES: &str = "ipaddresses.networking.k8s.io";

/// The allocators of addresses and ports, and both endpoint controllers.
pub fn control() -> Box<dyn Controller> {
    let mut given = 0;
    on(&["services", "endpoints", SLICES, ADDRESSES, "pods"], move |store, now| {
        for (id, service) in all(store, "services") {
            if service["status"].is_null() {
                set_status(store, &id, json!({"loadBalancer": {}}));
            }
            if service["spec"]["clusterIP"].is_null() || items(&service["spec"]["ports"]).any(|p| wants_port(&service, p)) {
                allocate(store, &mut given, &id, &service);
            } else if service["spec"]["selector"].is_object() && !deleting(&service) {
                endpoints::publish(store, &id, &service, now);
            }
        }
        for (id, address) in all(store, ADDRESSES) {
            let parent = &address["spec"]["parentRef"];
            if store
                .get(&Id::new("services", text(&parent["namespace"]), text(&parent["name"])))
                .is_none_or(|s| s["spec"]["clusterIP"] != id.name)
            {
                drop(store.delete(&id, &DeleteOptions::default()));
            }
        }
        // An Endpoints object has no owner reference, so its controller removes it.
        for (id, object) in all(store, "endpoints") {
            let managed = object["metadata"]["labels"]["endpoints.kubernetes.io/managed-by"].is_string();
            if managed && store.get(&Id::new("services", &id.namespace, &id.name)).is_none() {
                drop(store.delete(&id, &DeleteOptions::default()));
            }
        }
    })
}

fn wants_port(service: &Value, port: &Value) -> bool {
    matches!(text(&service["spec"]["type"]), "NodePort" | "LoadBalancer") && port["nodePort"].is_null()
}

fn allocate(store: &mut Store, given: &mut u32, id: &Id, service: &Value) {
    let used: BTreeSet<String> = store.list(ADDRESSES, None).map(|a| name(a).to_owned()).collect();
    let ports: BTreeSet<i64> =
        store.list("services", None).flat_map(|s| items(&s["spec"]["ports"])).filter_map(|p| p["nodePort"].as_i64()).collect();
    *given += 1;
    let from = *given;
    let free = (0..60_000u32)
        .map(|n| (from * 7919 + n * 31) % 65_000 + 300)
        .map(|n| format!("10.96.{}.{}", n / 256, n % 256))
        .find(|a| !used.contains(a));
    let Some(address) = free else { return };
    let mut port = (0..2700).map(|n| 30_080 + (i64::from(from) * 613 + n) % 2700).filter(|p| !ports.contains(p));
    let fresh = service["spec"]["clusterIP"].is_null();
    change(store, id, |s| {
        if fresh {
            s["spec"]["clusterIP"] = address.clone().into();
            s["spec"]["clusterIPs"] = json!([address]);
        }
        for own in s["spec"]["ports"].as_array_mut().into_iter().flatten() {
            if wants_port(service, own) {
                own["nodePort"] = port.next().into();
            }
        }
    });
    if fresh {
        let labels = json!({"ipaddress.kubernetes.io/ip-family": "IPv4", "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"});
        let parent = json!({"resource": "services", "namespace": id.namespace, "name": id.name});
        create(store, ADDRESSES, "", json!({"metadata": {"name": address, "labels": labels}, "spec": {"parentRef": parent}}));
    }
}

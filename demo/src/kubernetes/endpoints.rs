//! The endpoints behind a service, as Endpoints and as EndpointSlices. Allocates nothing.
use crate::world::objects::{change, controller, create, deleting, ended, items, matches, name, namespace, ready, reference, stamp, uid};
use crate::world::store::{Id, Store};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const SLICES: &str = "endpointslices.discovery.k8s.io";
const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";

/// The port number in one pod for a port of its service.
fn target(service: &Value, port: &Value, pod: &Value) -> Option<Value> {
    let target = if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] };
    if target.is_number() {
        return Some(target.clone());
    }
    let ports = items(&pod["spec"]["containers"]).flat_map(|c| items(&c["ports"]));
    let found = ports.into_iter().find(|p| p["name"] == *target)?["containerPort"].clone();
    (!service.is_null()).then_some(found)
}

/// Writes the EndpointSlice and the Endpoints of a service.
pub fn publish(store: &mut Store, id: &Id, service: &Value, now: DateTime<Utc>) {
    let picked = |p: &&Value| matches(&service["spec"]["selector"], &p["metadata"]["labels"]) && p["status"]["podIP"].is_string();
    let pods: Vec<Value> = store.list("pods", Some(&id.namespace)).filter(picked).filter(|p| !ended(p)).cloned().collect();
    let ports: Vec<Value> = items(&service["spec"]["ports"])
        .filter_map(|p| {
            let number = pods.first().map_or(Some(Value::Null), |pod| target(service, p, pod))?;
            let mut port =
                json!({"port": number, "protocol": p["protocol"].as_str().unwrap_or("TCP"), "name": p["name"].as_str().unwrap_or("")});
            if let Some(protocol) = p["appProtocol"].as_str() {
                port["appProtocol"] = protocol.into();
            }
            Some(port)
        })
        .collect();
    let ports = if pods.is_empty() { vec![] } else { ports };
    let mut labels = service["metadata"]["labels"].clone();
    let headless = service["spec"]["clusterIP"] == "None";
    if headless {
        labels["service.kubernetes.io/headless"] = "".into();
    }
    let reference_to = |p: &Value| json!({"kind": "Pod", "namespace": namespace(p), "name": name(p), "uid": uid(p)});
    let hostname =
        |p: &Value| p["spec"]["hostname"].as_str().filter(|_| p["spec"]["subdomain"] == service["metadata"]["name"]).map(str::to_owned);
    let list: Vec<Value> = pods
        .iter()
        .map(|p| {
            let up = ready(p) && !deleting(p);
            let mut end = json!({"addresses": [p["status"]["podIP"]], "conditions": {"ready": up, "serving": ready(p),
                "terminating": deleting(p)},
                "nodeName": p["spec"]["nodeName"], "targetRef": reference_to(p)});
            if let Some(host) = hostname(p) {
                end["hostname"] = host.into();
            }
            end
        })
        .collect();
    let mut of_slice = labels.clone();
    of_slice["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io".into();
    of_slice["kubernetes.io/service-name"] = id.name.clone().into();
    let slice = store.list(SLICES, Some(&id.namespace)).find(|s| controller(s) == uid(service)).cloned();
    match slice {
        None => {
            let meta = json!({"generateName": format!("{}-", id.name), "labels": of_slice, "ownerReferences": reference(service),
                "annotations": {TRIGGER: stamp(now)}});
            create(store, SLICES, &id.namespace, json!({"metadata": meta, "addressType": "IPv4", "endpoints": list, "ports": ports}));
        }
        Some(old) if unlike(&old["endpoints"], &list) || unlike(&old["ports"], &ports) => {
            change(store, &Id::new(SLICES, &id.namespace, name(&old)), |s| {
                s["endpoints"] = list.into();
                s["ports"] = ports.clone().into();
                s["metadata"]["annotations"][TRIGGER] = stamp(now);
            });
        }
        Some(_) => {}
    }
    let mut subset = json!({"ports": ports});
    for (field, wanted) in [("addresses", true), ("notReadyAddresses", false)] {
        let some: Vec<Value> = pods
            .iter()
            .filter(|p| (ready(p) && !deleting(p)) == wanted)
            .map(|p| {
                let mut address = json!({"ip": p["status"]["podIP"], "nodeName": p["spec"]["nodeName"], "targetRef": reference_to(p)});
                if let Some(host) = hostname(p) {
                    address["hostname"] = host.into();
                }
                address
            })
            .collect();
        if !some.is_empty() {
            subset[field] = some.into();
        }
    }
    let subsets = if pods.is_empty() { vec![] } else { vec![subset] };
    labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller".into();
    let own = Id::new("endpoints", &id.namespace, &id.name);
    match store.get(&own).map(|o| o["subsets"].clone()) {
        None => {
            let meta = json!({"name": id.name, "labels": labels, "annotations": {TRIGGER: stamp(now)}});
            create(store, "endpoints", &id.namespace, json!({"metadata": meta, "subsets": subsets}));
        }
        Some(old) if unlike_subsets(&old, &subsets) => change(store, &own, |o| {
            o["subsets"] = subsets.into();
            o["metadata"]["annotations"][TRIGGER] = stamp(now);
        }),
        Some(_) => {}
    }
}

/// Whether two lists hold different items, in any order.
fn unlike(old: &Value, new: &[Value]) -> bool {
    let sorted = |list: Vec<String>| list.into_iter().collect::<BTreeSet<_>>();
    sorted(items(old).map(Value::to_string).collect()) != sorted(new.iter().map(Value::to_string).collect())
}

fn unlike_subsets(old: &Value, new: &[Value]) -> bool {
    let part = |list: &Value, field: &str| items(&list[field]).cloned().collect::<Vec<_>>();
    let first = new.first().cloned().unwrap_or_default();
    ["addresses", "notReadyAddresses", "ports"].iter().any(|f| unlike(&old[0][f], &part(&first, f)))
}

//! Whether the addresses of an EndpointSlice or of Endpoints are those of the pods that they name (law 4): where traffic goes is what its
//! Service's selector says, and nobody wrote another address in by hand.
use crate::layers::Context;
use crate::model::Object;
use serde_json::Value;

/// What the addresses of an object come to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Backed {
    /// Each is one of the pod that is named beside it, or stands in the controller.
    Yes,
    /// It names a pod that is in no list: lists are read one after another.
    Unseen,
    /// One is nobody's.
    No,
}

/// Holds the addresses of an object against the pods beside them.
pub(super) fn backed(context: &Context<'_>, object: &Object, controller: Option<usize>) -> Backed {
    let mut entries: Vec<(Vec<Value>, Value)> = Vec::new();
    for endpoint in list(&object.value, "endpoints") {
        entries.push((list(&endpoint, "addresses"), endpoint));
    }
    for address in list(&object.value, "subsets").iter().flat_map(of_subset) {
        entries.push((address.get("ip").cloned().into_iter().collect(), address));
    }
    let owner = controller.and_then(|at| context.objects.whole(at)).filter(|o| o.key.kind == "Endpoints");
    let subsets = owner.map(|o| list(&o.value, "subsets")).unwrap_or_default();
    let known: Vec<Value> = subsets.iter().flat_map(of_subset).filter_map(|a| a.get("ip").cloned()).collect();
    let all = entries.iter().map(|(addresses, entry)| one(context, &object.key.namespace, addresses, entry, &known));
    all.max().unwrap_or(Backed::Yes)
}

fn one(context: &Context<'_>, namespace: &str, addresses: &[Value], entry: &Value, known: &[Value]) -> Backed {
    let either = |yes: bool| if yes { Backed::Yes } else { Backed::No };
    let text = |p: &str| entry.pointer(p).and_then(Value::as_str).unwrap_or("");
    if text("/targetRef/kind") != "Pod" || text("/targetRef/uid").is_empty() {
        return either(addresses.iter().all(|a| known.contains(a)));
    }
    let Some(pod) = context.by_uid(text("/targetRef/uid")).and_then(|at| context.objects.whole(at)) else { return Backed::Unseen };
    let ips = pod.value.pointer("/status/podIPs").and_then(Value::as_array).into_iter().flatten().filter_map(|i| i.get("ip"));
    let ips: Vec<&Value> = ips.chain(pod.value.pointer("/status/podIP")).collect();
    let is_there = pod.key.kind == "Pod" && pod.key.namespace == namespace;
    // A pod that has no address any more is going.
    either(is_there && (ips.is_empty() || addresses.iter().all(|a| ips.contains(&a))))
}

fn list(value: &Value, field: &str) -> Vec<Value> {
    value.get(field).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The addresses of a subset of Endpoints.
fn of_subset(subset: &Value) -> Vec<Value> {
    ["addresses", "notReadyAddresses"].iter().flat_map(|field| list(subset, field)).collect()
}

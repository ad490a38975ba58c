//! Whether the addresses of an EndpointSlice or of Endpoints are those of the pods that they name (law 4). If so, traffic goes where the
//! Service's selector says, and no other address was written by hand.
use crate::layers::Context;
use crate::model::meta::list;
use crate::model::{Key, Object, meta};
use crate::value::Value;
use std::cell::LazyCell;

/// The result for the addresses of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Backed {
    /// Each belongs to the pod that is named beside it, or is in the controller.
    Yes,
    /// It names a pod that is in no list: the lists were read one after another.
    Unseen,
    /// One belongs to no pod.
    No,
}

/// Compares the addresses of an object with those of the pods that they name.
pub(super) fn backed(context: &Context<'_>, object: &Object, controller: Option<usize>) -> Backed {
    let of_slice = list(&object.value, "/endpoints").map(|endpoint| (list(endpoint, "/addresses").collect::<Vec<_>>(), endpoint));
    let of_endpoints = in_subsets(&object.value).map(|address| (address.get("ip").into_iter().collect(), address));
    let owner = controller.and_then(|at| context.objects.whole(at)).filter(|o| o.key.kind == "Endpoints");
    let known: Vec<&Value> = owner.iter().flat_map(|o| in_subsets(&o.value)).filter_map(|a| a.get("ip")).collect();
    let service = match controller.map(|at| context.objects.key(at)) {
        Some(owner) if owner.kind == "Service" => Some(owner.name.to_owned()),
        Some(_) => None,
        None => Some(object.key.name.clone()),
    };
    let named = meta::label(&object.value, "kubernetes.io/service-name");
    if object.key.kind == "EndpointSlice" && service.is_some() && named != service.as_deref() {
        return Backed::No;
    }
    let key = service.map(|name| Key::new("", "Service", &object.key.namespace, &name));
    let service = key.and_then(|k| context.objects.find(k.parts())).and_then(|at| context.objects.lean(at));
    if controller.map(|at| context.objects.key(at).kind) == Some("Service")
        && service.as_ref().is_some_and(|s| !are_its_ports(context, object, &s.value))
    {
        return Backed::No;
    }
    let selector = service.and_then(|s| s.value.pointer("/spec/selector")?.as_object().cloned()).unwrap_or_default();
    let selects = |pod: &Object| selector.iter().all(|(k, v)| meta::label(&pod.value, k) == v.as_str());
    let entries = of_slice.chain(of_endpoints);
    let all = entries.map(|(addresses, entry)| one(context, &object.key.namespace, &addresses, entry, &known, &selects));
    all.max().unwrap_or(Backed::Yes)
}

/// Whether each port of a slice is one to which the Service leads, by its number or by the name that its pods give it (kubernetes,
/// staging/src/k8s.io/endpointslice, utils.go: getEndpointPorts).
fn are_its_ports(context: &Context<'_>, slice: &Object, service: &Value) -> bool {
    let pod = LazyCell::new(|| {
        list(&slice.value, "/endpoints").find_map(|e| context.objects.whole(context.by_uid(meta::text(e, "/targetRef/uid"))?))
    });
    let names = |name: &str, port: &Value| {
        let Some(pod) = pod.as_ref() else { return true };
        let all = ["/spec/containers", "/spec/initContainers"].into_iter().flat_map(|at| list(&pod.value, at));
        let mut ports = all.flat_map(|container| list(container, "/ports"));
        ports.any(|own| meta::text(own, "/name") == name && own.get("containerPort") == Some(port))
    };
    let leads = |port: &Value, own: &Value| {
        let Some(number) = port.get("port").filter(|_| meta::text(port, "/name") == meta::text(own, "/name")) else { return false };
        match own.get("targetPort").filter(|target| target.as_i64() != Some(0)).or_else(|| own.get("port")) {
            Some(Value::String(name)) => names(name, number),
            target => target == Some(number),
        }
    };
    list(&slice.value, "/ports").all(|port| list(service, "/spec/ports").any(|own| leads(port, own)))
}

fn one(
    context: &Context<'_>,
    namespace: &str,
    addresses: &[&Value],
    entry: &Value,
    known: &[&Value],
    selects: &dyn Fn(&Object) -> bool,
) -> Backed {
    let either = |yes: bool| if yes { Backed::Yes } else { Backed::No };
    let uid = meta::text(entry, "/targetRef/uid");
    if meta::text(entry, "/targetRef/kind") != "Pod" || uid.is_empty() {
        return either(addresses.iter().all(|a| known.contains(a)));
    }
    let Some(pod) = context.by_uid(uid).and_then(|at| context.objects.lean(at)) else { return Backed::Unseen };
    let ips = list(&pod.value, "/status/podIPs").filter_map(|i| i.get("ip"));
    let ips: Vec<&Value> = ips.chain(pod.value.pointer("/status/podIP")).collect();
    let is_there = pod.key.kind == "Pod" && pod.key.namespace == namespace && selects(&pod);
    let is_going = meta::deleting(&pod.value).is_some() || matches!(meta::text(&pod.value, "/status/phase"), "Succeeded" | "Failed");
    // A pod that is being deleted may have lost its address.
    either(is_there && ((ips.is_empty() && is_going) || addresses.iter().all(|a| ips.contains(a))))
}

/// The addresses in the subsets of Endpoints.
fn in_subsets(endpoints: &Value) -> impl Iterator<Item = &Value> {
    list(endpoints, "/subsets").flat_map(|subset| list(subset, "/addresses").chain(list(subset, "/notReadyAddresses")))
}

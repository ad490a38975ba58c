//! Binding of claims and volumes, and the finalizers that protect them. There is no provisioner: every volume is made by hand.
use crate::world::controller::{Controller, on};
use crate::world::objects::{all, change, deleting, ended, held_by, items, release, set_status, stamp, text};
use crate::world::store::{Id, Store};
use serde_json::{Value, json};

const CLAIMS: &str = "persistentvolumeclaims";
const VOLUMES: &str = "persistentvolumes";

/// The binder and both protection controllers.
pub fn control() -> Box<dyn Controller> {
    on(&[CLAIMS, VOLUMES, "pods"], |store, now| {
        for (id, claim) in all(store, CLAIMS) {
            protect(store, &id, &claim, "kubernetes.io/pvc-protection", |s| in_use(s, &id));
            if claim["spec"]["volumeName"].is_null() && !deleting(&claim) {
                bind(store, &id, &claim);
            }
        }
        for (id, volume) in all(store, VOLUMES) {
            let claim = claim_of(store, &volume).cloned();
            let bound = claim.as_ref().is_some_and(|c| c["spec"]["volumeName"] == volume["metadata"]["name"]);
            protect(store, &id, &volume, "kubernetes.io/pv-protection", |_| bound);
            let phase = match &volume["spec"]["claimRef"] {
                Value::Null => "Available",
                _ if bound => "Bound",
                reference if reference["uid"].is_string() => "Released",
                _ => "Available",
            };
            if volume["status"]["phase"] != phase {
                set_status(store, &id, json!({"phase": phase, "lastPhaseTransitionTime": stamp(now)}));
            }
        }
        for (id, claim) in all(store, CLAIMS) {
            set_status(store, &id, status(store, &claim));
        }
    })
}

fn protect(store: &mut Store, id: &Id, object: &Value, finalizer: &str, used: impl Fn(&Store) -> bool) {
    match (deleting(object), held_by(object, finalizer)) {
        (false, false) => change(store, id, |o| {
            let kept: Vec<Value> = items(&o["metadata"]["finalizers"]).cloned().chain([finalizer.into()]).collect();
            o["metadata"]["finalizers"] = kept.into();
        }),
        (true, true) if !used(store) => release(store, id, finalizer),
        _ => {}
    }
}

/// Whether a pod that has not ended mounts the claim.
fn in_use(store: &Store, claim: &Id) -> bool {
    let mounts = |p: &Value| items(&p["spec"]["volumes"]).any(|v| v["persistentVolumeClaim"]["claimName"] == claim.name);
    store.list("pods", Some(&claim.namespace)).any(|p| !ended(p) && mounts(p))
}

/// The claim that a volume names. If the claim has another uid, there is none: such a volume is never bound again.
fn claim_of<'a>(store: &'a Store, volume: &Value) -> Option<&'a Value> {
    let reference = &volume["spec"]["claimRef"];
    let claim = store.get(&Id::new(CLAIMS, text(&reference["namespace"]), text(&reference["name"])))?;
    (reference["uid"].is_null() || reference["uid"] == claim["metadata"]["uid"]).then_some(claim)
}

/// Binds a claim to a volume, if one is free for it.
fn bind(store: &mut Store, id: &Id, claim: &Value) {
    let fits = |v: &Value| {
        let same = v["spec"]["storageClassName"] == claim["spec"]["storageClassName"];
        same && !deleting(v) && bytes(&v["spec"]["capacity"]["storage"]) >= bytes(&claim["spec"]["resources"]["requests"]["storage"])
    };
    let reserved = store.list(VOLUMES, None).find(|v| !v["spec"]["claimRef"].is_null() && claim_of(store, v) == Some(claim) && fits(v));
    let free = || {
        store
            .list(VOLUMES, None)
            .filter(|v| v["spec"]["claimRef"].is_null() && fits(v))
            .min_by_key(|v| bytes(&v["spec"]["capacity"]["storage"]))
    };
    let Some(volume) = reserved.or_else(free).map(|v| text(&v["metadata"]["name"]).to_owned()) else { return };
    let meta = &claim["metadata"];
    let reference = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "namespace": id.namespace, "name": id.name,
        "uid": meta["uid"], "resourceVersion": meta["resourceVersion"]});
    change(store, &Id::new(VOLUMES, "", &volume), |v| v["spec"]["claimRef"] = reference);
    change(store, id, |c| {
        c["spec"]["volumeName"] = volume.into();
        c["metadata"]["annotations"]["pv.kubernetes.io/bind-completed"] = "yes".into();
        c["metadata"]["annotations"]["pv.kubernetes.io/bound-by-controller"] = "yes".into();
    });
}

fn status(store: &Store, claim: &Value) -> Value {
    let name = text(&claim["spec"]["volumeName"]);
    let volume = store.get(&Id::new(VOLUMES, "", name));
    match volume.filter(|v| v["spec"]["claimRef"]["uid"] == claim["metadata"]["uid"]) {
        Some(v) => json!({"phase": "Bound", "accessModes": v["spec"]["accessModes"], "capacity": v["spec"]["capacity"]}),
        None if name.is_empty() => json!({"phase": "Pending"}),
        None => json!({"phase": "Lost"}),
    }
}

/// A storage quantity in bytes; whole numbers with a binary suffix.
fn bytes(quantity: &Value) -> u64 {
    let text = text(quantity);
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let scale = match &text[digits.len()..] {
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        _ => 1,
    };
    digits.parse::<u64>().map_or(0, |n| n.saturating_mul(scale))
}

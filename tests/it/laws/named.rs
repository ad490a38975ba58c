//! What Kubernetes itself would not leave so contradicts a list: something names an object that must be there, and the list holds none.
use crate::laws::{Case, OFF, OPEN, PROVEN, REFUTED};
use crate::samples::items;

pub const CASES: &[Case] = &[
    (
        "law 8: pods have controllers, whatever their list says",
        OFF,
        |all| items(&mut all[1], "replicasets").clear(),
        &[("evidence.complete", OPEN), ("core.undisturbed", OPEN), ("core.unchanged", OPEN)],
    ),
    (
        "law 8: a claim that is bound has a volume",
        OFF,
        |all| items(&mut all[1], "persistentvolumes").clear(),
        &[("evidence.complete", OPEN), ("storage.retained", OPEN), ("changes.confined", OPEN)],
    ),
    (
        "law 8: a claim that is Lost has none",
        OFF,
        |all| {
            items(&mut all[1], "persistentvolumes").clear();
            items(&mut all[1], "persistentvolumeclaims").iter_mut().for_each(|claim| claim["status"]["phase"] = "Lost".into());
        },
        &[("evidence.complete", PROVEN), ("storage.retained", REFUTED)],
    ),
    (
        "a StatefulSet that stands has a revision",
        OFF,
        |all| items(&mut all[1], "controllerrevisions").clear(),
        &[("baseline.unchanged", OPEN), ("changes.confined", OPEN)],
    ),
    (
        "law 8: what is in a namespace says that there is one",
        OFF,
        |all| items(&mut all[1], "namespaces").clear(),
        &[("evidence.complete", OPEN), ("core.unchanged", OPEN), ("changes.confined", OPEN)],
    ),
];

//! What custom resources stand for: a thing outside of the cluster, or a data system that their operator runs. It has an id of its own, which
//! the resource's status tells. A resource that came back under its name and tells another id stands for another thing, which may be empty
//! (law 13). So does one that came back and before had said that its thing is deleted with it.
use crate::claims::predicates::fate::{Fate, fate};
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Spot};
use crate::model::meta;
use crate::value::{Value, join, json};
use std::collections::BTreeMap;

/// How the names of ids end (`systemID` of CloudNativePG, `clusterId` and `topicId` of Strimzi, `systemIdentifier` of Crunchy's operator, `arn` and
/// `id` of what Crossplane and the clouds' controllers made) …
const ENDINGS: &[&str] = &["ID", "Id", "UUID", "Uuid", "UID", "Uid", "Identifier", "ARN", "Arn", "_id"];
const NAMES: &[&str] = &["id", "uid", "uuid", "arn", "fsid", "identifier"];

/// … unless they, or what holds them, are about something that each run, login or look has anew.
const PASSING: &[&str] = &[
    "job",
    "run",
    "task",
    "request",
    "operation",
    "commit",
    "build",
    "revision",
    "session",
    "trace",
    "backup",
    "snapshot",
    "lease",
    "token",
    "client",
    "auth",
    "worker",
    "node",
    "pod",
    "event",
    "observed",
    "applied",
    "version",
    "transaction",
    "deployment",
    "release",
    "workflow",
    "leader",
    "generation",
    "sync",
    "process",
    "member",
    "instances",
    "migration",
    "attempt",
    "owner",
    "lock",
    "holder",
    "pending",
    "current",
    "last",
    "previous",
    "target",
    "scan",
    "report",
    "execution",
    "evaluation",
    "query",
    "checkpoint",
    "savepoint",
    "checksum",
    "image",
    "trigger",
    "rollout",
    "promotion",
    "message",
    "correlation",
    "planid",
    "epoch",
];

/// What is written when the thing is made outside, and not when one that is there is taken over (crossplane-runtime 1.20, pkg/meta/meta.go).
const MADE: &str = "/metadata/annotations/crossplane.io~1external-create-succeeded";

/// The custom resources of a layer that stand for another thing than before.
pub(super) fn others(e: &Evidence<'_>, layer: &str, (a, b): (usize, usize)) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let speaks = |s: &Spot| s.is_custom() && !e.ends(s) && !crate::argo::is_own_kind(s.group(), &e.key(s).kind);
    for (spot, x, y) in e.held_by_both(layer, (a, b)).filter(|(s, x, y)| speaks(s) && !x.derived && !y.derived) {
        if e.is_same(spot, (x, a), (y, b))? {
            continue;
        }
        let before = e.whole(spot, x, a)?;
        let (was, is) = (ids(&before), ids(&e.whole(spot, y, b)?));
        // The id of another object of the cluster is no id outside.
        let is_inside = |side: usize, id: &str| e.instances.has(side, id);
        for (pointer, old) in was.iter().filter(|(_, id)| !is_inside(a, id)) {
            let Some(new) = is.get(pointer).filter(|id| *id != old && !is_inside(b, id)) else { continue };
            let finding = e.found(Effect::Doubts, Code::OtherThing, spot, b).in_file(&e.file("noise", spot, y, b)?);
            findings.push(finding.at(pointer, Some(json!(old)), Some(json!(new))));
        }
        // An address that is made of names is the same for another thing; an id is not.
        let is_same = || was.iter().any(|(pointer, id)| !id.contains([':', '/']) && *id != spot.name && is.get(pointer) == Some(id));
        if x.uid == y.uid || was.keys().any(|pointer| is.get(pointer) != was.get(pointer)) || is_same() {
            continue;
        }
        if let Fate::Goes { pointer, says } = fate(&e.key(spot).kind, &before) {
            let finding = e.found(Effect::Doubts, Code::OtherThing, spot, b).in_file(&e.file("state", spot, y, b)?);
            findings.push(finding.at(&pointer, Some(says), None));
        }
    }
    Ok(findings)
}

/// The ids that a resource tells, by their pointers.
fn ids(object: &Value) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    within(object.get("status"), "/status", &mut out);
    let made = meta::text(object, MADE);
    out.extend((!made.is_empty()).then(|| (MADE.to_owned(), made.to_owned())));
    out
}

/// The ids in a status, and in its parts.
fn within(status: Option<&Value>, at: &str, out: &mut BTreeMap<String, String>) {
    for (name, value) in status.and_then(Value::as_object).into_iter().flatten() {
        let lower = name.to_lowercase();
        if PASSING.iter().any(|word| lower.contains(word)) {
            continue;
        }
        let is_id = || ENDINGS.iter().any(|ending| name.ends_with(ending)) || NAMES.contains(&&*lower);
        match value {
            Value::String(text) if !text.is_empty() && is_id() => drop(out.insert(join(at, name), text.to_string())),
            Value::Number(_) if is_id() => drop(out.insert(join(at, name), value.to_string())),
            Value::Object(_) if at == "/status" => within(Some(value), &join(at, name), out),
            _ => {}
        }
    }
}

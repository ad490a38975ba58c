//! Permissions, asked one by one with SelfSubjectAccessReviews: what a capture, probes and the switch need. One wildcard review goes
//! first; only where it is denied is each kind asked, side by side.
use crate::canon::each;
use crate::usecase::cluster::Resource;
use crate::usecase::cluster::port::{Api, Ask, Method};
use crate::usecase::doctor::argo::few;
use crate::usecase::doctor::right::{Purpose, Right};
use crate::usecase::doctor::{Code, Doctor, Examined, Line};
use serde_json::{Value, json};

/// What a capture of these kinds needs: lists, nothing else.
pub(super) fn of_capture(kinds: &[Resource]) -> Vec<Right> {
    kinds.iter().map(|r| Right::new(Purpose::Capture, &r.group, &r.plural, "list")).collect()
}

/// What probes and the switch need besides. Exec and port-forward are WebSockets: a GET, which newer API servers take only from who may
/// create too. A probe that sends a body is a create.
pub(super) fn of_actions() -> Vec<Right> {
    let core = |resource: &str, verb| Right::new(Purpose::Probes, "", resource, verb);
    let argo = |resource: &str, verb| Right::new(Purpose::Switch, "argoproj.io", resource, verb);
    let mut rights: Vec<Right> = ["pods", "services"].map(|r| core(r, "get")).into();
    for resource in ["pods/proxy", "services/proxy", "pods/exec", "pods/portforward"] {
        rights.extend(["get", "create"].map(|verb| core(resource, verb)));
    }
    rights.extend(["get", "create", "patch", "delete"].map(|verb| argo("applications", verb)));
    rights.extend(["get", "create"].map(|verb| argo("appprojects", verb)));
    rights
}

/// Asks, and says what is missing.
pub(super) fn examine(doctor: &Doctor<'_>, kinds: &[Resource], control: Option<&str>, found: &mut Examined) {
    if !doctor.review {
        found.lines.push(Line::note(Code::AccessNotAsked));
        return;
    }
    let all = match ask(doctor.api, &Right::any(), None) {
        Ok(all) => all,
        Err(why) => {
            found.lines.push(Line::problem(Code::AccessUnseen).with("why", why));
            return;
        }
    };
    let mut rights = if all { vec![] } else { of_capture(kinds) };
    rights.extend(of_actions());
    let answers = ask_all(doctor.api, &rights, control);
    let mut unseen: Option<String> = None;
    for (right, answer) in rights.into_iter().zip(answers) {
        match answer {
            Ok(true) => {}
            Ok(false) => found.missing.push(right),
            Err(why) => unseen = Some(why),
        }
    }
    for purpose in Purpose::ALL {
        let missing: Vec<String> = found.missing.iter().filter(|r| r.purpose == purpose).map(Right::shown).collect();
        found.lines.push(match (purpose, missing.is_empty()) {
            (Purpose::Capture, true) => Line::ok(Code::AccessCapture).with("count", kinds.len()),
            (Purpose::Probes, true) => Line::ok(Code::AccessProbes),
            (Purpose::Switch, true) => Line::ok(Code::AccessSwitch),
            (Purpose::Capture, false) => {
                Line::problem(Code::AccessCaptureMissing).with("count", missing.len()).with("rights", few(&missing))
            }
            (Purpose::Probes, false) => Line::note(Code::AccessProbesMissing).with("rights", few(&missing)),
            (Purpose::Switch, false) => {
                Line::note(Code::AccessSwitchMissing).with("rights", few(&missing)).with("namespace", control.unwrap_or("every namespace"))
            }
        });
    }
    found.lines.extend(unseen.map(|why| Line::problem(Code::AccessUnseen).with("why", why)));
}

/// Asks several at once; the answers stand in the order of the rights.
fn ask_all(api: &(dyn Api + Sync), rights: &[Right], control: Option<&str>) -> Vec<Result<bool, String>> {
    const PARALLEL: usize = 16;
    each(rights, PARALLEL, |_, right| ask(api, right, control.filter(|_| right.purpose == Purpose::Switch)))
}

fn ask(api: &dyn Api, right: &Right, namespace: Option<&str>) -> Result<bool, String> {
    let (resource, subresource) = right.resource.split_once('/').unwrap_or((&right.resource, ""));
    let body = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": {"resourceAttributes": {
        "namespace": namespace.unwrap_or_default(), "verb": right.verb, "group": right.group, "resource": resource, "subresource": subresource}}});
    let ask = Ask::with(Method::Post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "application/json", &body);
    let reply = api.send(&ask).map_err(|e| e.to_string())?;
    if !matches!(reply.status, 200 | 201) {
        return Err(format!("HTTP {}: {}", reply.status, reply.message()));
    }
    let answer = reply.json().map_err(|e| e.to_string())?;
    let allowed = answer.pointer("/status/allowed").and_then(Value::as_bool);
    allowed.ok_or_else(|| "the review says neither yes nor no".to_owned())
}

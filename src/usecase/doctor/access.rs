//! Permissions, asked one by one with SelfSubjectAccessReviews: what a capture, a proof, probes and the switch need, each where it is
//! needed. One wildcard review goes first; only if it is denied, each kind is asked, several at a time.
use crate::canon::each;
use crate::usecase::capture::live::Platform;
use crate::usecase::cluster::Resource;
use crate::usecase::doctor::argo::few;
use crate::usecase::doctor::{Code, Doctor, Examined, Line};
use crate::usecase::rights::{self, Purpose, Right, Scope};
use std::collections::BTreeSet;

/// A right, and the namespace in which it is needed; none for the whole cluster.
type Needed = (Right, Option<String>);

pub(super) fn examine(doctor: &Doctor<'_>, kinds: &[Resource], seen: &Platform, found: &mut Examined) {
    if !doctor.review {
        found.lines.push(Line::note(Code::AccessNotAsked));
        return;
    }
    let all = match rights::ask(doctor.api, &Right::any(), None) {
        Ok(all) => all,
        Err(why) => {
            found.lines.push(Line::problem(Code::AccessUnseen).with("why", why));
            return;
        }
    };
    // With a hub, the wildcard was asked of the captured cluster alone.
    let hub = doctor.api.sides().is_some();
    let lists = rights::of_capture(kinds).into_iter().filter(|r| !(all || hub && r.is_of_argo()));
    let mut needed: Vec<Needed> = lists.map(|r| (r, None)).collect();
    let of_hub = if hub { rights::of_capture_of_hub(kinds) } else { vec![] };
    needed.extend(of_hub.into_iter().chain(rights::of_actions()).flat_map(|right| places(right, seen)));
    const PARALLEL: usize = 16;
    let answers = each(&needed, PARALLEL, |_, (right, namespace)| rights::ask(doctor.api, right, namespace.as_deref()));
    let mut unseen: Option<String> = None;
    let mut missing: Vec<Needed> = Vec::new();
    for (needed, answer) in needed.into_iter().zip(answers) {
        match answer {
            Ok(true) => {}
            Ok(false) => missing.push(needed),
            Err(why) => unseen = Some(why),
        }
    }
    found.lines.extend(Purpose::ALL.iter().copied().flat_map(|purpose| lines(purpose, &missing, kinds.len())));
    found.lines.extend(unseen.map(|why| Line::problem(Code::AccessUnseen).with("why", why)));
    let missing = missing.into_iter().map(|(right, _)| right);
    (found.missing_on_hub, found.missing) = missing.partition(|right| hub && right.is_of_argo());
    found.missing.dedup();
    found.missing_on_hub.dedup();
}

/// Where a right is needed: where nothing shows the namespaces, everywhere.
fn places(right: Right, seen: &Platform) -> Vec<Needed> {
    let spaces: BTreeSet<&str> = match right.scope {
        Scope::Cluster | Scope::Hub => BTreeSet::new(),
        Scope::Control => seen.control.as_deref().into_iter().collect(),
        Scope::Applications => seen.argo("Application").map(|app| &*app.key.namespace).chain(seen.control.as_deref()).collect(),
    };
    if spaces.is_empty() { vec![(right, None)] } else { spaces.into_iter().map(|ns| (right.clone(), Some(ns.to_owned()))).collect() }
}

/// What is missing for a verb: a line for each namespace.
fn lines(purpose: Purpose, missing: &[Needed], kinds: usize) -> Vec<Line> {
    let of_purpose = || missing.iter().filter(|(r, _)| r.purpose == purpose);
    let spaces: BTreeSet<Option<&str>> = of_purpose().map(|(_, namespace)| namespace.as_deref()).collect();
    let rights =
        |namespace: Option<&str>| of_purpose().filter(|(_, n)| n.as_deref() == namespace).map(|(r, _)| r.shown()).collect::<Vec<_>>();
    if spaces.is_empty() {
        return vec![match purpose {
            Purpose::Capture => Line::ok(Code::AccessCapture).with("count", kinds),
            Purpose::Prove => Line::ok(Code::AccessProve),
            Purpose::Probes => Line::ok(Code::AccessProbes),
            Purpose::Switch => Line::ok(Code::AccessSwitch),
        }];
    }
    let line = |namespace: Option<&str>| {
        let rights = rights(namespace);
        let line = match purpose {
            Purpose::Capture => Line::problem(Code::AccessCaptureMissing).with("count", rights.len()),
            Purpose::Prove => Line::note(Code::AccessProveMissing),
            Purpose::Probes => Line::note(Code::AccessProbesMissing),
            Purpose::Switch => Line::note(Code::AccessSwitchMissing).with("namespace", namespace.unwrap_or("every namespace")),
        };
        line.with("rights", few(&rights))
    };
    spaces.into_iter().map(line).collect()
}

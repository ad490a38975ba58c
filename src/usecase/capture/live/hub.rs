//! What a live capture reads of the hub besides the objects of Argo CD's own kinds: which cluster it is, and Argo CD's settings. And what
//! of the captured cluster they stand in for, which is a gap then. Must not know which other questions are asked.
use crate::argo;
use crate::argo::{GROUP, SETTINGS, is_own_resource};
use crate::model::{Gap, Hub, Key, Reason};
use crate::usecase::capture::collected::List;
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::live::ask::Answer;
use crate::usecase::capture::live::session::Live;
use crate::usecase::capture::packed::PackedList;
use crate::usecase::cluster::port::{Api, Ask, Sides};
use crate::usecase::cluster::{LiveError, Resource, gap, kinds, uid, version};
use crate::value::Value;
use std::collections::BTreeSet;

/// Which cluster the hub is, if there is one.
///
/// # Errors
/// If one of the clusters does not answer, or both are one: then nothing would be known of what `in-cluster` means.
pub(super) fn identity(api: &dyn Api) -> Result<Option<Hub>, LiveError> {
    let Some(Sides { hub, spoke }) = api.sides() else { return Ok(None) };
    let asked =
        |api: &dyn Api| uid(api).map_err(|e| LiveError::Unreachable { path: "/api/v1/namespaces/kube-system".into(), what: e.to_string() });
    let (there, here) = (asked(hub).map_err(LiveError::of_hub)?, asked(spoke)?);
    match here {
        Some(uid) if there.as_ref() == Some(&uid) => Err(LiveError::SameCluster { uid }),
        _ => Ok(Some(Hub { uid: there, version: version(hub), ..Hub::default() })),
    }
}

/// Argo CD's settings, from the namespaces of the control planes that Applications name.
pub(super) fn beside(
    live: &Live<'_>,
    intake: &Intake<'_>,
    hub: &mut Hub,
    answers: &mut [Answer],
    gaps: &mut Vec<Gap>,
) -> Option<List<PackedList>> {
    let sides = live.api.sides()?;
    let (mut items, mut said) = (PackedList::default(), BTreeSet::new());
    for namespace in control_planes(intake, answers) {
        for name in SETTINGS {
            match map(sides.hub, &namespace, name) {
                Ok(None) => {}
                Ok(Some(map)) => {
                    intake.take(map, &mut items);
                    said.insert(namespace.clone());
                    gaps.extend(instead(answers, &Key::new("", "ConfigMap", &namespace, name)));
                }
                Err((reason, what)) => {
                    gaps.push(Gap::of("", "configmaps", Some(namespace.clone()), reason, format!("{name} of the hub: {what}")));
                }
            }
        }
    }
    gaps.extend(own_objects(sides.spoke));
    hub.settings = said.into_iter().collect();
    items.close();
    Some(List::beside("the settings of Argo CD on the hub".into(), String::new(), Some("configmaps".into()), items))
}

fn control_planes(intake: &Intake<'_>, answers: &[Answer]) -> BTreeSet<String> {
    let apps = answers.iter().filter(|a| a.question.resource.group == GROUP && a.question.resource.kind == "Application");
    let one = |list: &PackedList, at: usize| {
        let object = list.object(at)?;
        let app = intake.lean(object);
        Some(argo::app::controller_namespace(&app).unwrap_or(list.key(object).namespace).to_owned())
    };
    apps.flat_map(|a| a.items.packed().filter_map(|at| one(&a.items, at))).collect()
}

/// A ConfigMap of the hub; none if it does not exist.
fn map(hub: &dyn Api, namespace: &str, name: &str) -> Result<Option<Value>, (Reason, String)> {
    match hub.send(&Ask::get(format!("/api/v1/namespaces/{namespace}/configmaps/{name}"))) {
        Ok(reply) if reply.status == 200 => reply.json().map(Some).map_err(|e| (Reason::Unreadable, e.to_string())),
        Ok(reply) if reply.status == 404 => Ok(None),
        Ok(reply) => Err(gap::of_reply(&reply)),
        Err(silence) => Err(gap::of_silence(&silence)),
    }
}

/// Takes the captured cluster's own object of this key out: a bundle has one object of a key.
fn instead(answers: &mut [Answer], key: &Key) -> Option<Gap> {
    let maps = answers.iter_mut().filter(|a| a.question.resource.group.is_empty() && a.question.resource.plural == "configmaps");
    // Out of every answer that has it, not of the first alone.
    let had = maps.map(|answer| usize::from(answer.items.take_out(key.parts()))).sum::<usize>() > 0;
    let detail = format!("{key} of this cluster is left out: the bundle has that of the hub");
    had.then(|| Gap::of("", "configmaps", Some(key.namespace.clone()), Reason::NotAsked, detail))
}

/// A gap for each of Argo CD's own kinds of which the captured cluster itself has objects, or may have.
fn own_objects(spoke: &dyn Api) -> Vec<Gap> {
    let served = match kinds(spoke) {
        Ok((served, _)) => served,
        Err(e) => return vec![Gap::of(GROUP, "*", None, Reason::Unreadable, format!("this cluster's own, beside the hub's: {e}"))],
    };
    let own = served.iter().filter(|r| is_own_resource(&r.group, &r.plural));
    let unseen = |kind: &Resource| {
        let (reason, what) = match spoke.send(&Ask::get(format!("{}?limit=1", kind.path(None)))) {
            Ok(reply) if reply.status == 200 => {
                let none = reply.json().is_ok_and(|l| l.get("items").and_then(Value::as_array).is_some_and(Vec::is_empty));
                (!none).then(|| (Reason::NotAsked, "the bundle has those of the hub".to_owned()))?
            }
            Ok(reply) if reply.status == 404 => return None,
            Ok(reply) => gap::of_reply(&reply),
            Err(silence) => gap::of_silence(&silence),
        };
        Some(gap::of(&kind.group, &kind.plural, None, (reason, format!("this cluster's own, beside the hub's: {what}"))))
    };
    own.filter_map(unseen).collect()
}

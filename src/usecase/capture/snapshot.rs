//! Makes a snapshot from what a source gave: one object for each key, the questions, and every gap, including those that the objects
//! themselves show. Knows no bundle.
use crate::argo::{Here, is_own_resource};
use crate::bundle::config::Config;
use crate::canon::redact::Redactor;
use crate::kinds::Rules;
use crate::model::{Gap, Hub, KeyRef, Object, Objects, Question, Reason, Snapshot, Source};
use crate::usecase::capture::collected::{CaptureError, Collected, List};
use crate::usecase::capture::contradictions::{Moment, contradictions, miscounted};
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::objects::PackedObjects;
use crate::usecase::capture::packed::PackedList;
use crate::usecase::capture::recheck;
use crate::usecase::capture::spool::Memory;
use crate::usecase::capture::universe::{Seen, not_asked, universe};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Sorts what a source gave and finds its contradictions.
///
/// # Errors
/// If two different objects have one key, or packed objects can't be read back.
pub fn snapshot<'a>(collected: Collected<PackedList>, intake: &Intake<'a>) -> Result<Snapshot<PackedObjects<'a>>, CaptureError> {
    let (rules, redactor) = (intake.rules, intake.redactor);
    let mut highest = collected.highest;
    let mut hub = collected.hub;
    let mut questions = Vec::new();
    let mut gaps = collected.gaps;
    for list in &collected.lists {
        let of_list = list.resource_version.as_ref().and_then(|t| t.parse().ok());
        let highest = hub.as_mut().filter(|_| is_of_hub(list)).map_or(&mut highest, |hub| &mut hub.highest);
        *highest = (*highest).max(of_list).max(list.items.highest);
        if let Some(resource) = list.resource.clone().filter(|_| list.is_question) {
            questions.push(Question {
                group: list.group.clone(),
                resource,
                namespace: list.namespace.clone(),
                count: list.count.unwrap_or_else(|| list.items.count()),
                resource_version: list.resource_version.clone(),
                pages: list.read.map(|(pages, _)| pages),
                millis: list.read.map(|(_, millis)| millis),
            });
        }
        gaps.extend(list.items.wrong.iter().map(|what| {
            let resource = list.resource.clone().unwrap_or_else(|| "*".into());
            Gap::of(list.group.clone(), resource, list.namespace.clone(), Reason::Unreadable, format!("{}: {what}", list.file))
        }));
    }
    let objects = PackedObjects::new(collected.lists, rules, intake.spool, &mut gaps)?;
    one_kind_a_plural(&objects)?;
    let unsettled = recheck::moved(&collected.earlier, &objects, intake);
    questions.sort();
    questions.dedup();
    // No claim needs the absence of an object of a kind that is not stored.
    gaps.retain(|g| g.reason != Reason::Unattested || rules.keeps(&g.group, &g.resource));
    let here = here(intake.config, collected.server.as_deref(), hub.as_ref());
    let is_live = collected.source == Source::Live;
    let moment = Moment::new(is_live, collected.started.as_deref(), collected.finished.as_deref(), &here);
    if !is_live {
        // A file beside the list holds an object that the list lacks: they were not read at one moment.
        let of = |(q, held): (&Question, u64)| {
            let detail = format!("its list holds {} objects, and all files together {held}", q.count);
            Gap::of(q.group.clone(), q.resource.clone(), None, Reason::Torn, detail)
        };
        let apart: Vec<Gap> = miscounted(&questions, &gaps, &objects, rules, &|_| true).into_iter().map(of).collect();
        gaps.extend(apart);
    }
    gaps.extend(contradictions(&objects, &questions, rules, &moment));
    let seen = Seen { objects: &objects, questions: &questions, version: collected.version.as_deref(), source: collected.source, rules };
    let universe = universe(seen, &collected.named);
    gaps.extend(not_asked(&universe, seen, &gaps, &collected.left_out));
    for gap in &mut gaps {
        gap.detail = redactor.text(&gap.detail).into_owned();
    }
    gaps.sort();
    gaps.dedup();
    let cluster = cluster(&objects).map(str::to_owned);
    if let Some(fault) = objects.fault() {
        return Err(CaptureError::Spool(fault));
    }
    Ok(Snapshot {
        source: collected.source,
        started: collected.started,
        finished: collected.finished,
        cluster,
        version: collected.version,
        highest,
        objects,
        questions,
        universe,
        gaps,
        unsettled,
        server: collected.server,
        hub,
    })
}

/// Which destinations of Applications are the captured cluster.
pub(in crate::usecase) fn here(config: &Config, server: Option<&str>, hub: Option<&Hub>) -> Here {
    Here::new(server, &config.cluster_names).managed_from(hub.map(|hub| hub.server.as_deref()))
}

/// Whether a list was read from the hub, where there is one: Argo CD's own kinds, and its settings, which answer no question.
fn is_of_hub(list: &List<PackedList>) -> bool {
    let resource = list.resource.as_deref().unwrap_or_default();
    is_own_resource(&list.group, resource) || (resource == "configmaps" && !list.is_question)
}

/// Each `<plural>.<group>` must name one kind: it names the files with that kind's objects.
fn one_kind_a_plural(objects: &dyn Objects) -> Result<(), CaptureError> {
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for at in 0..objects.len() {
        let group = objects.key(at).group;
        let first = *kinds.entry((objects.plural(at), group)).or_insert(at);
        if objects.key(first).kind != objects.key(at).kind {
            let said = |at: usize| objects.key(at).to_key().to_string();
            let stem = crate::model::stem(objects.plural(at), group);
            return Err(CaptureError::OnePlural { stem, first: said(first), second: said(at) });
        }
    }
    Ok(())
}

/// The objects that a source gave, in memory, for a verb that stores nothing.
///
/// # Errors
/// As [`snapshot`].
pub fn objects_of(collected: Collected, rules: &Rules) -> Result<Vec<Object>, CaptureError> {
    let (redactor, spool) = (Redactor::new(&[0; 32]), Memory::default());
    let config = Config::default();
    let intake = Intake { redactor: &redactor, rules, layers: &[], config: &config, spool: &spool };
    let objects = snapshot(collected.through(&intake), &intake)?.objects;
    Ok((0..objects.len()).filter_map(|at| objects.whole(at)).map(Cow::into_owned).collect())
}

/// The cluster's identity: the uid of its `kube-system` namespace, if that was seen.
pub(in crate::usecase) fn cluster(objects: &dyn Objects) -> Option<&str> {
    let system = KeyRef { group: "", kind: "Namespace", namespace: "", name: "kube-system" };
    objects.find(system).map(|at| objects.uid(at)).filter(|uid| !uid.is_empty())
}

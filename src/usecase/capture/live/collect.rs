//! The stages of a live capture: discovery, all lists in parallel, Applications once more at the end.
use crate::model::{Gap, Listable, Source};
use crate::usecase::capture::collected::Collected;
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::live::ask::{Answer, ask, question};
use crate::usecase::capture::live::session::Live;
use crate::usecase::capture::live::{hub, spaces, torn};
use crate::usecase::capture::packed::PackedList;
use crate::usecase::cluster::list::{Question, first_page};
use crate::usecase::cluster::port::stamp;
use crate::usecase::cluster::{LiveError, Resource, discover, is_of_hub, version};

/// The questions that a capture would ask, without asking any: the paths of their first pages.
///
/// # Errors
/// If discovery fails.
pub fn questions(live: &Live<'_>) -> Result<Vec<String>, LiveError> {
    let kinds = wanted(live)?;
    Ok(first_round(live, &kinds.wanted).iter().map(|q| first_page(q, live.scope.chunk)).collect())
}

/// Asks everything; each object passes through the intake as it arrives.
///
/// # Errors
/// If no capture is possible: no answer to discovery, a refused login, Ctrl-C.
pub fn collect(live: &Live<'_>, intake: &Intake<'_>) -> Result<Collected<PackedList>, LiveError> {
    let started = live.clock.now();
    let mut hub = hub::identity(live.api)?;
    let kinds = wanted(live)?;
    let mut gaps = kinds.gaps;
    let version = version(live.api);
    let mut answers = ask(live, intake, first_round(live, &kinds.wanted), started)?;
    let more = spaces::second_round(live, intake, &mut answers, &mut gaps);
    answers.extend(ask(live, intake, more, started)?);
    torn::mend(live, intake, &mut answers, started)?;
    let (earlier, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| is_app(&a.question) && a.listed.gap.is_none());
    let mut answers = ask(live, intake, earlier.iter().map(|a| a.question.clone()).collect(), started)?;
    answers.extend(others);
    let kube_system = spaces::kube_system(live, intake, &answers);
    let settings = hub.as_mut().and_then(|hub| hub::beside(live, intake, hub, &mut answers, &mut gaps));
    gaps.extend(answers.iter().filter_map(Answer::gap));
    let finished = live.clock.now();
    Ok(Collected {
        earlier: earlier.into_iter().map(Answer::list).collect(),
        gaps,
        named: kinds.all,
        left_out: live.scope.leave_out.clone(),
        started: Some(stamp(started)),
        finished: Some(stamp(finished)),
        version,
        hub,
        ..Collected::of(Source::Live, answers.into_iter().map(Answer::list).chain(kube_system).chain(settings).collect())
    })
}

fn is_app(question: &Question) -> bool {
    question.resource.group == "argoproj.io" && question.resource.kind == "Application"
}

struct Kinds {
    /// The kinds to ask for: all, or those that the user chose.
    wanted: Vec<Resource>,
    /// Every kind that can be listed.
    all: Vec<Listable>,
    /// What could not be discovered.
    gaps: Vec<Gap>,
}

fn wanted(live: &Live<'_>) -> Result<Kinds, LiveError> {
    let (mut resources, gaps) = discover(live.api).map_err(|e| if live.clock.stopped() { LiveError::Stopped } else { e })?;
    let kinds = &live.scope.kinds;
    if let Some(word) = kinds.iter().find(|w| !resources.iter().any(|r| r.is_called(w))) {
        return Err(LiveError::UnknownKind { word: word.clone() });
    }
    let listable = |r: &Resource| Listable { group: r.group.clone(), resource: r.plural.clone(), namespaced: Some(r.namespaced) };
    let all = resources.iter().map(listable).collect();
    let left_out = |r: &Resource| live.scope.leave_out.contains(&r.stem());
    resources.retain(|r| !left_out(r) && (kinds.is_empty() || kinds.iter().any(|w| r.is_called(w))));
    Ok(Kinds { wanted: resources, all, gaps })
}

/// Applications come first: objects that they list are read after the Application said that they exist.
fn first_round(live: &Live<'_>, resources: &[Resource]) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for resource in resources {
        let narrowed = resource.namespaced && !live.scope.namespaces.is_empty() && !is_of_hub(live.api, resource);
        let spaces: Vec<Option<String>> = if narrowed { live.scope.namespaces.iter().cloned().map(Some).collect() } else { vec![None] };
        questions.extend(spaces.into_iter().map(|namespace| question(live, resource, namespace)));
    }
    questions.sort_by_key(|q| !is_app(q));
    questions
}

//! The run of a live capture: discovery, all lists side by side, Applications once more at the end.
use crate::kinds::Rules;
use crate::model::Gap;
use crate::model::Listable;
use crate::model::Reason;
use crate::model::Source;
use crate::usecase::capture::Collected;
use crate::usecase::capture::List;
use crate::usecase::door::Door;
use crate::usecase::live::bounded::Bounded;
use crate::usecase::live::discovery::Resource;
use crate::usecase::live::discovery::discover;
use crate::usecase::live::gap;
use crate::usecase::live::list::Listed;
use crate::usecase::live::list::Question;
use crate::usecase::live::list::first_page;
use crate::usecase::live::list::list;
use crate::usecase::live::scope::Scope;
use crate::usecase::live::spaces;
use crate::usecase::live::torn;
use crate::usecase::port::Api;
use crate::usecase::port::Ask;
use crate::usecase::port::Clock;
use crate::usecase::port::stamp;
use crate::usecase::shelf::Shelf;
use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// A live capture that can't be made at all.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The API server does not answer.
    #[error("the API server does not answer ({path}): {what}")]
    Unreachable {
        /// What was asked.
        path: String,
        /// Why.
        what: String,
    },
    /// The login is not accepted.
    #[error("the API server does not accept the login: {what}")]
    Unauthorized {
        /// What it said.
        what: String,
    },
    /// It refuses discovery.
    #[error("the API server refuses {path}: HTTP {status}: {what}")]
    Refused {
        /// What was asked.
        path: String,
        /// HTTP status.
        status: u16,
        /// What it said.
        what: String,
    },
    /// It answers with something else.
    #[error("{path} answers with something that is no discovery: {what}")]
    Unreadable {
        /// What was asked.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// A kind that the server does not list.
    #[error("the server lists no kind `{word}`")]
    UnknownKind {
        /// As it was said.
        word: String,
    },
    /// Ctrl-C.
    #[error("stopped before the capture was whole; nothing was written")]
    Stopped,
}

/// What a live capture works with.
pub struct Live<'a> {
    /// The API server.
    pub api: &'a (dyn Api + Sync),
    /// Time.
    pub clock: &'a (dyn Clock + Sync),
    /// The kinds' rules.
    pub rules: &'a Rules,
    /// The bounds.
    pub scope: &'a Scope,
    /// Told after each question: how many are answered, of how many, objects so far.
    pub progress: &'a (dyn Fn(usize, usize, u64) + Sync),
}

/// The questions that a capture would ask, without asking any: the paths of their first pages.
///
/// # Errors
/// Where discovery fails.
pub fn questions(live: &Live<'_>) -> Result<Vec<String>, LiveError> {
    let kinds = wanted(live)?;
    Ok(first_round(live, &kinds.wanted).iter().map(|q| first_page(q, live.scope.chunk)).collect())
}

/// Asks everything; each object goes through the door as it comes.
///
/// # Errors
/// Where nothing can be known: no answer to discovery, a login that is not accepted, Ctrl-C.
pub fn collect(live: &Live<'_>, door: &Door<'_>) -> Result<Collected<Shelf>, LiveError> {
    let started = live.clock.now();
    let kinds = wanted(live)?;
    let mut gaps = kinds.gaps;
    let version = live.api.send(&Ask::get("/version")).ok().filter(|r| r.status == 200).and_then(|r| r.json().ok());
    let mut answers = ask(live, door, first_round(live, &kinds.wanted), started)?;
    let more = spaces::second_round(live, door, &mut answers, &mut gaps);
    answers.extend(ask(live, door, more, started)?);
    torn::mend(live, door, &mut answers, started)?;
    let (earlier, others): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| is_app(&a.question) && a.listed.gap.is_none());
    let mut answers = ask(live, door, earlier.iter().map(|a| a.question.clone()).collect(), started)?;
    answers.extend(others);
    let kube_system = spaces::kube_system(live, door, &answers);
    gaps.extend(answers.iter().filter_map(Answer::gap));
    let finished = live.clock.now();
    Ok(Collected {
        source: Source::Live,
        lists: answers.into_iter().map(Answer::list).chain(kube_system).collect(),
        earlier: earlier.into_iter().map(Answer::list).collect(),
        gaps,
        named: kinds.all,
        left_out: live.scope.leave_out.clone(),
        started: Some(stamp(started)),
        finished: Some(stamp(finished)),
        version: version.and_then(|v: Value| v.get("gitVersion")?.as_str().map(str::to_owned)),
        highest: None,
        server: None,
    })
}

fn is_app(question: &Question) -> bool {
    question.resource.group == "argoproj.io" && question.resource.kind == "Application"
}

/// What discovery came to.
struct Kinds {
    /// The kinds to ask for: all, or those that were named.
    wanted: Vec<Resource>,
    /// Every kind that can be listed.
    all: Vec<Listable>,
    /// What could not be discovered.
    gaps: Vec<Gap>,
}

fn wanted(live: &Live<'_>) -> Result<Kinds, LiveError> {
    let (mut resources, gaps) = discover(live.api).map_err(|e| if stopped(live) { LiveError::Stopped } else { e })?;
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

/// Whether the person asked to stop.
pub(super) fn stopped(live: &Live<'_>) -> bool {
    !live.clock.sleep(std::time::Duration::ZERO)
}

/// Applications first: what hangs below them is read after they said that it is there.
fn first_round(live: &Live<'_>, resources: &[Resource]) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for resource in resources {
        let narrowed = resource.namespaced && !live.scope.namespaces.is_empty();
        let spaces: Vec<Option<String>> = if narrowed { live.scope.namespaces.iter().cloned().map(Some).collect() } else { vec![None] };
        questions.extend(spaces.into_iter().map(|namespace| question(live, resource, namespace)));
    }
    questions.sort_by_key(|q| !is_app(q));
    questions
}

/// The question for a kind, as its rule has it.
pub(super) fn question(live: &Live<'_>, resource: &Resource, namespace: Option<String>) -> Question {
    let rule = &live.rules.of(&resource.group, &resource.kind).rule;
    Question {
        resource: resource.clone(),
        namespace,
        metadata: rule.metadata_only && !live.scope.content,
        counted: rule.stored == Some(false),
    }
}

/// A question and what came of it.
pub(super) struct Answer {
    pub(super) question: Question,
    pub(super) items: Shelf,
    pub(super) listed: Listed,
    /// Its gap holds in some namespaces only, which have gaps of their own.
    pub(super) refined: bool,
    millis: u64,
}

impl Answer {
    /// Its gap, if it has one.
    fn gap(&self) -> Option<Gap> {
        let why = self.listed.gap.clone().filter(|_| !self.refined)?;
        Some(gap::of(&self.question.resource, self.question.namespace.as_deref(), why))
    }

    fn list(self) -> List<Shelf> {
        let r = self.question.resource;
        List {
            file: r.path(self.question.namespace.as_deref()),
            group: r.group,
            resource: Some(r.plural),
            namespace: self.question.namespace,
            is_question: self.listed.gap.is_none(),
            resource_version: self.listed.resource_version,
            items: self.items,
            count: Some(self.listed.count),
            read: Some((self.listed.pages, self.millis)),
        }
    }
}

/// Asks several questions at once; the answers stand in the order of the questions.
pub(super) fn ask(live: &Live<'_>, door: &Door<'_>, questions: Vec<Question>, started: DateTime<Utc>) -> Result<Vec<Answer>, LiveError> {
    let total = questions.len();
    let (next, done, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let (answers, objects) = (Mutex::new(Vec::with_capacity(total)), AtomicUsize::new(0));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let i = next.fetch_add(1, Ordering::Relaxed);
            let Some(question) = questions.get(i) else { break };
            let answer = one(live, door, question, started);
            objects.fetch_add(answer.items.len(), Ordering::Relaxed);
            stop.fetch_or(answer.listed.unauthorized || stopped(live), Ordering::Relaxed);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            (live.progress)(done, total, u64::try_from(objects.load(Ordering::Relaxed)).unwrap_or(u64::MAX));
            if let Ok(mut answers) = answers.lock() {
                answers.push((i, answer));
            }
        }
    };
    std::thread::scope(|scope| (0..live.scope.parallel.clamp(1, 32)).for_each(|_| drop(scope.spawn(work))));
    let mut answers = answers.into_inner().unwrap_or_default();
    answers.sort_by_key(|(i, _)| *i);
    let answers: Vec<Answer> = answers.into_iter().map(|(_, a)| a).collect();
    if let Some(refused) = answers.iter().find(|a| a.listed.unauthorized) {
        let what = refused.listed.gap.as_ref().map(|(_, what)| what.clone()).unwrap_or_default();
        return Err(LiveError::Unauthorized { what });
    }
    // The questions that were open then have an answer too: that they were stopped.
    if answers.len() < total || stopped(live) { Err(LiveError::Stopped) } else { Ok(answers) }
}

fn one(live: &Live<'_>, door: &Door<'_>, question: &Question, started: DateTime<Utc>) -> Answer {
    let began = live.clock.now();
    let mut items = Shelf::default();
    let listed = if began - started > live.scope.deadline {
        let what = format!("not asked within the {} minutes that a capture may take", live.scope.deadline.num_minutes());
        Listed { gap: Some((Reason::TimedOut, what)), ..Listed::default() }
    } else {
        let kept = std::cell::RefCell::new(&mut items);
        let within = live.scope.deadline.to_std().unwrap_or_default();
        list(
            &Bounded { api: live.api, clock: live.clock, until: started + live.scope.deadline, within },
            question,
            live.scope.chunk,
            |item| {
                if !question.counted {
                    door.take(item, &mut kept.borrow_mut())
                }
            },
            || **kept.borrow_mut() = Shelf::default(),
        )
    };
    items.close();
    let millis = u64::try_from((live.clock.now() - began).num_milliseconds()).unwrap_or(0);
    Answer { question: question.clone(), items, listed, refined: false, millis }
}

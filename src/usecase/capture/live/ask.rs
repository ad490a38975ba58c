//! Asks questions in parallel and records each result. Must not know which questions are asked, or what the results mean together.
use crate::canon::each;
use crate::model::{Gap, Reason};
use crate::usecase::capture::collected::List;
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::live::session::Live;
use crate::usecase::capture::packed::PackedList;
use crate::usecase::cluster::list::{Listed, Question, list};
use crate::usecase::cluster::{Bounded, LiveError, Resource, gap, is_of_hub};
use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The question for a kind, as its rule requires.
pub(super) fn question(live: &Live<'_>, resource: &Resource, namespace: Option<String>) -> Question {
    let rule = &live.rules.of(&resource.group, &resource.kind).rule;
    Question {
        resource: resource.clone(),
        namespace,
        metadata: rule.metadata_only && !live.scope.content,
        counted: rule.stored == Some(false),
    }
}

pub(super) struct Answer {
    pub(super) question: Question,
    pub(super) items: PackedList,
    pub(super) listed: Listed,
    /// Whether the gap holds in some namespaces only, which have gaps of their own.
    pub(super) refined: bool,
    millis: u64,
}

impl Answer {
    /// Its gap, if it has one.
    pub(super) fn gap(&self) -> Option<Gap> {
        let why = self.listed.gap.clone().filter(|_| !self.refined)?;
        let kind = &self.question.resource;
        Some(gap::of(&kind.group, &kind.plural, self.question.namespace.as_deref(), why))
    }

    pub(super) fn list(self) -> List<PackedList> {
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

/// Asks several questions in parallel; the answers are in the order of the questions.
pub(super) fn ask(
    live: &Live<'_>,
    intake: &Intake<'_>,
    questions: Vec<Question>,
    started: DateTime<Utc>,
) -> Result<Vec<Answer>, LiveError> {
    let total = questions.len();
    let (done, objects, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let work = |_, question: &Question| {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let answer = one(live, intake, question, started);
        objects.fetch_add(answer.items.len(), Ordering::Relaxed);
        stop.fetch_or(answer.listed.unauthorized || live.clock.stopped(), Ordering::Relaxed);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        (live.progress)(done, total, u64::try_from(objects.load(Ordering::Relaxed)).unwrap_or(u64::MAX));
        Some(answer)
    };
    let answers: Vec<Answer> = each(&questions, live.scope.parallel.clamp(1, 32), work).into_iter().flatten().collect();
    if let Some(refused) = answers.iter().find(|a| a.listed.unauthorized) {
        let what = refused.listed.gap.as_ref().map(|(_, what)| what.clone()).unwrap_or_default();
        let error = LiveError::Unauthorized { what };
        return Err(if is_of_hub(live.api, &refused.question.resource) { error.of_hub() } else { error });
    }
    // Questions that were open when evid was stopped have an answer too: that they were stopped.
    if answers.len() < total || live.clock.stopped() { Err(LiveError::Stopped) } else { Ok(answers) }
}

fn one(live: &Live<'_>, intake: &Intake<'_>, question: &Question, started: DateTime<Utc>) -> Answer {
    let began = live.clock.now();
    let mut items = PackedList::default();
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
                    intake.take(item, &mut kept.borrow_mut())
                }
            },
            || **kept.borrow_mut() = PackedList::default(),
        )
    };
    items.close();
    let millis = u64::try_from((live.clock.now() - began).num_milliseconds()).unwrap_or(0);
    Answer { question: question.clone(), items, listed, refined: false, millis }
}

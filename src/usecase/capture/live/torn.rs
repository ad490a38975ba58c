//! Two lists show two moments: if a pod is listed after its Job was made, and Jobs were listed before, the pod seems to have no owner. If
//! a list names controllers that the list of their kind lacks, both lists are read again, a limited number of times.
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::live::ask::{Answer, ask};
use crate::usecase::capture::live::session::Live;
use crate::usecase::cluster::LiveError;
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

/// How often such lists are read again. An owner that is gone for good stays missing.
const AGAIN: u32 = 3;
/// The pause before that, so that running changes can finish.
const PAUSE: Duration = Duration::from_millis(250);

/// Reads again the lists that were read during a change.
pub(super) fn mend(live: &Live<'_>, intake: &Intake<'_>, answers: &mut [Answer], started: DateTime<Utc>) -> Result<(), LiveError> {
    for _ in 0..AGAIN {
        let concerned: Vec<usize> = torn(answers).into_iter().collect();
        if concerned.is_empty() {
            break;
        }
        if !live.clock.sleep(PAUSE) {
            return Err(LiveError::Stopped);
        }
        let questions = concerned.iter().filter_map(|at| answers.get(*at)).map(|a| a.question.clone()).collect();
        for (at, new) in concerned.into_iter().zip(ask(live, intake, questions, started)?) {
            if let Some(old) = answers.get_mut(at) {
                *old = new;
            }
        }
    }
    Ok(())
}

/// The answers that name a controller which the answer for its own kind lacks, and those latter answers too.
fn torn(answers: &[Answer]) -> BTreeSet<usize> {
    let whole = || answers.iter().enumerate().filter(|(_, a)| a.listed.gap.is_none() && !a.question.counted);
    let there: HashSet<u64> = whole().flat_map(|(_, a)| a.items.marks()).collect();
    let mut found = BTreeSet::new();
    for (at, answer) in whole() {
        let missing: BTreeSet<u32> =
            answer.items.controllers.iter().filter(|(_, uid)| !there.contains(uid)).map(|(kind, _)| *kind).collect();
        let kinds = missing.into_iter().filter_map(|n| answer.items.kinds.get(usize::try_from(n).ok()?));
        for (group, kind) in kinds {
            let of_kind = |a: &Answer| a.question.resource.group == *group && a.question.resource.kind == *kind;
            let covers = |a: &Answer| a.question.namespace.is_none() || a.question.namespace == answer.question.namespace;
            for (owner, _) in whole().filter(|(_, a)| of_kind(a) && covers(a)) {
                found.extend([owner, at]);
            }
        }
    }
    found
}

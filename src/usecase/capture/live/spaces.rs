//! If the user may not list a kind in the whole cluster: finds the namespaces in which they may. It asks the server (one
//! SelfSubjectRulesReview for each namespace) or, if reviews are not wanted, it tries. A kind that may not be listed anywhere stays one
//! gap; one that may be listed in some namespaces is a gap in the others.
use crate::model::meta::list;
use crate::model::{Gap, Reason};
use crate::usecase::capture::collected::List;
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::live::ask::{Answer, question};
use crate::usecase::capture::live::session::Live;
use crate::usecase::capture::packed::PackedList;
use crate::usecase::cluster::list::Question;
use crate::usecase::cluster::port::{Ask, Method, NoReply};
use crate::usecase::cluster::{Resource, gap, is_of_hub};
use crate::value::{Value, json};
use std::collections::BTreeSet;

/// The questions by namespace that may be answered after the whole cluster was refused; makes the gaps of the first round more exact.
pub(super) fn second_round(live: &Live<'_>, intake: &Intake<'_>, answers: &mut [Answer], gaps: &mut Vec<Gap>) -> Vec<Question> {
    let (known, whole) = namespaces(live, intake, answers);
    for other in known.iter().filter(|n| !live.scope.namespaces.is_empty() && !live.scope.namespaces.contains(n)) {
        gaps.push(Gap::of("", "*", Some(other.clone()), Reason::NotAsked, "left out by `-n`"));
    }
    if !live.scope.namespaces.is_empty() && !whole {
        let detail = "left out by `-n`; which namespaces there are was not told";
        gaps.push(Gap::of("", "*", None, Reason::NotAsked, detail));
    }
    let refused = |a: &Answer| {
        // The namespaces of the captured cluster say nothing of those of the hub.
        let whole = a.question.namespace.is_none() && a.question.resource.namespaced;
        whole && !is_of_hub(live.api, &a.question.resource) && matches!(a.listed.gap, Some((Reason::Forbidden, _)))
    };
    if !answers.iter().any(refused) {
        return Vec::new();
    }
    // If one review has no answer, evid does not wait for the others.
    let mut silent = !live.scope.review;
    let mut rules_of = |namespace: &str| {
        silent = silent || live.clock.stopped();
        let answer = (!silent).then(|| rules(live, namespace))?;
        silent = answer.is_err();
        answer.ok().flatten()
    };
    let rights: Vec<(&String, Option<Value>)> = known.iter().map(|n| (n, rules_of(n))).collect();
    let mut more = Vec::new();
    for answer in answers.iter_mut().filter(|a| refused(a)) {
        let resource = answer.question.resource.clone();
        let (may, not): (Vec<_>, Vec<_>) = rights.iter().partition(|(_, rules)| rules.as_ref().is_none_or(|r| may_list(r, &resource)));
        if may.is_empty() || (may.len() == rights.len() && may.iter().all(|(_, r)| r.is_none()) && live.scope.review) {
            continue;
        }
        more.extend(may.iter().map(|(n, _)| question(live, &resource, Some((*n).clone()))));
        if let Some((reason, detail)) = answer.listed.gap.clone().filter(|_| whole) {
            // Every namespace is known: the refusal holds in those that may not be listed, and nowhere else.
            gaps.extend(not.iter().map(|(n, _)| gap::of(&resource.group, &resource.plural, Some(n), (reason, detail.clone()))));
            answer.refined = true;
        }
    }
    more
}

/// The namespaces that the answers show, and whether these are all.
fn namespaces<'s>(live: &Live<'_>, intake: &Intake<'_>, answers: &'s [Answer]) -> (BTreeSet<String>, bool) {
    let list = answers.iter().find(|a| a.question.resource.group.is_empty() && a.question.resource.plural == "namespaces");
    let keys = |list: &'s PackedList| list.packed().filter_map(|at| list.object(at)).map(|object| (object, list.key(object)));
    if let Some(list) = list.filter(|a| a.listed.gap.is_none()) {
        return (keys(&list.items).map(|(_, key)| key.name.to_owned()).collect(), true);
    }
    let mut seen = BTreeSet::new();
    for answer in answers {
        let of_hub = is_of_hub(live.api, &answer.question.resource);
        for (object, key) in keys(&answer.items) {
            seen.extend((!of_hub).then(|| key.namespace.to_owned()));
            if (key.group, key.kind) == ("argoproj.io", "Application") {
                let app = intake.lean(object);
                seen.extend(app.pointer("/spec/destination/namespace").and_then(Value::as_str).map(str::to_owned));
            }
        }
    }
    seen.remove("");
    (seen, false)
}

/// What the user may do in a namespace; none if the server does not answer completely.
fn rules(live: &Live<'_>, namespace: &str) -> Result<Option<Value>, NoReply> {
    let body = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": namespace}});
    let ask = Ask::with(Method::Post, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "application/json", &body);
    let reply = live.api.send(&ask)?;
    let answer = Some(reply).filter(|r| matches!(r.status, 200 | 201)).and_then(|r| r.json().ok());
    let whole = answer.filter(|a| a.pointer("/status/incomplete") != Some(&Value::Bool(true)));
    Ok(whole.and_then(|a| a.pointer("/status/resourceRules").cloned()))
}

/// Whether rules allow a kind to be listed.
fn may_list(rules: &Value, resource: &Resource) -> bool {
    let has = |rule: &Value, field: &str, word: &str| list(rule, field).any(|w| w == word || w == "*");
    let is_named = |rule: &Value| list(rule, "/resourceNames").next().is_some();
    let may = |r: &Value| has(r, "/verbs", "list") && has(r, "/apiGroups", &resource.group) && has(r, "/resources", &resource.plural);
    list(rules, "").any(|r| !is_named(r) && may(r))
}

/// If namespaces may not be listed: the cluster's identity, from one object that answers no question.
pub(super) fn kube_system(live: &Live<'_>, intake: &Intake<'_>, answers: &[Answer]) -> Option<List<PackedList>> {
    let asked = answers.iter().find(|a| a.question.resource.group.is_empty() && a.question.resource.plural == "namespaces");
    asked.filter(|a| a.listed.gap.is_some() && a.items.is_empty())?;
    let file = "/api/v1/namespaces/kube-system".to_owned();
    let item = live.api.send(&Ask::get(&*file)).ok().filter(|r| r.status == 200)?.json().ok()?;
    let mut items = PackedList::default();
    intake.take(item, &mut items);
    Some(List::beside(file, String::new(), None, items))
}

//! Which answers can be relied on, and which questions a dump by namespace leaves out. Knows lists and gaps; must not know files.
use crate::adapters::dump::resolve::Named;
use crate::adapters::dump::seen::Seen;
use crate::adapters::dump::stderr::Said;
use crate::adapters::dump::walk::stem;
use crate::argo::Here;
use crate::model::meta::text;
use crate::model::{Gap, Reason};
use crate::usecase::capture::List;
use std::collections::{BTreeMap, BTreeSet};

/// Marks each question that is attested; a gap for each that is not and of which nothing was said.
pub(super) fn attest<I>(lists: &mut [Named<I>], said: &[Said], keeps_stderr: bool) -> Vec<Gap> {
    for Named { list, attested, .. } in lists.iter_mut() {
        let beside = || said.iter().any(|s| !s.named && s.stem == stem(&list.file));
        *attested = list.resource_version.is_some() || (keeps_stderr && !is_covered(said, list) && !beside());
    }
    let mut gaps = Vec::new();
    for named @ Named { list, .. } in lists.iter() {
        if list.is_question && !named.attested && !is_covered(said, list) && !is_answered_too(lists, list) {
            let why = if keeps_stderr {
                "an error was written beside it"
            } else {
                "it has no resourceVersion, and the dump keeps no stderr (`2>NAME.err`)"
            };
            gaps.push(gap(list, Reason::Unattested, format!("{}: {why}, so an error could have emptied it", list.file)));
        }
        if named.continues {
            gaps.push(gap(
                list,
                Reason::Truncated,
                format!("{}: its metadata (continue, remainingItemCount) says that more pages follow", list.file),
            ));
        }
    }
    gaps
}

fn is_covered<I>(said: &[Said], list: &List<I>) -> bool {
    said.iter().any(|s| covers(&s.gap, list))
}

/// Whether another answer can be relied on that is about no less: what `kubectl get all` repeats of it takes nothing away.
fn is_answered_too<I>(lists: &[Named<I>], list: &List<I>) -> bool {
    let is_as_wide = |other: &List<I>| {
        let is_same = other.is_question && (&other.group, &other.resource) == (&list.group, &list.resource);
        is_same && (other.namespace.is_none() || other.namespace == list.namespace)
    };
    lists.iter().any(|n| n.attested && !n.continues && is_as_wide(&n.list))
}

/// One gap for each resource of a tree in which an absent file says nothing.
pub(super) fn gathered<'a, I: 'a>(lists: impl Iterator<Item = &'a List<I>>) -> Vec<Gap> {
    let mut first: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for list in lists {
        first.entry((&list.group, list.resource.as_deref().unwrap_or("*"))).or_insert(&list.file);
    }
    let detail = |file: &str| format!("{file}: must-gather writes no file for a kind without objects, so an absent object proves nothing");
    first.into_iter().map(|((group, resource), file)| Gap::of(group, resource, None, Reason::Unattested, detail(file))).collect()
}

/// A gap for each namespace that exists and in which a resource was not asked that was asked in others.
pub(super) fn not_asked<I>(lists: &[Named<I>], gaps: &[Gap], existing: &BTreeSet<String>) -> Vec<Gap> {
    let mut asked: BTreeMap<(&str, &str), BTreeSet<Option<&str>>> = BTreeMap::new();
    for list in lists.iter().map(|n| &n.list).filter(|l| l.is_question) {
        if let Some(resource) = &list.resource {
            asked.entry((&list.group, resource)).or_default().insert(list.namespace.as_deref());
        }
    }
    for gap in gaps {
        asked.entry((&gap.group, &gap.resource)).or_default().insert(gap.namespace.as_deref());
    }
    let mut out = Vec::new();
    for ((group, resource), places) in asked.into_iter().filter(|((_, r), places)| !matches!(*r, "*" | "events") && !places.contains(&None))
    {
        for namespace in existing.iter().filter(|n| !places.contains(&Some(n.as_str()))) {
            let detail = format!("no file of {resource} for this namespace, though there are files of {resource} for others");
            out.push(Gap::of(group, resource, Some(namespace.clone()), Reason::NotAsked, detail));
        }
    }
    out
}

fn gap<I>(list: &List<I>, reason: Reason, detail: String) -> Gap {
    let resource = list.resource.clone().unwrap_or_else(|| "*".into());
    Gap::of(list.group.clone(), resource, list.namespace.clone(), reason, detail)
}

fn covers<I>(gap: &Gap, list: &List<I>) -> bool {
    let resource = gap.covers(list.resource.as_deref().unwrap_or("*"), &list.group);
    let place = gap.namespace.is_none() || list.namespace.is_none() || gap.namespace == list.namespace;
    resource && place
}

/// The namespaces that exist: those of all objects and, where the list of them is not whole, those into which Applications deploy and
/// those of the claims that volumes are bound to.
pub(super) fn spaces<I>(lists: &[Named<I>], gaps: &[Gap]) -> BTreeSet<String> {
    let mut out = namespaces(lists.iter().map(|n| &n.seen));
    out.extend(lists.iter().flat_map(|n| n.seen.namespaces.iter().cloned()));
    let is_list = |l: &&List<I>| l.is_question && l.group.is_empty() && l.resource.as_deref() == Some("namespaces");
    let attested = lists.iter().filter(|n| n.attested).map(|n| &n.list).find(is_list);
    if attested.is_none_or(|l| gaps.iter().any(|g| covers(g, l))) {
        for Named { seen, .. } in lists {
            let here = seen.of_kind("Application").filter(|i| Here::default().is(i));
            out.extend(here.map(|i| text(i, "/spec/destination/namespace").to_owned()));
            out.extend(seen.of_kind("PersistentVolume").map(|i| text(i, "/spec/claimRef/namespace").to_owned()));
        }
    }
    out.remove("");
    out
}

/// The names of the Namespaces in some answers.
pub(super) fn namespaces<'a>(seen: impl Iterator<Item = &'a Seen>) -> BTreeSet<String> {
    let all = seen.flat_map(|seen| seen.of_kind("Namespace"));
    all.filter(|i| text(i, "/apiVersion") == "v1").map(|i| text(i, "/metadata/name").to_owned()).collect()
}

//! One answer and the path of its file → the question that it answers. Knows names and kinds; must not know other files.
use crate::adapters::dump::answer::{Answer, is_event};
use crate::adapters::dump::catalogue::Catalogue;
use crate::adapters::dump::folders::Folders;
use crate::adapters::dump::name::{Place, Tree};
use crate::adapters::dump::seen::Seen;
use crate::usecase::capture::List;

pub(super) enum Resolved<I> {
    /// The answer to a question, or objects.
    List(Box<Named<I>>),
    /// Events, which are not kept.
    Events,
    /// An empty list, and nothing tells which kind was asked.
    Nameless,
}

/// A list whose question is named.
pub(super) struct Named<I> {
    pub list: List<I>,
    pub seen: Seen,
    /// Whether no error can have emptied it.
    pub attested: bool,
    /// Whether it says that more pages follow.
    pub continues: bool,
}

/// Names the question of one answer; `alone` says that its file holds no other kind.
pub(super) fn resolve<I>(file: &str, place: &Place, answer: Answer<I>, alone: bool, all: &Catalogue, folders: &Folders) -> Resolved<I> {
    let told = place.resource(all);
    let (group, kind, resource) = match (answer.kind, told) {
        (Some(kind), told) => {
            let plural = all.of_kind(&answer.group, &kind).map(|r| r.plural.clone());
            let by_name = || told.filter(|(g, _)| alone && *g == answer.group).map(|(_, p)| p);
            let by_word = || Some(place.stem.to_lowercase()).filter(|s| alone && plural_of(s, &kind));
            let resource = plural.or_else(by_name).or_else(by_word);
            (answer.group, Some(kind), resource)
        }
        (None, Some((group, plural))) => {
            let kind = all.of_plural(&group, &plural).map(|r| r.kind.clone());
            (group, kind, Some(plural))
        }
        (None, None) => return Resolved::Nameless,
    };
    if is_event(&group, kind.as_deref()) {
        return Resolved::Events;
    }
    let known = resource.as_deref().and_then(|r| all.namespaced(&group, r)).unwrap_or(true);
    let namespaced = if answer.seen.count == 0 { known } else { !answer.seen.namespaces.is_empty() };
    let list = List {
        file: file.to_owned(),
        group,
        resource,
        namespace: folders.namespace(place, namespaced),
        is_question: answer.list && !matches!(place.tree, Tree::Gathered(_)),
        resource_version: answer.resource_version,
        items: answer.items,
        count: None,
        read: None,
    };
    Resolved::List(Box::new(Named { list, seen: answer.seen, attested: false, continues: answer.continues }))
}

/// Whether a word can be the plural of a kind: `policies` of `Policy`.
fn plural_of(word: &str, kind: &str) -> bool {
    let kind = kind.to_lowercase();
    let stem = kind.strip_suffix('y').unwrap_or(&kind);
    word.starts_with(stem) && word.len() <= kind.len() + 3 && word.bytes().all(|b| b.is_ascii_lowercase())
}

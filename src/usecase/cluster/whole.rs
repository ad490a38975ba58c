//! All objects of a kind, in memory: for what is decided at once, and for the list with which a watch begins. Must not know how a page is
//! read, nor who sends.
use crate::model::{Gap, Reason};
use crate::usecase::cluster::list::{CHUNK, Question, Reading, Step};
use crate::usecase::cluster::port::{Api, Ask, NoReply, Reply};
use crate::usecase::cluster::{Resource, gap};
use serde_json::Value;

/// A list while it is read into memory.
#[derive(Debug)]
pub struct Whole {
    reading: Reading,
    items: Vec<Value>,
}

/// What was listed.
#[derive(Debug)]
pub struct All {
    /// The objects; if the list broke off, those seen before.
    pub items: Vec<Value>,
    /// The resourceVersion of the list.
    pub version: Option<String>,
    /// Why they may not be all.
    pub gap: Option<(Reason, String)>,
}

impl Whole {
    /// Begins.
    pub fn of(kind: &Resource, namespace: Option<&str>, metadata: bool) -> Self {
        let question = Question { resource: kind.clone(), namespace: namespace.map(str::to_owned), metadata, counted: false };
        Self { reading: Reading::new(question, CHUNK), items: Vec::new() }
    }

    /// The next request.
    pub fn ask(&self) -> Ask {
        self.reading.ask()
    }

    /// Takes its answer in; gives what was listed, if the list is at its end.
    pub fn take(&mut self, answer: Result<Reply, NoReply>) -> Option<All> {
        let listed = match self.reading.take(answer, &mut |item| self.items.push(item)) {
            Step::More => return None,
            Step::Anew => {
                self.items.clear();
                return None;
            }
            Step::End(listed) => listed,
        };
        let mut items = std::mem::take(&mut self.items);
        let seen = items.len();
        items.retain(|i| i.pointer("/metadata/name").and_then(Value::as_str).is_some_and(|n| !n.is_empty()));
        let nameless = (items.len() < seen).then(|| (Reason::Unreadable, "an item has no name".into()));
        Some(All { items, version: listed.resource_version, gap: listed.gap.or(nameless) })
    }
}

/// All objects of a kind, and why they may not be all.
pub(in crate::usecase) fn whole(api: &dyn Api, kind: &Resource, namespace: Option<&str>, metadata: bool) -> (Vec<Value>, Option<Gap>) {
    let mut whole = Whole::of(kind, namespace, metadata);
    loop {
        if let Some(all) = whole.take(api.send(&whole.ask())) {
            return (all.items, all.gap.map(|why| gap::of(&kind.group, &kind.plural, namespace, why)));
        }
    }
}

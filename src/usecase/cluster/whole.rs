//! All objects of a kind, in memory: for what is decided at once, and for the list with which a watch begins. Must not know how a page is
//! read, nor who sends.
use crate::model::{Gap, Reason};
use crate::usecase::cluster::list::{CHUNK, Question, Reading, Step};
use crate::usecase::cluster::port::{Api, Ask, NoReply, Reply};
use crate::usecase::cluster::{Resource, gap};
use crate::value::Value;

/// A list while it is read into memory.
#[derive(Debug)]
pub struct Whole {
    reading: Reading,
    items: Vec<Value>,
}

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
    pub fn of(kind: &Resource, namespace: Option<&str>, metadata: bool) -> Self {
        let question = Question { resource: kind.clone(), namespace: namespace.map(str::to_owned), metadata, counted: false };
        Self { reading: Reading::new(question, CHUNK), items: Vec::new() }
    }

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

#[cfg(test)]
mod tests {
    use super::whole;
    use crate::model::Reason;
    use crate::usecase::cluster::Resource;
    use crate::usecase::cluster::list::MOST_PAGES;
    use crate::usecase::cluster::port::{Api, Ask, NoReply, Reply};
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Has another page each time.
    struct Endless(AtomicU64);

    impl Api for Endless {
        fn send(&self, _: &Ask) -> Result<Reply, NoReply> {
            let nth = self.0.fetch_add(1, Ordering::Relaxed);
            let body = format!(r#"{{"kind":"List","metadata":{{"continue":"{nth}"}},"items":[{{"metadata":{{"name":"o{nth}"}}}}]}}"#);
            Ok(Reply { status: 200, body: body.into_bytes(), date: None, warnings: vec![] })
        }
    }

    #[test]
    fn a_list_that_goes_on_for_ever_is_left_with_a_gap() {
        let server = Endless(AtomicU64::new(0));
        let (items, gap) = whole(&server, &Resource::new("", "v1", "pods", "Pod", true), None, true);
        assert_eq!((items.len() as u64, server.0.load(Ordering::Relaxed)), (MOST_PAGES, MOST_PAGES));
        assert_eq!(gap.unwrap().reason, Reason::Truncated);
    }
}

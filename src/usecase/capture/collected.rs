//! What a source gives to a capture: lists, gaps and a window of time; and the reasons why a capture can fail. Knows no bundle.
use crate::model::{Gap, Hub, Key, Listable, Source, stem};
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::packed::PackedList;
use crate::value::Value;

/// What a source gives: lists of objects, as they were answered and not yet redacted, or (`I` is `PackedList`) behind the intake.
#[derive(Clone, Debug)]
pub struct Collected<I = Vec<Value>> {
    /// Live or dump.
    pub source: Source,
    /// The lists, in a stable order.
    pub lists: Vec<List<I>>,
    /// First readings of lists that were read again at the end: what differs in between is unsettled.
    pub earlier: Vec<List<I>>,
    /// The questions without an answer.
    pub gaps: Vec<Gap>,
    /// The kinds that can be listed, if the source itself names them.
    pub named: Vec<Listable>,
    /// Kinds (`<plural>.<group>`) that the configuration leaves out.
    pub left_out: Vec<String>,
    /// Start of the capture window.
    pub started: Option<String>,
    /// End of the capture window.
    pub finished: Option<String>,
    /// Server version.
    pub version: Option<String>,
    /// The highest resourceVersion of objects that are not stored.
    pub highest: Option<u64>,
    /// The API server's address, without credentials.
    pub server: Option<String>,
    /// The cluster of Argo CD, where that is another one.
    pub hub: Option<Hub>,
}

/// One answered list.
#[derive(Clone, Debug)]
pub struct List<I = Vec<Value>> {
    /// Where it was read from, for messages.
    pub file: String,
    /// API group.
    pub group: String,
    /// Plural resource name, if the source gives it.
    pub resource: Option<String>,
    /// The namespace that was asked; none for the whole cluster.
    pub namespace: Option<String>,
    /// Whether it answers a question (and so can show that an object does not exist).
    pub is_question: bool,
    /// resourceVersion of the list.
    pub resource_version: Option<String>,
    /// The objects, each with apiVersion and kind.
    pub items: I,
    /// The number of objects, if the items are not all of them.
    pub count: Option<u64>,
    /// Pages and milliseconds of the answer; from live sources only.
    pub read: Option<(u64, u64)>,
}

impl<I> List<I> {
    /// Objects that answer no question: what is not among them may be there all the same.
    pub fn beside(file: String, group: String, resource: Option<String>, items: I) -> Self {
        Self { file, group, resource, namespace: None, is_question: false, resource_version: None, items, count: None, read: None }
    }
}

/// Why a capture can't continue.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    #[error("{key} stands in {first} and, different, in {second}; a dump must hold one moment of one cluster: leave one of them out")]
    Twice { key: Box<Key>, first: String, second: String },
    /// Two kinds of one group have one plural: their lines would be in one file.
    #[error(
        "{first} and {second} are both taken for kinds named {stem}, and a plural names one kind only: the name of a dump's file, a \
         CustomResourceDefinition in it, or `kinds` in evid.yaml gives one of them the other's plural"
    )]
    OnePlural {
        stem: String,
        /// A kind, with its group and where it was read.
        first: String,
        second: String,
    },
    /// Stored objects can't be read back.
    #[error("{0}; is there room where temporary files go (TMPDIR)?")]
    Spool(String),
    /// One of evid's own documents can't be written.
    #[error("a document of the bundle can't be written: {0}")]
    Document(#[from] serde_json::Error),
}

impl<I> Collected<I> {
    /// These lists, without any other information.
    pub fn of(source: Source, lists: Vec<List<I>>) -> Self {
        Self {
            source,
            lists,
            earlier: Vec::new(),
            gaps: Vec::new(),
            named: Vec::new(),
            left_out: Vec::new(),
            started: None,
            finished: None,
            version: None,
            highest: None,
            server: None,
            hub: None,
        }
    }

    /// Removes the kinds (`<plural>.<group>`) that the configuration leaves out. They stay known as kinds that can be listed.
    pub fn without(mut self, kinds: &[String]) -> Self {
        let is_out = |group: &str, resource: &str| kinds.contains(&stem(resource, group));
        let (out, lists): (Vec<_>, Vec<_>) =
            self.lists.into_iter().partition(|l| l.resource.as_deref().is_some_and(|r| is_out(&l.group, r)));
        let (unsaid, gaps): (Vec<_>, Vec<_>) = self.gaps.into_iter().partition(|g| is_out(&g.group, &g.resource));
        let resources =
            out.into_iter().map(|l| (l.group, l.resource.unwrap_or_default())).chain(unsaid.into_iter().map(|g| (g.group, g.resource)));
        self.named.extend(resources.map(|(group, resource)| Listable { group, resource, namespaced: None }));
        self.left_out = kinds.to_vec();
        Self { lists, gaps, ..self }
    }
}

impl Collected {
    /// Passes every object through the intake, list by list.
    pub fn through(self, intake: &Intake<'_>) -> Collected<PackedList> {
        let list = |list: List| List {
            items: intake.all(list.items),
            file: list.file,
            group: list.group,
            resource: list.resource,
            namespace: list.namespace,
            is_question: list.is_question,
            resource_version: list.resource_version,
            count: list.count,
            read: list.read,
        };
        Collected {
            source: self.source,
            lists: self.lists.into_iter().map(list).collect(),
            earlier: self.earlier.into_iter().map(list).collect(),
            gaps: self.gaps,
            named: self.named,
            left_out: self.left_out,
            started: self.started,
            finished: self.finished,
            version: self.version,
            highest: self.highest,
            server: self.server,
            hub: self.hub,
        }
    }
}

//! `coverage.json`: every question that was asked, and every gap with its reason.
use crate::model::{Gap, Known, Listable, Question, Reason, Universe, Unsettled};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coverage {
    /// The highest resourceVersion in everything that was read, as decimal text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_resource_version: Option<String>,
    /// Every kind that could have been asked.
    #[serde(default)]
    pub universe: UniverseLine,
    pub questions: Vec<QuestionLine>,
    pub gaps: Vec<GapLine>,
    /// Applications that changed while the rest was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsettled: Vec<UnsettledLine>,
}

/// The kinds that could have been asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UniverseLine {
    /// From which source the kinds are known: `discovery`, `api-services`, `version` or `nothing`.
    pub known: String,
    /// The kinds, sorted.
    pub kinds: Vec<KindLine>,
}

/// A kind that can be listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindLine {
    pub group: String,
    pub resource: String,
    /// Whether its objects have a namespace; absent if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespaced: Option<bool>,
}

/// An object that changed between its first and its last reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnsettledLine {
    pub group: String,
    pub kind: String,
    /// Namespace; empty when cluster-scoped.
    pub namespace: String,
    pub name: String,
    /// JSON pointers of the changed fields; an empty one if the object was added or removed.
    pub moved: Vec<String>,
}

/// A question and the size of its answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuestionLine {
    pub group: String,
    pub resource: String,
    /// Namespace; absent for the whole cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Objects in the answer.
    pub count: u64,
    /// resourceVersion of the list, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// Pages of the answer; from live sources only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<u64>,
    /// Milliseconds until the answer was complete; from live sources only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GapLine {
    pub group: String,
    /// Plural resource name; `*` for any kind.
    pub resource: String,
    /// Namespace; absent for the whole cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// One of the closed list of reasons.
    pub reason: String,
    /// File, line and message.
    pub detail: String,
}

impl Coverage {
    pub fn new(highest: Option<u64>, questions: &[Question], universe: &Universe, gaps: &[Gap], unsettled: &[Unsettled]) -> Self {
        let question = |q: &Question| QuestionLine {
            group: q.group.clone(),
            resource: q.resource.clone(),
            namespace: q.namespace.clone(),
            count: q.count,
            resource_version: q.resource_version.clone(),
            pages: q.pages,
            millis: q.millis,
        };
        let moved = |u: &Unsettled| UnsettledLine {
            group: u.key.group.clone(),
            kind: u.key.kind.clone(),
            namespace: u.key.namespace.clone(),
            name: u.key.name.clone(),
            moved: u.pointers.clone(),
        };
        let gap = |g: &Gap| GapLine {
            group: g.group.clone(),
            resource: g.resource.clone(),
            namespace: g.namespace.clone(),
            reason: g.reason.as_str().into(),
            detail: g.detail.clone(),
        };
        Self {
            highest_resource_version: highest.map(|n| n.to_string()),
            universe: UniverseLine::new(universe),
            questions: questions.iter().map(question).collect(),
            gaps: gaps.iter().map(gap).collect(),
            unsettled: unsettled.iter().map(moved).collect(),
        }
    }

    /// The questions in the form that the core uses.
    pub fn questions(&self) -> Vec<Question> {
        self.questions
            .iter()
            .map(|q| Question {
                group: q.group.clone(),
                resource: q.resource.clone(),
                namespace: q.namespace.clone(),
                count: q.count,
                resource_version: q.resource_version.clone(),
                pages: q.pages,
                millis: q.millis,
            })
            .collect()
    }

    /// The gaps in the form that the core uses.
    pub fn gaps(&self) -> Vec<Gap> {
        self.gaps.iter().map(GapLine::gap).collect()
    }

    /// Whether the kind was asked for, in the whole cluster or in some namespace.
    pub fn asked(&self, group: &str, resource: &str) -> bool {
        self.questions.iter().any(|q| q.group == group && q.resource == resource)
    }
}

impl GapLine {
    /// The gap in the form that the core uses; an unknown reason counts as unreadable.
    pub fn gap(&self) -> Gap {
        let reason = Reason::parse(&self.reason).unwrap_or(Reason::Unreadable);
        Gap::of(&*self.group, &*self.resource, self.namespace.clone(), reason, &*self.detail)
    }
}

impl UniverseLine {
    fn new(universe: &Universe) -> Self {
        let kind = |k: &Listable| KindLine { group: k.group.clone(), resource: k.resource.clone(), namespaced: k.namespaced };
        Self { known: universe.known.as_str().into(), kinds: universe.kinds.iter().map(kind).collect() }
    }

    /// The universe in the form that the core uses; an unknown `known` counts as `nothing`.
    pub fn universe(&self) -> Universe {
        let known = Known::parse(&self.known).unwrap_or_default();
        let kind = |k: &KindLine| Listable { group: k.group.clone(), resource: k.resource.clone(), namespaced: k.namespaced };
        Universe { known, kinds: self.kinds.iter().map(kind).collect() }
    }
}

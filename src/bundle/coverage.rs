//! `coverage.json`: every question asked, and each that was not answered, with its reason.
use crate::model::Gap;
use crate::model::Question;
use crate::model::Reason;
use serde::Deserialize;
use serde::Serialize;

/// The stored coverage.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Coverage {
    /// The highest resourceVersion seen over everything read, as decimal text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_resource_version: Option<String>,
    /// Every question.
    pub questions: Vec<QuestionLine>,
    /// Every gap.
    pub gaps: Vec<GapLine>,
}

/// A question and the size of its answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuestionLine {
    /// API group.
    pub group: String,
    /// Plural resource name.
    pub resource: String,
    /// Namespace; absent for the whole cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Objects in the answer.
    pub count: u64,
    /// resourceVersion of the list, where it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
}

/// A gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GapLine {
    /// API group.
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
    /// The stored form.
    pub fn new(highest: Option<u64>, questions: &[Question], gaps: &[Gap]) -> Self {
        let question = |q: &Question| QuestionLine {
            group: q.group.clone(),
            resource: q.resource.clone(),
            namespace: q.namespace.clone(),
            count: q.count,
            resource_version: q.resource_version.clone(),
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
            questions: questions.iter().map(question).collect(),
            gaps: gaps.iter().map(gap).collect(),
        }
    }

    /// The questions as the core uses them.
    pub fn questions(&self) -> Vec<Question> {
        self.questions
            .iter()
            .map(|q| Question {
                group: q.group.clone(),
                resource: q.resource.clone(),
                namespace: q.namespace.clone(),
                count: q.count,
                resource_version: q.resource_version.clone(),
            })
            .collect()
    }

    /// The gaps as the core uses them; an unknown reason counts as unreadable.
    pub fn gaps(&self) -> Vec<Gap> {
        self.gaps
            .iter()
            .map(|g| Gap {
                group: g.group.clone(),
                resource: g.resource.clone(),
                namespace: g.namespace.clone(),
                reason: Reason::parse(&g.reason).unwrap_or(Reason::Unreadable),
                detail: g.detail.clone(),
            })
            .collect()
    }

    /// Whether the kind was asked for, in the whole cluster or in some namespace.
    pub fn asked(&self, group: &str, resource: &str) -> bool {
        self.questions.iter().any(|q| q.group == group && q.resource == resource)
    }
}

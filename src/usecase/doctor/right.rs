//! The rights that evid asks for. What needs which is not known here.
use crate::model::stem;

/// What a right is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Purpose {
    /// A bundle without gaps.
    Capture,
    /// Probes through the API server, by exec, by port-forward.
    Probes,
    /// Off, on and repair.
    Switch,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Capture, Self::Probes, Self::Switch];

    /// The word in names of roles.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Probes => "probes",
            Self::Switch => "switch",
        }
    }
}

/// One right: a verb on a resource.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Right {
    /// What it is for.
    pub purpose: Purpose,
    /// API group; empty for the core group, `*` for any.
    pub group: String,
    /// Plural, with its subresource as in `pods/exec`; `*` for any.
    pub resource: String,
    /// `list`, `get`, …
    pub verb: &'static str,
}

impl Right {
    pub(super) fn new(purpose: Purpose, group: &str, resource: &str, verb: &'static str) -> Self {
        Self { purpose, group: group.into(), resource: resource.into(), verb }
    }

    /// Any kind, listed: what a capture needs where kinds come and go.
    pub(super) fn any() -> Self {
        Self::new(Purpose::Capture, "*", "*", "list")
    }

    /// As a person reads it; a capture's rights are all to list.
    pub(super) fn shown(&self) -> String {
        let stem = stem(&self.resource, &self.group);
        if self.purpose == Purpose::Capture { stem } else { format!("{} {stem}", self.verb) }
    }
}

//! A predicate's question and answer, and what the caller expects the bundles to show.
use crate::claims::{Evidence, Finding, Position};
use crate::compare::{Change, CompareError};
use crate::model::{Role, words};

words! {
    /// What the caller expects the bundles to show; without it, the positions of the switch decide.
    Expect {
        /// Optional is gone at the last bundle.
        CoreOnly = "core-only",
        /// Optional is back at the last bundle.
        OptionalOn = "optional-on",
        /// Nothing changed.
        Unchanged = "unchanged",
    }
}

/// The question to a predicate.
pub(super) struct Question<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    /// The layer that the claim is about, or empty.
    pub(super) layer: &'a str,
    pub(super) expect: Option<Expect>,
}

impl<'a> Question<'a> {
    /// The changes of the layer. A protected layer's root is of no layer, since it makes it; what it says is what the layer is to be.
    pub(super) fn changes(&self) -> impl Iterator<Item = &'a Change> {
        let (e, layer) = (self.evidence, self.layer);
        let is_protected = e.layer(layer).is_some_and(|l| l.role == Role::Protected);
        let root = if is_protected { e.root(layer) } else { None };
        e.changes.iter().filter(move |c| c.layer == layer || root.as_ref() == Some(&c.spot))
    }

    /// The bundles in which the switch is in this position, as seen or as the caller expects.
    pub(super) fn at(&self, position: Position) -> Vec<usize> {
        let last = self.evidence.sides.len().saturating_sub(1);
        let pinned = match self.expect {
            Some(Expect::CoreOnly) => Some(Position::Off),
            Some(Expect::OptionalOn) => Some(Position::On),
            _ => None,
        };
        let positions = self.evidence.positions.iter().enumerate();
        positions.filter(|(i, p)| if *i == last { pinned.unwrap_or(**p) == position } else { **p == position }).map(|(i, _)| i).collect()
    }
}

/// A predicate's answer: its findings, or that it does not apply.
pub(super) type Answer = Result<Option<Vec<Finding>>, CompareError>;

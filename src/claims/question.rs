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

    /// The position of the switch in each bundle, as seen; in the last one as the caller expects.
    pub(super) fn positions(&self) -> Vec<Position> {
        let mut all = self.evidence.positions.clone();
        let pinned = match self.expect {
            Some(Expect::CoreOnly) => Some(Position::Off),
            Some(Expect::OptionalOn) => Some(Position::On),
            _ => None,
        };
        // A bundle has a position if there is a switched layer, and then each has.
        all.last_mut().zip(pinned).into_iter().for_each(|(last, pinned)| *last = pinned);
        all
    }

    /// The bundles in which the switch is in this position.
    pub(super) fn at(&self, position: Position) -> Vec<usize> {
        self.positions().into_iter().enumerate().filter(|(_, p)| *p == position).map(|(i, _)| i).collect()
    }
}

/// A predicate's answer: its findings, or that it does not apply.
pub(super) type Answer = Result<Option<Vec<Finding>>, CompareError>;

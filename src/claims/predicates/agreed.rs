//! Fields that another controller owns by agreement (an autoscaler, `ignoreDifferences` of an Application or of argocd-cm): they are no
//! change, but each one that moves is named. If the agreement covers a whole container of the object, or every kind, it does not show
//! that the field is its owner's alone: the claim is left open.
use crate::bundle::lines::OwnedLine;
use crate::claims::predicates::wanted::{Line, is_anothers_doing};
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Instance};
use crate::value::Text;
use std::collections::BTreeSet;

/// The fields of a layer's objects that moved from one bundle to another under an agreement.
pub(super) fn moved(e: &Evidence<'_>, layer: &str, a: usize, b: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let is_owned = |at: &Instance| at.owned && !at.derived;
    for (spot, was, is) in e.held_by_both(layer, (a, b)).filter(|(_, was, is)| is_owned(was) && is_owned(is)) {
        let read = |at, i| e.read::<Line>("identity", spot, at, i);
        let (Some(earlier), Some(later)) = (read(was, a)?, read(is, b)?) else { continue };
        let file = e.file("identity", spot, is, b)?;
        let pointers: BTreeSet<&Text> = earlier.fields.keys().chain(later.fields.keys()).collect();
        for pointer in pointers {
            // If only one bundle has the agreement, the field is state in the other, and is compared as state.
            let (Some(was), Some(is)) = (earlier.covers(pointer), later.covers(pointer)) else { continue };
            let (x, y) = (earlier.fields.get(pointer), later.fields.get(pointer));
            if x == y {
                continue;
            }
            // A count that moved while its autoscaler was paused or failing was somebody else's doing.
            let is_open = [was, is].iter().any(|by| by.wide || by.idle) || pointer == "/spec/replicas" && is_anothers_doing(e, spot, a, b)?;
            let effect = if is_open { Effect::Doubts } else { Effect::Notes };
            findings.push(e.found(effect, Code::OwnedFieldMoved, spot, b).at(pointer, x.cloned(), y.cloned()).in_file(&file));
        }
    }
    Ok(findings)
}

/// The Applications of a layer that ignore something by an expression: the fields that it covers stay state.
pub(super) fn by_expression(e: &Evidence<'_>, layer: &str) -> Result<Vec<Finding>, CompareError> {
    let last = e.sides.len().saturating_sub(1);
    let mut findings = Vec::new();
    for (spot, at) in e.apps(layer, last) {
        let app = e.state(spot, at, last)?;
        if crate::argo::Agreement::of_application(&app).iter().any(|a| a.by_expression) {
            let finding = e.found(Effect::Notes, Code::IgnoresByExpression, spot, last);
            findings.push(finding.at("/spec/ignoreDifferences", None, None));
        }
    }
    Ok(findings)
}

impl Line {
    /// The agreement that covers a pointer.
    fn covers(&self, pointer: &str) -> Option<&OwnedLine> {
        let below = |p: &str| pointer.strip_prefix(p).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.owned.iter().find(|(p, _)| below(p)).map(|(_, by)| by)
    }
}

//! Fields that another controller owns by agreement (an autoscaler, `ignoreDifferences` of an Application or of argocd-cm): they are no
//! change, but each one that moves is named. If the agreement covers a whole container of the object, or every kind, it does not show
//! that the field is its owner's alone: the claim is left open.
use crate::bundle::lines::OwnedLine;
use crate::claims::predicates::wanted::is_anothers_doing;
use crate::claims::{Code, Effect, Evidence, Finding};
use crate::compare::{CompareError, Side, Spot, lines};
use crate::value::{Map, Text};
use memchr::memmem;
use std::collections::{BTreeMap, BTreeSet};

/// The fields of a layer's objects that moved from one bundle to another under an agreement.
pub(super) fn moved(e: &Evidence<'_>, layer: &str, a: usize, b: usize) -> Result<Vec<Finding>, CompareError> {
    let mut findings = Vec::new();
    let (Some(before), Some(after)) = (e.sides.get(a), e.sides.get(b)) else { return Ok(findings) };
    let (old, new) = (owned(e, layer, before, a)?, owned(e, layer, after, b)?);
    for (spot, later) in &new {
        let Some(earlier) = old.get(spot) else { continue };
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
            let finding = Finding::new(effect, Code::OwnedFieldMoved, b).about(e.key(spot));
            findings.push(finding.at(pointer, x.cloned(), y.cloned()).in_file(&later.file));
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
            findings.push(Finding::new(Effect::Notes, Code::IgnoresByExpression, last).about(e.key(spot)).at(
                "/spec/ignoreDifferences",
                None,
                None,
            ));
        }
    }
    Ok(findings)
}

/// The fields of an identity line that are needed here.
#[derive(serde::Deserialize)]
struct Line {
    namespace: String,
    name: String,
    #[serde(default)]
    owned: BTreeMap<String, OwnedLine>,
    fields: Map,
    #[serde(skip)]
    file: String,
}

impl Line {
    /// The agreement that covers a pointer.
    fn covers(&self, pointer: &str) -> Option<&OwnedLine> {
        let below = |p: &str| pointer.strip_prefix(p).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.owned.iter().find(|(p, _)| below(p)).map(|(_, by)| by)
    }
}

/// The objects of a layer that have such fields, in one bundle.
fn owned(e: &Evidence<'_>, layer: &str, side: &Side, i: usize) -> Result<BTreeMap<Spot, Line>, CompareError> {
    let mut out = BTreeMap::new();
    let holds = memmem::Finder::new(b"\"owned\":{");
    for (entry, _, stem, _) in side.files("identity") {
        let bytes = side.file(entry)?;
        // Few lines hold such a field: a search in the bytes saves parsing the others.
        for line in lines(&bytes).filter(|line| holds.find(line).is_some()) {
            let line: Line = side.parse(entry, line)?;
            let spot = Spot { stem: stem.to_owned(), namespace: line.namespace.clone(), name: line.name.clone() };
            if e.instances.layer(&spot) == layer && e.instances.at(&spot, i).is_some_and(|at| !at.derived) {
                out.insert(spot, Line { file: entry.to_owned(), ..line });
            }
        }
    }
    Ok(out)
}

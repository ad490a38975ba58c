//! What was not answered, by reason: the kinds, and what was seen of the first. Whose gaps they are, the line above says.
use crate::model::{Gap, stem};
use crate::render::findings::some;
use crate::render::foreign;
use crate::render::told::told;
use crate::render::words::{fill, phrases};
use std::collections::BTreeMap;

/// `forbidden: secrets, endpoints and 3 more`, and below it the first detail.
pub fn lines(gaps: &[Gap], most: usize) -> Vec<String> {
    let mut by_reason: BTreeMap<&str, Vec<&Gap>> = BTreeMap::new();
    gaps.iter().for_each(|g| by_reason.entry(g.reason.as_str()).or_default().push(g));
    let mut out = Vec::new();
    for (reason, gaps) in by_reason {
        let kind = |g: &&Gap| {
            let kind = stem(&g.resource, &g.group);
            let place = |namespace: &String| fill(phrases().kind_in, &[("kind", &kind), ("namespace", namespace)]);
            g.namespace.as_ref().map_or_else(|| foreign::clean(&kind), place)
        };
        let mut kinds: Vec<String> = gaps.iter().map(kind).collect();
        kinds.dedup();
        out.push(format!("{}: {}", told(reason), some(&kinds, most)));
        if let Some(detail) = gaps.first().map(|g| &g.detail).filter(|d| !d.is_empty()) {
            out.push(format!("  {}", foreign::clean(&told(detail))));
        }
    }
    out
}

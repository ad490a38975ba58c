//! The probes: what each bundle's sample heard, and what was heard between the bundles.
use crate::bundle::probe::{Is, Line};
use crate::bundle::watch::Seen;
use crate::render::view::said::Probe;
use crate::render::words::{fill, page};
use crate::render::{foreign, probes as words};
use crate::usecase::shown::Shown;
use std::collections::BTreeMap;

pub(super) fn probes(names: &[&str], shown: &Shown) -> Vec<Probe> {
    let mut found: BTreeMap<(&str, &str, String), Vec<Option<&Line>>> = BTreeMap::new();
    for (i, point) in shown.points.iter().enumerate() {
        for line in point.probes.iter().filter(|l| l.is() != Is::Absent) {
            let key = (&*line.layer, &*line.probe, words::target(line));
            let at = found.entry(key).or_insert_with(|| vec![None; shown.points.len()]);
            if let Some(slot) = at.get_mut(i) {
                *slot = Some(line);
            }
        }
    }
    let one = |((layer, probe, target), at): ((&str, &str, String), Vec<Option<&Line>>)| {
        let title = at.iter().flatten().next().map(|l| l.title()).unwrap_or_default();
        let heard = |(name, line): (&&str, &Option<&Line>)| match line {
            Some(line) => {
                (foreign::clean(name), line.is() == Is::Right, outcome(line.is()), line.gravest().map(words::seen).unwrap_or_default())
            }
            None => (foreign::clean(name), false, page().probe_not_here, String::new()),
        };
        Probe {
            layer: foreign::clean(layer),
            name: foreign::clean(probe),
            target: foreign::clean(&target),
            at: names.iter().zip(&at).map(heard).collect(),
            between: between(shown, layer, &title),
        }
    };
    found.into_iter().map(one).collect()
}

/// `24 samples between the bundles, 24 right`. A time at which it could not be asked is no answer, right or not.
fn between(shown: &Shown, layer: &str, title: &str) -> String {
    let all = shown.points.iter().filter_map(|p| p.watched.as_ref()).flatten();
    let (mut right, mut answered, mut unasked) = (0, 0, 0);
    for seen in all {
        match seen {
            Seen::Probe { layer: l, probe, right: is_right, asked, .. } if l == layer && probe == title => {
                answered += usize::from(*asked);
                unasked += usize::from(!asked);
                right += usize::from(*asked && *is_right);
            }
            _ => {}
        }
    }
    if answered + unasked == 0 {
        return String::new();
    }
    let between = fill(page().probe_between, &[("n", &answered.to_string()), ("right", &right.to_string())]);
    if unasked == 0 { between } else { fill(page().probe_unasked, &[("between", &between), ("n", &unasked.to_string())]) }
}

fn outcome(is: Is) -> &'static str {
    let t = page();
    match is {
        Is::Right => t.probe_right,
        Is::Absent => t.probe_absent,
        Is::Unjudged => t.probe_unjudged,
        Is::NotAsked => t.probe_not_asked,
        Is::Wrong => t.probe_wrong,
        Is::Empty => t.probe_empty,
        Is::NoAnswer => t.probe_no_answer,
    }
}

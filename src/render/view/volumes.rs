//! The volumes that are bound or were reserved, with what each bundle shows of them.
use crate::render::foreign;
use crate::render::view::said::{Volume, alike};
use crate::render::words::{fill, page};
use crate::usecase::shown::{self, Shown};
use std::collections::BTreeSet;

pub(super) fn volumes(names: &[&str], shown: &Shown) -> Vec<Volume> {
    let all: BTreeSet<&str> = shown.points.iter().flat_map(|p| &p.volumes).filter(|v| !v.claim.is_empty()).map(|v| &*v.name).collect();
    let one = |name: &str| {
        let at: Vec<Option<&shown::Volume>> = shown.points.iter().map(|p| p.volumes.iter().find(|v| v.name == name)).collect();
        Volume {
            name: foreign::clean(name),
            layer: at.iter().flatten().next().map(|v| foreign::clean(&v.layer)).unwrap_or_default(),
            equal: at.len() > 1 && at.iter().all(|v| v.is_some() && Some(v) == at.first()),
            at: alike(names, at.iter().map(|v| words(*v)).collect()),
        }
    };
    all.into_iter().map(one).collect()
}

fn words(volume: Option<&shown::Volume>) -> String {
    let t = page();
    let Some(v) = volume else { return t.not_there.to_owned() };
    let word = |text: &str| if text.is_empty() { t.unknown.to_owned() } else { foreign::clean(text) };
    fill(t.volume, &[("phase", &word(&v.phase)), ("claim", &word(&v.claim)), ("policy", &word(&v.policy)), ("place", &word(&v.place))])
}

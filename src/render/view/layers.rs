//! The layers in each bundle, with their digests, and whether these are equal.
use crate::render::foreign;
use crate::render::view::lead::number;
use crate::render::view::said::Layer;
use crate::render::words::{fill, page};
use crate::report::read::{Bundle, Reading};
use crate::usecase::shown::Shown;

pub(super) fn layers(report: &Reading, shown: Option<&Shown>) -> Vec<Layer> {
    let all = report.bundles.first().map(|b| &*b.layers).unwrap_or_default();
    all.iter().map(|l| one(&l.name, &l.role, report, shown)).collect()
}

fn one(name: &str, role: &str, report: &Reading, shown: Option<&Shown>) -> Layer {
    let t = page();
    let of = |b: &Bundle| b.layers.iter().find(|l| l.name == name).map(|l| (l.objects, l.digest.clone()));
    let at: Vec<Option<(u64, String)>> = report.bundles.iter().map(of).collect();
    let digests: Vec<Option<&String>> = at.iter().map(|a| a.as_ref().map(|(_, digest)| digest)).collect();
    let equal = (digests.len() > 1).then(|| digests.iter().all(|d| d.is_some() && Some(d) == digests.first()));
    let says = match equal {
        Some(true) if digests.len() == 2 => t.layer_equal_two.to_owned(),
        Some(true) => fill(t.layer_equal, &[("n", &digests.len().to_string())]),
        Some(false) if digests.len() > 2 && digests.first() == digests.last() => t.layer_back.to_owned(),
        Some(false) => t.layer_differs.to_owned(),
        None => String::new(),
    };
    let row = |(i, at): (usize, Option<(u64, String)>)| {
        let (objects, digest) = at.unwrap_or_default();
        let apps = shown.and_then(|s| s.points.get(i)).map_or(0, |p| p.applications.iter().filter(|a| a.layer == name).count());
        let bundle = report.bundles.get(i).map(|b| foreign::clean(&b.name)).unwrap_or_default();
        (bundle, number(usize::try_from(objects).unwrap_or(usize::MAX), apps), foreign::clean(&digest))
    };
    Layer {
        name: foreign::clean(name),
        role: match role {
            "switched" => t.role_switched,
            "protected" => t.role_protected,
            _ => t.role_platform,
        },
        equal,
        says,
        rows: at.into_iter().enumerate().map(row).collect(),
    }
}

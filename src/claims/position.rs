//! Position of the switch in each bundle, by ancestry only: labels, namespaces and another Argo CD decide nothing.
use crate::argo::Mode;
use crate::claims::Evidence;
use crate::claims::evidence::APPLICATIONS;
use crate::compare::{CompareError, Spot};
use std::collections::BTreeSet;

/// The position of the switch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// The root is manual (or gone), and no Application below it lives.
    Off,
    /// The root is automated, or every Application that another bundle had below it lives.
    On,
    /// The root is manual; some Applications that another bundle had below it live, and some do not.
    Partial,
    /// The Applications below the root could not be seen.
    Unknown,
}

impl Position {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
        }
    }
}

/// The position in each bundle.
pub(super) fn positions(e: &Evidence<'_>, layer: &str) -> Result<Vec<Position>, CompareError> {
    let root = e.root(layer);
    let live = |i: usize| {
        let apps = e.apps(layer, i).filter(|(_, at)| !at.deleting);
        apps.map(|(spot, _)| spot.clone()).collect::<BTreeSet<Spot>>()
    };
    let lived: Vec<BTreeSet<Spot>> = (0..e.sides.len()).map(live).collect();
    let ever: BTreeSet<&Spot> = lived.iter().flatten().collect();
    let mut out = Vec::new();
    for (i, live) in lived.iter().enumerate() {
        let mut spaces: BTreeSet<String> = ever.iter().filter(|s| !live.contains(**s)).map(|s| s.namespace.clone()).collect();
        let mut is_automated = false;
        if let Some((spot, at)) = root.as_ref().and_then(|s| Some((s, e.instances.at(s, i)?))) {
            let app = e.whole(spot, at, i)?;
            is_automated = !Mode::of(&app).is_manual();
            let below = crate::argo::listed(&app).filter(|entry| entry.is_argo("Application")).map(|entry| entry.key());
            spaces.extend(below.filter(|k| !live.contains(&Spot::application(&k.namespace, &k.name))).map(|k| k.namespace));
        } else {
            spaces.extend(root.as_ref().map(|s| s.namespace.clone()));
        }
        let is_unseen = e.gaps(i).iter().any(|g| g.namespace.is_none() && g.covers("applications", crate::argo::GROUP))
            || spaces.iter().any(|ns| e.unseen(APPLICATIONS, ns, i))
            || !e.asked(APPLICATIONS, i);
        out.push(match () {
            () if is_unseen => Position::Unknown,
            () if is_automated => Position::On,
            () if live.is_empty() => Position::Off,
            () if ever.iter().all(|s| live.contains(*s)) => Position::On,
            () => Position::Partial,
        });
    }
    Ok(out)
}

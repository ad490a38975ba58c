//! Collects the evidence: what the bundles saw, what changed between them, what the layers list, and the position of the switch, which is
//! told by ancestry only: labels, namespaces and another Argo CD decide nothing. Judges nothing.
use crate::argo::{Mode, key_of_entry};
use crate::claims::evidence::APPLICATIONS;
use crate::claims::{Evidence, Position, witness};
use crate::compare::{Change, ChangeKind, CompareError, Instances, Side, Spot};
use crate::kinds::Rules;
use crate::model::{Layer, stem};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

/// The field of an Application's noise line that tells what it lists.
#[derive(serde::Deserialize, Default)]
struct Noise {
    fields: Fields,
}

#[derive(serde::Deserialize, Default)]
struct Fields {
    #[serde(default, rename = "/status/resources")]
    resources: Value,
}

impl<'a> Evidence<'a> {
    pub fn gather(sides: &'a [Side], rules: &'a Rules, layers: &[Layer]) -> Result<Self, CompareError> {
        let instances = Instances::read(sides, layers)?;
        let gaps = sides.iter().map(|s| s.coverage.gaps()).collect();
        let mut this = Self {
            sides,
            rules,
            layers: layers.to_vec(),
            served: Evidence::served_in(&instances),
            instances,
            changes: Vec::new(),
            positions: Vec::new(),
            gaps,
            witnesses: Vec::new(),
            apps: Mutex::default(),
            makers: Mutex::default(),
            listings: Mutex::default(),
            asked: sides.iter().map(asked).collect(),
            resources: resources(sides),
            listed: BTreeSet::new(),
        };
        for side in 0..sides.len() {
            let found = this.known_from_others(side);
            this.gaps.get_mut(side).into_iter().for_each(|gaps| gaps.extend(found.clone()));
        }
        for b in 1..sides.len() {
            let mut found = this.between(b - 1, b)?;
            found.iter_mut().for_each(|change| mark_expected(sides, change));
            this.changes.extend(found);
        }
        this.listed = this.read_listed()?;
        if let Some(switched) = this.switched().map(|l| l.name.clone()) {
            this.positions = positions(&this, &switched)?;
        }
        this.witnesses = witness::read(&this)?;
        Ok(this)
    }

    /// Layer and kind of what each layer's Applications list.
    fn read_listed(&self) -> Result<BTreeSet<(String, String)>, CompareError> {
        let mut out = BTreeSet::new();
        let roots: Vec<_> = self.layers.iter().filter_map(|l| Some((self.root(&l.name)?, &*l.name))).collect();
        for (spot, all) in self.instances.all.iter().filter(|(s, _)| s.stem == APPLICATIONS) {
            let layer = roots.iter().find(|(root, _)| root == spot).map_or_else(|| self.instances.layer(spot), |(_, layer)| layer);
            for (i, at) in all.iter().enumerate().filter_map(|(i, at)| Some((i, at.as_ref()?))) {
                let noise = self.read::<Noise>("noise", spot, at, i)?.unwrap_or_default();
                for r in noise.fields.resources.as_array().into_iter().flatten() {
                    let key = key_of_entry(r);
                    out.insert((layer.to_owned(), self.stem_of(&key.group, &key.kind)));
                }
            }
        }
        Ok(out)
    }
}

/// The kinds that a bundle asked for, and where.
fn asked(side: &Side) -> HashMap<String, BTreeSet<Option<String>>> {
    let mut out: HashMap<String, BTreeSet<Option<String>>> = HashMap::new();
    for question in &side.coverage.questions {
        out.entry(stem(&question.resource, &question.group)).or_default().insert(question.namespace.clone());
    }
    out
}

/// The resources of each group that a bundle could list.
fn resources(sides: &[Side]) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kind in sides.iter().flat_map(|side| &side.coverage.universe.kinds) {
        out.entry(kind.group.clone()).or_default().insert(kind.resource.clone());
    }
    out
}

/// The position in each bundle.
fn positions(e: &Evidence<'_>, layer: &str) -> Result<Vec<Position>, CompareError> {
    let root = e.root(layer);
    let live = |i: usize| {
        let apps = e.apps(layer, i).filter(|(_, at)| !at.deleting);
        apps.map(|(spot, _)| spot.clone()).collect::<BTreeSet<Spot>>()
    };
    let lived: Vec<BTreeSet<Spot>> = (0..e.sides.len()).map(live).collect();
    let ever: BTreeSet<&Spot> = lived.iter().flatten().collect();
    let mut out = Vec::new();
    for (i, live) in lived.iter().enumerate() {
        let mut spaces: BTreeSet<String> = ever.iter().filter(|s| !live.contains(**s)).map(|s| s.namespace.to_string()).collect();
        let mut is_automated = false;
        if let Some((spot, at)) = root.as_ref().and_then(|s| Some((s, e.instances.at(s, i)?))) {
            let app = e.application(spot, at, i)?;
            is_automated = !Mode::of(&app).is_manual();
            let below = crate::argo::listed(&app).filter(|entry| entry.is_argo("Application")).map(|entry| entry.key());
            spaces.extend(below.filter(|k| !live.contains(&Spot::application(&k.namespace, &k.name))).map(|k| k.namespace));
        } else {
            spaces.extend(root.as_ref().map(|s| s.namespace.to_string()));
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

/// Marks the changed fields that the first bundle's configuration expects (law 14), of an object that stayed the same.
fn mark_expected(sides: &[Side], change: &mut Change) {
    let Some(config) = sides.first().map(|s| &s.config).filter(|_| change.kind == ChangeKind::Modified && !change.recreated) else {
        return;
    };
    let Spot { stem, namespace, name } = &change.spot;
    for field in &mut change.fields {
        field.expected = config.expected.iter().any(|entry| entry.excuses(stem, namespace, name, &field.pointer));
    }
}

//! The bundles of one judgement and what all claims ask of them, computed once.
use crate::compare::Change;
use crate::compare::ChangeKind;
use crate::compare::CompareError;
use crate::compare::FieldChange;
use crate::compare::Instance;
use crate::compare::Instances;
use crate::compare::Side;
use crate::compare::Spot;
use crate::compare::changes;
use crate::kinds::Rules;
use crate::model::Gap;
use crate::model::Key;
use crate::model::Layer;
use crate::model::Reason;
use crate::model::Role;
use crate::model::stem;
use crate::model::unstem;
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether the switched layer's Applications live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// No Application below the switch lives without deletionTimestamp.
    Off,
    /// One does.
    On,
}

impl Position {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
        }
    }
}

/// The stem of Applications.
pub(super) const APPLICATIONS: &str = "applications.argoproj.io";

/// Everything that the claims rest on.
pub struct Evidence<'a> {
    /// The bundles, in order.
    pub sides: &'a [Side],
    /// The kinds' rules.
    pub rules: &'a Rules,
    /// The layers.
    pub layers: Vec<Layer>,
    /// All objects.
    pub instances: Instances,
    /// Changes from each bundle to the next.
    pub changes: Vec<Change>,
    /// Position of the switch in each bundle; empty without a switched layer.
    pub positions: Vec<Position>,
    gaps: Vec<Vec<Gap>>,
    /// Layer and kind (stem) of everything that a layer's Applications list.
    listed: BTreeSet<(String, String)>,
}

impl<'a> Evidence<'a> {
    /// Gathers it.
    ///
    /// # Errors
    /// Where a bundle can't be read.
    pub fn gather(sides: &'a [Side], rules: &'a Rules, layers: &[Layer]) -> Result<Self, CompareError> {
        let instances = Instances::read(sides)?;
        let gaps = sides.iter().map(|s| s.coverage.gaps()).collect();
        let mut this = Self {
            sides,
            rules,
            layers: layers.to_vec(),
            instances,
            changes: Vec::new(),
            positions: Vec::new(),
            gaps,
            listed: BTreeSet::new(),
        };
        for b in 1..sides.len() {
            let found = this.between(b - 1, b)?;
            this.changes.extend(found);
        }
        this.listed = this.read_listed()?;
        if let Some(switched) = this.switched().map(|l| l.name.clone()) {
            for i in 0..sides.len() {
                let alive = this.apps(&switched, i).map(|(spot, at)| this.state(spot, at, i));
                let states: Vec<Value> = alive.collect::<Result<_, _>>()?;
                let on = states.iter().any(|s| s.pointer("/metadata/deletionTimestamp").is_none());
                this.positions.push(if on { Position::On } else { Position::Off });
            }
        }
        Ok(this)
    }

    /// The switched layer.
    pub fn switched(&self) -> Option<&Layer> {
        self.layers.iter().find(|l| l.role == Role::Switched)
    }

    /// The key of an object of which only the place is known: its kind as its rule or its own line spells it.
    pub fn key(&self, spot: &Spot) -> Key {
        let (plural, group) = unstem(&spot.stem);
        let of_rule = self.rules.of_resource(group, plural).map(|k| k.rule.kind.clone());
        let of_line = || {
            let instances = self.instances.all.get(spot)?.iter().enumerate();
            instances.filter_map(|(i, at)| Some((i, at.as_ref()?))).find_map(|(i, at)| {
                let line = if at.derived {
                    self.line("identity", spot, at, i).ok()?.get("derived")?.clone()
                } else {
                    self.state(spot, at, i).ok()?
                };
                line.get("kind")?.as_str().map(str::to_owned)
            })
        };
        Key::new(group, &of_rule.or_else(of_line).unwrap_or_else(|| spot.stem.clone()), &spot.namespace, &spot.name)
    }

    /// Whether a bundle asked for a kind. One whose CustomResourceDefinition another bundle holds, and that this bundle shows to be
    /// gone, has no objects: it was asked in effect.
    pub fn asked(&self, stem: &str, side: usize) -> bool {
        const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";
        let (resource, group) = unstem(stem);
        let Some(coverage) = self.sides.get(side).map(|s| &s.coverage) else { return false };
        let definition = Spot { stem: DEFINITIONS.into(), namespace: String::new(), name: stem.to_owned() };
        let defined = |i: usize| self.instances.at(&definition, i).is_some();
        coverage.asked(group, resource)
            || (stem != DEFINITIONS && !self.unseen(DEFINITIONS, "", side) && !defined(side) && (0..self.sides.len()).any(defined))
    }

    /// Whether the time between the bundles was watched, anywhere: they are points of a proof.
    pub fn is_watched(&self) -> bool {
        self.sides.iter().any(|s| s.sums().get(crate::bundle::watch::WATCH).is_some())
    }

    /// A layer by name.
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|l| l.name == name)
    }

    /// The place of a layer's root, as the first bundle that saw it says.
    pub fn root(&self, layer: &str) -> Option<Spot> {
        let line = self.sides.iter().find_map(|s| s.manifest.layers.iter().find(|l| l.name == layer)?.root.clone())?;
        let (namespace, name) = line.split_once('/')?;
        Some(Spot { stem: APPLICATIONS.into(), namespace: namespace.into(), name: name.into() })
    }

    /// The Applications of a layer in one bundle, without its root.
    pub fn apps<'b>(&'b self, layer: &'b str, side: usize) -> impl Iterator<Item = (&'b Spot, &'b Instance)> {
        let here = self.instances.of_layer(layer).filter(|(s, _)| s.stem == APPLICATIONS);
        here.filter_map(move |(s, all)| Some((s, all.get(side)?.as_ref()?)))
    }

    /// The state line of an object in one bundle (null for a derived one).
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn state(&self, spot: &Spot, at: &Instance, side: usize) -> Result<Value, CompareError> {
        self.line("state", spot, at, side)
    }

    /// A line of another facet.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub fn line(&self, facet: &str, spot: &Spot, at: &Instance, side: usize) -> Result<Value, CompareError> {
        self.sides.get(side).map_or(Ok(Value::Null), |s| s.line(facet, &at.layer, &spot.stem, &spot.namespace, &spot.name))
    }

    /// The changes from one bundle to another. What one side lacks and did not wholly see is uncertain; so is what is state only
    /// because its controller's kind was not wholly seen.
    ///
    /// # Errors
    /// Where a file can't be read.
    pub fn between(&self, a: usize, b: usize) -> Result<Vec<Change>, CompareError> {
        let mut found = changes(self.sides, &self.instances, self.rules, a, b)?;
        let key = |i: usize| self.sides.get(i).map(|s| &s.manifest.redaction_key);
        if key(a) != key(b) {
            // Tokens of two keys say nothing about each other.
            for change in found.iter_mut().filter(|c| c.kind == ChangeKind::Modified) {
                set_aside(change, |f| without_tokens(&f.before) == without_tokens(&f.after));
            }
            // Nor about what was a departure before.
            found.iter_mut().filter(|c| c.kind == ChangeKind::Departs).for_each(|c| c.uncertain = true);
        }
        for change in &mut found {
            let namespace = &change.spot.namespace;
            let hides = |stem: &str, i: usize| self.unseen(stem, namespace, i);
            let agreements = ["horizontalpodautoscalers.autoscaling", APPLICATIONS];
            if change.fields.iter().any(|f| f.owned) && agreements.iter().any(|s| hides(s, a) || hides(s, b)) {
                // Who owns the field was seen on one side only.
                set_aside(change, |f| f.owned);
            }
            let (lacks, has) = match change.kind {
                ChangeKind::Added => (a, b),
                ChangeKind::Removed => (b, a),
                ChangeKind::Modified | ChangeKind::Replaced | ChangeKind::Departs | ChangeKind::Torn => continue,
            };
            let owner = change.controller.as_ref().map(|(group, kind)| self.stem_of(group, kind));
            let relations = self.rules.of(&change.key.group, &change.key.kind).rule.relations.iter();
            let others: Vec<String> = owner.into_iter().chain(relations.map(|r| self.stem_of(&r.group, &r.to))).collect();
            let hides = |stem: &str, i: usize| self.unseen(stem, &change.spot.namespace, i);
            change.uncertain |= hides(&change.spot.stem, lacks) || others.iter().any(|s| hides(s, has) || hides(s, lacks));
        }
        Ok(found)
    }

    /// Whether a bundle could lack an object of this kind (stem) and namespace only because it did not wholly see it there.
    pub fn unseen(&self, stem: &str, namespace: &str, side: usize) -> bool {
        let (resource, group) = unstem(stem);
        let of_kind = |g: &Gap| g.covers(resource, group);
        self.gaps(side).iter().any(|g| of_kind(g) && g.namespace.as_ref().is_none_or(|ns| ns == namespace)) || !self.asked(stem, side)
    }

    /// All gaps of one bundle.
    pub fn gaps(&self, side: usize) -> &[Gap] {
        self.gaps.get(side).map_or(&[], Vec::as_slice)
    }

    /// The kinds (stems) that a layer had, has or manages in any bundle.
    pub fn kinds(&self, layer: &str) -> BTreeSet<String> {
        let held = self.instances.of_layer(layer).map(|(s, _)| s.stem.clone());
        let managed = self.listed.iter().filter(|(l, _)| l == layer).map(|(_, stem)| stem.clone());
        held.chain(managed).chain([APPLICATIONS.to_owned()]).collect()
    }

    /// The gaps of one bundle that touch these kinds where the layer could have them; a kind that was not asked at all is one.
    pub fn gaps_in(&self, layer: &str, kinds: &BTreeSet<String>, side: usize) -> Vec<Gap> {
        let spaces: BTreeSet<&str> = self.instances.of_layer(layer).map(|(s, _)| &*s.namespace).collect();
        let of_layer = |ns: &str| {
            let space = Spot { stem: "namespaces".into(), namespace: String::new(), name: ns.to_owned() };
            spaces.contains(ns) || self.instances.layer(&space) == layer || !self.instances.all.contains_key(&space)
        };
        let touches = |g: &&Gap| {
            kinds.iter().map(|k| unstem(k)).any(|(resource, group)| g.covers(resource, group))
                && g.namespace.as_ref().is_none_or(|ns| of_layer(ns))
        };
        let mut found: Vec<Gap> = self.gaps(side).iter().filter(touches).cloned().collect();
        for stem in kinds {
            let (resource, group) = unstem(stem);
            let known = found.iter().any(|g| g.resource == resource && g.group == group);
            if !known && !self.asked(stem, side) {
                let detail = String::new();
                found.push(Gap { group: group.into(), resource: resource.into(), namespace: None, reason: Reason::NotAsked, detail });
            }
        }
        found
    }

    /// Layer and kind of what each layer's Applications list.
    fn read_listed(&self) -> Result<BTreeSet<(String, String)>, CompareError> {
        let mut out = BTreeSet::new();
        let roots: Vec<_> = self.layers.iter().filter_map(|l| Some((self.root(&l.name)?, &*l.name))).collect();
        for (spot, all) in self.instances.all.iter().filter(|(s, _)| s.stem == APPLICATIONS) {
            let layer = roots.iter().find(|(root, _)| root == spot).map_or_else(|| self.instances.layer(spot), |(_, layer)| layer);
            for (i, at) in all.iter().enumerate().filter_map(|(i, at)| Some((i, at.as_ref()?))) {
                let noise = self.line("noise", spot, at, i)?;
                let list = noise.get("fields").and_then(|f| f.get("/status/resources")?.as_array());
                for r in list.into_iter().flatten() {
                    let part = |k: &str| r.get(k).and_then(Value::as_str).unwrap_or("");
                    out.insert((layer.to_owned(), self.stem_of(part("group"), part("kind"))));
                }
            }
        }
        Ok(out)
    }

    fn stem_of(&self, group: &str, kind: &str) -> String {
        stem(&self.rules.plural(group, kind), group)
    }
}

/// Takes the fields that match out of a change; where all do, they stay and leave it open.
fn set_aside(change: &mut Change, doubtful: impl Fn(&FieldChange) -> bool) {
    let (aside, plain): (Vec<_>, Vec<_>) = change.fields.drain(..).partition(doubtful);
    change.uncertain |= plain.is_empty();
    change.fields = if plain.is_empty() { aside } else { plain };
}

/// A value's text with every redaction token replaced by one word.
fn without_tokens(value: &Option<Value>) -> Option<String> {
    let text = crate::canon::json::to_text(value.as_ref()?);
    let mut parts = text.split(crate::canon::redact::MARK);
    let first = parts.next().unwrap_or_default().to_owned();
    Some(parts.fold(first, |all, part| format!("{all}{}{}", crate::canon::redact::MARK, part.get(32..).unwrap_or(part))))
}

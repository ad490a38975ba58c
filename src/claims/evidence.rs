//! The bundles of one judgement, and what all claims need to know of them, computed once.
use crate::argo::key_of_entry;
use crate::claims::position::{Position, positions};
use crate::claims::written::name_writers;
use crate::compare::{Change, ChangeKind, CompareError, FieldChange, Instance, Instances, Side, Spot, changes};
use crate::kinds::Rules;
use crate::kinds::split::{Facets, join_facets};
use crate::model::{Gap, Key, Known, Layer, Listable, Reason, Role, stem, unstem};
use serde_json::Value;
use std::collections::BTreeSet;

/// The stem of Applications.
pub(super) const APPLICATIONS: &str = "applications.argoproj.io";

/// Everything that the claims use.
pub struct Evidence<'a> {
    /// The bundles, in order.
    pub sides: &'a [Side],
    /// The kinds' rules.
    pub rules: &'a Rules,
    pub layers: Vec<Layer>,
    /// All objects.
    pub instances: Instances,
    /// Changes from each bundle to the next.
    pub changes: Vec<Change>,
    /// Position of the switch in each bundle; empty without a switched layer.
    pub positions: Vec<Position>,
    gaps: Vec<Vec<Gap>>,
    /// Layer and kind (stem) of every object that a layer's Applications list.
    listed: BTreeSet<(String, String)>,
}

impl<'a> Evidence<'a> {
    /// Collects it.
    pub fn gather(sides: &'a [Side], rules: &'a Rules, layers: &[Layer]) -> Result<Self, CompareError> {
        let instances = Instances::read(sides, layers)?;
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
        Ok(this)
    }

    /// The switched layer.
    pub fn switched(&self) -> Option<&Layer> {
        self.layers.iter().find(|l| l.role == Role::Switched)
    }

    /// The key of an object of which only the place is known; its rule or its own line gives the kind.
    pub fn key(&self, spot: &Spot) -> Key {
        let (plural, group) = unstem(&spot.stem);
        let of_rule = self.rules.of_resource(group, plural).map(|k| k.rule.kind.clone());
        let of_line = || {
            let instances = self.instances.all.get(spot)?.iter().enumerate();
            let kind =
                |(i, at): (usize, &Option<Instance>)| self.content(spot, at.as_ref()?, i).ok()?.get("kind")?.as_str().map(str::to_owned);
            instances.into_iter().find_map(kind)
        };
        Key::new(group, &of_rule.or_else(of_line).unwrap_or_else(|| spot.stem.clone()), &spot.namespace, &spot.name)
    }

    /// Whether a bundle asked for a kind. If another bundle holds the CustomResourceDefinition of the kind, and this bundle shows that it
    /// is gone, then the kind has no objects here, and it counts as asked.
    pub fn asked(&self, stem: &str, side: usize) -> bool {
        const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";
        let (resource, group) = unstem(stem);
        let Some(coverage) = self.sides.get(side).map(|s| &s.coverage) else { return false };
        let definition = Spot { stem: DEFINITIONS.into(), namespace: String::new(), name: stem.to_owned() };
        let defined = |i: usize| self.instances.at(&definition, i).is_some();
        coverage.asked(group, resource)
            || (stem != DEFINITIONS && !self.unseen(DEFINITIONS, "", side) && !defined(side) && (0..self.sides.len()).any(defined))
    }

    /// The gaps of a bundle that does not tell which kinds exist: it may have missed any kind that another bundle could ask for (law 1).
    fn known_from_others(&self, side: usize) -> Vec<Gap> {
        let universe = |i: usize| self.sides.get(i).map(|s| s.coverage.universe.universe()).unwrap_or_default();
        if universe(side).known != Known::Nothing {
            return Vec::new();
        }
        let others: BTreeSet<_> = (0..self.sides.len()).filter(|i| *i != side).flat_map(|i| universe(i).kinds).collect();
        let is_open = |k: &Listable| {
            let gap = || self.gaps(side).iter().any(|g| g.covers(&k.resource, &k.group));
            self.rules.keeps(&k.group, &k.resource) && !self.asked(&stem(&k.resource, &k.group), side) && !gap()
        };
        let detail = "another bundle knows this kind, and this one did not ask for it";
        let gap = |k: Listable| Gap::of(k.group, k.resource, None, Reason::NotAsked, detail);
        others.into_iter().filter(is_open).map(gap).collect()
    }

    /// Whether a bundle asked for a kind in a namespace (empty: in the whole cluster), or knows that the namespace does not exist.
    fn asked_in(&self, resource: &str, group: &str, namespace: &str, side: usize) -> bool {
        let Some(coverage) = self.sides.get(side).map(|s| &s.coverage) else { return false };
        let mut places = coverage.questions.iter().filter(|q| q.group == group && q.resource == resource).map(|q| q.namespace.as_deref());
        let gone = || {
            let space = Spot { stem: "namespaces".into(), namespace: String::new(), name: namespace.to_owned() };
            self.instances.at(&space, side).is_none() && !self.unseen(&space.stem, "", side)
        };
        !coverage.asked(group, resource) || places.any(|p| p.is_none_or(|p| p == namespace)) || (!namespace.is_empty() && gone())
    }

    /// Whether any time between the bundles was watched: they are points of a proof.
    pub fn is_watched(&self) -> bool {
        self.sides.iter().any(|s| s.sums().get(crate::bundle::names::WATCH).is_some())
    }

    /// Whether the object's pods end by themselves, so that pods are added and removed in normal operation.
    pub fn ends(&self, spot: &Spot) -> bool {
        let (plural, group) = unstem(&spot.stem);
        self.rules.of_resource(group, plural).is_some_and(|k| k.rule.ends)
    }

    /// A layer by name.
    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|l| l.name == name)
    }

    /// The place of a layer's root, from the first bundle that saw it.
    pub fn root(&self, layer: &str) -> Option<Spot> {
        let line = self.sides.iter().find_map(|s| s.manifest.layers.iter().find(|l| l.name == layer)?.root.clone())?;
        let (namespace, name) = line.split_once('/')?;
        Some(Spot { stem: APPLICATIONS.into(), namespace: namespace.into(), name: name.into() })
    }

    /// The Applications of a layer in one bundle, without its root.
    pub fn apps<'b>(&'b self, layer: &'b str, side: usize) -> impl Iterator<Item = (&'b Spot, &'b Instance)> {
        let here = self.instances.of_layer(layer).filter(|(s, _)| s.stem == APPLICATIONS && self.instances.by(s).is_confirmed());
        here.filter_map(move |(s, all)| Some((s, all.get(side)?.as_ref()?)))
    }

    /// The state line of an object in one bundle (null for a derived one).
    pub fn state(&self, spot: &Spot, at: &Instance, side: usize) -> Result<Value, CompareError> {
        self.line("state", spot, at, side)
    }

    /// The content of an object, in its state or, for a derived one, in its identity line.
    pub fn content(&self, spot: &Spot, at: &Instance, side: usize) -> Result<Value, CompareError> {
        if at.derived { Ok(self.line("identity", spot, at, side)?["derived"].take()) } else { self.state(spot, at, side) }
    }

    /// A line of another facet.
    pub fn line(&self, facet: &str, spot: &Spot, at: &Instance, side: usize) -> Result<Value, CompareError> {
        self.sides.get(side).map_or(Ok(Value::Null), |s| s.line(facet, &at.layer, &spot.stem, &spot.namespace, &spot.name))
    }

    /// An object of one bundle, rebuilt from its facets.
    pub fn whole(&self, spot: &Spot, at: &Instance, side: usize) -> Result<Value, CompareError> {
        let map = |v: &Value, field: &str| v.get(field).and_then(Value::as_object).cloned().unwrap_or_default();
        let identity = self.line("identity", spot, at, side)?;
        let noise = self.line("noise", spot, at, side)?;
        let state = if at.derived { identity.get("derived").cloned().unwrap_or_default() } else { self.state(spot, at, side)? };
        Ok(join_facets(Facets { state, identity: map(&identity, "fields"), noise: map(&noise, "fields"), order: map(&noise, "order") }))
    }

    /// The place and instance of an object with a known key, if a bundle holds it. If its kind has no namespace, the key may have that of
    /// its Application's destination.
    pub fn find(&self, key: &Key, side: usize) -> Option<(&Spot, &Instance)> {
        let stem = self.stem_of(&key.group, &key.kind);
        let spot = |namespace: &str| Spot { stem: stem.clone(), namespace: namespace.to_owned(), name: key.name.clone() };
        let found = |spot: Spot| {
            let (spot, all) = self.instances.all.get_key_value(&spot)?;
            Some((spot, all.get(side)?.as_ref()?))
        };
        found(spot(&key.namespace)).or_else(|| found(spot("")))
    }

    /// The entry that holds an object's line of a facet; empty if it has none.
    pub fn file(&self, facet: &str, spot: &Spot, at: &Instance, side: usize) -> Result<String, CompareError> {
        let Some(side) = self.sides.get(side) else { return Ok(String::new()) };
        Ok(side.entry_of(facet, &at.layer, &spot.stem, &spot.namespace, &spot.name)?.unwrap_or_default().to_owned())
    }

    /// The entry that holds the content of an object: its state, or for a derived one its identity.
    pub fn shown_in(&self, spot: &Spot, at: &Instance, side: usize) -> Result<String, CompareError> {
        self.file(if at.derived { "identity" } else { "state" }, spot, at, side)
    }

    /// The changes from one bundle to another. If one side lacks an object and did not see all of its kind, the change is uncertain. It
    /// is uncertain too if the object is state only because not all of its controller's kind was seen.
    pub fn between(&self, a: usize, b: usize) -> Result<Vec<Change>, CompareError> {
        let mut found = changes(self.sides, &self.instances, self.rules, a, b)?;
        let key = |i: usize| self.sides.get(i).map(|s| &s.manifest.redaction_key);
        if key(a) != key(b) {
            // Tokens of two keys can't be compared.
            for change in found.iter_mut().filter(|c| c.kind == ChangeKind::Modified) {
                set_aside(change, |f| without_tokens(&f.before) == without_tokens(&f.after));
            }
            // So a departure can't be compared with an earlier one.
            found.iter_mut().filter(|c| c.kind == ChangeKind::Departs).for_each(|c| c.uncertain = true);
        }
        for change in &mut found {
            let namespace = &change.spot.namespace;
            let hides = |stem: &str, i: usize| self.unseen(stem, namespace, i);
            let agreements = ["horizontalpodautoscalers.autoscaling", APPLICATIONS];
            if change.fields.iter().any(|f| f.owned) && agreements.iter().any(|s| hides(s, a) || hides(s, b)) {
                // The owner of the field was seen on one side only.
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
        for change in found.iter_mut().filter(|c| !c.fields.is_empty()) {
            name_writers(self, change, a, b)?;
        }
        Ok(found)
    }

    /// Whether a bundle may lack an object of this kind (stem) and namespace only because it did not see all of them.
    pub fn unseen(&self, stem: &str, namespace: &str, side: usize) -> bool {
        let (resource, group) = unstem(stem);
        let of_kind = |g: &Gap| g.covers(resource, group);
        self.gaps(side).iter().any(|g| of_kind(g) && g.namespace.as_ref().is_none_or(|ns| ns == namespace))
            || !self.asked(stem, side)
            || !self.asked_in(resource, group, namespace, side)
    }

    /// All gaps of one bundle.
    pub fn gaps(&self, side: usize) -> &[Gap] {
        self.gaps.get(side).map_or(&[], Vec::as_slice)
    }

    /// The gaps of one bundle, without those of kinds that are never stored: no claim depends on these.
    pub fn gaps_kept(&self, side: usize) -> impl Iterator<Item = &Gap> {
        self.gaps(side).iter().filter(|g| self.rules.keeps(&g.group, &g.resource))
    }

    /// The kinds (stems) that a layer had, has or manages in any bundle.
    pub fn kinds(&self, layer: &str) -> BTreeSet<String> {
        let held = self.instances.of_layer(layer).map(|(s, _)| s.stem.clone());
        let managed = self.listed.iter().filter(|(l, _)| l == layer).map(|(_, stem)| stem.clone());
        held.chain(managed).chain([APPLICATIONS.to_owned()]).collect()
    }

    /// The gaps of one bundle in these kinds that could hide objects of the layer; a kind that was not asked at all is one.
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
                found.push(Gap::of(group, resource, None, Reason::NotAsked, detail));
            }
            let told = |ns: &str| found.iter().any(|g| g.covers(resource, group) && g.namespace.as_deref().is_none_or(|n| n == ns));
            let open = spaces.iter().filter(|ns| !ns.is_empty() && !told(ns) && !self.asked_in(resource, group, ns, side));
            let gap = |ns: &&str| Gap::of(group, resource, Some((*ns).to_owned()), Reason::NotAsked, "");
            let missed: Vec<Gap> = open.map(gap).collect();
            found.extend(missed);
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
                    let key = key_of_entry(r);
                    out.insert((layer.to_owned(), self.stem_of(&key.group, &key.kind)));
                }
            }
        }
        Ok(out)
    }

    /// `<plural>.<group>` of a kind.
    pub fn stem_of(&self, group: &str, kind: &str) -> String {
        stem(&self.rules.plural(group, kind), group)
    }
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

/// Removes the matching fields from a change. If all match, they stay, and the change becomes uncertain.
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

//! The bundles of one judgement, and what all claims need to know of them, computed once. Must not know how it was collected.
use crate::claims::makers::Makers;
use crate::claims::{Code, Effect, Finding, Position};
use crate::compare::{Change, CompareError, Instance, Instances, Side, Spot};
use crate::kinds::built_in::is_custom;
use crate::kinds::{Kind, Rules};
use crate::model::{By, Gap, Key, Layer, Role, stem, unstem};
use crate::value::{Text, Value};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// The stem of Applications.
pub(super) const APPLICATIONS: &str = "applications.argoproj.io";

/// Everything that the claims use.
pub struct Evidence<'a> {
    /// The bundles, in order.
    pub sides: &'a [Side],
    pub rules: &'a Rules,
    pub layers: Vec<Layer>,
    pub instances: Instances,
    /// Changes from each bundle to the next.
    pub changes: Vec<Change>,
    /// Position of the switch in each bundle; empty without a switched layer.
    pub positions: Vec<Position>,
    pub(super) gaps: Vec<Vec<Gap>>,
    /// What the Applications' status gives as evidence.
    pub(super) witnesses: Witnesses,
    /// The Applications that were put together so far and are asked more than once: roots, mostly.
    pub(super) apps: Mutex<HashMap<(usize, Spot), Arc<Value>>>,
    /// What the switched layer's custom resources made elsewhere, of those that went or came between two bundles, once it was asked.
    pub(super) makers: OfPairs<Makers>,
    /// What the objects that went or came between two bundles may be called where they are listed, once it was asked.
    pub(super) listings: OfPairs<BTreeSet<String>>,
    /// Of each bundle, the kinds (stems) that it asked for, with the namespaces in which it did; none is the whole cluster.
    pub(super) asked: Vec<HashMap<String, BTreeSet<Option<String>>>>,
    /// Of each group that has an APIService, the bundles that hold one.
    pub(super) served: HashMap<String, BTreeSet<usize>>,
    /// Group → the resources of it that some bundle could list.
    pub(super) resources: BTreeMap<String, BTreeSet<String>>,
    /// Layer and kind (stem) of every object that a layer's Applications list.
    pub(super) listed: BTreeSet<(String, String)>,
}

/// What is found out once for two bundles.
pub(super) type OfPairs<T> = Mutex<HashMap<(usize, usize), Arc<T>>>;

pub(super) fn once<T>(
    known: &OfPairs<T>,
    sides: (usize, usize),
    find: impl FnOnce() -> Result<T, CompareError>,
) -> Result<Arc<T>, CompareError> {
    let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known().get(&sides) {
        return Ok(Arc::clone(found));
    }
    let found = Arc::new(find()?);
    known().insert(sides, Arc::clone(&found));
    Ok(found)
}

/// What the status of one Application in one bundle gives as evidence.
pub(super) struct Witness {
    /// Whether its status is current.
    pub(super) is_current: bool,
    /// Why it is not, or the objects that it saw and the bundle lacks.
    pub(super) doubts: Vec<Finding>,
    /// That it deploys to another cluster, if it does.
    pub(super) elsewhere: Option<Box<Finding>>,
}

/// Of each bundle, the Applications of all layers and their roots.
pub(super) type Witnesses = Vec<HashMap<Spot, Witness>>;

impl Spot {
    /// The API group.
    pub(super) fn group(&self) -> &str {
        unstem(&self.stem).1
    }

    /// Whether it is the place of a custom resource.
    pub(super) fn is_custom(&self) -> bool {
        is_custom(self.group())
    }
}

impl Evidence<'_> {
    pub fn switched(&self) -> Option<&Layer> {
        self.layers.iter().find(|l| l.role == Role::Switched)
    }

    /// Its name; empty without one.
    pub(super) fn switched_name(&self) -> &str {
        self.switched().map_or("", |layer| &layer.name)
    }

    /// The objects of the switched layer that are not the same instance in two bundles: they went, came, or were made anew.
    pub(super) fn exchanged(&self, a: usize, b: usize) -> impl Iterator<Item = (&Spot, &[Option<Instance>])> {
        self.instances.of_layer(self.switched_name()).filter(move |(_, all)| {
            let uid = |side: usize| Some(&all.get(side)?.as_ref()?.uid);
            uid(a) != uid(b)
        })
    }

    /// The objects of a layer that a bundle holds.
    pub(super) fn held(&self, layer: &str, side: usize) -> impl Iterator<Item = (&Spot, &Instance)> {
        self.instances.of_layer(layer).filter_map(move |(spot, all)| Some((spot, all.get(side)?.as_ref()?)))
    }

    /// The objects of a layer that two bundles hold, as each of them does.
    pub(super) fn held_by_both(&self, layer: &str, (a, b): (usize, usize)) -> impl Iterator<Item = (&Spot, &Instance, &Instance)> {
        self.instances.of_layer(layer).filter_map(move |(spot, all)| Some((spot, all.get(a)?.as_ref()?, all.get(b)?.as_ref()?)))
    }

    /// The uid of an object in one bundle, if that holds the object.
    pub(super) fn uid(&self, spot: &Spot, side: usize) -> Option<&Text> {
        self.instances.at(spot, side).map(|at| &at.uid)
    }

    /// The rule of an object's kind, if one is about that kind alone.
    pub(super) fn kind_of(&self, spot: &Spot) -> Option<&Kind> {
        let (plural, group) = unstem(&spot.stem);
        self.rules.of_resource(group, plural)
    }

    /// A finding about an object.
    pub(super) fn found(&self, effect: Effect, code: Code, spot: &Spot, side: usize) -> Finding {
        Finding::new(effect, code, side).about(self.key(spot))
    }

    /// The key of an object of which only the place is known; its rule or its own line gives the kind.
    pub fn key(&self, spot: &Spot) -> Key {
        let of_rule = self.kind_of(spot).map(|k| k.rule.kind.clone());
        let of_line = || {
            let kind = |i| self.content(spot, self.instances.at(spot, i)?, i).ok()?.get("kind")?.as_str().map(str::to_owned);
            (0..self.sides.len()).find_map(kind)
        };
        let kind = of_rule.or_else(of_line).unwrap_or_else(|| spot.stem.to_string());
        Key::new(spot.group(), &kind, &spot.namespace, &spot.name)
    }

    /// Whether an object carries a mark of the method in force in any bundle.
    pub(super) fn is_marked(&self, spot: &Spot) -> bool {
        self.instances.all.get(spot).into_iter().flatten().flatten().any(|at| at.marked)
    }

    /// Whether an Application manages an object: one lists it, or it is marked.
    pub(super) fn is_managed(&self, spot: &Spot) -> bool {
        self.instances.by(spot) == By::Ancestry || self.is_marked(spot)
    }

    /// Whether a change is one of a custom resource or a ConfigMap that no Application manages: controllers keep there what they need.
    pub(super) fn is_kept_by_controllers(&self, change: &Change) -> bool {
        (change.spot.is_custom() || change.spot.stem == "configmaps") && !self.is_managed(&change.spot)
    }

    /// Whether any time between the bundles was watched: they are points of a proof.
    pub fn is_watched(&self) -> bool {
        self.sides.iter().any(|s| s.sums().get(crate::bundle::names::WATCH).is_some())
    }

    /// Whether the object's pods end by themselves, so that pods are added and removed in normal operation.
    pub fn ends(&self, spot: &Spot) -> bool {
        self.kind_of(spot).is_some_and(|k| k.rule.ends)
    }

    pub fn layer(&self, name: &str) -> Option<&Layer> {
        self.layers.iter().find(|l| l.name == name)
    }

    /// The place of a layer's root, from the first bundle that saw it.
    pub fn root(&self, layer: &str) -> Option<Spot> {
        let line = self.sides.iter().find_map(|s| s.manifest.layers.iter().find(|l| l.name == layer)?.root.clone())?;
        let (namespace, name) = line.split_once('/')?;
        Some(Spot::application(namespace, name))
    }

    /// The Applications of a layer in one bundle, without its root.
    pub fn apps<'b>(&'b self, layer: &'b str, side: usize) -> impl Iterator<Item = (&'b Spot, &'b Instance)> {
        self.held(layer, side).filter(|(s, _)| s.stem == APPLICATIONS && self.instances.by(s).is_confirmed())
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
        self.read(facet, spot, at, side).map(Option::unwrap_or_default)
    }

    /// A line of another facet; none if there is none.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        facet: &str,
        spot: &Spot,
        at: &Instance,
        side: usize,
    ) -> Result<Option<T>, CompareError> {
        self.sides.get(side).map_or(Ok(None), |s| s.read(facet, &at.layer, spot))
    }

    /// Whether an object has the same line of a facet in two bundles. Lines are compared before they are parsed: most are the same.
    pub(super) fn is_same_line(
        &self,
        facet: &str,
        spot: &Spot,
        (x, a): (&Instance, usize),
        (y, b): (&Instance, usize),
    ) -> Result<bool, CompareError> {
        let (Some(before), Some(after)) = (self.sides.get(a), self.sides.get(b)) else { return Ok(false) };
        if x.layer == y.layer && before.has_same_files(after, facet, &x.layer, &spot.stem) {
            return Ok(true);
        }
        let line = |side: &Side, at: &Instance| side.with_line(facet, &at.layer, spot, |_, line| line.to_vec());
        Ok(line(before, x)? == line(after, y)?)
    }

    /// Whether an object has the same content in two bundles.
    pub(super) fn is_same(&self, spot: &Spot, before: (&Instance, usize), after: (&Instance, usize)) -> Result<bool, CompareError> {
        let is_same = |facet| self.is_same_line(facet, spot, before, after);
        Ok(is_same("noise")? && is_same("state")? && is_same("identity")?)
    }

    /// What an object's own status says of its health: `healthy`, `unhealthy` or `unknown`; nothing if it has no such line.
    pub(super) fn health(&self, spot: &Spot, at: &Instance, side: usize) -> Result<String, CompareError> {
        #[derive(serde::Deserialize)]
        struct Line {
            health: String,
        }
        Ok(self.read::<Line>("health", spot, at, side)?.map(|line| line.health).unwrap_or_default())
    }

    /// Whether an object's own status says that it is healthy.
    pub(super) fn is_healthy(&self, spot: &Spot, at: &Instance, side: usize) -> Result<bool, CompareError> {
        Ok(self.health(spot, at, side)? == "healthy")
    }

    /// An object of one bundle, rebuilt from its facets.
    pub fn whole(&self, spot: &Spot, at: &Instance, side: usize) -> Result<Value, CompareError> {
        self.sides.get(side).map_or(Ok(Value::Null), |s| s.whole(&at.layer, spot))
    }

    /// As [`Self::whole`]; none if the bundle does not hold it.
    pub(super) fn object(&self, spot: &Spot, side: usize) -> Result<Option<Value>, CompareError> {
        self.instances.at(spot, side).map(|at| self.whole(spot, at, side)).transpose()
    }

    /// An Application of one bundle, rebuilt from its facets once.
    pub(super) fn application(&self, spot: &Spot, at: &Instance, side: usize) -> Result<Arc<Value>, CompareError> {
        let read = || self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (side, spot.clone());
        if let Some(known) = read().get(&place) {
            return Ok(Arc::clone(known));
        }
        let app = Arc::new(self.whole(spot, at, side)?);
        read().insert(place, Arc::clone(&app));
        Ok(app)
    }

    /// The place and instance of an object with a known key, if a bundle holds it. If its kind has no namespace, the key may have that of
    /// its Application's destination.
    pub fn find(&self, key: &Key, side: usize) -> Option<(&Spot, &Instance)> {
        let stem = self.stem_of(&key.group, &key.kind);
        let spot = |namespace: &str| Spot::new(&stem, namespace, &key.name);
        let found = |spot: Spot| {
            let (spot, all) = self.instances.all.get_key_value(&spot)?;
            Some((spot, all.get(side)?.as_ref()?))
        };
        found(spot(&key.namespace)).or_else(|| found(spot("")))
    }

    /// The entry that holds an object's line of a facet; empty if it has none.
    pub fn file(&self, facet: &str, spot: &Spot, at: &Instance, side: usize) -> Result<String, CompareError> {
        let Some(side) = self.sides.get(side) else { return Ok(String::new()) };
        Ok(side.entry_of(facet, &at.layer, spot)?.unwrap_or_default().to_owned())
    }

    /// The entry that holds the content of an object: its state, or for a derived one its identity.
    pub fn shown_in(&self, spot: &Spot, at: &Instance, side: usize) -> Result<String, CompareError> {
        self.file(if at.derived { "identity" } else { "state" }, spot, at, side)
    }

    /// The kinds (stems) that a layer had, has or manages in any bundle.
    pub fn kinds(&self, layer: &str) -> BTreeSet<String> {
        let held = self.instances.of_layer(layer).map(|(s, _)| s.stem.to_string());
        let managed = self.listed.iter().filter(|(l, _)| l == layer).map(|(_, stem)| stem.clone());
        held.chain(managed).chain([APPLICATIONS.to_owned()]).collect()
    }

    /// The same and pods, which follow from what a layer holds.
    pub(super) fn kinds_and_pods(&self, layer: &str) -> BTreeSet<String> {
        self.kinds(layer).into_iter().chain(["pods".to_owned()]).collect()
    }

    /// `<plural>.<group>` of a kind.
    pub fn stem_of(&self, group: &str, kind: &str) -> String {
        let known = self.resources.get(group).into_iter().flatten().map(String::as_str);
        stem(&self.rules.plural_among(group, kind, known), group)
    }
}

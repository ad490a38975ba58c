//! What each bundle asked and what it did not see: which objects it may lack only because nobody looked. Judges nothing.
use crate::claims::{Evidence, Finding};
use crate::compare::{Instances, Spot};
use crate::kinds::built_in::is_custom;
use crate::model::{Gap, Known, Listable, Reason, stem, unstem};
use std::collections::{BTreeSet, HashMap};

pub(super) const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";
const SERVICES: &str = "apiservices.apiregistration.k8s.io";

impl Evidence<'_> {
    /// Whether a bundle may lack an object of this kind (stem) and namespace only because it did not see all of them.
    pub fn unseen(&self, stem: &str, namespace: &str, side: usize) -> bool {
        let (resource, group) = unstem(stem);
        let of_kind = |g: &Gap| g.covers(resource, group);
        self.gaps(side).iter().any(|g| of_kind(g) && g.namespace.as_ref().is_none_or(|ns| ns == namespace))
            || !self.asked(stem, side)
            || !self.asked_in(stem, namespace, side)
    }

    /// Whether a bundle asked for a kind. If another bundle holds the CustomResourceDefinition of the kind, and this bundle shows that it
    /// is gone, then the kind has no objects here, and it counts as asked. So it does if another bundle holds an APIService of the group, and none
    /// is here: each group that is listed has one.
    pub fn asked(&self, stem: &str, side: usize) -> bool {
        let defined = |i: usize| self.is_defined(stem, i);
        self.asked.get(side).is_some_and(|asked| asked.contains_key(stem))
            || (stem != DEFINITIONS && !self.unseen(DEFINITIONS, "", side) && !defined(side) && (0..self.sides.len()).any(defined))
            || self.is_unserved(unstem(stem).1, side)
    }

    /// Whether a bundle shows that a group is not served, which another bundle could list.
    fn is_unserved(&self, group: &str, side: usize) -> bool {
        let is_gone = || self.served.get(group).is_some_and(|sides| !sides.contains(&side));
        is_custom(group) && is_gone() && !self.unseen(SERVICES, "", side)
    }

    /// Of each group that has an APIService, the bundles that hold one.
    pub(super) fn served_in(instances: &Instances) -> HashMap<String, BTreeSet<usize>> {
        let mut out: HashMap<String, BTreeSet<usize>> = HashMap::new();
        for (spot, all) in instances.all.iter().filter(|(spot, _)| spot.stem == SERVICES) {
            let sides = out.entry(spot.name.split_once('.').map_or("", |(_, group)| group).to_owned()).or_default();
            sides.extend(all.iter().enumerate().filter_map(|(side, at)| at.as_ref().map(|_| side)));
        }
        out
    }

    /// Whether a bundle holds the CustomResourceDefinition of a kind.
    fn is_defined(&self, stem: &str, side: usize) -> bool {
        let definition = Spot::new(DEFINITIONS, "", stem);
        self.instances.at(&definition, side).is_some()
    }

    /// Whether a bundle shows that no CustomResourceDefinition defines a kind, and none could list it, as what another API server serves: then
    /// no object can be of it.
    pub(super) fn is_undefined(&self, stem: &str, side: usize) -> bool {
        let (resource, group) = unstem(stem);
        is_custom(group)
            && !self.unseen(DEFINITIONS, "", side)
            && !self.is_defined(stem, side)
            && !self.resources.get(group).is_some_and(|listed| listed.contains(resource))
    }

    /// Whether a bundle asked for a kind in a namespace (empty: in the whole cluster), or knows that the namespace does not exist.
    fn asked_in(&self, stem: &str, namespace: &str, side: usize) -> bool {
        let places = self.asked.get(side).and_then(|asked| asked.get(stem));
        let gone = || {
            let space = Spot::new("namespaces", "", namespace);
            self.instances.at(&space, side).is_none() && !self.unseen(&space.stem, "", side)
        };
        let is_among = |places: &BTreeSet<Option<String>>| places.contains(&None) || places.contains(&Some(namespace.to_owned()));
        places.is_none_or(is_among) || (!namespace.is_empty() && gone())
    }

    /// All gaps of one bundle.
    pub fn gaps(&self, side: usize) -> &[Gap] {
        self.gaps.get(side).map_or(&[], Vec::as_slice)
    }

    /// The gaps of one bundle, without those of kinds that are never stored: no claim depends on these.
    pub fn gaps_kept(&self, side: usize) -> impl Iterator<Item = &Gap> {
        self.gaps(side).iter().filter(|g| self.rules.keeps(&g.group, &g.resource))
    }

    /// The gaps of one bundle in these kinds that could hide objects of the layer; a kind that was not asked at all is one.
    pub fn gaps_in(&self, layer: &str, kinds: &BTreeSet<String>, side: usize) -> Vec<Gap> {
        let spaces: BTreeSet<&str> = self.instances.of_layer(layer).map(|(s, _)| &*s.namespace).collect();
        let of_layer = |ns: &str| {
            let space = Spot::new("namespaces", "", ns);
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
                found.push(Gap::of(group, resource, None, Reason::NotAsked, ""));
            }
            let told = |ns: &str| found.iter().any(|g| g.covers(resource, group) && g.namespace.as_deref().is_none_or(|n| n == ns));
            let open = spaces.iter().filter(|ns| !ns.is_empty() && !told(ns) && !self.asked_in(stem, ns, side));
            let gap = |ns: &&str| Gap::of(group, resource, Some((*ns).to_owned()), Reason::NotAsked, "");
            let missed: Vec<Gap> = open.map(gap).collect();
            found.extend(missed);
        }
        found
    }

    /// The findings of [`Self::gaps_in`].
    pub(super) fn gaps_found(&self, layer: &str, kinds: &BTreeSet<String>, side: usize) -> impl Iterator<Item = Finding> + use<> {
        self.gaps_in(layer, kinds, side).into_iter().map(move |gap| Finding::gap(&gap, side))
    }

    /// The gaps of a bundle that does not tell which kinds exist: it may have missed any kind that another bundle could ask for (law 1).
    pub(super) fn known_from_others(&self, side: usize) -> Vec<Gap> {
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
}

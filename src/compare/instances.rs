//! Every object of every bundle with its instance in each, and its one layer over all bundles (law 2): a confirmed place in any bundle
//! comes before an asserted one, and of asserted places the earliest bundle's counts. Knows no claim.
use crate::canon::each;
use crate::compare::{CompareError, Side, Spot, lines};
use crate::model::{By, Layer, PLATFORM, Role};
use crate::value::Text;
use foldhash::quality::RandomState;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// An object in one bundle.
#[derive(Clone, Debug)]
pub struct Instance {
    placed: Arc<Placed>,
    /// `<stem>|namespace|name` of the related object, or empty.
    pub related: Text,
    /// Its uid, or empty.
    pub uid: Text,
    /// A Secret's resourceVersion, or empty.
    pub version: Text,
}

impl Deref for Instance {
    type Target = Placed;

    fn deref(&self) -> &Placed {
        &self.placed
    }
}

/// What a bundle says of an object's place, and how. Most objects have it in common with others, so that it is kept once.
#[derive(PartialEq, Eq, Hash, Debug)]
pub struct Placed {
    /// The layer that this bundle alone gives it.
    pub layer: Text,
    pub by: By,
    /// The Application that its mark names, or empty.
    pub app: Text,
    /// What is known of the Application that its mark names: empty if it lists the object, else `unlisted`, `gone` or `unknown`.
    pub mark: Text,
    /// The value of its scope label, or empty.
    pub scope: Text,
    /// Why it stays on purpose when its layer goes, or empty.
    pub kept: Text,
    /// Whether Argo CD runs it as a hook.
    pub hook: bool,
    pub deleting: bool,
    /// Whether it carries a tracking mark of the method in force.
    pub marked: bool,
    pub derived: bool,
    /// Whether another controller owns fields of it by agreement.
    pub owned: bool,
}

/// All objects of all bundles.
pub struct Instances {
    /// Place → one instance for each bundle; sorted by place.
    pub all: IndexMap<Spot, Vec<Option<Instance>>, RandomState>,
    /// Of each place, in their order: its layer over all bundles, and the evidence for it.
    places: Vec<(Text, By)>,
    /// Layer → the numbers of its places.
    of: HashMap<Text, Vec<usize>>,
    protected: BTreeSet<String>,
    /// Of each bundle, uid → the number of the object's place, once one was looked for.
    uids: Vec<OnceLock<HashMap<Text, usize>>>,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    namespace: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    by: Cow<'a, str>,
    #[serde(borrow, default)]
    app: Cow<'a, str>,
    #[serde(borrow, default)]
    related: Cow<'a, str>,
    #[serde(borrow, default)]
    mark: Cow<'a, str>,
    #[serde(borrow, default)]
    scope: Cow<'a, str>,
    #[serde(borrow, default)]
    kept: Cow<'a, str>,
    #[serde(default)]
    hook: bool,
    #[serde(default)]
    deleting: bool,
    #[serde(default)]
    marked: bool,
    #[serde(borrow)]
    fields: HeadFields<'a>,
    #[serde(default)]
    derived: Option<IgnoredAny>,
    #[serde(default)]
    owned: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct HeadFields<'a> {
    #[serde(borrow, default, rename = "/metadata/uid")]
    uid: Cow<'a, str>,
    #[serde(borrow, default, rename = "/metadata/resourceVersion")]
    version: Cow<'a, str>,
}

fn read_side(side: &Side) -> Result<Vec<(Spot, Instance)>, CompareError> {
    let (mut out, mut known) = (Vec::new(), HashSet::<Arc<Placed>>::new());
    for (entry, layer, stem, _) in side.files("identity") {
        let bytes = side.file(entry)?;
        for line in lines(&bytes) {
            let head: Head<'_> = side.parse(entry, line)?;
            let spot = Spot::new(stem, head.namespace, head.name);
            let placed = Placed {
                layer: layer.into(),
                by: By::parse(&head.by).unwrap_or(By::None),
                app: head.app.into(),
                mark: head.mark.into(),
                scope: head.scope.into(),
                kept: head.kept.into(),
                hook: head.hook,
                deleting: head.deleting,
                marked: head.marked,
                derived: head.derived.is_some(),
                owned: head.owned.is_some(),
            };
            let placed = known.get(&placed).cloned().unwrap_or_else(|| {
                let placed = Arc::new(placed);
                known.insert(Arc::clone(&placed));
                placed
            });
            let (related, HeadFields { uid, version }) = (head.related.into(), head.fields);
            out.push((spot, Instance { placed, related, uid: uid.into(), version: version.into() }));
        }
    }
    Ok(out)
}

impl Instances {
    /// Reads the identity lines of every bundle.
    pub fn read(sides: &[Side], layers: &[Layer]) -> Result<Self, CompareError> {
        let mut all: IndexMap<Spot, Vec<Option<Instance>>, RandomState> = IndexMap::default();
        for (i, found) in each(sides, sides.len(), |_, side| read_side(side)).into_iter().enumerate() {
            let found = found?;
            all.reserve(found.len().saturating_sub(all.len()));
            for (spot, instance) in found {
                if let Some(slot) = all.entry(spot).or_insert_with(|| vec![None; sides.len()]).get_mut(i) {
                    *slot = Some(instance);
                }
            }
        }
        all.sort_unstable_keys();
        let protected = layers.iter().filter(|l| l.role == Role::Protected).map(|l| l.name.clone()).collect();
        let uids = sides.iter().map(|_| OnceLock::new()).collect();
        let mut this = Self { all, places: Vec::new(), of: HashMap::new(), protected, uids };
        this.places = this.all.keys().map(|spot| this.resolve(spot, 0)).collect();
        for (at, (layer, _)) in this.places.iter().enumerate() {
            this.of.entry(layer.clone()).or_default().push(at);
        }
        Ok(this)
    }

    /// The layer of an object over all bundles, and the evidence for it; none if no bundle has it.
    pub fn place(&self, spot: &Spot) -> Option<(&str, By)> {
        self.places.get(self.all.get_index_of(spot)?).map(|(layer, by)| (layer.as_str(), *by))
    }

    /// The layer of an object over all bundles.
    pub fn layer(&self, spot: &Spot) -> &str {
        self.place(spot).map_or(PLATFORM, |(layer, _)| layer)
    }

    /// The evidence that places the object in its layer.
    pub fn by(&self, spot: &Spot) -> By {
        self.place(spot).map_or(By::None, |(_, by)| by)
    }

    pub fn of_layer<'a>(&'a self, layer: &str) -> impl Iterator<Item = (&'a Spot, &'a [Option<Instance>])> + use<'a> {
        let places = self.of.get(layer).into_iter().flatten();
        places.filter_map(|at| self.all.get_index(*at)).map(|(spot, all)| (spot, all.as_slice()))
    }

    pub fn at(&self, spot: &Spot, side: usize) -> Option<&Instance> {
        self.all.get(spot)?.get(side)?.as_ref()
    }

    /// The place that an instance's relation names.
    pub fn related(instance: &Instance) -> Option<Spot> {
        let mut parts = instance.related.splitn(3, '|');
        Some(Spot::new(parts.next()?, parts.next()?, parts.next()?))
    }

    /// The object at the top of an object's chain of owners; the object itself if it has no owner.
    pub fn top(&self, spot: &Spot, instance: Option<&Instance>) -> Spot {
        let mut at = instance.and_then(Self::related).unwrap_or_else(|| spot.clone());
        for _ in 0..8 {
            let owner = self.all.get(&at).and_then(|all| all.iter().flatten().find(|i| i.derived).and_then(Self::related));
            let Some(owner) = owner else { break };
            at = owner;
        }
        at
    }

    pub fn in_bundle(&self, side: usize) -> impl Iterator<Item = (&Spot, &Instance)> {
        self.all.iter().filter_map(move |(spot, all)| Some((spot, all.get(side)?.as_ref()?)))
    }

    /// Whether a bundle holds an object with this uid.
    pub fn has(&self, side: usize, uid: &str) -> bool {
        self.of_uid(side, uid).is_some()
    }

    /// The place of the object with this uid in one bundle.
    pub fn of_uid(&self, side: usize, uid: &str) -> Option<&Spot> {
        let all = || {
            let mut out = HashMap::new();
            for (at, instance) in self.all.values().enumerate().filter_map(|(at, all)| Some((at, all.get(side)?.as_ref()?))) {
                out.entry(instance.uid.clone()).or_insert(at);
            }
            out
        };
        let at = self.uids.get(side).filter(|_| !uid.is_empty())?.get_or_init(all).get(uid)?;
        self.all.get_index(*at).map(|(spot, _)| spot)
    }

    /// The layer of the Application (`namespace/name`) that a mark names, if any bundle saw it below a root.
    pub fn layer_of_app(&self, app: &str) -> Option<&str> {
        self.app(app)?.iter().flatten().find(|i| i.by == By::Ancestry && i.layer != PLATFORM).map(|i| &*i.layer)
    }

    /// The confirmed place in any bundle, a protected layer's first: sharing an object can accuse and never acquit. Otherwise the place
    /// in the earliest bundle that has the object.
    fn resolve(&self, spot: &Spot, depth: usize) -> (Text, By) {
        let nowhere = (Text::from(PLATFORM), By::None);
        let Some(instances) = self.all.get(spot).filter(|_| depth < 16) else { return nowhere };
        let present = || instances.iter().flatten();
        let confirmed = || present().filter(|i| i.by.is_confirmed());
        if let Some(best) =
            confirmed().find(|i| self.protected.contains(i.layer.as_str())).or_else(|| confirmed().rev().max_by_key(|i| i.by))
        {
            return (best.layer.clone(), best.by);
        }
        let Some(first) = present().next() else { return nowhere };
        match Self::related(first) {
            // Over all bundles the object that it names may be placed by better evidence.
            Some(other) if first.by == By::Reference => (self.resolve(&other, depth + 1).0, By::Reference),
            _ => (first.layer.clone(), first.by),
        }
    }

    fn app(&self, app: &str) -> Option<&[Option<Instance>]> {
        let (namespace, name) = app.split_once('/')?;
        self.all.get(&Spot::application(namespace, name)).map(Vec::as_slice)
    }
}

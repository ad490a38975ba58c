//! Every object of every bundle with its instance in each, and its one layer over all bundles (law 2): a confirmed place in any bundle
//! comes before an asserted one, and of asserted places the earliest bundle's counts. Knows no claim.
use crate::canon::each;
use crate::compare::{CompareError, Side, lines};
use crate::model::{By, Layer, PLATFORM, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Kind (as `<plural>.<group>`), namespace and name: an object's place in all bundles.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Spot {
    /// `<plural>.<group>`.
    pub stem: String,
    /// Namespace, or empty.
    pub namespace: String,
    pub name: String,
}

impl Spot {
    /// The place of an Application.
    pub fn application(namespace: &str, name: &str) -> Self {
        Self { stem: "applications.argoproj.io".into(), namespace: namespace.into(), name: name.into() }
    }
}

/// An object in one bundle.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The layer that this bundle alone gives it.
    pub layer: String,
    /// The evidence for that layer.
    pub by: By,
    /// The Application that its mark names, or empty.
    pub app: String,
    /// `<stem>|namespace|name` of the related object, or empty.
    pub related: String,
    /// What is known of the Application that its mark names: empty if it lists the object, else `unlisted`, `gone` or `unknown`.
    pub mark: String,
    /// The value of its scope label, or empty.
    pub scope: String,
    /// Why it stays on purpose when its layer goes, or empty.
    pub kept: String,
    /// Whether Argo CD runs it as a hook.
    pub hook: bool,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Whether it carries a tracking mark of the method in force.
    pub marked: bool,
    /// Whether it is derived.
    pub derived: bool,
    /// Its uid, or empty.
    pub uid: String,
    /// A Secret's resourceVersion, or empty.
    pub version: String,
}

/// All objects of all bundles.
pub struct Instances {
    /// Place → one instance for each bundle.
    pub all: BTreeMap<Spot, Vec<Option<Instance>>>,
    /// Place → its layer over all bundles, and the evidence for it.
    pub layers: BTreeMap<Spot, (String, By)>,
    protected: BTreeSet<String>,
    of: BTreeMap<String, Vec<Spot>>,
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
}

#[derive(Deserialize)]
struct HeadFields<'a> {
    #[serde(borrow, default, rename = "/metadata/uid")]
    uid: Cow<'a, str>,
    #[serde(borrow, default, rename = "/metadata/resourceVersion")]
    version: Cow<'a, str>,
}

/// Every object of one bundle.
fn read_side(side: &Side) -> Result<Vec<(Spot, Instance)>, CompareError> {
    let mut out = Vec::new();
    for (entry, layer, stem, _) in side.files("identity") {
        let bytes = side.file(entry)?;
        for line in lines(&bytes) {
            let head: Head<'_> = side.parse(entry, line)?;
            let spot = Spot { stem: stem.to_owned(), namespace: head.namespace.into_owned(), name: head.name.into_owned() };
            let instance = Instance {
                layer: layer.to_owned(),
                by: By::parse(&head.by).unwrap_or(By::None),
                app: head.app.into_owned(),
                related: head.related.into_owned(),
                mark: head.mark.into_owned(),
                scope: head.scope.into_owned(),
                kept: head.kept.into_owned(),
                hook: head.hook,
                deleting: head.deleting,
                marked: head.marked,
                derived: head.derived.is_some(),
                uid: head.fields.uid.into_owned(),
                version: head.fields.version.into_owned(),
            };
            out.push((spot, instance));
        }
    }
    Ok(out)
}

impl Instances {
    /// Reads the identity lines of every bundle.
    pub fn read(sides: &[Side], layers: &[Layer]) -> Result<Self, CompareError> {
        let mut all: BTreeMap<Spot, Vec<Option<Instance>>> = BTreeMap::new();
        for (i, found) in each(sides, sides.len(), |_, side| read_side(side)).into_iter().enumerate() {
            for (spot, instance) in found? {
                if let Some(slot) = all.entry(spot).or_insert_with(|| vec![None; sides.len()]).get_mut(i) {
                    *slot = Some(instance);
                }
            }
        }
        let protected = layers.iter().filter(|l| l.role == Role::Protected).map(|l| l.name.clone()).collect();
        let mut this = Self { all, layers: BTreeMap::new(), protected, of: BTreeMap::new() };
        let spots: Vec<Spot> = this.all.keys().cloned().collect();
        let mut layers = BTreeMap::new();
        for spot in spots {
            let found = this.resolve(&spot, 0);
            this.of.entry(found.0.clone()).or_default().push(spot.clone());
            layers.insert(spot, found);
        }
        this.layers = layers;
        Ok(this)
    }

    /// The layer of an object over all bundles.
    pub fn layer(&self, spot: &Spot) -> &str {
        self.layers.get(spot).map_or(PLATFORM, |(l, _)| l)
    }

    /// The objects of a layer.
    pub fn of_layer<'a>(&'a self, layer: &'a str) -> impl Iterator<Item = (&'a Spot, &'a [Option<Instance>])> {
        self.of.get(layer).into_iter().flatten().filter_map(|s| Some((s, self.all.get(s)?.as_slice())))
    }

    /// One bundle's instance.
    pub fn at(&self, spot: &Spot, side: usize) -> Option<&Instance> {
        self.all.get(spot)?.get(side)?.as_ref()
    }

    /// The place that an instance's relation names.
    pub fn related(instance: &Instance) -> Option<Spot> {
        let mut parts = instance.related.splitn(3, '|');
        Some(Spot { stem: parts.next()?.to_owned(), namespace: parts.next()?.to_owned(), name: parts.next()?.to_owned() })
    }

    /// The objects that one bundle has.
    pub fn in_bundle(&self, side: usize) -> impl Iterator<Item = (&Spot, &Instance)> {
        self.all.iter().filter_map(move |(spot, all)| Some((spot, all.get(side)?.as_ref()?)))
    }

    /// The evidence that places the object in its layer.
    pub fn by(&self, spot: &Spot) -> By {
        self.layers.get(spot).map_or(By::None, |(_, by)| *by)
    }

    /// The layer of the Application (`namespace/name`) that a mark names, if any bundle saw it below a root.
    pub fn layer_of_app(&self, app: &str) -> Option<&str> {
        self.app(app)?.iter().flatten().find(|i| i.by == By::Ancestry && i.layer != PLATFORM).map(|i| &*i.layer)
    }

    /// The confirmed place in any bundle, a protected layer's first: sharing an object can accuse and never acquit. Otherwise the place
    /// in the earliest bundle that has the object.
    fn resolve(&self, spot: &Spot, depth: usize) -> (String, By) {
        let nowhere = (PLATFORM.to_owned(), By::None);
        let Some(instances) = self.all.get(spot).filter(|_| depth < 16) else { return nowhere };
        let present = || instances.iter().flatten();
        let confirmed = || present().filter(|i| i.by.is_confirmed());
        if let Some(best) = confirmed().find(|i| self.protected.contains(&i.layer)).or_else(|| confirmed().rev().max_by_key(|i| i.by)) {
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

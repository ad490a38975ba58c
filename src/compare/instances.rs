//! Every object of every bundle with its instance in each, and the one layer it has over all of them: by the strongest evidence
//! in any (after OFF only the bundle before knows whose a namespace was).
use crate::compare::CompareError;
use crate::compare::Side;
use crate::compare::lines;
use crate::model::By;
use crate::model::PLATFORM;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Kind (as `<plural>.<group>`), namespace and name: an object's place in all bundles.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Spot {
    /// `<plural>.<group>`.
    pub stem: String,
    /// Namespace, or empty.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// An object as one bundle has it.
#[derive(Clone, Debug)]
pub struct Instance {
    /// The layer that this bundle alone gives it.
    pub layer: String,
    /// By what evidence.
    pub by: By,
    /// The Application that its mark names, or empty.
    pub app: String,
    /// `<stem>|namespace|name` of the related object, or empty.
    pub related: String,
    /// What its scope label says, or empty.
    pub scope: String,
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
    /// Place → one instance a bundle.
    pub all: BTreeMap<Spot, Vec<Option<Instance>>>,
    /// Place → its layer over all bundles, and by what evidence.
    pub layers: BTreeMap<Spot, (String, By)>,
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
    scope: Cow<'a, str>,
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

/// Does something with every bundle (given with its index), side by side.
pub fn each<T: Send>(sides: &[Side], work: impl Fn(usize, &Side) -> T + Sync) -> Vec<T> {
    let Some((first, rest)) = sides.split_first() else { return Vec::new() };
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = rest.iter().enumerate().map(|(i, side)| scope.spawn(move || work(i + 1, side))).collect();
        let mut done = vec![work(0, first)];
        for other in others {
            // A panic within goes on here, as it would without the thread.
            done.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    })
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
                scope: head.scope.into_owned(),
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
    ///
    /// # Errors
    /// Where a line can't be read.
    pub fn read(sides: &[Side]) -> Result<Self, CompareError> {
        let mut all: BTreeMap<Spot, Vec<Option<Instance>>> = BTreeMap::new();
        for (i, found) in each(sides, |_, side| read_side(side)).into_iter().enumerate() {
            for (spot, instance) in found? {
                if let Some(slot) = all.entry(spot).or_insert_with(|| vec![None; sides.len()]).get_mut(i) {
                    *slot = Some(instance);
                }
            }
        }
        let mut this = Self { all, layers: BTreeMap::new(), of: BTreeMap::new() };
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

    /// Whether the object's evidence leads, by whatever relations, to an Application of its layer.
    pub fn managed(&self, spot: &Spot, depth: usize) -> bool {
        let Some(instances) = self.all.get(spot) else { return false };
        match self.layers.get(spot) {
            Some((_, By::Ancestry)) => true,
            Some((_, By::Relation)) if depth < 16 => {
                instances.iter().flatten().filter_map(Self::related).any(|s| self.managed(&s, depth + 1))
            }
            _ => false,
        }
    }

    fn resolve(&self, spot: &Spot, depth: usize) -> (String, By) {
        let nowhere = (PLATFORM.to_owned(), By::None);
        let Some(instances) = self.all.get(spot).filter(|_| depth < 16) else { return nowhere };
        let all = || instances.iter().enumerate().filter_map(|(s, i)| Some((s, i.as_ref()?)));
        let present = || all().filter(|(s, i)| !self.disowned(i, *s, instances)).map(|(_, i)| i);
        // Strongest evidence first; of equal evidence, that of the earliest bundle.
        let Some(best) = present().collect::<Vec<_>>().into_iter().rev().max_by_key(|i| i.by) else { return nowhere };
        if best.by != By::Ancestry
            && let Some(layer) = present().find_map(|i| self.layer_of_app(&i.app))
        {
            return (layer, By::Ancestry);
        }
        if best.by == By::Relation
            && let Some(related) = Self::related(best)
        {
            return (self.resolve(&related, depth + 1).0, By::Relation);
        }
        (best.layer.clone(), best.by)
    }

    /// Whether an instance claims, by its mark, an Application that is gone, and that in another bundle stood beside the object and
    /// did not manage it.
    fn disowned(&self, instance: &Instance, side: usize, object: &[Option<Instance>]) -> bool {
        let alive = self.app(&instance.app).and_then(|apps| apps.get(side)?.as_ref());
        if instance.app.is_empty() || alive.is_some() {
            return false;
        }
        let beside = self.app(&instance.app).map(|apps| apps.iter().zip(object));
        beside.is_some_and(|mut pairs| {
            pairs.any(|(app, o)| app.is_some() && o.as_ref().is_some_and(|o| o.by != By::Ancestry || o.app != instance.app))
        })
    }

    /// The layer of an Application that is gone from one bundle and known in another.
    fn layer_of_app(&self, app: &str) -> Option<String> {
        self.app(app)?.iter().flatten().find(|i| i.by == By::Ancestry && i.layer != PLATFORM).map(|i| i.layer.clone())
    }

    fn app(&self, app: &str) -> Option<&[Option<Instance>]> {
        let (namespace, name) = app.split_once('/')?;
        let spot = Spot { stem: "applications.argoproj.io".into(), namespace: namespace.into(), name: name.into() };
        self.all.get(&spot).map(Vec::as_slice)
    }
}

//! Everything that is there, as metadata: what an Application manages is known by its marks and owners, not by its status.
use crate::model::{Gap, Key, Object, Reason, meta, unstem};
use crate::usecase::cluster::{Resource, discover};
use crate::usecase::switch::vocabulary::Doomed;
use crate::usecase::switch::{Event, Run, Step, Stop, read};
use std::collections::BTreeSet;

/// The metadata of every object of every kind that can be listed.
pub struct Scan {
    /// The objects.
    pub objects: Vec<Object>,
    /// What was not seen, or not whole.
    pub gaps: Vec<Gap>,
    kinds: Vec<Resource>,
}

impl Scan {
    /// Lists all kinds but those of which evid keeps nothing (Events, Leases).
    ///
    /// # Errors
    /// Where nothing can be known; a kind of which not all objects were seen is a gap.
    pub fn read(run: &Run<'_>) -> Result<Self, Stop> {
        let (kinds, gaps) = discover(run.api)?;
        let mut scan = Self { objects: Vec::new(), gaps, kinds };
        for kind in scan.kinds.iter().filter(|k| run.rules.stored(&k.group, &k.kind)) {
            let (items, gap) = read::list(run, kind, true)?;
            scan.objects.extend(items.into_iter().map(|value| object(kind, value)));
            scan.gaps.extend(gap);
        }
        scan.gaps.extend(scan.unnamed());
        Ok(scan)
    }

    /// As [`Scan::read`], and of the kinds that were not seen whole the objects named.
    ///
    /// # Errors
    /// As [`Scan::read`].
    pub fn with(run: &mut Run<'_>, named: &BTreeSet<Key>) -> Result<Self, Stop> {
        run.tell(&Event::Step(Step::Read));
        let mut scan = Self::read(run)?;
        for key in named {
            let Some(kind) = scan.kind(key).filter(|k| scan.gap(&k.group, &k.plural).is_some() && scan.get(key).is_none()) else {
                continue;
            };
            if let Ok(Some(value)) = read::get(run.api, &kind.path_of(key), Some(read::PARTIAL)) {
                let new = object(kind, value);
                scan.objects.push(new);
            }
        }
        Ok(scan)
    }

    /// Kinds that are defined and that discovery leaves out: a server that has just begun names them late.
    fn unnamed(&self) -> Vec<Gap> {
        let defined = self.objects.iter().filter(|o| o.key.kind == "CustomResourceDefinition").map(|o| unstem(&o.key.name));
        let named = |group: &str, plural: &str| self.kinds.iter().any(|k| k.group == group && k.plural == plural);
        let lost = defined.filter(|(plural, group)| !named(group, plural) && self.gap(group, plural).is_none());
        lost.map(|(plural, group)| {
            Gap::of(
                group,
                plural,
                None,
                Reason::NotFound,
                "its definition is there, and the server does not name it among the kinds that can be listed",
            )
        })
        .collect()
    }

    fn kind(&self, key: &Key) -> Option<&Resource> {
        self.kinds.iter().find(|k| k.group == key.group && k.kind == key.kind)
    }

    /// An object as an instance that is to be gone.
    pub fn doomed(&self, object: &Object) -> Option<Doomed> {
        let kind = self.kind(&object.key)?.clone();
        Some(Doomed { key: object.key.clone(), uid: object.uid.clone(), path: kind.path_of(&object.key), kind })
    }

    /// Why a kind was not seen whole.
    pub fn gap(&self, group: &str, plural: &str) -> Option<&Gap> {
        self.gaps.iter().find(|g| g.group == group && (g.resource == plural || g.resource == "*"))
    }

    /// The object of a key.
    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.objects.iter().find(|o| o.key == *key)
    }
}

/// An item of a list as an object.
pub(super) fn object(kind: &Resource, value: serde_json::Value) -> Object {
    let at = |p| meta::text(&value, p);
    let key = Key::new(&kind.group, &kind.kind, at("/metadata/namespace"), at("/metadata/name"));
    Object { key, plural: kind.plural.clone(), uid: meta::uid(&value).to_owned(), value, file: String::new() }
}

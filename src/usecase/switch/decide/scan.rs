//! Everything that is there, as metadata: what an Application manages is known by its marks and owners, not by its status. Pure.
use crate::model::{Gap, Key, Object, Reason, meta, unstem};
use crate::usecase::cluster::Resource;
use crate::usecase::switch::Target;

/// The metadata of every object of every kind that can be listed.
pub struct Scan {
    pub objects: Vec<Object>,
    pub gaps: Vec<Gap>,
    pub kinds: Vec<Resource>,
}

impl Scan {
    /// Kinds that are defined and that discovery leaves out: a server that has just begun names them late.
    pub fn unnamed(&self) -> Vec<Gap> {
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

    pub fn kind(&self, key: &Key) -> Option<&Resource> {
        self.kinds.iter().find(|k| k.group == key.group && k.kind == key.kind)
    }

    /// An object as an instance that is to be gone.
    pub fn target(&self, object: &Object) -> Option<Target> {
        let kind = self.kind(&object.key)?.clone();
        Some(Target { key: object.key.clone(), uid: object.uid.clone(), path: kind.path_of(&object.key), kind })
    }

    /// Why a kind was not seen whole.
    pub fn gap(&self, group: &str, plural: &str) -> Option<&Gap> {
        self.gaps.iter().find(|g| g.group == group && (g.resource == plural || g.resource == "*"))
    }

    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.objects.iter().find(|o| o.key == *key)
    }
}

/// An item of a list as an object.
pub fn object(kind: &Resource, value: crate::value::Value) -> Object {
    let at = |p| meta::text(&value, p);
    let key = Key::new(&kind.group, &kind.kind, at("/metadata/namespace"), at("/metadata/name"));
    Object { key, plural: kind.plural.clone(), uid: meta::uid(&value).to_owned(), value, file: String::new() }
}

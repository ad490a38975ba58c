//! Everything that is there, as metadata: what an Application manages is known by its marks and owners, not by its status.
use crate::model::Gap;
use crate::model::Key;
use crate::model::Object;
use crate::model::Reason;
use crate::usecase::port::METADATA_LIST;
use crate::usecase::switch::Event;
use crate::usecase::switch::Run;
use crate::usecase::switch::Step;
use crate::usecase::switch::Stop;
use crate::usecase::switch::app;
use crate::usecase::switch::discovery;
use crate::usecase::switch::discovery::Kind;
use crate::usecase::switch::read;
use std::collections::BTreeSet;

/// The metadata of every object of every kind that may be listed.
pub struct Scan {
    /// The objects.
    pub objects: Vec<Object>,
    /// What could not be listed.
    pub gaps: Vec<Gap>,
    kinds: Vec<Kind>,
}

impl Scan {
    /// Lists all kinds but those of which evid keeps nothing (Events, Leases).
    ///
    /// # Errors
    /// Where the server does not answer; a kind that may not be listed is a gap.
    pub fn read(run: &mut Run<'_>) -> Result<Self, Stop> {
        let (kinds, gaps) = discovery::kinds(run.api)?;
        let mut scan = Self { objects: Vec::new(), gaps, kinds };
        for kind in scan.kinds.clone().iter().filter(|k| run.rules.stored(&k.group, &k.kind)) {
            match read::list(run.api, &kind.collection(), Some(METADATA_LIST)) {
                Ok(items) => scan.objects.extend(items.into_iter().flatten().map(|value| object(kind, value))),
                Err(Stop::Answered { status, message, .. }) => scan.gaps.push(Gap {
                    group: kind.group.clone(),
                    resource: kind.plural.clone(),
                    namespace: None,
                    reason: if status == 403 { Reason::Forbidden } else { Reason::TimedOut },
                    detail: message,
                }),
                Err(stop) => return Err(stop),
            }
        }
        Ok(scan)
    }

    /// As [`Scan::read`], and of the kinds that may not be listed the objects named.
    ///
    /// # Errors
    /// As [`Scan::read`].
    pub fn with(run: &mut Run<'_>, named: &BTreeSet<Key>) -> Result<Self, Stop> {
        run.tell(&Event::Step(Step::Read));
        let mut scan = Self::read(run)?;
        for key in named {
            let Some(kind) = scan.kind(key).filter(|k| scan.is_gap(&k.group, &k.plural)).cloned() else { continue };
            if let Ok(Some(value)) = read::get(run.api, &kind.path(key), Some(read::PARTIAL)) {
                scan.objects.push(object(&kind, value));
            }
        }
        Ok(scan)
    }

    fn kind(&self, key: &Key) -> Option<&Kind> {
        self.kinds.iter().find(|k| k.group == key.group && k.kind == key.kind)
    }

    /// Where an object is read.
    pub fn path(&self, key: &Key) -> Option<String> {
        self.kind(key).map(|k| k.path(key))
    }

    /// Where its kind is listed.
    pub fn collection(&self, key: &Key) -> Option<String> {
        self.kind(key).map(Kind::collection)
    }

    /// Whether a kind could not be listed.
    pub fn is_gap(&self, group: &str, plural: &str) -> bool {
        self.gaps.iter().any(|g| g.group == group && (g.resource == plural || g.resource == "*"))
    }

    /// The object of a key.
    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.objects.iter().find(|o| o.key == *key)
    }
}

fn object(kind: &Kind, value: serde_json::Value) -> Object {
    let at = |p| app::text(&value, p);
    let key = Key::new(&kind.group, &kind.kind, at("/metadata/namespace"), at("/metadata/name"));
    Object { key, plural: kind.plural.clone(), uid: app::uid(&value).to_owned(), value, file: String::new() }
}

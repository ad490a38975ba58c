//! Rebuilds the objects of a bundle from its files: each object is put together from its lines. Of all objects it holds only where their
//! lines are and what placing reads; files are read when they are needed, however many there are.
use crate::argo::is_beside;
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::files::{Files, Numbered, Span};
use crate::bundle::joined::Line;
use crate::bundle::like_parts::LikeParts;
use crate::bundle::lines::{LinePlace, StatePlace};
use crate::bundle::manifest::Manifest;
use crate::canon::{in_order, json, threads};
use crate::kinds::Rules;
use crate::layers::Lean;
use crate::model::{ByKey, Key, KeyRef, Object, Objects, group_of, meta};
use crate::value::packed::{pack, unpack};
use crate::value::wanted::{ALL, Wanted};
use crate::value::{Text, Value};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

/// The places of the lines of one object.
#[derive(Clone, Copy)]
struct Lines {
    /// None: it is derived.
    state: Option<Span>,
    identity: Span,
    noise: Span,
}

fn parse<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, String> {
    json::parse(line).map_err(said)
}

fn said(e: serde_json::Error) -> String {
    e.to_string()
}

/// The objects of a bundle, sorted by key: for each, where its lines are, and the fields that placing reads.
pub struct Rebuilt<'f> {
    files: Numbered<'f>,
    objects: Vec<Held>,
    by_key: ByKey,
    /// The highest resourceVersion of those that were read from the captured cluster.
    pub highest: Option<u64>,
    /// The same of those that were read from the hub, if there is one.
    pub highest_of_hub: Option<u64>,
}

/// One object.
struct Held {
    kind: Arc<OfKind>,
    namespace: Text,
    name: Text,
    uid: Text,
    /// The fields that placing reads, packed.
    lean: Box<[u8]>,
    lines: Lines,
}

/// What all objects of a file are.
struct OfKind {
    group: String,
    kind: String,
    plural: String,
}

/// The lines of one facet, by a hash of the stem and `namespace/name`. The hash is keyed anew in each run, so that nobody can choose two
/// places with one hash; and what is read is compared with what was looked for.
type Index = HashMap<u64, Span>;

struct Reading<'a, 'f> {
    files: &'a Numbered<'f>,
    like_parts: LikeParts,
    rules: &'a Rules,
    places: RandomState,
    states: Index,
    noises: Index,
}

impl<'f> Rebuilt<'f> {
    /// Finds the lines of every object, and reads of each object what placing needs.
    pub fn read(files: &'f dyn Files, rules: &Rules) -> (Self, Vec<Defect>) {
        let manifest: Option<Manifest> = files.bytes("evid.json").and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let like_parts = LikeParts::of(manifest.iter().flat_map(|m| m.like_parts.clone()));
        let hub = manifest.and_then(|m| m.hub);
        let files = Numbered::new(files);
        let (states, noises) = (Index::new(), Index::new());
        let mut reading = Reading { files: &files, like_parts, rules, places: RandomState::new(), states, noises };
        let mut defects = Vec::new();
        reading.states = reading.index("state/", &mut defects, |line| Ok(parse::<StatePlace<'_>>(line)?.metadata));
        reading.noises = reading.index("noise/", &mut defects, |line| parse(line));
        let (mut objects, mut seen) = (Vec::with_capacity(reading.noises.len()), HashSet::new());
        let (mut highest, mut highest_of_hub) = (None, None);
        let read = |_, file: &u32| reading.identities(*file);
        in_order(&files.beginning("identity/"), threads(), read, |(read, wrong)| {
            defects.extend(wrong);
            for (object, version) in read {
                let of_hub = hub.as_ref().is_some_and(|hub| is_beside(object.key(), &hub.settings));
                let highest: &mut Option<u64> = if of_hub { &mut highest_of_hub } else { &mut highest };
                *highest = (*highest).max(version);
                seen.extend([Some(object.lines.noise), object.lines.state].into_iter().flatten());
                objects.push(object);
            }
        });
        if defects.is_empty() {
            let alone = reading.states.values().chain(reading.noises.values()).filter(|span| !seen.contains(*span));
            let mut alone: Vec<&str> = alone.map(|span| files.name(*span)).collect();
            alone.sort_unstable();
            alone.dedup();
            defects.extend(alone.into_iter().map(|file| bad(file, "it holds a line of an object that has no identity line")));
        }
        objects.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
        let mut this = Self { files, objects, by_key: ByKey::default(), highest, highest_of_hub };
        this.by_key = ByKey::of(&this);
        (this, defects)
    }
}

/// The wanted part of an object, of which this is the identity.
fn part(files: &Numbered<'_>, identity: Line<'_>, lines: Lines, wanted: &Wanted) -> serde_json::Result<Value> {
    let noises = files.file_of(lines.noise);
    identity.object(Line::read(lines.noise.of(&noises), wanted)?, || {
        lines.state.map_or(Ok(Value::Null), |state| wanted.value(state.of(&files.file_of(state))))
    })
}

/// An object, put together from its lines.
fn whole(files: &Numbered<'_>, lines: Lines) -> serde_json::Result<Value> {
    let identities = files.file_of(lines.identity);
    part(files, Line::read(lines.identity.of(&identities), &ALL)?, lines, &ALL)
}

fn bad(file: &str, what: &str) -> Defect {
    Defect::of(file, DefectKind::Facets(what.to_owned()))
}

/// What names an object and its version.
const OWN: [&str; 6] = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name", "/metadata/uid", "/metadata/resourceVersion"];

impl Reading<'_, '_> {
    fn stem(&self, file: u32) -> &str {
        let name = self.files.name_of(file);
        self.like_parts.stem(name.rsplit('/').next().unwrap_or(name))
    }

    fn index(&self, facet: &str, defects: &mut Vec<Defect>, head: impl Fn(&[u8]) -> Result<LinePlace<'_>, String>) -> Index {
        let mut out = Index::new();
        for file in self.files.beginning(facet) {
            let bytes = self.files.file(file);
            for (i, span) in Span::lines(file, &bytes) {
                match head(span.of(&bytes)) {
                    Ok(LinePlace { namespace, name }) => drop(out.insert(self.places.hash_one((self.stem(file), namespace, name)), span)),
                    Err(what) => defects.push(bad(self.files.name_of(file), &format!("line {i}: {what}"))),
                }
            }
        }
        out
    }

    /// The objects of a file of identity, each with its resourceVersion, and what is wrong.
    fn identities(&self, file: u32) -> (Vec<(Held, Option<u64>)>, Vec<Defect>) {
        let bytes = self.files.file(file);
        let (mut of, mut read, mut wrong) = (None, Vec::new(), Vec::new());
        for (i, span) in Span::lines(file, &bytes) {
            match self.one(span, span.of(&bytes), &mut of) {
                Ok(object) => read.push(object),
                Err(what) => wrong.push(bad(self.files.name_of(file), &format!("line {i}: {what}"))),
            }
        }
        (read, wrong)
    }

    /// The object of an identity line, with the fields that placing reads. `file` is what is read of the file's kind, once an object of it
    /// was read.
    fn one(&self, at: Span, identity: &[u8], file: &mut Option<OfFile>) -> Result<(Held, Option<u64>), String> {
        let read = file.as_ref().map_or(&ALL, |of| &of.read);
        let line = Line::read(identity, read).map_err(said)?;
        let (namespace, name, stem) = (line.namespace.clone(), line.name.clone(), self.stem(at.file()));
        let place = self.places.hash_one((stem, &namespace, &name));
        let noise = self.noises.get(&place).copied().ok_or_else(|| format!("{namespace}/{name} has no noise line"))?;
        let lines = Lines { state: self.states.get(&place).copied(), identity: at, noise };
        let mut value = part(self.files, line, lines, read).map_err(said)?;
        let (key, plural) = keyed(stem, &value, self.rules)?;
        if (&*key.namespace, &*key.name) != (&*namespace, &*name) {
            return Err(format!("{namespace}/{name} is the place of another object, {key}"));
        }
        if file.is_none() {
            *file = Some(OfFile::new(&key, &plural, self.rules));
        }
        let other;
        let of = match file.as_ref().filter(|of| of.kind.has(&key)) {
            Some(of) => of,
            None => {
                value = whole(self.files, lines).map_err(said)?;
                other = OfFile::new(&key, &plural, self.rules);
                &other
            }
        };
        let version = meta::text(&value, "/metadata/resourceVersion").parse().ok();
        let (uid, mut lean) = (meta::uid(&value).into(), Vec::new());
        pack(&of.lean.cut(&value, &key.name), &mut lean);
        Ok((
            Held { kind: Arc::clone(&of.kind), namespace: key.namespace.into(), name: key.name.into(), uid, lean: lean.into(), lines },
            version,
        ))
    }
}

/// What is read of the objects of a file.
struct OfFile {
    kind: Arc<OfKind>,
    lean: Lean,
    /// What names an object and its version too.
    read: Wanted,
}

impl OfFile {
    fn new(key: &Key, plural: &str, rules: &Rules) -> Self {
        let kind = Arc::new(OfKind { group: key.group.clone(), kind: key.kind.clone(), plural: plural.to_owned() });
        let lean = Lean::of(&key.group, &key.kind, rules);
        Self { kind, read: lean.with(&OWN), lean }
    }
}

impl Objects for Rebuilt<'_> {
    fn len(&self) -> usize {
        self.objects.len()
    }
    fn key(&self, at: usize) -> KeyRef<'_> {
        self.objects.get(at).map(Held::key).unwrap_or_default()
    }
    fn plural(&self, at: usize) -> &str {
        self.objects.get(at).map_or("", |o| &o.kind.plural)
    }
    fn uid(&self, at: usize) -> &str {
        self.objects.get(at).map_or("", |o| &o.uid)
    }
    fn lean(&self, at: usize) -> Option<Cow<'_, Object>> {
        let held = self.objects.get(at)?;
        Some(Cow::Owned(held.object(unpack(&held.lean)?, String::new())))
    }
    fn whole(&self, at: usize) -> Option<Cow<'_, Object>> {
        let held = self.objects.get(at)?;
        Some(Cow::Owned(held.object(whole(&self.files, held.lines).ok()?, self.files.name(held.lines.identity).to_owned())))
    }
    fn find(&self, key: KeyRef<'_>) -> Option<usize> {
        self.by_key.find(self, key)
    }
}

impl Held {
    fn key(&self) -> KeyRef<'_> {
        KeyRef { group: &self.kind.group, kind: &self.kind.kind, namespace: &self.namespace, name: &self.name }
    }

    fn object(&self, value: Value, file: String) -> Object {
        Object { key: self.key().to_key(), plural: self.kind.plural.clone(), uid: self.uid.to_string(), value, file }
    }
}

impl OfKind {
    fn has(&self, key: &Key) -> bool {
        (&self.group, &self.kind) == (&key.group, &key.kind)
    }
}

/// Every object of a bundle, in memory, sorted by key.
pub fn objects(files: &dyn Files, rules: &Rules) -> (Vec<Object>, Vec<Defect>) {
    let (rebuilt, defects) = Rebuilt::read(files, rules);
    ((0..rebuilt.len()).filter_map(|at| rebuilt.whole(at)).map(Cow::into_owned).collect(), defects)
}

/// The key and the plural of an object of a kind's file.
fn keyed(stem: &str, value: &Value, rules: &Rules) -> Result<(Key, String), String> {
    let at = |p: &str| meta::text(value, p);
    let group = group_of(at("/apiVersion"));
    let key = Key::new(group, at("/kind"), at("/metadata/namespace"), at("/metadata/name"));
    let plural = stem.strip_suffix(group).and_then(|s| s.strip_suffix('.')).unwrap_or(stem).to_owned();
    let known = &rules.of(group, &key.kind).rule.plural;
    if !known.is_empty() && *known != plural {
        return Err(format!("{key} is no {stem}"));
    }
    Ok((key, plural))
}

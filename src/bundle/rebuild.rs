//! Rebuilds the objects of a bundle from its files: each object is put together from its lines. Keeps the stored lines in memory, but
//! each object only while it is used, however many there are.
use crate::argo::is_beside;
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::like_parts::LikeParts;
use crate::bundle::lines::{IdentityLine, NoiseLine};
use crate::bundle::manifest::Manifest;
use crate::kinds::Rules;
use crate::kinds::split::{Facets, join_facets};
use crate::layers::lean;
use crate::model::{Key, KeyRef, Object, Objects, group_of};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

type Files = BTreeMap<String, Vec<u8>>;

/// The lines of one object.
#[derive(Clone, Copy)]
struct Lines<'f> {
    state: Option<&'f [u8]>,
    identity: &'f [u8],
    noise: &'f [u8],
    /// The entry of the identity line, for messages.
    file: &'f str,
}

impl Lines<'_> {
    fn value(&self) -> Result<Value, String> {
        let identity: IdentityLine = parse(self.identity)?;
        let noise: NoiseLine = parse(self.noise)?;
        let state = if identity.derived.is_null() { self.state.map_or(Ok(Value::Null), parse)? } else { identity.derived };
        Ok(join_facets(Facets { state, identity: identity.fields, noise: noise.fields, order: noise.order }))
    }
}

fn parse<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Result<T, String> {
    serde_json::from_slice(line).map_err(|e| e.to_string())
}

/// The objects of a bundle, sorted by key: for each, its lines and the fields that placing reads.
pub struct Rebuilt<'f> {
    objects: Vec<(Object, Lines<'f>)>,
    /// The highest resourceVersion of those that were read from the captured cluster.
    pub highest: Option<u64>,
    /// The same of those that were read from the hub, if there is one.
    pub highest_of_hub: Option<u64>,
}

/// Stem, and `namespace/name` as the line spells it.
type Place<'f> = (&'f str, Cow<'f, str>, Cow<'f, str>);

impl<'f> Rebuilt<'f> {
    /// Finds the lines of every object and rebuilds each object once.
    pub fn read(files: &'f Files, rules: &Rules) -> (Self, Vec<Defect>) {
        #[derive(Deserialize)]
        struct Head<'a> {
            #[serde(borrow, default)]
            namespace: Cow<'a, str>,
            #[serde(borrow)]
            name: Cow<'a, str>,
        }
        #[derive(Deserialize)]
        struct State<'a> {
            #[serde(borrow)]
            metadata: Head<'a>,
        }
        let manifest = manifest(files);
        let like_parts = LikeParts::of(manifest.iter().flat_map(|m| m.like_parts.clone()));
        let hub = manifest.and_then(|m| m.hub);
        let (mut states, mut noises) = (HashMap::new(), HashMap::new());
        let (mut objects, mut defects) = (Vec::new(), Vec::new());
        let (mut highest, mut highest_of_hub) = (None, None);
        let each = |facet: &str, defects: &mut Vec<Defect>, take: &mut dyn FnMut(&'f str, &'f str, &'f [u8]) -> Result<(), String>| {
            for (name, bytes) in files.iter().filter(|(n, _)| n.starts_with(facet)) {
                let stem = like_parts.stem(name.rsplit('/').next().unwrap_or(name));
                for (i, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.is_empty()) {
                    if let Err(what) = take(name, stem, line) {
                        defects.push(Defect::of(name, DefectKind::Facets(format!("line {}: {what}", i + 1))));
                    }
                }
            }
        };
        each("state/", &mut defects, &mut |_, stem, line| {
            let Head { namespace, name } = parse::<State<'_>>(line)?.metadata;
            states.insert((stem, namespace, name), line);
            Ok(())
        });
        each("noise/", &mut defects, &mut |_, stem, line| {
            let Head { namespace, name } = parse(line)?;
            noises.insert((stem, namespace, name), line);
            Ok(())
        });
        each("identity/", &mut defects, &mut |file, stem, identity| {
            let Head { namespace, name } = parse(identity)?;
            let key: Place<'_> = (stem, namespace, name);
            let noise = noises.remove(&key).ok_or_else(|| format!("{}/{} has no noise line", key.1, key.2))?;
            let lines = Lines { state: states.remove(&key), identity, noise, file };
            let mut object = object(stem, lines.value()?, file, rules)?;
            let version = object.value.pointer("/metadata/resourceVersion").and_then(Value::as_str);
            let of_hub = hub.as_ref().is_some_and(|hub| is_beside(object.key.parts(), &hub.settings));
            let highest = if of_hub { &mut highest_of_hub } else { &mut highest };
            *highest = (*highest).max(version.and_then(|v| v.parse().ok()));
            object.value = lean(&object.value, &object.key, rules);
            objects.push((object, lines));
            Ok(())
        });
        let mut left: Vec<Place<'_>> = states.into_keys().chain(noises.into_keys()).collect();
        left.sort();
        defects
            .extend(left.iter().map(|(stem, ns, name)| Defect::of(stem, DefectKind::Facets(format!("{ns}/{name} has no identity line")))));
        objects.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
        (Self { objects, highest, highest_of_hub }, defects)
    }
}

impl Objects for Rebuilt<'_> {
    fn len(&self) -> usize {
        self.objects.len()
    }
    fn key(&self, at: usize) -> KeyRef<'_> {
        self.objects.get(at).map(|(o, _)| o.key.parts()).unwrap_or_default()
    }
    fn plural(&self, at: usize) -> &str {
        self.objects.get(at).map_or("", |(o, _)| &o.plural)
    }
    fn uid(&self, at: usize) -> &str {
        self.objects.get(at).map_or("", |(o, _)| &o.uid)
    }
    fn lean(&self, at: usize) -> Option<Cow<'_, Object>> {
        self.objects.get(at).map(|(o, _)| Cow::Borrowed(o))
    }
    fn whole(&self, at: usize) -> Option<Cow<'_, Object>> {
        let (o, lines) = self.objects.get(at)?;
        let value = lines.value().ok()?;
        Some(Cow::Owned(Object { key: o.key.clone(), plural: o.plural.clone(), uid: o.uid.clone(), value, file: lines.file.to_owned() }))
    }
}

/// Every object of a bundle, in memory, sorted by key.
pub fn objects(files: &Files, rules: &Rules) -> (Vec<Object>, Vec<Defect>) {
    let (rebuilt, defects) = Rebuilt::read(files, rules);
    ((0..rebuilt.len()).filter_map(|at| rebuilt.whole(at)).map(Cow::into_owned).collect(), defects)
}

/// The manifest. If what it says of the files is wrong, the check of the facet files finds that.
fn manifest(files: &Files) -> Option<Manifest> {
    files.get("evid.json").and_then(|bytes| serde_json::from_slice(bytes).ok())
}

fn object(stem: &str, value: Value, file: &str, rules: &Rules) -> Result<Object, String> {
    let at = |p: &str| value.pointer(p).and_then(Value::as_str).unwrap_or("");
    let group = group_of(at("/apiVersion"));
    let key = Key::new(group, at("/kind"), at("/metadata/namespace"), at("/metadata/name"));
    let plural = stem.strip_suffix(group).and_then(|s| s.strip_suffix('.')).unwrap_or(stem).to_owned();
    let known = &rules.of(group, &key.kind).rule.plural;
    if !known.is_empty() && *known != plural {
        return Err(format!("{key} is no {stem}"));
    }
    Ok(Object { uid: at("/metadata/uid").to_owned(), plural, value, key, file: file.to_owned() })
}

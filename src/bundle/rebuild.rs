//! Rebuilds the objects of a bundle from its files: each object is put together from its lines. Keeps the stored lines in memory, but
//! each object only while it is used, however many there are.
use crate::argo::is_beside;
use crate::bundle::defect::{Defect, DefectKind};
use crate::bundle::like_parts::LikeParts;
use crate::bundle::lines::{IdentityLine, NoiseLine};
use crate::bundle::manifest::Manifest;
use crate::bundle::wanted::Wanted;
use crate::canon::{each, threads};
use crate::kinds::Rules;
use crate::kinds::split::{Facets, join_facets};
use crate::layers::{each_field, lean};
use crate::model::{Key, KeyRef, Object, Objects, group_of, meta};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

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

/// The lines of one facet by place, each with the entry and the number that it has there.
type Found<'f> = HashMap<Place<'f>, &'f [u8]>;

/// An object with its lines, and its resourceVersion.
type Read<'f> = (Object, Lines<'f>, Option<u64>);

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

impl<'f> Rebuilt<'f> {
    /// Finds the lines of every object, and reads of each object what placing needs.
    pub fn read(files: &'f Files, rules: &Rules) -> (Self, Vec<Defect>) {
        let manifest = manifest(files);
        let like_parts = LikeParts::of(manifest.iter().flat_map(|m| m.like_parts.clone()));
        let hub = manifest.and_then(|m| m.hub);
        let of = |facet: &str| -> Vec<(&'f str, &'f str, &'f [u8])> {
            let files = files.iter().filter(|(name, _)| name.starts_with(facet));
            files.map(|(name, bytes)| (&**name, like_parts.stem(name.rsplit('/').next().unwrap_or(name)), &**bytes)).collect()
        };
        let mut defects = Vec::new();
        let states = found(&of("state/"), &mut defects, |line| Ok(parse::<State<'_>>(line)?.metadata));
        let noises = found(&of("noise/"), &mut defects, parse);
        let identities = of("identity/");
        let all = each(&identities, threads(), |_, (file, stem, bytes)| {
            let (mut wanted, mut read, mut wrong) = (None, Vec::new(), Vec::new());
            for (i, line) in numbered(bytes) {
                match one(file, stem, line, &states, &noises, rules, &mut wanted) {
                    Ok(object) => read.push(object),
                    Err(what) => wrong.push(bad(file, i, &what)),
                }
            }
            (read, wrong)
        });
        let (mut objects, mut seen) = (Vec::new(), HashSet::new());
        let (mut highest, mut highest_of_hub) = (None, None);
        for (read, wrong) in all {
            defects.extend(wrong);
            for (object, lines, version) in read {
                let of_hub = hub.as_ref().is_some_and(|hub| is_beside(object.key.parts(), &hub.settings));
                let highest: &mut Option<u64> = if of_hub { &mut highest_of_hub } else { &mut highest };
                *highest = (*highest).max(version);
                seen.extend([Some(lines.noise.as_ptr()), lines.state.map(<[u8]>::as_ptr)].into_iter().flatten());
                objects.push((object, lines));
            }
        }
        if defects.is_empty() {
            let left = states.iter().chain(&noises).filter(|(_, line)| !seen.contains(&line.as_ptr()));
            let mut left: Vec<&Place<'_>> = left.map(|(place, _)| place).collect();
            left.sort();
            let alone = |(stem, ns, name): &&Place<'_>| Defect::of(stem, DefectKind::Facets(format!("{ns}/{name} has no identity line")));
            defects.extend(left.iter().map(alone));
        }
        objects.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
        (Self { objects, highest, highest_of_hub }, defects)
    }
}

/// The lines of a file with their numbers, from 1.
fn numbered(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    bytes.split(|b| *b == b'\n').zip(1..).filter(|(line, _)| !line.is_empty()).map(|(line, i)| (i, line))
}

fn bad(file: &str, line: usize, what: &str) -> Defect {
    Defect::of(file, DefectKind::Facets(format!("line {line}: {what}")))
}

/// The lines of one facet.
fn found<'f>(
    files: &[(&'f str, &'f str, &'f [u8])],
    defects: &mut Vec<Defect>,
    head: impl Fn(&'f [u8]) -> Result<Head<'f>, String>,
) -> Found<'f> {
    let mut out = HashMap::new();
    for (file, stem, bytes) in files {
        for (i, line) in numbered(bytes) {
            match head(line) {
                Ok(Head { namespace, name }) => drop(out.insert((*stem, namespace, name), line)),
                Err(what) => defects.push(bad(file, i, &what)),
            }
        }
    }
    out
}

/// The object of an identity line, with the fields that placing reads. `wanted` is what is read of the file's kind, once an object of it
/// was read.
fn one<'f>(
    file: &'f str,
    stem: &'f str,
    identity: &'f [u8],
    states: &Found<'f>,
    noises: &Found<'f>,
    rules: &Rules,
    wanted: &mut Option<(Key, Wanted)>,
) -> Result<Read<'f>, String> {
    let whole = |lines: &Lines<'f>| object(stem, lines.value()?, file, rules);
    let lines = |namespace, name| {
        let key: Place<'f> = (stem, namespace, name);
        let noise = noises.get(&key).ok_or_else(|| format!("{}/{} has no noise line", key.1, key.2))?;
        Ok::<_, String>(Lines { state: states.get(&key).copied(), identity, noise, file })
    };
    let (mut object, lines) = match wanted {
        Some((kind, wanted)) => {
            let said = |e: serde_json::Error| e.to_string();
            let line = wanted.line(identity).map_err(said)?;
            let lines = lines(line.namespace, line.name)?;
            let noise = wanted.line(lines.noise).map_err(said)?;
            let state =
                if line.derived.is_null() { lines.state.map_or(Ok(Value::Null), |s| wanted.value(s)).map_err(said)? } else { line.derived };
            let value = join_facets(Facets { state, identity: line.fields, noise: noise.fields, order: noise.order });
            let read = object(stem, value, file, rules)?;
            let is_same = (&read.key.group, &read.key.kind) == (&kind.group, &kind.kind);
            (if is_same { read } else { whole(&lines)? }, lines)
        }
        None => {
            let Head { namespace, name } = parse(identity)?;
            let lines = lines(namespace, name)?;
            let read = whole(&lines)?;
            let mut fields = Wanted::default();
            OWN.iter().for_each(|p| fields.add(p));
            each_field(&read.key.group, &read.key.kind, rules, &mut |p| fields.add(p));
            *wanted = Some((read.key.clone(), fields));
            (read, lines)
        }
    };
    let version = meta::text(&object.value, "/metadata/resourceVersion").parse().ok();
    object.value = lean(&object.value, &object.key, rules);
    Ok((object, lines, version))
}

/// What names an object and its version.
const OWN: [&str; 6] = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name", "/metadata/uid", "/metadata/resourceVersion"];

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
    let at = |p: &str| meta::text(&value, p);
    let group = group_of(at("/apiVersion"));
    let key = Key::new(group, at("/kind"), at("/metadata/namespace"), at("/metadata/name"));
    let plural = stem.strip_suffix(group).and_then(|s| s.strip_suffix('.')).unwrap_or(stem).to_owned();
    let known = &rules.of(group, &key.kind).rule.plural;
    if !known.is_empty() && *known != plural {
        return Err(format!("{key} is no {stem}"));
    }
    Ok(Object { uid: at("/metadata/uid").to_owned(), plural, value, key, file: file.to_owned() })
}

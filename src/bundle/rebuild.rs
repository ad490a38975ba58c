//! From the files of a bundle back to its objects, and the check that every facet follows from them: an object is put together
//! from its lines, split anew and placed anew, and each file must come out byte for byte.
use crate::bundle::assemble::Assembled;
use crate::bundle::defect::Defect;
use crate::bundle::defect::DefectKind;
use crate::bundle::lines::IdentityLine;
use crate::bundle::lines::NoiseLine;
use crate::bundle::manifest::Manifest;
use crate::bundle::parts::LikeParts;
use crate::kinds::Rules;
use crate::kinds::split::Facets;
use crate::kinds::split::join_facets;
use crate::model::Key;
use crate::model::Object;
use crate::model::group_of;
use serde_json::Value;
use std::collections::BTreeMap;

/// Puts every object together again. Files are `(entry name, bytes)`; the answer is sorted by key.
pub fn objects(files: &BTreeMap<String, Vec<u8>>, rules: &Rules) -> (Vec<Object>, Vec<Defect>) {
    let mut states: BTreeMap<(String, String, String), Value> = BTreeMap::new();
    let mut noises: BTreeMap<(String, String, String), NoiseLine> = BTreeMap::new();
    let (mut objects, mut defects) = (Vec::new(), Vec::new());
    let like_parts = like_parts(files);
    for (name, bytes) in files.iter().filter(|(n, _)| n.starts_with("state/")) {
        each(&like_parts, name, bytes, &mut defects, |stem, line| {
            let state: Value = serde_json::from_slice(line).map_err(|e| e.to_string())?;
            let at = |p: &str| state.pointer(p).and_then(Value::as_str).unwrap_or("").to_owned();
            states.insert((stem.to_owned(), at("/metadata/namespace"), at("/metadata/name")), state);
            Ok(())
        });
    }
    for (name, bytes) in files.iter().filter(|(n, _)| n.starts_with("noise/")) {
        each(&like_parts, name, bytes, &mut defects, |stem, line| {
            let noise: NoiseLine = serde_json::from_slice(line).map_err(|e| e.to_string())?;
            noises.insert((stem.to_owned(), noise.namespace.clone(), noise.name.clone()), noise);
            Ok(())
        });
    }
    for (name, bytes) in files.iter().filter(|(n, _)| n.starts_with("identity/")) {
        each(&like_parts, name, bytes, &mut defects, |stem, line| {
            let identity: IdentityLine = serde_json::from_slice(line).map_err(|e| e.to_string())?;
            let key = (stem.to_owned(), identity.namespace.clone(), identity.name.clone());
            let noise = noises.remove(&key).ok_or_else(|| format!("{}/{} has no noise line", key.1, key.2))?;
            let state = if identity.derived.is_null() { states.remove(&key).unwrap_or(Value::Null) } else { identity.derived };
            let value = join_facets(&Facets { state, identity: identity.fields, noise: noise.fields, order: noise.order });
            objects.push(object(stem, value, name, rules)?);
            Ok(())
        });
    }
    let left = states.keys().chain(noises.keys());
    defects.extend(left.map(|(stem, ns, name)| Defect::of(stem, DefectKind::Facets(format!("{ns}/{name} has no identity line")))));
    objects.sort_by(|a, b| a.key.cmp(&b.key));
    (objects, defects)
}

/// The kinds that look like parts, as the manifest lists them; what it leaves out or adds shows where the objects are split anew.
fn like_parts(files: &BTreeMap<String, Vec<u8>>) -> LikeParts {
    let manifest = files.get("evid.json").and_then(|bytes| serde_json::from_slice::<Manifest>(bytes).ok());
    LikeParts::of(manifest.into_iter().flat_map(|m| m.like_parts))
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

fn each(
    like_parts: &LikeParts,
    name: &str,
    bytes: &[u8],
    defects: &mut Vec<Defect>,
    mut take: impl FnMut(&str, &[u8]) -> Result<(), String>,
) {
    let stem = like_parts.stem(name.rsplit('/').next().unwrap_or(name));
    for (i, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.is_empty()) {
        if let Err(what) = take(stem, line) {
            defects.push(Defect::of(name, DefectKind::Facets(format!("line {}: {what}", i + 1))));
        }
    }
}

/// Compares the files of a bundle with those that its own objects give.
pub fn differences(files: &BTreeMap<String, Vec<u8>>, anew: &Assembled) -> Vec<Defect> {
    let facet = |n: &str| ["state/", "health/", "identity/", "noise/"].iter().any(|f| n.starts_with(f));
    let given = files.iter().filter(|(n, _)| facet(n));
    let wrong = given.filter_map(|(name, bytes)| match anew.files.get(name) {
        Some(expected) if expected == bytes => None,
        Some(expected) => Some((name, first_difference(bytes, expected))),
        None => Some((name, "no object of the bundle belongs here".to_owned())),
    });
    let missing =
        anew.files.keys().filter(|n| !files.contains_key(*n)).map(|n| (n, "missing: objects of the bundle belong here".to_owned()));
    wrong.chain(missing).map(|(name, what)| Defect::of(name, DefectKind::Facets(what))).collect()
}

fn first_difference(given: &[u8], expected: &[u8]) -> String {
    let lines = |b: &[u8]| b.split(|c| *c == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (given, expected) = (lines(given), lines(expected));
    let at = given.iter().zip(&expected).position(|(a, b)| a != b).unwrap_or_else(|| given.len().min(expected.len()));
    format!("line {} does not follow from the object it belongs to", at + 1)
}

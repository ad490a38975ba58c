//! What changed between two bundles: files by digest, lines by bytes, objects by key, fields by pointer.
use crate::compare::CompareError;
use crate::compare::FieldChange;
use crate::compare::Instances;
use crate::compare::Side;
use crate::compare::Spot;
use crate::compare::differences;
use crate::compare::lines;
use crate::compare::side::StatePlace;
use crate::model::Key;
use crate::model::group_of;
use serde_json::Map;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::HashSet;

/// How an object changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// Its state differs.
    Modified,
    /// Its state is equal and its uid is another: re-created.
    Replaced,
}

impl ChangeKind {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Modified => "modified",
            Self::Replaced => "replaced",
        }
    }
}

/// One changed object.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where it is.
    pub spot: Spot,
    /// The object.
    pub key: Key,
    /// Its layer over all bundles.
    pub layer: String,
    /// How it changed.
    pub kind: ChangeKind,
    /// Whether it is also another instance (another uid) than before.
    pub recreated: bool,
    /// The fields of a modified object.
    pub fields: Vec<FieldChange>,
    /// Index of the bundle before and of the one after.
    pub sides: (usize, usize),
    /// The entry of the later bundle that shows it (of the earlier, where it was removed).
    pub file: String,
    /// Whether it is an Argo CD or Helm hook, which is re-created by each sync.
    pub hook: bool,
    /// Whether it could be no change at all: the side that lacks it, or its owner's kind, was not wholly seen.
    pub uncertain: bool,
    /// Group and kind of its controller, where it has one.
    pub controller: Option<(String, String)>,
}

impl Change {
    /// Index of the bundle whose entry shows it: the later one, or the earlier one where the object was removed.
    pub fn shown_by(&self) -> usize {
        if self.kind == ChangeKind::Removed { self.sides.0 } else { self.sides.1 }
    }

    /// A change of an object that is not re-created and whose fields are not compared.
    fn new(instances: &Instances, spot: &Spot, state: &Value, file: String, kind: ChangeKind, sides: (usize, usize)) -> Self {
        Self {
            key: key_of(state, spot),
            layer: instances.layer(spot).to_owned(),
            kind,
            recreated: false,
            fields: Vec::new(),
            sides,
            file,
            hook: instances.all.get(&spot).is_some_and(|all| all.iter().flatten().all(|i| i.hook)),
            uncertain: false,
            controller: controller(state),
            spot: spot.clone(),
        }
    }
}

type States = BTreeMap<Spot, (Value, String)>;

/// What changed in state from bundle `a` to bundle `b`, re-creations of objects that are not derived included.
///
/// # Errors
/// Where a file that differs can't be read.
pub fn changes(sides: &[Side], instances: &Instances, a: usize, b: usize) -> Result<Vec<Change>, CompareError> {
    let (Some(before), Some(after)) = (sides.get(a), sides.get(b)) else { return Ok(Vec::new()) };
    let (mut old, mut new) = differing(before, after)?;
    let mut out = Vec::new();
    let spots: std::collections::BTreeSet<Spot> = old.keys().chain(new.keys()).cloned().collect();
    for spot in &spots {
        let (x, y) = (old.remove(spot), new.remove(spot));
        let recreated = is_recreated(instances, spot, a, b);
        let base =
            |state: &Value, file, kind, fields| Change { recreated, fields, ..Change::new(instances, spot, state, file, kind, (a, b)) };
        match (x, y) {
            (Some((x, _)), Some((y, file))) => {
                let fields = modified(before, after, instances, spot, (a, b), &x, &y)?;
                if !fields.is_empty() {
                    out.push(base(&y, file, ChangeKind::Modified, fields));
                } else if recreated {
                    out.push(base(&y, file, ChangeKind::Replaced, Vec::new()));
                }
            }
            // State on one side and derived on the other: its owner is known on one side only.
            (Some((x, file)), None) => {
                out.push(Change { uncertain: instances.at(spot, b).is_some(), ..base(&x, file, ChangeKind::Removed, Vec::new()) })
            }
            (None, Some((y, file))) => {
                out.push(Change { uncertain: instances.at(spot, a).is_some(), ..base(&y, file, ChangeKind::Added, Vec::new()) })
            }
            (None, None) => {}
        }
    }
    for spot in instances.all.keys().filter(|s| !spots.contains(s) && is_recreated(instances, s, a, b)) {
        let (Some(x), Some(y)) = (instances.at(spot, a), instances.at(spot, b)) else { continue };
        if x.derived || y.derived {
            continue;
        }
        let state = after.line("state", &y.layer, &spot.stem, &spot.namespace, &spot.name)?;
        let file = after.entry_of("identity", &y.layer, &spot.stem, &spot.namespace, &spot.name)?.unwrap_or_default().to_owned();
        out.push(Change { recreated: true, ..Change::new(instances, spot, &state, file, ChangeKind::Replaced, (a, b)) });
    }
    out.sort_by(|x, y| x.spot.cmp(&y.spot));
    Ok(out)
}

/// The states on lines that only one side has, from files that not both have.
fn differing(before: &Side, after: &Side) -> Result<(States, States), CompareError> {
    let digests =
        |side: &Side| side.files("state").map(|(_, _, stem, digest)| (stem.to_owned(), digest.to_owned())).collect::<HashSet<_>>();
    let (x, y) = (digests(before), digests(after));
    let texts = |side: &Side, other: &HashSet<(String, String)>| {
        let differ = side.files("state").filter(|(_, _, stem, digest)| !other.contains(&((*stem).to_owned(), (*digest).to_owned())));
        differ
            .map(|(entry, _, stem, _)| Ok((entry.to_owned(), stem.to_owned(), side.file(entry)?)))
            .collect::<Result<Vec<_>, CompareError>>()
    };
    let (x, y) = (texts(before, &y)?, texts(after, &x)?);
    let all = |files: &'_ [(String, String, std::sync::Arc<Vec<u8>>)]| {
        files.iter().flat_map(|(_, _, b)| lines(b).map(<[u8]>::to_vec)).collect::<HashSet<_>>()
    };
    let (a, b) = (all(&x), all(&y));
    let states =
        |side: &Side, files: &[(String, String, std::sync::Arc<Vec<u8>>)], other: &HashSet<Vec<u8>>| -> Result<States, CompareError> {
            let mut out = States::new();
            for (entry, stem, bytes) in files {
                for line in lines(bytes).filter(|l| !other.contains(*l)) {
                    let head: StatePlace<'_> = side.parse(entry, line)?;
                    let spot =
                        Spot { stem: stem.clone(), namespace: head.metadata.namespace.into_owned(), name: head.metadata.name.into_owned() };
                    out.insert(spot, (side.parse(entry, line)?, entry.clone()));
                }
            }
            Ok(out)
        };
    Ok((states(before, &x, &b)?, states(after, &y, &a)?))
}

/// The fields that differ. One that is a controller's on one side only (an autoscaler that is seen on one side only) is compared
/// with what stands there, and marked.
fn modified(
    before: &Side,
    after: &Side,
    all: &Instances,
    spot: &Spot,
    (a, b): (usize, usize),
    x: &Value,
    y: &Value,
) -> Result<Vec<FieldChange>, CompareError> {
    let fields = |side: &Side, i: usize| {
        let Some(at) = all.at(spot, i) else { return Ok(Map::new()) };
        let line = side.line("identity", &at.layer, &spot.stem, &spot.namespace, &spot.name)?;
        Ok::<_, CompareError>(line.get("fields").and_then(Value::as_object).cloned().unwrap_or_default())
    };
    let (own_x, own_y) = (fields(before, a)?, fields(after, b)?);
    let mut out = Vec::new();
    for mut field in differences(x, y) {
        if own_x.contains_key(&field.pointer) || own_y.contains_key(&field.pointer) {
            field.before = field.before.or_else(|| own_x.get(&field.pointer).cloned());
            field.after = field.after.or_else(|| own_y.get(&field.pointer).cloned());
            field.owned = true;
            if field.before == field.after {
                continue;
            }
        }
        out.push(field);
    }
    Ok(out)
}

fn is_recreated(instances: &Instances, spot: &Spot, a: usize, b: usize) -> bool {
    match (instances.at(spot, a), instances.at(spot, b)) {
        (Some(x), Some(y)) => !x.uid.is_empty() && !y.uid.is_empty() && x.uid != y.uid,
        _ => false,
    }
}

fn controller(state: &Value) -> Option<(String, String)> {
    let owners = state.pointer("/metadata/ownerReferences")?.as_array()?;
    let owner = owners.iter().find(|o| o.get("controller") == Some(&Value::Bool(true)))?;
    let part = |k: &str| owner.get(k).and_then(Value::as_str);
    Some((group_of(part("apiVersion")?).to_owned(), part("kind")?.to_owned()))
}

/// The object's key, its kind as its state spells it.
fn key_of(state: &Value, spot: &Spot) -> Key {
    let group = state.get("apiVersion").and_then(Value::as_str).map_or("", group_of);
    let kind = state.get("kind").and_then(Value::as_str).unwrap_or(&spot.stem);
    Key::new(group, kind, &spot.namespace, &spot.name)
}

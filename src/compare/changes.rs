//! What changed between two bundles: files by digest, lines by bytes, objects by key, fields by pointer.
use crate::bundle::lines::IdentityLine;
use crate::compare::departures::{Baseline, DEPARTS, departs};
use crate::compare::differing::{Place, differing};
use crate::compare::lasting::{Identity, astray, kind_of, moved, uid};
use crate::compare::{CompareError, FieldChange, Instances, Side, Spot, differences};
use crate::kinds::Rules;
use crate::model::{Key, group_of, meta, unstem, words};
use crate::value::{Map, Value};
use std::collections::HashMap;

words! {
    /// How an object changed.
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    ChangeKind {
        /// It did not exist before.
        Added = "added",
        /// It no longer exists.
        Removed = "removed",
        /// Its state differs.
        Modified = "modified",
        /// Its state is equal and its uid differs: it was re-created.
        Replaced = "replaced",
        /// It is new, and departs from its owner's template, or from the objects that its owner made before.
        Departs = "departs",
        /// It is derived, and its owner is in no list of its bundle: the lists were read at different moments.
        Torn = "torn",
    }
}

/// One changed object.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its place.
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
    /// The entry of the later bundle that shows it (of the earlier one, if it was removed).
    pub file: String,
    /// Whether it is an Argo CD or Helm hook, which is re-created by each sync.
    pub hook: bool,
    /// Whether it may be no change: the side that lacks it, or its owner's kind, was not completely seen.
    pub uncertain: bool,
    /// Whether it is about a derived object.
    pub derived: bool,
    /// Group and kind of its controller, if it has one.
    pub controller: Option<(String, String)>,
}

impl Change {
    /// Index of the bundle whose entry shows it: the later one, or the earlier one if the object was removed.
    pub fn shown_by(&self) -> usize {
        self.shown_and_other().0
    }

    /// The same, and the other bundle.
    pub(crate) fn shown_and_other(&self) -> (usize, usize) {
        let (a, b) = self.sides;
        if self.kind == ChangeKind::Removed { (a, b) } else { (b, a) }
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
            hook: instances.all.get(spot).is_some_and(|all| all.iter().flatten().all(|i| i.hook)),
            uncertain: false,
            derived: false,
            controller: meta::controller(state).map(|o| (o.group.to_owned(), o.kind.to_owned())),
            spot: spot.clone(),
        }
    }
}

/// What changed in state from bundle `a` to bundle `b`, including re-created objects that are not derived.
///
/// # Errors
/// If a file that differs can't be read.
pub fn changes(sides: &[Side], instances: &Instances, rules: &Rules, a: usize, b: usize) -> Result<Vec<Change>, CompareError> {
    let (Some(before), Some(after)) = (sides.get(a), sides.get(b)) else { return Ok(Vec::new()) };
    let differ = differing(before, after, "state")?;
    let mut out = Vec::new();
    let state = |place: &Place<'_>| Ok((place.read::<Value>()?, place.entry.to_owned()));
    for (spot, pair) in &differ {
        let (x, y) = (pair.before.as_ref().map(state).transpose()?, pair.after.as_ref().map(state).transpose()?);
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
            // State on one side and derived on the other: its owner is known on one side only. If it is the same instance, it is compared
            // below.
            (Some(_), None) | (None, Some(_)) if is_same(instances, spot, a, b) == Some(true) => {}
            (Some((x, file)), None) => {
                out.push(Change { uncertain: instances.at(spot, b).is_some(), ..base(&x, file, ChangeKind::Removed, Vec::new()) })
            }
            (None, Some((y, file))) => {
                out.push(Change { uncertain: instances.at(spot, a).is_some(), ..base(&y, file, ChangeKind::Added, Vec::new()) })
            }
            (None, None) => {}
        }
    }
    for spot in instances.all.keys().filter(|s| !differ.contains_key(s) && is_recreated(instances, s, a, b)) {
        let (Some(x), Some(y)) = (instances.at(spot, a), instances.at(spot, b)) else { continue };
        if (x.derived || y.derived) && !is_account_anew(instances, spot, (a, b)) {
            continue;
        }
        let state = after.line("state", &y.layer, spot)?;
        let file = after.entry_of("identity", &y.layer, spot)?.unwrap_or_default().to_owned();
        let change = Change::new(instances, spot, &state, file, ChangeKind::Replaced, (a, b));
        // What is derived has no state that says its kind.
        let key = if x.derived { key_by_rule(rules, spot) } else { change.key.clone() };
        out.push(Change { recreated: true, key, ..change });
    }
    of_identity(sides, instances, rules, (a, b), &mut out)?;
    out.sort_by(|x, y| x.spot.cmp(&y.spot));
    Ok(out)
}

/// Changes that identity lines show: changed fields of one instance (law 5), and departures of derived objects (law 4).
fn of_identity<'s>(
    sides: &'s [Side],
    instances: &Instances,
    rules: &Rules,
    (a, b): (usize, usize),
    out: &mut Vec<Change>,
) -> Result<(), CompareError> {
    let (Some(before), Some(after)) = (sides.get(a), sides.get(b)) else { return Ok(()) };
    let of = |spot: &Spot, (line, entry): &Identity<'_>, kind, fields| Change {
        fields,
        derived: !line.derived.is_null(),
        ..Change::new(instances, spot, &line.derived, (*entry).to_owned(), kind, (a, b))
    };
    let known: HashMap<Spot, usize> =
        out.iter().enumerate().filter(|(_, c)| c.kind == ChangeKind::Modified).map(|(at, c)| (c.spot.clone(), at)).collect();
    let is_torn = |line: &IdentityLine| line.departs.iter().any(|d| d.what == "torn");
    let (mut gone, mut torn, mut departed) = (Vec::new(), Vec::new(), Vec::new());
    for (spot, pair) in differing(before, after, "identity")? {
        let is_pair = pair.before.is_some() && pair.after.is_some();
        // What only one bundle has is asked for its departures only.
        let read = |place: Option<Place<'s>>| match place {
            Some(place) if is_pair || place.contains(DEPARTS)? => Ok(Some((place.read::<IdentityLine>()?, place.entry))),
            _ => Ok(None),
        };
        let (x, y) = (read(pair.before)?, read(pair.after)?);
        // Addresses are those of pods as long as each of those pods is there: another address may be anybody's.
        let leads_astray = matches!(&*spot.stem, "endpoints" | "endpointslices.discovery.k8s.io")
            && matches!((&x, &y), (Some((x, _)), Some((y, _))) if is_torn(y) && !is_torn(x) && x.derived != y.derived);
        if let (Some(x), Some(y)) = (&x, &y) {
            let kind = kind_of(rules, &spot);
            let mut fields = astray(kind, instances, (a, b), &x.0, &y.0);
            if !uid(&x.0).is_empty() && uid(&x.0) == uid(&y.0) {
                fields.extend(moved(kind, &spot, (before, after), x, y)?);
            }
            match known.get(&spot).and_then(|at| out.get_mut(*at)) {
                Some(known) => {
                    let new = fields.into_iter().filter(|f| known.fields.iter().all(|k| k.pointer != f.pointer));
                    let new: Vec<_> = new.collect();
                    known.fields.extend(new);
                }
                None if fields.is_empty() => {}
                None => {
                    let change = of(&spot, y, ChangeKind::Modified, fields);
                    // What is derived says its kind itself.
                    let key = if change.derived { change.key.clone() } else { key_by_rule(rules, &spot) };
                    out.push(Change { key, ..change });
                }
            }
        }
        if let Some(x) = x.filter(|(x, _)| is_torn(x) && instances.at(&spot, b).is_none_or(|at| at.uid != uid(x))) {
            gone.push((spot.clone(), x));
        }
        if let Some(y) = y.filter(|(y, _)| leads_astray || departs(instances, &spot, y, b)) {
            if is_torn(&y.0) { torn.push((spot, y)) } else { departed.push((spot, y)) }
        }
    }
    for (spot, line) in gone.iter().chain(&torn) {
        const OWNERS: &str = "/metadata/ownerReferences";
        let field = FieldChange::new(OWNERS, None, line.0.derived.pointer(OWNERS).cloned());
        out.push(Change { uncertain: true, ..of(spot, line, ChangeKind::Torn, vec![field]) });
    }
    if departed.is_empty() {
        return Ok(());
    }
    let baseline = Baseline::read(sides, instances, b)?;
    for (spot, line) in &departed {
        let found = baseline.judge(instances, spot, &line.0, b);
        for (fields, uncertain) in [(found.counters, false), (found.doubts, true)] {
            if !fields.is_empty() {
                out.push(Change { uncertain, ..of(spot, line, ChangeKind::Departs, fields) });
            }
        }
    }
    Ok(())
}

fn key_by_rule(rules: &Rules, spot: &Spot) -> Key {
    let (plural, group) = unstem(&spot.stem);
    let kind = rules.of_resource(group, plural).map_or(&*spot.stem, |k| &*k.rule.kind);
    Key::new(group, kind, &spot.namespace, &spot.name)
}

/// The fields that differ. If a field belongs to a controller on one side only (its autoscaler was seen on one side only), its value
/// there is used for the comparison, and the change is marked.
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
        let line = side.line("identity", &at.layer, spot)?;
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

/// Whether both bundles have the same instance of an object; none where one of them does not say which it has.
fn is_same(instances: &Instances, spot: &Spot, a: usize, b: usize) -> Option<bool> {
    let (x, y) = (instances.at(spot, a)?, instances.at(spot, b)?);
    (!x.uid.is_empty() && !y.uid.is_empty()).then(|| x.uid == y.uid)
}

fn is_recreated(instances: &Instances, spot: &Spot, a: usize, b: usize) -> bool {
    is_same(instances, spot, a, b) == Some(false)
}

/// Whether an account that follows from its Namespace was made anew although that one stays: the tokens of pods that run name the one that went
/// (kubernetes, pkg/serviceaccount/claims.go), as the controller does not say.
fn is_account_anew(instances: &Instances, spot: &Spot, (a, b): (usize, usize)) -> bool {
    let space = Spot::new("namespaces", "", spot.namespace.clone());
    spot.stem == "serviceaccounts" && is_same(instances, &space, a, b) == Some(true)
}

/// The key of an object, with the kind from its state.
fn key_of(state: &Value, spot: &Spot) -> Key {
    let group = state.get("apiVersion").and_then(Value::as_str).map_or("", group_of);
    let kind = state.get("kind").and_then(Value::as_str).unwrap_or(&spot.stem);
    Key::new(group, kind, &spot.namespace, &spot.name)
}

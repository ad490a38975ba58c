//! Every change and every re-creation lies in the switched layer; of the switch itself only its sync policy changed. Law 2: a change that
//! lies in the switched layer by asserted evidence alone leaves the claim open.
use crate::claims::predicates::passing::is_open;
use crate::claims::predicates::quality::asked;
use crate::claims::predicates::renamed::with_places;
use crate::claims::predicates::stamped::goes_with_namespace;
use crate::claims::predicates::unchanged::written_secrets;
use crate::claims::predicates::{agreed, generated, records, short_lists};
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Evidence, Finding, Position, witness};
use crate::compare::{Change, ChangeKind, CompareError, Instance, Instances, Spot};
use crate::kinds::built_in::is_custom;
use crate::model::{By, Key, PLATFORM, Role, unstem};
use crate::value::json;
use std::collections::BTreeSet;

pub(super) fn confined(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let switched = e.switched().map_or("", |l| &*l.name);
    let root = e.root(switched);
    let mut findings = Vec::new();
    if let Some(layer) = e.switched().filter(|_| root.is_none()) {
        // If the platform is not the declared one, it is unknown to which layer a change belongs.
        return Ok(Some(vec![Finding::new(Effect::Doubts, Code::NoRoot, 0).about(Key::new(
            "argoproj.io",
            "Application",
            "",
            &layer.root,
        ))]));
    }
    for (i, layer) in e.layers.iter().enumerate() {
        let twice = |ns: &&String| e.layers.iter().skip(i + 1).any(|other| other.namespaces.contains(*ns));
        let given = layer.namespaces.iter().filter(twice);
        findings
            .extend(given.map(|ns| Finding::new(Effect::Doubts, Code::NamespaceGivenTwice, 0).about(Key::new("", "Namespace", "", ns))));
    }
    for change in &e.changes {
        if goes_with_namespace(e, change)? {
            continue;
        }
        let is_switched = change.layer == switched;
        // An object that the switched layer took over belonged to something else when it changed.
        let is_taken =
            change.kind == ChangeKind::Modified && e.instances.at(&change.spot, change.sides.0).is_some_and(|at| at.layer != switched);
        let is_lost = records::is_lost(e, change);
        let is_confirmed = e.instances.by(&change.spot).is_confirmed() && !is_lost;
        if (is_switched && !is_taken && (is_confirmed || is_known(e, switched, change)?))
            || (change.hook && change.kind == ChangeKind::Replaced)
        {
            continue;
        }
        let of_switch = root.as_ref() == Some(&change.spot);
        let allowed = |pointer: &str| of_switch && (pointer == "/spec/syncPolicy" || pointer.starts_with("/spec/syncPolicy/"));
        let effect = if is_switched && !is_lost || is_open(e, change)? { Effect::Doubts } else { Effect::Counters };
        let found = Finding::of_change_unless_expected(change, effect);
        findings.extend(found.into_iter().filter(|f| !allowed(&f.pointer)));
        if change.recreated && change.kind == ChangeKind::Modified && !change.hook {
            findings.push(Finding::new(effect, Code::Replaced, change.shown_by()).about(change.key.clone()).in_file(&change.file));
        }
    }
    for (spot, all) in &e.instances.all {
        let says = |(i, at): (usize, &Option<Instance>)| {
            at.as_ref().filter(|a| e.layer(&a.scope).is_some() && a.scope != e.instances.layer(spot)).map(|a| (i, a.scope.clone()))
        };
        if let Some((i, scope)) = all.iter().enumerate().find_map(says) {
            let finding = Finding::new(Effect::Notes, Code::LabelDisagrees, i).about(e.key(spot));
            findings.push(finding.at("/metadata/labels", Some(json!(e.instances.layer(spot))), Some(json!(scope))));
        }
    }
    let sets: Vec<BTreeSet<String>> = e.sides.iter().map(|s| asked(s, e.rules)).collect();
    for (i, pair) in sets.windows(2).enumerate() {
        let [a, b] = pair else { continue };
        for stem in a.symmetric_difference(b).filter(|stem| !e.asked(stem, i) || !e.asked(stem, i + 1)) {
            findings.push(
                Finding::new(Effect::Doubts, Code::AskedOnOneSide, i + 1)
                    .about(Key::new(unstem(stem).1, stem, "", "*"))
                    .in_file("coverage.json"),
            );
        }
    }
    for b in 1..e.sides.len() {
        findings.extend(short_lists::lost(e, |layer| layer != switched, (b - 1, b), Code::Removed));
    }
    for i in 0..e.sides.len() {
        findings.extend(e.gaps_kept(i).map(|g| Finding::gap(g, i)));
    }
    for layer in e.layers.iter().filter(|l| l.role == Role::Protected) {
        findings.extend(witness::elsewhere(e, &layer.name));
    }
    // A field under an agreement is not compared, but it still belongs to a layer.
    let others = e.layers.iter().map(|l| &*l.name).chain([PLATFORM]).filter(|l| *l != switched);
    for layer in others {
        for b in 1..e.sides.len() {
            findings.extend(agreed::moved(e, layer, b - 1, b)?);
        }
    }
    findings.extend(unidentified(e));
    findings.extend(other_servers(e));
    findings.extend(written_secrets(q, |layer| layer != switched)?);
    for b in 1..e.sides.len() {
        findings.extend(generated::differing(e, |layer| layer != switched, (b - 1, b))?);
    }
    Ok(Some(findings))
}

/// Whether an object that is in the switched layer by asserted evidence had the same evidence already while the layer was on, and only
/// went, or came back equal. If it names another object, that object must have gone and come with it. A label is not enough evidence; nor
/// is a namespace that only the layer's Applications deploy to, unless the Namespace itself went or came.
fn is_known(e: &Evidence<'_>, layer: &str, change: &Change) -> Result<bool, CompareError> {
    let by = e.instances.by(&change.spot);
    if by <= By::Label || change.uncertain || !goes_with_owner(e, &change.spot, by, change.sides) {
        return Ok(false);
    }
    let knew = |i: usize| {
        let at = e.instances.at(&change.spot, i)?;
        // Argo CD lists every object that carries its mark. If the Application does not list the object, or is gone, the mark proves
        // nothing.
        let is_borne_out = by != By::Mark || at.mark == "unknown";
        (e.positions.get(i) == Some(&Position::On) && at.layer == layer && at.by == by && is_borne_out).then_some(at)
    };
    Ok(match change.kind {
        ChangeKind::Removed => knew(change.sides.0).is_some(),
        ChangeKind::Added => {
            let (Some(earlier), Some(now)) =
                ((0..change.sides.0).find_map(|i| Some((i, knew(i)?))), e.instances.at(&change.spot, change.sides.1))
            else {
                return Ok(false);
            };
            let state = |at, side| Ok::<_, CompareError>(with_places(e, &e.state(&change.spot, at, side)?, side));
            state(earlier.1, earlier.0)? == state(now, change.sides.1)?
        }
        ChangeKind::Modified | ChangeKind::Replaced | ChangeKind::Departs | ChangeKind::Torn => false,
    })
}

/// Whether the object that it names went and came with it.
fn goes_with_owner(e: &Evidence<'_>, spot: &Spot, by: By, (a, b): (usize, usize)) -> bool {
    let instance = e.instances.at(spot, a).or_else(|| e.instances.at(spot, b));
    let is_of_space = matches!(by, By::Destination | By::Namespace) && !spot.namespace.is_empty();
    let space = || is_of_space.then(|| Spot::new("namespaces", "", spot.namespace.clone()));
    let owner = instance.and_then(Instances::related).or_else(space);
    owner.is_none_or(|o| e.instances.at(&o, a).map(|i| &i.uid) != e.instances.at(&o, b).map(|i| &i.uid))
}

/// Bundles whose API server has another version than that of the bundle before: it was changed in between, and is no object.
fn other_servers(e: &Evidence<'_>) -> impl Iterator<Item = Finding> {
    let version = |i: usize| e.sides.get(i)?.manifest.cluster.version.clone();
    let pairs = (1..e.sides.len()).filter_map(move |i| Some((i, version(i - 1)?, version(i)?)));
    pairs.filter(|(_, was, is)| was != is).map(|(i, was, is)| {
        Finding::new(Effect::Doubts, Code::OtherVersion, i).at("/cluster/version", Some(json!(was)), Some(json!(is))).in_file("evid.json")
    })
}

/// Objects without a uid: it is unknown whether they are new instances. Kubernetes gives one to each that it keeps (kubernetes 1.36,
/// staging/src/k8s.io/apiserver/pkg/registry/rest/create.go). What has none in any bundle, and is of another API server, is computed there each time.
fn unidentified(e: &Evidence<'_>) -> Vec<Finding> {
    let is_computed = |spot: &Spot, all: &[Option<Instance>]| {
        let group = unstem(&spot.stem).1;
        let definition = Spot::new("customresourcedefinitions.apiextensions.k8s.io", "", &*spot.stem);
        let is_served = |(side, at): (usize, &Option<Instance>)| {
            at.as_ref().is_none_or(|at| at.uid.is_empty() && e.served.get(group).is_some_and(|sides| sides.contains(&side)))
        };
        is_custom(group) && !e.instances.all.contains_key(&definition) && all.iter().enumerate().all(is_served)
    };
    let without = |(spot, all): (&Spot, &Vec<Option<Instance>>)| {
        let side = all.iter().position(|at| at.as_ref().is_some_and(|at| at.uid.is_empty())).filter(|_| !is_computed(spot, all))?;
        Some(Finding::new(Effect::Doubts, Code::NoUid, side).about(e.key(spot)))
    };
    e.instances.all.iter().filter_map(without).collect()
}

//! Everything that changed, in state and in re-creation, lies in the switched layer; of the switch itself only its sync policy moved.
use crate::claims::Effect;
use crate::claims::Finding;
use crate::claims::judge::Answer;
use crate::claims::judge::Question;
use crate::claims::predicates::quality::asked;
use crate::claims::predicates::unchanged::written_secrets;
use crate::compare::Change;
use crate::compare::ChangeKind;
use crate::compare::Instance;
use crate::model::By;
use crate::model::Key;
use crate::model::unstem;
use serde_json::json;
use std::collections::BTreeSet;

pub(super) fn confined(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let switched = e.switched().map_or("", |l| &*l.name);
    let root = e.root(switched);
    let mut findings = Vec::new();
    if let Some(layer) = e.switched().filter(|_| root.is_none()) {
        // Whose a change is can't be said of a platform that is not the declared one.
        return Ok(Some(vec![Finding::new(Effect::Doubts, "no-root", 0).about(Key::new("argoproj.io", "Application", "", &layer.root))]));
    }
    // A label alone is a claim of the object's own: it does not put a change into the switched layer.
    let labelled = |c: &Change| e.instances.layers.get(&c.spot).is_some_and(|(_, by)| *by <= By::Label);
    for change in e.changes.iter().filter(|c| c.layer != switched || labelled(c)) {
        if change.hook && change.kind == ChangeKind::Replaced {
            continue;
        }
        let of_switch = root.as_ref() == Some(&change.spot);
        let allowed = |pointer: &str| of_switch && (pointer == "/spec/syncPolicy" || pointer.starts_with("/spec/syncPolicy/"));
        let effect = if change.uncertain || change.layer == switched { Effect::Doubts } else { Effect::Counters };
        let found = Finding::of_change(change, effect);
        findings.extend(found.into_iter().filter(|f| !allowed(&f.pointer)));
        if change.recreated && change.kind == ChangeKind::Modified && !change.hook {
            findings.push(Finding::new(Effect::Counters, "replaced", change.shown_by()).about(change.key.clone()).in_file(&change.file));
        }
    }
    for (spot, all) in &e.instances.all {
        let says = |(i, at): (usize, &Option<Instance>)| {
            at.as_ref().filter(|a| e.layer(&a.scope).is_some() && a.scope != e.instances.layer(spot)).map(|a| (i, a.scope.clone()))
        };
        if let Some((i, scope)) = all.iter().enumerate().find_map(says) {
            let finding = Finding::new(Effect::Notes, "label-disagrees", i).about(e.key(spot));
            findings.push(finding.at("/metadata/labels", Some(json!(e.instances.layer(spot))), Some(json!(scope))));
        }
    }
    let sets: Vec<BTreeSet<String>> = e.sides.iter().map(|s| asked(s, e.rules)).collect();
    for (i, pair) in sets.windows(2).enumerate() {
        let [a, b] = pair else { continue };
        for stem in a.symmetric_difference(b).filter(|stem| !e.asked(stem, i) || !e.asked(stem, i + 1)) {
            findings.push(
                Finding::new(Effect::Doubts, "asked-on-one-side", i + 1)
                    .about(Key::new(unstem(stem).1, stem, "", "*"))
                    .in_file("coverage.json"),
            );
        }
    }
    for i in 0..e.sides.len() {
        findings.extend(e.gaps(i).iter().map(|g| Finding::gap(g, i)));
    }
    findings.extend(written_secrets(q, |layer| layer != switched)?);
    Ok(Some(findings))
}

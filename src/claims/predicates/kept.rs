//! The switch is the same object, manual when off, automated with prune and self-heal when on, and never being deleted.
use crate::argo::Mode;
use crate::claims::evidence::APPLICATIONS;
use crate::claims::question::{Answer, Question};
use crate::claims::{Code, Effect, Finding, Position};
use crate::compare::{FieldChange, differences};
use crate::model::meta;
use crate::value::{Map, Text, Value, json};
use std::collections::BTreeSet;

/// What the switch brings, and where: another one is another switch under the same name.
fn aim_of(root: &Value) -> Value {
    let fields = ["source", "sources", "sourceHydrator", "destination", "project"];
    let part = |field: &str| Some((field.to_owned(), root.get("spec")?.get(field)?.clone()));
    json!({"spec": fields.into_iter().filter_map(part).collect::<Value>()})
}

/// How the switch syncs, and what it does by itself; `enabled: true` and what is false say nothing.
fn policy_of(root: &Value) -> Map {
    let mut policy = root.pointer("/spec/syncPolicy").and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(automated) = policy.get_mut("automated").and_then(Value::as_object_mut) {
        automated.retain(|name, value| name != "enabled" && *value != Value::Bool(false));
    }
    policy
}

/// What differs from the policy that the switch had when it was on. While it is off it may lack some of that, and have nothing else.
fn other_policy(on: &Map, now: &Map, is_off: bool) -> Vec<FieldChange> {
    let part = |policy: &Map| {
        let kept = policy.iter().filter(|(name, _)| !is_off || name.as_str() != "automated" && now.contains_key(name));
        json!({"spec": {"syncPolicy": kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Value>()}})
    };
    differences(&part(on), &part(now))
}

pub(super) fn kept(q: &Question<'_>) -> Answer {
    let e = q.evidence;
    let Some(root) = e.root(q.layer) else { return Ok(None) };
    let mut findings = Vec::new();
    let key = || e.key(&root);
    let mut first: Option<&Text> = None;
    let mut aim: Option<Value> = None;
    let mut on: Option<Map> = None;
    let kinds = BTreeSet::from([APPLICATIONS.to_owned()]);
    for i in 0..e.sides.len() {
        let gaps = e.gaps_in(q.layer, &kinds, i);
        findings.extend(gaps.iter().map(|g| Finding::gap(g, i)));
        let Some(at) = e.instances.at(&root, i) else {
            let effect = if gaps.is_empty() { Effect::Counters } else { Effect::Doubts };
            findings.push(Finding::new(effect, Code::Missing, i).about(key()));
            continue;
        };
        let file = e.shown_in(&root, at, i)?;
        match &first {
            _ if at.uid.is_empty() => findings.push(Finding::new(Effect::Doubts, Code::NoUid, i).about(key())),
            None => first = Some(&at.uid),
            Some(uid) if *uid != at.uid => {
                let finding = Finding::new(Effect::Counters, Code::Replaced, i).about(key());
                findings.push(finding.at("/metadata/uid", Some(json!(uid)), Some(json!(at.uid))));
            }
            Some(_) => {}
        }
        let state = e.state(&root, at, i)?;
        let now = aim_of(&state);
        let moved = aim.as_ref().map_or_else(Vec::new, |before| differences(before, &now));
        let found = |f: FieldChange| Finding::new(Effect::Counters, Code::Modified, i).about(key()).at(&f.pointer, f.before, f.after);
        findings.extend(moved.into_iter().map(|f| found(f).in_file(&file)));
        aim = Some(now);
        if let Some(when) = meta::deleting(&state) {
            let finding = Finding::new(Effect::Counters, Code::Deleting, i).about(key()).in_file(&file);
            findings.push(finding.at("/metadata/deletionTimestamp", None, Some(json!(when))));
        }
        if q.at(Position::Unknown).contains(&i) {
            findings.push(Finding::new(Effect::Doubts, Code::SwitchUnknown, i).about(key()));
            continue;
        }
        let off = q.at(Position::Off).contains(&i) || q.at(Position::Partial).contains(&i);
        let policy = policy_of(&state);
        let other = on.as_ref().map_or_else(Vec::new, |on| other_policy(on, &policy, off));
        findings.extend(other.into_iter().map(|f| found(f).in_file(&file)));
        if !off {
            on.get_or_insert(policy);
        }
        let mode = Mode::of(&state);
        if !(if off { mode.is_manual() } else { mode.is_on() }) {
            let code = if off { Code::AutomatedWhenOff } else { Code::NotAutomatedWhenOn };
            let seen = state.pointer("/spec/syncPolicy/automated").cloned();
            findings.push(Finding::new(Effect::Counters, code, i).about(key()).at("/spec/syncPolicy/automated", None, seen).in_file(&file));
        }
    }
    Ok(Some(findings))
}

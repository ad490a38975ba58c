//! Plans and outcomes of off, on and repair: as text, as JSON.
use crate::render::foreign::clean;
use crate::render::switch::{block, fact, facts, facts_json, gaps, gaps_json, key_json, writes, writes_json};
use crate::render::told::told;
use crate::render::words::{fill, phrases};
use crate::usecase::switch::off::{Off, Plan};
use crate::usecase::switch::{Fact, Settled, Target, on, repair};
use crate::value::{Value, json};
use std::collections::BTreeMap;

/// At most this many objects of a kind are named in a question.
const NAMED: usize = 12;

/// What an OFF will do. `full` prints every write.
pub fn off_plan(plan: &Plan, full: bool) -> String {
    let mut out = if plan.already {
        format!("{} is manual and no Application is below it: off already\n", plan.root)
    } else {
        format!(
            "{} becomes manual and stays; {} Applications below it go, by {}, with {} objects in all\n",
            plan.root,
            plan.members.len(),
            plan.strategy.as_str(),
            plan.removal.going.len()
        )
    };
    if let Some(why) = &plan.instead {
        out.push_str(&format!("by {}, because: {}\n", plan.strategy.as_str(), fact(why)));
    }
    if let Some((manager, long)) = &plan.hold {
        out.push_str(&format!("managed by {manager}: watched for {}s whether it stays manual\n", long.as_secs()));
    }
    out.push_str(&block("goes", going(&plan.removal.going, full)));
    out.push_str(&block("stays", facts(&plan.removal.kept)));
    out.push_str(&block("notes", facts(&plan.notes)));
    if full {
        out.push_str(&block("writes", writes(&plan.writes)));
    }
    out
}

/// What goes, a kind on each line; `full` names every object.
fn going(all: &[Target], full: bool) -> String {
    let mut kinds: BTreeMap<&str, Vec<&Target>> = BTreeMap::new();
    all.iter().for_each(|one| kinds.entry(&one.key.kind).or_default().push(one));
    let line = |(kind, all): (&str, Vec<&Target>)| {
        let most = if full { all.len() } else { NAMED };
        let names: Vec<String> = all.iter().take(most).map(|one| one.key.written()).collect();
        let counted = fill(phrases().counted, &[("n", &all.len().to_string()), ("word", kind)]);
        let more = if all.len() > most { told(&format!(" and {} more", all.len() - most)) } else { String::new() };
        clean(&format!("  {counted}: {}{more}", names.join(" "))) + "\n"
    };
    kinds.into_iter().map(line).collect()
}

pub fn off(done: &Off) -> String {
    let mut out = if done.already { "it was off already\n".to_owned() } else { format!("{} objects are gone by uid\n", done.gone) };
    if let Some(why) = &done.instead {
        out.push_str(&format!("removed by {}, because: {}\n", done.strategy.as_str(), fact(why)));
    }
    out.push_str(&block("stays on purpose", facts(&done.kept)));
    out.push_str(&block("LEFT", facts(&done.left)));
    out.push_str(&block("notes", facts(&done.notes)));
    out.push_str(&block("not seen, so nobody knows what is left of it", gaps(&done.unseen)));
    out
}

/// The plan as JSON; with an outcome, both.
pub fn off_json(plan: &Plan, done: Option<&Off>) -> Value {
    let mut v = json!({"verb": "off", "root": key_json(&plan.root), "uid": plan.uid, "already": plan.already, "strategy": plan.strategy.as_str(),
        "refused": facts_json(&plan.refusals), "allow": plan.refusals.iter().filter_map(Fact::allowing).collect::<Vec<_>>(),
        "going": plan.removal.going.iter().map(|one| key_json(&one.key)).collect::<Vec<_>>(), "writes": writes_json(&plan.writes), "kept": facts_json(&plan.removal.kept), "notes": facts_json(&plan.notes), "done": done.is_some()});
    if let (Some(done), Some(map)) = (done, v.as_object_mut()) {
        map.insert("strategy", done.strategy.as_str().into());
        map.insert("gone", done.gone.into());
        map.insert("left", facts_json(&done.left));
        map.insert("notes", facts_json(&done.notes));
        map.insert("unseen", gaps_json(&done.unseen));
    }
    v
}

pub fn on_plan(plan: &on::Plan, full: bool) -> String {
    let mut out = match plan.apply {
        Some(_) => format!("{} is applied, becomes automated (prune, self-heal) and is synced by one operation\n", plan.root),
        None => format!("{} becomes automated (prune, self-heal) and is synced by one operation\n", plan.root),
    };
    out.push_str(&block("waits first for what still terminates", facts(&plan.terminating)));
    out.push_str(&block("notes", facts(&plan.notes)));
    if full {
        out.push_str(&block("writes (and one for each manual child, once it is there)", writes(&plan.writes)));
    }
    out
}

pub fn on(done: &Settled) -> String {
    let again = if done.attempts > 1 { format!(", the operation was run {} times", done.attempts) } else { String::new() };
    let mut out = format!("{} Applications are Synced and Healthy, {} workloads available{again}\n", done.apps, done.workloads);
    out.push_str(&block("synced by evid itself", done.by_hand.iter().map(|k| format!("  {k}\n")).collect()));
    out.push_str(&block("notes", facts(&done.notes)));
    out
}

/// The plan as JSON; with an outcome, both.
pub fn on_json(plan: &on::Plan, done: Option<&Settled>) -> Value {
    json!({"verb": "on", "root": key_json(&plan.root), "writes": writes_json(&plan.writes), "terminating": facts_json(&plan.terminating),
        "notes": facts_json(&plan.notes), "done": done.is_some(), "settled": done.map(settled)})
}

fn settled(s: &Settled) -> Value {
    json!({"attempts": s.attempts, "byHand": s.by_hand.iter().map(key_json).collect::<Vec<_>>(), "applications": s.apps,
        "workloads": s.workloads, "notes": facts_json(&s.notes)})
}

/// Why a root is stuck in deletion, and what will be done.
pub fn repair_plan(plan: &repair::Plan, full: bool) -> String {
    let mut out = format!("{} is stuck in deletion\n", plan.root);
    out.push_str(&block("because", facts(&plan.causes)));
    let first = if plan.mends { "the cause is repaired; if it is still stuck, " } else { "" };
    let mode = if plan.automated { "automated" } else { "manual" };
    let sync = if plan.syncs { " and synced" } else { "; no Application is below it, so it is not synced" };
    out.push_str(&format!("{first}its own finalizers are removed, no child's; it is applied again, {mode} as it was{sync}\n"));
    out.push_str(&block("notes", facts(&plan.notes)));
    if full {
        out.push_str(&block("writes", writes(&plan.writes)));
    }
    out
}

pub fn repair(done: &repair::Repaired) -> String {
    let how = if done.by_mending { "the cause was repaired and it went by itself" } else { "its finalizers were removed" };
    let mut out = format!("{how}; it is there again, uid {}\n", done.uid);
    if let Some(settled) = &done.settled {
        out.push_str(&on(settled));
    }
    out.push_str(&block("LEFT", facts(&done.left)));
    out.push_str(&block("notes", facts(&done.notes)));
    out.push_str(&block("not seen, so nobody knows what is left of it", gaps(&done.unseen)));
    out
}

/// The plan as JSON; with an outcome, both.
pub fn repair_json(plan: &repair::Plan, done: Option<&repair::Repaired>) -> Value {
    let mut v = json!({"verb": "repair", "root": key_json(&plan.root), "uid": plan.uid, "causes": facts_json(&plan.causes), "mends": plan.mends,
        "writes": writes_json(&plan.writes), "notes": facts_json(&plan.notes), "done": done.is_some()});
    if let (Some(done), Some(map)) = (done, v.as_object_mut()) {
        map.insert("byMending", done.by_mending.into());
        map.insert("newUid", done.uid.clone().into());
        map.insert("settled", done.settled.as_ref().map(settled).into());
        map.insert("left", facts_json(&done.left));
        map.insert("notes", facts_json(&done.notes));
        map.insert("unseen", gaps_json(&done.unseen));
    }
    v
}

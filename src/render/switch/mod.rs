//! The switch in words: what it sees, what it will write, its progress, its result. Has no writer and no colour.
mod outcome;
mod status;

pub use outcome::{off, off_json, off_plan, on, on_json, on_plan, repair, repair_json, repair_plan};
pub use status::{status, status_json};

use crate::canon::redact::hidden;
use crate::model::{Gap, Key};
use crate::render::foreign::clean;
use crate::render::told::told;
use crate::render::words;
use crate::usecase::switch::{Event, Fact, Write};
use crate::value::{Value, json};

/// At most this many are printed; the others are counted.
const MOST: usize = 5;

pub fn fact(fact: &Fact) -> String {
    let object = if fact.object.name == "*" { fact.object.kind.clone() } else { fact.object.to_string() };
    let object = if fact.object.name.is_empty() { String::new() } else { format!("{object} ") };
    let detail = if fact.detail.is_empty() { String::new() } else { format!(": {}", told(&hidden(&fact.detail).replace('\n', " "))) };
    clean(&format!("{object}{}{detail}", words::facts(fact.code)))
}

/// The words that allow what a person may allow of these; empty where there is nothing.
pub fn allowing(facts: &[Fact]) -> String {
    facts.iter().filter_map(Fact::allowing).map(|word| format!(" --allow-loss {word}")).collect()
}

/// Facts, one a line, and below each kind of fact what can be done about it.
pub fn facts(facts: &[Fact]) -> String {
    let mut out = String::new();
    for alike in facts.chunk_by(|one, next| one.code == next.code) {
        alike.iter().for_each(|one| out.push_str(&format!("  {}\n", fact(one))));
        let (hint, words) = (alike.first().map_or("", |one| words::hints(one.code)), allowing(alike));
        if !hint.is_empty() {
            out.push_str(&format!("    {hint}{}\n", clean(&words)));
        }
    }
    out
}

/// The progress message for an event; none if there is nothing to print.
pub fn event(event: &Event) -> Option<String> {
    match event {
        Event::Step(step) => Some(words::steps(*step).to_owned()),
        Event::Wrote(write) => Some(format!("  {} {} ({})", write.method.as_str(), write.object, write.what)),
        Event::Note(note) => Some(format!("note: {}", fact(note))),
        Event::Waiting { hanging, .. } if hanging.is_empty() => None,
        Event::Waiting { seconds, hanging, fresh, .. } => {
            // What was told before is told again only where there is no news.
            let named = if *fresh > 0 { *fresh } else { hanging.len() };
            let shown: Vec<String> = hanging.iter().take(named.min(MOST)).map(fact).collect();
            let more = named.saturating_sub(MOST);
            let more = if more > 0 { format!("\n  … and {more} more") } else { String::new() };
            Some(format!("  {seconds}s, {} to go: {}{more}", hanging.len(), shown.join("\n  … ")))
        }
    }
}

/// The writes of a plan: method, path, why, and body.
fn writes(writes: &[Write]) -> String {
    let line = |w: &Write| {
        format!("{} {}   # {} {}\n  {}\n", w.method.as_str(), w.path, w.what, w.object, clean(&crate::canon::json::to_text(&w.body)))
    };
    writes.iter().map(line).collect()
}

fn key_json(key: &Key) -> Value {
    json!({"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name})
}

fn facts_json(facts: &[Fact]) -> Value {
    facts.iter().map(|f| json!({"code": f.code.as_str(), "object": key_json(&f.object), "detail": hidden(&f.detail)})).collect()
}

fn writes_json(writes: &[Write]) -> Value {
    let one = |w: &Write| json!({"what": w.what, "method": w.method.as_str(), "path": w.path, "object": key_json(&w.object), "uid": w.uid, "body": w.body});
    writes.iter().map(one).collect()
}

fn gaps(gaps: &[Gap]) -> String {
    gaps.iter().map(|g| format!("  {}: {} {}\n", crate::model::stem(&g.resource, &g.group), g.reason, clean(&g.detail))).collect()
}

fn gaps_json(gaps: &[Gap]) -> Value {
    gaps.iter().map(|g| json!({"group": g.group, "resource": g.resource, "reason": g.reason.as_str(), "detail": g.detail})).collect()
}

/// A titled block; empty if the body is empty.
fn block(title: &str, body: String) -> String {
    if body.is_empty() { body } else { format!("{title}\n{body}") }
}

#[cfg(test)]
mod tests {
    use super::{fact, facts_json};
    use crate::model::Key;
    use crate::usecase::switch::{Code, Fact};

    #[test]
    fn what_an_application_says_of_its_operation_gives_no_secret_away() {
        let key = Key::new("argoproj.io", "Application", "argocd", "a");
        let told = Fact::new(Code::Operating, &key, "fetch of https://u:hunter2hunter2@git.example/x failed");
        for said in [fact(&told), facts_json(&[told]).to_string()] {
            assert!(said.contains("git.example/x failed") && !said.contains("hunter2"), "{said}");
        }
    }
}

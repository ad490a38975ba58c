//! Reads the texts that a bundle kept again: what they state must be what the bundle holds, and what they lack must be told there. Where
//! something in a text was redacted, other columns may come out, so nothing of that moment is compared. Must not know how a bundle is opened.
use crate::bundle::text::{Found, Hole, Line};
use crate::canon::redact::MARK;
use crate::model::{Objects, meta};
use crate::usecase::import::{Said, read_texts};
use crate::value::Value;
use std::collections::BTreeMap;

/// What in these lines or objects does not follow from the texts. `namespace`: that of Applications that are named without one.
pub fn rederived(lines: &[Line], objects: &dyn Objects, namespace: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    // A file without a digest was not there, could not be read, or was redacted.
    let is_redacted = |line: &Line| line.sha256.is_none() && !line.text.is_empty();
    for line in lines {
        if is_redacted(line) && !line.text.contains(MARK) {
            wrong.push(format!("{}: has no SHA-256, and nothing in it was redacted", line.file));
        }
    }
    if lines.iter().any(is_redacted) {
        return wrong;
    }
    let there: Vec<&Line> = lines.iter().filter(|line| line.sha256.is_some()).collect();
    let texts: Vec<(&str, Result<&str, &str>)> = there.iter().map(|line| (&*line.file, Ok(&*line.text))).collect();
    let (stated, said) = read_texts(&texts, namespace);
    wrong.extend(there.iter().zip(&said).filter(|(line, said)| !follows(line, said)).map(|(line, _)| {
        format!("{}: what it was read as, what was heard in it, or what is missing in it is not what its text says", line.file)
    }));
    let mut stated: BTreeMap<String, Value> = stated.objects().into_iter().map(|value| (named(&value), value)).collect();
    for object in (0..objects.len()).filter_map(|at| objects.whole(at)) {
        match stated.remove(&named(&object.value)) {
            None => wrong.push(format!("no text states {}", object.key)),
            Some(value) if !is_of(&object.value, &value) => wrong.push(format!("{} is not what the texts state of it", object.key)),
            Some(_) => {}
        }
    }
    wrong.extend(stated.into_keys().map(|name| format!("a text states {name}, and it is not there")));
    wrong
}

/// Whether a line says what its text comes to; it may tell more, of its folder and of other moments.
fn follows(line: &Line, said: &Said) -> bool {
    let is_told = |found: &Found| line.holes.iter().any(|hole| (hole.code, hole.line) == (found.code, found.line));
    let of_bytes = |hole: &Found| hole.code == Hole::FileUnreadable;
    line.read == said.what
        && line.probes == said.probes
        && u64::try_from(said.spoken) == Ok(line.objects)
        && said.holes.iter().all(is_told)
        && !line.holes.iter().any(of_bytes)
}

/// An object's kind and place, as itself has them.
fn named(value: &Value) -> String {
    let at = |pointer: &str| meta::text(value, pointer);
    format!("{} {} {}/{}", at("/apiVersion"), at("/kind"), at("/metadata/namespace"), at("/metadata/name"))
}

/// Whether a bundle's value is this one; what was redacted in it is taken for any text.
fn is_of(held: &Value, stated: &Value) -> bool {
    match (held, stated) {
        (Value::Object(held), Value::Object(stated)) => {
            held.len() == stated.len() && held.iter().all(|(name, value)| stated.get(name).is_some_and(|other| is_of(value, other)))
        }
        (Value::Array(held), Value::Array(stated)) => held.len() == stated.len() && held.iter().zip(stated).all(|(a, b)| is_of(a, b)),
        (Value::String(held), Value::String(_)) if held.contains(MARK) => true,
        (held, stated) => held == stated,
    }
}

//! Compares an object that is made from a template with that template (law 4). The object's own rule splits the template, so that
//! defaults and lists mean the same on both sides. The rule declares what controllers and admission always write (`given`).
use crate::kinds::Kind;
use crate::kinds::patterns::{covers, is_like, is_within, matches};
use crate::kinds::rule::Given;
use crate::kinds::split::split;
use crate::model::value::{Map, Value};
use crate::model::{join, meta, set, tokens};
use std::collections::BTreeMap;

/// The kind of a departure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum What {
    /// It runs something else, or as another user: a counter-example.
    Runs,
    /// It holds more, or something that runs nothing: a doubt.
    Holds,
    /// No template says what it is: it is compared with what its owner made before.
    Untold,
    /// Its owner is in no list, because the lists were read at different moments.
    Torn,
}

impl What {
    /// The word in identity lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Holds => "holds",
            Self::Untold => "untold",
            Self::Torn => "torn",
        }
    }
}

/// One place where an object differs from its template.
#[derive(Clone, PartialEq, Debug)]
pub struct Departure {
    /// JSON pointer within its state (within the template's, if the object lacks something).
    pub at: String,
    /// The kind of the departure.
    pub what: What,
    /// The template's value; none if it has none.
    pub wants: Option<Value>,
}

/// The parts of a kind's rule that judge departures, collected once for each kind.
pub struct Measure<'k> {
    kind: &'k Kind,
    runs: Vec<String>,
    grants: Vec<String>,
    given: Vec<Given>,
}

impl<'k> Measure<'k> {
    /// Of a kind.
    pub fn new(kind: &'k Kind) -> Self {
        let (runs, grants) = (kind.patterns(|r| &r.runs), kind.patterns(|r| &r.grants));
        Self { kind, runs, grants, given: kind.given() }
    }

    /// The part of an owner's template that an object follows, in the form of the object's state; none if there is no template.
    pub fn template(&self, owner: &Value, follows: &BTreeMap<String, String>) -> Option<Value> {
        let mut made = Value::Null;
        for (own, source) in follows {
            if let Some(part) = owner.pointer(source) {
                set(&mut made, own, part.clone());
            }
        }
        (!made.is_null()).then(|| split(self.kind, made, &[]).state)
    }

    /// Where a state departs from its template, at the pointers that follow it.
    pub fn departures(&self, state: &Value, template: &Value, follows: &BTreeMap<String, String>) -> Vec<Departure> {
        let name = meta::text(state, "/metadata/name");
        let mut walk = Walk { measure: self, state, name, out: Vec::new() };
        for own in follows.keys() {
            walk.pair(template.pointer(own), state.pointer(own), own);
        }
        walk.out
    }
}

struct Walk<'a, 'k> {
    measure: &'a Measure<'k>,
    state: &'a Value,
    name: &'a str,
    out: Vec<Departure>,
}

impl Walk<'_, '_> {
    fn pair(&mut self, wants: Option<&Value>, has: Option<&Value>, at: &str) {
        let nothing = Value::Null;
        if wants.unwrap_or(&nothing) == has.unwrap_or(&nothing) || self.is_given(wants, has, at) {
            return;
        }
        let (no_map, no_list) = (Map::new(), Vec::new());
        let deeper = || self.measure.given.iter().any(|g| is_within(&g.at, at));
        match (wants, has) {
            (Some(Value::Object(x)), Some(Value::Object(y))) => self.maps(x, y, at),
            (None, Some(Value::Object(y))) if deeper() => self.maps(&no_map, y, at),
            (Some(Value::Array(x)), Some(Value::Array(y))) => self.lists(x, y, at),
            (None, Some(Value::Array(y))) if deeper() => self.lists(&no_list, y, at),
            _ => self.departs(wants, has, at),
        }
    }

    fn maps(&mut self, wants: &Map, has: &Map, at: &str) {
        for key in wants.keys().chain(has.keys().filter(|k| !wants.contains_key(k))) {
            self.pair(wants.get(key), has.get(key), &join(at, key));
        }
    }

    /// Elements are paired by their name or their mount path; those without either, by their content. Lists of texts are one value.
    fn lists(&mut self, wants: &[Value], has: &[Value], at: &str) {
        if wants.iter().chain(has).any(|v| !v.is_object()) {
            return self.departs(Some(&Value::from(wants)), Some(&Value::from(has)), at);
        }
        let key = ["name", "mountPath"].into_iter().find(|k| [wants, has].iter().all(|list| is_keyed(list, k)));
        let same = |x: &Value, y: &Value| key.map_or(x == y, |k| x.get(k) == y.get(k));
        for (j, item) in has.iter().enumerate() {
            let at = join(at, &j.to_string());
            match wants.iter().find(|w| same(w, item)) {
                Some(wants) => self.pair(Some(wants), Some(item), &at),
                // An added element is added as a whole.
                None if self.is_given(None, Some(item), &at) => {}
                None => self.departs(None, Some(item), &at),
            }
        }
        for (i, item) in wants.iter().enumerate().filter(|(_, w)| !has.iter().any(|h| same(w, h))) {
            self.pair(Some(item), None, &join(at, &i.to_string()));
        }
    }

    fn departs(&mut self, wants: Option<&Value>, has: Option<&Value>, at: &str) {
        let of = |patterns: &[String]| patterns.iter().any(|p| covers(p, at));
        let loses = has.is_none() && self.measure.runs.iter().any(|p| is_within(p, at));
        let what = if of(&self.measure.runs) || of(&self.measure.grants) || loses { What::Runs } else { What::Holds };
        self.out.push(Departure { at: at.to_owned(), what, wants: wants.cloned() });
        // A privilege within an added element.
        if let (What::Holds, Some(has)) = (what, has) {
            let within = self.measure.grants.iter().filter(|p| is_within(p, at));
            let tokens = within.map(|p| tokens(p).split_off(tokens(at).len()));
            let granted = tokens.filter_map(|rest| {
                let place = rest.iter().fold(String::new(), |place, token| join(&place, token));
                let value =
                    has.pointer(&place).filter(|v| !matches!(v, Value::Bool(false)) && v.as_array().is_none_or(|l| !l.is_empty()))?;
                (!value.is_null()).then(|| format!("{at}{place}"))
            });
            let granted: Vec<_> = granted.map(|at| Departure { at, what: What::Runs, wants: None }).collect();
            self.out.extend(granted);
        }
    }

    fn is_given(&self, wants: Option<&Value>, has: Option<&Value>, at: &str) -> bool {
        let Some(has) = has else { return false };
        self.measure.given.iter().filter(|g| matches(&g.at, at)).any(|g| match (&g.like, &g.same_as) {
            (None, None) => true,
            (Some(like), _) => wants.is_none() && self.looks(like, has, has),
            (None, Some(beside)) => {
                let path = tokens(at);
                let (Some(last), Some(above)) = (path.last(), path.get(..path.len().saturating_sub(2))) else { return false };
                let above = if beside.starts_with('/') { &[] } else { above };
                let place = above.iter().fold(String::new(), |place, token| join(&place, token));
                let place = join(&format!("{place}/{}", beside.trim_start_matches('/')), last);
                wants.is_none() && self.state.pointer(&place) == Some(has)
            }
        })
    }

    /// Whether a value (within `whole`) has the form that a rule gives.
    fn looks(&self, like: &Value, value: &Value, whole: &Value) -> bool {
        match (like, value) {
            (Value::String(any), _) if any == "*" => true,
            (Value::String(like), Value::String(text)) => {
                let own = whole.get("name").and_then(Value::as_str).unwrap_or("");
                is_like(&like.replace("{object}", self.name).replace("{name}", own), text)
            }
            (Value::Object(like), Value::Object(map)) => map.iter().all(|(k, v)| like.get(k).is_some_and(|l| self.looks(l, v, whole))),
            (Value::Array(like), Value::Array(list)) => list.iter().all(|v| like.iter().any(|l| self.looks(l, v, whole))),
            _ => like == value,
        }
    }
}

/// Whether every element has a different text at this field.
fn is_keyed(list: &[Value], key: &str) -> bool {
    let keys: Option<Vec<&str>> = list.iter().map(|v| v.get(key)?.as_str()).collect();
    keys.is_some_and(|keys| keys.iter().collect::<std::collections::BTreeSet<_>>().len() == keys.len())
}

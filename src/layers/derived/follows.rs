//! Compares an object that is made from a template with that template (law 4). The object's own rule splits the template, so that
//! defaults and lists mean the same on both sides. The rule declares what controllers and admission always write (`given`).
use crate::kinds::Kind;
use crate::kinds::patterns::{covers, is_like, is_within};
use crate::kinds::rule::Given;
use crate::kinds::split::split;
use crate::model::{meta, words};
use crate::value::{Map, Text, Value, join, push, set, tokens};
use std::collections::BTreeMap;

words! {
    #[derive(PartialOrd, Ord)]
    What {
        /// It runs something else, or as another user: a counter-example.
        Runs = "runs",
        /// It holds more, or something that runs nothing: a doubt.
        Holds = "holds",
        /// No template says what it is: it is compared with what its owner made before.
        Untold = "untold",
        /// Its owner is in no list, because the lists were read at different moments.
        Torn = "torn",
    }
}

/// One place where an object differs from its template.
#[derive(Clone, PartialEq, Debug)]
pub struct Departure {
    /// JSON pointer within its state (within the template's, if the object lacks something).
    pub at: String,
    pub what: What,
    /// The template's value; none if it has none.
    pub wants: Option<Value>,
}

/// The parts of a kind's rule that judge departures, collected once for each kind.
pub struct Measure<'k> {
    kind: &'k Kind,
    runs: Vec<String>,
    grants: Vec<String>,
    given: Vec<(Vec<String>, Given)>,
}

impl<'k> Measure<'k> {
    pub fn new(kind: &'k Kind) -> Self {
        let (runs, grants) = (kind.patterns(|r| &r.runs), kind.patterns(|r| &r.grants));
        Self { kind, runs, grants, given: kind.given().into_iter().map(|given| (tokens(&given.at), given)).collect() }
    }

    /// The part of an owner's template that an object follows, in the form of the object's state; none if there is no template.
    pub fn template(&self, owner: &Value, follows: &BTreeMap<String, String>) -> Option<Value> {
        let mut made = Value::Null;
        for (own, source) in follows {
            if let Some(part) = owner.pointer(source) {
                set(&mut made, own, part.clone());
            }
        }
        (!made.is_null()).then(|| split(self.kind, made, &[], &[]).state)
    }

    /// Where a state departs from its template, at the pointers that follow it.
    pub fn departures(&self, state: &Value, template: &Value, follows: &BTreeMap<String, String>) -> Vec<Departure> {
        let name = meta::text(state, "/metadata/name");
        let maker = meta::controller(state).map(|owner| owner.kind).unwrap_or_default();
        let is_theirs = |i: &usize| self.given.get(*i).is_some_and(|(_, g)| g.owner.is_empty() || g.owner.iter().any(|kind| kind == maker));
        let given = (0..self.given.len()).filter(is_theirs).collect();
        let mut walk = Walk { measure: self, state, name, at: String::new(), depth: 0, given, out: Vec::new() };
        for own in follows.keys() {
            walk.below(&tokens(own), 0, &mut |walk, from| walk.pair(template.pointer(own), state.pointer(own), from));
        }
        walk.out.extend(more_than_made(state));
        walk.out
    }
}

struct Walk<'a, 'k> {
    measure: &'a Measure<'k>,
    state: &'a Value,
    name: &'a str,
    /// Where it is.
    at: String,
    /// The number of tokens of that.
    depth: usize,
    /// The patterns of `given` that lead here, those of the whole before those of the part, which begin at a method's `from`.
    given: Vec<usize>,
    out: Vec<Departure>,
}

impl Walk<'_, '_> {
    /// Does something at a part of the whole whose patterns begin at `from`.
    fn below(&mut self, path: &[impl AsRef<str>], from: usize, work: &mut dyn FnMut(&mut Self, usize)) {
        let Some((token, rest)) = path.split_first() else { return work(self, from) };
        let (whole, end) = (self.at.len(), self.given.len());
        for i in from..end {
            let pattern = self.given[i];
            let wanted = self.measure.given.get(pattern).and_then(|(path, _)| path.get(self.depth));
            self.given.extend(wanted.filter(|wanted| is_like(wanted, token.as_ref())).map(|_| pattern));
        }
        push(&mut self.at, token.as_ref());
        self.depth += 1;
        self.below(rest, end, work);
        self.depth -= 1;
        self.at.truncate(whole);
        self.given.truncate(end);
    }

    /// What may be given here, or within: the number of tokens that its pattern has, and what the rule says of it.
    fn given(&self, from: usize) -> impl Iterator<Item = (usize, &Given)> {
        let here = self.given.get(from..).unwrap_or_default().iter();
        here.filter_map(|pattern| self.measure.given.get(*pattern)).map(|(path, given)| (path.len(), given))
    }

    fn pair(&mut self, wants: Option<&Value>, has: Option<&Value>, from: usize) {
        let nothing = Value::Null;
        if wants.unwrap_or(&nothing) == has.unwrap_or(&nothing) || self.is_given(wants, has, from) {
            return;
        }
        let (no_map, no_list) = (Map::new(), Vec::new());
        let deeper = self.given(from).any(|(len, _)| len > self.depth);
        match (wants, has) {
            (Some(Value::Object(x)), Some(Value::Object(y))) => self.maps(x, y, from),
            (None, Some(Value::Object(y))) if deeper => self.maps(&no_map, y, from),
            (Some(Value::Array(x)), Some(Value::Array(y))) => self.lists(x, y, from),
            (None, Some(Value::Array(y))) if deeper => self.lists(&no_list, y, from),
            _ => self.departs(wants, has),
        }
    }

    fn maps(&mut self, wants: &Map, has: &Map, from: usize) {
        for key in wants.keys().chain(has.keys().filter(|k| !wants.contains_key(k))) {
            self.below(&[key], from, &mut |walk, from| walk.pair(wants.get(key), has.get(key), from));
        }
    }

    /// Elements are paired by their name or their mount path; those without either, by their content. Lists of texts are one value.
    fn lists(&mut self, wants: &[Value], has: &[Value], from: usize) {
        if wants.iter().chain(has).any(|v| !v.is_object()) {
            return self.departs(Some(&Value::from(wants)), Some(&Value::from(has)));
        }
        let key = ["name", "mountPath"].into_iter().find(|k| [wants, has].iter().all(|list| is_keyed(list, k)));
        let same = |x: &Value, y: &Value| key.map_or(x == y, |k| x.get(k) == y.get(k));
        for (j, item) in has.iter().enumerate() {
            let wanted = wants.iter().find(|w| same(w, item));
            self.below(&[j.to_string()], from, &mut |walk, from| match wanted {
                Some(_) => walk.pair(wanted, Some(item), from),
                // An added element is added as a whole.
                None if walk.is_given(None, Some(item), from) => {}
                None => walk.departs(None, Some(item)),
            });
        }
        for (i, item) in wants.iter().enumerate().filter(|(_, w)| !has.iter().any(|h| same(w, h))) {
            self.below(&[i.to_string()], from, &mut |walk, from| walk.pair(Some(item), None, from));
        }
    }

    fn departs(&mut self, wants: Option<&Value>, has: Option<&Value>) {
        let at = self.at.as_str();
        let of = |patterns: &[String]| patterns.iter().any(|p| covers(p, at));
        let loses = has.is_none() && self.measure.runs.iter().any(|p| is_within(p, at));
        let what = if of(&self.measure.runs) || of(&self.measure.grants) || loses { What::Runs } else { What::Holds };
        let mut found = vec![Departure { at: at.to_owned(), what, wants: wants.cloned() }];
        // A privilege within an added element.
        if let (What::Holds, Some(has)) = (what, has) {
            let within = self.measure.grants.iter().filter(|p| is_within(p, at));
            let tokens = within.map(|p| tokens(p).split_off(self.depth));
            let granted = tokens.filter_map(|rest| {
                let place = rest.iter().fold(String::new(), |place, token| join(&place, token));
                let value =
                    has.pointer(&place).filter(|v| !matches!(v, Value::Bool(false)) && v.as_array().is_none_or(|l| !l.is_empty()))?;
                (!value.is_null()).then(|| format!("{at}{place}"))
            });
            found.extend(granted.map(|at| Departure { at, what: What::Runs, wants: None }));
        }
        self.out.extend(found);
    }

    fn is_given(&self, wants: Option<&Value>, has: Option<&Value>, from: usize) -> bool {
        let Some(has) = has else { return false };
        self.given(from).filter(|(len, _)| *len == self.depth).any(|(_, given)| match (&given.like, &given.same_as) {
            (None, None) => true,
            (Some(like), _) => wants.is_none() && self.looks(like, has, has),
            (None, Some(beside)) => {
                let path = tokens(&self.at);
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
            (Value::Object(like), Value::Object(map)) => {
                // What must look like something must be there: no key of a toleration means every key.
                let is_there = |(key, like): (&Text, &Value)| like.as_str() == Some("*") || map.contains_key(key);
                like.iter().all(is_there) && map.iter().all(|(k, v)| like.get(k).is_some_and(|l| self.looks(l, v, whole)))
            }
            (Value::Array(like), Value::Array(list)) => list.iter().all(|v| like.iter().any(|l| self.looks(l, v, whole))),
            _ => like == value,
        }
    }
}

/// What no controller gives to what it makes: another owner besides itself, and what holds it when it is to go. The garbage collector's own marks
/// are there while it goes.
fn more_than_made(state: &Value) -> impl Iterator<Item = Departure> {
    let held = meta::list(state, "/metadata/finalizers").enumerate();
    let held = held.filter(|(_, by)| !by.as_str().is_some_and(|by| matches!(by, "foregroundDeletion" | "orphan")));
    let owners = (1..meta::owners(state).count()).map(|i| format!("/metadata/ownerReferences/{i}"));
    let places = held.map(|(i, _)| format!("/metadata/finalizers/{i}")).chain(owners).collect::<Vec<_>>();
    places.into_iter().map(|at| Departure { at, what: What::Holds, wants: None })
}

/// Whether every element has a different text at this field.
fn is_keyed(list: &[Value], key: &str) -> bool {
    let keys: Option<Vec<&str>> = list.iter().map(|v| v.get(key)?.as_str()).collect();
    keys.is_some_and(|keys| keys.iter().collect::<std::collections::BTreeSet<_>>().len() == keys.len())
}

//! Churn is data (law 14), and so are the values that a cluster generates (law 13): for each family one object as its operator writes it, what
//! the operator does to it, which is no change, and what anybody else does to it, which is one. The families stand in `tests/it/churn/families.yaml`.
use crate::samples::{collected, side};
use crate::support::json;
use evid::compare::{Instances, Side, changes};
use evid::kinds::Rules;
use evid::model::{group_of, stem};
use evid::usecase::capture::{Collected, List};
use evid::value::{Value, set};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One family: each edit is a map of pointers to values, `null` takes away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    family: String,
    /// Objects that are there all the time.
    #[serde(default)]
    beside: Vec<Value>,
    object: Value,
    /// What its controller does to the same instance: no change.
    #[serde(default)]
    moves: Vec<Edit>,
    /// What differs where the object is made again: nothing but that it is another instance.
    #[serde(default)]
    again: Vec<Edit>,
    /// That it comes and goes is no change.
    #[serde(default)]
    comes: bool,
    /// What is a change.
    #[serde(default)]
    changes: Vec<Edit>,
    /// What the object must not be if it is to come unseen.
    #[serde(default)]
    strange: Vec<Edit>,
}

type Edit = BTreeMap<String, Value>;

fn families() -> Vec<Family> {
    let text = include_str!("churn/families.yaml");
    let all = evid::canon::yaml::parse(text).unwrap();
    all.into_iter().map(|value| evid::value::from_value(value.clone()).unwrap_or_else(|e| panic!("{e}: {value}"))).collect()
}

fn edited(object: &Value, edit: &Edit) -> Value {
    let mut out = object.clone();
    for (pointer, value) in edit {
        match pointer.rsplit_once('/').filter(|_| value.is_null()) {
            Some((above, last)) => drop(out.pointer_mut(above).and_then(|v| v.as_object_mut()?.remove(&last.replace("~1", "/")))),
            None => assert!(set(&mut out, pointer, value.clone()), "{pointer}"),
        }
    }
    out
}

/// A bundle of nothing but these objects.
fn bundle(objects: &[Value]) -> Side {
    let rules = Rules::new(&[]).unwrap();
    let mut lists: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for object in objects {
        let text = |key: &str| object[key].as_str().unwrap();
        let group = group_of(text("apiVersion")).to_owned();
        let mut object = object.clone();
        let name = object["metadata"]["name"].clone();
        let uid = object["metadata"].as_object_mut().unwrap().entry("uid").or_insert(name);
        assert!(uid.is_string());
        lists.entry((group.clone(), rules.plural(&group, text("kind")))).or_default().push(object);
    }
    let mut all: Collected = collected("before");
    let like = all.lists.first().unwrap().clone();
    let list = |((group, resource), items): ((String, String), Vec<Value>)| List {
        file: stem(&resource, &group),
        group,
        resource: Some(resource),
        items,
        ..like.clone()
    };
    all.lists = lists.into_iter().map(list).collect();
    all.earlier.clear();
    side("bundle", all)
}

/// What changed, as words; `replaced` is left out, which other tests are about.
fn changed(before: &[Value], after: &[Value]) -> Vec<String> {
    let sides = [bundle(before), bundle(after)];
    let instances = Instances::read(&sides, &evid::bundle::config::Config::default().layers().unwrap()).unwrap();
    let found = changes(&sides, &instances, &Rules::new(&[]).unwrap(), 0, 1).unwrap();
    let words = |c: &evid::compare::Change| {
        let fields: Vec<&str> = c.fields.iter().map(|f| &*f.pointer).collect();
        format!("{} {} {}", c.kind.as_str(), c.key.name, fields.join(" "))
    };
    found.iter().map(words).filter(|w| !w.starts_with("replaced ")).collect()
}

#[test]
fn what_a_controller_does_to_its_object_is_no_change_and_what_others_do_is_one() {
    for f in families() {
        let with = |object: &Value| f.beside.iter().cloned().chain([object.clone()]).collect::<Vec<_>>();
        let before = with(&f.object);
        for edit in &f.moves {
            assert_eq!(changed(&before, &with(&edited(&f.object, edit))), [""; 0], "{}: moves {edit:?}", f.family);
        }
        for edit in &f.again {
            let mut again = edited(&f.object, edit);
            again["metadata"]["uid"] = json!("again");
            assert_eq!(changed(&before, &with(&again)), [""; 0], "{}: again {edit:?}", f.family);
        }
        for edit in &f.changes {
            assert_ne!(changed(&before, &with(&edited(&f.object, edit))), [""; 0], "{}: changes {edit:?}", f.family);
        }
    }
}

#[test]
fn what_a_controller_makes_comes_and_goes_and_what_only_looks_like_it_does_not() {
    for f in families() {
        let with = |object: Value| f.beside.iter().cloned().chain([object]).collect::<Vec<_>>();
        let there = with(f.object.clone());
        let (come, gone) = (changed(&f.beside, &there), changed(&there, &f.beside));
        assert_eq!(come.is_empty() && gone.is_empty(), f.comes, "{}: {come:?} {gone:?}", f.family);
        for edit in &f.strange {
            assert!(f.comes, "{}", f.family);
            assert_ne!(changed(&f.beside, &with(edited(&f.object, edit))), [""; 0], "{}: strange {edit:?}", f.family);
        }
    }
}

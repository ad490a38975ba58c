//! Rules are data: each is swept over every object of the samples, and nothing of an object is lost in the split.
use crate::samples;
use crate::support::json;
use evid::canon::json;
use evid::kinds;
use evid::kinds::split::{Facets, join_facets, split};
use evid::kinds::{Rules, health};
use evid::value::{Map, Value};
use proptest::prelude::*;

/// The object whose facets these are.
fn joined(facets: Facets) -> Value {
    let own = |map: Map| map.into_iter().map(|(pointer, value)| (String::from(pointer).into(), value));
    join_facets(facets.state, own(facets.identity).chain(own(facets.noise)).collect(), own(facets.order).collect())
}

#[test]
fn every_rule_file_is_named_by_its_kind_and_names_a_known_health_reader() {
    let rules = Rules::new(&[]).unwrap();
    for kind in rules.iter() {
        let stem = kind.rule.stem();
        assert!(kinds::files().iter().any(|(s, _)| *s == stem), "{stem} has no file of its name");
        assert!(!kind.rule.because.is_empty(), "{stem} does not say why");
        if let Some(reader) = &kind.rule.health {
            assert!(health::vocabulary().any(|w| w == reader), "{stem}: no health reader is called {reader}");
        }
    }
    let named = kinds::files().iter().filter(|(s, _)| !s.starts_with('_')).count();
    assert_eq!(rules.iter().count(), named, "two files have one kind");
}

#[test]
fn every_sample_object_is_its_facets_again() {
    let rules = Rules::new(&[]).unwrap();
    let mut seen = 0;
    for name in ["before", "off", "on"] {
        for list in samples::collected(name).lists {
            for item in list.items {
                let group = item["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(g, _)| g);
                let kind = rules.of(group, item["kind"].as_str().unwrap());
                let facets = split(kind, item.clone(), &["/spec/replicas".into()], &[]);
                assert_eq!(joined(facets), item, "{}", item["metadata"]["name"]);
                seen += 1;
            }
        }
    }
    assert!(seen > 300, "{seen} objects");
}

#[test]
fn state_is_free_of_what_the_server_keeps_for_itself() {
    let rules = Rules::new(&[]).unwrap();
    for list in samples::collected("before").lists {
        for item in list.items {
            let group = item["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(g, _)| g);
            let kind = item["kind"].as_str().unwrap().to_owned();
            let mut state = split(rules.of(group, &kind), item, &[], &[]).state;
            // What runs on a node stands in its status alone, and which devices it offers.
            if kind == "Node" {
                let status = state.as_object_mut().and_then(|node| node.remove("status")).unwrap();
                let part = |name: &str| status[name].as_object().into_iter().flat_map(|part| part.keys());
                assert!(
                    status.as_object().unwrap().keys().all(|k| ["allocatable", "capacity", "nodeInfo"].contains(&k.as_str())),
                    "{status}"
                );
                assert!(part("allocatable").chain(part("capacity")).all(|device| device.contains('/')), "{status}");
            }
            for pointer in [
                "/status",
                "/metadata/uid",
                "/metadata/resourceVersion",
                "/metadata/generation",
                "/metadata/creationTimestamp",
                "/metadata/managedFields",
            ] {
                assert!(state.pointer(pointer).is_none(), "{pointer} is in the state of {}", state["metadata"]["name"]);
            }
        }
    }
}

#[test]
fn an_unknown_kind_is_state_but_for_status_and_bookkeeping() {
    let rules = Rules::new(&[]).unwrap();
    let object = json!({"apiVersion": "x.example/v1", "kind": "Gadget", "metadata": {"name": "g", "uid": "u", "finalizers": ["b", "a"]}, "spec": {"a": [2, 1]}, "status": {"x": 1}});
    let facets = split(rules.of("x.example", "Gadget"), object.clone(), &[], &[]);
    assert_eq!(
        facets.state,
        json!({"apiVersion": "x.example/v1", "kind": "Gadget", "metadata": {"name": "g", "finalizers": ["a", "b"]}, "spec": {"a": [2, 1]}})
    );
    assert_eq!(joined(facets), object);
}

#[test]
fn the_order_of_maps_in_lists_means_nothing_and_the_order_of_init_containers_does() {
    let rules = Rules::new(&[]).unwrap();
    let state = |containers: Value, init: Value, env: Value| {
        let mut containers = containers;
        containers[0]["env"] = env;
        let spec = json!({"template": {"spec": {"containers": containers, "initContainers": init}}});
        split(
            rules.of("apps", "Deployment"),
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}),
            &[],
            &[],
        )
        .state
    };
    let (a, b) = (json!({"name": "a"}), json!({"name": "b"}));
    let plain = json!([{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]);
    let turned = json!([{"name": "Y", "value": "2"}, {"name": "X", "value": "1"}]);
    let base = state(json!([a, b]), json!([a, b]), plain.clone());
    assert_eq!(base, state(json!([a, b]), json!([a, b]), turned));
    assert_ne!(base, state(json!([a, b]), json!([b, a]), plain));
    let refer = json!([{"name": "X", "value": "1"}, {"name": "Y", "value": "$(X)"}]);
    let refer_turned = json!([{"name": "Y", "value": "$(X)"}, {"name": "X", "value": "1"}]);
    assert_ne!(state(json!([a]), json!([]), refer), state(json!([a]), json!([]), refer_turned));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z/~]{0,6}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 48, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("(name|status|spec|uid|metadata|containers|env|[a-z~/]{1,4})", inner, 0..5)
                .prop_map(|m| Value::Object(m.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]
    #[test]
    fn whatever_an_object_is_its_facets_are_it(mut value in any_json(), kind in prop::sample::select(vec!["Deployment", "Service", "Pod", "Application", "Gadget"])) {
        if !value.is_object() { value = json!({"spec": value}); }
        let rules = Rules::new(&[]).unwrap();
        let group = match kind { "Deployment" => "apps", "Application" => "argoproj.io", _ => "" };
        let facets = split(rules.of(group, kind), value.clone(), &["/spec/replicas".into()], &[]);
        prop_assert_eq!(json::to_text(&joined(facets)), json::to_text(&value));
    }
}

#[test]
fn a_rule_of_ones_own_takes_no_other_kinds_plural() {
    let rule = |kind: &str, plural: &str| evid::kinds::rule::Rule { kind: kind.into(), plural: plural.into(), ..Default::default() };
    for own in [vec![rule("Aaa", "pods")], vec![rule("Aaa", "aaas"), rule("Bbb", "aaas")]] {
        let said = Rules::new(&own).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(said.contains("its plural"), "{said}");
    }
    assert!(Rules::new(&[rule("Aaa", "aaas")]).is_ok());
}

#[test]
fn a_rollout_that_calls_itself_healthy_and_has_too_few_pods_is_not() {
    let health = |available: u64| {
        let rollout = json!({"spec": {"replicas": 2}, "status": {"phase": "Healthy", "availableReplicas": available}});
        health::read("rollout", &rollout).unwrap().health.as_str()
    };
    assert_eq!((health(2), health(1)), ("healthy", "unhealthy"));
}

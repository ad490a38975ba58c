//! Placing reads a part of each object (`layers::Lean`): for every kind that has a rule, and each way by which that rule leads to
//! another object, it comes to what whole objects come to.
use crate::support::json;
use evid::argo::Here;
use evid::bundle::config::Config;
use evid::kinds::Rules;
use evid::kinds::rule::Relation;
use evid::layers::{Context, Lean, place};
use evid::model::{Key, KeyRef, Object, Objects, Placement};
use evid::value::{Value, join, set};
use std::borrow::Cow;

/// Objects of which placing gets only what it is said to read.
struct Parted<'a>(&'a [Object], &'a Rules);

impl Objects for Parted<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn key(&self, at: usize) -> KeyRef<'_> {
        self.0[at].key.parts()
    }
    fn plural(&self, at: usize) -> &str {
        &self.0[at].plural
    }
    fn uid(&self, at: usize) -> &str {
        &self.0[at].uid
    }
    fn lean(&self, at: usize) -> Option<Cow<'_, Object>> {
        let mut object = self.0.get(at)?.clone();
        object.value = Lean::of(&object.key.group, &object.key.kind, self.1).cut(&object.value, &object.key.name);
        Some(Cow::Owned(object))
    }
    fn whole(&self, at: usize) -> Option<Cow<'_, Object>> {
        self.0.get(at).map(Cow::Borrowed)
    }
}

const NAME: &str = "data-set-0";

fn object(group: &str, kind: &str, namespace: &str, name: &str, value: Value) -> Object {
    let key = Key::new(group, kind, namespace, name);
    Object { plural: kind.to_lowercase(), uid: format!("uid of {key}"), key, value, file: String::new() }
}

fn application(name: &str, parent: Option<&str>, lists: &[&Key]) -> Object {
    let entry = |k: &&Key| json!({"group": k.group, "kind": k.kind, "namespace": k.namespace, "name": k.name, "status": "Synced"});
    let id = parent.map(|p| format!("{p}:argoproj.io/Application:argocd/{name}"));
    let value = json!({
        "metadata": {"annotations": {"argocd.argoproj.io/tracking-id": id}},
        "spec": {"destination": {"server": "https://kubernetes.default.svc", "namespace": "away"}},
        "status": {"controllerNamespace": "argocd", "sync": {"status": "Synced"}, "resources": lists.iter().map(entry).collect::<Vec<_>>()},
    });
    object("argoproj.io", "Application", "argocd", name, value)
}

/// Puts a value at a pointer, in which each `*` is the second element of a list.
fn nested(value: &mut Value, pointer: &str, wanted: Value) {
    let Some((list, rest)) = pointer.split_once("/*") else {
        set(value, pointer, wanted);
        return;
    };
    let mut element = Value::Null;
    nested(&mut element, rest, wanted);
    set(value, list, Value::Array(vec![json!({"name": "another"}), element]));
}

/// Makes the object lead to the target, by this relation alone.
fn relate(from: &mut Object, target: &mut Object, relation: &Relation) {
    let text = |text: &str| Value::from(text);
    if let Some(label) = &relation.namespace_label {
        set(&mut from.value, &join("/metadata/labels", label), text(&target.key.namespace));
    }
    if let Some(at) = &relation.namespace_at {
        set(&mut from.value, at, text(&target.key.namespace));
    }
    if let Some(label) = &relation.label {
        set(&mut from.value, &join("/metadata/labels", label), text(&target.key.name));
    } else if let Some(annotation) = &relation.annotation {
        set(&mut from.value, &join("/metadata/annotations", annotation), text(&target.key.name));
    } else if let Some(at) = &relation.name_at {
        set(&mut from.value, at, text(&target.key.name));
    } else if let Some(at) = &relation.at {
        let reference = json!({"namespace": target.key.namespace, "name": target.key.name, "uid": target.uid});
        nested(&mut from.value, at, reference);
    } else if let Some(at) = &relation.accounts_at {
        let (kind, name) = match &*relation.to {
            "Namespace" => ("Group", format!("system:serviceaccounts:{}", target.key.name)),
            _ => ("User", format!("system:serviceaccount:{}:{}", target.key.namespace, target.key.name)),
        };
        nested(&mut from.value, at, json!({"kind": kind, "name": name}));
    } else if let Some(at) = &relation.host_at {
        nested(&mut from.value, at, format!("{}.{}.svc.cluster.local", target.key.name, target.key.namespace).into());
    } else if let Some(driver) = relation.drivers.first() {
        set(&mut target.value, "/spec/csi", json!({"driver": driver, "volumeHandle": NAME}));
        if let Some(at) = &relation.handle_at {
            set(&mut from.value, at, text(NAME));
        }
    } else if relation.serves {
        set(&mut from.value, "/spec", json!({"group": "g", "version": "v1"}));
        set(&mut target.value, "/spec", json!({"group": "g", "versions": [{"name": "v1", "served": true}]}));
    } else if relation.claim_template {
        set(&mut target.value, "/spec", json!({"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}));
    }
    if let Some(annotation) = &relation.kind_annotation {
        let kind = format!("{}.{}", target.key.kind, target.key.group);
        set(&mut from.value, &join("/metadata/annotations", annotation), kind.into());
    }
    if let Some(pointer) = &relation.names_it {
        set(&mut target.value, pointer, text(NAME));
    }
    if let Some(back) = &relation.back {
        set(&mut target.value, back, text(NAME));
    }
}

/// Places the object, a target that an Application of the switched layer has, and what that needs: by parts and whole.
fn placed(from: Object, mut target: Object, is_listed: bool, rules: &Rules) -> (Placement, Placement) {
    let (group, key) = (&target.key.group, &target.key);
    let id = format!("child:{group}/{}:{}/{}", key.kind, key.namespace, key.name);
    set(&mut target.value, "/metadata/annotations/argocd.argoproj.io~1tracking-id", Value::from(id));
    let child = application("child", Some("root-optional"), &[&target.key, &from.key][..if is_listed { 2 } else { 1 }]);
    let root = application("root-optional", None, &[&child.key]);
    let own = from.key.clone();
    let mut all = vec![root, child, target, from];
    all.sort_by(|a, b| a.key.cmp(&b.key));
    let layers = Config::default().layers().unwrap();
    let ask = |objects: &dyn Objects| {
        let context = Context::new(objects, rules, &layers, &Config::default().scope_label, &Here::default());
        let at = objects.find(own.parts()).unwrap();
        place(&context).of(&context, at, false)
    };
    (ask(&Parted(&all, rules)), ask(&&all[..]))
}

#[test]
fn every_relation_of_every_rule_is_followed_by_the_fields_that_placing_reads() {
    let rules = Rules::new(&[]).unwrap();
    let mut seen = 0;
    for kind in rules.iter() {
        let rule = &kind.rule;
        for relation in kind.relations() {
            for stays in [false, true] {
                let mut from = object(&rule.group, &rule.kind, "elsewhere", NAME, json!({}));
                // A definition is named by its plural and its group, and the API server takes no other name.
                let name = match relation {
                    _ if relation.same_name => NAME,
                    _ if relation.serves => "sets.g",
                    _ => "set",
                };
                // A copy is in another namespace than what it is a copy of.
                let space = match relation {
                    _ if relation.same_name && relation.namespace_label.is_some() => "original",
                    _ if relation.to == "Namespace" => "",
                    _ => "elsewhere",
                };
                // One that an annotation names may be of any kind.
                let (group, to) =
                    if relation.kind_annotation.is_some() { ("db.example.org", "Database") } else { (&*relation.group, &*relation.to) };
                let mut target = object(group, to, space, name, json!({}));
                if from.key == target.key || from.key.is_argo("Application") {
                    continue;
                }
                relate(&mut from, &mut target, relation);
                if stays {
                    set(&mut target.value, "/metadata/annotations/helm.sh~1resource-policy", "keep".into());
                }
                let (parted, whole) = placed(from, target, relation.listed, &rules);
                assert_eq!(parted, whole, "{} by {relation:?}", rule.kind);
                assert_eq!(whole.layer, "optional", "{} by {relation:?} leads nowhere, so this test tells nothing", rule.kind);
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen} relations");
}

#[test]
fn every_kind_is_placed_by_its_owner_its_mark_and_its_label_from_the_fields_that_placing_reads() {
    let rules = Rules::new(&[]).unwrap();
    let owner = json!([{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "set", "uid": "uid of StatefulSet.apps elsewhere/set"}]);
    let label = Config::default().scope_label;
    let mut seen = 0;
    for rule in rules.iter().map(|k| &k.rule).filter(|r| !r.kind.is_empty() && r.kind != "Application") {
        let id = format!("child:{}/{}:elsewhere/{NAME}", rule.group, rule.kind);
        for (pointer, value, listed) in [
            ("/metadata/ownerReferences".to_owned(), owner.clone(), false),
            ("/metadata/annotations/argocd.argoproj.io~1tracking-id".into(), json!(id), false),
            ("/metadata/annotations/argocd.argoproj.io~1tracking-id".into(), json!(id), true),
            (join("/metadata/labels", &label), json!("optional"), false),
        ] {
            let mut from = object(&rule.group, &rule.kind, "elsewhere", NAME, json!({}));
            set(&mut from.value, &pointer, value);
            let target = object("apps", "StatefulSet", "elsewhere", "set", json!({}));
            if from.key == target.key {
                continue;
            }
            let (parted, whole) = placed(from, Object { uid: "uid of StatefulSet.apps elsewhere/set".into(), ..target }, listed, &rules);
            assert_eq!(parted, whole, "{} by {pointer}", rule.kind);
            assert_eq!(whole.layer, "optional", "{} by {pointer} leads nowhere, so this test tells nothing", rule.kind);
            seen += 1;
        }
    }
    assert!(seen > 400, "{seen} placements");
}

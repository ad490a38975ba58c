//! What the doctor finds on the demo's platform in this process, whole and with one thing wrong; its words; its roles.
#[cfg(feature = "kube")]
mod binary;

use crate::support::cluster::{Cluster, Parallel, World, app_path, path, status};
use evid::argo::Here;
use evid::kinds::Rules;
use evid::model::{Layer, Role};
use evid::render;
use evid::usecase::cluster::port::{Method, NoReply};
use evid::usecase::doctor::{Code, Doctor, Examined, Line, complete, examine};
use evid::usecase::rights::Purpose;
use evid_demo::faults::{Action, Denied, Rule};
use evid_demo::platform::still;
use evid_demo::seed::seed;
use evid_demo::world::resource::builtin;
use evid_demo::world::store::Store;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::sync::{Arc, Mutex};

/// The recorded platform at this time; its switch has another name than evid expects where nobody tells it.
pub fn store(now: chrono::DateTime<chrono::Utc>) -> Store {
    let mut store = Store::new(builtin());
    for object in seed(now, b"doctor").unwrap().objects {
        let renamed = object.to_string().replace("root-optional", "root-extras");
        store.import(serde_json::from_str(&renamed).unwrap()).unwrap();
    }
    store
}

/// … in this process; nothing moves it.
fn platform(store: Store) -> World {
    World::of(evid_demo::World::of(still(store), now()))
}

fn now() -> chrono::DateTime<chrono::Utc> {
    "2026-11-24T08:00:00.5Z".parse().unwrap()
}

fn app(name: &str, children: &[&str]) -> Value {
    let resources: Vec<Value> =
        children.iter().map(|c| json!({"group": "argoproj.io", "kind": "Application", "namespace": "argocd", "name": c})).collect();
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"destination": {"server": "https://kubernetes.default.svc"}, "syncPolicy": {"automated": {"prune": true, "selfHeal": true}}},
        "status": {"controllerNamespace": "argocd", "reconciledAt": "2026-11-24T07:59:00Z", "resources": resources}})
}

fn layer(name: &str, role: Role, root: &str) -> Layer {
    Layer { name: name.into(), role, root: root.into(), root_namespace: None, namespaces: vec![] }
}

pub fn run(review: bool, change: impl FnOnce(&mut World)) -> (Examined, Vec<String>) {
    let layers = [layer("core", Role::Protected, "root-apps"), layer("extras", Role::Switched, "root-extras")];
    let mut world = platform(store(now()));
    change(&mut world);
    run_on(&layers, review, world)
}

fn run_on(layers: &[Layer], review: bool, mut world: World) -> (Examined, Vec<String>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = asked.clone();
    world.instead.insert(
        0,
        Box::new(move |_, ask| {
            log.lock().unwrap().push(format!("{} {}", ask.method.as_str(), ask.path));
            None
        }),
    );
    let cluster = Parallel(Mutex::new(Cluster(RefCell::new(world))));
    let rules = Rules::new(&[]).unwrap();
    let examined = examine(&Doctor {
        api: &cluster,
        clock: &cluster,
        rules: &rules,
        layers: Some(layers),
        here: &Here::default(),
        hub: None,
        home: "default",
        review,
    });
    for line in &examined.lines {
        let (detail, next) = render::doctor::words(line);
        assert!(
            !detail.is_empty() && !detail.contains('{') && !next.contains('{'),
            "{}: a value has no words or a word no value: {detail}; {next}",
            line.code
        );
    }
    let asked = std::mem::take(&mut *asked.lock().unwrap());
    (examined, asked)
}

/// The codes that are not `ok`.
fn ill(lines: &[Line]) -> Vec<String> {
    let ill = lines.iter().filter(|l| l.level.as_str() != "ok");
    ill.map(|l| format!("{} {}", l.level.as_str(), l.code)).collect()
}

/// Answers so whatever has a path that ends so.
pub fn answers(end: &'static str, code: u16, body: Value) -> impl FnOnce(&mut World) {
    let say = Action::Say(code, "application/json", body.to_string().into_bytes());
    move |world| world.faults.set(vec![Rule::on("*", &format!(r"{end}(\?|$)"), say).unwrap()])
}

fn refuses(end: &'static str) -> impl FnOnce(&mut World) {
    answers(end, 403, json!({"message": "no"}))
}

fn ops() -> impl FnOnce(&mut World) {
    answers("/selfsubjectreviews", 201, json!({"status": {"userInfo": {"username": "jane", "groups": ["ops", "system:authenticated"]}}}))
}

#[test]
fn a_platform_that_is_well_has_nothing_but_ok_and_is_only_read() {
    let (examined, asked) = run(true, ops());
    assert!(ill(&examined.lines).is_empty(), "{:?}", ill(&examined.lines));
    assert!(examined.missing.is_empty());
    assert!(asked.iter().all(|a| a.starts_with("GET ") || a.ends_with("reviews")), "{asked:?}");
    assert!(asked.iter().all(|a| !a.contains("secrets")), "no Secret is asked for: {asked:?}");
    let text = render::doctor::text(&examined.lines, false);
    for words in
        ["Argo CD v3.2.11 in namespace argocd", "extras (switched): root argocd/root-extras, automated, 8 children (8 alive)", "jane (ops)"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn each_thing_that_is_wrong_is_named_and_nothing_else() {
    type Change = Box<dyn FnOnce(&mut World)>;
    fn case(change: impl FnOnce(&mut World) + 'static, want: &'static [&'static str]) -> (Change, &'static [&'static str]) {
        (Box::new(change), want)
    }
    /// The controller runs this image, in so many pods that are ready.
    fn controller(image: &str, ready: u32) -> impl FnOnce(&mut World) {
        let containers = json!([{"name": "argocd-application-controller", "image": image}]);
        let change = json!({"spec": {"template": {"spec": {"containers": containers}}}, "status": {"readyReplicas": ready}});
        move |world| world.patch(&path("statefulsets", "argocd", "argocd-application-controller"), &change)
    }
    fn says(data: Value) -> impl FnOnce(&mut World) {
        move |world| world.patch(&path("configmaps", "argocd", "argocd-cm"), &json!({"data": data}))
    }
    fn without(gone: impl Fn(&str) -> bool) -> impl FnOnce(&mut World) {
        move |world| {
            let apps = world.within("argocd").into_iter().filter(|p| p.contains("/applications/"));
            apps.filter(|p| gone(p)).for_each(|p| world.remove(&p));
        }
    }
    fn with(app: Value) -> impl FnOnce(&mut World) {
        move |world| drop(world.add(app))
    }
    fn but(mut app: Value, pointer: &str, value: Value) -> Value {
        *app.pointer_mut(pointer).unwrap() = value;
        app
    }
    let unmanaged = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "lost", "namespace": "team"},
        "spec": {"destination": {"name": "in-cluster"}}});
    let cases = [
        case(refuses("/version"), &["note version.hidden"]),
        case(refuses("/selfsubjectreviews"), &["note login.not-told"]),
        case(refuses("/selfsubjectaccessreviews"), &["problem access.unseen"]),
        case(refuses("/applicationsets"), &["problem argo.unseen"]),
        case(refuses("/configmaps"), &["problem argo.unseen", "problem argo.unseen"]),
        case(refuses("/statefulsets"), &["note argo.version-unseen", "note argo.tracking-unknown"]),
        case(refuses("/customresourcedefinitions"), &["note argo.schema-unseen"]),
        case(controller("argocd:v2.14.1", 0), &["problem argo.controller-down", "note argo.tracking-label"]),
        case(controller("argocd:v4.0.0", 1), &["note argo.version-other"]),
        case(
            |world| {
                let older = json!({"spec": {"versions": []}});
                world.patch(&path("customresourcedefinitions", "", "applications.argoproj.io"), &older);
            },
            &["note argo.kinds-older"],
        ),
        case(says(json!({"application.resourceTrackingMethod": "label"})), &["note argo.tracking-label"]),
        case(says(json!({"timeout.reconciliation": "0"})), &["note argo.no-interval"]),
        case(
            |world| {
                says(json!({"timeout.reconciliation": "10s", "timeout.reconciliation.jitter": "0s"}))(world);
                world.now += chrono::TimeDelta::minutes(1);
            },
            &["problem argo.not-reconciling"],
        ),
        case(without(|_| true), &["note argo.no-applications", "problem layers.no-roots"]),
        case(without(|p| p.ends_with("/root-apps") || p.ends_with("/root-extras")), &["problem layers.other-roots"]),
        case(without(|p| p.ends_with("/root-extras")), &["problem layers.root-missing"]),
        case(with(but(app("lost", &[]), "/metadata/namespace", json!("team"))), &[]),
        case(with(unmanaged), &["problem argo.unmanaged"]),
        case(with(but(app("far", &[]), "/spec/destination/server", json!("https://far"))), &["note argo.elsewhere"]),
        case(with(but(app("other", &[]), "/status/controllerNamespace", json!("argocd-2"))), &["note argo.several"]),
        case(with(app("all", &["root-extras"])), &["note layers.switch-managed"]),
        case(
            |world| *world = platform(Store::new(builtin().into_iter().filter(|r| r.group != "argoproj.io").collect())),
            &["problem argo.none", "problem layers.no-roots"],
        ),
    ];
    let found = cases.into_iter().enumerate().map(|(i, (change, want))| (i, ill(&run(true, change).0.lines), want));
    let wrong: Vec<_> = found.filter(|(_, found, want)| found != want).collect();
    assert!(wrong.is_empty(), "case, found, wanted: {wrong:#?}");
}

#[test]
fn a_stale_group_is_named() {
    let (examined, _) = run(true, |world| world.faults.stale(vec!["metrics.k8s.io/v1beta1".into()]));
    assert_eq!(ill(&examined.lines), ["problem kinds.unknown"]);
    assert!(render::doctor::text(&examined.lines, false).contains("metrics.k8s.io/v1beta1"));
}

#[test]
fn what_rests_on_an_unseen_thing_is_not_guessed() {
    let (examined, asked) = run(true, |world| {
        world.instead.push(Box::new(|_, _| Some(Err(NoReply::Cut("tcp connect error: Connection refused".into())))));
    });
    assert_eq!((ill(&examined.lines), asked.len()), (vec!["problem server.refused".to_owned()], 1));
    let (examined, _) = run(true, |world| {
        world.instead.push(Box::new(|_, ask| (ask.method == Method::Post).then(|| Ok(status(401, "Unauthorized")))));
    });
    assert_eq!(ill(&examined.lines), ["problem login.refused"]);
    let (examined, _) = run(true, refuses("/applications"));
    assert_eq!(ill(&examined.lines)[..1], ["problem argo.unseen"]);
    assert!(ill(&examined.lines).contains(&"problem layers.unseen".to_owned()), "{:?}", ill(&examined.lines));
    assert!(!examined.lines.iter().any(|l| l.code == Code::LayersNoRoots), "unseen is not absent");
}

#[test]
fn a_root_that_is_going_is_a_problem() {
    let (examined, _) = run(true, |world| world.delete(&app_path("root-extras")));
    assert_eq!(ill(&examined.lines), ["problem layers.root-deleting"]);
}

#[test]
fn without_reviews_nothing_is_posted_and_that_is_said() {
    let (examined, asked) = run(false, |_| {});
    assert_eq!(ill(&examined.lines), ["note login.not-asked", "note access.not-asked"]);
    assert!(asked.iter().all(|a| a.starts_with("GET ")), "{asked:?}");
}

#[test]
fn a_layer_that_is_not_switched_and_a_configuration_without_a_switch_are_told_apart() {
    let (examined, _) = run_on(&[layer("core", Role::Protected, "root-apps")], true, platform(store(now())));
    assert_eq!(ill(&examined.lines), ["note layers.no-switch"]);
}

#[test]
fn rights_are_asked_one_by_one_only_where_the_wildcard_is_denied_and_only_what_is_missing_is_printed() {
    let denied = |verb: &str, resource: &str| Denied { verb: verb.into(), resource: resource.into(), namespace: String::new() };
    let reviews = |asked: &[String]| asked.iter().filter(|a| a.contains("accessreviews")).count();
    let all = reviews(&run(true, |_| {}).1);
    let (examined, asked) = run(true, |world| world.faults.deny(vec![denied("list", "secrets")]));
    assert!(ill(&examined.lines).is_empty(), "the wildcard grants it: {:?}", ill(&examined.lines));
    assert_eq!(reviews(&asked), all);
    let (examined, asked) = run(true, |world| {
        let lacks = [("list", "*.*"), ("list", "secrets"), ("create", "pods/exec"), ("patch", "applications.argoproj.io")];
        world.faults.deny(lacks.map(|(verb, resource)| denied(verb, resource)).to_vec());
    });
    assert_eq!(ill(&examined.lines), ["problem access.capture-missing", "note access.probes-missing", "note access.switch-missing"]);
    let kinds = examined.lines.iter().find(|l| l.code == Code::KindsFound).unwrap();
    assert_eq!(kinds.values, [("count", (reviews(&asked) - all).to_string())], "each kind once");
    let yaml = render::rbac::missing(&examined.missing, &[]);
    let role = evid::canon::yaml::parse(&yaml).unwrap().remove(0);
    let rules = json!([
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]},
        {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]},
        {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["patch"]}
    ]);
    assert_eq!(role["rules"], evid::value::Value::from(rules));
}

#[test]
fn roles_for_captures_only_list_and_never_get_on_a_wildcard() {
    let rights = complete(None);
    let capture: Vec<_> = rights.iter().filter(|r| r.purpose == Purpose::Capture).map(|r| (&*r.group, &*r.resource, r.verb)).collect();
    assert_eq!(capture, [("*", "*", "list")], "`get` on `*` covers pods/exec");
    assert!(rights.iter().all(|r| r.purpose == Purpose::Capture || r.resource != "*"));
}

//! What the doctor finds, over an API server in memory; its words; its roles.
use evid::kinds::Rules;
use evid::model::{Layer, Role};
use evid::render;
use evid::usecase::cluster::port::{Api, Ask, Clock, Method, NoReply, Reply};
use evid::usecase::doctor::{Code, Doctor, Examined, Line, complete, examine};
use evid::usecase::rights::Purpose;
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;

const NOW: &str = "2026-11-24T08:00:00.5Z";

/// A platform that is well; `other` may answer in its place.
struct Server<F> {
    other: F,
    asked: Mutex<Vec<String>>,
}

impl<F: Fn(&Ask) -> Option<Result<Reply, NoReply>> + Sync> Api for Server<F> {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        self.asked.lock().unwrap().push(format!("{} {}", ask.method.as_str(), ask.path));
        (self.other)(ask).unwrap_or_else(|| Ok(well(ask)))
    }
}

struct Still;

impl Clock for Still {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::parse_from_rfc3339(NOW).unwrap().with_timezone(&chrono::Utc)
    }
    fn sleep(&self, _: Duration) -> bool {
        true
    }
}

pub fn reply(status: u16, body: &Value) -> Reply {
    Reply { status, body: body.to_string().into_bytes(), date: Some("Tue, 24 Nov 2026 08:00:00 GMT".into()), warnings: vec![] }
}

fn answer(body: &Value) -> Option<Result<Reply, NoReply>> {
    Some(Ok(reply(200, body)))
}

fn list(kind: &str, items: Value) -> Value {
    json!({"kind": kind, "apiVersion": "v1", "metadata": {"resourceVersion": "90"}, "items": items})
}

fn app(name: &str, children: &[&str]) -> Value {
    let resources: Vec<Value> =
        children.iter().map(|c| json!({"group": "argoproj.io", "kind": "Application", "namespace": "argocd", "name": c})).collect();
    json!({"metadata": {"name": name, "namespace": "argocd", "uid": name},
        "spec": {"destination": {"server": "https://kubernetes.default.svc"}, "syncPolicy": {"automated": {"prune": true}}},
        "status": {"controllerNamespace": "argocd", "reconciledAt": "2026-11-24T07:59:00Z", "resources": resources}})
}

fn controller(image: &str, ready: u32) -> Value {
    list(
        "StatefulSetList",
        json!([{"metadata": {"name": "argocd-application-controller"}, "status": {"readyReplicas": ready},
            "spec": {"template": {"spec": {"containers": [{"name": "argocd-application-controller", "image": image}]}}}}]),
    )
}

fn well(ask: &Ask) -> Reply {
    let resource =
        |name: &str, kind: &str| json!({"resource": name, "responseKind": {"kind": kind}, "scope": "Namespaced", "verbs": ["list"]});
    let kinds = |list: Vec<Value>| json!({"version": "v1", "freshness": "Current", "resources": list});
    let discovery = |items: Value| json!({"kind": "APIGroupDiscoveryList", "items": items});
    let enabled =
        json!({"properties": {"spec": {"properties": {"syncPolicy": {"properties": {"automated": {"properties": {"enabled": {}}}}}}}}});
    let path = ask.path.split("?").next().unwrap();
    let body = match path {
        "/version" => json!({"gitVersion": "v1.36.3"}),
        "/api" => discovery(json!([{"metadata": {}, "versions": [kinds(vec![
            resource("pods", "Pod"), resource("secrets", "Secret"), resource("configmaps", "ConfigMap")])]}])),
        "/apis" => discovery(json!([{"metadata": {"name": "argoproj.io"}, "versions": [kinds(vec![
            resource("applications", "Application"), resource("applicationsets", "ApplicationSet"), resource("appprojects", "AppProject")])]}])),
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => {
            json!({"status": {"userInfo": {"username": "jane", "groups": ["ops", "system:authenticated"]}}})
        }
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => json!({"status": {"allowed": true}}),
        "/apis/argoproj.io/v1/applications" => {
            list("ApplicationList", json!([app("root-apps", &["web"]), app("root-extras", &["toys"]), app("web", &[]), app("toys", &[])]))
        }
        "/apis/argoproj.io/v1/applicationsets" => list("ApplicationSetList", json!([])),
        "/api/v1/configmaps" if ask.path.ends_with("argocd-cm") => {
            list("ConfigMapList", json!([{"metadata": {"name": "argocd-cm", "namespace": "argocd"}, "data": {}}]))
        }
        "/api/v1/configmaps" => list("ConfigMapList", json!([])),
        "/apis/apps/v1/namespaces/argocd/statefulsets" => controller("quay.io/argoproj/argocd:v3.2.11", 1),
        "/apis/apps/v1/namespaces/argocd/deployments" => list("DeploymentList", json!([])),
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions" => {
            list("CustomResourceDefinitionList", json!([{"spec": {"versions": [{"schema": {"openAPIV3Schema": enabled}}]}}]))
        }
        _ => return reply(404, &json!({"kind": "Status", "message": "the server could not find the requested resource"})),
    };
    reply(if ask.method == Method::Post { 201 } else { 200 }, &body)
}

fn layer(name: &str, role: Role, root: &str) -> Layer {
    Layer { name: name.into(), role, root: root.into(), root_namespace: None, namespaces: vec![] }
}

pub fn run(review: bool, other: impl Fn(&Ask) -> Option<Result<Reply, NoReply>> + Sync) -> (Examined, Vec<String>) {
    let layers = [layer("core", Role::Protected, "root-apps"), layer("extras", Role::Switched, "root-extras")];
    run_on(&layers, review, other)
}

fn run_on(layers: &[Layer], review: bool, other: impl Fn(&Ask) -> Option<Result<Reply, NoReply>> + Sync) -> (Examined, Vec<String>) {
    let server = Server { other, asked: Mutex::default() };
    let rules = Rules::new(&[]).unwrap();
    let examined = examine(&Doctor { api: &server, clock: &Still, rules: &rules, layers: Some(layers), home: "default", review });
    for line in &examined.lines {
        let (detail, next) = render::doctor::words(line);
        assert!(
            !detail.is_empty() && !detail.contains('{') && !next.contains('{'),
            "{}: a value has no words or a word no value: {detail}; {next}",
            line.code
        );
    }
    (examined, server.asked.into_inner().unwrap())
}

/// The codes that are not `ok`.
fn ill(lines: &[Line]) -> Vec<String> {
    let ill = lines.iter().filter(|l| l.level.as_str() != "ok");
    ill.map(|l| format!("{} {}", l.level.as_str(), l.code)).collect()
}

pub fn asks(ask: &Ask, end: &str) -> bool {
    ask.path.split('?').next().unwrap().ends_with(end)
}

#[test]
fn a_platform_that_is_well_has_nothing_but_ok_and_is_only_read() {
    let (examined, asked) = run(true, |_| None);
    assert!(ill(&examined.lines).is_empty(), "{:?}", ill(&examined.lines));
    assert!(examined.missing.is_empty());
    assert!(asked.iter().all(|a| a.starts_with("GET ") || a.ends_with("reviews")), "{asked:?}");
    assert!(asked.iter().all(|a| !a.contains("secrets")), "no Secret is asked for: {asked:?}");
    let text = render::doctor::text(&examined.lines, false);
    for words in
        ["Argo CD v3.2.11 in namespace argocd", "extras (switched): root argocd/root-extras, automated, 1 children (1 alive)", "jane (ops)"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn each_thing_that_is_wrong_is_named_and_nothing_else() {
    let refuse = |end: &'static str| move |ask: &Ask| asks(ask, end).then(|| Ok(reply(403, &json!({"message": "no"}))));
    let apps = |apps: Value| move |ask: &Ask| asks(ask, "/applications").then(|| Ok(reply(200, &list("ApplicationList", apps.clone()))));
    let data = |data: Value| {
        move |ask: &Ask| {
            let map = json!([{"metadata": {"name": "argocd-cm", "namespace": "argocd"}, "data": data}]);
            ask.path.ends_with("argocd-cm").then(|| Ok(reply(200, &list("ConfigMapList", map))))
        }
    };
    let roots = |more: &[Value]| {
        Value::Array(
            [app("root-apps", &["web"]), app("root-extras", &["toys"]), app("web", &[]), app("toys", &[])]
                .iter()
                .chain(more)
                .cloned()
                .collect(),
        )
    };
    let with = |mut app: Value, pointer: &str, value: Value| {
        *app.pointer_mut(pointer).unwrap() = value;
        app
    };
    let parent = json!({"prune": true, "selfHeal": true});
    type Other<'a> = Box<dyn Fn(&Ask) -> Option<Result<Reply, NoReply>> + Sync + 'a>;
    let cases: Vec<(Other<'_>, &[&str])> = vec![
        (Box::new(refuse("/version")), &["note version.hidden"]),
        (Box::new(refuse("/selfsubjectreviews")), &["note login.not-told"]),
        (Box::new(refuse("/selfsubjectaccessreviews")), &["problem access.unseen"]),
        (Box::new(refuse("/applicationsets")), &["problem argo.unseen"]),
        (Box::new(refuse("/configmaps")), &["problem argo.unseen", "problem argo.unseen"]),
        (Box::new(refuse("/statefulsets")), &["note argo.version-unseen", "note argo.tracking-unknown"]),
        (Box::new(refuse("/customresourcedefinitions")), &["note argo.schema-unseen"]),
        (
            Box::new(|ask: &Ask| asks(ask, "/statefulsets").then(|| Ok(reply(200, &controller("argocd:v2.14.1", 0))))),
            &["problem argo.controller-down", "note argo.tracking-label"],
        ),
        (
            Box::new(|ask: &Ask| asks(ask, "/statefulsets").then(|| Ok(reply(200, &controller("argocd:v4.0.0", 1))))),
            &["note argo.version-other"],
        ),
        (
            Box::new(|ask: &Ask| {
                asks(ask, "/customresourcedefinitions").then(|| Ok(reply(200, &list("L", json!([{"spec": {"versions": []}}])))))
            }),
            &["note argo.kinds-older"],
        ),
        (Box::new(data(json!({"application.resourceTrackingMethod": "label"}))), &["note argo.tracking-label"]),
        (Box::new(data(json!({"timeout.reconciliation": "0"}))), &["note argo.no-interval"]),
        (
            Box::new(data(json!({"timeout.reconciliation": "10s", "timeout.reconciliation.jitter": "0s"}))),
            &["problem argo.not-reconciling"],
        ),
        (Box::new(apps(json!([]))), &["note argo.no-applications", "problem layers.no-roots"]),
        (Box::new(apps(json!([app("top", &["web"]), app("web", &[])]))), &["problem layers.other-roots"]),
        (Box::new(apps(json!([app("root-apps", &["web"]), app("web", &[])]))), &["problem layers.root-missing"]),
        (Box::new(apps(roots(&[with(app("lost", &[]), "/metadata/namespace", json!("team"))]))), &[]),
        (
            Box::new(apps(roots(&[
                json!({"metadata": {"name": "lost", "namespace": "team"}, "spec": {"destination": {"name": "in-cluster"}}}),
            ]))),
            &["problem argo.unmanaged"],
        ),
        (Box::new(apps(roots(&[with(app("far", &[]), "/spec/destination/server", json!("https://far"))]))), &["note argo.elsewhere"]),
        (Box::new(apps(roots(&[with(app("other", &[]), "/status/controllerNamespace", json!("argocd-2"))]))), &["note argo.several"]),
        (
            Box::new(apps(roots(&[with(app("all", &["root-extras"]), "/spec/syncPolicy/automated", parent)]))),
            &["note layers.switch-managed"],
        ),
        (
            Box::new(|ask: &Ask| {
                let apps =
                    json!({"resource": "deployments", "responseKind": {"kind": "Deployment"}, "scope": "Namespaced", "verbs": ["list"]});
                let groups = json!([{"metadata": {"name": "apps"}, "versions": [{"version": "v1", "resources": [apps]}]}]);
                (ask.path == "/apis").then(|| Ok(reply(200, &json!({"kind": "APIGroupDiscoveryList", "items": groups}))))
            }),
            &["problem argo.none", "problem layers.no-roots"],
        ),
    ];
    for (i, (other, want)) in cases.into_iter().enumerate() {
        assert_eq!(ill(&run(true, other).0.lines), want, "case {i}");
    }
}

#[test]
fn a_stale_group_is_named() {
    let (examined, _) = run(true, |ask| {
        let mut groups = well(ask).json().ok()?;
        groups["items"]
            .as_array_mut()?
            .push(json!({"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1", "freshness": "Stale"}]}));
        (ask.path == "/apis").then(|| Ok(reply(200, &groups)))
    });
    assert_eq!(ill(&examined.lines), ["problem kinds.unknown"]);
    assert!(render::doctor::text(&examined.lines, false).contains("metrics.k8s.io/v1beta1"));
}

#[test]
fn what_rests_on_an_unseen_thing_is_not_guessed() {
    let (examined, asked) = run(true, |_| Some(Err(NoReply::Cut("tcp connect error: Connection refused".into()))));
    assert_eq!((ill(&examined.lines), asked.len()), (vec!["problem server.refused".to_owned()], 1));
    let (examined, _) = run(true, |ask| (ask.method == Method::Post).then(|| Ok(reply(401, &json!({"message": "Unauthorized"})))));
    assert_eq!(ill(&examined.lines), ["problem login.refused"]);
    let (examined, _) = run(true, |ask| asks(ask, "/applications").then(|| Ok(reply(403, &json!({"message": "no"})))));
    assert_eq!(ill(&examined.lines)[..1], ["problem argo.unseen"]);
    assert!(ill(&examined.lines).contains(&"problem layers.unseen".to_owned()), "{:?}", ill(&examined.lines));
    assert!(!examined.lines.iter().any(|l| l.code == Code::LayersNoRoots), "unseen is not absent");
}

#[test]
fn without_reviews_nothing_is_posted_and_that_is_said() {
    let (examined, asked) = run(false, |_| None);
    assert_eq!(ill(&examined.lines), ["note login.not-asked", "note access.not-asked"]);
    assert!(asked.iter().all(|a| a.starts_with("GET ")), "{asked:?}");
}

#[test]
fn a_layer_that_is_not_switched_and_a_configuration_without_a_switch_are_told_apart() {
    let (examined, _) = run_on(&[layer("core", Role::Protected, "root-apps")], true, |_| None);
    assert_eq!(ill(&examined.lines), ["note layers.no-switch"]);
}

/// Denies what `denied` names, as `verb group/resource/subresource`.
fn deny(denied: &'static [&'static str]) -> impl Fn(&Ask) -> Option<Result<Reply, NoReply>> + Sync {
    move |ask: &Ask| {
        let body: Value = serde_json::from_slice(&ask.body.as_ref()?.1).ok()?;
        let a = body.pointer("/spec/resourceAttributes")?;
        let at = |k: &str| a[k].as_str().unwrap().to_owned();
        let right = format!("{} {}/{}/{}", at("verb"), at("group"), at("resource"), at("subresource"));
        answer(&json!({"status": {"allowed": !denied.contains(&&*right)}}))
    }
}

#[test]
fn rights_are_asked_one_by_one_only_where_the_wildcard_is_denied_and_only_what_is_missing_is_printed() {
    let reviews = |asked: &[String]| asked.iter().filter(|a| a.contains("accessreviews")).count();
    let all = reviews(&run(true, |_| None).1);
    let (examined, asked) = run(true, deny(&["list *//*/", "list /secrets/"]));
    assert!(ill(&examined.lines).is_empty(), "a path of another shape denies nothing: {:?}", ill(&examined.lines));
    assert_eq!(reviews(&asked), all);
    let (examined, asked) = run(true, deny(&["list */*/", "list /secrets/", "create /pods/exec", "patch argoproj.io/applications/"]));
    assert_eq!(ill(&examined.lines), ["problem access.capture-missing", "note access.probes-missing", "note access.switch-missing"]);
    assert_eq!(reviews(&asked), all + 6, "each of the six kinds once");
    let yaml = render::rbac::missing(&examined.missing);
    let role = evid::canon::yaml::parse(&yaml).unwrap().remove(0);
    let rules = json!([
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list"]},
        {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]},
        {"apiGroups": ["argoproj.io"], "resources": ["applications"], "verbs": ["patch"]}
    ]);
    assert_eq!(role["rules"], rules);
}

#[test]
fn roles_for_captures_only_list_and_never_get_on_a_wildcard() {
    let rights = complete(None);
    let capture: Vec<_> = rights.iter().filter(|r| r.purpose == Purpose::Capture).map(|r| (&*r.group, &*r.resource, r.verb)).collect();
    assert_eq!(capture, [("*", "*", "list")], "`get` on `*` covers pods/exec");
    assert!(rights.iter().all(|r| r.purpose == Purpose::Capture || r.resource != "*"));
}

#[cfg(feature = "kube")]
mod binary {
    use super::{list, well};
    use crate::cli::{Place, text};
    use evid::usecase::cluster::port::{Ask, Method};
    use serde_json::{Value, json};
    use std::io::{BufRead as _, Read as _, Write as _};

    /// Serves the platform that is well on a port of its own, which it gives; without a clock, and Argo CD waits to be told to look.
    fn serve() -> u16 {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer = |mut stream: std::net::TcpStream| -> std::io::Result<()> {
            let mut reader = std::io::BufReader::new(stream.try_clone()?);
            let (mut line, mut length) = (String::new(), 0);
            reader.read_line(&mut line)?;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header)?;
                if let Some(n) = header.to_lowercase().strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap_or(0);
                }
                if header.trim().is_empty() {
                    break;
                }
            }
            reader.take(length).read_to_end(&mut Vec::new())?;
            let mut words = line.split(' ');
            let method = if words.next() == Some("POST") { Method::Post } else { Method::Get };
            let ask = Ask { method, ..Ask::get(words.next().unwrap_or_default()) };
            let mut reply = well(&ask);
            if ask.path.ends_with("argocd-cm") {
                let data = json!({"timeout.reconciliation": "0"});
                let map = json!([{"metadata": {"name": "argocd-cm", "namespace": "argocd"}, "data": data}]);
                reply.body = list("ConfigMapList", map).to_string().into_bytes();
            }
            let head = format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", reply.status, reply.body.len());
            stream.write_all(head.as_bytes())?;
            stream.write_all(&reply.body)
        };
        std::thread::spawn(move || listener.incoming().flatten().for_each(|s| drop(std::thread::spawn(move || answer(s)))));
        port
    }

    fn kubeconfig(place: &Place, port: u16) {
        let config = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{{name: k, cluster: {{server: 'http://127.0.0.1:{port}'}}}}]\nusers: [{{name: u, user: {{token: hidden-token}}}}]\ncontexts: [{{name: c, context: {{cluster: k, user: u}}}}]\n"
        );
        std::fs::write(place.path().join("kubeconfig"), config).unwrap();
    }

    #[test]
    fn the_roots_of_a_cluster_become_layers_and_the_doctor_finds_them() {
        let place = Place::new();
        kubeconfig(&place, serve());
        let (flag, file) = ("--kubeconfig", "kubeconfig");
        let printed = place.evid(&["config", "init", flag, file, "--print", "--switched", "root-extras"]);
        assert_eq!(printed.status.code(), Some(0), "{}", text(&printed.stderr));
        assert!(!place.path().join("evid.yaml").exists());
        let before = place.evid(&["doctor", flag, file]);
        assert_eq!(before.status.code(), Some(3), "{}{}", text(&before.stdout), text(&before.stderr));
        let words = "baseline: its root root-baseline is not there";
        assert!(text(&before.stdout).contains(words), "{}", text(&before.stdout));
        let made = place.evid(&["config", "init", flag, file, "--switched", "root-extras"]);
        assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
        assert_eq!(std::fs::read(place.path().join("evid.yaml")).unwrap(), printed.stdout);
        let after = place.evid(&["doctor", flag, file]);
        assert_eq!(after.status.code(), Some(0), "{}{}", text(&after.stdout), text(&after.stderr));
        assert!(text(&after.stdout).contains("extras (switched): root argocd/root-extras"), "{}", text(&after.stdout));
        let all = place.evid(&["doctor", "--rbac", flag, file]);
        let documents = evid::canon::yaml::parse(&text(&all.stdout)).unwrap();
        let rules = documents[0]["rules"].as_array().unwrap();
        assert!(rules.iter().all(|r| r["verbs"] == json!(["list"]) && r["resources"] != json!(["*"])), "{rules:?}");
        assert!(
            rules.iter().any(|r| r["resources"] == json!(["secrets"])),
            "Secrets have a rule of their own, to be struck out: {rules:?}"
        );
        assert_eq!(documents[2]["metadata"]["name"], "evid-capture-any");
        let spaces: Vec<&Value> =
            documents.iter().filter(|d| d["metadata"]["name"] == "evid-switch").map(|d| &d["metadata"]["namespace"]).collect();
        assert_eq!(spaces, [&Value::Null, &json!("argocd")], "a role, and a binding in each namespace that has Applications");
    }

    #[test]
    fn the_roles_are_yaml_that_binds_one_user_to_what_each_verb_needs() {
        let place = Place::new();
        let out = place.evid(&["doctor", "--rbac", "--as", "system:serviceaccount:audit:reader"]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        let documents = evid::canon::yaml::parse(&text(&out.stdout)).unwrap();
        let named: Vec<String> =
            documents.iter().map(|d| format!("{} {}", d["kind"].as_str().unwrap(), d["metadata"]["name"].as_str().unwrap())).collect();
        assert_eq!(
            named,
            [
                "ClusterRole evid-capture",
                "ClusterRoleBinding evid-capture",
                "ClusterRole evid-prove",
                "ClusterRoleBinding evid-prove",
                "ClusterRole evid-probes",
                "ClusterRoleBinding evid-probes",
                "ClusterRole evid-switch",
                "RoleBinding evid-switch",
                "ClusterRole evid-switch-settings",
                "RoleBinding evid-switch-settings"
            ]
        );
        assert!(documents.iter().all(|d| d["apiVersion"] == "rbac.authorization.k8s.io/v1"));
        let verbs: Vec<&Value> = documents[0]["rules"].as_array().unwrap().iter().flat_map(|r| r["verbs"].as_array().unwrap()).collect();
        assert_eq!(verbs, ["list"]);
        assert_eq!(documents[1]["subjects"][0]["namespace"], "audit");
        assert_eq!((&documents[7]["metadata"]["namespace"], &documents[9]["metadata"]["namespace"]), (&json!("argocd"), &json!("argocd")));
        assert_eq!(documents[8]["rules"][0]["resourceNames"], json!(["argocd-cm", "argocd-cmd-params-cm"]));
        let less = evid::canon::yaml::parse(&text(&place.evid(&["doctor", "--rbac=capture"]).stdout)).unwrap();
        assert_eq!(less.len(), 2, "only what one verb needs");
    }

    #[test]
    fn without_a_kubeconfig_it_can_not_run_and_says_what_it_needs() {
        let place = Place::new();
        let out = place.evid(&["doctor"]);
        assert_eq!(out.status.code(), Some(2), "{}", text(&out.stdout));
        assert!(text(&out.stdout).contains("problem  kubeconfig  — ~/.kube/config"), "{}", text(&out.stdout));
        assert!(text(&out.stdout).contains("ok       keys"), "what needs no cluster is looked at: {}", text(&out.stdout));
        assert!(text(&out.stderr).contains("hint: `--kubeconfig` and `--context`"), "{}", text(&out.stderr));
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0, "it leaves nothing behind");
    }

    #[test]
    fn a_server_that_nobody_serves_and_a_broken_evid_yaml_are_lines_and_json() {
        let place = Place::new();
        // tcpmux: nobody listens there.
        kubeconfig(&place, 1);
        std::fs::write(place.path().join("evid.yaml"), "apiVersion: evid/v1\nkind: Platform\nspec: {layer: []}\n").unwrap();
        let out = place.evid(&["doctor", "--kubeconfig", "kubeconfig", "-o", "json"]);
        assert_eq!(out.status.code(), Some(3), "{}", text(&out.stderr));
        let answer: Value = serde_json::from_slice(&out.stdout).unwrap();
        let codes: Vec<&str> = answer["checks"].as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect();
        assert_eq!(
            codes,
            ["config.unusable", "kubeconfig.chosen", "kubeconfig.plain", "server.refused", "keys.later", "keys.later", "folder.later"]
        );
        assert!(!text(&out.stdout).contains("hidden-token"));
    }
}

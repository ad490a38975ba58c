//! Law 1: a kind that could have been asked and was not is a gap. The universe of a capture is the kinds that discovery named. In a dump,
//! it is Kubernetes' own kinds at the API versions that its APIServices list (else at the server's version), and the kinds of its
//! CustomResourceDefinitions. Computed from the content of a bundle, so that `verify` can compute it again. Must not know how a source
//! was read.
use crate::argo;
use crate::argo::Here;
use crate::kinds::{Rules, built_in};
use crate::model::meta::{list, text};
use crate::model::{Gap, Known, Listable, Objects, Question, Reason, Source, Universe, stem};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The oldest minor version that evid distinguishes from older ones.
const OLDEST: u32 = 24;

/// The content of a bundle that names kinds.
#[derive(Clone, Copy)]
pub(in crate::usecase) struct Seen<'a> {
    pub objects: &'a dyn Objects,
    pub questions: &'a [Question],
    /// The server's version, if known.
    pub version: Option<&'a str>,
    pub source: Source,
    pub rules: &'a Rules,
}

/// The kinds that a bundle's content names, added to those that its source names.
pub(in crate::usecase) fn universe(seen: Seen<'_>, named: &[Listable]) -> Universe {
    let mut kinds = Kinds::default();
    named.iter().for_each(|k| kinds.add(&k.group, &k.resource, k.namespaced));
    seen.questions.iter().for_each(|q| kinds.add(&q.group, &q.resource, None));
    let mut at = 0;
    while at < seen.objects.len() {
        let key = seen.objects.key(at);
        kinds.add(key.group, seen.objects.plural(at), Some(!key.namespace.is_empty()));
        at = seen.objects.of_kind(key.group, key.kind).end.max(at + 1);
    }
    for definition in whole(seen.objects, "apiextensions.k8s.io", "CustomResourceDefinition") {
        if let Some((group, resource, namespaced)) = defined(&definition) {
            kinds.add(group, resource, Some(namespaced));
        }
    }
    let known = match seen.source {
        Source::Live => Known::Discovery,
        Source::Dump => built_in_kinds(seen, &mut kinds),
        Source::Text => Known::Nothing,
    };
    Universe { known, kinds: kinds.0.into_iter().map(|((group, resource), namespaced)| Listable { group, resource, namespaced }).collect() }
}

/// A gap for each kind of the universe that has no question and no gap of its own, and for each API group of which no kind is known.
pub(in crate::usecase) fn not_asked(universe: &Universe, seen: Seen<'_>, gaps: &[Gap], left_out: &[String]) -> Vec<Gap> {
    let asked: BTreeSet<(&str, &str)> = seen.questions.iter().map(|q| (&*q.group, &*q.resource)).collect();
    // A gap that may be about any kind does not explain why a particular kind is missing.
    let own_gaps: BTreeSet<(&str, &str)> = gaps.iter().map(|g| (&*g.group, &*g.resource)).filter(|g| *g != ("", "*")).collect();
    let own = |group: &str, resource: &str| [resource, "*"].iter().any(|r| own_gaps.contains(&(group, *r)));
    let open = universe
        .kinds
        .iter()
        .filter(|k| seen.rules.keeps(&k.group, &k.resource) && !asked.contains(&(&*k.group, &*k.resource)) && !own(&k.group, &k.resource));
    let gap = |kind: &Listable| {
        let is_left_out = left_out.contains(&stem(&kind.resource, &kind.group));
        let (reason, detail) = if seen.source == Source::Text {
            (Reason::Stated, "a text shows some of its columns, and no cluster was asked")
        } else if is_left_out {
            (Reason::LeftOut, "`leaveOut` leaves it out")
        } else {
            (Reason::NotAsked, "the cluster can list this kind, and it was not asked for")
        };
        Gap::of(kind.group.clone(), kind.resource.clone(), None, reason, detail)
    };
    let mut out: Vec<Gap> = open.map(gap).collect();
    if seen.source == Source::Dump {
        let known = |group: &str| built_in::table().has_group(group) || universe.kinds.iter().any(|k| k.group == group);
        let unknown: BTreeSet<String> = services(seen.objects).into_iter().filter(|s| !s.aggregated).map(|s| s.group).collect();
        out.extend(unknown.into_iter().filter(|g| !known(g) && !own(g, "*")).map(|group| {
            Gap::of(group, "*", None, Reason::NotAsked, "an APIService names this group, and none of its kinds was asked for")
        }));
    }
    out
}

#[derive(Default)]
struct Kinds(BTreeMap<(String, String), Option<bool>>);

impl Kinds {
    fn add(&mut self, group: &str, resource: &str, namespaced: Option<bool>) {
        let scope = self.0.entry((group.to_owned(), resource.to_owned())).or_default();
        let of_table = || built_in::table().find(group, resource).map(|k| !k.cluster);
        *scope = scope.or(namespaced).or_else(of_table);
    }
}

/// The content of an APIService.
struct Service {
    group: String,
    version: String,
    /// Whether a service behind the API server serves it.
    aggregated: bool,
}

fn services(objects: &dyn Objects) -> Vec<Service> {
    let read = |value: Value| {
        let at = |p: &str| value.pointer(p).and_then(Value::as_str);
        let (version, group) = at("/metadata/name")?.split_once('.')?;
        let aggregated = value.pointer("/spec/service").is_some_and(|s| !s.is_null());
        Some(Service {
            group: at("/spec/group").unwrap_or(group).to_owned(),
            version: at("/spec/version").unwrap_or(version).to_owned(),
            aggregated,
        })
    };
    whole(objects, "apiregistration.k8s.io", "APIService").filter_map(read).collect()
}

/// Adds Kubernetes' own kinds, and those that Applications list.
fn built_in_kinds(seen: Seen<'_>, kinds: &mut Kinds) -> Known {
    let services = services(seen.objects);
    let minor = minor(seen, &services);
    let least = minor.unwrap_or(OLDEST).max(OLDEST);
    for kind in &built_in::table().kinds {
        let listed = |group: &str, version: &str| kind.group == group && kind.is_served(version, least);
        // The aggregator serves the API of APIServices itself, without an APIService for it.
        let is_there = match (services.is_empty(), minor) {
            (false, _) => listed("apiregistration.k8s.io", "v1") || services.iter().any(|s| listed(&s.group, &s.version)),
            (true, Some(_)) => kind.is_served_by_default(least),
            (true, None) => false,
        };
        if is_there {
            kinds.add(&kind.group, &kind.plural, Some(!kind.cluster));
        }
    }
    for (group, kind) in applied(seen.objects, &services) {
        let is_of_kind = |resource: &str| resource.starts_with(kind.to_lowercase().trim_end_matches('y'));
        if !kinds.0.keys().any(|(g, resource)| *g == group && is_of_kind(resource)) {
            kinds.add(&group, &seen.rules.plural(&group, &kind), None);
        }
    }
    match (services.is_empty(), minor) {
        (false, _) => Known::ApiServices,
        (true, Some(_)) => Known::Version,
        (true, None) => Known::Nothing,
    }
}

/// Group and kind of the objects that Applications list in aggregated groups, and of those that they call Synced: such kinds exist.
fn applied(objects: &dyn Objects, services: &[Service]) -> BTreeSet<(String, String)> {
    let foreign = |group: &str| services.iter().any(|s| s.aggregated && s.group == group) && !built_in::table().has_group(group);
    let apps = objects.of_kind(argo::GROUP, "Application").filter_map(|at| objects.lean(at));
    let mut out = BTreeSet::new();
    for app in apps.filter(|o| Here::default().is(&o.value)) {
        let there = argo::listed(&app.value).filter(|e| (e.status() == "Synced" && !e.is_hook()) || foreign(e.group()));
        out.extend(there.map(argo::Entry::key).map(|k| (k.group, k.kind)));
    }
    out
}

/// The minor version of the server, or a lower bound of it: an API server is at least as new as its kubelets and as its API versions.
fn minor(seen: Seen<'_>, services: &[Service]) -> Option<u32> {
    let told = seen.version.and_then(built_in::minor);
    let table = built_in::table();
    let hints = || {
        let kubelets =
            whole(seen.objects, "", "Node").filter_map(|n| built_in::minor(n.pointer("/status/nodeInfo/kubeletVersion")?.as_str()?));
        let versions = services.iter().filter(|s| !s.aggregated).filter_map(|s| table.since(&s.group, &s.version));
        kubelets.chain(versions).max()
    };
    told.or_else(hints)
}

/// Group, plural, and whether it has namespaces, of the kind that a CustomResourceDefinition serves.
fn defined(definition: &Value) -> Option<(&str, &str, bool)> {
    let at = |p: &str| definition.pointer(p).and_then(Value::as_str);
    let refused = list(definition, "/status/conditions").any(|c| text(c, "/type") == "Established" && text(c, "/status") == "False");
    let mut versions = list(definition, "/spec/versions").peekable();
    let served = versions.peek().is_none() || versions.any(|v| v.get("served") != Some(&Value::Bool(false)));
    (served && !refused).then_some(())?;
    Some((at("/spec/group")?, at("/spec/names/plural")?, at("/spec/scope") != Some("Cluster")))
}

fn whole<'a>(objects: &'a dyn Objects, group: &str, kind: &str) -> impl Iterator<Item = Value> + 'a {
    objects.of_kind(group, kind).filter_map(|at| objects.whole(at)).map(|o| o.into_owned().value)
}

#[cfg(test)]
mod tests {
    use super::{Seen, not_asked, universe};
    use crate::kinds::Rules;
    use crate::model::{Gap, Key, Known, Object, Objects, Question, Reason, Source, group_of, stem};
    use crate::value::{Value, json};

    fn object(api: &str, kind: &str, plural: &str, name: &str, rest: Value) -> Object {
        let mut value = json!({"apiVersion": api, "kind": kind, "metadata": {"name": name}});
        value.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        Object { key: Key::new(group_of(api), kind, "", name), plural: plural.into(), uid: String::new(), value, file: String::new() }
    }

    fn service(name: &str, service: Value) -> Object {
        object("apiregistration.k8s.io/v1", "APIService", "apiservices", name, json!({"spec": {"service": service}}))
    }

    fn definition(plural: &str, more: Value) -> Object {
        let mut spec =
            json!({"group": "x.io", "scope": "Cluster", "names": {"plural": plural}, "versions": [{"name": "v1", "served": true}]});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let name = format!("{plural}.x.io");
        object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", &name, json!({"spec": spec}))
    }

    fn question(resource: &str, group: &str) -> Question {
        let (group, resource) = (group.to_owned(), resource.to_owned());
        Question { group, resource, namespace: None, count: 0, resource_version: None, pages: None, millis: None }
    }

    /// How the kinds are known, and which were not asked, as `<plural>.<group>`.
    fn open(mut objects: Vec<Object>, asked: &[(&str, &str)], version: Option<&str>, gaps: &[Gap]) -> (Known, Vec<String>) {
        objects.sort_by(|a, b| a.key.cmp(&b.key));
        let (objects, rules) = (&objects[..], Rules::new(&[]).unwrap());
        let questions: Vec<Question> = asked.iter().map(|(r, g)| question(r, g)).collect();
        let seen = Seen { objects: &objects as &dyn Objects, questions: &questions, version, source: Source::Dump, rules: &rules };
        let all = universe(seen, &[]);
        let found = not_asked(&all, seen, gaps, &["secrets".to_owned()]);
        assert!(found.iter().all(|g| g.reason == if g.resource == "secrets" { Reason::LeftOut } else { Reason::NotAsked }));
        (all.known, found.iter().map(|g| stem(&g.resource, &g.group)).collect())
    }

    #[test]
    fn a_built_in_kind_counts_where_its_api_version_is_listed() {
        let listed = || vec![service("v1.batch", Value::Null), service("v1.coordination.k8s.io", Value::Null)];
        let aggregator = ("apiservices", "apiregistration.k8s.io");
        let (known, gaps) = open(listed(), &[("jobs", "batch"), aggregator], Some("v1.36.3"), &[]);
        assert_eq!((known, gaps), (Known::ApiServices, vec!["cronjobs.batch".to_owned()]), "leases are never kept");
        let told = Gap::of("batch", "cronjobs", None, Reason::Forbidden, "");
        assert_eq!(open(listed(), &[("jobs", "batch"), aggregator], None, &[told]).1, [""; 0], "it has a gap of its own");
        let any = Gap::of("", "*", None, Reason::Unreadable, "");
        assert_eq!(
            open(listed(), &[("jobs", "batch"), aggregator], None, &[any]).1,
            ["cronjobs.batch"],
            "what could be any kind is no gap of its own"
        );
    }

    #[test]
    fn a_kind_that_came_later_than_the_server_is_no_gap() {
        let listed = || vec![service("v1.networking.k8s.io", Value::Null)];
        let asked = ["ingresses", "ingressclasses", "networkpolicies"].map(|r| (r, "networking.k8s.io"));
        let asked = [&asked[..], &[("apiservices", "apiregistration.k8s.io")]].concat();
        assert_eq!(open(listed(), &asked, Some("v1.32.1"), &[]).1, [""; 0]);
        assert_eq!(open(listed(), &asked, None, &[]).1, [""; 0], "nobody knows the version: the oldest counts");
        let both = ["ipaddresses.networking.k8s.io", "servicecidrs.networking.k8s.io"];
        assert_eq!(open(listed(), &asked, Some("v1.33.0"), &[]).1, both);
        let mut later = listed();
        later.push(service("v1.resource.k8s.io", Value::Null));
        let gaps = open(later, &asked, None, &[]).1;
        assert!(both.iter().all(|k| gaps.iter().any(|g| g == k)), "that API version came with 1.34: {gaps:?}");
    }

    #[test]
    fn without_api_services_the_version_tells_what_is_there() {
        let node = || vec![object("v1", "Node", "nodes", "n", json!({"status": {"nodeInfo": {"kubeletVersion": "v1.29.4"}}}))];
        let (known, gaps) = open(node(), &[("nodes", "")], None, &[]);
        assert_eq!(known, Known::Version);
        let has = |kind: &str| gaps.iter().any(|g| g == kind);
        assert!(has("secrets") && has("apiservices.apiregistration.k8s.io") && has("clusterrolebindings.rbac.authorization.k8s.io"));
        assert!(!has("nodes") && !has("events") && !has("validatingadmissionpolicies.admissionregistration.k8s.io"), "{gaps:?}");
        let told = open(node(), &[("nodes", "")], Some("v1.30.0"), &[]).1;
        assert!(told.iter().any(|g| g == "validatingadmissionpolicies.admissionregistration.k8s.io"));
        assert_eq!(open(vec![], &[("pods", "")], None, &[]), (Known::Nothing, vec![]));
    }

    #[test]
    fn a_served_kind_of_a_definition_counts() {
        let refused = json!({"status": {"conditions": [{"type": "Established", "status": "False"}]}});
        let mut bad = definition("refused", json!({}));
        bad.value.as_object_mut().unwrap().extend(refused.as_object().unwrap().clone());
        let unserved = definition("unserved", json!({"versions": [{"name": "v1", "served": false}]}));
        let found =
            open(vec![definition("oxen", json!({})), unserved, bad], &[("customresourcedefinitions", "apiextensions.k8s.io")], None, &[]);
        assert_eq!(found, (Known::Nothing, vec!["oxen.x.io".to_owned()]));
    }

    #[test]
    fn a_group_of_another_server_counts_where_an_application_lists_an_object_of_it() {
        let behind = json!({"name": "s", "namespace": "n"});
        let all = || vec![service("v1.route.example.com", behind.clone()), service("v1beta1.metrics.k8s.io", behind.clone())];
        let asked = [("apiservices", "apiregistration.k8s.io"), ("applications", "argoproj.io")];
        assert_eq!(open(all(), &asked, None, &[]).1, [""; 0]);
        let app = |server: &str| {
            let listed = json!([{"group": "route.example.com", "kind": "Route", "namespace": "a", "name": "r"}]);
            let rest = json!({"spec": {"destination": {"server": server}}, "status": {"resources": listed}});
            object("argoproj.io/v1alpha1", "Application", "applications", "app", rest)
        };
        let here = || [all(), vec![app("https://kubernetes.default.svc")]].concat();
        assert_eq!(open(here(), &asked, None, &[]).1, ["routes.route.example.com"]);
        assert_eq!(open(here(), &[&asked[..], &[("routes", "route.example.com")]].concat(), None, &[]).1, [""; 0]);
        assert_eq!(open([all(), vec![app("https://elsewhere.example.com")]].concat(), &asked, None, &[]).1, [""; 0]);
    }

    #[test]
    fn a_kind_that_an_application_calls_synced_is_there() {
        let listed = json!([
            {"group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "r", "status": "Synced"},
            {"group": "gone.example.com", "kind": "Widget", "namespace": "a", "name": "w", "status": "OutOfSync"},
        ]);
        let rest = json!({"spec": {"destination": {"name": "in-cluster"}}, "status": {"resources": listed}});
        let app = object("argoproj.io/v1alpha1", "Application", "applications", "app", rest);
        assert_eq!(open(vec![app], &[("applications", "argoproj.io")], None, &[]).1, ["clusterroles.rbac.authorization.k8s.io"]);
    }

    #[test]
    fn a_group_of_which_no_kind_is_known_is_a_gap() {
        let all = || vec![service("v1.newer.k8s.io", Value::Null), service("v1.authentication.k8s.io", Value::Null)];
        let asked = [("apiservices", "apiregistration.k8s.io")];
        assert_eq!(open(all(), &asked, None, &[]).1, ["*.newer.k8s.io"]);
        assert_eq!(open(all(), &[&asked[..], &[("things", "newer.k8s.io")]].concat(), None, &[]).1, [""; 0]);
    }
}

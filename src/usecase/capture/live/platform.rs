//! How Argo CD is set up, in a few small answers: its Applications and ApplicationSets, its two ConfigMaps. For verbs that look at a
//! platform without a capture.
use crate::argo::{SETTINGS, control_namespace};
use crate::kinds::Rules;
use crate::model::{Gap, Layer, Object, Reason, Source};
use crate::usecase::capture::collected::{CaptureError, Collected, List};
use crate::usecase::capture::objects_of;
use crate::usecase::cluster::port::{Api, Ask, of_argo};
use crate::usecase::cluster::{Resource, gap, whole};
use crate::value::Value;

/// What was seen of Argo CD.
#[derive(Debug, Default)]
pub struct Platform {
    /// Applications, ApplicationSets and Argo CD's ConfigMaps, redacted and sorted by key.
    pub objects: Vec<Object>,
    /// What was not answered.
    pub gaps: Vec<Gap>,
    /// The namespace of the control plane, if anything tells it.
    pub control: Option<String>,
}

impl Platform {
    /// The objects of a kind of Argo CD.
    pub fn argo(&self, kind: &'static str) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |o| o.key.is_argo(kind))
    }

    /// A setting from `argocd-cm` or from `argocd-cmd-params-cm`, in the control plane's namespace.
    pub fn setting(&self, map: &str, name: &str) -> Option<&str> {
        let control = self.control.as_deref()?;
        let map = self.objects.iter().find(|o| o.key.kind == "ConfigMap" && o.key.name == map && o.key.namespace == control)?;
        map.value.get("data")?.get(name)?.as_str().filter(|v| !v.is_empty())
    }
}

/// Asks for the objects that show how Argo CD is set up. If the user may not list the whole cluster, it asks in `home` (a context's
/// namespace) and in Argo CD's usual namespace, and the refusal stays a gap. `also`: plurals of
/// the core group that are asked for besides.
pub fn platform(api: &dyn Api, rules: &Rules, layers: &[Layer], kinds: &[Resource], home: &str, also: &[&str]) -> Platform {
    let mut seen = Platform::default();
    let mut lists = Vec::new();
    let is_asked = |r: &&Resource| match &*r.group {
        "argoproj.io" => matches!(&*r.kind, "Application" | "ApplicationSet"),
        "" => also.contains(&&*r.plural),
        _ => false,
    };
    for kind in kinds.iter().filter(is_asked) {
        lists.extend(everywhere(api, kind, home, &mut seen.gaps));
    }
    let items = || lists.iter().flat_map(|l: &List| &l.items);
    let text = |v: &Value, p: &str| v.pointer(p).and_then(Value::as_str).filter(|t| !t.is_empty()).map(str::to_owned);
    let said = items().find_map(|a| text(a, "/status/controllerNamespace"));
    let lived = items().find_map(|a| text(a, "/metadata/namespace"));
    if let Some(kind) = kinds.iter().find(|r| r.group.is_empty() && r.plural == "configmaps") {
        let near = said.or(lived);
        for name in SETTINGS {
            lists.extend(settings(api, kind, name, near.as_deref(), &mut seen.gaps));
        }
    }
    match objects(lists, rules) {
        Ok(objects) => {
            seen.control = (!objects.is_empty()).then(|| control_namespace(&&*objects, layers, ""));
            seen.objects = objects;
        }
        Err(e) => seen.gaps.push(Gap::of("argoproj.io", "*", None, Reason::Torn, e.to_string())),
    }
    seen
}

/// All objects of a kind; if the whole cluster is refused, those of the known namespaces.
fn everywhere(api: &dyn Api, kind: &Resource, home: &str, gaps: &mut Vec<Gap>) -> Vec<List> {
    let whole = one(api, kind, None);
    let refused = match whole {
        Ok(list) => return vec![list],
        Err(gap) => gap,
    };
    let mut spaces = vec![home, "argocd"];
    spaces.dedup();
    let forbidden = refused.reason == Reason::Forbidden;
    gaps.push(refused);
    spaces.into_iter().filter(|n| forbidden && !n.is_empty()).filter_map(|n| one(api, kind, Some(n)).ok()).collect()
}

fn one(api: &dyn Api, kind: &Resource, namespace: Option<&str>) -> Result<List, Gap> {
    let (items, gap) = whole(api, kind, namespace, false);
    gap.map_or_else(|| Ok(of_items(kind, namespace, items)), Err)
}

/// The ConfigMaps of one name: in all namespaces, else in the namespace that Argo CD seems to use.
fn settings(api: &dyn Api, kind: &Resource, name: &str, near: Option<&str>, gaps: &mut Vec<Gap>) -> Option<List> {
    let mut refused = None;
    for namespace in [None].into_iter().chain(near.map(Some)) {
        let path = format!("{}?fieldSelector=metadata.name%3D{name}", kind.path(namespace));
        let answer = match of_argo(api).send(&Ask::get(path)) {
            Ok(reply) if reply.status == 200 => reply.json().map_err(|e| (Reason::Unreadable, e.to_string())),
            Ok(reply) => Err(gap::of_reply(&reply)),
            Err(silence) => Err(gap::of_silence(&silence)),
        };
        match answer {
            Ok(mut answer) => {
                let items = answer.get_mut("items").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
                let typed = |mut item: Value| {
                    item["apiVersion"] = kind.api_version().into();
                    item["kind"] = kind.kind.as_str().into();
                    item
                };
                return Some(of_items(kind, namespace, items.into_iter().filter(Value::is_object).map(typed).collect()));
            }
            Err(why) => refused = Some(gap::of(&kind.group, &kind.plural, namespace, why)),
        }
    }
    gaps.extend(refused);
    None
}

fn of_items(kind: &Resource, namespace: Option<&str>, items: Vec<Value>) -> List {
    let list = List::beside(kind.path(namespace), kind.group.clone(), Some(kind.plural.clone()), items);
    List { namespace: namespace.map(str::to_owned), ..list }
}

fn objects(lists: Vec<List>, rules: &Rules) -> Result<Vec<Object>, CaptureError> {
    objects_of(Collected::of(Source::Live, lists), rules)
}

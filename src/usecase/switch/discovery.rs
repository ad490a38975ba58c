//! Which kinds the API server can list: by aggregated discovery, or group by group where it does not know that.
use crate::model::Gap;
use crate::model::Key;
use crate::model::Reason;
use crate::usecase::port::Api;
use crate::usecase::port::Ask;
use crate::usecase::switch::Stop;
use crate::usecase::switch::app::text;
use crate::usecase::switch::read;
use serde_json::Value;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

/// A kind that can be listed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Kind {
    /// API group.
    pub group: String,
    /// The version that the server prefers.
    pub version: String,
    /// Plural resource name.
    pub plural: String,
    /// Kind.
    pub kind: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

impl Kind {
    fn base(&self) -> String {
        if self.group.is_empty() { format!("/api/{}", self.version) } else { format!("/apis/{}/{}", self.group, self.version) }
    }

    /// The list over the whole cluster.
    pub(super) fn collection(&self) -> String {
        format!("{}/{}", self.base(), self.plural)
    }

    /// One object.
    pub(super) fn path(&self, key: &Key) -> String {
        let space = if self.namespaced { format!("/namespaces/{}", key.namespace) } else { String::new() };
        format!("{}{space}/{}/{}", self.base(), self.plural, key.name)
    }
}

/// The kinds that can be listed, each once, at the version that the server prefers; and the groups that did not answer.
///
/// # Errors
/// Where the server gives no discovery at all.
pub(super) fn kinds(api: &dyn Api) -> Result<(Vec<Kind>, Vec<Gap>), Stop> {
    let (mut kinds, mut gaps) = (Vec::new(), Vec::new());
    for root in ["/api", "/apis"] {
        let reply = api.send(&Ask { accept: Some(AGGREGATED), ..Ask::get(root) })?;
        let Some(found) = read::object(root, &reply)? else { continue };
        if text(&found, "/kind") == "APIGroupDiscoveryList" {
            aggregated(&found, &mut kinds, &mut gaps);
        } else {
            plain(api, &found, &mut kinds, &mut gaps)?;
        }
    }
    Ok((kinds, gaps))
}

fn items<'a>(v: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    v.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn lists(resource: &Value) -> bool {
    items(resource, "/verbs").any(|v| v == "list")
}

fn add(kinds: &mut Vec<Kind>, new: Kind) {
    if !new.plural.contains('/') && !kinds.iter().any(|k| k.group == new.group && k.plural == new.plural) {
        kinds.push(new);
    }
}

fn gap(group: &str, detail: String) -> Gap {
    Gap { group: group.into(), resource: "*".into(), namespace: None, reason: Reason::TimedOut, detail }
}

fn aggregated(found: &Value, kinds: &mut Vec<Kind>, gaps: &mut Vec<Gap>) {
    for group in items(found, "/items") {
        let name = text(group, "/metadata/name");
        for version in items(group, "/versions") {
            if text(version, "/freshness") == "Stale" {
                gaps.push(gap(name, format!("{name}/{} does not answer discovery", text(version, "/version"))));
            }
            for r in items(version, "/resources").filter(|r| lists(r)) {
                let kind = Kind {
                    group: name.into(),
                    version: text(version, "/version").into(),
                    plural: text(r, "/resource").into(),
                    kind: text(r, "/responseKind/kind").into(),
                    namespaced: text(r, "/scope") == "Namespaced",
                };
                add(kinds, kind);
            }
        }
    }
}

fn plain(api: &dyn Api, found: &Value, kinds: &mut Vec<Kind>, gaps: &mut Vec<Gap>) -> Result<(), Stop> {
    let core = items(found, "/versions").filter_map(Value::as_str).map(|v| (String::new(), v.to_owned()));
    let named = items(found, "/groups").flat_map(|g| {
        let preferred = text(g, "/preferredVersion/version");
        let others = items(g, "/versions").map(|v| text(v, "/version")).filter(move |v| *v != preferred);
        std::iter::once(preferred).chain(others).map(|v| (text(g, "/name").to_owned(), v.to_owned()))
    });
    for (group, version) in core.chain(named) {
        let path = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
        match read::get(api, &path, None) {
            Ok(Some(list)) => {
                for r in items(&list, "/resources").filter(|r| lists(r)) {
                    let namespaced = r.get("namespaced") == Some(&Value::Bool(true));
                    let (plural, kind) = (text(r, "/name").into(), text(r, "/kind").into());
                    add(kinds, Kind { group: group.clone(), version: version.clone(), plural, kind, namespaced });
                }
            }
            Ok(None) => gaps.push(gap(&group, format!("{path} is not there"))),
            Err(Stop::Answered { message, .. }) => gaps.push(gap(&group, message)),
            Err(stop) => return Err(stop),
        }
    }
    Ok(())
}

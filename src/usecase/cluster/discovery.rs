//! Discovery: which kinds the server can list, each at its preferred version. Asks for the aggregated form (two requests) and also reads
//! the plain form, if the server answers with that. A group that the server can't describe is a gap; it is never left out silently.
use crate::argo::{GROUP, is_own_resource};
use crate::model::meta::{self, list};
use crate::model::{Gap, Key, Reason, stem};
use crate::usecase::cluster::port::{Api, Ask, Sides};
use crate::usecase::cluster::{LiveError, gap};
use crate::value::Value;
use std::collections::BTreeSet;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/// A kind that can be listed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Resource {
    /// API group; empty for the core group.
    pub group: String,
    /// Version, such as `v1`.
    pub version: String,
    pub plural: String,
    pub kind: String,
    pub namespaced: bool,
    /// Singular and short names.
    pub names: Vec<String>,
}

impl Resource {
    /// A kind that is known without discovery.
    pub fn new(group: &str, version: &str, plural: &str, kind: &str, namespaced: bool) -> Self {
        let (group, version, plural, kind) = (group.into(), version.into(), plural.into(), kind.into());
        Self { group, version, plural, kind, namespaced, names: vec![] }
    }

    pub fn stem(&self) -> String {
        stem(&self.plural, &self.group)
    }

    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The path of its list.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let space = namespace.map(|n| format!("/namespaces/{n}")).unwrap_or_default();
        format!("{root}/{}{space}/{}", self.api_version(), self.plural)
    }

    /// The path of one object.
    pub fn path_of(&self, key: &Key) -> String {
        format!("{}/{}", self.path(self.namespaced.then_some(&*key.namespace)), key.name)
    }

    /// Whether a person may mean it by this word.
    pub fn is_called(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let (name, group) = word.split_once('.').map_or((&*word, None), |(n, g)| (n, Some(g)));
        let named = self.plural == name || self.kind.to_lowercase() == name || self.names.iter().any(|n| n == name);
        named && group.is_none_or(|g| g == self.group)
    }
}

/// All listable kinds, sorted, and the gaps of discovery. With a hub, Argo CD's own kinds are those of the hub, and no other kinds are.
///
/// # Errors
/// If no kinds can be known: no answer, a refused login, an answer that is no discovery.
pub fn discover(api: &dyn Api) -> Result<(Vec<Resource>, Vec<Gap>), LiveError> {
    let Some(Sides { hub, spoke }) = api.sides() else { return kinds(api) };
    let own = |r: &Resource| is_own_resource(&r.group, &r.plural);
    let ((mut resources, mut gaps), (there, unknown)) = (kinds(spoke)?, kinds(hub).map_err(LiveError::of_hub)?);
    resources.retain(|r| !own(r));
    resources.extend(there.into_iter().filter(own));
    resources.sort();
    gaps.extend(unknown.into_iter().filter(|g| g.group == GROUP));
    Ok((resources, gaps))
}

pub(in crate::usecase) fn kinds(api: &dyn Api) -> Result<(Vec<Resource>, Vec<Gap>), LiveError> {
    let mut found = Found::default();
    for root in ["/api", "/apis"] {
        let ask = Ask { accept: Some(AGGREGATED), ..Ask::get(root) };
        let reply = api.send(&ask).map_err(|silence| LiveError::Unreachable { path: root.into(), what: silence.to_string() })?;
        match reply.status {
            200 => {}
            401 => return Err(LiveError::Unauthorized { what: reply.message() }),
            status => return Err(LiveError::Refused { path: root.into(), status, what: reply.message() }),
        }
        let unreadable = |what: String| LiveError::Unreadable { path: root.into(), what };
        let answer = reply.json().map_err(|e| unreadable(e.to_string()))?;
        let before = found.resources.len() + found.gaps.len();
        match (meta::text(&answer, "/kind"), root) {
            ("APIGroupDiscoveryList", _) => list(&answer, "/items").for_each(|group| found.aggregated(group)),
            ("APIVersions", "/api") => {
                texts(&answer, "/versions").for_each(|version| found.plain(api, "", &format!("/api/{version}"), &version));
            }
            ("APIGroupList", "/apis") => list(&answer, "/groups").for_each(|group| found.group(api, group)),
            (kind, _) => return Err(unreadable(format!("its kind is `{kind}`"))),
        }
        // Every API server has kinds below both paths: an answer without any would leave them out silently.
        if found.resources.len() + found.gaps.len() == before {
            return Err(unreadable("it names no kind that can be listed".into()));
        }
    }
    if found.resources.is_empty() {
        let why = found.gaps.first().map(|g| g.detail.clone()).unwrap_or_default();
        return Err(LiveError::Unreadable { path: "/api".into(), what: format!("no kind is known that can be listed: {why}") });
    }
    found.resources.sort();
    Ok((found.resources, found.gaps))
}

#[derive(Default)]
struct Found {
    resources: Vec<Resource>,
    seen: BTreeSet<String>,
    gaps: Vec<Gap>,
}

impl Found {
    /// One group of the aggregated form; its versions are in the server's order of preference.
    fn aggregated(&mut self, group: &Value) {
        let name = text(group, "/metadata/name");
        for version in list(group, "/versions") {
            let v = text(version, "/version");
            if text(version, "/freshness") == "Stale" {
                self.unknown(&name, &v, Reason::TimedOut, "the API server could not reach the service behind it (stale discovery)");
            }
            for r in list(version, "/resources") {
                let kind = text(r, "/responseKind/kind");
                let names = texts(r, "/shortNames").chain([text(r, "/singularResource")]).collect();
                let namespaced = meta::text(r, "/scope") == "Namespaced";
                self.add(r, Resource { group: name.clone(), version: v.clone(), plural: text(r, "/resource"), kind, namespaced, names });
            }
        }
    }

    /// One group of the plain form: its preferred version first, then the others for kinds that only they have.
    fn group(&mut self, api: &dyn Api, group: &Value) {
        let name = text(group, "/name");
        let preferred = text(group, "/preferredVersion/version");
        let others = list(group, "/versions").map(|v| text(v, "/version")).filter(|v| *v != preferred);
        for version in [preferred.clone()].into_iter().filter(|v| !v.is_empty()).chain(others) {
            self.plain(api, &name, &format!("/apis/{name}/{version}"), &version);
        }
    }

    fn plain(&mut self, api: &dyn Api, group: &str, path: &str, version: &str) {
        let answer = match api.send(&Ask::get(path)) {
            Ok(reply) if reply.status == 200 => reply.json().map_err(|e| (Reason::Unreadable, e.to_string())),
            Ok(reply) => Err(gap::of_reply(&reply)),
            Err(silence) => Err(gap::of_silence(&silence)),
        };
        match answer {
            Ok(answer) if !answer.get("resources").is_some_and(Value::is_array) => {
                self.unknown(group, version, Reason::Unreadable, "the answer names no resources");
            }
            Ok(answer) => {
                for r in list(&answer, "/resources") {
                    let names = texts(r, "/shortNames").chain([text(r, "/singularName")]).collect();
                    let namespaced = r.get("namespaced").and_then(Value::as_bool).unwrap_or(false);
                    let (plural, kind) = (text(r, "/name"), text(r, "/kind"));
                    self.add(r, Resource { group: group.into(), version: version.into(), plural, kind, namespaced, names });
                }
            }
            Err((reason, what)) => self.unknown(group, version, reason, &what),
        }
    }

    fn add(&mut self, line: &Value, mut resource: Resource) {
        let listable = texts(line, "/verbs").any(|v| v == "list");
        resource.names.retain(|n| !n.is_empty());
        if listable && !resource.plural.contains('/') && !resource.plural.is_empty() && self.seen.insert(resource.stem()) {
            self.resources.push(resource);
        }
    }

    fn unknown(&mut self, group: &str, version: &str, reason: Reason, what: &str) {
        let detail = format!("the kinds of {group}/{version} are not known: {what}");
        self.gaps.push(Gap::of(group, "*", None, reason, detail));
    }
}

fn texts(value: &Value, pointer: &str) -> impl Iterator<Item = String> {
    list(value, pointer).filter_map(Value::as_str).map(str::to_owned)
}

fn text(value: &Value, pointer: &str) -> String {
    meta::text(value, pointer).to_owned()
}

//! What the path of a request names. Knows no object.
use super::ask::{Ask, decode};
use crate::world::resource::Resource;
use crate::world::status::Status;
use crate::world::store::Store;
use serde_json::json;
use std::sync::Arc;

/// The part of a path below a group version.
#[derive(Clone)]
pub(crate) struct Target {
    pub resource: Arc<Resource>,
    /// Empty for cluster-wide resources, and for requests over all namespaces.
    pub namespace: String,
    pub name: Option<String>,
    pub sub: Option<String>,
    /// The rest of the path after the subresource, undecoded, with its leading slash (proxy).
    pub rest: String,
}

impl Target {
    pub fn of(store: &Store, path: &str) -> Option<Self> {
        let (api, rest) = group_version(path)?;
        let mut parts = rest.splitn(6, '/').filter(|p| !p.is_empty()).map(|p| decode(p, false)).collect::<Vec<_>>();
        let mut namespace = String::new();
        let mut used = 0;
        if parts.len() > 2 && parts[0] == "namespaces" && !matches!(parts[2].as_str(), "status" | "finalize") {
            namespace = parts.remove(1);
            parts.remove(0);
            used = 2;
        }
        let resource = store.resources().iter().find(|r| r.api_version() == api && Some(&r.plural) == parts.first())?.clone();
        if !resource.namespaced && used > 0 {
            return None;
        }
        let mut parts = parts.into_iter().skip(1);
        let (name, sub) = (parts.next(), parts.next());
        let rest = rest.split('/').skip(used + 3).map(|p| format!("/{p}")).collect();
        Some(Self { resource, namespace, name, sub, rest })
    }

    /// The verb, in Kubernetes' words, of a request to this target.
    pub fn verb(&self, ask: &Ask) -> &'static str {
        match (ask.method.as_str(), &self.name) {
            ("GET" | "HEAD", Some(_)) => "get",
            ("GET" | "HEAD", None) if ask.flag("watch") => "watch",
            ("GET" | "HEAD", None) => "list",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", Some(_)) => "delete",
            ("DELETE", None) => "deletecollection",
            // As the API server calls what it has no verb for; nothing is served by it.
            _ => "",
        }
    }

    /// `pods`, `pods/exec`.
    pub fn stem(&self) -> String {
        let stem = self.resource.stem();
        self.sub.as_ref().map_or(stem.clone(), |s| format!("{stem}/{s}"))
    }

    /// 403, in the authorizer's words.
    pub fn forbidden(&self, verb: &str, user: &str) -> Status {
        let (resource, name) = (&self.resource, self.name.as_deref().unwrap_or_default());
        let path = self.sub.as_ref().map_or(resource.plural.clone(), |s| format!("{}/{s}", resource.plural));
        let scope =
            if self.namespace.is_empty() { "at the cluster scope".into() } else { format!("in the namespace {:?}", self.namespace) };
        let what = if name.is_empty() { resource.stem() } else { format!("{} {name:?}", resource.stem()) };
        let text = format!("{what} is forbidden: User {user:?} cannot {verb} resource {path:?} in API group {:?} {scope}", resource.group);
        let mut details = json!({"kind": resource.plural});
        for (key, value) in [("name", name), ("group", resource.group.as_str())].into_iter().filter(|(_, v)| !v.is_empty()) {
            details[key] = value.into();
        }
        Status::new(403, "Forbidden", text).with(details)
    }
}

/// `/apis/apps/v1/deployments` → `apps/v1`, `deployments`.
pub(crate) fn group_version(path: &str) -> Option<(String, &str)> {
    if let Some(rest) = path.strip_prefix("/api/") {
        let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
        return Some((version.to_owned(), rest));
    }
    let (group, rest) = path.strip_prefix("/apis/")?.split_once('/')?;
    let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
    Some((format!("{group}/{version}"), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::resource;

    /// Resource, namespace, name, subresource, rest.
    fn target(path: &str) -> Option<[String; 5]> {
        let t = Target::of(&Store::new(resource::builtin()), path)?;
        Some([t.resource.stem(), t.namespace, t.name.unwrap_or_default(), t.sub.unwrap_or_default(), t.rest])
    }

    #[test]
    fn paths_name_what_they_name_in_kubernetes() {
        let is = |path: &str, parts: [&str; 5]| assert_eq!(target(path).unwrap(), parts, "{path}");
        is("/api/v1/pods", ["pods", "", "", "", ""]);
        is("/api/v1/namespaces/a", ["namespaces", "", "a", "", ""]);
        is("/api/v1/namespaces/a/finalize", ["namespaces", "", "a", "finalize", ""]);
        is("/apis/apps/v1/namespaces/a/deployments/d/scale", ["deployments.apps", "a", "d", "scale", ""]);
        is("/api/v1/namespaces/a/services/http:web:80/proxy/v2/x%20y", ["services", "a", "http:web:80", "proxy", "/v2/x%20y"]);
        assert_eq!(target("/api/v1/namespaces/a/nodes"), None);
        assert_eq!(target("/apis/apps/v2/deployments"), None);
    }
}

//! One request, read. Knows no store.
use crate::world::resource::Resource;
use crate::world::status::Status;
use crate::world::store::Store;
use crate::world::yaml;
use bytes::Bytes;
use http::HeaderMap;
use http::Method;
use http::header;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

/// A request whose body has come.
pub(crate) struct Ask {
    pub method: Method,
    /// The path as sent, without the query.
    pub path: String,
    /// The query as sent.
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The object of a body that is neither JSON nor YAML (protobuf), where it could be read.
    pub decoded: Option<Value>,
}

impl Ask {
    /// A query parameter, decoded.
    pub fn param(&self, name: &str) -> Option<String> {
        self.params(name).into_iter().next()
    }

    /// All values of a query parameter.
    pub fn params(&self, name: &str) -> Vec<String> {
        let pairs = self.query.split('&').map(|p| p.split_once('=').unwrap_or((p, "")));
        pairs.filter(|(k, _)| decode(k, true) == name).map(|(_, v)| decode(v, true)).collect()
    }

    /// Whether a query parameter says yes.
    pub fn flag(&self, name: &str) -> bool {
        self.param(name).is_some_and(|v| matches!(v.as_str(), "true" | "1" | "True"))
    }

    /// A header's text, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The content type without parameters.
    pub fn content_type(&self) -> &str {
        self.header("content-type").split(';').next().unwrap_or_default().trim()
    }

    /// As whom it is asked.
    pub fn user(&self) -> &str {
        match self.header("impersonate-user") {
            "" => "demo",
            user => user,
        }
    }

    /// Who manages the fields that it writes: what it says, else the first word of the user agent.
    pub fn manager(&self) -> String {
        let agent = || self.header(header::USER_AGENT.as_str()).split('/').next().unwrap_or_default().to_owned();
        self.param("fieldManager").filter(|m| !m.is_empty()).unwrap_or_else(agent)
    }

    /// Whether nothing is to be stored.
    pub fn dry(&self) -> bool {
        self.param("dryRun").is_some_and(|v| v == "All")
    }

    /// The body as one object, JSON or YAML.
    ///
    /// # Errors
    /// 415 for another type, 400 for what can't be read.
    pub fn object(&self) -> Result<Value, Status> {
        let unknown = || {
            let types = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
            let text = format!("the body of the request was in an unknown format - accepted media types include: {types}");
            Status::new(415, "UnsupportedMediaType", text)
        };
        let is_yaml = match self.content_type() {
            "application/vnd.kubernetes.protobuf" => return self.decoded.clone().ok_or_else(unknown),
            "" | "application/json" => false,
            "application/yaml" | "application/apply-patch+yaml" => true,
            _ => return Err(unknown()),
        };
        let text = std::str::from_utf8(&self.body).map_err(|e| Status::bad_request(e.to_string()))?;
        // JSON is YAML, but for the keys that a reader of YAML gives a meaning.
        let value = match serde_json::from_str(text) {
            Err(_) if is_yaml => yaml::read(text),
            read => read.map_err(|e| e.to_string()),
        };
        let value: Value = value.map_err(|e| Status::bad_request(format!("the object provided is unrecognized: {e}")))?;
        if value.is_object() { Ok(value) } else { Err(Status::bad_request("the object provided is unrecognized (must be an object)")) }
    }
}

/// What a path names below a group version.
#[derive(Clone)]
pub(crate) struct Target {
    pub resource: Arc<Resource>,
    /// Empty for cluster-wide resources, and across namespaces.
    pub namespace: String,
    pub name: Option<String>,
    pub sub: Option<String>,
    /// What follows the subresource, undecoded, with its leading slash (proxy).
    pub rest: String,
}

impl Target {
    /// What a path names, if a store serves it.
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

    /// Kubernetes' word for what a request does here.
    pub fn verb(&self, ask: &Ask) -> &'static str {
        match (ask.method.as_str(), &self.name) {
            ("GET" | "HEAD", Some(_)) => "get",
            ("GET" | "HEAD", None) if ask.flag("watch") => "watch",
            ("GET" | "HEAD", None) => "list",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", Some(_)) => "delete",
            _ => "deletecollection",
        }
    }

    /// `pods`, `pods/exec`.
    pub fn stem(&self) -> String {
        let stem = self.resource.stem();
        self.sub.as_ref().map_or(stem.clone(), |s| format!("{stem}/{s}"))
    }

    /// 403, as the authorizer words it.
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

/// Percent-decoding; in queries a plus is a space.
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let (mut out, bytes, mut i) = (Vec::new(), text.as_bytes(), 0);
    while i < bytes.len() {
        let hex = bytes.get(i + 1..i + 3).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match (bytes[i], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                i += 2;
            }
            (b'+', _) if plus => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        i += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
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

    #[test]
    fn percent_signs_are_read() {
        assert_eq!(decode("a%3Db%2Cc+d%zz", true), "a=b,c d%zz");
    }
}

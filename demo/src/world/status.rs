//! Kubernetes' answer to a failed request: `kind: Status`, in the API server's words. Of HTTP it knows the status codes only.
use super::resource::Resource;
use serde_json::{Value, json};

/// A `v1 Status` of a failure.
#[derive(Clone, PartialEq, Debug)]
pub struct Status {
    /// The HTTP status.
    pub code: u16,
    /// One word, such as `NotFound`.
    pub reason: String,
    /// For people.
    pub message: String,
    /// `{name, group, kind, uid, causes, retryAfterSeconds}`; null if there is nothing to add.
    pub details: Value,
    /// `metadata.continue`: only an expired list has one.
    pub next: Option<String>,
}

impl Status {
    /// A failure without details.
    pub fn new(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), message: message.into(), details: Value::Null, next: None }
    }

    /// The same with details.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    /// The object as it is sent.
    pub fn to_value(&self) -> Value {
        let metadata = self.next.as_ref().map_or(json!({}), |n| json!({"continue": n}));
        let mut value = json!({"kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure", "message": self.message, "reason": self.reason, "code": self.code});
        if let (Some(map), false) = (value.as_object_mut(), self.details.is_null()) {
            map.insert("details".into(), self.details.clone());
        }
        value
    }

    fn of(resource: &Resource, name: &str, code: u16, reason: &str, message: String) -> Self {
        Self::new(code, reason, message).with(about(resource, name))
    }

    /// 404 of one object: `pods "x" not found`.
    pub fn not_found(resource: &Resource, name: &str) -> Self {
        Self::of(resource, name, 404, "NotFound", format!("{} {name:?} not found", resource.stem()))
    }

    /// 404 of a path that nothing serves.
    pub fn no_resource() -> Self {
        Self::new(404, "NotFound", "the server could not find the requested resource").with(json!({}))
    }

    /// 409: the name is taken.
    pub fn already_exists(resource: &Resource, name: &str) -> Self {
        Self::of(resource, name, 409, "AlreadyExists", format!("{} {name:?} already exists", resource.stem()))
    }

    /// 409: the resourceVersion is not the latest.
    pub fn modified(resource: &Resource, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(resource, name, why)
    }

    /// 409 with a given reason.
    pub fn conflict(resource: &Resource, name: &str, why: &str) -> Self {
        Self::of(resource, name, 409, "Conflict", format!("Operation cannot be fulfilled on {} {name:?}: {why}", resource.stem()))
    }

    /// 409 of a delete whose precondition fails; here Kubernetes names the kind, not the resource.
    pub fn precondition(resource: &Resource, name: &str, why: &str) -> Self {
        let kind = if resource.group.is_empty() { resource.kind.clone() } else { format!("{}.{}", resource.kind, resource.group) };
        let details = json!({"name": name, "group": resource.group, "kind": resource.kind});
        Self::new(409, "Conflict", format!("Operation cannot be fulfilled on {kind} {name:?}: {why}")).with(details)
    }

    /// 403 for a write into a namespace that is being terminated.
    pub fn terminating(resource: &Resource, name: &str, namespace: &str) -> Self {
        let mut details = about(resource, name);
        details["causes"] = json!([{"reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"), "field": "metadata.namespace"}]);
        let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
        Self::new(403, "Forbidden", format!("{} {name:?} is forbidden: {why}", resource.stem())).with(details)
    }

    /// 422 with one cause.
    pub fn invalid(resource: &Resource, name: &str, field: &str, why: &str) -> Self {
        let kind = if resource.group.is_empty() { resource.kind.clone() } else { format!("{}.{}", resource.kind, resource.group) };
        let details = json!({"name": name, "group": resource.group, "kind": resource.kind, "causes": [{"reason": "FieldValueInvalid", "message": why, "field": field}]});
        Self::new(422, "Invalid", format!("{kind} {name:?} is invalid: {field}: {why}")).with(details)
    }

    /// 410: the server no longer knows what was asked for.
    pub fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// 400.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }
}

fn about(resource: &Resource, name: &str) -> Value {
    let mut details = json!({"name": name, "kind": resource.plural});
    if !resource.group.is_empty() {
        details["group"] = json!(resource.group);
    }
    details
}

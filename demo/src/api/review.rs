//! Answers what a user asks about itself: who it is, what it may do. Stores nothing.
use super::answer::Answer;
use super::ask::Ask;
use super::target::Target;
use crate::faults::wire::Faults;
use crate::world::status::Status;
use crate::world::store::Store;
use serde_json::{Value, json};

/// The answer to a review; none for another kind.
///
/// # Errors
/// 400 and 415 for a body that can't be read.
pub(super) fn review(store: &Store, faults: &Faults, target: &Target, ask: &Ask) -> Result<Option<Answer>, Status> {
    let make = match target.resource.kind.as_str() {
        "SelfSubjectAccessReview" => access,
        "SelfSubjectRulesReview" => rules,
        "SelfSubjectReview" => user,
        _ => return Ok(None),
    };
    let mut object = ask.object()?;
    object["status"] = make(store, faults, ask, &object["spec"]);
    object["kind"] = target.resource.kind.clone().into();
    object["apiVersion"] = target.resource.api_version().into();
    object["metadata"] = json!({"creationTimestamp": null});
    Ok(Some(Answer::json(201, &object)))
}

fn access(_: &Store, faults: &Faults, _: &Ask, spec: &Value) -> Value {
    let what = &spec["resourceAttributes"];
    if what.is_null() {
        return json!({"allowed": true});
    }
    let text = |key: &str| what[key].as_str().unwrap_or_default();
    let part = |mark: &str, value: &str| if value.is_empty() { String::new() } else { format!("{mark}{value}") };
    let resource = format!("{}{}{}", text("resource"), part(".", text("group")), part("/", text("subresource")));
    json!({"allowed": faults.allows(text("verb"), &resource, text("namespace"))})
}

fn rules(store: &Store, faults: &Faults, _: &Ask, spec: &Value) -> Value {
    let namespace = spec["namespace"].as_str().unwrap_or_default();
    let rules: Vec<Value> = store
        .resources()
        .iter()
        .map(|r| {
            let verbs: Vec<&String> = r.verbs.iter().filter(|v| faults.allows(v, &r.stem(), namespace)).collect();
            json!({"verbs": verbs, "apiGroups": [r.group], "resources": [r.plural]})
        })
        .filter(|r| r["verbs"].as_array().is_some_and(|v| !v.is_empty()))
        .collect();
    let other = json!([{"verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version"]}]);
    json!({"resourceRules": rules, "nonResourceRules": other, "incomplete": false})
}

fn user(_: &Store, _: &Faults, ask: &Ask, _: &Value) -> Value {
    json!({"userInfo": {"username": ask.user(), "groups": ["system:authenticated"]}})
}

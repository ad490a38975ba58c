//! The OpenAPI that kubectl needs: that the server validates fields, and that kinds exist. Describes no field.
use crate::api::answer::Answer;
use crate::world::resource::Resource;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The answer to a path below `/openapi`; none for other paths.
pub(crate) fn answer(path: &str, accept: &str, resources: &[Arc<Resource>]) -> Option<Answer> {
    match path.trim_end_matches('/') {
        "/openapi/v2" => Some(v2(accept)),
        path if path.starts_with("/openapi/v3") => v3(path, resources).or_else(|| Some(Answer::unknown_path())),
        _ => None,
    }
}

/// `/openapi/v2`: empty, in the form that the client asks for.
fn v2(accept: &str) -> Answer {
    if accept.contains("protobuf") {
        return Answer::bytes(200, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf", Vec::new());
    }
    Answer::json(200, &json!({"swagger": "2.0", "info": {"title": "Kubernetes", "version": "demo"}, "paths": {}, "definitions": {}}))
}

fn folder(resource: &Resource) -> String {
    let root = if resource.group.is_empty() { "api" } else { "apis" };
    format!("{root}/{}", resource.api_version())
}

/// `/openapi/v3` and the paths that it lists; none for other paths.
fn v3(path: &str, resources: &[Arc<Resource>]) -> Option<Answer> {
    let folders: BTreeSet<String> = resources.iter().map(|r| folder(r)).collect();
    let Some(asked) = path.strip_prefix("/openapi/v3/").map(|p| p.trim_end_matches('/')).filter(|p| !p.is_empty()) else {
        let paths: Map<String, Value> =
            folders.into_iter().map(|f| (f.clone(), json!({"serverRelativeURL": format!("/openapi/v3/{f}")}))).collect();
        return Some(Answer::json(200, &json!({"paths": paths})));
    };
    folders.get(asked)?;
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for r in resources.iter().filter(|r| folder(r) == asked) {
        let kind = json!({"group": r.group, "version": r.version, "kind": r.kind});
        let space = if r.namespaced { "/namespaces/{namespace}" } else { "" };
        let validated = json!([{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}]);
        let operation = |action: &str| json!({"parameters": validated, "responses": {}, "x-kubernetes-action": action, "x-kubernetes-group-version-kind": kind});
        paths.insert(format!("/{asked}{space}/{}/{{name}}", r.plural), json!({"patch": operation("patch"), "get": operation("get")}));
        let text = |t: &str| json!({"type": "string", "description": t});
        let object = |t: &str| json!({"type": "object", "description": t});
        let fields = json!({"apiVersion": text("The version of this kind."), "kind": text("The kind."), "metadata": object("Standard metadata."),
            "spec": object("What is wanted. The demo describes no field of it."), "status": object("What is.")});
        let schema = json!({"type": "object", "description": format!("{} of the demo platform.", r.kind), "properties": fields, "x-kubernetes-group-version-kind": [kind]});
        schemas.insert(format!("demo.{}.{}", r.version, r.kind), schema);
    }
    let info = json!({"title": "Kubernetes", "version": "demo"});
    Some(Answer::json(200, &json!({"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": schemas}})))
}

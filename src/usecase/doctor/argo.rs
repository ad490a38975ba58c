//! Argo CD: where it is, which version, how it marks what it manages, and whether it looks at its Applications at all.
use crate::argo::app::controller_namespace;
use crate::argo::{glob, longest_silence};
use crate::model::Object;
use crate::model::meta::{label, list, text};
use crate::usecase::capture::live::Platform;
use crate::usecase::cluster::Resource;
use crate::usecase::cluster::port::{Api, Ask, of_argo};
use crate::usecase::doctor::{Code, Doctor, Line};
use crate::value::Value;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// The versions of Argo CD whose behaviour evid knows.
const KNOWN: [(u32, u32); 2] = [(2, 8), (3, 6)];
/// From here on annotations mark what is managed, where argocd-cm does not say.
const BY_ANNOTATION: (u32, u32) = (3, 0);
/// From here on `automated.enabled: false` is a way of being manual.
const ENABLED: (u32, u32) = (3, 1);
const CONTROLLER: &str = "application-controller";
const CRD: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldSelector=metadata.name%3Dapplications.argoproj.io";

pub(super) fn lines(doctor: &Doctor<'_>, kinds: &[Resource], seen: &Platform) -> Vec<Line> {
    let found: Vec<&str> = kinds.iter().filter(|r| r.group == "argoproj.io").map(|r| &*r.plural).collect();
    if !found.contains(&"applications") {
        return vec![Line::problem(Code::ArgoNone)];
    }
    let mut lines = vec![Line::ok(Code::ArgoKinds).with("kinds", found.join(", "))];
    let unseen = |g: &crate::model::Gap| Line::problem(Code::ArgoUnseen).with("kind", &g.resource).with("why", &g.detail);
    lines.extend(seen.gaps.iter().map(unseen));
    let version = version(of_argo(doctor.api), seen, &mut lines);
    let apps: Vec<&Object> = seen.argo("Application").collect();
    instances(&apps, seen, &mut lines);
    if !seen.gaps.iter().any(|g| g.resource == "configmaps") {
        lines.extend(tracking(seen, version));
        namespaces(&apps, seen, &mut lines);
        lines.extend(reconciling(&apps, seen, doctor.clock.now()));
    }
    let elsewhere: Vec<String> = apps.iter().filter(|a| !doctor.here.is(&a.value)).map(|a| a.key.place()).collect();
    if !elsewhere.is_empty() {
        lines.push(Line::note(Code::ArgoElsewhere).with("apps", few(&elsewhere)));
    }
    lines
}

/// The version, by the controller's image, and whether the kinds are as new as it.
fn version(api: &dyn Api, seen: &Platform, lines: &mut Vec<Line>) -> Option<(u32, u32)> {
    let control = seen.control.as_deref()?;
    let mut why = String::new();
    let mut workloads = Vec::new();
    for kind in ["statefulsets", "deployments"] {
        match items(api, &format!("/apis/apps/v1/namespaces/{control}/{kind}")) {
            Ok(items) => workloads.extend(items),
            Err(e) => why = e,
        }
    }
    let controller = workloads.iter().find(|w| text(w, "/metadata/name").ends_with(CONTROLLER));
    let Some(controller) = controller else {
        let line = if why.is_empty() { Line::note(Code::ArgoNoController) } else { Line::note(Code::ArgoVersionUnseen).with("why", why) };
        lines.push(line.with("namespace", control));
        return None;
    };
    let tag = tag(controller);
    let version = tag.as_deref().and_then(parsed);
    let line = match version {
        Some(v) if (KNOWN[0]..=KNOWN[1]).contains(&v) => Line::ok(Code::ArgoVersion),
        Some(_) => Line::note(Code::ArgoVersionOther).with("oldest", shown(KNOWN[0])).with("newest", shown(KNOWN[1])),
        None => Line::note(Code::ArgoVersionUnknown),
    };
    lines.push(line.with("version", tag.unwrap_or_default()).with("namespace", control));
    let ready = controller.pointer("/status/readyReplicas").and_then(Value::as_u64).unwrap_or(0);
    if ready == 0 {
        lines.push(
            Line::problem(Code::ArgoControllerDown).with("controller", text(controller, "/metadata/name")).with("namespace", control),
        );
    }
    lines.push(match items(api, CRD).map(|crds| crds.first().map(knows_enabled)) {
        Ok(Some(true)) => Line::ok(Code::ArgoEnabledKnown),
        Ok(_) if version.is_some_and(|v| v >= ENABLED) => Line::note(Code::ArgoKindsOlder),
        Ok(_) => Line::ok(Code::ArgoEnabledUnknown),
        Err(why) => Line::note(Code::ArgoSchemaUnseen).with("why", why),
    });
    version
}

/// Whether the schema has `automated.enabled`: an older API server drops the field, and the Application stays automatic.
fn knows_enabled(crd: &Value) -> bool {
    const FIELD: &str = "/schema/openAPIV3Schema/properties/spec/properties/syncPolicy/properties/automated/properties/enabled";
    list(crd, "/spec/versions").any(|v| v.pointer(FIELD).is_some())
}

/// The tag of the controller's image, else what Helm says of the version.
fn tag(controller: &Value) -> Option<String> {
    let containers = controller.pointer("/spec/template/spec/containers").and_then(Value::as_array)?;
    let own = containers.iter().find(|c| text(c, "/name").ends_with(CONTROLLER)).or(containers.first());
    let image = own.map(|c| text(c, "/image")).unwrap_or_default();
    let name = image.split('@').next().unwrap_or_default();
    let tag = name.rsplit('/').next().and_then(|n| n.split_once(':')).map(|(_, tag)| tag.to_owned());
    tag.filter(|t| parsed(t).is_some()).or_else(|| label(controller, "app.kubernetes.io/version").map(str::to_owned))
}

fn parsed(tag: &str) -> Option<(u32, u32)> {
    let mut parts = tag.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn shown((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

/// More than one Argo CD in the cluster.
fn instances(apps: &[&Object], seen: &Platform, lines: &mut Vec<Line>) {
    let mut homes: BTreeSet<&str> = apps.iter().filter_map(|a| controller_namespace(&a.value)).collect();
    homes.extend(seen.objects.iter().filter(|o| o.key.kind == "ConfigMap" && o.key.name == "argocd-cm").map(|o| &*o.key.namespace));
    if homes.len() > 1 {
        let control = seen.control.as_deref().unwrap_or_default();
        lines.push(
            Line::note(Code::ArgoSeveral).with("namespaces", homes.into_iter().collect::<Vec<_>>().join(", ")).with("namespace", control),
        );
    }
}

/// How what is managed is marked.
fn tracking(seen: &Platform, version: Option<(u32, u32)>) -> Option<Line> {
    let set = seen.setting("argocd-cm", "application.resourceTrackingMethod");
    let default = version.map(|v| if v >= BY_ANNOTATION { "annotation" } else { "label" });
    let Some(method) = set.or(default) else { return Some(Line::note(Code::ArgoTrackingUnknown)) };
    let line = if method == "label" { Line::note(Code::ArgoTrackingLabel) } else { Line::ok(Code::ArgoTracking) };
    let label = seen.setting("argocd-cm", "application.instanceLabelKey").unwrap_or("app.kubernetes.io/instance");
    let installation = seen.setting("argocd-cm", "installationID").unwrap_or("none");
    let from = if set.is_some() { "argocd-cm" } else { "default" };
    Some(line.with("method", method).with("from", from).with("label", label).with("installation", installation))
}

/// Which namespaces' Applications Argo CD takes, and those that it leaves alone.
fn namespaces(apps: &[&Object], seen: &Platform, lines: &mut Vec<Line>) {
    let Some(control) = seen.control.as_deref() else { return };
    let allowed = seen.setting("argocd-cmd-params-cm", "application.namespaces").unwrap_or_default();
    let more = if allowed.is_empty() { String::new() } else { format!(", {allowed}") };
    lines.push(Line::ok(Code::ArgoNamespaces).with("namespaces", format!("{control}{more}")));
    // The controller may have been told by a flag; what has a status is looked at, whatever the settings say.
    let inert = |a: &&&Object| a.value.pointer("/status/reconciledAt").is_none() && !is_allowed(&a.key.namespace, control, allowed);
    let inert: Vec<String> = apps.iter().filter(inert).map(|a| a.key.place()).collect();
    if !inert.is_empty() {
        lines.push(Line::problem(Code::ArgoUnmanaged).with("apps", few(&inert)));
    }
}

/// Whether `application.namespaces` names a namespace: by glob, or by `/regular expression/`.
fn is_allowed(namespace: &str, control: &str, allowed: &str) -> bool {
    let matches = |pattern: &str| {
        let expression = pattern.strip_prefix('/').and_then(|p| p.strip_suffix('/'));
        expression.map_or_else(|| glob(pattern, namespace), |e| regex::Regex::new(e).is_ok_and(|r| r.is_match(namespace)))
    };
    namespace == control || allowed.split(',').map(str::trim).filter(|p| !p.is_empty()).any(matches)
}

/// Whether any Application was looked at of late.
fn reconciling(apps: &[&Object], seen: &Platform, now: DateTime<Utc>) -> Option<Line> {
    let Some(limit) = longest_silence(|key| seen.setting("argocd-cm", key)) else { return Some(Line::note(Code::ArgoNoInterval)) };
    if apps.is_empty() {
        return Some(Line::note(Code::ArgoNoApplications));
    }
    let time = |a: &&Object| DateTime::parse_from_rfc3339(text(&a.value, "/status/reconciledAt")).ok();
    let Some(newest) = apps.iter().filter_map(time).max() else { return Some(Line::problem(Code::ArgoNeverReconciled)) };
    let age = now.signed_duration_since(newest).num_seconds().max(0);
    let line = if age > limit.num_seconds() { Line::problem(Code::ArgoNotReconciling) } else { Line::ok(Code::ArgoReconciling) };
    Some(line.with("seconds", age).with("limit", limit.num_seconds()).with("apps", apps.len()))
}

fn items(api: &dyn Api, path: &str) -> Result<Vec<Value>, String> {
    let reply = api.send(&Ask::get(path)).map_err(|e| e.to_string())?;
    if reply.status != 200 {
        return Err(format!("HTTP {}: {}", reply.status, reply.message()));
    }
    let mut answer = reply.json().map_err(|e| e.to_string())?;
    Ok(answer.get_mut("items").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default())
}

/// Some names, and how many more there are.
pub(super) fn few(names: &[String]) -> String {
    const MOST: usize = 8;
    let more = names.len().saturating_sub(MOST);
    let shown = names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::{is_allowed, knows_enabled, parsed, tag};
    use crate::value::json;

    #[test]
    fn allowed_namespaces_are_globs_and_expressions() {
        for (namespace, allowed, want) in [
            ("argocd", "", true),
            ("team-a", "", false),
            ("team-a", "other, team-*", true),
            ("my-team-a", "team-*", false),
            ("team-a", "/^team-[ab]$/", true),
            ("team-c", "/^team-[ab]$/", false),
            ("teamxa", "team.a", false),
        ] {
            assert_eq!(is_allowed(namespace, "argocd", allowed), want, "{namespace} in `{allowed}`");
        }
    }

    #[test]
    fn the_version_is_the_tag_of_the_image_or_what_helm_says() {
        let controller = |image: &str, version: &str| {
            json!({"metadata": {"labels": {"app.kubernetes.io/version": version}},
                "spec": {"template": {"spec": {"containers": [{"name": "proxy", "image": "p:1.0"}, {"name": "argocd-application-controller", "image": image}]}}}})
        };
        for (image, want) in [
            ("quay.io/argoproj/argocd:v3.2.11", "v3.2.11"),
            ("registry:5000/argocd:v2.14.1@sha256:00", "v2.14.1"),
            ("registry:5000/argocd@sha256:00", "v9.9.9"),
            ("registry/argocd:latest", "v9.9.9"),
        ] {
            assert_eq!(tag(&controller(image, "v9.9.9")).as_deref(), Some(want), "{image}");
        }
        assert_eq!((parsed("v3.2.11"), parsed("latest")), (Some((3, 2)), None));
    }

    #[test]
    fn the_schema_tells_whether_enabled_is_kept() {
        let crd = |automated| {
            json!({"spec": {"versions": [{"schema": {"openAPIV3Schema": {"properties": {"spec": {"properties": {"syncPolicy":
            {"properties": {"automated": {"properties": automated}}}}}}}}}]}})
        };
        assert!(knows_enabled(&crd(json!({"enabled": {"type": "boolean"}}))));
        assert!(!knows_enabled(&crd(json!({"prune": {"type": "boolean"}}))));
    }
}

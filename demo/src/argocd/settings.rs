//! What `argocd-cm` says of all Applications: how their objects are marked, and which kinds Argo CD does not look at. Knows no Application.
//! As `util/settings/settings.go` and `util/settings/resources_filter.go` of Argo CD 3.2.11.
use super::glob::glob;
use crate::world::objects::text;
use crate::world::yaml;
use serde::Deserialize;
use serde_json::Value;

/// What marks an object as an Application's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Method {
    /// The annotation: what Argo CD 3 does where nothing is said.
    #[default]
    Annotation,
    /// The label alone.
    Label,
    /// Both; the annotation is what counts.
    AnnotationAndLabel,
}

/// The settings in force.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Settings {
    /// `application.resourceTrackingMethod`.
    pub method: Method,
    /// `application.instanceLabelKey`.
    pub label: String,
    excluded: Vec<Filter>,
    included: Vec<Filter>,
}

/// One entry of `resource.exclusions` or `resource.inclusions`.
#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Filter {
    api_groups: Vec<String>,
    kinds: Vec<String>,
}

impl Filter {
    fn meets(&self, group: &str, kind: &str) -> bool {
        let groups = self.api_groups.is_empty() || self.api_groups.iter().any(|g| glob(g, group));
        groups && (self.kinds.is_empty() || self.kinds.iter().any(|k| k == "*" || k == kind))
    }
}

/// What Argo CD leaves out whatever is said: `coreExcludedResources`.
fn always(group: &str, kind: &str) -> bool {
    matches!((group, kind), ("events.k8s.io" | "metrics.k8s.io", _) | ("", "Event") | ("coordination.k8s.io", "Lease"))
}

impl Settings {
    /// The settings of an `argocd-cm`.
    pub fn of(map: &Value) -> Self {
        let data = &map["data"];
        let filters = |key: &str| yaml::read(text(&data[key])).unwrap_or_default();
        let method = match text(&data["application.resourceTrackingMethod"]) {
            "label" => Method::Label,
            "annotation+label" => Method::AnnotationAndLabel,
            _ => Method::Annotation,
        };
        let label = data["application.instanceLabelKey"].as_str().filter(|l| !l.is_empty()).unwrap_or("app.kubernetes.io/instance");
        Self { method, label: label.to_owned(), excluded: filters("resource.exclusions"), included: filters("resource.inclusions") }
    }

    /// Whether Argo CD does not look at a kind.
    pub fn excludes(&self, group: &str, kind: &str) -> bool {
        let any = |filters: &[Filter]| filters.iter().any(|f| f.meets(group, kind));
        always(group, kind) || any(&self.excluded) || (!self.included.is_empty() && !any(&self.included))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn kinds_are_left_out_by_group_and_by_name() {
        let excluded = "- apiGroups: ['', discovery.k8s.io]\n  kinds: [Endpoints, EndpointSlice]\n- apiGroups: ['*.cilium.io']\n";
        let settings = Settings::of(&json!({"data": {"resource.exclusions": excluded}}));
        for (group, kind, is) in [
            ("", "Endpoints", true),
            ("discovery.k8s.io", "EndpointSlice", true),
            ("", "ConfigMap", false),
            ("x.cilium.io", "Anything", true),
            ("coordination.k8s.io", "Lease", true),
            ("apps", "Endpoints", false),
        ] {
            assert_eq!(settings.excludes(group, kind), is, "{group}/{kind}");
        }
    }

    #[test]
    fn where_kinds_are_included_all_others_are_left_out() {
        let settings = Settings::of(&json!({"data": {"resource.inclusions": "- apiGroups: [apps]\n  kinds: ['*']\n"}}));
        assert!(!settings.excludes("apps", "Deployment") && settings.excludes("", "ConfigMap"));
    }
}

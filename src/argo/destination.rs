//! Which cluster an Application deploys to (law 11). Argo CD 3.6.0, `pkg/apis/application/v1alpha1/types.go` (`ApplicationDestination`,
//! `KubernetesInternalAPIServerAddr`) and `util/db/cluster.go` (the local cluster is called `in-cluster` by default).
use crate::model::meta::text;
use serde_json::Value;

/// The names that Argo CD may use for the captured cluster.
#[derive(Clone, Debug, Default)]
pub struct Here {
    server: Option<String>,
    names: Vec<String>,
}

impl Here {
    /// The cluster with this API server address, and the names that `evid.yaml` says Argo CD uses for it.
    pub fn new(server: Option<&str>, names: &[String]) -> Self {
        Self { server: server.map(|s| s.trim_end_matches('/').to_owned()), names: names.to_vec() }
    }

    /// Whether an Application's destination is this cluster by its address or name.
    pub fn is(&self, app: &Value) -> bool {
        let (server, name) = (text(app, "/spec/destination/server").trim_end_matches('/'), text(app, "/spec/destination/name"));
        let named = |word: &str| !word.is_empty() && self.names.iter().any(|n| n == word);
        server == "https://kubernetes.default.svc"
            || name == "in-cluster"
            || (!server.is_empty() && self.server.as_deref() == Some(server))
            || named(server)
            || named(name)
    }
}

#[cfg(test)]
mod tests {
    use super::Here;
    use serde_json::json;

    #[test]
    fn a_destination_is_here_by_its_address_or_a_name_that_was_given() {
        let app = |server: &str, name: &str| json!({"spec": {"destination": {"server": server, "name": name}}});
        let here = Here::new(Some("https://10.0.0.1:6443"), &["production".to_owned()]);
        for (server, name, want) in [
            ("https://kubernetes.default.svc", "", true),
            ("https://kubernetes.default.svc/", "", true),
            ("", "in-cluster", true),
            ("https://10.0.0.1:6443", "", true),
            ("", "production", true),
            ("https://10.0.0.2:6443", "", false),
            ("", "other", false),
            ("", "", false),
        ] {
            assert_eq!(here.is(&app(server, name)), want, "{server} {name}");
        }
        assert!(!Here::default().is(&app("https://10.0.0.1:6443", "")));
    }
}

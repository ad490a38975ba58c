//! `evid.json`, format 1: what the bundle is, which cluster it shows, when, and the digest of each layer.
use crate::argo::Here;
use crate::bundle::config::Config;
use crate::model;
use crate::model::Source;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// Format number; 1.
    pub format: u32,
    pub tool: Tool,
    #[serde(with = "SourceLine")]
    pub source: Source,
    /// Capture window.
    pub window: Window,
    pub cluster: Cluster,
    /// The cluster of Argo CD, where that is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<Hub>,
    /// Each layer with its role and digest, `platform` last.
    pub layers: Vec<LayerLine>,
    /// Digest of the built-in rules.
    pub rules: String,
    /// SHA-256 of `config.json`.
    pub config: String,
    /// Id of the redaction key; never the key.
    pub redaction_key: String,
    /// Argo CD's tracking method: `annotation` or `label`.
    pub tracking: String,
    /// The kinds whose names end in eight hex digits, as the names of later parts do; absent if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub like_parts: Vec<String>,
    /// SHA-256 of every stored byte of the zip before `evid.json`: it covers the container as well as its contents.
    pub head: String,
    /// A reviewer's nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The run of a proof of which it is a point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
}

impl Manifest {
    /// Which destinations of Applications are the captured cluster, by what the bundle says of itself.
    pub fn here(&self, config: &Config) -> Here {
        let hub = self.hub.as_ref().map(|hub| hub.server.as_deref());
        Here::new(self.cluster.server.as_deref(), &config.cluster_names).managed_from(hub)
    }
}

/// How a source is written down.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Source", rename_all = "lowercase")]
enum SourceLine {
    Live,
    Dump,
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `evid`.
    pub name: String,
    pub version: String,
}

impl Tool {
    /// This version of evid.
    pub fn this() -> Self {
        Self { name: "evid".into(), version: env!("CARGO_PKG_VERSION").into() }
    }

    /// Checks that it holds `evid` and a version, and no other text.
    pub fn check(&self) -> Result<(), String> {
        let sign = |b: u8| b.is_ascii_alphanumeric() || b".+-".contains(&b);
        if self.name != "evid" {
            return Err("`tool` is not evid".into());
        }
        let version = (1..=64).contains(&self.version.len()) && self.version.bytes().all(sign);
        if version { Ok(()) } else { Err("`tool.version` is no version".into()) }
    }
}

/// RFC 3339 UTC times; absent if unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// First answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// Last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// uid of the `kube-system` namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The API server's address, without credentials; from live sources only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// The hub: Applications, ApplicationSets, AppProjects and Argo CD's two ConfigMaps are read there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hub {
    /// uid of its `kube-system` namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The API server's address, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The namespaces whose `argocd-cm` and `argocd-cmd-params-cm` are the hub's, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<String>,
    /// The highest resourceVersion in everything that was read there, as decimal text; the coverage's is the captured cluster's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_resource_version: Option<String>,
}

impl Hub {
    pub fn new(hub: &model::Hub) -> Self {
        let model::Hub { uid, version, server, settings, highest } = hub.clone();
        Self { uid, version, server, settings, highest_resource_version: highest.map(|n| n.to_string()) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LayerLine {
    pub name: String,
    /// `protected`, `switched`, or `platform`.
    pub role: String,
    /// The root Application (`namespace/name`), if it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// SHA-256 of the lines of SHA256SUMS under `state/<name>/`.
    pub digest: String,
    /// Number of state objects.
    pub objects: u64,
}

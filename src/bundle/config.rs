//! `config.json`: the complete effective configuration, so that a bundle alone is enough to judge it again. Also the schema of
//! `evid.yaml`, whose `spec` it is.
use crate::bundle::expected::Expected;
use crate::bundle::probe::Probe;
use crate::canon::redact::Redactor;
use crate::kinds::rule::Rule;
use crate::model::{Layer, Role};
use crate::value::Value;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};

/// The effective configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Config {
    /// The layers, in the order of the report.
    #[serde(default = "default_layers")]
    pub layers: Vec<LayerConfig>,
    /// The names or addresses that Argo CD uses for this cluster in Applications' destinations, besides `in-cluster`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cluster_names: Vec<String>,
    /// How Argo CD marks what it manages, as `application.resourceTrackingMethod`; for a switch that may not read `argocd-cm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking: Option<String>,
    /// The label that names a layer if there is no other evidence.
    #[serde(default = "default_label")]
    pub scope_label: String,
    /// Volumes that must stay where they are.
    #[serde(default)]
    pub storage: Vec<Pin>,
    /// Claims to judge; empty: all.
    #[serde(default)]
    pub claims: Vec<String>,
    /// Complete rules for kinds that have no built-in rule.
    #[serde(default)]
    pub kinds: Vec<Value>,
    /// Kinds that are not asked for and not kept, as `<plural>.<group>`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave_out: Vec<String>,
    /// How Secrets are kept.
    #[serde(default)]
    pub secrets: Secrets,
    /// Health probes. Absent: the built-in ones; an empty list: no probes.
    #[serde(default, deserialize_with = "probes", skip_serializing_if = "Option::is_none")]
    pub probes: Option<Vec<Probe>>,
    /// What the platform's own controllers rewrite, each entry with its reason (law 14).
    #[serde(default, deserialize_with = "expected", skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<Expected>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Secrets {
    /// Their content is not read.
    #[default]
    Metadata,
    /// Their content is read, and a keyed token of each value is kept.
    Digests,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LayerConfig {
    /// Its name: lower-case letters, digits and `-`.
    pub name: String,
    /// `protected` or `switched`.
    pub role: String,
    /// Its root Application: `name` or `namespace/name`.
    pub root: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pin {
    pub persistent_volume: String,
    /// Its claim, as `namespace/name`.
    pub claim: String,
    /// NFS server, if it is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// NFS path, if it is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

fn default_layers() -> Vec<LayerConfig> {
    let layer =
        |name: &str, role: &str, root: &str| LayerConfig { name: name.into(), role: role.into(), root: root.into(), namespaces: vec![] };
    vec![
        layer("core", "protected", "root-apps"),
        layer("baseline", "protected", "root-baseline"),
        layer("optional", "switched", "root-optional"),
    ]
}

const METHODS: [&str; 3] = ["annotation", "label", "annotation+label"];

fn default_label() -> String {
    "scope".into()
}

fn probes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Probe>>, D::Error> {
    each("probes", deserializer).map(Some)
}

fn expected<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Expected>, D::Error> {
    each("expected", deserializer)
}

/// Reads the entries one by one, so that an error names the entry.
fn each<'de, T: DeserializeOwned, D: Deserializer<'de>>(field: &str, deserializer: D) -> Result<Vec<T>, D::Error> {
    let one = |(i, v): (usize, Value)| crate::value::from_value(v).map_err(|e| D::Error::custom(format!("{field}[{i}]: {e}")));
    Vec::<Value>::deserialize(deserializer)?.into_iter().enumerate().map(one).collect()
}

impl Default for Config {
    fn default() -> Self {
        Self {
            layers: default_layers(),
            cluster_names: vec![],
            tracking: None,
            scope_label: default_label(),
            storage: vec![],
            claims: vec![],
            kinds: vec![],
            leave_out: vec![],
            secrets: Secrets::default(),
            probes: None,
            expected: vec![],
        }
    }
}

/// A field has a value that can't be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{field}: {what}")]
pub struct ConfigError {
    /// The field, as a pointer below `spec`.
    pub field: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Config {
    /// The layers as the core uses them.
    ///
    /// # Errors
    /// If a name, a role or a root is not valid, or a name is given twice.
    pub fn layers(&self) -> Result<Vec<Layer>, ConfigError> {
        let mut layers: Vec<Layer> = Vec::new();
        for (i, l) in self.layers.iter().enumerate() {
            let wrong = |field: &str, what: String| ConfigError { field: format!("layers[{i}].{field}"), what };
            let simple = !l.name.is_empty() && l.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !simple || l.name == crate::model::PLATFORM {
                return Err(wrong(
                    "name",
                    format!("`{}` is no layer name; use lower-case letters, digits and `-`, and not `platform`", l.name),
                ));
            }
            if layers.iter().any(|x| x.name == l.name) {
                return Err(wrong("name", format!("`{}` stands twice", l.name)));
            }
            let other = &l.role;
            let role = Role::parse(other).ok_or_else(|| wrong("role", format!("`{other}` is neither `protected` nor `switched`")))?;
            let (namespace, root) = l.root.split_once('/').map_or((None, &*l.root), |(ns, name)| (Some(ns.to_owned()), name));
            if root.is_empty() {
                return Err(wrong("root", "it is empty; name the layer's root Application".into()));
            }
            layers.push(Layer {
                name: l.name.clone(),
                role,
                root: root.into(),
                root_namespace: namespace,
                namespaces: l.namespaces.clone(),
            });
        }
        if let Some(i) = layers.iter().enumerate().filter(|(_, l)| l.role == Role::Switched).map(|(i, _)| i).nth(1) {
            let what = "a second switched layer; one platform description has one switch (use one file for each)".into();
            return Err(ConfigError { field: format!("layers[{i}].role"), what });
        }
        Ok(layers)
    }

    /// Checks all other fields.
    ///
    /// # Errors
    /// If a value is not one that evid knows.
    pub fn check(&self) -> Result<(), ConfigError> {
        let wrong = |field: String, what: String| Err(ConfigError { field, what });
        for (i, probe) in self.probes.iter().flatten().enumerate() {
            let wrong = |(field, what): (String, String)| ConfigError { field: format!("probes[{i}].{field}"), what };
            probe.check(false).map_err(wrong)?;
            if !self.layers.iter().any(|l| l.name == probe.layer) {
                let known: Vec<&str> = self.layers.iter().map(|l| &*l.name).collect();
                return Err(wrong(("layer".into(), format!("there is no layer `{}`; there are {}", probe.layer, known.join(", ")))));
            }
            if self.probes.iter().flatten().take(i).any(|p| p.name == probe.name) {
                return Err(wrong(("name".into(), format!("`{}` stands twice", probe.name))));
            }
        }
        if let Some(method) = self.tracking.as_ref().filter(|m| !METHODS.contains(&&***m)) {
            return wrong("tracking".into(), format!("`{method}` is none of {}", METHODS.join(", ")));
        }
        for (i, pin) in self.storage.iter().enumerate() {
            if pin.persistent_volume.is_empty() || pin.claim.split('/').filter(|p| !p.is_empty()).count() != 2 {
                return wrong(format!("storage[{i}]"), "`persistentVolume` is a name and `claim` is `namespace/name`".into());
            }
        }
        self.check_expected()
    }

    /// Checks that every entry of `expected` may excuse something.
    ///
    /// # Errors
    /// If an entry says too little, or would excuse what no entry may excuse.
    pub fn check_expected(&self) -> Result<(), ConfigError> {
        for (i, entry) in self.expected.iter().enumerate() {
            entry.check().map_err(|(field, what)| ConfigError { field: format!("expected[{i}].{field}"), what })?;
        }
        Ok(())
    }

    /// The form that a bundle keeps: probes without the parts of their requests that look secret.
    #[must_use]
    pub fn redacted(&self, redactor: &Redactor) -> Self {
        let probes = self.probes.as_ref().map(|all| all.iter().map(|p| p.redacted(redactor)).collect());
        Self { probes, ..self.clone() }
    }

    /// The user's own kind rules.
    pub fn rules(&self) -> Result<Vec<Rule>, ConfigError> {
        let one = |(i, v): (usize, &Value)| {
            crate::value::from_value(v.clone()).map_err(|e| ConfigError { field: format!("kinds[{i}]"), what: e.to_string() })
        };
        self.kinds.iter().enumerate().map(one).collect()
    }
}

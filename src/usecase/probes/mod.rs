//! Probes: which are asked, of whom, and what they heard. Reads the cluster through `port::Api` and asks apps through `Reach`; knows
//! no HTTP client and no runtime. What it gives back are lines for a bundle, redacted and judged.
mod reach;
mod resolve;
mod sample;

pub use reach::{Call, Reach, Route, Unheard};
pub use resolve::{Resolved, resolve};
pub use sample::{World, run, sample};

use crate::argo::Here;
use crate::bundle::config::Config;
use crate::bundle::probe::{Probe, built_in};
use crate::canon::redact::Redactor;
use crate::kinds::Rules;
use crate::layers;
use crate::layers::Context;
use crate::model::{Layer, Objects};
use std::collections::BTreeMap;

/// A probe that is to be asked.
#[derive(Clone, Debug)]
pub struct Planned {
    /// As it is declared: what is sent.
    pub probe: Probe,
    /// As it is kept and judged by: redacted.
    pub kept: Probe,
    /// Whether nobody declared it.
    pub built_in: bool,
}

/// The probes that a configuration comes to: those that it declares; with none said, the built-in ones of layers that it has.
///
/// # Errors
/// Where the built-in probes are malformed; a test makes sure that they are not.
pub fn plan(config: &Config, redactor: &Redactor) -> Result<Vec<Planned>, String> {
    let planned = |built_in: bool| move |probe: &Probe| Planned { kept: probe.redacted(redactor), probe: probe.clone(), built_in };
    if let Some(declared) = &config.probes {
        return Ok(declared.iter().map(planned(false)).collect());
    }
    let known = built_in()?;
    Ok(known.iter().filter(|p| config.layers.iter().any(|l| l.name == p.layer)).map(planned(true)).collect())
}

/// Whose a pod is, as a snapshot's objects say.
#[derive(Clone, Default, Debug)]
pub struct Places(BTreeMap<(String, String), String>);

impl Places {
    /// Places the pods among a snapshot's objects.
    pub fn new(objects: &dyn Objects, rules: &Rules, layers: &[Layer], config: &Config) -> Self {
        let context = Context::new(objects, rules, layers, &config.scope_label, &Here::new(None, &config.cluster_names));
        let places = layers::place(&context);
        let pod = |at: usize| {
            let key = objects.key(at);
            ((key.namespace.to_owned(), key.name.to_owned()), places.of(&context, at, false).layer)
        };
        Self(objects.of_kind("", "Pod").map(pod).collect())
    }

    /// Whether a pod is of a layer. One that came since is where a pod of its namespace is.
    pub fn is_of(&self, layer: &str, namespace: &str, pod: &str) -> bool {
        let beside = || self.0.iter().any(|((ns, _), l)| ns == namespace && l == layer);
        self.0.get(&(namespace.to_owned(), pod.to_owned())).map_or_else(beside, |l| l == layer)
    }
}

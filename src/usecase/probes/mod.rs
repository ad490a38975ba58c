//! Probes: which are asked, which targets, and with what results. Reads the cluster through `port::Api` and asks apps through `Reach`;
//! knows no HTTP client and no runtime. It returns lines for a bundle, redacted and judged.
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
use crate::layers::{self, Context};
use crate::model::{Layer, Objects, Role};
use std::collections::BTreeMap;

/// A probe that is to be asked.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The declared form, which is sent.
    pub probe: Probe,
    /// The redacted form, which is stored and judged.
    pub kept: Probe,
    /// Whether it is a built-in probe.
    pub built_in: bool,
}

/// The probes of a configuration: those that it declares; without any, the built-in ones for its layers.
pub fn plan(config: &Config, redactor: &Redactor) -> Vec<Planned> {
    let planned = |built_in: bool| move |probe: &Probe| Planned { kept: probe.redacted(redactor), probe: probe.clone(), built_in };
    if let Some(declared) = &config.probes {
        return declared.iter().map(planned(false)).collect();
    }
    let protected = || config.layers.iter().filter(|l| l.role == Role::Protected.as_str());
    let is_there = |name: &str| config.layers.iter().any(|l| l.name == name);
    // Where no layer has the name that the built-in probes know, every protected layer is asked.
    let of = |probe: &Probe| match is_there(&probe.layer) {
        true => vec![probe.clone()],
        false => protected().map(|l| Probe { layer: l.name.clone(), ..probe.clone() }).collect(),
    };
    built_in().iter().flat_map(of).collect::<Vec<_>>().iter().map(planned(true)).collect()
}

/// The layer of each pod in a snapshot.
#[derive(Clone, Default, Debug)]
pub struct Places(BTreeMap<(String, String), String>);

impl Places {
    /// Places the pods among a snapshot's objects.
    pub fn new(objects: &dyn Objects, rules: &Rules, layers: &[Layer], config: &Config, here: &Here) -> Self {
        let context = Context::new(objects, rules, layers, &config.scope_label, here);
        let places = layers::place(&context);
        let pod = |at: usize| {
            let key = objects.key(at);
            ((key.namespace.to_owned(), key.name.to_owned()), places.of(&context, at, false).layer)
        };
        Self(objects.of_kind("", "Pod").map(pod).collect())
    }

    /// Whether a pod belongs to a layer. A newer pod is taken to be in the layer of another pod of its namespace.
    pub fn is_of(&self, layer: &str, namespace: &str, pod: &str) -> bool {
        let beside = || self.0.iter().any(|((ns, _), l)| ns == namespace && l == layer);
        self.0.get(&(namespace.to_owned(), pod.to_owned())).map_or_else(beside, |l| l == layer)
    }
}

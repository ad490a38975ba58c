//! Takes in every answered object, one at a time: redacted, numbers in one spelling, packed away. What comes after it holds no object whole, and
//! nothing that was not redacted.
use crate::bundle::config::{Config, Secrets};
use crate::canon::json;
use crate::canon::redact::Redactor;
use crate::kinds::Rules;
use crate::layers::lean;
use crate::model::{Layer, group_of, meta};
use crate::usecase::capture::packed::{PackedList, PackedObject};
use crate::usecase::capture::spool::Spool;
use serde_json::Value;

/// What happens to an object on its way in.
#[derive(Clone, Copy)]
pub struct Intake<'a> {
    /// Replaces secrets.
    pub redactor: &'a Redactor,
    /// Which kinds are kept, and of which only metadata.
    pub rules: &'a Rules,
    /// The layers in which the bundle is sorted.
    pub layers: &'a [Layer],
    /// What `evid.yaml` says.
    pub config: &'a Config,
    /// Where packed objects lie.
    pub spool: &'a dyn Spool,
}

impl Intake<'_> {
    /// Takes one item of a list.
    pub fn take(&self, mut value: Value, list: &mut PackedList) {
        list.seen += 1;
        let Some(key) = meta::key_of(&value) else {
            return list.wrong.push("an item has no kind or no name".into());
        };
        let number = |text: &str| text.parse::<u64>().ok();
        list.highest = list.highest.max(value.pointer("/metadata/resourceVersion").and_then(Value::as_str).and_then(number));
        list.kind(&key.group, &key.kind);
        list.made.extend(made(&value));
        if let Some(owner) = meta::controller(&value) {
            list.controlled(owner.group, owner.kind, owner.uid);
        }
        if !self.rules.stored(&key.group, &key.kind) {
            return;
        }
        if !json::reads_back(&value) {
            return list.wrong.push(format!("{key} is nested too deep, or has a field whose name JSON readers take for their own"));
        }
        self.prepare(&mut value);
        let mut packed = std::mem::take(&mut list.scratch);
        packed.clear();
        json::write(&lean(&value, &key, self.rules), &mut packed);
        let lean = packed.len();
        json::write(&value, &mut packed);
        let at = self.spool.put(&[&packed]);
        list.add(&key, meta::uid(&value), at, lean, packed.len() - lean);
        list.scratch = packed;
    }

    /// What is kept of an answered object: redacted, numbers in one spelling, of some kinds only metadata or digests.
    fn prepare(&self, value: &mut Value) {
        let at = |p: &str| value.get(p).and_then(Value::as_str).unwrap_or_default();
        let of_metadata = self.rules.of(group_of(at("apiVersion")), at("kind")).rule.metadata_only;
        if of_metadata && self.config.secrets == Secrets::Metadata {
            *value = metadata_of(value);
        }
        json::normalise(value);
        if of_metadata && self.config.secrets == Secrets::Digests { self.redactor.secret(value) } else { self.redactor.object(value) }
    }

    /// A packed object; null where it can't be had back.
    pub(super) fn whole(&self, object: &PackedObject) -> Value {
        read(self.spool, object.at + u64::from(object.lean), object.whole).unwrap_or_default()
    }

    /// What is read of a packed object to place it.
    pub(super) fn lean(&self, object: &PackedObject) -> Value {
        read(self.spool, object.at, object.lean).unwrap_or_default()
    }
}

/// A value that was packed.
pub(super) fn read(spool: &dyn Spool, at: u64, len: u32) -> Option<Value> {
    serde_json::from_slice(&spool.get(at, usize::try_from(len).ok()?)).ok()
}

/// What the API server answers where only metadata is asked for.
fn metadata_of(value: &Value) -> Value {
    let kept = value.as_object().into_iter().flatten().filter(|(k, _)| matches!(k.as_str(), "apiVersion" | "kind" | "metadata"));
    Value::Object(kept.map(|(k, v)| (k.clone(), v.clone())).collect())
}

/// Group, kind and plural of the kind that a CustomResourceDefinition makes.
fn made(value: &Value) -> Option<(String, String, String)> {
    let at = |p: &str| value.pointer(p).and_then(Value::as_str).map(str::to_owned);
    (value.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition")).then_some(())?;
    Some((at("/spec/group")?, at("/spec/names/kind")?, at("/spec/names/plural")?))
}

//! Takes in every answered object, one at a time: redacts it, normalises its numbers, and packs it. Later stages hold no object whole in
//! memory, and see nothing that was not redacted.
use crate::bundle::config::{Config, Secrets};
use crate::canon::json;
use crate::canon::redact::Redactor;
use crate::kinds::Rules;
use crate::layers::lean;
use crate::model::{Layer, group_of, meta};
use crate::usecase::capture::packed::{PackedList, PackedObject};
use crate::usecase::capture::spool::Spool;
use crate::value::Value;

/// What the intake needs for each object.
#[derive(Clone, Copy)]
pub struct Intake<'a> {
    /// Replaces secrets.
    pub redactor: &'a Redactor,
    /// Which kinds are stored, and for which only metadata.
    pub rules: &'a Rules,
    /// The layers of the bundle.
    pub layers: &'a [Layer],
    /// The content of `evid.yaml`.
    pub config: &'a Config,
    /// Where packed objects are stored.
    pub spool: &'a dyn Spool,
}

impl Intake<'_> {
    /// Takes all items of a list.
    pub fn all(&self, values: Vec<Value>) -> PackedList {
        let mut items = PackedList::default();
        values.into_iter().for_each(|value| self.take(value, &mut items));
        items.close();
        items
    }

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

    /// The part of an object that is stored: redacted, with normalised numbers; for some kinds only metadata or digests.
    fn prepare(&self, value: &mut Value) {
        let at = |p: &str| value.get(p).and_then(Value::as_str).unwrap_or_default();
        let of_metadata = self.rules.of(group_of(at("apiVersion")), at("kind")).rule.metadata_only;
        if of_metadata && self.config.secrets == Secrets::Metadata {
            *value = metadata_of(value);
        }
        json::normalise(value);
        if of_metadata && self.config.secrets == Secrets::Digests { self.redactor.secret(value) } else { self.redactor.object(value) }
    }

    /// A packed object; null if it can't be read back.
    pub(super) fn whole(&self, object: &PackedObject) -> Value {
        read(self.spool, object.at + u64::from(object.lean), object.whole).unwrap_or_default()
    }

    /// The lean form of a packed object, with the fields that placing reads.
    pub(super) fn lean(&self, object: &PackedObject) -> Value {
        read(self.spool, object.at, object.lean).unwrap_or_default()
    }
}

/// Reads a packed value back.
pub(super) fn read(spool: &dyn Spool, at: u64, len: u32) -> Option<Value> {
    json::parse(&spool.get(at, usize::try_from(len).ok()?)).ok()
}

/// The object as the API server answers it if only metadata is requested.
fn metadata_of(value: &Value) -> Value {
    let kept = value.as_object().into_iter().flatten().filter(|(k, _)| matches!(k.as_str(), "apiVersion" | "kind" | "metadata"));
    Value::Object(kept.map(|(k, v)| (k.clone(), v.clone())).collect())
}

/// Group, kind and plural of the kind that a CustomResourceDefinition defines.
fn made(value: &Value) -> Option<(String, String, String)> {
    let at = |p: &str| value.pointer(p).and_then(Value::as_str).map(str::to_owned);
    (value.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition")).then_some(())?;
    Some((at("/spec/group")?, at("/spec/names/kind")?, at("/spec/names/plural")?))
}

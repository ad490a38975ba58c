//! Capture: answers → redact → one object a key → gaps → facets → the files of a bundle.
use crate::bundle::FORMAT;
use crate::bundle::assemble::Assembled;
use crate::bundle::assemble::assemble;
use crate::bundle::config::Config;
use crate::bundle::config::Secrets;
use crate::bundle::coverage::Coverage;
use crate::bundle::manifest::Cluster;
use crate::bundle::manifest::LayerLine;
use crate::bundle::manifest::Manifest;
use crate::bundle::manifest::Tool;
use crate::bundle::manifest::Window;
use crate::bundle::probe;
use crate::bundle::sums::Sums;
use crate::canon;
use crate::canon::json;
use crate::canon::redact::Redactor;
use crate::kinds::Rules;
use crate::model::Gap;
use crate::model::Key;
use crate::model::Layer;
use crate::model::Object;
use crate::model::PLATFORM;
use crate::model::Question;
use crate::model::Reason;
use crate::model::Snapshot;
use crate::model::Source;
use crate::model::group_of;
use crate::usecase::contradictions::contradictions;
use crate::usecase::settled;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a source gives: lists of objects as they were answered, not yet redacted.
#[derive(Debug)]
pub struct Collected {
    /// Live or dump.
    pub source: Source,
    /// The lists, in a stable order.
    pub lists: Vec<List>,
    /// First readings of lists that were read once more at the end: what differs in between is unsettled.
    pub earlier: Vec<List>,
    /// What was not answered.
    pub gaps: Vec<Gap>,
    /// Start of the capture window.
    pub started: Option<String>,
    /// End of the capture window.
    pub finished: Option<String>,
    /// Server version.
    pub version: Option<String>,
    /// The highest resourceVersion of objects that are not kept.
    pub highest: Option<u64>,
    /// The API server's address, without credentials.
    pub server: Option<String>,
}

/// One answered list.
#[derive(Clone, Debug)]
pub struct List {
    /// Where it was read from, for messages.
    pub file: String,
    /// API group.
    pub group: String,
    /// Plural resource name, where the source tells.
    pub resource: Option<String>,
    /// The namespace that was asked; none for the whole cluster.
    pub namespace: Option<String>,
    /// Whether it answers a question (and so can show absence).
    pub is_question: bool,
    /// resourceVersion of the list.
    pub resource_version: Option<String>,
    /// The objects, each with apiVersion and kind.
    pub items: Vec<Value>,
    /// How many there are, where the items are not all of them.
    pub count: Option<u64>,
    /// Pages and milliseconds of the answer; from live sources only.
    pub read: Option<(u64, u64)>,
}

/// A capture that can't go on.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// Two different objects of one key.
    #[error("{key} stands in {first} and, different, in {second}; a dump must hold one moment of one cluster: leave one of them out")]
    Twice {
        /// The object.
        key: Box<Key>,
        /// Where it was read first.
        first: String,
        /// Where it was read again.
        second: String,
    },
}

/// Redacts and sorts what a source gave.
///
/// # Errors
/// Where two different objects have one key.
pub fn snapshot(collected: Collected, redactor: &Redactor, rules: &Rules, secrets: Secrets) -> Result<Snapshot, CaptureError> {
    let plurals = plurals(&collected.lists);
    let mut highest = collected.highest;
    let mut rise = |text: Option<&str>| highest = highest.max(text.and_then(|t| t.parse().ok()));
    let mut questions = Vec::new();
    let mut gaps = collected.gaps;
    let mut objects: BTreeMap<Key, Object> = BTreeMap::new();
    for list in collected.lists {
        rise(list.resource_version.as_deref());
        if let Some(resource) = list.resource.clone().filter(|_| list.is_question) {
            let count = list.count.unwrap_or(u64::try_from(list.items.len()).unwrap_or(u64::MAX));
            questions.push(Question {
                group: list.group.clone(),
                resource,
                namespace: list.namespace.clone(),
                count,
                resource_version: list.resource_version,
                pages: list.read.map(|(pages, _)| pages),
                millis: list.read.map(|(_, millis)| millis),
            });
        }
        for mut value in list.items {
            let Some(key) = key_of(&value) else {
                let resource = list.resource.clone().unwrap_or_else(|| "*".into());
                let detail = format!("{}: an item has no kind or no name", list.file);
                gaps.push(Gap {
                    group: list.group.clone(),
                    resource,
                    namespace: list.namespace.clone(),
                    reason: Reason::Unreadable,
                    detail,
                });
                continue;
            };
            rise(value.pointer("/metadata/resourceVersion").and_then(Value::as_str));
            if !rules.stored(&key.group, &key.kind) {
                continue;
            }
            prepare(&mut value, redactor, rules, secrets);
            let plural =
                plurals.get(&(key.group.clone(), key.kind.clone())).cloned().unwrap_or_else(|| rules.plural(&key.group, &key.kind));
            let uid = value.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or("").to_owned();
            add(&mut objects, Object { key, plural, uid, value, file: list.file.clone() }, &mut gaps)?;
        }
    }
    let unsettled = settled::moved(collected.earlier, &objects, |value| prepare(value, redactor, rules, secrets));
    let objects: Vec<Object> = objects.into_values().collect();
    questions.sort();
    questions.dedup();
    // Nothing rests on the absence of what is not kept.
    gaps.retain(|g| {
        g.reason != Reason::Unattested || rules.of_resource(&g.group, &g.resource).is_none_or(|k| k.rule.stored != Some(false))
    });
    gaps.extend(contradictions(&objects, &questions, rules));
    for gap in &mut gaps {
        gap.detail = redactor.text(&gap.detail).into_owned();
    }
    gaps.sort();
    gaps.dedup();
    let cluster = cluster(&objects).map(str::to_owned);
    Ok(Snapshot {
        source: collected.source,
        started: collected.started,
        finished: collected.finished,
        cluster,
        version: collected.version,
        highest,
        objects,
        questions,
        gaps,
        unsettled,
        server: collected.server,
    })
}

/// What is kept of an answered object: redacted, numbers in one spelling, of some kinds only metadata or digests.
fn prepare(value: &mut Value, redactor: &Redactor, rules: &Rules, secrets: Secrets) {
    let at = |p: &str| value.get(p).and_then(Value::as_str).unwrap_or_default();
    let mut digests = Vec::new();
    if rules.of(group_of(at("apiVersion")), at("kind")).rule.metadata_only {
        match secrets {
            Secrets::Metadata => *value = metadata_of(value),
            Secrets::Digests => digests = digests_of(value, redactor),
        }
    }
    json::normalise(value);
    redactor.object(value);
    if let Some(object) = value.as_object_mut() {
        object.extend(digests);
    }
}

/// Takes a Secret's content out of it and gives a keyed token for each value: equal for equal values, whichever way it was encoded.
fn digests_of(secret: &mut Value, redactor: &Redactor) -> Vec<(String, Value)> {
    use base64::Engine as _;
    let plain = |text: &str| {
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok();
        bytes.and_then(|b| String::from_utf8(b).ok()).unwrap_or_else(|| text.to_owned())
    };
    let mut out = Vec::new();
    for (field, encoded) in [("data", true), ("stringData", false)] {
        let Some(Value::Object(content)) = secret.as_object_mut().and_then(|o| o.remove(field)) else { continue };
        let token = |v: &Value| {
            let text = v.as_str().unwrap_or_default();
            Value::String(redactor.token(&if encoded { plain(text) } else { text.to_owned() }))
        };
        out.push((field.to_owned(), content.iter().map(|(k, v)| (k.clone(), token(v))).collect()));
    }
    out
}

/// The cluster's identity: the uid of its `kube-system` namespace, where that was seen.
pub(super) fn cluster(objects: &[Object]) -> Option<&str> {
    let system = Key::new("", "Namespace", "", "kube-system");
    objects.iter().find(|o| o.key == system).map(|o| &*o.uid).filter(|u| !u.is_empty())
}

/// What the API server answers where only metadata is asked for.
fn metadata_of(value: &Value) -> Value {
    let kept = value.as_object().into_iter().flatten().filter(|(k, _)| matches!(k.as_str(), "apiVersion" | "kind" | "metadata"));
    Value::Object(kept.map(|(k, v)| (k.clone(), v.clone())).collect())
}

pub(super) fn key_of(value: &Value) -> Option<Key> {
    let at = |p: &str| value.pointer(p).and_then(Value::as_str);
    Some(Key::new(group_of(at("/apiVersion")?), at("/kind")?, at("/metadata/namespace").unwrap_or(""), at("/metadata/name")?))
        .filter(|k| !k.kind.is_empty() && !k.name.is_empty())
}

/// Plurals as the source's own CustomResourceDefinitions and lists of one kind spell them.
fn plurals(lists: &[List]) -> BTreeMap<(String, String), String> {
    let mut out = BTreeMap::new();
    for list in lists {
        let kinds: std::collections::BTreeSet<Key> =
            list.items.iter().filter_map(key_of).map(|k| Key::new(&k.group, &k.kind, "", "")).collect();
        if let (Some(resource), 1, Some(kind)) = (&list.resource, kinds.len(), kinds.first()) {
            out.insert((kind.group.clone(), kind.kind.clone()), resource.clone());
        }
        for item in list.items.iter().filter(|i| i.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition")) {
            let at = |p: &str| item.pointer(p).and_then(Value::as_str);
            if let (Some(group), Some(kind), Some(plural)) = (at("/spec/group"), at("/spec/names/kind"), at("/spec/names/plural")) {
                out.insert((group.to_owned(), kind.to_owned()), plural.to_owned());
            }
        }
    }
    out
}

/// Keeps one object a key: the newer of two versions of one uid (and says that the read is torn).
fn add(objects: &mut BTreeMap<Key, Object>, new: Object, gaps: &mut Vec<Gap>) -> Result<(), CaptureError> {
    let Some(old) = objects.get(&new.key) else {
        objects.insert(new.key.clone(), new);
        return Ok(());
    };
    let part = |o: &Object, p: &str| o.value.pointer(p).and_then(Value::as_str).unwrap_or("").to_owned();
    let version = |o: &Object| part(o, "/metadata/resourceVersion").parse::<u64>().unwrap_or(0);
    if plain(&old.value) == plain(&new.value) {
        return Ok(());
    }
    let same = !new.uid.is_empty() && old.uid == new.uid;
    if same && part(old, "/apiVersion") != part(&new, "/apiVersion") {
        // One object at two API versions: the later spelling (v2 after v1) is kept.
        if part(&new, "/apiVersion") > part(old, "/apiVersion") {
            objects.insert(new.key.clone(), new);
        }
        return Ok(());
    }
    if same && version(old) != version(&new) {
        let detail = format!("{}: two versions of one object, in {} and in {}; the newer is kept", new.key, old.file, new.file);
        let namespace = Some(new.key.namespace.clone()).filter(|n| !n.is_empty());
        gaps.push(Gap { group: new.key.group.clone(), resource: new.plural.clone(), namespace, reason: Reason::Torn, detail });
        if version(&new) > version(old) {
            objects.insert(new.key.clone(), new);
        }
        return Ok(());
    }
    Err(CaptureError::Twice { key: Box::new(new.key.clone()), first: old.file.clone(), second: new.file })
}

/// An object without what only some clients show.
fn plain(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(meta) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.remove("managedFields");
        meta.remove("selfLink");
    }
    value
}

/// The files of a bundle (without `evid.json`, which needs their digests) and what the manifest will say.
pub struct Draft {
    /// Entry name → bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    manifest: Manifest,
}

/// Splits a snapshot into the files of its bundle.
///
/// # Errors
/// Never in practice: evid's own documents are always JSON.
pub fn draft(
    snapshot: &Snapshot,
    redactor: &Redactor,
    rules: &Rules,
    layers: &[Layer],
    config: &Config,
    nonce: Option<String>,
) -> Result<Draft, serde_json::Error> {
    let Assembled { mut files, counts, roots, tracking } = assemble(&snapshot.objects, rules, layers, config);
    let coverage = Coverage::new(snapshot.highest, &snapshot.questions, &snapshot.gaps, &snapshot.unsettled);
    files.insert("coverage.json".into(), json::document(&coverage)?);
    let config = json::document(&config.redacted(redactor))?;
    let mut sums = Sums::default();
    for (name, bytes) in &files {
        sums.insert(name, canon::sha256_hex(bytes));
    }
    let line = |name: &str, role: &str| LayerLine {
        name: name.to_owned(),
        role: role.to_owned(),
        root: roots.get(name).cloned(),
        digest: sums.layer_digest(name),
        objects: counts.get(name).copied().unwrap_or(0),
    };
    let manifest = Manifest {
        format: FORMAT,
        tool: Tool { name: "evid".into(), version: env!("CARGO_PKG_VERSION").into() },
        source: if snapshot.source == Source::Live { "live" } else { "dump" }.into(),
        window: Window { started: snapshot.started.clone(), finished: snapshot.finished.clone() },
        cluster: Cluster { uid: snapshot.cluster.clone(), version: snapshot.version.clone(), server: snapshot.server.clone() },
        layers: layers.iter().map(|l| line(&l.name, l.role.as_str())).chain([line(PLATFORM, PLATFORM)]).collect(),
        rules: rules.digest().to_owned(),
        config: canon::sha256_hex(&config),
        redaction_key: redactor.key_id(),
        tracking: tracking.into(),
        head: String::new(),
        nonce,
    };
    files.insert("config.json".into(), config);
    Ok(Draft { files, manifest })
}

impl Draft {
    /// Adds what probes heard, a file a layer. Only a live cluster is asked: `verify` refuses probes in a bundle made from a dump.
    ///
    /// # Errors
    /// Never in practice.
    pub fn with_probes(mut self, lines: Vec<probe::Line>) -> Result<Self, serde_json::Error> {
        let mut by_layer: BTreeMap<String, Vec<probe::Line>> = BTreeMap::new();
        lines.into_iter().for_each(|l| by_layer.entry(l.layer.clone()).or_default().push(l));
        for (layer, mut lines) in by_layer {
            self.files.insert(format!("probes/{layer}.jsonl"), probe::file(&mut lines)?);
        }
        Ok(self)
    }

    /// `evid.json`, given the digest of all bytes written before it.
    ///
    /// # Errors
    /// Never in practice.
    pub fn manifest(&self, head: &str) -> Result<Vec<u8>, serde_json::Error> {
        json::document(&Manifest { head: head.to_owned(), ..self.manifest.clone() })
    }

    /// What the manifest says of each layer.
    pub fn layers(&self) -> &[LayerLine] {
        &self.manifest.layers
    }
}

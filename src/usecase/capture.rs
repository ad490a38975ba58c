//! Capture: answers → through the door (redacted, packed) → one object a key → gaps → facets → the files of a bundle.
use crate::argo::Here;
use crate::bundle::FORMAT;
use crate::bundle::assemble;
use crate::bundle::assemble::Layered;
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
use crate::model::KeyRef;
use crate::model::Layer;
use crate::model::Object;
use crate::model::Objects;
use crate::model::PLATFORM;
use crate::model::Question;
use crate::model::Reason;
use crate::model::Snapshot;
use crate::model::Source;
use crate::usecase::contradictions::Moment;
use crate::usecase::contradictions::contradictions;
use crate::usecase::door::Door;
use crate::usecase::settled;
use crate::usecase::shelf::Shelf;
use crate::usecase::spool::Memory;
use crate::usecase::store::Store;
use crate::usecase::universe::Seen;
use crate::usecase::universe::not_asked;
use crate::usecase::universe::universe;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub use crate::usecase::collected::CaptureError;
pub use crate::usecase::collected::Collected;
pub use crate::usecase::collected::List;

/// Sorts what a source gave and weighs what it says against itself.
///
/// # Errors
/// Where two different objects have one key, or what was packed can't be had back.
pub fn snapshot<'a>(collected: Collected<Shelf>, door: &Door<'a>) -> Result<Snapshot<Store<'a>>, CaptureError> {
    let (rules, redactor) = (door.rules, door.redactor);
    let mut highest = collected.highest;
    let mut questions = Vec::new();
    let mut gaps = collected.gaps;
    for list in &collected.lists {
        let of_list = list.resource_version.as_ref().and_then(|t| t.parse().ok());
        highest = highest.max(of_list).max(list.items.highest);
        if let Some(resource) = list.resource.clone().filter(|_| list.is_question) {
            questions.push(Question {
                group: list.group.clone(),
                resource,
                namespace: list.namespace.clone(),
                count: list.count.unwrap_or(list.items.seen),
                resource_version: list.resource_version.clone(),
                pages: list.read.map(|(pages, _)| pages),
                millis: list.read.map(|(_, millis)| millis),
            });
        }
        gaps.extend(list.items.wrong.iter().map(|what| Gap {
            group: list.group.clone(),
            resource: list.resource.clone().unwrap_or_else(|| "*".into()),
            namespace: list.namespace.clone(),
            reason: Reason::Unreadable,
            detail: format!("{}: {what}", list.file),
        }));
    }
    let objects = Store::new(collected.lists, rules, door.spool, &mut gaps)?;
    one_kind_a_plural(&objects)?;
    let unsettled = settled::moved(&collected.earlier, &objects, door);
    questions.sort();
    questions.dedup();
    // Nothing rests on the absence of what is not kept.
    gaps.retain(|g| g.reason != Reason::Unattested || rules.keeps(&g.group, &g.resource));
    let here = Here::new(collected.server.as_deref(), door.cluster_names);
    let is_live = collected.source == Source::Live;
    let moment = Moment::new(is_live, collected.started.as_deref(), collected.finished.as_deref(), &here);
    gaps.extend(contradictions(&objects, &questions, rules, &moment));
    let seen = Seen { objects: &objects, questions: &questions, version: collected.version.as_deref(), source: collected.source, rules };
    let universe = universe(seen, &collected.named);
    gaps.extend(not_asked(&universe, seen, &gaps, &collected.left_out));
    for gap in &mut gaps {
        gap.detail = redactor.text(&gap.detail).into_owned();
    }
    gaps.sort();
    gaps.dedup();
    let cluster = cluster(&objects).map(str::to_owned);
    if let Some(fault) = objects.fault() {
        return Err(CaptureError::Spool(fault));
    }
    Ok(Snapshot {
        source: collected.source,
        started: collected.started,
        finished: collected.finished,
        cluster,
        version: collected.version,
        highest,
        objects,
        questions,
        universe,
        gaps,
        unsettled,
        server: collected.server,
    })
}

/// Each `<plural>.<group>` names one kind: it names the files in which that kind's objects are.
fn one_kind_a_plural(objects: &dyn Objects) -> Result<(), CaptureError> {
    let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for at in 0..objects.len() {
        let group = objects.key(at).group;
        let first = *kinds.entry((objects.plural(at), group)).or_insert(at);
        if objects.key(first).kind != objects.key(at).kind {
            let said = |at: usize| objects.key(at).to_key().to_string();
            let stem = crate::model::stem(objects.plural(at), group);
            return Err(CaptureError::OnePlural { stem, first: said(first), second: said(at) });
        }
    }
    Ok(())
}

/// The objects that a source gave, in memory, for a look at them of which nothing is kept.
///
/// # Errors
/// As [`snapshot`].
pub fn objects_of(collected: Collected, rules: &Rules) -> Result<Vec<Object>, CaptureError> {
    let (redactor, spool) = (Redactor::new(&[0; 32]), Memory::default());
    let door = Door { redactor: &redactor, rules, secrets: Secrets::Metadata, cluster_names: &[], spool: &spool };
    let objects = snapshot(collected.through(&door), &door)?.objects;
    Ok((0..objects.len()).filter_map(|at| objects.whole(at)).map(Cow::into_owned).collect())
}

/// The cluster's identity: the uid of its `kube-system` namespace, where that was seen.
pub(super) fn cluster(objects: &dyn Objects) -> Option<&str> {
    let system = KeyRef { group: "", kind: "Namespace", namespace: "", name: "kube-system" };
    objects.find(system).map(|at| objects.uid(at)).filter(|uid| !uid.is_empty())
}

/// What the manifest will say, but for digests: those are known when all files are written.
pub struct Outline {
    layers: Vec<Layer>,
    layered: Layered,
    manifest: Manifest,
}

/// The files of a bundle (without `evid.json`, which needs their digests) and what the manifest will say.
pub struct Draft {
    /// Entry name → bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    manifest: Manifest,
}

/// Splits a snapshot into the files of its bundle, in memory.
///
/// # Errors
/// Where what was packed can't be had back.
pub fn draft(
    snapshot: &Snapshot<Store<'_>>,
    redactor: &Redactor,
    rules: &Rules,
    layers: &[Layer],
    config: &Config,
    nonce: Option<String>,
) -> Result<Draft, CaptureError> {
    let mut files = BTreeMap::new();
    let outline = each_file(snapshot, redactor, rules, layers, config, nonce, &mut |name, bytes| drop(files.insert(name, bytes)))?;
    let mut sums = Sums::default();
    for (name, bytes) in &files {
        sums.insert(name, canon::sha256_hex(bytes));
    }
    Ok(Draft { files, manifest: outline.manifest(&sums, "") })
}

/// Hands out the files of a snapshot's bundle one by one, in no promised order; all but `evid.json`.
///
/// # Errors
/// Where what was packed can't be had back: what was handed out is worth nothing then.
pub fn each_file(
    snapshot: &Snapshot<Store<'_>>,
    redactor: &Redactor,
    rules: &Rules,
    layers: &[Layer],
    config: &Config,
    nonce: Option<String>,
    put: &mut dyn FnMut(String, Vec<u8>),
) -> Result<Outline, CaptureError> {
    let coverage = Coverage::new(snapshot.highest, &snapshot.questions, &snapshot.universe, &snapshot.gaps, &snapshot.unsettled);
    put("coverage.json".into(), json::document(&coverage)?);
    let layered = assemble::each_file(&snapshot.objects, rules, layers, config, snapshot.server.as_deref(), put);
    if let Some(fault) = snapshot.objects.fault() {
        return Err(CaptureError::Spool(fault));
    }
    let config = json::document(&config.redacted(redactor))?;
    let manifest = Manifest {
        format: FORMAT,
        tool: Tool::this(),
        source: if snapshot.source == Source::Live { "live" } else { "dump" }.into(),
        window: Window { started: snapshot.started.clone(), finished: snapshot.finished.clone() },
        cluster: Cluster { uid: snapshot.cluster.clone(), version: snapshot.version.clone(), server: snapshot.server.clone() },
        layers: Vec::new(),
        rules: rules.digest().to_owned(),
        config: canon::sha256_hex(&config),
        redaction_key: redactor.key_id(),
        tracking: layered.tracking.into(),
        like_parts: layered.like_parts.to_list(),
        head: String::new(),
        nonce,
    };
    put("config.json".into(), config);
    Ok(Outline { layers: layers.to_vec(), layered, manifest })
}

impl Outline {
    /// The manifest, given the digests of all files and the digest of all bytes written before it.
    pub fn manifest(&self, sums: &Sums, head: &str) -> Manifest {
        let line = |name: &str, role: &str| LayerLine {
            name: name.to_owned(),
            role: role.to_owned(),
            root: self.layered.roots.get(name).cloned(),
            digest: sums.layer_digest(name),
            objects: self.layered.counts.get(name).copied().unwrap_or(0),
        };
        let layers = self.layers.iter().map(|l| line(&l.name, l.role.as_str())).chain([line(PLATFORM, PLATFORM)]).collect();
        Manifest { layers, head: head.to_owned(), ..self.manifest.clone() }
    }
}

impl Draft {
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

/// What probes heard, a file a layer. Only a live cluster is asked: `verify` refuses probes in a bundle made from a dump.
///
/// # Errors
/// Never in practice.
pub fn probe_files(lines: Vec<probe::Line>) -> Result<Vec<(String, Vec<u8>)>, serde_json::Error> {
    let mut by_layer: BTreeMap<String, Vec<probe::Line>> = BTreeMap::new();
    lines.into_iter().for_each(|l| by_layer.entry(l.layer.clone()).or_default().push(l));
    by_layer.into_iter().map(|(layer, mut lines)| Ok((format!("probes/{layer}.jsonl"), probe::file(&mut lines)?))).collect()
}

//! The files of a snapshot's bundle, one by one, and the content of its manifest. Knows no container: the caller seals the files.
use crate::bundle::assemble::Layered;
use crate::bundle::coverage::Coverage;
use crate::bundle::manifest::{Cluster, Hub, LayerLine, Manifest, Tool, Window};
use crate::bundle::sums::Sums;
use crate::bundle::{FORMAT, assemble, probe};
use crate::canon;
use crate::canon::json;
use crate::model::{Layer, PLATFORM, Snapshot};
use crate::usecase::capture::collected::CaptureError;
use crate::usecase::capture::intake::Intake;
use crate::usecase::capture::objects::PackedObjects;
use crate::usecase::capture::snapshot::here;
use std::collections::BTreeMap;

/// The content of the manifest without digests, which are known when all files are written.
pub struct Outline {
    layers: Vec<Layer>,
    layered: Layered,
    manifest: Manifest,
}

/// Gives out the files of a snapshot's bundle one by one, in no fixed order; all but `evid.json`.
///
/// # Errors
/// If packed objects can't be read back; then discard all files given out before.
pub(super) fn each_file(
    snapshot: &Snapshot<PackedObjects<'_>>,
    intake: &Intake<'_>,
    put: &mut dyn FnMut(String, Vec<u8>),
) -> Result<Outline, CaptureError> {
    let Intake { redactor, rules, layers, config, .. } = *intake;
    let coverage = Coverage::new(snapshot.highest, &snapshot.questions, &snapshot.universe, &snapshot.gaps, &snapshot.unsettled);
    put("coverage.json".into(), json::document(&coverage)?);
    let here = here(config, snapshot.server.as_deref(), snapshot.hub.as_ref());
    let layered = assemble::each_file(&snapshot.objects, rules, layers, config, &here, put);
    if let Some(fault) = snapshot.objects.fault() {
        return Err(CaptureError::Spool(fault));
    }
    let config = json::document(&config.redacted(redactor))?;
    let manifest = Manifest {
        format: FORMAT,
        tool: Tool::this(),
        source: snapshot.source,
        window: Window { started: snapshot.started.clone(), finished: snapshot.finished.clone() },
        cluster: Cluster { uid: snapshot.cluster.clone(), version: snapshot.version.clone(), server: snapshot.server.clone() },
        hub: snapshot.hub.as_ref().map(Hub::new),
        layers: Vec::new(),
        rules: rules.digest().to_owned(),
        config: canon::sha256_hex(&config),
        redaction_key: redactor.key_id(),
        tracking: layered.tracking.into(),
        like_parts: layered.like_parts.to_list(),
        head: String::new(),
        nonce: None,
        run: None,
    };
    put("config.json".into(), config);
    Ok(Outline { layers: layers.to_vec(), layered, manifest })
}

impl Outline {
    /// With a reviewer's text, and the run of a proof of which the bundle is a point.
    pub(super) fn named(self, nonce: Option<String>, run: Option<String>) -> Self {
        Self { manifest: Manifest { nonce, run, ..self.manifest }, ..self }
    }

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

/// The probe lines, one file for each layer. Only a live cluster is asked: `verify` refuses probes in a bundle made from a dump.
pub(super) fn probe_files(lines: Vec<probe::Line>) -> Result<Vec<(String, Vec<u8>)>, serde_json::Error> {
    let mut by_layer: BTreeMap<String, Vec<probe::Line>> = BTreeMap::new();
    lines.into_iter().for_each(|l| by_layer.entry(l.layer.clone()).or_default().push(l));
    by_layer.into_iter().map(|(layer, mut lines)| Ok((format!("probes/{layer}.jsonl"), probe::file(&mut lines)?))).collect()
}

//! Volumes and claims of a bundle, for `retained`: what each says about itself, about the other, and about where its data is. Judges
//! nothing.
use crate::claims::Evidence;
use crate::compare::{CompareError, Instance, Spot};
use crate::value::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const VOLUMES: &str = "persistentvolumes";
pub(super) const CLAIMS: &str = "persistentvolumeclaims";

/// Where the spec of a volume has its server, for NFS or for the NFS CSI driver.
pub const SERVERS: [&str; 2] = ["/spec/nfs/server", "/spec/csi/volumeAttributes/server"];
/// Where it has its path.
pub const PATHS: [&str; 4] = ["/spec/nfs/path", "/spec/local/path", "/spec/hostPath/path", "/spec/csi/volumeAttributes/share"];

/// A volume or a claim in one bundle.
pub(super) struct Item<'e> {
    pub(super) spot: Spot,
    pub(super) at: &'e Instance,
    pub(super) side: usize,
    body: Value,
    fields: Value,
    phase: Value,
}

impl<'e> Item<'e> {
    fn read(e: &'e Evidence<'_>, spot: &Spot, at: &'e Instance, side: usize) -> Result<Self, CompareError> {
        let mut identity = e.line("identity", spot, at, side)?;
        let mut part = |name: &str| identity.get_mut(name).map(Value::take).unwrap_or_default();
        let body = if at.derived { part("derived") } else { e.state(spot, at, side)? };
        let phase = e.line("health", spot, at, side)?.get("facts").and_then(|f| f.get("/status/phase")).cloned().unwrap_or_default();
        Ok(Self { spot: spot.clone(), at, side, body, fields: part("fields"), phase })
    }

    /// Its phase; null if that was not seen.
    pub(super) fn phase(&self) -> &Value {
        &self.phase
    }

    /// A value of the object; null if it has none.
    pub(super) fn get(&self, pointer: &str) -> Value {
        self.body.pointer(pointer).or_else(|| self.fields.get(pointer)).cloned().unwrap_or_default()
    }

    /// A text of the object; empty if it has none.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).or_else(|| self.fields.get(pointer)).and_then(Value::as_str).unwrap_or_default()
    }

    /// Of a volume: the place of the claim that it is bound to or reserved for.
    pub(super) fn claim(&self) -> Spot {
        claim_at(self.text("/spec/claimRef/namespace"), self.text("/spec/claimRef/name"))
    }

    /// Of a volume: its reclaim policy; the API's default is Retain.
    pub(super) fn policy(&self) -> Value {
        Some(self.get("/spec/persistentVolumeReclaimPolicy")).filter(|p| !p.is_null()).unwrap_or_else(|| json!("Retain"))
    }

    /// Of a volume: the part of its spec that says where its data is.
    pub(super) fn source(&self) -> Value {
        /// The fields of a volume's spec that are not its source.
        const OTHER: &[&str] = &[
            "accessModes",
            "capacity",
            "claimRef",
            "mountOptions",
            "nodeAffinity",
            "persistentVolumeReclaimPolicy",
            "storageClassName",
            "volumeMode",
            "volumeAttributesClassName",
        ];
        let spec = self.body.get("spec").and_then(Value::as_object);
        let own = spec.into_iter().flatten().filter(|(k, _)| !OTHER.contains(&k.as_str()));
        own.map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    /// Of a volume whose data is on a node: which node that is.
    pub(super) fn node(&self) -> Value {
        let on_node = self.body.pointer("/spec/local").or_else(|| self.body.pointer("/spec/hostPath")).is_some();
        if on_node { self.get("/spec/nodeAffinity") } else { Value::Null }
    }

    /// Of a volume: the pointer to its server, for NFS or for the NFS CSI driver.
    pub(super) fn server(&self) -> &'static str {
        self.first(&SERVERS)
    }

    /// Of a volume: the pointer to its path.
    pub(super) fn path(&self) -> &'static str {
        self.first(&PATHS)
    }

    fn first(&self, pointers: &[&'static str]) -> &'static str {
        pointers.iter().find(|p| self.body.pointer(p).is_some()).or_else(|| pointers.first()).copied().unwrap_or_default()
    }

    /// Of a volume of the NFS CSI driver: its folder below the path. The driver reads `subdir` however it is written
    /// (csi-driver-nfs 4.13, pkg/nfs/nodeserver.go).
    fn folder(&self) -> &str {
        let attributes = self.body.pointer("/spec/csi/volumeAttributes").and_then(Value::as_object);
        let own = attributes.into_iter().flatten().find(|(key, _)| key.eq_ignore_ascii_case("subdir"));
        own.and_then(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Of a volume: where its data is, in one normal form; null if that is not known. Two volumes with one place share their data.
    pub(super) fn place(&self) -> Value {
        let (server, path) = (self.text(self.server()), self.text(self.path()));
        if !server.is_empty() {
            let whole = format!("{path}/{}", self.folder());
            return json!([server.trim_end_matches('.').to_ascii_lowercase(), segments(&whole)]);
        }
        let handle = self.get("/spec/csi/volumeHandle");
        if !handle.is_null() {
            return json!([self.get("/spec/csi/driver"), handle]);
        }
        let source = self.source();
        match source.as_object().is_some_and(Map::is_empty) {
            true => Value::Null,
            false if !path.is_empty() => json!([self.node(), segments(path)]),
            false => source,
        }
    }
}

/// The segments of a path: `/a/b`, `/a//b`, `/a/b/` and `/a/c/../b` are one place.
fn segments(path: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(out.pop()),
            other => out.push(other),
        }
    }
    out
}

/// The place of a claim.
pub(super) fn claim_at(namespace: &str, name: &str) -> Spot {
    Spot::new(CLAIMS, namespace, name)
}

/// Every volume of one bundle, by name.
pub(super) fn volumes<'e>(e: &'e Evidence<'_>, side: usize) -> Result<BTreeMap<String, Item<'e>>, CompareError> {
    let mut out = BTreeMap::new();
    for (spot, at) in e.instances.in_bundle(side).filter(|(s, _)| s.stem == VOLUMES) {
        out.insert(spot.name.to_string(), Item::read(e, spot, at, side)?);
    }
    Ok(out)
}

/// One claim of one bundle.
pub(super) fn claim<'e>(e: &'e Evidence<'_>, spot: &Spot, side: usize) -> Result<Option<Item<'e>>, CompareError> {
    e.instances.at(spot, side).map(|at| Item::read(e, spot, at, side)).transpose()
}

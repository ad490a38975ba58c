//! Namespaces, claims and volumes as `kubectl get` prints them; claims and volumes also as the lines of their YAML that say where data is.
//! It must not know which objects are wanted.
use crate::kinds::printed;
use crate::model::Object;
use crate::render::foreign;
use crate::render::objects::{Row, table};
use crate::render::table::Style;
use crate::render::text::layout::remark;

pub(super) fn namespaces(shown: &[&Object], layer: &str, moment: &str) -> String {
    if shown.is_empty() { remark(&format!("no namespace of layer {layer} was seen")) } else { get("namespaces", shown, moment) }
}

/// First each claim and each volume by its YAML, then both as tables.
pub(super) fn volumes(claims: &[&Object], volumes: &[&Object], moment: &str) -> String {
    const CLAIM: &[(&str, &str)] = &[
        ("  name", "/metadata/name"),
        ("  namespace", "/metadata/namespace"),
        ("  storageClassName", "/spec/storageClassName"),
        ("  volumeName", "/spec/volumeName"),
    ];
    const VOLUME: &[(&str, &str)] = &[
        ("  nfs", "/spec/nfs"),
        ("    path", "/spec/nfs/path"),
        ("    server", "/spec/nfs/server"),
        ("  hostPath", "/spec/hostPath"),
        ("    path", "/spec/hostPath/path"),
        ("  local", "/spec/local"),
        ("    path", "/spec/local/path"),
        ("  csi", "/spec/csi"),
        ("    volumeHandle", "/spec/csi/volumeHandle"),
        ("  persistentVolumeReclaimPolicy", "/spec/persistentVolumeReclaimPolicy"),
        ("  storageClassName", "/spec/storageClassName"),
    ];
    let claim = |o: &&Object| section(&format!("{} pvc", o.key.namespace), o, CLAIM);
    let volume = |o: &&Object| section(&format!("pv {}", o.key.name), o, VOLUME);
    let mut parts: Vec<String> = claims.iter().map(claim).chain(volumes.iter().map(volume)).collect();
    for (kind, none, objects) in [
        ("persistentvolumeclaims", "no PersistentVolumeClaim was seen", claims),
        ("persistentvolumes", "no PersistentVolume was seen", volumes),
    ] {
        let shown = if objects.is_empty() { remark(none) } else { get(kind, objects, moment) };
        parts.push(format!("### kubectl get {kind}\n{shown}"));
    }
    parts.join("\n")
}

/// A heading, and some fields as YAML has them: of an object only its name.
fn section(heading: &str, object: &Object, fields: &[(&str, &str)]) -> String {
    let line = |(label, at): &(&str, &str)| {
        let value = object.value.pointer(at)?;
        let text = format!(" {}", foreign::clean(value.as_str().unwrap_or_default()));
        Some(format!("{label}:{}\n", if value.is_object() { "" } else { &text }))
    };
    format!("### {}\n{}", foreign::clean(heading), fields.iter().filter_map(line).collect::<String>())
}

fn get(kind: &str, objects: &[&Object], moment: &str) -> String {
    let columns = printed::table().get(kind).map(|p| p.columns.clone()).unwrap_or_default();
    let rows: Vec<Row<'_>> = objects.iter().map(|object| Row { object, layer: "", health: "" }).collect();
    table(&rows, &columns, Some(moment), false, Style { width: u16::MAX, colour: false, most: 0 })
}

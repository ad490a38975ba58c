//! Namespaces, claims and volumes as kubectl prints them: tables, and lines of YAML that grep left. It must not know which file they are in.
use crate::model::Key;
use crate::usecase::import::table::Columns;
use crate::value::{Value, json};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Namespace,
    Claim,
    Volume,
}

type Fields = Vec<(&'static str, Value)>;

/// An object with its fields and its first line; or a line that says nothing of one.
pub(super) type OfYaml = Result<(Key, Fields, u64), (u64, String)>;

/// Which kind a table shows: its columns tell, and for namespaces also where it stands.
pub(super) fn kind(columns: &Columns, hint: &str) -> Option<Kind> {
    let hint = hint.rsplit('/').next().unwrap_or(hint).to_lowercase();
    match () {
        () if columns.has("RECLAIM POLICY") && columns.has("CLAIM") => Some(Kind::Volume),
        () if columns.has("VOLUME") && columns.has("STORAGECLASS") => Some(Kind::Claim),
        () if columns.names() == ["NAME", "STATUS", "AGE"]
            && (hint.contains("namespace") || hint.split(['.', '_', '-', ' ']).any(|w| w == "ns")) =>
        {
            Some(Kind::Namespace)
        }
        () => None,
    }
}

/// What a row says; none if it names no object.
pub(super) fn row(kind: Kind, cells: &[(&str, &str)]) -> Option<(Key, Fields)> {
    let of = |name: &str| cells.iter().find(|(column, _)| *column == name).map_or("", |(_, cell)| *cell);
    let name = Some(of("NAME")).filter(|name| !name.is_empty() && !name.contains(' '))?;
    let (key, fields) = match kind {
        Kind::Namespace => {
            let status = of("STATUS");
            matches!(status, "Active" | "Terminating").then_some(())?;
            (Key::new("", "Namespace", "", name), vec![("/status/phase", json!(status))])
        }
        Kind::Claim => {
            let fields = vec![
                ("/status/phase", json!(of("STATUS"))),
                ("/spec/volumeName", json!(of("VOLUME"))),
                ("/status/capacity/storage", json!(of("CAPACITY"))),
                ("/status/accessModes", modes(of("ACCESS MODES"))),
                ("/spec/storageClassName", json!(of("STORAGECLASS"))),
            ];
            (Key::new("", "PersistentVolumeClaim", of("NAMESPACE"), name), fields)
        }
        Kind::Volume => {
            let mut fields = vec![
                ("/spec/capacity/storage", json!(of("CAPACITY"))),
                ("/spec/accessModes", modes(of("ACCESS MODES"))),
                ("/spec/persistentVolumeReclaimPolicy", json!(of("RECLAIM POLICY"))),
                ("/status/phase", json!(of("STATUS"))),
                ("/spec/storageClassName", json!(of("STORAGECLASS"))),
            ];
            if let Some((namespace, name)) = of("CLAIM").split_once('/') {
                fields.extend([("/spec/claimRef/namespace", json!(namespace)), ("/spec/claimRef/name", json!(name))]);
            }
            if let Some((server, path)) = of("PATH").split_once(":/") {
                fields.extend([("/spec/nfs/server", json!(server)), ("/spec/nfs/path", json!(format!("/{path}")))]);
            }
            (Key::new("", "PersistentVolume", "", name), fields)
        }
    };
    Some((key, fields.into_iter().filter(|(_, value)| *value != "" && !value.as_array().is_some_and(Vec::is_empty)).collect()))
}

/// Access modes, short or long.
fn modes(cell: &str) -> Value {
    let long = |mode: &str| match mode {
        "RWO" => "ReadWriteOnce".to_owned(),
        "ROX" => "ReadOnlyMany".to_owned(),
        "RWX" => "ReadWriteMany".to_owned(),
        "RWOP" => "ReadWriteOncePod".to_owned(),
        other => other.to_owned(),
    };
    cell.split(',').filter(|mode| !mode.is_empty()).map(long).collect()
}

/// Whether a heading announces claims or volumes.
pub(super) fn is_heading(heading: &str) -> bool {
    let words = |c: char| !c.is_ascii_alphanumeric();
    let named = ["pvc", "pv", "pvcs", "pvs", "persistentvolume", "persistentvolumes", "persistentvolumeclaim", "persistentvolumeclaims"];
    heading.to_lowercase().split(words).any(|word| named.contains(&word))
}

/// Lines of YAML that grep left of a claim, or of the volume that the heading names. A second `name:` begins the next object.
pub(super) fn of_yaml(heading: &str, lines: &[(u64, &str)]) -> Vec<OfYaml> {
    let volume = heading.split_once("pv ").filter(|(before, _)| before.trim().is_empty()).map(|(_, name)| name.trim());
    let mut out: Vec<OfYaml> = Vec::new();
    let mut groups: Vec<Vec<(u64, &str, &str)>> = Vec::new();
    for (at, text) in lines {
        let pair =
            text.trim().trim_start_matches("- ").split_once(':').map(|(key, value)| (key.trim(), value.trim().trim_matches(['"', '\''])));
        match pair.filter(|(key, value)| KEYS.contains(key) || value.is_empty() && SOURCES.contains(key)) {
            None => out.push(Err((*at, (*text).to_owned()))),
            Some((key, value)) => {
                let again = groups.last().is_none_or(|group| group.iter().any(|(_, k, _)| *k == key));
                if again {
                    groups.push(Vec::new());
                }
                groups.last_mut().into_iter().for_each(|group| group.push((*at, key, value)));
            }
        }
    }
    for group in groups {
        let of = |key: &str| group.iter().find(|(_, k, _)| *k == key).map(|(_, _, value)| *value).filter(|value| !value.is_empty());
        let at = group.first().map_or(0, |(at, ..)| *at);
        let field = |key: &str, pointer: &'static str| of(key).map(|value| (pointer, json!(value)));
        let class = field("storageClassName", "/spec/storageClassName");
        let is_volume = volume.is_some() || of("persistentVolumeReclaimPolicy").is_some();
        let Some(name) = volume.filter(|_| is_volume).or_else(|| of("name")) else {
            out.push(Err((at, format!("no name in what is left of {heading}"))));
            continue;
        };
        let (key, fields): (Key, Vec<Option<(&'static str, Value)>>) = if is_volume {
            let policy = field("persistentVolumeReclaimPolicy", "/spec/persistentVolumeReclaimPolicy");
            // A path alone may be of a node's disk, of a host, or of something else: the line above it says so, if it was kept.
            let path = match group.iter().find_map(|(_, key, _)| SOURCES.iter().find(|s| **s == *key)) {
                Some(&"hostPath") => Some("/spec/hostPath/path"),
                Some(&"local") => Some("/spec/local/path"),
                _ => of("server").map(|_| "/spec/nfs/path"),
            };
            let place = [
                field("server", "/spec/nfs/server"),
                path.and_then(|at| field("path", at)),
                field("volumeHandle", "/spec/csi/volumeHandle"),
            ];
            (Key::new("", "PersistentVolume", "", name), place.into_iter().chain([policy, class]).collect())
        } else {
            let namespace = of("namespace").or_else(|| heading.split_whitespace().next().filter(|word| !is_heading(word))).unwrap_or("");
            (Key::new("", "PersistentVolumeClaim", namespace, name), vec![field("volumeName", "/spec/volumeName"), class])
        };
        out.push(Ok((key, fields.into_iter().flatten().collect(), at)));
    }
    out
}

/// What a volume's path may be of.
const SOURCES: [&str; 4] = ["nfs", "hostPath", "local", "csi"];

/// What scripts look for.
const KEYS: [&str; 8] =
    ["name", "namespace", "storageClassName", "volumeName", "persistentVolumeReclaimPolicy", "path", "server", "volumeHandle"];

#[cfg(test)]
mod tests {
    use super::{is_heading, of_yaml};

    #[test]
    fn what_grep_left_of_a_claim_and_of_a_volume_is_read() {
        let lines = |text: &'static str| (1..).zip(text.lines()).collect::<Vec<(u64, &str)>>();
        let said = |heading: &str, text| {
            let found = of_yaml(heading, &lines(text));
            found
                .into_iter()
                .map(|f| f.map(|(key, fields, _)| format!("{key} {fields:?}")).unwrap_or_else(|(at, _)| format!("line {at}")))
                .collect::<Vec<_>>()
        };
        let claim = said("triton-dev pvc", "  name: repo\n  namespace: triton-dev\n  storageClassName: \"\"\n  volumeName: pv-1\n");
        assert_eq!(claim, ["PersistentVolumeClaim triton-dev/repo [(\"/spec/volumeName\", String(\"pv-1\"))]"]);
        let volume = said("pv repo-pv", "    path: /models\n    server: nfs\n  persistentVolumeReclaimPolicy: Retain\n");
        assert!(volume.len() == 1 && volume[0].contains("PersistentVolume repo-pv") && volume[0].contains("/spec/nfs/path"), "{volume:?}");
        assert!(!said("pv local", "    path: /var\n")[0].contains("nfs"), "nobody said that it is NFS");
        assert_eq!(said("a pvc", "  name: x\n  name: y\nphase: Bound\n").len(), 3);
    }

    #[test]
    fn a_heading_about_probes_is_none_about_volumes() {
        assert!(is_heading("airflow-dev pvc") && is_heading("pv triton-model-repo-dev-pv") && is_heading("kubectl get persistentvolumes"));
        assert!(!is_heading("fastapi-dev /health") && !is_heading("mlflow-dev runtime env (top + env grep)"));
    }
}

//! Manifests that a person gives with `-f`: YAML or JSON, or a bundle. From a bundle, its switched root and that root's AppProject are
//! taken.
use crate::adapters::archive;
use crate::argo::Here;
use crate::bundle::config::Config;
use crate::bundle::rebuild;
use crate::canon::redact::MARK;
use crate::canon::{json, yaml};
use crate::cli::Failure;
use crate::kinds::Rules;
use crate::model::{Key, Layer, Object, Role, Source};
use crate::usecase::switch::{Was, before, cleaned};
use crate::value::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What `-f` names: a file, else a bundle of the evidence folder by its name.
///
/// # Errors
/// If there is neither.
pub(super) fn named(file: Option<&Path>, archive: &Path) -> Result<Option<PathBuf>, Failure> {
    let one = |file: &Path| if file.is_file() { Ok(file.to_owned()) } else { archive::locate(&file.to_string_lossy(), archive) };
    Ok(file.map(one).transpose()?)
}

/// The objects in a file; none if no file is given.
pub(super) fn read(file: Option<&Path>) -> Result<Vec<Value>, Failure> {
    let Some(path) = file else { return Ok(vec![]) };
    if archive::is_zip(path) {
        return of_bundle(path);
    }
    let wrong = |what: String| Failure::new(format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    let documents = yaml::parse(&text).map_err(|e| wrong(e.to_string()))?;
    Ok(documents.into_iter().filter(|d| !d.is_null()).collect())
}

/// What the layer's Applications were like, as a bundle or the journal of an OFF has it.
pub(super) fn before(path: &Path) -> Result<BTreeMap<Key, Was>, Failure> {
    let wrong = |what: &str| Failure::new(format!("{}: {what}", path.display()));
    if archive::is_zip(path) {
        let Taken { objects, layers, here } = bundle(path)?;
        return Ok(before::of_objects(objects, &layers, &here));
    }
    let text = std::fs::read_to_string(path).map_err(|e| wrong(&e.to_string()))?;
    before::of_journal(&text).ok_or_else(|| {
        wrong("it does not say how the Applications were").hint("a bundle does, and the journal of the OFF that made the root manual")
    })
}

struct Taken {
    objects: Vec<Object>,
    layers: Vec<Layer>,
    here: Here,
}

fn bundle(path: &Path) -> Result<Taken, Failure> {
    let reader = archive::open_whole(path)?;
    let (manifest, _) = archive::about(&reader)?;
    if manifest.source == Source::Text {
        let text = format!("{}: it was made from text, which holds no object whole", path.display());
        return Err(Failure::new(text).hint("name a manifest, or a bundle that was captured"));
    }
    let config = reader.entry("config.json").map_err(|d| Failure::new(format!("{}: {d}", path.display())))?;
    let config: Config = serde_json::from_slice(&config)?;
    let (objects, _) = rebuild::objects(&reader, &Rules::new(&config.rules()?)?);
    Ok(Taken { objects, layers: config.layers()?, here: manifest.here(&config) })
}

fn of_bundle(path: &Path) -> Result<Vec<Value>, Failure> {
    let wrong =
        |what: String| Failure::new(format!("{}: {what}", path.display())).hint("apply it from Git, or name its manifest with `-f`");
    let Taken { objects, layers, .. } = bundle(path)?;
    let switched = layers.iter().find(|l| l.role == Role::Switched).ok_or_else(|| wrong("no layer of it is switched".into()))?;
    let is_root = |o: &&Object| {
        o.key.is_argo("Application")
            && o.key.name == switched.root
            && switched.root_namespace.as_ref().is_none_or(|n| *n == o.key.namespace)
    };
    let root = objects.iter().find(is_root).ok_or_else(|| wrong(format!("it does not hold the root Application {}", switched.root)))?;
    let project = root.value.pointer("/spec/project").and_then(Value::as_str).unwrap_or("default");
    let project = objects.iter().find(|o| o.key.is_argo("AppProject") && o.key.name == project && o.key.namespace == root.key.namespace);
    let manifests: Vec<Value> = [Some(root), project].into_iter().flatten().map(|o| manifest(&o.value)).collect();
    match manifests.iter().find(|m| json::to_text(m).contains(MARK)) {
        Some(_) => Err(wrong("a value of the root or its AppProject was redacted, so it can't be applied from here".into())),
        None => Ok(manifests),
    }
}

/// The object as a person would write it. kubectl's own copy of that is redacted as a whole.
fn manifest(object: &Value) -> Value {
    let mut new = cleaned(object);
    if let Some(annotations) = new.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
    new
}

#[cfg(test)]
mod tests {
    use super::{before, read};
    use std::path::Path;

    #[test]
    fn a_bundle_says_how_the_applications_were_and_one_without_the_layer_says_nothing() {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/bundles");
        let all = before(&samples.join("before.evid.zip")).unwrap_or_default();
        assert_eq!(all.len(), 8);
        assert!(all.values().all(|was| was.sync == "Synced" && was.health == "Healthy" && !was.never_synced), "{all:?}");
        assert!(before(&samples.join("off.evid.zip")).is_ok_and(|all| all.is_empty()));
    }

    #[test]
    fn a_bundle_gives_its_root_and_project_as_a_person_would_have_written_them() {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/bundles/before.evid.zip");
        let all = read(Some(&sample)).unwrap_or_default();
        let said: Vec<(&str, &str)> =
            all.iter().filter_map(|m| Some((m.get("kind")?.as_str()?, m.pointer("/metadata/name")?.as_str()?))).collect();
        assert_eq!(said, [("Application", "root-optional"), ("AppProject", "optional")]);
        for manifest in &all {
            assert!(manifest.get("status").is_none() && manifest.pointer("/metadata/uid").is_none(), "{manifest}");
        }
    }
}

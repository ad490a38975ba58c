//! Verify: what a bundle's own content says about itself, beyond its digests. Facets must follow from the objects, layers from
//! the bundle's own Applications and configuration, the manifest from the files.
use crate::bundle::assemble::assemble;
use crate::bundle::config::Config;
use crate::bundle::defect::Defect;
use crate::bundle::defect::DefectKind;
use crate::bundle::manifest::Manifest;
use crate::bundle::rebuild;
use crate::bundle::sums::Sums;
use crate::canon;
use crate::kinds::Rules;
use std::collections::BTreeMap;

/// Every defect of a bundle whose entries have already been held against SHA256SUMS.
pub fn content(files: &BTreeMap<String, Vec<u8>>, sums: &Sums) -> Vec<Defect> {
    let wrong = |entry: &str, what: String| vec![Defect::of(entry, DefectKind::Facets(what))];
    let (manifest, config) = match documents(files) {
        Ok(documents) => documents,
        Err((entry, what)) => return wrong(entry, what),
    };
    let layers = match config.layers() {
        Ok(layers) => layers,
        Err(e) => return wrong("config.json", e.to_string()),
    };
    let rules = match config.rules().map_err(|e| e.to_string()).and_then(|own| Rules::new(&own).map_err(|e| e.to_string())) {
        Ok(rules) => rules,
        Err(e) => return wrong("config.json", e),
    };
    let mut defects = Vec::new();
    if files.get("config.json").is_some_and(|b| canon::sha256_hex(b) != manifest.config) {
        defects.extend(wrong("evid.json", "its digest of config.json is another".into()));
    }
    for layer in manifest.layers.iter().filter(|l| sums.layer_digest(&l.name) != l.digest) {
        defects.extend(wrong("evid.json", format!("its digest of layer {} is another", layer.name)));
    }
    if manifest.rules != rules.digest() {
        // Made with other rules: its digests hold, but this version can't split its objects anew.
        return defects;
    }
    let (objects, mut broken) = rebuild::objects(files, &rules);
    if broken.is_empty() {
        broken = rebuild::differences(files, &assemble(&objects, &rules, &layers, &config));
    }
    defects.extend(broken);
    defects
}

/// Whether this version's rules are those that the bundle was made with.
pub fn same_rules(files: &BTreeMap<String, Vec<u8>>) -> bool {
    documents(files).is_ok_and(|(manifest, _)| Rules::new(&[]).is_ok_and(|r| r.digest() == manifest.rules))
}

fn documents(files: &BTreeMap<String, Vec<u8>>) -> Result<(Manifest, Config), (&'static str, String)> {
    fn one<T: serde::de::DeserializeOwned>(files: &BTreeMap<String, Vec<u8>>, name: &'static str) -> Result<T, (&'static str, String)> {
        let bytes = files.get(name).ok_or((name, "missing".to_owned()))?;
        serde_json::from_slice(bytes).map_err(|e| (name, e.to_string()))
    }
    one::<crate::bundle::coverage::Coverage>(files, "coverage.json")?;
    Ok((one(files, "evid.json")?, one(files, "config.json")?))
}

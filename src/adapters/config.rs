//! Finds, reads and checks `evid.yaml`. Without one, the defaults hold.
use crate::bundle::config::{Config, ConfigError};
use crate::canon::yaml;
use crate::claims::catalogue;
use crate::value::Value;
use serde::Deserialize;
use std::path::Path;

/// An `evid.yaml` that can't be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {what}")]
pub struct ConfigFileError {
    pub file: String,
    /// What is wrong, where, and what would be right.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    api_version: String,
    kind: String,
    #[serde(default)]
    #[expect(dead_code, reason = "metadata is the owner's; it is accepted and means nothing to evid")]
    metadata: Value,
    spec: Config,
}

/// The file that is used: the one given, else `./evid.yaml`; none if the defaults hold.
pub fn in_force(named: Option<&Path>) -> Option<&Path> {
    let here = Path::new("evid.yaml");
    named.or_else(|| here.is_file().then_some(here))
}

/// Reads the given file, else `./evid.yaml`, else gives the defaults.
///
/// # Errors
/// If the file can't be read or is no valid configuration.
pub fn load(named: Option<&Path>) -> Result<Config, ConfigFileError> {
    let Some(path) = in_force(named) else { return Ok(Config::default()) };
    let wrong = |what: String| ConfigFileError { file: path.display().to_string(), what };
    let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("can't be read: {e}")))?;
    parse(&text, &path.display().to_string())
}

/// Reads the text of an `evid.yaml`; `file` is its name in messages.
///
/// # Errors
/// If it is no valid configuration.
pub fn parse(text: &str, file: &str) -> Result<Config, ConfigFileError> {
    let wrong = |what: String| ConfigFileError { file: file.to_owned(), what };
    let documents = yaml::parse(text).map_err(|e| wrong(e.to_string()))?;
    let [document] = documents.as_slice() else { return Err(wrong(format!("holds {} documents; one is wanted", documents.len()))) };
    let at = |path: &str, what: &str| wrong(located(text, path, what));
    let document: Document = serde_path_to_error::deserialize(serde_json::Value::from(document.clone()))
        .map_err(|e| at(&e.path().to_string(), &e.inner().to_string()))?;
    if document.api_version != "evid/v1" || document.kind != "Platform" {
        return Err(wrong(format!("is {} {}; `apiVersion: evid/v1` and `kind: Platform` are wanted", document.api_version, document.kind)));
    }
    let config = document.spec;
    config
        .check()
        .and_then(|()| config.layers())
        .and_then(|_| config.rules())
        .map_err(|ConfigError { field, what }| at(&format!("spec.{field}"), &what))?;
    let known = catalogue::ids(&config.layers().unwrap_or_default()).map_err(&wrong)?;
    if let Some(id) = config.claims.iter().find(|c| !known.contains(c)) {
        return Err(at("spec.claims", &format!("there is no claim `{id}`; there are {}", known.join(", "))));
    }
    Ok(config)
}

/// A message with the line of its field, and what may have been meant.
fn located(text: &str, path: &str, what: &str) -> String {
    let line = yaml::line_of(text, path).map_or_else(String::new, |line| format!("line {line}: "));
    // serde_json names a field or a value that it does not know, and the known ones, each in backticks.
    let mut words = what.split('`').skip(1).step_by(2);
    let unknown = words.next().filter(|_| what.starts_with("unknown")).unwrap_or_default();
    let meant = similar::get_close_matches(unknown, &words.collect::<Vec<_>>(), 1, 0.6);
    let what = meant.first().map_or_else(|| what.to_owned(), |word| format!("{what}; did you mean `{word}`?"));
    format!("{line}{path}: {what}")
}

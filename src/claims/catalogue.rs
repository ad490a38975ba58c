//! The claims as data: one file for each claim, with a closed list of predicates. The file's stem is the claim's word.
use crate::canon::yaml;
use crate::model::{Layer, Role};
use serde::Deserialize;

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/claim_files.rs"));

/// One claim file.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Claim {
    /// The second half of the claim's id; taken from the file's name.
    #[serde(skip)]
    pub word: String,
    /// Place in the report; the lowest comes first.
    pub order: u32,
    /// The subject of the claim: the first half of its id.
    #[serde(rename = "for")]
    pub subject: Subject,
    /// For which numbers of bundles it can be judged.
    pub over: Vec<usize>,
    /// Whether it is about the time between the points of a proof. Such a claim is judged only if that time was watched.
    #[serde(default)]
    pub proof: bool,
    pub predicate: String,
}

/// The subject of a claim.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// `evidence.<word>`.
    Evidence,
    /// `<layer>.<word>` for each protected layer.
    Protected,
    /// `<layer>.<word>` for the switched layer.
    Switched,
    /// `<layer>.<word>` for every layer.
    Layer,
    /// `changes.<word>`.
    Changes,
    /// `storage.<word>`.
    Storage,
    /// `switch.<word>`.
    Switch,
}

/// All built-in claims, in the order of the report.
///
/// # Errors
/// If a file is malformed; a test makes sure that none is.
pub fn all() -> Result<Vec<Claim>, String> {
    let mut claims = Vec::new();
    for (stem, body) in FILES {
        let wrong = |e: String| format!("claim {stem}: {e}");
        let value = yaml::parse(body).map_err(|e| wrong(e.to_string()))?.into_iter().next().ok_or_else(|| wrong("it is empty".into()))?;
        let claim: Claim = crate::value::from_value(value).map_err(|e| wrong(e.to_string()))?;
        claims.push(Claim { word: (*stem).to_owned(), ..claim });
    }
    claims.sort_by_key(|c| c.order);
    Ok(claims)
}

/// The ids of all claims on a platform with these layers.
///
/// # Errors
/// As [`all`].
pub fn ids(layers: &[Layer]) -> Result<Vec<String>, String> {
    Ok(all()?.iter().flat_map(|c| c.subject.firsts(layers).into_iter().map(|f| format!("{f}.{}", c.word))).collect())
}

impl Subject {
    /// The first halves of the claim's ids on a platform with these layers.
    pub fn firsts(self, layers: &[Layer]) -> Vec<&str> {
        let of = |role: Option<Role>| layers.iter().filter(|l| role.is_none_or(|r| l.role == r)).map(|l| &*l.name).collect();
        match self {
            Self::Evidence => vec!["evidence"],
            Self::Protected => of(Some(Role::Protected)),
            Self::Switched => of(Some(Role::Switched)),
            Self::Layer => of(None),
            Self::Changes => vec!["changes"],
            Self::Storage => vec!["storage"],
            Self::Switch if layers.iter().any(|l| l.role == Role::Switched) => vec!["switch"],
            Self::Switch => Vec::new(),
        }
    }
}

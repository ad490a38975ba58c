//! The word lists and forms as data files, each read once. What they mean is decided by who asks.
use crate::canon::yaml::Embedded;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What names say.
pub(super) static NAMES: Embedded<Names> = Embedded::new(include_str!("names.yaml"));
/// What shows by its own form.
pub(super) static TOKENS: Embedded<Tokens> = Embedded::new(include_str!("tokens.yaml"));
/// Where commands take their secrets.
pub(super) static COMMANDS: Embedded<BTreeMap<String, Vec<String>>> = Embedded::new(include_str!("commands.yaml"));

pub(super) type Words = BTreeSet<String>;

/// The lists of `names.yaml`, which says what they are.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Names {
    pub(super) nouns: Words,
    pub(super) whole: Words,
    pub(super) unlike: Words,
    pub(super) key_of: Words,
    pub(super) plain_key_of: Words,
    pub(super) likely: Words,
    pub(super) login: Words,
    pub(super) user: Words,
    pub(super) stems: Words,
    pub(super) before: Words,
    pub(super) after: Words,
    pub(super) empty: Words,
    pub(super) holders: Words,
    pub(super) files: Words,
    pub(super) benign: Words,
    pub(super) copies: Words,
    pub(super) prose: Words,
    pub(super) shapes: Words,
    pub(super) ciphertexts: Words,
    pub(super) logins: Words,
    pub(super) marks: Words,
    pub(super) key_objects: Words,
    pub(super) query: Words,
    pub(super) public_armour: Words,
    pub(super) directives: Words,
    pub(super) input: Words,
    pub(super) readers: Words,
    pub(super) hooks: Words,
}

/// `tokens.yaml`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tokens {
    /// Name of a set of signs → its signs, as within the brackets of a regular expression.
    pub(super) sets: BTreeMap<String, String>,
    /// Service → forms.
    pub(super) forms: BTreeMap<String, Vec<String>>,
}

//! The meaning of a kind: one rule file for each kind, and a safe default for the others. Knows no cluster and no bundle.
pub mod built_in;
mod fields;
pub mod health;
pub(crate) mod patterns;
pub mod printed;
pub mod rule;
pub mod split;
mod tree;
pub mod worse;

use crate::canon;
use crate::canon::yaml;
use crate::value::Value;
use rule::Rule;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tree::Tree;

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/kind_rules.rs"));

/// A kind's rule with its patterns compiled.
pub struct Kind {
    /// What the file says.
    pub rule: Rule,
    fragments: Arc<Fragments>,
    tree: OnceLock<Tree>,
    when: OnceLock<Vec<Tree>>,
}

type Fragments = BTreeMap<String, Rule>;

/// All rules of one run: the built-in ones and those of `evid.yaml`.
pub struct Rules {
    /// Group → kind → its rule.
    by_group: BTreeMap<String, BTreeMap<String, Kind>>,
    fallback: Kind,
    digest: String,
}

/// A rule file that is not valid.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// Not YAML, or not a rule.
    #[error("rule {file}: {what}")]
    Malformed {
        /// File stem.
        file: String,
        what: String,
    },
    /// A user's rule for a kind that evid knows.
    #[error("kind {0} has a built-in rule, which can't be overridden; remove it from `spec.kinds`")]
    BuiltIn(String),
}

impl Rules {
    /// The built-in rules and a user's own.
    ///
    /// # Errors
    /// If a rule is malformed or overrides a built-in one.
    pub fn new(own: &[Rule]) -> Result<Self, RuleError> {
        let mut fragments = BTreeMap::new();
        let mut rules = Vec::new();
        let mut text = Vec::new();
        for (stem, body) in FILES {
            text.extend_from_slice(format!("{}  {stem}\n", canon::sha256_hex(body.as_bytes())).as_bytes());
            let rule = parse(stem, body)?;
            match stem.strip_prefix('_') {
                Some(name) => drop(fragments.insert(name.to_owned(), rule)),
                None => rules.push(rule),
            }
        }
        let known: Vec<_> = rules.iter().map(|r| (r.group.clone(), r.kind.clone())).collect();
        for rule in own {
            let malformed = |what: String| Err(RuleError::Malformed { file: format!("of evid.yaml, {}", rule.kind), what });
            if rule.kind.is_empty() || rule.plural.is_empty() {
                return malformed("`kind` and `plural` are wanted".into());
            }
            if let Some(reader) = rule.health.as_ref().filter(|h| !health::vocabulary().any(|w| w == *h)) {
                return malformed(format!(
                    "no health reader is called `{reader}`; there are {}",
                    health::vocabulary().collect::<Vec<_>>().join(", ")
                ));
            }
            if own.iter().filter(|r| r.kind == rule.kind && r.group == rule.group).count() > 1 {
                return malformed("there are two rules for it".into());
            }
            // A plural names one kind; otherwise one kind's rule would also apply to the lists of another.
            if let Some(other) = rules.iter().find(|r| r.kind != rule.kind && r.group == rule.group && r.plural == rule.plural) {
                return malformed(format!("its plural `{}` is that of {}", rule.plural, other.kind));
            }
            if known.contains(&(rule.group.clone(), rule.kind.clone())) {
                return Err(RuleError::BuiltIn(rule.kind.clone()));
            }
            rules.push(rule.clone());
        }
        let fragments = Arc::new(fragments);
        let fallback = Kind::new(Rule::default(), &fragments)?;
        let mut by_group: BTreeMap<String, BTreeMap<String, Kind>> = BTreeMap::new();
        for rule in rules {
            by_group.entry(rule.group.clone()).or_default().insert(rule.kind.clone(), Kind::new(rule, &fragments)?);
        }
        Ok(Self { by_group, fallback, digest: canon::sha256_hex(&text) })
    }

    /// The rule of a kind, or that of all kinds of its group, or the default.
    pub fn of(&self, group: &str, kind: &str) -> &Kind {
        self.by_group.get(group).and_then(|kinds| kinds.get(kind).or_else(|| kinds.get("*"))).unwrap_or(&self.fallback)
    }

    /// The rule of a plural resource name, if one has it.
    pub fn of_resource(&self, group: &str, plural: &str) -> Option<&Kind> {
        self.of_group(group).find(|k| k.rule.plural == plural)
    }

    /// Every kind that has a rule.
    pub fn iter(&self) -> impl Iterator<Item = &Kind> {
        self.by_group.values().flat_map(BTreeMap::values)
    }

    fn of_group(&self, group: &str) -> impl Iterator<Item = &Kind> {
        self.by_group.get(group).into_iter().flat_map(BTreeMap::values)
    }

    /// SHA-256 over the names and digests of the built-in rule files.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The plural of a kind: its rule's, else by Kubernetes' guess.
    pub fn plural(&self, group: &str, kind: &str) -> String {
        let known = &self.of(group, kind).rule.plural;
        if known.is_empty() { guess_plural(kind) } else { known.clone() }
    }

    /// The plural of a kind among the resources of its group that are known: not each plural can be guessed (`elasticsearches`, `redis`).
    pub fn plural_among<'k>(&self, group: &str, kind: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
        let guess = self.plural(group, kind);
        if !self.of(group, kind).rule.plural.is_empty() || known.clone().any(|resource| resource == guess) {
            return guess;
        }
        let lower = kind.to_lowercase();
        // `kafkatopics` is no plural of Kafka.
        let is_plural = |resource: &&str| resource.starts_with(lower.trim_end_matches('y')) && resource.len() <= lower.len() + 2;
        known.filter(is_plural).min_by_key(|resource| resource.len()).map_or(guess, str::to_owned)
    }

    /// Whether bundles may store objects of a resource. They do not if every rule of that name says so, or if the whole group is computed
    /// when asked. `*` is any resource of the group.
    pub fn keeps(&self, group: &str, plural: &str) -> bool {
        let mut own = self.of_group(group).filter(|k| k.rule.plural == plural).peekable();
        let unkept = own.peek().is_some() && own.all(|k| k.rule.stored == Some(false));
        !unkept && !built_in::table().computed.iter().any(|g| g == group)
    }

    /// Whether bundles store objects of the kind.
    pub fn stored(&self, group: &str, kind: &str) -> bool {
        self.of(group, kind).rule.stored.unwrap_or(true)
    }
}

/// The text of each built-in rule file, by stem.
pub fn files() -> &'static [(&'static str, &'static str)] {
    FILES
}

fn parse(stem: &str, body: &str) -> Result<Rule, RuleError> {
    let malformed = |what: String| RuleError::Malformed { file: stem.to_owned(), what };
    let value =
        yaml::parse(body).map_err(|e| malformed(e.to_string()))?.into_iter().next().ok_or_else(|| malformed("it is empty".into()))?;
    crate::value::from_value(value).map_err(|e| malformed(e.to_string()))
}

fn guess_plural(kind: &str) -> String {
    let lower = kind.to_lowercase();
    if lower.ends_with('s') {
        format!("{lower}es")
    } else if let Some(stem) = lower.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u'])) {
        format!("{stem}ies")
    } else {
        format!("{lower}s")
    }
}

impl Kind {
    fn new(mut rule: Rule, fragments: &Arc<Fragments>) -> Result<Self, RuleError> {
        let any = fragments.get("any");
        rule.derived.extend(any.into_iter().flat_map(|any| any.derived.clone()));
        rule.when.extend(any.into_iter().flat_map(|any| any.when.clone()));
        let all = fragments.values().chain([&rule]).flat_map(|r| r.include.values());
        if let Some(name) = all.into_iter().find(|name| !fragments.contains_key(*name)) {
            return Err(RuleError::Malformed { file: rule.kind.clone(), what: format!("no fragment is called {name}") });
        }
        Ok(Self { rule, fragments: Arc::clone(fragments), tree: OnceLock::new(), when: OnceLock::new() })
    }

    /// The patterns, compiled when an object is first split by them. The kind's own rule comes last and wins.
    fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| {
            let mut tree = Tree::default();
            if let Some(any) = self.fragments.get("any") {
                grow(&mut tree, "", any, &self.fragments);
            }
            grow(&mut tree, "", &self.rule, &self.fragments);
            tree
        })
    }

    /// The patterns that apply to one object.
    fn trees(&self, object: &Value) -> Vec<&Tree> {
        let when = self.when.get_or_init(|| self.rule.when.iter().map(|w| Tree::of(&w.as_rule())).collect());
        let closer = self.rule.when.iter().zip(when).filter(|(when, _)| when.holds(object)).map(|(_, tree)| tree);
        [self.tree()].into_iter().chain(closer).collect()
    }
}

/// Adds a rule's fragments, then its own patterns.
fn grow(tree: &mut Tree, at: &str, rule: &Rule, fragments: &Fragments) {
    for (place, fragment) in rule.include.iter().filter_map(|(place, name)| Some((place, fragments.get(name)?))) {
        grow(tree, &format!("{at}{place}"), fragment, fragments);
    }
    tree.add(at, rule);
}

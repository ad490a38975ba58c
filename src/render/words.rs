//! The words for codes, claims and verdicts, and the texts around them: data, one file for each language in `words/`. It must not know which
//! sentences are made of them.
use crate::model::{Role, Verdict};
use crate::render::foreign;
use std::sync::atomic::{AtomicU8, Ordering};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

pub fn of_role(role: Role) -> &'static str {
    match role {
        Role::Switched => page().role_switched,
        Role::Protected => page().role_protected,
    }
}

/// What a claim says of a layer; of bundles to which it does not apply, why it does not. Empty where nothing is known.
pub fn of_claim(id: &str, verdict: Verdict) -> String {
    let (layer, word) = id.rsplit_once('.').unwrap_or_default();
    let text = if verdict == Verdict::NotApplicable { inapplicable(word) } else { claims(word) };
    fill(text, &[("layer", layer)])
}

static CHOSEN: AtomicU8 = AtomicU8::new(0);

/// Chooses the language of this process; English is the first.
pub fn speak(language: Language) {
    CHOSEN.store(language as u8, Ordering::Relaxed);
}

pub fn language() -> Language {
    let chosen = usize::from(CHOSEN.load(Ordering::Relaxed));
    Language::ALL.get(chosen).map_or(Language::En, |(_, language)| *language)
}

/// What evidence of this kind does not prove; printed with every report.
pub fn not_proven() -> [&'static str; 4] {
    [page().not_proven_between, page().not_proven_whole, page().not_proven_secrets, page().not_proven_signer]
}

/// A text with values where it names them in braces, without hidden characters.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    foreign::clean(&filled(text, values))
}

/// A text with values where it names them in braces. One pass: a value that looks like a placeholder stays as it is.
pub fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        match values.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&format!("{{{name}}}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A number with its noun: the first text where it is one, else the second, in which `{n}` is the number.
pub fn count(n: usize, one: &'static str, many: &'static str) -> String {
    if n == 1 { one.to_owned() } else { fill(many, &[("n", &n.to_string())]) }
}

/// The first of some texts, and how many more there are; none of none.
pub fn first(texts: &[String]) -> Option<String> {
    let (first, rest) = texts.split_first()?;
    Some(if rest.is_empty() { first.clone() } else { fill(page().and_more, &[("first", first), ("n", &rest.len().to_string())]) })
}

#[cfg(test)]
mod tests {
    use super::{en, fill};
    use crate::bundle::text;
    use crate::canon::yaml;
    use crate::claims;
    use crate::usecase::{doctor, switch};

    #[test]
    fn the_file_of_words_means_as_yaml_what_the_build_made_of_it() {
        let file = yaml::parse(include_str!("words/en.yaml")).unwrap().remove(0);
        for code in claims::Code::ALL {
            assert_eq!(file["findings"][code.as_str()], en::findings(*code));
        }
        for code in switch::Code::ALL {
            assert_eq!(file["facts"][code.as_str()], en::facts(*code));
            assert_eq!(file["hints"][code.as_str()], en::hints(*code));
        }
        for hole in text::Hole::ALL {
            assert_eq!(file["holes"][hole.as_str()], en::holes(*hole));
        }
        for code in doctor::Code::ALL {
            assert_eq!(file["checks"][code.as_str()], en::checks(*code));
            assert_eq!(file["remedies"][code.as_str()], en::remedies(*code));
        }
        assert_eq!(file["page"]["not-proven-secrets"], en::PAGE.not_proven_secrets);
    }

    #[test]
    fn every_claim_has_words_and_says_what_would_refute_it() {
        for claim in claims::catalogue::all().unwrap() {
            assert!(!en::refutes(&claim.word).is_empty(), "{} has no words in `refutes`", claim.word);
            assert!(!en::claims(&claim.word).is_empty(), "{} has no words in `claims`", claim.word);
        }
    }

    /// What a text asks to be filled in, and the commands in it, which are the same in every language.
    fn fixed(text: &str) -> Vec<String> {
        let filled = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| format!("{{{name}}}"));
        let mut all: Vec<String> = filled.chain(text.split('`').skip(1).step_by(2).map(str::to_owned)).collect();
        all.sort();
        all
    }

    #[test]
    fn every_language_has_the_same_texts_with_the_same_blanks_and_commands() {
        let file = |text: &str| yaml::parse(text).unwrap().remove(0);
        let (en, ko) = (file(include_str!("words/en.yaml")), file(include_str!("words/ko.yaml")));
        for (section, texts) in en.as_object().unwrap() {
            let other = ko[section].as_object().unwrap();
            assert!(texts.as_object().unwrap().keys().eq(other.keys()), "{section}");
            for (key, text) in texts.as_object().unwrap() {
                let (text, other) = (text.as_str().unwrap(), other.get(key).unwrap().as_str().unwrap());
                assert_eq!(fixed(text), fixed(other), "{section}.{key}");
                assert_eq!(text.is_empty(), other.is_empty(), "{section}.{key}");
            }
        }
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_not_filled_in() {
        assert_eq!(fill("{a} and {b}{c}", &[("a", "{b}"), ("b", "x\u{1b}")]), "{b} and x\u{fffd}{c}");
    }
}

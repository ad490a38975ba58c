//! English words for codes, roles and verdicts. The words for codes are data, one file for each language in `words/`. It must not know
//! which sentences are made of them.
use crate::model::{Role, Verdict};
use crate::render::foreign;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// What is asked of a layer of this role.
pub fn of_role(role: Role) -> &'static str {
    match role {
        Role::Switched => page().role_switched,
        Role::Protected => page().role_protected,
    }
}

/// A verdict in words for people.
pub fn of_verdict(verdict: Verdict) -> &'static str {
    en::verdicts(verdict)
}

/// What would refute a claim of this word; empty for a claim that has no such text.
pub fn refutes(word: &str) -> &'static str {
    en::refutes(word)
}

/// The sentences around findings, values and changes.
pub fn phrases() -> &'static Phrases {
    &en::PHRASES
}

/// The texts of a page and of what is printed like it.
pub fn page() -> &'static Page {
    &en::PAGE
}

/// What evidence of this kind does not prove; printed with every report.
pub fn not_proven() -> [&'static str; 4] {
    [page().not_proven_between, page().not_proven_whole, page().not_proven_secrets, page().not_proven_signer]
}

/// A text with values where it names them in braces, without hidden characters. One pass: a value that looks like a placeholder stays as it
/// is.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
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
    foreign::clean(&out)
}

/// A number with its noun: the first text where it is one, else the second, in which `{n}` is the number.
pub fn count(n: usize, one: &'static str, many: &'static str) -> String {
    if n == 1 { one.to_owned() } else { fill(many, &[("n", &n.to_string())]) }
}

#[cfg(test)]
mod tests {
    use super::{en, fill};
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
        for code in doctor::Code::ALL {
            assert_eq!(file["checks"][code.as_str()], en::checks(*code));
            assert_eq!(file["remedies"][code.as_str()], en::remedies(*code));
        }
        assert_eq!(file["page"]["not-proven-secrets"], en::PAGE.not_proven_secrets);
    }

    #[test]
    fn every_claim_says_what_would_refute_it() {
        for claim in claims::catalogue::all().unwrap() {
            assert!(!en::refutes(&claim.word).is_empty(), "{} has no words in `refutes`", claim.word);
        }
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_not_filled_in() {
        assert_eq!(fill("{a} and {b}{c}", &[("a", "{b}"), ("b", "x\u{1b}")]), "{b} and x\u{fffd}{c}");
    }
}

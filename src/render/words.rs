//! English words for codes, roles and verdicts. The words for codes are data, one file for each language in `words/`. It must not know
//! which sentences are made of them.
use crate::model::{Role, Verdict};

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// What is asked of a layer of this role.
pub fn of_role(role: Role) -> &'static str {
    match role {
        Role::Switched => "goes and returns",
        Role::Protected => "must stay as it is",
    }
}

/// A verdict in words for people.
pub fn of_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not applicable",
        other => other.as_str(),
    }
}

/// What evidence of this kind does not prove; printed with every report.
pub const NOT_PROVEN: &[&str] = &[
    "what happened between the captures: a thing that went and came back unseen leaves no trace here",
    "that a capture saw everything: coverage.json says what was asked; a dump's time and completeness are its operator's word",
    "what Secrets contain: only their metadata is kept",
    "who signed, unless you hold the signer's public key from somewhere else",
];

#[cfg(test)]
mod tests {
    use super::en;
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
    }
}

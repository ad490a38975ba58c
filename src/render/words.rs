//! English text for the words in reports. The report itself has no prose. The words for codes are data, one file for each language in
//! `words/`; the sentences around them are here.
use crate::claims::{Code, Finding, Judged};
use crate::compare::Writer;
use crate::model::{Key, Role, Verdict};
use crate::render::foreign;
use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// A finding in one line: object, what, where, values.
pub fn of_finding(finding: &Finding) -> String {
    let object = finding.object.as_ref().map(of_key);
    let mut text = [object.as_deref().unwrap_or(""), en::findings(finding.code)].join(" ").trim().to_owned();
    if !finding.pointer.is_empty() {
        text.push_str(&format!(" at {}", finding.pointer));
    }
    match (&finding.before, &finding.after) {
        (Some(a), Some(b)) => text.push_str(&format!(": {} → {}", short(a), short(b))),
        (Some(a), None) => text.push_str(&format!(": was {}", short(a))),
        (None, Some(b)) => text.push_str(&format!(": {}", short(b))),
        (None, None) => {}
    }
    if let Some(writer) = &finding.writer {
        text.push_str(&format!(", {}", of_writer(writer)));
    }
    text
}

/// Who wrote a field, and when.
pub fn of_writer(writer: &Writer) -> String {
    format!("by {} at {}", foreign::clean(&writer.manager), of_time(&writer.time))
}

/// The time of day of an RFC 3339 time.
fn of_time(time: &str) -> String {
    foreign::clean(time.split_once('T').map_or(time, |(_, clock)| clock))
}

fn of_key(key: &Key) -> String {
    if key.name != "*" {
        return key.to_string();
    }
    if key.namespace.is_empty() { key.kind.clone() } else { format!("{} in {}", key.kind, key.namespace) }
}

/// A value on one short line.
pub fn short(value: &Value) -> String {
    const MOST: usize = 60;
    let text = match value {
        Value::String(s) => foreign::clean(&s.replace('\n', "⏎")),
        other => foreign::clean(&crate::canon::json::to_text(other)),
    };
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

/// What a claim says, and how many expected changes it excepts.
pub fn of_claim(judged: &Judged) -> String {
    match judged.findings.iter().filter(|f| f.code == Code::ExpectedChange).count() {
        0 => judged.says.clone(),
        1 => format!("{}, but for 1 change that evid.yaml expects", judged.says),
        n => format!("{}, but for {n} changes that evid.yaml expects", judged.says),
    }
}

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
    }
}

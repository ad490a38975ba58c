//! Lists of command-line arguments: where in which element a secret begins. Knows nothing of the rest of the object.
use super::literal::is_literal;
use super::names::{self, Sense};
use serde_json::Value;

/// For each element: the byte from which on all of it is a secret.
pub(super) fn secret_from(list: &[Value]) -> Vec<Option<usize>> {
    let words: Vec<&str> = list.iter().map(|v| v.as_str().unwrap_or_default()).collect();
    let runs = |names: &[&str]| words.iter().any(|w| names.iter().any(|n| w.rsplit('/').next().is_some_and(|last| last.starts_with(n))));
    let (mysql, redis, login) = (runs(&["mysql", "mariadb"]), runs(&["redis-cli"]), runs(&["sshpass", "login", "htpasswd"]));
    let curl = runs(&["curl"]);
    let mut out = vec![None; words.len()];
    for (i, word) in words.iter().enumerate() {
        let Some(flag) = word.strip_prefix('-') else { continue };
        let next = words.get(i + 1).copied().unwrap_or_default();
        let name = flag.trim_start_matches('-');
        let (mut own, mut of_next) = (None, None);
        if let Some((name, value)) = name.split_once('=') {
            if names::sense(name) == Sense::Secret && !name.contains(char::is_whitespace) && is_literal(value) {
                own = Some(word.len() - value.len());
            }
        } else if names::sense(name) == Sense::Secret || (name == "a" && redis) || (*word == "-p" && (login || mysql)) {
            of_next = Some(0);
        } else if matches!(*word, "-u" | "--user") && curl {
            of_next = next.find(':').map(|n| n + 1);
        } else if mysql && word.starts_with("-p") && !word.starts_with("--") && word.len() > 2 {
            own = Some(2);
        }
        if let Some(slot) = out.get_mut(i).filter(|_| own.is_some()) {
            *slot = own;
        }
        let literal = of_next.and_then(|n| next.get(n..)).is_some_and(|v| is_literal(v) && !v.starts_with("--"));
        if let Some(slot) = out.get_mut(i + 1).filter(|_| literal) {
            *slot = of_next;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(list: Value) -> Vec<Option<usize>> {
        secret_from(list.as_array().unwrap())
    }

    #[test]
    fn secrets_stand_in_the_flag_or_after_it() {
        assert_eq!(found(json!(["--password=x", "--token", "y", "--verbose"])), [Some(11), None, Some(0), None]);
        assert_eq!(found(json!(["mysql", "-phunter2"])), [None, Some(2)]);
        assert_eq!(found(json!(["redis-cli", "-a", "x"])), [None, None, Some(0)]);
    }

    #[test]
    fn settings_and_placeholders_stay() {
        assert_eq!(found(json!(["--password-file", "/etc/pw", "--token=$(TOKEN)", "-p", "8080", "--secret-name", "x"])), [None; 7]);
    }
}

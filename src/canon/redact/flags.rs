//! Lists of command-line arguments: where in which element a secret begins. Knows nothing of the rest of the object.
use super::commands;
use super::names::{self, Sense};
use super::value;
use crate::value::Value;

/// For each element: from which byte on it is a secret as a whole. `before` are the words of the command that stand elsewhere.
pub(super) fn secret_from(before: &[Value], list: &[Value]) -> Vec<Option<usize>> {
    let words: Vec<&str> = before.iter().chain(list).map(|v| v.as_str().unwrap_or_default()).collect();
    let mut out = vec![None; words.len()];
    let mut set = |i: usize, from: usize| {
        if let Some(slot) = out.get_mut(i) {
            *slot = Some(from);
        }
    };
    for (i, word) in words.iter().enumerate() {
        let Some(name) = word.strip_prefix('-').map(|flag| flag.trim_start_matches('-')) else { continue };
        let next = words.get(i + 1).copied().unwrap_or_default();
        if let Some((_, value)) = name.strip_prefix("from-literal=").and_then(|pair| pair.split_once('=')) {
            set(i, word.len() - value.len());
        } else if let Some((name, value)) = name.split_once(['=', ':']) {
            let sense = if name.contains(char::is_whitespace) { Sense::Plain } else { names::flag(name, value) };
            if let Some(from) = value::secret_from(value, sense) {
                set(i, word.len() - value.len() + from);
            }
        } else if let Some(from) = value::secret_from(next, names::flag(name, next)).filter(|_| !next.starts_with("--")) {
            set(i + 1, from);
        }
    }
    commands::secrets(&words, true).into_iter().for_each(|(i, from)| set(i, from));
    out.split_off(before.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    fn found(list: Value) -> Vec<Option<usize>> {
        secret_from(&[], list.as_array().unwrap())
    }

    #[test]
    fn secrets_stand_in_the_flag_or_after_it() {
        assert_eq!(found(json!(["--password=x", "--token", "y", "--verbose"])), [Some(11), None, Some(0), None]);
        assert_eq!(found(json!(["mysql", "-phunter2"])), [None, Some(2)]);
        assert_eq!(found(json!(["redis-cli", "-a", "x"])), [None, None, Some(0)]);
        assert_eq!(found(json!(["--basic-auth", "admin:x", "--web.auth=admin:x"])), [None, Some(6), Some(17)]);
        assert_eq!(found(json!(["--rcon-password:x", "--secret-provider:vault", "-v:token"])), [Some(16), None, None]);
        assert_eq!(found(json!(["--from-literal=a=x"])), [Some(17)]);
    }

    #[test]
    fn settings_and_placeholders_stay() {
        assert_eq!(found(json!(["--password-file", "/etc/pw", "--token=$(TOKEN)", "-p", "8080", "--secret-name", "x"])), [None; 7]);
    }
}

//! Which part of a value is a secret, by what its name tells. Knows nothing of how names are read or where values stand.
use super::encoded;
use super::literal::{after_scheme, is_literal, looks_random};
use super::names::Sense;
use super::pattern::Pattern;

/// From which byte on a value under such a name is a secret; nothing where it is none.
pub(super) fn secret_from(value: &str, sense: Sense) -> Option<usize> {
    if sense == Sense::Plain {
        return None;
    }
    let is_random = |from: &usize| value.get(*from..).is_some_and(looks_random);
    if sense == Sense::User {
        // With another `:` it is a user or a role of some system: `system:serviceaccount:…`.
        let is_login = || value.split(',').all(|login| login.matches(':').count() < 2);
        return after_user(value).filter(|from| is_random(from) && is_login());
    }
    after_scheme(value).or_else(|| {
        let login = || (sense == Sense::Login).then(|| after_user(value)).flatten();
        let whole = match sense {
            Sense::Secret => is_literal(value),
            _ => looks_random(value) || encoded::is_login(value),
        };
        // A scheme that is not known: `Key abc`.
        let last = || WORDS.first(value)?.get(1).map(|word| word.start()).filter(is_random);
        login().or(whole.then_some(0)).or_else(|| if sense < Sense::Secret { last() } else { None })
    })
}

static USER: Pattern = Pattern::new(r#"^\s*(?:[\w.@+-]+[:|]|neo4j/)([^\s/]\S*)\s*$"#);
static WORDS: Pattern = Pattern::new(r"^[A-Za-z][A-Za-z-]*[ \t]+([^ \t\r\n]+)$");
static NUMBER: Pattern = Pattern::new(r"^v?\d[\d.]*$");

/// Where the password begins in `user:password`; `host:port` and `image:1.2` have none.
fn after_user(value: &str) -> Option<usize> {
    let password = USER.first(value)?.get(1)?;
    let is_sure = !value.contains('|') || looks_random(password.as_str());
    (is_sure && is_literal(password.as_str()) && !NUMBER.is_match(password.as_str())).then_some(password.start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_login_the_password_is_secret() {
        for (value, from) in [
            ("admin:hunter2", Some(6)),
            ("neo4j/hunter2", Some(6)),
            ("bob@example.org:pa:ss", Some(16)),
            ("proxy:4180", None),
            ("auth:v1.2.3", None),
            ("admin:${PASSWORD}", None),
            ("https://sso.example.org", None),
            ("scram-sha-256", None),
            ("aB3dE6gH9k", Some(0)),
        ] {
            assert_eq!(secret_from(value, Sense::Login), from, "{value}");
        }
        assert_eq!(secret_from("admin:hunter2", Sense::Likely), None);
    }
}

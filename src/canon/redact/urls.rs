//! Secrets in addresses: passwords of users, secret-like query parameters, webhook paths. Knows nothing of the text around them.
use super::data::NAMES;
use super::literal::{is_literal, looks_random};
use super::names::{self, Sense};
use super::pattern::Pattern;
use super::spans::Spans;

static LOGIN: Pattern = Pattern::new(r#"[A-Za-z][A-Za-z0-9+.-]*://([^\s:/"'<>]*):([^\s/"'<>]*)@"#);
static ODD_LOGIN: Pattern =
    Pattern::new(r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@"'<>]+:([^\s"'<>@]*[/#?'"][^\s<>@]*)@[A-Za-z0-9][\w.-]*(?::\d+)?(?:[/\s"'?]|$)"#);
static USER: Pattern = Pattern::new(r#"[A-Za-z][A-Za-z0-9+.-]*://([^\s:/@"'<>,]+)@"#);
static QUERY: Pattern = Pattern::new(r#"(?:[?&;]|&amp;|\\u0026)([A-Za-z_][\w.%-]*)=([^&\s"'<>#;\\]+)"#);

/// Logins at a server without a scheme: of Go's driver of MySQL (`user:password@tcp(host:1)/db`), of Oracle's (`user/password@//host`), of
/// CVS and Asterisk, and `user:password@host:1`.
static BARE: Pattern = Pattern::new(concat!(
    r#"[A-Za-z0-9_.%+$-]+:([^ \t\r\n"'`<>/][^ \t\r\n"'`<>]*?)@(?:[a-z0-9+-]*\([^() \t\r\n]*\)/|/[A-Za-z0-9_?])"#,
    r#"|[A-Za-z0-9_.$#-]+/("[^"]*"|[^ \t\r\n"'/]+?)@(?://|[A-Za-z0-9_.-]+:(?:15[0-9][0-9]|2484)[/:]|(?i-u:\(description))|jdbc:oracle:\w+:[^ \t\r\n/"'@]+/("[^"]*"|[^ \t\r\n"']+?)@"#,
    r#"|:[a-z]*server:[A-Za-z0-9_.-]+:([^ \t\r\n"'@:]+)@|register[ \t]*=>[ \t]*[A-Za-z0-9_.+-]+:([^ \t\r\n"'@:]+)@"#,
    r#"|(?:^|[ \t\r\n"'=,])([A-Za-z0-9_.%+$-]+):([^ \t\r\n"'/@:]+)@[A-Za-z0-9_.-]*:[0-9]{2,5}(?:[/\s"',?\\]|$)"#,
));

/// The path of a webhook, and before it what says so in the address of a server that is not known for it.
static HOOK: Pattern = Pattern::made(|| {
    let known: Vec<String> = NAMES.get().hooks.iter().map(|h| regex::escape(h).replace(r"\*", r#"[^ \t\r\n/"'<>]+"#)).collect();
    format!(
        r#"(?:(?:://(?:[^ \t\r\n/"'<>]*[.@])?)?(?:{})|(://[^ \t\r\n/"'<>]+/(?:hooks|webhooks?|api/webhooks?|api/push|incoming)/(?:[a-z]+/)?))([^ \t\r\n"'<>?#]+)"#,
        known.join("|")
    )
});

/// Adds the secrets of all URLs in a text.
pub(super) fn find(text: &str, out: &mut Spans) {
    // The digest of an image is none of a login.
    if text.match_indices('@').any(|(at, _)| !text.get(at..).is_some_and(|rest| rest.starts_with("@sha256:"))) {
        bare(text, out);
    }
    if text.contains("://") {
        for found in LOGIN.captures(text) {
            let (Some(user), Some(password)) = (found.get(1), found.get(2)) else { continue };
            let is_mail = user.as_str().contains('@');
            // The port of one host and the user of the next.
            let is_port = is_mail && password.as_str().split(',').next().is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
            if is_literal(password.as_str()) && password.as_str() != "x-oauth-basic" && !is_port {
                out.add(password.range());
            }
            if !is_mail && looks_random(user.as_str()) && user.len() >= 16 {
                out.add(user.range());
            }
        }
        for password in ODD_LOGIN.captures(text).filter_map(|c| c.get(1)) {
            let port = password.as_str().split(['/', '#', '?', '\'', '"']).next().unwrap_or_default();
            if !port.bytes().all(|b| b.is_ascii_digit()) && is_literal(password.as_str()) && !password.as_str().contains("://") {
                out.add(password.range());
            }
        }
        for user in USER.captures(text).filter_map(|c| c.get(1)).filter(|u| looks_random(u.as_str())) {
            out.add(user.range());
        }
    }
    if text.contains('=') && text.contains(['?', '&']) {
        for found in QUERY.captures(text) {
            let (Some(name), Some(value)) = (found.get(1), found.get(2)) else { continue };
            if is_literal(value.as_str()) && in_query(name.as_str(), value.as_str()) {
                out.add(value.range());
            }
        }
    }
    if text.contains('/') {
        for (is_known, path) in HOOK.captures(text).filter_map(|c| Some((c.get(1).is_none(), c.get(2)?))) {
            if is_literal(path.as_str()) && (path.as_str().split('/').any(looks_random) || (is_known && path.len() >= 16)) {
                out.add(path.range());
            }
        }
    }
}

/// Adds the passwords of logins without a scheme.
fn bare(text: &str, out: &mut Spans) {
    for found in BARE.captures(text) {
        // `sip:200@host:5060` has a scheme and no password.
        let is_address =
            found.get(6).is_some_and(|user| matches!(user.as_str(), "sip" | "sips" | "mailto" | "xmpp" | "acct" | "ssh" | "git"));
        let password = (1..6).chain([7]).find_map(|group| found.get(group));
        if let Some(password) = password.filter(|p| !is_address && is_literal(p.as_str())) {
            out.add(password.range());
        }
    }
}

/// Whether a query parameter is a secret.
fn in_query(name: &str, value: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let sense = names::sense(name);
    NAMES.get().query.contains(&lower)
        || sense == Sense::Secret
        || ((sense == Sense::Likely || lower == "code" || lower == "x-amz-credential-key") && looks_random(value))
}

#[cfg(test)]
mod tests {
    use super::super::spans::found;
    use super::*;

    fn secrets(text: &str) -> Vec<String> {
        found(text, find)
    }

    #[test]
    fn only_the_password_of_an_address_is_secret() {
        assert_eq!(secrets("postgresql+psycopg2://bob:p@ss@db:5432/x"), ["p@ss"]);
        assert_eq!(secrets("redis://:hunter2@cache:6379/0"), ["hunter2"]);
        assert_eq!(secrets("amqp://bob:pa/ss@mq:5672/"), ["pa/ss"]);
        assert_eq!(secrets("postgres://bob:pl'nt9@db/x"), ["pl'nt9"]);
        assert_eq!(secrets("jdbc:oracle:thin:scott/tiger9@//db:1521/x"), ["tiger9"]);
        assert!(secrets("http://host:8080/a@b http://${U}:${P}@db/x git@x:y https://git@host/x").is_empty());
    }

    #[test]
    fn a_token_in_the_users_place_is_secret() {
        assert_eq!(secrets("https://a1B2c3D4e5F6g7H8@git.example.org/x.git"), ["a1B2c3D4e5F6g7H8"]);
    }

    #[test]
    fn secret_parameters_of_a_query_are_secret() {
        assert_eq!(secrets("https://x.org/a?key=abc&threadKey=t1&api_key=def&page=2"), ["abc", "def"]);
        assert_eq!(secrets("https://x.org/a?se=1&X-Amz-Signature=abcd"), ["abcd"]);
    }

    #[test]
    fn the_path_of_a_webhook_is_secret() {
        assert_eq!(secrets("https://hooks.slack.com/services/T0/B0/abcDEF123456"), ["T0/B0/abcDEF123456"]);
        assert!(secrets("https://x.org/webhooks/list").is_empty());
    }
}

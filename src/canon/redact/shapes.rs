//! Secrets that show by their own shape: private keys, JWTs, tokens of known services, password hashes, headers. Names don't matter here.
use super::literal::{is_literal, looks_random};
use super::pattern::Pattern;
use super::spans::Spans;

static WHOLE: Pattern = Pattern::new(concat!(
    r"evid:redacted:[0-9a-f]{32}",
    r"|eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){2,4}|eyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{8,}",
    r"|(?-u:\b)(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt)-[A-Za-z0-9_.-]{16,}|xox[abeprso]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,})",
    r"|(?-u:\b)(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|(?-u:\b)sk-[A-Za-z0-9_-]{16,}|(?-u:\b)whsec_[A-Za-z0-9+/=]{16,}|(?-u:\b)hf_[A-Za-z0-9]{20,}|(?-u:\b)AIza[A-Za-z0-9_-]{30,}",
    r"|(?-u:\b)ya29\.[A-Za-z0-9_-]{20,}|(?-u:\b)npm_[A-Za-z0-9]{30,}|(?-u:\b)pypi-[A-Za-z0-9_-]{30,}|(?-u:\b)dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}|(?-u:\b)SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"|(?-u:\b)hv[sbr]\.[A-Za-z0-9_-]{20,}|(?-u:\b)s\.[A-Za-z0-9]{24}(?-u:\b)|AGE-SECRET-KEY-1[A-Z0-9]{20,}|(?-u:\b)glsa_[A-Za-z0-9_]{20,}|(?-u:\b)glc_[A-Za-z0-9+/=]{20,}|(?-u:\b)ATATT[A-Za-z0-9_=-]{20,}",
    r"|(?-u:\b)dop_v1_[a-f0-9]{40,}|(?-u:\b)nvapi-[A-Za-z0-9_-]{20,}|(?-u:\b)rubygems_[a-f0-9]{40,}|(?-u:\b)shp(?:at|ss|ca|pa)_[a-fA-F0-9]{20,}|(?-u:\b)dapi[a-f0-9]{32}(?-u:\b)|(?-u:\b)NRAK-[A-Z0-9]{20,}|(?-u:\b)lin_api_[A-Za-z0-9]{20,}",
    r"|(?-u:\b)PMAK-[a-f0-9-]{30,}|(?-u:\b)sntry[su]_[A-Za-z0-9_=+/-]{20,}|(?-u:\b)key-[0-9a-f]{32}(?-u:\b)|(?-u:\b)v1\.[0-9a-f]{40}(?-u:\b)|(?-u:\b)tskey-[A-Za-z0-9-]{16,}|(?-u:\b)gsk_[A-Za-z0-9]{30,}|(?-u:\b)r8_[A-Za-z0-9]{30,}|(?-u:\b)pul-[a-f0-9]{40}(?-u:\b)",
    r"|(?-u:\b)\d{8,10}:AA[A-Za-z0-9_-]{32,}|(?-u:\b)LTAI[A-Za-z0-9]{16,}(?-u:\b)|(?-u:\b)[0-9a-f]{6}\.[0-9a-f]{16}(?-u:\b)",
    r"|\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|\$apr1\$[^\s$]{1,8}\$[./A-Za-z0-9]{22}|\$[156y]\$(?:rounds=\d+\$)?[^\s$:]{1,32}\$[./A-Za-z0-9$]{22,}|\$argon2(?:id|i|d)\$[^\s:,;'\x22]+|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/=]{20,}",
    r"|pbkdf2[:_][a-z0-9_]+[:$]\d+\$[^\s'\x22]{16,}|scrypt:\d+:\d+:\d+\$[^\s'\x22]{16,}|SCRAM-SHA-256\$\d+:[^\s'\x22]{20,}",
    // Private keys without their armour; compressed data (it may hold anything).
    r"|(?-u:\b)MII[A-Za-z0-9+/]{2,3}(?:IBAAKC|AgEAAo|IBADANBgkqhkiG9w0BAQEFAAS)[A-Za-z0-9+/]{40,}(?:\r?\n *[A-Za-z0-9+/]{4,})*={0,2}|(?-u:\b)(?:MHcCAQEE|MIGHAgEAMBMG|MIGkAgEB|MC4CAQAwBQYDK2V|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/]{16,}={0,2}",
    r"|(?-u:\b)H4sI[A-Za-z0-9+/_-]{24,}={0,2}",
));
static PEM: Pattern = Pattern::new(
    r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|\\r)*(.*?)(?:\s|\\n|\\r)*(?:-----END|$)|PuTTY-User-Key-File-\d: [^\n]*\n(.*)",
);
static HEADER: Pattern = Pattern::new(
    r#"(?-u:\b)(?i-u:authorization)(?:\\*["'])?\s*[:=,]?\s*(?:\\*["'])?(?:(?i-u:bearer|basic|token|apikey|api-key|negotiate|digest|splunk|geniekey|sso-key)[ :=]+)([^\s"'\\,;<>]+)"#,
);
static BEARER: Pattern = Pattern::new(r"(?-u:\b)(?i-u:bearer|negotiate)[ :]+([A-Za-z0-9._~+/=-]{6,})");
static BASIC: Pattern = Pattern::new(r"(?-u:\b)(?i-u:basic) +([A-Za-z0-9+/]{6,}={0,2})");
static QUOTED: Pattern =
    Pattern::new(r#"(?-u:\b)(?i-u:password|identified by|identified by password)\s+(?:=\s*)?\\*['"]([^'"\\\n]+)\\*['"]"#);
static COMMAND: Pattern = Pattern::new(
    r#"(?:(?-u:\b)(?:mysql\w*|mariadb\w*)(?-u:\b)[^\n|;&]*?\s-p|(?-u:\b)redis-cli(?-u:\b)[^\n|;&]*?\s-a\s+|(?-u:\b)sshpass\s+-p\s*|(?-u:\b)(?:curl|wget)(?-u:\b)[^\n|;&]*?\s(?:-u|--user|--proxy-user)[ =]['"]?[^\s:'"]+:|(?-u:\b)docker\s+login(?-u:\b)[^\n|;&]*?\s-p\s+|(?-u:\b)ldap\w+(?-u:\b)[^\n|;&]*?\s-w\s+|(?-u:\b)stats\s+auth\s+[^\s:]+:|(?-u:\b)user\s+\S+\s+(?:on\s+)?>|[;\s]on\s+>|\{PLAIN\})['"]?([^\s'"|;&]+)"#,
);
static COOKIE: Pattern = Pattern::new(r#"(?-u:\b)(?i-u:cookie)(?:\\*["'])?\s*:\s*(?:\\*["'])?[\w.-]+=([^\s"';\\]+)"#);
static PGPASS: Pattern = Pattern::new(r"(?m)^[^\s:#]+:(?:\d{2,5}|\*):[^\s:]+:[^\s:]+:(\S+)$");
static HTPASSWD: Pattern = Pattern::new(r"(?m)^[\w.@-]+:([./A-Za-z0-9]{13})$");

/// Adds what shows by its shape. `own` tells that the text may hold tokens of ours.
pub(super) fn find(text: &str, own: bool, out: &mut Spans) {
    if text.len() < 8 {
        return;
    }
    if let Some(whole) = WHOLE.regex() {
        for found in whole.find_iter(text).filter(|m| !(own && super::token::is_token(m.as_str()))) {
            out.add(found.range());
        }
    }
    for found in PEM.captures(text) {
        if let Some(body) = found.get(1).or_else(|| found.get(2)).filter(|m| is_literal(m.as_str())) {
            out.add(body.range());
        }
    }
    for (pattern, sure) in
        [(&HEADER, true), (&BEARER, false), (&QUOTED, true), (&COMMAND, true), (&COOKIE, true), (&PGPASS, true), (&HTPASSWD, false)]
    {
        for found in pattern.captures(text) {
            let Some(value) = found.get(1) else { continue };
            if is_literal(value.as_str()) && (sure || looks_random(value.as_str()) || value.len() >= 20) {
                out.add(value.range());
            }
        }
    }
    for value in BASIC.captures(text).filter_map(|c| c.get(1)).filter(|v| super::encoded::is_login(v.as_str())) {
        out.add(value.range());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Vec<String> {
        let mut spans = Spans::default();
        find(text, false, &mut spans);
        spans.merged().into_iter().map(|s| text[s.range].to_owned()).collect()
    }

    #[test]
    fn every_pattern_compiles() {
        for pattern in [&WHOLE, &PEM, &HEADER, &BEARER, &BASIC, &QUOTED, &COMMAND, &COOKIE, &PGPASS, &HTPASSWD] {
            assert!(pattern.regex().is_some());
        }
    }

    #[test]
    fn the_body_of_a_private_key_is_secret_and_a_certificate_is_not() {
        assert_eq!(secrets("-----BEGIN EC PRIVATE KEY-----\nabcd\nefgh\n-----END EC PRIVATE KEY-----\n"), ["abcd\nefgh"]);
        assert_eq!(secrets("-----BEGIN OPENSSH PRIVATE KEY-----\\nabcd\\n-----END"), ["abcd"]);
        assert!(secrets("-----BEGIN CERTIFICATE-----\nabcd\n-----END CERTIFICATE-----\n").is_empty());
    }

    #[test]
    fn headers_commands_and_known_tokens_are_secret() {
        assert_eq!(secrets("Authorization: Bearer abc123"), ["abc123"]);
        assert_eq!(secrets("curl -u bob:hunter2 http://x"), ["hunter2"]);
        assert_eq!(secrets("mysql -u root -phunter2 db"), ["hunter2"]);
        assert_eq!(secrets("CREATE USER bob WITH PASSWORD 'hunter2';"), ["hunter2"]);
        assert_eq!(secrets("x ghp_0123456789abcdefghijABCDEFGHIJ012345 y").len(), 1);
        assert_eq!(secrets("db:5432:*:bob:hunter2"), ["hunter2"]);
    }

    #[test]
    fn prose_about_bearer_tokens_stays() {
        assert!(secrets("use a bearer token for basic authentication").is_empty());
    }
}

//! Secrets with a typical form: private keys, JWTs, tokens of known services, password hashes, headers. Names don't matter here.
use super::literal::{is_literal, looks_random};
use super::pattern::Pattern;
use super::spans::Spans;

static WHOLE: Pattern = Pattern::new(concat!(
    r"evid:redacted:[0-9a-f]{32}",
    r"|eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){2,4}|eyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{8,}",
    r"|\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt)-[A-Za-z0-9_.-]{16,}|xox[abeprso]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,})",
    r"|\b(?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{10,}|\bsk-[A-Za-z0-9_-]{16,}|\bwhsec_[A-Za-z0-9+/=]{16,}|\bhf_[A-Za-z0-9]{20,}|\bAIza[A-Za-z0-9_-]{30,}",
    r"|\bya29\.[A-Za-z0-9_-]{20,}|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_-]{30,}|\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}|\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"|\bhv[sbr]\.[A-Za-z0-9_-]{20,}|\bs\.[A-Za-z0-9]{24}\b|AGE-SECRET-KEY-1[A-Z0-9]{20,}|\bglsa_[A-Za-z0-9_]{20,}|\bglc_[A-Za-z0-9+/=]{20,}|\bATATT[A-Za-z0-9_=-]{20,}",
    r"|\bdop_v1_[a-f0-9]{40,}|\bnvapi-[A-Za-z0-9_-]{20,}|\brubygems_[a-f0-9]{40,}|\bshp(?:at|ss|ca|pa)_[a-fA-F0-9]{20,}|\bdapi[a-f0-9]{32}\b|\bNRAK-[A-Z0-9]{20,}|\blin_api_[A-Za-z0-9]{20,}",
    r"|\bPMAK-[a-f0-9-]{30,}|\bsntry[su]_[A-Za-z0-9_=+/-]{20,}|\bkey-[0-9a-f]{32}\b|\bv1\.[0-9a-f]{40}\b|\btskey-[A-Za-z0-9-]{16,}|\bgsk_[A-Za-z0-9]{30,}|\br8_[A-Za-z0-9]{30,}|\bpul-[a-f0-9]{40}\b",
    r"|\b\d{8,10}:AA[A-Za-z0-9_-]{32,}|\bLTAI[A-Za-z0-9]{16,}\b|\b[0-9a-f]{6}\.[0-9a-f]{16}\b",
    r"|\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|\$apr1\$[^\s$]{1,8}\$[./A-Za-z0-9]{22}|\$[156y]\$(?:rounds=\d+\$)?[^\s$:]{1,32}\$[./A-Za-z0-9$]{22,}|\$argon2(?:id|i|d)\$[^\s:,;'\x22]+|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/=]{20,}",
    r"|pbkdf2[:_][a-z0-9_]+[:$]\d+\$[^\s'\x22]{16,}|scrypt:\d+:\d+:\d+\$[^\s'\x22]{16,}|SCRAM-SHA-256\$\d+:[^\s'\x22]{20,}",
    // Private keys without PEM header and footer; compressed data (it may hold anything).
    r"|\bMII[A-Za-z0-9+/]{2,3}(?:IBAAKC|AgEAAo|IBADANBgkqhkiG9w0BAQEFAAS)[A-Za-z0-9+/]{40,}(?:\r?\n *[A-Za-z0-9+/]{4,})*={0,2}|\b(?:MHcCAQEE|MIGHAgEAMBMG|MIGkAgEB|MC4CAQAwBQYDK2V|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/]{16,}={0,2}",
    r"|\bH4sI[A-Za-z0-9+/_-]{24,}={0,2}",
));
static PEM: Pattern = Pattern::new(
    r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|\\r)*(.*?)(?:\s|\\n|\\r)*(?:-----END|$)|PuTTY-User-Key-File-\d: [^\n]*\n(.*)",
);
static HEADER: Pattern = Pattern::new(
    r#"\b(?i-u:authorization)(?:\\*["'])?\s*[:=,]?\s*(?:\\*["'])?(?:(?i-u:bearer|basic|token|apikey|api-key|negotiate|digest|splunk|geniekey|sso-key)[ :=]+)([^\s"'\\,;<>]+)"#,
);
static BEARER: Pattern = Pattern::new(r"\b(?i-u:bearer|negotiate)[ :]+([A-Za-z0-9._~+/=-]{6,})");
static BASIC: Pattern = Pattern::new(r"\b(?i-u:basic) +([A-Za-z0-9+/]{6,}={0,2})");
static QUOTED: Pattern = Pattern::new(r#"\b(?i-u:password|identified by|identified by password)\s+(?:=\s*)?\\*['"]([^'"\\\n]+)\\*['"]"#);
static COMMAND: Pattern = Pattern::new(
    r#"(?:\b(?:mysql\w*|mariadb\w*)\b[^\n|;&]*?\s-p|\bredis-cli\b[^\n|;&]*?\s-a\s+|\bsshpass\s+-p\s*|\b(?:curl|wget)\b[^\n|;&]*?\s(?:-u|--user|--proxy-user)[ =]['"]?[^\s:'"]+:|\bdocker\s+login\b[^\n|;&]*?\s-p\s+|\bldap\w+\b[^\n|;&]*?\s-w\s+|\bstats\s+auth\s+[^\s:]+:|\buser\s+\S+\s+(?:on\s+)?>|[;\s]on\s+>|\{PLAIN\})['"]?([^\s'"|;&]+)"#,
);
static COOKIE: Pattern = Pattern::new(r#"\b(?i-u:cookie)(?:\\*["'])?\s*:\s*(?:\\*["'])?[\w.-]+=([^\s"';\\]+)"#);
static PGPASS: Pattern = Pattern::new(r"(?m)^[^\s:#]+:(?:\d{2,5}|\*):[^\s:]+:[^\s:]+:(\S+)$");
static HTPASSWD: Pattern = Pattern::new(r"(?m)^[\w.@-]+:([./A-Za-z0-9]{13})$");

/// Adds secrets with a typical form. `own` tells that the text may hold tokens of ours.
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

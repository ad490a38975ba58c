//! Whether a value is a literal or only refers to one, and whether it looks random. Knows nothing of names or formats.
use super::pattern::Pattern;
use super::token::is_token;

static PLACEHOLDER: Pattern = Pattern::new(
    r#"^(?:\$\{+[^{}:]*(?::-?)?\}+|\$\{(?:env|sys|file|dir|directory|secrets?|configmaps?|strimzi[a-z]*|vault|consul|aws[a-z-]*|ssm|sm|gcp[a-z-]*|azure[a-z-]*|akv|keyvault|kms|sops):(?:[^{} \t\r\n:]|:[^-{} \t\r\n])*\}|\$\{[A-Za-z0-9_]+:?\?[^{}]*\}|#\{[A-Za-z0-9_.]+\}#?|<path:[^<>]+>|<[A-Za-z0-9_.+-]+@[A-Za-z0-9.-]+>|[(){}\[\]|;,'"]+|on_create|always|never|\$\{\{[^{}]*\}\}|\$\([^()]*\)|\$__\w+\{[^{}]*\}|\$[A-Z_][A-Z0-9_]*|\{\{[^{}]*\}\}|\{[A-Z_][A-Z0-9_]*\}|\{[A-Za-z_.]+\}|<[A-Za-z][\w .:/#-]*>|</?[a-z]{1,5}>|%\([\w.]+\)s|%[A-Z_]+%|__[A-Z_0-9]+__|@[A-Za-z_.]+@|`[^`]*\s[^`]*`|`[a-z_-]*`|[*.]+|[|>][+-]?\d?[+-]?|[xX]{3,}|true|false|True|False|null|nil|none|None|~|\[\]|\{\}|\[|\{|-)$"#,
);
static ELSEWHERE: Pattern = Pattern::new(
    r"^(?:(?:vault|ref\+\w+|op|awssm|gcpsm|azkv|env|file|secretref|exec|k8s|gcp|aws|azure|arn:aws[\w-]*):[^\s]*[/:#]\S*|/(?:etc|var|run|opt|usr|home|mnt|tmp|secrets?|root|data|app|vault|srv|config|certs?|ssl|tls|credentials|token|bitnami|keys)(?:/[\w.@-]+)+/?|\.{1,2}/\S+|~/\S+|[\^~]\d+(?:\.\d+)+|[A-Za-z]:\\\S+)$",
);
static EXPRESSION: Pattern = Pattern::new(
    r#"^(?:[A-Za-z_][\w.]*\((?:[^()]|\([^()]*\))*\)[,;]?|(?:os\.environ|process\.env|ENV|self|System|config|settings|var|local|data|module|args|cfg|this|opts|options|params)[.\[][\w."'\[\]]*[,;]?)$"#,
);
static TEMPLATE_DEFAULT: Pattern = Pattern::new(r#"default\s+["'][^"']+["']|["'][^"']+["']\s*\|\s*b64enc"#);
static DECODED: Pattern =
    Pattern::new(r#"^[\w.]*(?i-u:fromhex|unhexlify|hex2bin|b64decode|base64decode|decode64|from_base64|atob)\(\s*["'][^"']+["']"#);
static PIECE: Pattern = Pattern::new(r"\$\{+[^{}:]*\}+|\$\([^()]*\)|\{\{[^{}]*\}\}|evid:redacted:[0-9a-f]{32}");

/// Whether a value under a secret-like name is a literal: not empty, no placeholder, no path and no reference.
pub(super) fn is_literal(value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() || is_token(value) {
        return false;
    }
    if TEMPLATE_DEFAULT.is_match(value) || DECODED.is_match(value) {
        return true;
    }
    let has = |f: fn(&u8) -> bool| value.bytes().any(|b| f(&b));
    if value.starts_with('<')
        && !value.contains(['@', ':'])
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
    {
        return true;
    }
    if PLACEHOLDER.is_match(value) || ELSEWHERE.is_match(value) || EXPRESSION.is_match(value) || is_public(value) {
        return false;
    }
    // `user:${PASSWORD}`, `${A}-${B}`: the text besides the placeholders is no secret if it is short.
    if let Some(piece) = PIECE.regex().filter(|p| p.is_match(value)) {
        return piece.replace_all(value, "").bytes().filter(u8::is_ascii_alphanumeric).count() > 5;
    }
    true
}

static SCHEME: Pattern = Pattern::new(
    r"^(?i-u:bearer|basic|token|apikey|api-key|api-token|negotiate|digest|splunk|geniekey|sso-key|key|echo(?: -n)?)[ \t]+(\S+)$",
);

/// Where the secret begins in a value such as `Bearer abc`.
pub(super) fn after_scheme(value: &str) -> Option<usize> {
    let part = SCHEME.first(value)?.get(1)?;
    is_literal(part.as_str()).then_some(part.start())
}

/// A YAML alias (what it stands for is written elsewhere), or the sign of a block text behind a tag (what it holds is written below).
pub(super) fn is_alias(value: &str) -> bool {
    static ALIAS: Pattern = Pattern::new(r#"^(?:\*[A-Za-z][A-Za-z0-9_-]*|[&!][^\s\\"]+[ \t]+[|>][+-]?\d?[+-]?)[ \t\r,]*(?:["\\\n]|$)"#);
    ALIAS.is_match(value)
}

/// Only certificates or public keys.
fn is_public(value: &str) -> bool {
    let value = value.trim_start();
    value.starts_with("-----BEGIN ") && !value.contains("PRIVATE KEY")
        || ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"].iter().any(|kind| value.starts_with(kind) && !value.contains('\n'))
        || value.len() == 62 && value.starts_with("age1")
}

/// Whether a value looks random: no word, name, number, version, path or address.
pub(super) fn looks_random(value: &str) -> bool {
    let value = value.trim();
    if value.len() < 8 || value.contains(char::is_whitespace) {
        return false;
    }
    let has = |f: fn(&u8) -> bool| value.as_bytes().iter().any(f);
    let (lower, upper, digit) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase), has(u8::is_ascii_digit));
    let odd = value.bytes().any(|b| !b.is_ascii_alphanumeric() && !b"-_./:,@".contains(&b));
    let longest = value.split(|c: char| !c.is_ascii_alphanumeric()).map(str::len).max().unwrap_or(0);
    let letters = lower || upper;
    let is_mixed = letters && digit && ((lower && upper && longest >= 6) || longest >= 16 || (odd && longest >= 4))
        || (odd && lower && upper && longest >= 8);
    is_mixed && !value.contains("://") && !is_address(value) && !is_uuid(value) && is_literal(value)
}

/// A path of a file, or where Go's MySQL driver finds its server: what is secret in it shows there.
fn is_address(value: &str) -> bool {
    let ending = || value.rsplit_once('/')?.1.rsplit_once('.').filter(|(name, _)| !name.is_empty());
    let is_ending = |end: &str| (1..6).contains(&end.len()) && end.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    value.contains(")/") || ending().is_some_and(|(_, end)| is_ending(end))
}

/// Whether a value is a uid.
pub(super) fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.bytes().enumerate().all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_literals() {
        for value in [
            "",
            "${DB_PASSWORD}",
            "$(DB_PASSWORD)",
            "{{ .Values.password }}",
            "<redacted>",
            "/var/run/secrets/token",
            "***",
            "true",
            "$TOKEN",
            "${PW:-}",
            "vault:secret/data/db#pw",
            "$(cat /run/pw)",
            "os.environ[\"PW\"]",
            "%(pw)s",
            "evid:redacted:0123456789abcdef0123456789abcdef",
        ] {
            assert!(!is_literal(value), "{value}");
        }
    }

    #[test]
    fn everything_else_is_a_literal() {
        for value in
            ["changeme", "1234", "a", "${PW:-changeme}", "$ecret", "{{ .Values.pw | default \"hunter2\" }}", "/9j+abc=", "p@ss (x)"]
        {
            assert!(is_literal(value), "{value}");
        }
    }

    #[test]
    fn words_and_ids_do_not_look_random() {
        for value in [
            "scram-sha-256",
            "airflow-webserver",
            "4d629c5e-de40-4ab7-b583-d04be4f3195b",
            "mlops-data/postgres:5432",
            "v1.2.3",
            "http://a.b",
        ] {
            assert!(!looks_random(value), "{value}");
        }
        for value in ["aB3dE6gH9k", "0123456789abcdef0123456789abcdef", "hunter2!hunter"] {
            assert!(looks_random(value), "{value}");
        }
    }
}

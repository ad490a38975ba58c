//! Secrets that show by their own shape: private keys, JWTs, tokens of known services, password hashes, headers. Names don't matter here.
use super::data::{NAMES, Words};
use super::forms;
use super::literal::{is_literal, looks_random};
use super::names::{self, Sense};
use super::pattern::Pattern;
use super::plain;
use super::spans::Spans;

static STRUCTURE: Pattern = Pattern::new(concat!(
    r"evid:redacted:[0-9a-f]{32}",
    r"|eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){2,4}|eyJ[A-Za-z0-9_-]{6,}\.eyJ[A-Za-z0-9_-]{8,}",
    // Private keys without their armour, as base64 of DER: a sequence that begins with the integer 0, 1 or 3. And OpenSSH's.
    r"|(?-u:\b)(?:MI[I-L][A-Za-z0-9+/]{2}[AQgw]IBA[A-P]|MI[I-L][A-Za-z0-9+/]{2}[AQgw]IBA[w-z0-9+/]|MI[E-H][A-Za-z0-9+/]AgE[AB]|M[A-P][A-Za-z0-9+/]CAQ[AE]|b3BlbnNzaC1rZXktdjE)[A-Za-z0-9+/]{16,}(?:\r?\n *[A-Za-z0-9+/]{4,})*={0,2}",
    // Kerberos key tables, and rings of secret keys of PGP: a packet with tag 5 of version 4.
    r"|(?-u:\b)BQIAAA[A-D][A-Za-z0-9+/]{24,}={0,2}|(?-u:\b)(?:lQ[A-Za-z0-9+/]{2}B[E-G]|lIYE[W-Zab]|lFgE[W-Zab])[A-Za-z0-9+/]{90,}={0,2}",
    // Java key stores and compressed data (it may hold anything).
    r"|/u3\+7QAAAA[A-Za-z0-9+/]{16,}={0,2}|(?-u:\b)zs7OzgAAAA[A-Za-z0-9+/]{16,}={0,2}|(?-u:\b)H4sI[A-Za-z0-9+/_-]{24,}={0,2}",
));
static PEM: Pattern = Pattern::new(
    r"(?s)----[ -]BEGIN ([A-Za-z0-9 .-]{1,60}?)[ -]----(?:\s|\\n|\\r)*(.*?)(?:\s|\\n|\\r)*(?:----[ -]END|$)|PuTTY-User-Key-File-\d: [^\n]*\n(.*)",
);
static HEADER: Pattern = Pattern::new(
    r#"(?-u:\b)(?i-u:authorization)(?:\\*["'])?\s*[:=,]?\s*(?:\\*["'])?(?:(?i-u:bearer|basic|token|apikey|api-key|api-token|negotiate|digest|splunk|geniekey|sso-key)[ :=]+)([^\s"'\\,;<>]+)"#,
);
/// With a scheme that is not known.
static SCHEME: Pattern =
    Pattern::new(r#"(?-u:\b)(?i-u:authorization)(?:\\*["'])?\s*[:=,]\s*(?:\\*["'])?[A-Za-z][A-Za-z0-9_-]*[ \t]+([^ \t\r\n"'\\,;<>]+)"#);
static BEARER: Pattern = Pattern::new(r"(?-u:\b)(?i-u:bearer|negotiate)[ :]+([A-Za-z0-9._~+/=-]{6,})");
static BASIC: Pattern = Pattern::new(r"(?-u:\b)(?i-u:basic) +([A-Za-z0-9+/]{6,}={0,2})");
static QUOTED: Pattern = Pattern::new(
    r#"(?-u:\b)(?i-u:password(?:\s+|\s*\()|convertto-securestring\s+(?:-string\s+)?|p?assword:?\*?\\*"[\s{]{0,9}send\s+(?:--\s+)?|identified\s+(?:with\s+[0-9A-Za-z_.-]+\s+)?(?:by|as)\s+(?:password\s+)?)(?:=\s*)?N?\\*['"]([^'"\\\n]+)(?:\\+[rn])*\\*['"]"#,
);
static ACCESS: Pattern = Pattern::new(r#"(?:(?-u:\b)user\s+\S+\s+(?:on\s+)?>|[;\s]on\s+>|\{PLAIN\}|:CL:)['"]?([^\s'"|;&]+)"#);
static CHPASSWD: Pattern =
    Pattern::new(r#"(?-u:\b)echo\s+(?:-\w+\s+)?['"]?[\w.-]+:([^\s'"|]+)['"]?\s*\|\s*(?:sudo\s+)?(?:/\S*/)?chpasswd"#);
static COOKIE: Pattern = Pattern::new(r#"(?-u:\b)(?i-u:cookie)(?:\\*["'])?\s*:\s*(?:\\*["'])?[\w.-]+=([^\s"';\\]+)"#);
static PGPASS: Pattern = Pattern::new(concat!(
    r"(?m)^[^\s:#]+:(?:\d{4,5}|\*):[^\s:]+:[^\s:]+:(\S+)$",
    r#"|["'][^ \t\r\n:#"',]+:(?:[0-9]{4,5}|\*):[^ \t\r\n:"',]+:[^ \t\r\n:"',0-9][^ \t\r\n:"',]*:([^ \t\r\n:"'\\]+)["'\\]"#
));
static HTPASSWD: Pattern = Pattern::new(r"(?m)^[\w.@-]+:([./A-Za-z0-9]{13})$");
static HTDIGEST: Pattern = Pattern::new(r#"(?m)(?:^|[\s"',])([\w.@-]+):([^:\s"',]{1,40}:[0-9a-f]{32})(?:$|[\s"',\\])"#);
static ACCESS_HASH: Pattern = Pattern::new(r"(?m)^[ \t]*user[ \t][^\n]*?#([0-9a-f]{64})(?:\s|$)");
static LOGIN_CALL: Pattern = Pattern::new(concat!(
    r#"(?-u:\b)(?:(?:http_|basic_?)?auth|HTTP(?:Basic|Digest)Auth|setBasicAuth|SetBasicAuth|basicAuth|authenticate|changeUserPassword"#,
    r#"|Credentials\.basic|UsernamePasswordCredentials|NetworkCredential|[cC]reateAccount|login)\s*[=:]?\s*\(\s*\\*["'][^"'\\]*\\*["']\s*,\s*\\*["']([^"'\\]+)"#,
    r#"|(?-u:\b)basic_auth[ \t]+["'][^"']*["']\s*,\s*["']([^"']+)"#,
    // As the third or fourth of its arguments.
    r#"|(?-u:\b)(?:getConnection|PDO|DBI->connect|mysqli|mysqli_connect|Sequelize)(?-u:\s)*\((?:(?-u:\s)*(?:\\*["'][^"'\\]*\\*["']|[^"' \t\r\n,()]+)(?-u:\s)*,){2}(?-u:\s)*\\*["']([^"'\\]+)"#,
    r#"|(?-u:\b)Credentials\((?:(?-u:\s)*"[^"]*"(?-u:\s)*,){3}(?-u:\s)*"([^"\\]+)"#,
    // As the only one.
    r#"|[.:](?:auth|AUTH)\(\s*\\*["']([^"'\\]*\d[^"'\\]*)\\*["']\s*\)"#,
));
static IDENTIFIED: Pattern =
    Pattern::new(r#"(?-u:\b)(?i-u:create|alter)\s+(?i-u:user|role)\s+\S+\s+(?i-u:identified)\s+(?i-u:by)\s+([^\s'";]+)"#);
static LOGIN_MODULE: Pattern = Pattern::new(r#"(?-u:\b)user_[\w.-]+\s*=\s*\\*"([^"\\]+)"#);

/// `echo SECRET | command --password-stdin`, `echo SECRET | kinit`, and `echo SECRET > file`.
static INPUT: Pattern = Pattern::made(|| {
    let any = |list: &Words| list.iter().map(|w| regex::escape(w)).collect::<Vec<_>>().join("|");
    let (words, readers) = (any(&NAMES.get().input), any(&NAMES.get().readers));
    format!(
        r#"(?-u:\b)(?:echo|printf)[ \t]+(?:-\w+[ \t]+|['"]?%s(?:\\+n)?['"]?[ \t]+)*\\*['"]?([^\s"'|\\](?:[^"'|\n\\]|\\+n)*?)\\*['"]?[ \t]*(?:\|(?:[^|\n]*?[ \t:](?:{words})|[ \t]*(?:sudo[ \t]+)?(?:/\S*/)?(?:{readers})(?:[^\w.-]|$))|(?:>{{1,2}}|\|[ \t]*(?:sudo[ \t]+)?tee(?:[ \t]+-a)?[ \t])[ \t]*["']?([^\s"';|&<>()]+))"#
    )
});
/// `command --with-token <<< SECRET`.
static HERE: Pattern = Pattern::made(|| {
    let words: Vec<String> = NAMES.get().input.iter().chain(&NAMES.get().readers).map(|w| regex::escape(w)).collect();
    format!(r#"(?:^|[\s:/])(?:{})[^|\n]*?<<<[ \t]*\\*['"]?([^\s"'\\]+)"#, words.join("|"))
});

/// Adds secrets with a typical form. `own` tells that the text may hold tokens of ours.
pub(super) fn find(text: &str, own: bool, out: &mut Spans) {
    if text.len() < 8 {
        return;
    }
    let structures = STRUCTURE.matches(text).map(|found| found.range());
    for range in structures.chain(forms::find(text)) {
        let Some(found) = text.get(range.clone()) else { continue };
        // In the middle of a name a form that could be words is taken for words.
        let is_name = || range.start.checked_sub(1).is_some_and(|b| text.as_bytes().get(b) == Some(&b'-')) && !looks_random(found);
        if !(own && super::token::is_token(found) || is_name()) {
            out.add(range);
        }
    }
    // Every other form has a sign that parts it.
    if text.bytes().all(plain::is_word) {
        return;
    }
    for found in PEM.captures(text) {
        let public = found.get(1).is_some_and(|label| is_public(label.as_str()));
        if let Some(body) = found.get(2).or_else(|| found.get(3)).filter(|m| !public && is_literal(m.as_str())) {
            out.add(body.range());
        }
    }
    let patterns = [
        (&HEADER, true),
        (&BEARER, false),
        (&QUOTED, true),
        (&ACCESS, true),
        (&CHPASSWD, true),
        (&COOKIE, true),
        (&PGPASS, true),
        (&HTPASSWD, false),
        (&ACCESS_HASH, true),
        (&IDENTIFIED, true),
    ];
    let calls = text.contains(['(', '\'']).then_some((&LOGIN_CALL, true));
    let users = text.contains("LoginModule").then_some((&LOGIN_MODULE, true));
    let given = text.contains("<<<").then_some((&HERE, true));
    for (pattern, sure) in patterns.into_iter().chain(calls).chain(users).chain(given) {
        for found in pattern.captures(text) {
            let Some(value) = (1..6).find_map(|group| found.get(group)) else { continue };
            if is_literal(value.as_str()) && (sure || looks_random(value.as_str()) || value.len() >= 20) {
                out.add(value.range());
            }
        }
    }
    for (user, hash) in HTDIGEST.captures(text).filter_map(|c| c.get(1).zip(c.get(2))) {
        if text.get(user.start()..hash.end()).is_some_and(|line| !super::token::is_token(line)) {
            out.add(hash.range());
        }
    }
    for found in INPUT.captures(text) {
        // Users without passwords are added to `/etc/passwd` so.
        let is_of_secret = |file: &str| names::sense(file) == Sense::Secret && file != "/etc/passwd";
        let is_other = found.get(2).is_some_and(|file| !is_of_secret(file.as_str()));
        if let Some(value) = found.get(1).filter(|v| !is_other && is_literal(v.as_str())) {
            out.add(value.range());
        }
    }
    let with_scheme = text.contains("uthorization") || text.contains("UTHORIZATION");
    let scheme = with_scheme.then(|| SCHEME.captures(text)).into_iter().flatten().filter_map(|c| c.get(1));
    scheme.filter(|value| looks_random(value.as_str())).for_each(|value| out.add(value.range()));
    for value in BASIC.captures(text).filter_map(|c| c.get(1)).filter(|v| super::encoded::is_login(v.as_str())) {
        out.add(value.range());
    }
}

/// Whether what stands below this label of an armour is public.
fn is_public(label: &str) -> bool {
    NAMES.get().public_armour.iter().any(|public| label.contains(public.as_str())) && !label.contains("PRIVATE")
}

#[cfg(test)]
mod tests {
    use super::super::spans::found;
    use super::*;

    fn secrets(text: &str) -> Vec<String> {
        found(text, |text, out| find(text, false, out))
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
        assert_eq!(secrets("echo 'root:hunter2' | chpasswd"), ["hunter2"]);
        assert_eq!(secrets("CREATE USER bob WITH PASSWORD 'hunter2';"), ["hunter2"]);
        assert_eq!(secrets("x ghp_0123456789abcdefghijABCDEFGHIJ012345 y").len(), 1);
        assert_eq!(secrets("db:5432:*:bob:hunter2"), ["hunter2"]);
    }

    #[test]
    fn prose_about_bearer_tokens_stays() {
        assert!(secrets("use a bearer token for basic authentication").is_empty());
    }
}

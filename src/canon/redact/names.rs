//! What the name of a field tells about its value: it is a secret, may be one, or is none. Knows nothing of values or formats.
use super::settings::{AFTER, BEFORE, BENIGN, COPIES, EMPTY, FILES, KEY_OF, NOUNS, PLAIN_KEY_OF, PROSE, SHAPES, WHOLE};

/// What a name tells about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sense {
    /// Nothing.
    Plain,
    /// A value that looks random is a secret.
    Likely,
    /// Any literal is a secret.
    Secret,
}

/// Everything that the walk needs to know of a field's name.
#[derive(Clone, Copy)]
pub(super) struct Name {
    /// What it tells about the value.
    pub(super) sense: Sense,
    /// The whole value is a secret, whatever it is.
    pub(super) whole: bool,
    /// Below it are schemas, paths and expressions.
    pub(super) shapes: bool,
    /// Its value is a sentence.
    pub(super) prose: bool,
}

impl Name {
    /// What this name tells.
    pub(super) fn of(name: &str) -> Self {
        let is = |list: &[&str]| list.contains(&name);
        Self { sense: sense(name), whole: is(COPIES), shapes: is(SHAPES), prose: is(PROSE) }
    }
}

/// The words of a name, in lower case: `adminPassword`, `ADMIN_PASSWORD` and `admin.password` are `admin password`.
fn words(name: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            out.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let before = i.checked_sub(1).and_then(|p| chars.get(p));
        let after = chars.get(i + 1);
        let hump = c.is_ascii_uppercase()
            && (before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                || (before.is_some_and(char::is_ascii_uppercase) && after.is_some_and(char::is_ascii_lowercase)));
        if hump && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
    }
    out.extend((!word.is_empty()).then_some(word));
    out
}

/// Whether a name contains any secret-like stem; most names contain none and need no further check.
fn stem(name: &str) -> bool {
    const STEMS: &[&[u8]] = &[
        b"pass",
        b"pw",
        b"secret",
        b"token",
        b"key",
        b"cred",
        b"auth",
        b"psk",
        b"salt",
        b"pepper",
        b"cookie",
        b"bearer",
        b"otp",
        b"mnemonic",
        b"stringdata",
        b"jwt",
        b"pat",
        b"sas",
        b"signature",
        b"dsn",
    ];
    let lower = name.to_ascii_lowercase();
    let starts = |tail: &[u8], stem: &[u8]| tail.first() == stem.first() && tail.starts_with(stem);
    (0..lower.len()).filter_map(|i| lower.as_bytes().get(i..)).any(|tail| STEMS.iter().any(|stem| starts(tail, stem)))
}

fn noun(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    WHOLE.contains(word) || NOUNS.iter().any(|n| word.ends_with(n))
}

/// What this name tells about its value.
pub(super) fn sense(name: &str) -> Sense {
    if name.len() > 200 || !stem(name) {
        return Sense::Plain;
    }
    let (prefix, leaf) = name.rsplit_once('/').unwrap_or(("", name));
    if prefix == "checksum" || (prefix.contains("ingress") && leaf.ends_with("secret")) || FILES.iter().any(|f| leaf.ends_with(f)) {
        return Sense::Plain;
    }
    let words = words(leaf);
    let is = |i: usize, list: &[&str]| words.get(i).is_some_and(|w| list.contains(&w.as_str()));
    let key = |i: usize| {
        i > 0
            && (is(i, &["key", "keys"]) && words.get(i - 1).is_some_and(|w| KEY_OF.contains(w))
                || is(i, &["cookie"]) && is(i - 1, &["erlang"]))
    };
    let client_key = words.windows(3).any(|w| w == ["client", "key", "data"]) || words == ["string", "data"];
    let Some(at) = (0..words.len()).rev().find(|&i| key(i) || words.get(i).is_some_and(|w| noun(w))) else {
        return if client_key { Sense::Secret } else { weak(&words) };
    };
    let before = words.get(..at).unwrap_or_default();
    let after = words.get(at + 1..).unwrap_or_default();
    let passes_on = at > 0 && is(at, &["pass"]) && is(at - 1, &["proxy", "fastcgi", "uwsgi", "grpc", "scgi"]);
    if passes_on || before.iter().any(|w| BEFORE.contains(w)) {
        return Sense::Plain;
    }
    let counts = |w: &String| EMPTY.contains(w) || w.bytes().all(|b| b.is_ascii_digit());
    let password = words.get(at).is_some_and(|w| w.contains("pass") || w.contains("pw"));
    if after.iter().all(|w| counts(w) || (password && w == "hash")) || (is(at, &["secret"]) && after == ["id"]) {
        Sense::Secret
    } else if after.iter().any(|w| AFTER.contains(w)) || after.iter().any(|w| w == "hash") {
        Sense::Plain
    } else {
        Sense::Likely
    }
}

/// What a name tells whose last word is only sometimes a secret.
fn weak(words: &[String]) -> Sense {
    let Some((last, before)) = words.split_last() else { return Sense::Plain };
    match last.as_str() {
        "auth" | "authorization" | "cookie" | "signature" | "bearer" | "basicauth" | "dsn" => Sense::Likely,
        "key" if !before.last().is_some_and(|w| PLAIN_KEY_OF.contains(w)) => Sense::Likely,
        _ => Sense::Plain,
    }
}

/// Whether a field of a map with a secret-like name is itself no secret, such as the `name` in a reference.
pub(super) fn benign(child: &str) -> bool {
    BENIGN.contains(&child.to_ascii_lowercase().replace(['-', '_'], ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        for name in [
            "password",
            "POSTGRES_PASSWORD",
            "adminPassword",
            "PGPASSWORD",
            "auth.password.b64",
            "AWS_SECRET_ACCESS_KEY",
            "webserver.secretKey",
            "mlops.example.com/ingest-token",
            "apiKey",
            "API_KEYS",
            "requirepass",
            "client_secret",
            "_authToken",
            "SECRET_KEY_BASE",
            "db-pass",
            "fernet_key",
            "passwordHash",
            "credentials",
            "DB_PASSWORD_2",
            "client-key-data",
            "bind_pw",
            "RABBITMQ_ERLANG_COOKIE",
            "token.txt",
        ] {
            assert_eq!(sense(name), Sense::Secret, "{name}");
        }
    }

    #[test]
    fn settings_and_references_are_no_secrets() {
        for name in [
            "password_encryption",
            "secretName",
            "secretRef",
            "secretKeyRef",
            "tokenSecretRef",
            "passwordKey",
            "existingSecret",
            "threadKey",
            "automountServiceAccountToken",
            "imagePullSecrets",
            "expose_config",
            "bearer_token_file",
            "credentials_file",
            "topologyKey",
            "max_tokens",
            "tokenizer",
            "AWS_ACCESS_KEY_ID",
            "checksum/secret",
            "secrets.yaml",
            "publicKey",
            "nginx.ingress.kubernetes.io/auth-secret",
            "secretStoreRef",
            "tokenExpiration",
            "proxy_pass",
            "compass",
            "monkey",
            "keyboard",
            "path",
        ] {
            assert_eq!(sense(name), Sense::Plain, "{name}");
        }
    }

    #[test]
    fn unknown_words_make_a_name_likely() {
        for name in ["WANDB_KEY", "passwordish_thing_blue", "auth", "key", "PASSWORD_ORION"] {
            assert!(sense(name) >= Sense::Plain);
        }
        assert_eq!(sense("WANDB_KEY"), Sense::Likely);
        assert_eq!(sense("PASSWORD_ORION"), Sense::Likely);
    }
}

//! What the name of a field tells about its value: a secret, perhaps one, or nothing. Knows nothing of values or formats.
use super::data::{NAMES, Words};
use super::literal;
use aho_corasick::AhoCorasick;
use std::sync::OnceLock;

/// What a name tells about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sense {
    /// Nothing.
    Plain,
    /// Of a value `user:password` the password is, where it looks random.
    User,
    /// A value that looks random is a secret.
    Likely,
    /// Of a value `user:password` the password is; another as [`Sense::Likely`].
    Login,
    /// Any literal is a secret.
    Secret,
}

/// Everything that the walk needs to know of a field's name.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) sense: Sense,
    /// What is in a map or list under it is secret, though a text would be a setting.
    pub(super) holds: bool,
    /// Its value is a secret as a whole, whatever it is.
    pub(super) whole: bool,
    /// Below it are schemas, paths and expressions.
    pub(super) shapes: bool,
    /// Its value is a sentence.
    pub(super) prose: bool,
    /// Long base64 below it is a ciphertext.
    pub(super) ciphertexts: bool,
    /// Its value is a file of logins, if every line looks like one.
    pub(super) logins: bool,
}

impl Name {
    pub(super) fn of(name: &str) -> Self {
        let lists = NAMES.get();
        let is = |list: &Words| list.contains(name);
        Self {
            sense: sense(name),
            holds: holds(name),
            whole: is(&lists.copies),
            shapes: is(&lists.shapes),
            prose: is(&lists.prose),
            ciphertexts: is(&lists.ciphertexts),
            logins: is(&lists.logins),
        }
    }
}

/// The words of a name, in lower case: `adminPassword`, `ADMIN_PASSWORD` and `admin.password` are `admin password`.
fn words(name: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (i, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            out.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let before = i.checked_sub(1).and_then(|p| chars.get(p));
        let after = chars.get(i + 1);
        let upper = |c: &char| c.is_uppercase();
        let lower = |c: &char| c.is_lowercase();
        let hump = upper(&c)
            && (before.is_some_and(|b| lower(b) || b.is_ascii_digit()) || (before.is_some_and(upper) && after.is_some_and(lower)));
        if hump && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        word.extend(c.to_lowercase());
    }
    out.extend((!word.is_empty()).then_some(word));
    out
}

/// Whether a name, or any name in a text, has a part that a name that says something must have: most are done with here.
pub(super) fn stem(text: &str) -> bool {
    static STEMS: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let found = STEMS.get_or_init(|| {
        let all = NAMES.get().stems.iter();
        // Letters beyond ASCII are looked for in each case.
        let cased = all.flat_map(|s| {
            let capital = s.chars().take(1).flat_map(char::to_uppercase).chain(s.chars().skip(1)).collect();
            [s.clone(), s.to_uppercase(), capital]
        });
        AhoCorasick::builder().ascii_case_insensitive(true).build(cased).ok()
    });
    found.as_ref().is_none_or(|stems| stems.is_match(text))
}

fn without_digits(word: &str) -> &str {
    word.trim_end_matches(|c: char| c.is_ascii_digit())
}

fn noun(word: &str) -> bool {
    let (lists, word) = (NAMES.get(), without_digits(word));
    // A `\n` before it, as JSON writes it, leaves its letter.
    let is_noun = lists.whole.contains(word) || word.ends_with("pass") || ends_in_noun(word);
    is_noun && !lists.unlike.iter().any(|unlike| word.ends_with(unlike.as_str()))
}

fn ends_in_noun(word: &str) -> bool {
    word.char_indices().any(|(i, _)| word.get(i..).is_some_and(|end| NAMES.get().nouns.contains(end)))
}

/// Whether a name is of a secret; with the words after that.
fn split(words: &[String]) -> Option<(usize, &[String])> {
    let is = |i: usize, list: &[&str]| words.get(i).is_some_and(|w| list.contains(&w.as_str()));
    let key = |i: usize| {
        i > 0
            && (is(i, &["key", "keys"]) && words.get(i - 1).is_some_and(|w| NAMES.get().key_of.contains(w))
                || is(i, &["cookie"]) && is(i - 1, &["erlang"]))
    };
    // `mot de passe`, `kata sandi`: read as one word.
    let phrase = |i: usize| {
        i > 0
            && (2..4)
                .any(|n| words.get((i + 1).wrapping_sub(n)..=i).is_some_and(|w| NAMES.get().nouns.contains(without_digits(&w.concat()))))
    };
    let at = (0..words.len()).rev().find(|&i| key(i) || words.get(i).is_some_and(|w| noun(w)) || phrase(i))?;
    Some((at, words.get(at + 1..).unwrap_or_default()))
}

/// What this name tells about its value.
pub(super) fn sense(name: &str) -> Sense {
    if name.len() > 200 || !stem(name) {
        return Sense::Plain;
    }
    let lists = NAMES.get();
    let (prefix, leaf) = name.rsplit_once('/').unwrap_or(("", name));
    let is_file = || leaf.rfind('.').is_some_and(|dot| leaf.get(dot..).is_some_and(|end| lists.files.contains(end)));
    if prefix.starts_with("checksum")
        || prefix.ends_with("node_modules")
        || (prefix.contains("ingress") && leaf.ends_with("secret"))
        || is_file()
    {
        return Sense::Plain;
    }
    let words = words(leaf);
    let is = |i: usize, list: &[&str]| words.get(i).is_some_and(|w| list.contains(&w.as_str()));
    let client_key = words.windows(3).any(|w| w == ["client", "key", "data"]) || words == ["string", "data"];
    let Some((at, after)) = split(&words) else {
        return if client_key { Sense::Secret } else { weak(&words) };
    };
    let before = words.get(..at).unwrap_or_default();
    let passes_on = at > 0 && is(at, &["pass"]) && is(at - 1, &["proxy", "fastcgi", "uwsgi", "grpc", "scgi"]);
    if passes_on || before.iter().any(|w| lists.before.contains(w)) {
        return Sense::Plain;
    }
    let counts = |w: &String| lists.empty.contains(w) || w.bytes().all(|b| b.is_ascii_digit());
    let password = words.get(at).is_some_and(|w| w.contains("pass") || w.contains("pw"));
    if after.iter().all(|w| counts(w) || (password && w == "hash")) || (is(at, &["secret"]) && after == ["id"]) {
        Sense::Secret
    } else if after.iter().any(|w| lists.after.contains(w)) || after.iter().any(|w| w == "hash") {
        Sense::Plain
    } else {
        Sense::Likely
    }
}

/// What the name of an option says of its value: `--secret-id` names a secret, but for AppRole's, which are uids.
pub(super) fn flag(name: &str, value: &str) -> Sense {
    if name == "secret-id" && !literal::is_uuid(value) { Sense::Plain } else { sense(name) }
}

/// What a name says of the word that follows it with a blank between them: there it may be just a word of a sentence.
pub(super) fn named(name: &str) -> Sense {
    let sense = sense(name);
    if sense == Sense::Secret || name.ends_with("community") { Sense::Likely } else { Sense::Plain }
}

/// Whether a map or list under this name holds secrets.
pub(super) fn holds(name: &str) -> bool {
    if name.len() > 200 || !stem(name) {
        return false;
    }
    let (words, lists) = (words(name.rsplit('/').next().unwrap_or(name)), NAMES.get());
    split(&words).is_some_and(|(at, after)| {
        !after.is_empty()
            && after.iter().all(|w| lists.holders.contains(w))
            && !words.get(..at).unwrap_or_default().iter().any(|w| lists.before.contains(w))
    })
}

/// Names that end in a word that is a secret only now and then.
fn weak(words: &[String]) -> Sense {
    let Some((last, before)) = words.split_last() else { return Sense::Plain };
    let lists = NAMES.get();
    let of = |list: &Words| before.last().is_some_and(|w| list.contains(w));
    let key = matches!(last.as_str(), "key" | "keys") && !of(&lists.plain_key_of);
    let phrase = || before.last().is_some_and(|b| lists.login.contains(&(b.clone() + last)));
    if lists.login.contains(last) || last == "users" && of(&lists.login) || phrase() {
        Sense::Login
    } else if lists.user.contains(last) {
        Sense::User
    } else if key || lists.likely.contains(last) {
        Sense::Likely
    } else {
        Sense::Plain
    }
}

/// Whether a field of a map with a secret-like name is itself no secret, such as the `name` in a reference. In capitals it is the name of a
/// variable, of which the map says that it is secret.
pub(super) fn benign(child: &str) -> bool {
    child.bytes().any(|b| b.is_ascii_lowercase()) && NAMES.get().benign.contains(&child.to_ascii_lowercase().replace(['-', '_'], ""))
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
            "MOT_DE_PASSE",
            "db.kennwort",
            "contraseña",
            "CONTRASEÑA_2",
            "Hasło",
            "пароль",
            "ПАРОЛЬ",
            "비밀번호",
            "データベースパスワード",
            "数据库密码",
            "kata_sandi",
        ] {
            assert_eq!(sense(name), Sense::Secret, "{name}");
        }
    }

    #[test]
    fn every_noun_has_a_stem() {
        let lists = NAMES.get();
        for word in lists.nouns.iter().chain(&lists.whole).chain(&lists.likely).chain(&lists.login) {
            assert!(stem(word), "{word}");
        }
    }

    #[test]
    fn a_map_of_secrets_is_told_from_a_setting() {
        assert!(holds("secretEnv") && holds("secret_data") && holds("passwordValues"));
        assert!(!holds("secretName") && !holds("existingSecretData") && !holds("environment"));
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
        assert_eq!(sense("WANDB_KEY"), Sense::Likely);
        assert_eq!(sense("PASSWORD_ORION"), Sense::Likely);
    }
}

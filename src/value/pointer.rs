//! JSON pointers (RFC 6901) and their tokens. Knows no value.
use std::borrow::Cow;

/// Escapes one token (`~` and `/`).
pub fn escape(token: &str) -> String {
    if token.contains(['~', '/']) { token.replace('~', "~0").replace('/', "~1") } else { token.into() }
}

/// Appends a raw token to a pointer.
pub fn join(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", escape(token))
}

/// Appends a raw token in place.
pub fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    if token.contains(['~', '/']) { pointer.push_str(&escape(token)) } else { pointer.push_str(token) }
}

/// The unescaped tokens of a pointer.
pub fn tokens(pointer: &str) -> Vec<String> {
    steps(pointer).map(Cow::into_owned).collect()
}

/// The unescaped tokens of a pointer, one after the other.
pub fn steps(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let plain = |t| if str::contains(t, '~') { Cow::Owned(t.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(t) };
    pointer.split('/').skip(1).map(plain)
}

/// The index that a token is; none for `+1` and `01`, as in RFC 6901.
pub(super) fn index(token: &str) -> Option<usize> {
    let is_plain = !token.starts_with('+') && (token.len() == 1 || !token.starts_with('0'));
    is_plain.then(|| token.parse().ok()).flatten()
}

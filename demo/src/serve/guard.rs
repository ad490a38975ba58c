//! Who is answered: requests to loopback by its own name, with the token of this run. So no web page reaches the platform through a browser,
//! and no other user of the machine does. Knows no object.
use crate::api::ask::Ask;
use crate::world::status::Status;

/// A path without the token that it begins with, and whether it did. kubectl sends no credential to a server without TLS, so the token is part of
/// the server's address.
pub(super) fn without_token<'a>(path: &'a str, token: Option<&str>) -> (&'a str, bool) {
    let rest = token.and_then(|token| path.strip_prefix('/')?.strip_prefix(token)).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    (rest.unwrap_or(path), rest.is_some())
}

/// Why a request is not answered; `named` is whether its path had the token.
pub(super) fn refused(ask: &Ask, token: Option<&str>, named: bool) -> Option<Status> {
    if !is_loopback(ask.header("host")) {
        return Some(Status::new(403, "Forbidden", "the demo answers to 127.0.0.1 and localhost only"));
    }
    let sent = ask.header("authorization").strip_prefix("Bearer ");
    token.filter(|token| !named && sent != Some(token)).map(|_| Status::new(401, "Unauthorized", "Unauthorized"))
}

/// A `Host` that names this machine; another name may be a web page's own, led here by its DNS.
fn is_loopback(host: &str) -> bool {
    let port = |rest: &str| rest.is_empty() || rest.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| host.strip_prefix(name).is_some_and(port))
}

#[cfg(test)]
mod tests {
    use super::{is_loopback, without_token};

    #[test]
    fn the_token_is_the_whole_first_part_of_a_path() {
        assert_eq!(without_token("/abc/api/v1", Some("abc")), ("/api/v1", true));
        assert_eq!(without_token("/abc", Some("abc")), ("", true));
        for (path, token) in [("/abcd/api", Some("abc")), ("/api/abc", Some("abc")), ("/api", None)] {
            assert_eq!(without_token(path, token), (path, false));
        }
    }

    #[test]
    fn another_name_for_this_machine_is_none_of_its_own() {
        assert!(["127.0.0.1:80", "localhost", "[::1]:1"].into_iter().all(is_loopback));
        assert!(
            !["", "127.0.0.1.evil.example", "localhost.evil.example:80", "evil.example", "localhost:80@x"].into_iter().any(is_loopback)
        );
    }
}

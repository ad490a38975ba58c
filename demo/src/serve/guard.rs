//! Who is answered: requests to loopback by its own name, with the token of this run. So no web page reaches the platform through a browser,
//! and no other user of the machine does. Knows no object.
use crate::api::ask::Ask;
use crate::world::status::Status;

/// Why a request is not answered.
pub(super) fn refused(ask: &Ask, token: Option<&str>) -> Option<Status> {
    if !is_loopback(ask.header("host")) {
        return Some(Status::new(403, "Forbidden", "the demo answers to 127.0.0.1 and localhost only"));
    }
    let sent = ask.header("authorization").strip_prefix("Bearer ");
    token.filter(|token| sent != Some(token)).map(|_| Status::new(401, "Unauthorized", "Unauthorized"))
}

/// A `Host` that names this machine; another name may be a web page's own, led here by its DNS.
fn is_loopback(host: &str) -> bool {
    let port = |rest: &str| rest.is_empty() || rest.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| host.strip_prefix(name).is_some_and(port))
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn another_name_for_this_machine_is_none_of_its_own() {
        assert!(["127.0.0.1:80", "localhost", "[::1]:1"].into_iter().all(is_loopback));
        assert!(
            !["", "127.0.0.1.evil.example", "localhost.evil.example:80", "evil.example", "localhost:80@x"].into_iter().any(is_loopback)
        );
    }
}

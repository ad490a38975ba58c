//! Which proxy is used for an API server, by kubectl's rules: the kubeconfig's, else the environment's, where `NO_PROXY` is compared with
//! the API server's own address. Reads no environment itself.
use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

/// The proxy for a server, from the environment (`name → value`); none for a loopback address.
pub(super) fn of_environment(server: &Uri, env: impl Fn(&str) -> Option<String>) -> Option<Uri> {
    let either =
        |name: &str| [name.to_owned(), name.to_lowercase()].iter().find_map(|n| env(n).filter(|v| !v.is_empty())).unwrap_or_default();
    let host = server.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if loopback {
        return None;
    }
    let matcher = Matcher::builder().http(either("HTTP_PROXY")).https(either("HTTPS_PROXY")).no(either("NO_PROXY")).build();
    matcher.intercept(server).map(|i| i.uri().clone())
}

#[cfg(test)]
mod tests {
    use super::of_environment;

    fn proxy(server: &str, env: &[(&str, &str)]) -> Option<String> {
        let of = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        of_environment(&server.parse().unwrap(), of).map(|u| u.to_string())
    }

    #[test]
    fn no_proxy_is_held_against_the_api_server() {
        let env = [("HTTPS_PROXY", "http://proxy.corp:3128"), ("NO_PROXY", "10.0.0.0/8,.internal,")];
        assert_eq!(proxy("https://10.1.2.3:6443", &env), None);
        assert_eq!(proxy("https://api.internal:6443", &env), None);
        assert_eq!(proxy("https://203.0.113.7:6443", &env).as_deref(), Some("http://proxy.corp:3128/"));
    }

    #[test]
    fn a_loopback_server_has_no_proxy() {
        for server in ["https://127.0.0.1:6443", "https://localhost:6443", "https://[::1]:6443"] {
            assert_eq!(proxy(server, &[("HTTPS_PROXY", "http://proxy:1")]), None, "{server}");
        }
    }

    #[test]
    fn the_proxy_for_https_is_not_asked_for_plain_http() {
        assert_eq!(proxy("http://203.0.113.7", &[("https_proxy", "http://proxy:1")]), None);
        assert_eq!(proxy("http://203.0.113.7", &[("http_proxy", "http://proxy:1")]).as_deref(), Some("http://proxy:1/"));
    }
}

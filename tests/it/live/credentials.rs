//! As whom the cluster is asked: credential plugins, impersonation; and which way: proxies.
use super::{Lab, Ran};
use evid::adapters::kube::{Access, Cluster, connect};
use evid::usecase::cluster::port::{Api as _, Ask, Method};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Something that keeps what is sent to it and answers by its head alone.
struct Ear {
    address: String,
    heads: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    /// Refuses every login.
    fn new() -> Self {
        Self::that(|_| false)
    }

    /// Takes a login or refuses it.
    fn that(mut takes: impl FnMut(&str) -> bool + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = heads.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                    head.extend(byte);
                }
                if head.is_empty() {
                    return;
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let status = if takes(&head) { "200 OK" } else { "401 Unauthorized" };
                kept.lock().unwrap().push(head);
                let body = r#"{"kind":"Status","message":"Unauthorized","code":401}"#;
                let _ = write!(stream, "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            }
        });
        Self { address, heads, thread: Some(thread) }
    }

    /// Everything that was sent, once the command has ended.
    fn heard(mut self) -> String {
        drop(std::net::TcpStream::connect(&self.address).unwrap());
        self.thread.take().unwrap().join().unwrap();
        self.heads.lock().unwrap().concat()
    }
}

/// The lab's kubeconfig, with another user.
fn user(lab: &Lab, server: &str, user: &str) {
    lab.write(
        "kubeconfig",
        &format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{{name: k, cluster: {{server: \"{server}\"}}}}]\n\
             contexts: [{{name: c, context: {{cluster: k, user: u}}}}]\nusers: [{{name: u, user: {user}}}]\n"
        ),
    );
}

/// A user whose credential a shell script prints; each run of it leaves a line.
fn plugin(lab: &Lab, server: &str, script: &str) {
    let runs = lab.path("runs").display().to_string();
    let script = serde_json::Value::from(format!("echo ran >> {runs}\n{script}"));
    user(
        lab,
        server,
        &format!(
            "{{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: /bin/sh, args: [-c, {script}]}}}}"
        ),
    );
}

fn credential(status: &str) -> String {
    format!(r#"echo '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{status}}}'"#)
}

fn runs(lab: &Lab) -> usize {
    std::fs::read_to_string(lab.path("runs")).map_or(0, |t| t.lines().count())
}

#[test]
fn a_credential_plugin_runs_once_a_command_and_what_it_prints_is_sent_and_not_said() {
    let ear = Ear::new();
    let lab = Lab::small();
    plugin(&lab, &format!("http://{}", ear.address), &credential(r#"{"token":"TOKEN-OF-THE-PLUGIN"}"#));
    let refused = lab.evid(&["capture", "x"]);
    assert_eq!((refused.code, runs(&lab)), (Some(2), 1), "{}", refused.err);
    assert!(!refused.err.contains("TOKEN-OF-THE-PLUGIN") && refused.err.contains("does not accept the login"), "{}", refused.err);
    let heard = ear.heard();
    assert!(heard.to_lowercase().lines().any(|l| l == "authorization: bearer token-of-the-plugin"), "{heard}");
    plugin(&lab, &lab.server.url(), &credential(r#"{"token":"TOKEN-OF-THE-PLUGIN"}"#));
    for (before, args) in
        [vec!["capture", "x"], vec!["capture", "--dry-run"], vec!["doctor"], vec!["switch", "status"]].into_iter().enumerate()
    {
        let ran = lab.evid(&args);
        assert_eq!(runs(&lab), 2 + before, "{args:?}: {}", ran.err);
        assert!(!ran.out.contains("TOKEN-OF-THE-PLUGIN") && !ran.err.contains("TOKEN-OF-THE-PLUGIN"), "{args:?}");
    }
    assert_eq!(lab.left(), ["x.evid.zip"]);
}

/// A cluster as the lab's user reaches it.
fn cluster(lab: &Lab) -> Cluster {
    let timeout = Duration::from_secs(10);
    let access = Access { kubeconfig: Some(lab.path("kubeconfig")), context: None, impersonate: None, groups: vec![], timeout };
    connect(&access, |_| None).unwrap()
}

#[test]
fn a_token_is_trimmed_as_kubectl_does_and_one_that_no_header_can_carry_is_an_error() {
    let ear = Ear::new();
    let lab = Lab::small();
    let server = format!("http://{}", ear.address);
    lab.write("token", "TOKEN-OF-A-FILE\n");
    let of_file = format!("{{tokenFile: {}}}", lab.path("token").display());
    for of in [r#"{token: "TOKEN-OF-A-USER\n"}"#, &of_file] {
        user(&lab, &server, of);
        assert_eq!(lab.evid(&["capture", "x"]).code, Some(2), "the login is refused, and nothing worse");
    }
    plugin(&lab, &server, &credential(r#"{"token":"TOKEN-OF-A-PLUGIN "}"#));
    assert_eq!(lab.evid(&["capture", "x"]).code, Some(2));
    user(&lab, &server, r#"{token: "TOKEN\nOF: two lines"}"#);
    let ran = lab.evid(&["capture", "x"]);
    assert!(ran.code == Some(2) && ran.err.contains("no request can carry") && !ran.err.contains("two lines"), "{}", ran.err);
    let heard = ear.heard().to_lowercase();
    for token in ["token-of-a-user", "token-of-a-file", "token-of-a-plugin"] {
        assert!(heard.lines().any(|l| l == format!("authorization: bearer {token}")), "{token}: {heard}");
    }
}

/// A plugin whose token is another at each run.
fn numbered(lab: &Lab, ear: &Ear, more: &str) {
    let runs = lab.path("runs").display().to_string();
    let status = format!(r#"{{"token":"token-'$(wc -l <{runs} | tr -d " ")'"{more}}}"#);
    plugin(lab, &format!("http://{}", ear.address), &credential(&status));
}

#[test]
fn a_token_that_is_no_longer_taken_is_made_anew_and_what_was_refused_for_it_is_sent_again() {
    let mut left = 2;
    let ear = Ear::that(move |head| {
        left -= i32::from(head.contains("token-1"));
        head.contains("token-2") || head.contains("token-1") && left >= 0
    });
    let lab = Lab::small();
    numbered(&lab, &ear, "");
    let cluster = cluster(&lab);
    let write = Ask { method: Method::Delete, ..Ask::get("/d") };
    let told = [Ask::get("/a"), Ask::get("/b"), write, Ask::get("/c")].map(|ask| cluster.send(&ask).unwrap().status);
    assert_eq!((told, runs(&lab)), ([200; 4], 2));
    assert_eq!(ear.heard().matches("DELETE /d").count(), 2);
}

#[test]
fn a_token_is_made_anew_before_it_expires() {
    let ear = Ear::that(|_| true);
    let lab = Lab::small();
    numbered(&lab, &ear, r#","expirationTimestamp":"'$(date -u -d "+2 sec" +%FT%TZ)'""#);
    let cluster = cluster(&lab);
    cluster.send(&Ask::get("/a")).unwrap();
    assert_eq!(runs(&lab), 1);
    std::thread::sleep(Duration::from_millis(1600));
    cluster.send(&Ask::get("/b")).unwrap();
    assert_eq!(runs(&lab), 2);
    assert!(ear.heard().contains("token-2"));
}

#[test]
fn a_credential_plugin_that_fails_is_named_and_not_quoted() {
    let cases = [
        ("echo PRINTED-SECRET; exit 7", "exit status: 7"),
        ("echo PRINTED-SECRET", "did not print an ExecCredential"),
        ("true", "did not print an ExecCredential"),
        (&credential("{}"), "neither a token nor a certificate"),
        (&credential(r#"{"token":""}"#), "neither a token nor a certificate"),
        (&credential(r#"{"clientCertificateData":"PRINTED-SECRET"}"#), "neither a token nor a certificate"),
    ];
    for (script, says) in cases {
        let lab = Lab::small();
        plugin(&lab, &lab.server.url(), script);
        let ran = lab.evid(&["capture", "x"]);
        assert_eq!((ran.code, lab.left(), runs(&lab)), (Some(2), vec![], 1), "{script}: {}", ran.err);
        assert!(ran.err.contains("credential plugin `/bin/sh`") && ran.err.contains(says), "{script}: {}", ran.err);
        assert!(!ran.err.contains("PRINTED-SECRET"), "{script}: {}", ran.err);
        assert_eq!(lab.server.requests(), [], "{script}: nobody was asked without a credential");
    }
    let lab = Lab::small();
    user(&lab, &lab.server.url(), "{exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, installHint: get it}}");
    let ran = lab.evid(&["capture", "x"]);
    assert!(ran.code == Some(2) && ran.err.contains("no-such-plugin") && ran.err.contains("get it"), "{}", ran.err);
}

#[test]
fn somebody_else_is_impersonated_where_it_is_said() {
    let ear = Ear::new();
    let lab = Lab::small();
    user(&lab, &format!("http://{}", ear.address), "{token: demo}");
    lab.evid(&["capture", "x", "--as", "jane", "--as-group", "ops", "--as-group", "auditors"]);
    let heard = ear.heard().to_lowercase();
    for line in ["impersonate-user: jane", "impersonate-group: ops", "impersonate-group: auditors"] {
        assert!(heard.lines().any(|l| l == line), "{line}: {heard}");
    }
    let nobody = lab.evid(&["capture", "x", "--as-group", "ops"]);
    assert!(nobody.code == Some(2) && nobody.err.contains("--as <USER>"), "a group alone would be dropped: {}", nobody.err);
}

/// A capture with a proxy in the environment that is not there.
fn proxied(lab: &Lab, no_proxy: Option<&str>) -> Ran {
    let mut command = lab.command(&["capture", "x", "--force"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, "http://127.0.0.1:1");
    }
    no_proxy.map(|n| command.env("NO_PROXY", n));
    lab.run(command)
}

#[test]
fn a_loopback_server_is_not_asked_through_a_proxy() {
    let lab = Lab::small();
    for no_proxy in [None, Some("10.0.0.0/8"), Some("127.0.0.1")] {
        let ran = proxied(&lab, no_proxy);
        assert_eq!(ran.code, Some(0), "{no_proxy:?}: {}", ran.err);
    }
}

#[test]
fn another_server_is_asked_through_the_proxy_unless_no_proxy_names_it() {
    let lab = Lab::small();
    // Nobody answers there, and nothing leaves the machine: the proxy is on loopback, and refuses.
    user(&lab, "http://192.0.2.1:6443", "{token: demo}");
    let ran = proxied(&lab, None);
    assert!(ran.code == Some(2) && ran.err.contains("does not answer"), "{}", ran.err);
    assert!(ran.took < std::time::Duration::from_secs(20), "{:?}", ran.took);
}

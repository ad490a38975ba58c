//! The few commands that can be "run" in a pod: curl, wget, cat, echo, hostname, true, false. Nothing is run on the machine; a URL is asked
//! of whoever answers for the pods.
use crate::api;
use crate::api::proxy::Backend;
use crate::serve::proxy;
use crate::serve::shared::Shared;
use http::HeaderMap;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Outcome {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub code: i32,
}

impl Outcome {
    fn failed(code: i32, text: impl Into<String>) -> Self {
        Self { stdout: Vec::new(), stderr: (text.into() + "\n").into_bytes(), code }
    }

    fn said(text: impl Into<Vec<u8>>) -> Self {
        Self { stdout: text.into(), ..Self::default() }
    }
}

/// Runs a command in a pod. None: the container has no such program.
pub(crate) async fn run(shared: &Shared, pod: &Arc<Value>, words: &[String]) -> Option<Outcome> {
    let shell = ["sh", "/bin/sh", "bash", "/bin/bash"];
    let script = match words {
        [sh, flag, script] if shell.contains(&sh.as_str()) && flag == "-c" => Some(split(script)),
        _ => None,
    };
    let words = match &script {
        Some(Some(words)) => words.as_slice(),
        Some(None) => return Some(Outcome::failed(2, "sh: the demo runs single commands only")),
        None => words,
    };
    let (program, args) = words.split_first()?;
    match program.rsplit('/').next().unwrap_or_default() {
        "curl" => Some(curl(shared, pod, args).await),
        "wget" => Some(wget(shared, pod, args).await),
        "cat" => Some(cat(pod, args)),
        "echo" => Some(Outcome::said(args.join(" ") + "\n")),
        "hostname" => Some(Outcome::said(name(pod) + "\n")),
        "true" => Some(Outcome::default()),
        "false" => Some(Outcome { code: 1, ..Outcome::default() }),
        missing if script.is_some() => Some(Outcome::failed(127, format!("sh: {missing}: not found"))),
        _ => None,
    }
}

fn name(pod: &Value) -> String {
    pod["metadata"]["name"].as_str().unwrap_or_default().to_owned()
}

fn cat(pod: &Value, files: &[String]) -> Outcome {
    let mut all = Outcome::default();
    for file in files {
        match file.as_str() {
            "/etc/hostname" => all.stdout.extend((name(pod) + "\n").into_bytes()),
            _ => {
                all.stderr.extend(format!("cat: {file}: No such file or directory\n").into_bytes());
                all.code = 1;
            }
        }
    }
    all
}

/// The words of a simple command; none if it is more than that.
fn split(script: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote, mut chars) = (Vec::new(), None::<String>, None, script.chars());
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if q == c => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (_, '\\') => word.get_or_insert_default().push(chars.next()?),
            (_, '$' | '`') | (None, '|' | '&' | ';' | '<' | '>' | '(' | ')' | '\n') => return None,
            (None, ' ' | '\t') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

/// The host, port and path of an HTTP URL.
fn url(text: &str) -> (&str, u16, String) {
    let rest = text.split_once("://").map_or(text, |(_, r)| r);
    let (host, path) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let (host, port) = host.split_once(':').map_or((host, None), |(h, p)| (h, p.parse().ok()));
    (host, port.unwrap_or(80), path)
}

/// The backend behind a host name, seen from a pod: the pod itself, another pod's address, a service.
fn resolve(shared: &Shared, pod: &Arc<Value>, host: &str, port: u16) -> Option<Backend> {
    let own = [Some("localhost"), Some("127.0.0.1"), pod["metadata"]["name"].as_str(), pod["status"]["podIP"].as_str()];
    if own.contains(&Some(host)) {
        return Some(Backend { pod: pod.clone(), port });
    }
    let store = shared.store();
    if let Some((_, other)) = store.entries("pods", None).find(|(_, p)| p["status"]["podIP"] == host) {
        return Some(Backend { pod: other.clone(), port });
    }
    let host = host.trim_end_matches('.').trim_end_matches(".cluster.local").trim_end_matches(".svc");
    let (service, namespace) = host.split_once('.').unwrap_or((host, pod["metadata"]["namespace"].as_str().unwrap_or_default()));
    let turn = shared.turn.fetch_add(1, Ordering::Relaxed);
    api::proxy::service(&store, namespace, service, &port.to_string(), turn).ok()
}

async fn timed(shared: &Shared, to: &Backend, method: &str, path: &str, body: &str, limit: Option<f64>) -> Option<proxy::Said> {
    let headers = HeaderMap::new();
    let call = proxy::call(shared, to, method, path, &headers, body.as_bytes());
    match limit {
        Some(seconds) => tokio::time::timeout(Duration::from_secs_f64(seconds.clamp(0.0, 3600.0)), call).await.ok(),
        None => Some(call.await),
    }
}

async fn curl(shared: &Shared, pod: &Arc<Value>, args: &[String]) -> Outcome {
    let (mut method, mut body, mut limit, mut format, mut link) = (None, None, None, None, None);
    let (mut silent, mut loud, mut fail, mut drop_body) = (false, false, false, false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let (name, mut value) = match (arg.strip_prefix("--"), arg.strip_prefix('-')) {
            (Some(long), _) => long.split_once('=').map_or((long.to_owned(), None), |(n, v)| (n.to_owned(), Some(v.to_owned()))),
            (None, Some(short)) => {
                // Flags may be combined; the last one may have a value.
                let flags = short.trim_end_matches(|c: char| "XdHmow".contains(c));
                for c in flags.chars() {
                    match c {
                        's' => silent = true,
                        'S' => loud = true,
                        'f' => fail = true,
                        'k' | 'L' | 'g' => {}
                        _ => return Outcome::failed(2, format!("curl: option -{short}: is unknown")),
                    }
                }
                (short[flags.len()..].to_owned(), None)
            }
            _ => {
                link = Some(arg.clone());
                continue;
            }
        };
        if ["X", "d", "H", "m", "o", "w", "request", "data", "data-raw", "header", "max-time", "connect-timeout", "output", "write-out"]
            .contains(&name.as_str())
            && value.is_none()
        {
            value = args.next().cloned();
        }
        match name.as_str() {
            "" | "H" | "header" | "connect-timeout" | "location" | "insecure" => {}
            "X" | "request" => method = value,
            "d" | "data" | "data-raw" => body = value,
            "m" | "max-time" => limit = value.and_then(|v| v.parse::<f64>().ok()),
            "o" | "output" => drop_body = value.is_some_and(|v| v != "-"),
            "w" | "write-out" => format = value,
            "silent" => silent = true,
            "show-error" => loud = true,
            "fail" => fail = true,
            _ => return Outcome::failed(2, format!("curl: option --{name}: is unknown")),
        }
    }
    let Some(link) = link else { return Outcome::failed(2, "curl: (2) no URL specified") };
    let (host, port, path) = url(&link);
    let error = |code: i32, text: String| {
        let stderr = if silent && !loud { Vec::new() } else { format!("curl: ({code}) {text}\n").into_bytes() };
        let stdout = format.as_deref().map(|f| written(f, 0)).unwrap_or_default();
        Outcome { stdout: stdout.into_bytes(), stderr, code }
    };
    let Some(to) = resolve(shared, pod, host, port) else { return error(6, format!("Could not resolve host: {host}")) };
    let method = method.unwrap_or_else(|| if body.is_some() { "POST".into() } else { "GET".into() });
    match timed(shared, &to, &method, &path, body.as_deref().unwrap_or_default(), limit).await {
        None => error(28, "Operation timed out with 0 bytes received".into()),
        Some(Err("refused")) => error(7, format!("Failed to connect to {host} port {port} after 0 ms: Couldn't connect to server")),
        Some(Err(_)) => error(52, "Empty reply from server".into()),
        Some(Ok((status, _, _))) if fail && status >= 400 => error(22, format!("The requested URL returned error: {status}")),
        Some(Ok((status, _, body))) => {
            let mut out = if drop_body { Vec::new() } else { body };
            out.extend(format.map(|f| written(&f, status)).unwrap_or_default().into_bytes());
            Outcome::said(out)
        }
    }
}

/// The text that `-w` writes.
fn written(format: &str, status: u16) -> String {
    format.replace("%{http_code}", &format!("{status:03}")).replace("%{response_code}", &format!("{status:03}")).replace("\\n", "\n")
}

async fn wget(shared: &Shared, pod: &Arc<Value>, args: &[String]) -> Outcome {
    let (mut link, mut limit, mut body, mut to_stdout, mut args) = (None, None, None, false, args.iter());
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-q" | "-S" | "--quiet" => {}
            "-qO-" | "-O-" | "-qO" | "-O" => to_stdout = arg.ends_with('-') || args.next().is_some_and(|v| v == "-"),
            "-T" => limit = args.next().and_then(|v| v.parse().ok()),
            option if option.starts_with("--timeout=") => limit = option[10..].parse().ok(),
            option if option.starts_with("--post-data=") => body = Some(option[12..].to_owned()),
            option if option.starts_with('-') => return Outcome::failed(1, format!("wget: unrecognized option: {option}")),
            text => link = Some(text.to_owned()),
        }
    }
    let Some(link) = link.filter(|_| to_stdout) else { return Outcome::failed(1, "wget: the demo writes to standard output only (-O-)") };
    let (host, port, path) = url(&link);
    let Some(to) = resolve(shared, pod, host, port) else { return Outcome::failed(1, format!("wget: bad address '{host}'")) };
    let method = if body.is_some() { "POST" } else { "GET" };
    match timed(shared, &to, method, &path, body.as_deref().unwrap_or_default(), limit).await {
        None => Outcome::failed(1, "wget: download timed out"),
        Some(Err("refused")) => Outcome::failed(1, format!("wget: can't connect to remote host ({host}): Connection refused")),
        Some(Err(_)) => Outcome::failed(1, "wget: error getting response: Connection reset by peer"),
        Some(Ok((status, _, _))) if status >= 400 => Outcome::failed(1, format!("wget: server returned error: HTTP/1.1 {status}")),
        Some(Ok((_, _, body))) => Outcome::said(body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_single_commands_or_nothing() {
        assert_eq!(split("curl -s 'http://a/b c' \"x y\"").unwrap(), ["curl", "-s", "http://a/b c", "x y"]);
        for more in ["a | b", "a; b", "a > f", "echo $HOME", "a && b", "echo 'x"] {
            assert_eq!(split(more), None, "{more}");
        }
    }

    #[test]
    fn urls_have_ports_and_paths_of_their_own_or_the_usual_ones() {
        assert_eq!(url("http://localhost:8000/health?x=1"), ("localhost", 8000, "/health?x=1".into()));
        assert_eq!(url("fastapi.mlops-prod"), ("fastapi.mlops-prod", 80, "/".into()));
    }
}

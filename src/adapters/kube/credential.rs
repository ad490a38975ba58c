//! Credential plugins (`exec` of a kubeconfig user). evid runs one once, and again when its credential expires; the kube client would run
//! it three times for each command. What a plugin prints leaves this module only as the credential, and never in an error.
use crate::adapters::ended;
use crate::adapters::kube::access::ConnectError;
use crate::value::json;
use chrono::{DateTime, Utc};
use kube::config::{AuthInfo, ExecConfig};
use serde::Deserialize;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The most that a plugin may print, in bytes.
const MOST: u64 = 1 << 20;
/// How long a plugin may take: somebody may have to log in with a browser.
const WITHIN: Duration = Duration::from_secs(180);

#[derive(Deserialize)]
struct Credential {
    status: Option<Status>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    expiration_timestamp: Option<String>,
}

/// Replaces a user's `exec` by the credential that the plugin gives. Returns when it expires, if the plugin says so. None if there is no
/// `exec`.
pub(super) fn resolve(user: &mut AuthInfo) -> Result<Option<Option<DateTime<Utc>>>, ConnectError> {
    let Some(exec) = user.exec.take() else { return Ok(None) };
    let status = run(&exec)?;
    let token = status.token.filter(|t| !t.trim().is_empty());
    let pair = status.client_certificate_data.zip(status.client_key_data).filter(|(cert, key)| !cert.is_empty() && !key.is_empty());
    if token.is_none() && pair.is_none() {
        return Err(failed(&exec, "it answered with neither a token nor a certificate and its key"));
    }
    user.token = token.map(Into::into).or(user.token.take());
    if let Some((cert, key)) = pair {
        // The plugin gives PEM; a kubeconfig holds it in base64.
        use base64::Engine as _;
        let encode = |pem: String| base64::engine::general_purpose::STANDARD.encode(pem);
        user.client_certificate_data = Some(encode(cert));
        user.client_key_data = Some(encode(key).into());
    }
    let expires = status.expiration_timestamp.and_then(|t| DateTime::parse_from_rfc3339(&t).ok());
    Ok(Some(expires.map(|e| e.with_timezone(&Utc))))
}

fn run(exec: &ExecConfig) -> Result<Status, ConnectError> {
    let command = exec.command.as_deref().ok_or_else(|| failed(exec, "no command is named"))?;
    let version = exec.api_version.clone().unwrap_or_else(|| "client.authentication.k8s.io/v1".into());
    let mut info = json!({"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": false}});
    if let Some(cluster) = exec.cluster.as_ref().filter(|_| exec.provide_cluster_info) {
        info["spec"]["cluster"] = crate::value::to_value(cluster).map_err(|e| failed(exec, &e.to_string()))?;
    }
    let mut run = Command::new(command);
    run.args(exec.args.iter().flatten()).env("KUBERNETES_EXEC_INFO", info.to_string());
    for env in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (env.get("name"), env.get("value")) {
            run.env(name, value);
        }
    }
    for name in exec.drop_env.iter().flatten() {
        run.env_remove(name);
    }
    let hint = exec.install_hint.as_deref().map(|h| format!("; {h}")).unwrap_or_default();
    let child = run.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
    let child = child.map_err(|e| failed(exec, &format!("it can't be run: {e}{hint}")))?;
    let printed = output(child, MOST, WITHIN).map_err(|what| failed(exec, &what))?;
    let credential: Credential = serde_json::from_slice(&printed).map_err(|_| failed(exec, "it did not print an ExecCredential"))?;
    Ok(credential.status.unwrap_or_default())
}

/// What a command prints, whole, if it is not too much and does not take too long; else the command is ended.
fn output(mut child: Child, most: u64, within: Duration) -> Result<Vec<u8>, String> {
    let (give, take) = mpsc::channel();
    if let Some(out) = child.stdout.take() {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = out.take(most + 1).read_to_end(&mut bytes);
            drop(give.send(read.map(|_| bytes)));
        });
    }
    let until = Instant::now() + within;
    let printed = match take.recv_timeout(within) {
        Ok(Ok(bytes)) if bytes.len() as u64 <= most => Ok(bytes),
        Ok(Ok(_)) => Err(format!("it printed more than {most} bytes")),
        Ok(Err(e)) => Err(format!("its output can't be read: {e}")),
        Err(_) => Err(format!("it did not end within {within:?}")),
    };
    // It has closed its output; until it has ended, nobody knows whether it failed.
    let ended = ended::by(&mut child, if printed.is_ok() { until } else { Instant::now() });
    let ended = ended.map_err(|e| e.to_string()).and_then(|ended| ended.ok_or_else(|| format!("it did not end within {within:?}")));
    match (printed, ended) {
        (Ok(_), Ok(status)) if !status.success() => Err(format!("it ended with {status}")),
        (Ok(bytes), Ok(_)) => Ok(bytes),
        (Err(what), _) | (_, Err(what)) => Err(what),
    }
}

fn failed(exec: &ExecConfig, what: &str) -> ConnectError {
    ConnectError::Credential { command: exec.command.clone().unwrap_or_default(), what: what.to_owned() }
}

#[cfg(all(test, unix))]
mod tests {
    use super::output;
    use std::process::{Command, Stdio};
    use std::time::Duration;

    fn of(script: &str) -> Result<Vec<u8>, String> {
        let child = Command::new("/bin/sh").args(["-c", script]).stdout(Stdio::piped()).spawn();
        output(child.map_err(|e| e.to_string())?, 100, Duration::from_millis(1500))
    }

    #[test]
    fn a_plugin_is_ended_where_it_says_too_much_or_takes_too_long() {
        assert_eq!(of("echo fine").unwrap(), b"fine\n");
        assert!(of("while :; do echo much; done").unwrap_err().contains("more than 100 bytes"));
        assert!(of("exec sleep 60").unwrap_err().contains("did not end"));
        assert!(of("exec 1>&-; exec sleep 60").unwrap_err().contains("did not end"));
        assert!(of("exit 3").unwrap_err().contains("ended with"));
    }
}

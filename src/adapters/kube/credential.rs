//! Credential plugins (`exec` of a kubeconfig user). evid runs one once, and again when its credential expires; the kube client would run
//! it three times for each command. What a plugin prints leaves this module only as the credential, and never in an error.
use crate::adapters::kube::access::ConnectError;
use chrono::{DateTime, Utc};
use kube::config::{AuthInfo, ExecConfig};
use serde::Deserialize;
use serde_json::json;
use std::process::{Command, Stdio};

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
    let token = status.token.filter(|t| !t.is_empty());
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
        info["spec"]["cluster"] = serde_json::to_value(cluster).map_err(|e| failed(exec, &e.to_string()))?;
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
    let out =
        run.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(|e| failed(exec, &format!("it can't be run: {e}{hint}")))?;
    if !out.status.success() {
        return Err(failed(exec, &format!("it ended with {}", out.status)));
    }
    let credential: Credential = serde_json::from_slice(&out.stdout).map_err(|_| failed(exec, "it did not print an ExecCredential"))?;
    Ok(credential.status.unwrap_or_default())
}

fn failed(exec: &ExecConfig, what: &str) -> ConnectError {
    ConnectError::Credential { command: exec.command.clone().unwrap_or_default(), what: what.to_owned() }
}

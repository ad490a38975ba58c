//! Which cluster a kubeconfig names and with which user, for a person to read: names and kinds, never a credential.
use crate::adapters::kube::access::{Access, ConnectError};
use crate::adapters::kube::connect::{bare, chosen, place};
use kube::config::AuthInfo;

/// Where a connection comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The kubeconfig files.
    pub file: String,
    pub context: String,
    /// The API server's address, without credentials.
    pub server: String,
    /// The user's name in the kubeconfig.
    pub user: String,
    /// The kind of credential: a token, a certificate, …
    pub login: String,
    /// Whether the server's certificate is not checked.
    pub insecure: bool,
}

impl Origin {
    /// The context where there is no kubeconfig: the pod's own service account is meant.
    pub const POD: &str = "the pod's own";
}

/// Reads the origin; runs no credential plugin.
///
/// # Errors
/// If there is no kubeconfig, no context, or the named context does not exist.
pub fn origin(access: &Access, env: impl Fn(&str) -> Option<String>) -> Result<Origin, ConnectError> {
    let Some(chosen) = chosen(access, &env)? else {
        let of = |name: &str| env(name).unwrap_or_default();
        return Ok(Origin {
            file: "no kubeconfig".into(),
            context: Origin::POD.into(),
            server: format!("https://{}:{}", of("KUBERNETES_SERVICE_HOST"), of("KUBERNETES_SERVICE_PORT")),
            user: "the pod's service account".into(),
            login: "token".into(),
            insecure: false,
        });
    };
    let cluster = chosen.kubeconfig.clusters.iter().find(|c| c.name == chosen.context.cluster).and_then(|c| c.cluster.as_ref());
    let name = chosen.context.user.clone().unwrap_or_default();
    let user = chosen.kubeconfig.auth_infos.iter().find(|u| u.name == name).and_then(|u| u.auth_info.as_ref());
    Ok(Origin {
        file: place(access, &env),
        context: chosen.name,
        server: cluster.and_then(|c| c.server.as_deref()).map(bare).unwrap_or_default(),
        login: user.map_or_else(|| "no credential".into(), login),
        user: name,
        insecure: cluster.and_then(|c| c.insecure_skip_tls_verify).unwrap_or(false),
    })
}

fn login(user: &AuthInfo) -> String {
    let certificate = user.client_certificate.is_some() || user.client_certificate_data.is_some();
    match user {
        AuthInfo { exec: Some(exec), .. } => format!("credential plugin {}", exec.command.as_deref().unwrap_or("without a command")),
        AuthInfo { auth_provider: Some(provider), .. } => format!("auth provider {}", provider.name),
        AuthInfo { token: Some(_), .. } => "token".into(),
        AuthInfo { token_file: Some(file), .. } => format!("token of {file}"),
        _ if certificate => "client certificate".into(),
        AuthInfo { username: Some(_), .. } => "user name and password".into(),
        _ => "no credential".into(),
    }
}

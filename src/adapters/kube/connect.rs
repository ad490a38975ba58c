//! From a kubeconfig (or the pod's own service account) to a client. One client for each command, so that a credential plugin runs once.
use crate::adapters::causes::in_one_line;
use crate::adapters::kube::access::{Access, ConnectError, Env};
use crate::adapters::kube::hidden::Hidden;
use crate::adapters::kube::login::{Login, Renewal};
use crate::adapters::kube::send::Cluster;
use crate::adapters::kube::{credential, proxy, token};
use chrono::{DateTime, Utc};
use http::HeaderValue;
use http::header::USER_AGENT;
use kube::client::ClientBuilder;
use kube::config::{Context, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use std::sync::Arc;
use std::time::Duration;

/// Builds the client. Sends nothing.
///
/// # Errors
/// If the kubeconfig can't be used, or its credential plugin fails.
pub fn connect(access: &Access, env: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Result<Cluster, ConnectError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("kube").enable_all().build()?;
    let env: Env = Box::new(env);
    let hidden = Arc::new(Hidden::new()?);
    let (config, renewed) = runtime.block_on(config(access, &env, &hidden))?;
    let server = bare(&config.cluster_url.to_string());
    let namespace = config.default_namespace.clone();
    let _guard = runtime.enter();
    let client = client(config)?;
    let login = match renewed {
        Some(expires) => Login::renewed(client, expires, renewal(access.clone(), env, Arc::clone(&hidden))),
        None => Login::fixed(client),
    };
    Ok(Cluster::new(runtime, login, server, namespace, access.timeout, hidden))
}

/// Makes a new client, with what its credential plugin or its file says then.
fn renewal(access: Access, env: Env, hidden: Arc<Hidden>) -> Renewal {
    let of = Arc::new((access, env, hidden));
    Box::new(move || {
        let of = Arc::clone(&of);
        Box::pin(async move {
            let (config, renewed) = config(&of.0, &of.1, &of.2).await?;
            Ok((client(config)?, renewed.flatten()))
        })
    })
}

/// The client of a configuration. Must be called within the runtime.
fn client(config: Config) -> Result<Client, ConnectError> {
    Ok(ClientBuilder::try_from(config).map_err(|e| ConnectError::Client(plainly(&e)))?.build())
}

pub(super) struct Chosen {
    pub(super) kubeconfig: Kubeconfig,
    pub(super) name: String,
    pub(super) context: Context,
}

/// The chosen context; none if there is no kubeconfig, so that the pod's own service account is meant.
pub(super) fn chosen(access: &Access, env: &impl Fn(&str) -> Option<String>) -> Result<Option<Chosen>, ConnectError> {
    let wrong = |what: String| ConnectError::Kubeconfig { what };
    let named = access.kubeconfig.as_ref();
    let kubeconfig = match named.map_or_else(Kubeconfig::read, Kubeconfig::read_from) {
        Ok(kubeconfig) => kubeconfig,
        Err(_) if named.is_none() && access.context.is_none() && env("KUBERNETES_SERVICE_HOST").is_some() => return Ok(None),
        Err(e) => return Err(wrong(format!("{}: {}", place(access, env), plainly(&e)))),
    };
    let name = access.context.clone().or_else(|| kubeconfig.current_context.clone()).filter(|c| !c.is_empty());
    let Some(name) = name else {
        return Err(wrong(format!("{}: no current context is set; name one with `--context`", place(access, env))));
    };
    let found = kubeconfig.contexts.iter().find(|c| c.name == name).and_then(|c| c.context.clone());
    let Some(context) = found else {
        let there: Vec<&str> = kubeconfig.contexts.iter().map(|c| &*c.name).collect();
        return Err(wrong(format!("{}: there is no context `{name}`; there are {}", place(access, env), there.join(", "))));
    };
    Ok(Some(Chosen { kubeconfig, name, context }))
}

/// How long the token of a file counts, as for client-go.
const OF_FILE: Duration = Duration::from_secs(60);

/// The configuration of a client; and, if its credential can be made anew, when it expires, if that is known.
async fn config(access: &Access, env: &Env, hidden: &Hidden) -> Result<(Config, Option<Option<DateTime<Utc>>>), ConnectError> {
    let (mut config, plugin) = chosen_config(access, env).await?;
    let token::Sent { secrets, of_file } = token::settle(&mut config.auth_info)?;
    hidden.learn(secrets);
    let renewed = plugin.or_else(|| of_file.then(|| Some(Utc::now() + OF_FILE)));
    config.default_retry = false;
    config.connect_timeout = Some(access.timeout.min(Duration::from_secs(10)));
    config.write_timeout = Some(access.timeout);
    // Each request has a deadline of its own; so has a watched stream.
    config.read_timeout = None;
    config.headers.push((USER_AGENT, HeaderValue::from_static(concat!("evid/", env!("CARGO_PKG_VERSION")))));
    if access.impersonate.is_some() {
        config.auth_info.impersonate.clone_from(&access.impersonate);
        config.auth_info.impersonate_groups = (!access.groups.is_empty()).then(|| access.groups.clone());
    }
    Ok((config, renewed))
}

async fn chosen_config(access: &Access, env: &Env) -> Result<(Config, Option<Option<DateTime<Utc>>>), ConnectError> {
    let wrong = |what: String| ConnectError::Kubeconfig { what };
    let Some(Chosen { mut kubeconfig, name, context }) = chosen(access, env)? else {
        let config = Config::incluster().map_err(|e| wrong(format!("the pod's service account can't be used: {e}")))?;
        return Ok((config, None));
    };
    let named_proxy = kubeconfig.clusters.iter().find(|c| c.name == context.cluster).and_then(|c| c.cluster.as_ref()?.proxy_url.clone());
    let mut plugin = None;
    for user in kubeconfig.auth_infos.iter_mut().filter(|u| Some(&u.name) == context.user.as_ref()) {
        if let Some(info) = user.auth_info.as_mut() {
            plugin = tokio::task::block_in_place(|| credential::resolve(info))?;
        }
    }
    let options = KubeConfigOptions { context: Some(name), cluster: None, user: None };
    let loaded = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    let mut config = loaded.map_err(|e| wrong(format!("{}: {}", place(access, env), plainly(&e))))?;
    if named_proxy.is_none_or(|p| p.is_empty()) {
        config.proxy_url = proxy::of_environment(&config.cluster_url, env);
    }
    Ok((config, plugin))
}

/// An error of the kube client, which puts quoted paths into quotes.
fn plainly(error: &(dyn std::error::Error + 'static)) -> String {
    in_one_line(error).replace("'\"", "`").replace("\"'", "`")
}

/// Where the kubeconfig was searched.
pub(super) fn place(access: &Access, env: &impl Fn(&str) -> Option<String>) -> String {
    let named = access.kubeconfig.as_ref().map(|p| p.display().to_string());
    named.or_else(|| env("KUBECONFIG").filter(|v| !v.is_empty())).unwrap_or_else(|| "~/.kube/config".into())
}

/// An address without a user and password.
pub(super) fn bare(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    format!("{scheme}://{}{path}", authority.rsplit('@').next().unwrap_or(authority))
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(bare("https://u:p@api.example.com:6443/k8s/c@1"), "https://api.example.com:6443/k8s/c@1");
        assert_eq!(bare("https://10.0.0.1:6443"), "https://10.0.0.1:6443");
    }
}

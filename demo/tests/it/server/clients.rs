//! The kube crate against the server: what evid itself uses.
use super::{config_maps, proxies, server};
use evid_demo::Server;
use futures_util::TryStreamExt;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{AttachParams, ListParams, WatchEvent, WatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Runs something with a client that read the server's own kubeconfig.
fn with<F: Future>(server: &Server, then: impl FnOnce(Client) -> F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let file = Kubeconfig::from_yaml(&server.kubeconfig()).unwrap();
        let options = KubeConfigOptions { context: Some("evid-demo".into()), ..KubeConfigOptions::default() };
        let mut config = Config::from_custom_kubeconfig(file, &options).await.unwrap();
        (config.proxy_url, config.default_retry) = (None, false);
        then(Client::try_from(config).unwrap()).await
    })
}

#[test]
fn lists_and_watches_are_read() {
    let server = server(&config_maps(3));
    with(&server, async |client| {
        let api: Api<ConfigMap> = Api::namespaced(client, "a");
        let page = api.list(&ListParams::default().limit(2)).await.unwrap();
        assert_eq!((page.items.len(), page.metadata.remaining_item_count), (2, Some(1)));
        let next = ListParams::default().limit(2).continue_token(page.metadata.continue_.as_deref().unwrap());
        assert_eq!(api.list(&next).await.unwrap().items.len(), 1);
        let events = api.watch(&WatchParams::default().timeout(1), "0").await.unwrap();
        let events: Vec<_> = events.try_collect().await.unwrap();
        let added = events.iter().filter(|e| matches!(e, WatchEvent::Added(_))).count();
        assert_eq!((added, events.len()), (3, 4), "and a bookmark, for which the crate asks");
        assert!(api.get("nowhere").await.unwrap_err().to_string().contains("not found"));
    });
}

#[test]
fn a_command_in_a_pod_asks_whoever_answers_for_it() {
    let server = server(&[proxies::pod("p", "True")]);
    with(&server, async |client| {
        let api: Api<Pod> = Api::namespaced(client, "a");
        let run = async |words: &[&str]| {
            let mut process = api.exec("p", words.to_vec(), &AttachParams::default()).await.unwrap();
            let status = process.take_status().unwrap();
            let mut out = String::new();
            process.stdout().unwrap().read_to_string(&mut out).await.unwrap();
            let status = status.await.unwrap();
            (out, status.status.unwrap(), status.reason)
        };
        let fine = (r#"{"status":"ok"}"#.to_owned(), "Success".to_owned(), None);
        assert_eq!(run(&["curl", "-sS", "-m", "5", "http://localhost:8000/health"]).await, fine);
        assert_eq!(run(&["sh", "-c", "wget -qO- http://127.0.0.1:8000/health"]).await, fine);
        let (_, status, reason) = run(&["curl", "-sf", "http://localhost:9/"]).await;
        assert_eq!((status.as_str(), reason.as_deref()), ("Failure", Some("NonZeroExitCode")));
        let (_, status, reason) = run(&["rm", "-rf", "/"]).await;
        assert_eq!((status.as_str(), reason.as_deref()), ("Failure", Some("InternalError")));
    });
}

#[test]
fn a_forwarded_port_speaks_http() {
    let server = server(&[proxies::pod("p", "True")]);
    with(&server, async |client| {
        let api: Api<Pod> = Api::namespaced(client, "a");
        let mut forward = api.portforward("p", &[8000]).await.unwrap();
        let mut stream = forward.take_stream(8000).unwrap();
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with(r#"{"status":"ok"}"#), "{text}");
        let mut closed = api.portforward("p", &[9]).await.unwrap();
        let error = closed.take_error(9).unwrap();
        assert!(error.await.unwrap().contains("connection refused"));
    });
}

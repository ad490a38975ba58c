//! The ways to an app, over a real kube client and real sockets on loopback: HTTP by hand, WebSockets as the API server speaks them.
use evid::adapters::kube::Login;
use evid::adapters::kube::reach::Apps;
use evid::bundle::probe::{Method, Raw};
use evid::usecase::cluster::port::NoReply;
use evid::usecase::probes::{Call, Reach, Route, Unheard};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};

type Socket = WebSocketStream<tokio::net::TcpStream>;

/// Answers each connection with what a function makes of its request; counts nothing, ends with the test.
fn http(answer: impl Fn(&str) -> Option<String> + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream: TcpStream = stream.unwrap();
            let mut request = vec![0; 65536];
            let n = stream.read(&mut request).unwrap_or(0);
            if let Some(text) = answer(&String::from_utf8_lossy(&request[..n])) {
                drop(stream.write_all(text.as_bytes()));
            }
        }
    });
    port
}

fn response(status: u16, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// Speaks WebSocket on each connection.
fn websocket<F: Future<Output = ()> + Send + 'static>(
    runtime: &Runtime,
    speak: impl Fn(Socket, String) -> F + Copy + Send + Sync + 'static,
) -> u16 {
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let port = listener.local_addr().unwrap().port();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut path = String::new();
                #[expect(clippy::result_large_err, reason = "the signature is the library's")]
                let callback = |request: &Request, mut response: Response| {
                    path = request.uri().to_string();
                    response.headers_mut().insert("sec-websocket-protocol", "v5.channel.k8s.io".parse().unwrap());
                    Ok(response)
                };
                let socket = tokio_tungstenite::accept_hdr_async(stream, callback).await.unwrap();
                speak(socket, path).await;
            });
        }
    });
    port
}

fn ask(runtime: &Runtime, port: u16, call: &Call) -> Result<Raw, Unheard> {
    let mut config = kube::Config::new(format!("http://127.0.0.1:{port}").parse().unwrap());
    config.default_retry = false;
    let client = {
        let _guard = runtime.enter();
        kube::Client::try_from(config).unwrap()
    };
    Apps::new(&Arc::new(Login::fixed(client)), runtime.handle()).reach(call)
}

fn call(route: Route, path: &str) -> Call {
    Call { route, method: Method::Get, path: path.into(), headers: vec![], body: vec![], timeout: Duration::from_secs(5) }
}

fn exec(command: &str) -> Call {
    let (namespace, pod) = ("shop".into(), "web-0".into());
    call(Route::Exec { namespace, pod, container: Some("main".into()), command: vec!["sh".into(), command.into()] }, "")
}

fn forward(path: &str) -> Call {
    call(Route::Forward { namespace: "shop".into(), pod: "web-0".into(), port: 8080 }, path)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn the_proxy_s_answer_is_given_back_as_it_is() {
    let runtime = runtime();
    let port = http(|request| {
        let first = request.lines().next().unwrap().to_owned();
        assert!(request.to_lowercase().contains("x-a: b") && request.ends_with("{\"rows\":[]}"), "{request}");
        Some(response(503, &first))
    });
    let proxied = Call {
        method: Method::Post,
        headers: vec![("X-A".into(), "b".into())],
        body: b"{\"rows\":[]}".to_vec(),
        ..call(Route::Proxy, "/api/v1/namespaces/shop/services/web:80/proxy/p?x=1")
    };
    let raw = ask(&runtime, port, &proxied).unwrap();
    assert_eq!((raw.status, raw.of_server, raw.cut), (503, false, false));
    assert_eq!(String::from_utf8(raw.body).unwrap(), "POST /api/v1/namespaces/shop/services/web:80/proxy/p?x=1 HTTP/1.1");
    assert!(raw.headers.contains(&("content-type".into(), "application/json".into())));
}

#[test]
fn no_answer_in_time_and_a_cut_one_are_none() {
    let runtime = runtime();
    let slow = http(|_| {
        std::thread::sleep(Duration::from_millis(600));
        Some(response(200, "late"))
    });
    let hasty = Call { timeout: Duration::from_millis(100), ..call(Route::Proxy, "/x") };
    assert!(matches!(ask(&runtime, slow, &hasty), Err(Unheard::NoReply(NoReply::TimedOut(_)))));
    let reset = http(|_| None);
    assert!(matches!(ask(&runtime, reset, &call(Route::Proxy, "/x")), Err(Unheard::NoReply(NoReply::Cut(_)))));
    let half = http(|_| Some(response(200, "0123456789").replace("0123456789", "01234")));
    assert!(matches!(ask(&runtime, half, &call(Route::Proxy, "/x")), Err(Unheard::NoReply(NoReply::Cut(_)))));
}

#[test]
fn where_the_api_server_can_t_be_reached_the_app_was_not_asked() {
    let runtime = runtime();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for call in [call(Route::Proxy, "/x"), exec("true"), forward("/")] {
        assert!(matches!(ask(&runtime, nobody, &call), Err(Unheard::NotAsked(_))), "{call:?}");
    }
    // A URL is the app itself.
    let url = call(Route::Url(format!("http://127.0.0.1:{nobody}/")), "");
    assert!(matches!(ask(&runtime, nobody, &url), Err(Unheard::NoReply(NoReply::Cut(_)))));
}

#[test]
fn a_url_is_asked_without_the_cluster() {
    let runtime = runtime();
    let port = http(|request| Some(response(302, request.lines().next().unwrap())));
    let raw = ask(&runtime, 1, &call(Route::Url(format!("http://127.0.0.1:{port}/a/b?c=d")), "")).unwrap();
    assert_eq!((raw.status, &*raw.body), (302, b"GET /a/b?c=d HTTP/1.1".as_slice()), "and a redirect is not followed");
}

#[test]
fn a_body_is_read_up_to_a_bound() {
    let runtime = runtime();
    let port = http(|_| Some(response(200, &"x".repeat(5 << 20))));
    let raw = ask(&runtime, port, &call(Route::Proxy, "/x")).unwrap();
    assert!(raw.cut && raw.body.len() == 4 << 20);
}

async fn send(socket: &mut Socket, channel: u8, bytes: &[u8]) {
    socket.send(Message::binary([&[channel], bytes].concat())).await.unwrap();
}

/// Answers a command as the API server does, by what the command is.
async fn run(mut socket: Socket, path: String) {
    assert!(path.starts_with("/api/v1/namespaces/shop/pods/web-0/exec?") && path.contains("container=main"), "{path}");
    let failure = |code: &str| json!({"status": "Failure", "reason": "NonZeroExitCode", "details": {"causes": [{"reason": "ExitCode", "message": code}]}});
    let status = if path.ends_with("command=hang") {
        std::future::pending().await
    } else if path.ends_with("command=break") {
        return;
    } else if path.ends_with("command=absent") {
        json!({"status": "Failure", "reason": "InternalError", "code": 500, "message": "exec: \"sh\": not found"})
    } else if path.ends_with("command=fail") {
        send(&mut socket, 2, b"disk full").await;
        failure("3")
    } else {
        for _ in 0..50 {
            send(&mut socket, 1, &[b'x'; 4000]).await;
        }
        json!({"status": "Success"})
    };
    send(&mut socket, 3, status.to_string().as_bytes()).await;
    drop(socket.close(None).await);
}

#[test]
fn what_a_command_prints_is_its_answer_and_its_exit_code_the_status() {
    let runtime = runtime();
    let port = websocket(&runtime, run);
    let raw = ask(&runtime, port, &exec("print")).unwrap();
    assert_eq!((raw.status, raw.body.len(), raw.cut), (0, 200_000, false), "all of it, however much");
    let failed = ask(&runtime, port, &exec("fail")).unwrap();
    assert_eq!((failed.status, failed.of_server, &*failed.stderr), (3, false, b"disk full".as_slice()));
    let absent = ask(&runtime, port, &exec("absent")).unwrap();
    assert_eq!((absent.status, absent.of_server), (500, true), "a command that could not be run has no exit code");
    assert!(matches!(ask(&runtime, port, &exec("break")), Err(Unheard::NoReply(NoReply::Cut(_)))));
    let hasty = Call { timeout: Duration::from_millis(200), ..exec("hang") };
    assert!(matches!(ask(&runtime, port, &hasty), Err(Unheard::NoReply(NoReply::TimedOut(_)))));
}

#[test]
fn who_may_not_open_a_way_is_told_by_the_api_server() {
    let runtime = runtime();
    let body = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "pods/exec is forbidden", "reason": "Forbidden", "code": 403}).to_string();
    let port = http(move |_| Some(response(403, &body)));
    for call in [exec("true"), forward("/")] {
        let raw = ask(&runtime, port, &call).unwrap();
        assert!(raw.of_server && raw.status == 403 && String::from_utf8(raw.body).unwrap().contains("is forbidden"));
    }
}

/// Forwards port 8080 to an app that answers with the request's first line; says that the port is closed where the request asks for it.
async fn tunnel(mut socket: Socket, path: String) {
    assert!(path.starts_with("/api/v1/namespaces/shop/pods/web-0/portforward?") && path.ends_with("ports=8080"), "{path}");
    send(&mut socket, 0, &8080_u16.to_le_bytes()).await;
    send(&mut socket, 1, &8080_u16.to_le_bytes()).await;
    while let Some(Ok(message)) = socket.next().await {
        let Message::Binary(bytes) = message else { continue };
        let request = String::from_utf8_lossy(&bytes[1..]).into_owned();
        if request.starts_with("GET /closed") {
            send(&mut socket, 1, b"an error occurred forwarding: connection refused").await;
        } else if request.starts_with("GET /") {
            send(&mut socket, 0, response(200, request.lines().next().unwrap()).as_bytes()).await;
        }
    }
}

#[test]
fn an_app_is_asked_over_a_forwarded_port() {
    let runtime = runtime();
    let port = websocket(&runtime, tunnel);
    let raw = ask(&runtime, port, &forward("/health?x=1")).unwrap();
    assert_eq!((raw.status, &*raw.body), (200, b"GET /health?x=1 HTTP/1.1".as_slice()));
    match ask(&runtime, port, &forward("/closed")) {
        Err(Unheard::NoReply(NoReply::Cut(why))) => assert!(why.contains("connection refused"), "{why}"),
        other => panic!("{other:?}"),
    }
}

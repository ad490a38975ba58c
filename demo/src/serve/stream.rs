//! exec and port-forward: WebSockets that carry Kubernetes' channels. Runs nothing; `proxy` and `command` give the answers.
use super::kubectl::command;
use super::proxy;
use super::proxy::Backend;
use super::shared::Shared;
use crate::api::answer::Answer;
use crate::api::ask::Ask;
use crate::api::target::Target;
use crate::world::status::Status;
use bytes::Bytes;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

type Socket = WebSocketStream<TokioIo<Upgraded>>;
type Sink = SplitSink<Socket, Message>;

/// The answer to a request for a stream; the stream itself runs as its own task.
pub(super) fn open(shared: &Arc<Shared>, target: &Target, ask: &Ask, upgrade: OnUpgrade) -> Result<Answer, Status> {
    let key = ask.header("sec-websocket-key");
    if key.is_empty() || !ask.header("upgrade").eq_ignore_ascii_case("websocket") {
        return Err(Status::bad_request("unable to upgrade: the demo speaks WebSocket only"));
    }
    let exec = target.sub.as_deref() == Some("exec");
    let known: &[&str] = if exec { &["v5.channel.k8s.io", "v4.channel.k8s.io"] } else { &["v4.channel.k8s.io"] };
    let offered: Vec<&str> = ask.header("sec-websocket-protocol").split(',').map(str::trim).collect();
    let Some(protocol) = known.iter().find(|k| offered.contains(k)) else {
        return Err(Status::bad_request(format!("unable to upgrade: none of the protocols is known: {}", offered.join(", "))));
    };
    let pod = proxy::pod(&shared.store(), &target.namespace, target.name.as_deref().unwrap_or_default(), "")?.pod;
    if pod["status"]["phase"] != "Running" {
        let phase = pod["status"]["phase"].as_str().unwrap_or_default();
        return Err(Status::bad_request(format!(
            "cannot exec into or forward to a container in a pod that is not running; current phase is {phase}"
        )));
    }
    let (commands, ports) = (ask.params("command"), ask.params("ports"));
    let ports: Vec<u16> = ports.iter().flat_map(|p| p.split(',')).filter_map(|p| p.parse().ok()).collect();
    let shared = shared.clone();
    tokio::spawn(async move {
        let Ok(upgraded) = upgrade.await else { return };
        let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
        // A client that leaves early is no failure of the server.
        let _ = if exec { run(&shared, &pod, &commands, socket).await } else { forward(&shared, &pod, &ports, socket).await };
    });
    let answer = Answer::bytes(101, "", Vec::new()).with("connection", "Upgrade").with("upgrade", "websocket");
    let answer = answer.with("sec-websocket-accept", derive_accept_key(key.as_bytes())).with("sec-websocket-protocol", *protocol);
    Ok(answer)
}

type Sent = Result<(), tokio_tungstenite::tungstenite::Error>;

async fn send(sink: &mut Sink, channel: u8, bytes: &[u8]) -> Sent {
    let mut frame = vec![channel];
    frame.extend_from_slice(bytes);
    sink.send(Message::binary(frame)).await
}

async fn run(shared: &Shared, pod: &Arc<Value>, words: &[String], socket: Socket) -> Sent {
    let (mut sink, mut stream) = socket.split();
    // The client may close meanwhile; then the rest is not needed.
    let outcome = tokio::select! {
        outcome = command::run(shared, pod, words) => outcome,
        () = async { while stream.next().await.is_some_and(|m| m.is_ok_and(|m| !m.is_close())) {} } => return Ok(()),
    };
    let status = match outcome {
        Some(outcome) => {
            for (channel, bytes) in [(1, &outcome.stdout), (2, &outcome.stderr)].into_iter().filter(|(_, b)| !b.is_empty()) {
                send(&mut sink, channel, bytes).await?;
            }
            proxy::ended(outcome.code)
        }
        None => {
            let program = words.first().map_or("", String::as_str);
            let text = format!(
                "Internal error occurred: error executing command in container: exec: {program:?}: executable file not found in $PATH"
            );
            json!({"metadata": {}, "status": "Failure", "message": text, "reason": "InternalError", "code": 500})
        }
    };
    send(&mut sink, 3, &serde_json::to_vec(&status).unwrap_or_default()).await?;
    sink.send(Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() }))).await
}

/// What goes back on a channel; none: the channel has ended.
type Back = (u8, Option<Vec<u8>>);

async fn forward(shared: &Arc<Shared>, pod: &Arc<Value>, ports: &[u16], socket: Socket) -> Sent {
    let (mut sink, mut stream) = socket.split();
    let (back, mut frames) = mpsc::channel::<Back>(16);
    let mut writers = Vec::new();
    for (at, port) in ports.iter().enumerate() {
        let channel = u8::try_from(at * 2).unwrap_or(u8::MAX - 1);
        send(&mut sink, channel, &port.to_le_bytes()).await?;
        send(&mut sink, channel + 1, &port.to_le_bytes()).await?;
        let (near, far) = tokio::io::duplex(64 * 1024);
        let (reader, writer) = tokio::io::split(near);
        writers.push(writer);
        let to = Backend { pod: pod.clone(), port: *port };
        if !to.listens() {
            let text = format!(
                "an error occurred forwarding {port} -> {port}: failed to connect to localhost:{port} inside the pod: connection refused"
            );
            send(&mut sink, channel + 1, text.as_bytes()).await?;
        } else {
            tokio::spawn(answering(shared.clone(), to, far));
        }
        tokio::spawn(reading(reader, channel, back.clone()));
    }
    drop(back);
    let mut open = ports.len();
    while open > 0 {
        tokio::select! {
            frame = frames.recv() => match frame {
                Some((channel, Some(bytes))) => send(&mut sink, channel, &bytes).await?,
                Some((_, None)) => open -= 1,
                None => break,
            },
            message = stream.next() => match message {
                Some(Ok(Message::Binary(bytes))) => {
                    let (channel, rest) = bytes.split_first().unwrap_or((&u8::MAX, &[]));
                    if let Some(writer) = writers.get_mut(usize::from(*channel) / 2) {
                        // A backend that is gone reports that itself.
                        let _ = writer.write_all(rest).await;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    sink.send(Message::Close(Some(CloseFrame { code: CloseCode::Normal, reason: "".into() }))).await
}

async fn reading(mut from: ReadHalf<DuplexStream>, channel: u8, back: mpsc::Sender<Back>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        let part = (count > 0).then(|| buffer[..count].to_vec());
        let end = part.is_none();
        if back.send((channel, part)).await.is_err() || end {
            return;
        }
    }
}

/// An HTTP server at the far end of a forwarded port.
async fn answering(shared: Arc<Shared>, to: Backend, far: DuplexStream) {
    let service = service_fn(|request: Request<Incoming>| {
        let (shared, to) = (shared.clone(), to.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map(|b| b.to_bytes()).unwrap_or_default();
            let path = parts.uri.path_and_query().map_or("/", |p| p.as_str());
            let said = proxy::call(&shared, &to, parts.method.as_str(), path, &parts.headers, &body).await;
            let (status, headers, body) = said.map_err(io::Error::other)?;
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Full::new(Bytes::from(body))).map_err(io::Error::other)
        }
    });
    // A reset is intended.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(far), service).await;
}

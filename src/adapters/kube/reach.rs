//! Asks apps through a kube client: by the API server's proxy, by a command in a pod, over a forwarded port, or by URL. Each call is one
//! question, sent once, with one deadline for all of it. Must not know what is asked or why.
use crate::adapters::causes::in_one_line;
use crate::adapters::interrupt;
use crate::adapters::kube::hidden::Hidden;
use crate::adapters::kube::login::Login;
use crate::adapters::kube::send::Cluster;
use crate::bundle::probe::{Method, Raw};
use crate::usecase::cluster::port::NoReply;
use crate::usecase::probes::{Call, Reach, Route, Unheard};
use crate::value::json;
use http::header::HOST;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::api::AttachParams;
use kube::client::Body;
use kube::{Api, Client, Config};
use std::future::pending;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::runtime::Handle;

/// The most bytes of a body that are read.
const LARGEST: usize = 4 << 20;

/// Apps that are reached through a kube client.
pub struct Apps {
    login: Arc<Login>,
    handle: Handle,
    /// What no answer may give back.
    hidden: Option<Arc<Hidden>>,
}

impl Apps {
    /// Reaches apps with this login, on this runtime. Must not be called from within the runtime.
    pub fn new(login: &Arc<Login>, handle: &Handle) -> Self {
        Self { login: Arc::clone(login), handle: handle.clone(), hidden: None }
    }

    /// Reaches apps through this cluster; its credential is taken out of what they answer.
    pub fn of(cluster: &Cluster) -> Self {
        Self { hidden: Some(Arc::clone(&cluster.sender().hidden)), ..Self::new(cluster.login(), cluster.handle()) }
    }

    fn hide(&self, raw: &mut Raw) {
        let Some(hidden) = &self.hidden else { return };
        [&mut raw.body, &mut raw.stderr].into_iter().for_each(|bytes| hidden.hide(bytes));
        for (_, value) in &mut raw.headers {
            let mut bytes = std::mem::take(value).into_bytes();
            hidden.hide(&mut bytes);
            *value = String::from_utf8_lossy(&bytes).into_owned();
        }
    }

    /// The cluster's client. A URL is asked without it.
    async fn client(&self) -> Client {
        self.login.client().await.client
    }

    async fn ask(&self, call: &Call) -> Result<Raw, Unheard> {
        match &call.route {
            Route::Proxy => proxy(&self.client().await, call).await,
            Route::Forward { namespace, pod, port } => forward(Api::namespaced(self.client().await, namespace), pod, *port, call).await,
            Route::Exec { namespace, pod, container, command } => {
                exec(Api::namespaced(self.client().await, namespace), pod, container.as_deref(), command).await
            }
            Route::Url(url) => by_url(url, call).await,
        }
    }
}

impl Reach for Apps {
    fn reach(&self, call: &Call) -> Result<Raw, Unheard> {
        let began = Instant::now();
        let mut stop = interrupt::listen();
        let asked = self.handle.block_on(async {
            tokio::select! {
                asked = tokio::time::timeout(call.timeout, self.ask(call)) => asked,
                _ = stop.wait_for(|asked| *asked) => Ok(Err(Unheard::NotAsked("evid was asked to stop".into()))),
            }
        });
        let mut raw = asked.unwrap_or(Err(Unheard::NoReply(NoReply::TimedOut(call.timeout))))?;
        self.hide(&mut raw);
        Ok(Raw { took: began.elapsed(), ..raw })
    }
}

async fn proxy(client: &Client, call: &Call) -> Result<Raw, Unheard> {
    let response = client.send(request(call, &call.path)?).await.map_err(|e| unsent(&e))?;
    read(response).await
}

/// Asks a URL with a client of its own, which knows neither the cluster nor its credentials. It trusts the certificates that this machine
/// trusts.
async fn by_url(url: &str, call: &Call) -> Result<Raw, Unheard> {
    let built = |what: String| Unheard::NotAsked(format!("{url}: {what}"));
    let uri: Uri = url.parse().map_err(|e: http::uri::InvalidUri| built(e.to_string()))?;
    let path = uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let mut parts = uri.into_parts();
    parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/"));
    let mut config = Config::new(Uri::from_parts(parts).map_err(|e| built(e.to_string()))?);
    config.default_retry = false;
    config.connect_timeout = Some(call.timeout);
    let client = Client::try_from(config).map_err(|e| built(in_one_line(&e)))?;
    let response = client.send(request(call, &path)?).await.map_err(|e| cut(&e))?;
    read(response).await
}

async fn forward(pods: Api<Pod>, pod: &str, port: u16, call: &Call) -> Result<Raw, Unheard> {
    let mut forwarder = match pods.portforward(pod, &[port]).await {
        Ok(forwarder) => forwarder,
        Err(e) => return refused(&e),
    };
    let gone = || Unheard::NoReply(NoReply::Cut("the port was not opened".into()));
    let (stream, error) = (forwarder.take_stream(port).ok_or_else(gone)?, forwarder.take_error(port).ok_or_else(gone)?);
    // The kubelet's error for the port. Silence means no error: the stream ends by itself.
    let refused = async {
        match error.await {
            Some(message) => Unheard::NoReply(NoReply::Cut(message)),
            None => pending().await,
        }
    };
    let exchange = async {
        let cut = |e: hyper::Error| Unheard::NoReply(NoReply::Cut(in_one_line(&e)));
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(cut)?;
        let driven = tokio::spawn(connection);
        let (mut parts, _) = request(call, &call.path)?.into_parts();
        if !parts.headers.contains_key(HOST) {
            parts.headers.insert(HOST, http::HeaderValue::from_static("localhost"));
        }
        let response = sender.send_request(Request::from_parts(parts, Full::new(Bytes::from(call.body.clone())))).await.map_err(cut)?;
        let raw = read(response).await;
        driven.abort();
        raw
    };
    let answered = tokio::select! {
        answered = exchange => answered,
        message = refused => Err(message),
    };
    forwarder.abort();
    answered
}

async fn exec(pods: Api<Pod>, pod: &str, container: Option<&str>, command: &[String]) -> Result<Raw, Unheard> {
    let params =
        AttachParams { container: container.map(str::to_owned), stdin: false, stdout: true, stderr: true, ..AttachParams::default() };
    let mut process = match pods.exec(pod, command, &params).await {
        Ok(process) => process,
        Err(e) => return refused(&e),
    };
    let (stdout, stderr, status) = (process.stdout(), process.stderr(), process.take_status());
    // A broken connection leaves the streams open; the missing status then ends the wait.
    let ended = async {
        let said = match status {
            Some(status) => status.await,
            None => None,
        };
        said.ok_or_else(|| Unheard::NoReply(NoReply::Cut("the connection was closed before the command ended".into())))
    };
    let printed = async { Ok(tokio::join!(drain(stdout), drain(stderr))) };
    let (status, ((body, cut), (stderr, _))) = tokio::try_join!(ended, printed)?;
    match exit_code(&status) {
        Some(code) => Ok(Raw { status: code, body, cut, stderr, ..Raw::default() }),
        None => Ok(of_server(status.code.unwrap_or(500), status.message.as_deref(), status.reason.as_deref())),
    }
}

/// The exit code in a command's `Status`; none if the command did not run.
fn exit_code(status: &Status) -> Option<i64> {
    if status.status.as_deref() == Some("Success") {
        return Some(0);
    }
    let causes = status.details.as_ref()?.causes.as_ref()?;
    causes.iter().find(|c| c.reason.as_deref() == Some("ExitCode"))?.message.as_ref()?.parse().ok()
}

/// Reads all output of a command, so that the command is not blocked. Output over the limit is counted as cut.
async fn drain(stream: Option<impl AsyncRead + Unpin>) -> (Vec<u8>, bool) {
    let (mut kept, mut cut, mut chunk) = (Vec::new(), false, [0; 8192]);
    let Some(mut stream) = stream else { return (kept, cut) };
    while let Ok(n @ 1..) = stream.read(&mut chunk).await {
        let room = n.min(LARGEST - kept.len());
        kept.extend_from_slice(chunk.get(..room).unwrap_or_default());
        cut |= room < n;
    }
    (kept, cut)
}

/// The HTTP request for a call.
fn request(call: &Call, path: &str) -> Result<Request<Body>, Unheard> {
    let method = match call.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
    };
    let builder = call.headers.iter().fold(Request::builder().method(method).uri(path), |b, (name, value)| b.header(name, value));
    builder.body(Body::from(call.body.clone())).map_err(|e| Unheard::NotAsked(format!("{path}: {e}")))
}

/// Status, headers and body; at most [`LARGEST`] bytes of it.
async fn read<B>(response: Response<B>) -> Result<Raw, Unheard>
where
    B: hyper::body::Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error,
{
    let (parts, mut body) = response.into_parts();
    let text = |v: &http::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
    let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let mut raw = Raw { status: parts.status.as_u16().into(), headers, ..Raw::default() };
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| Unheard::NoReply(NoReply::Cut(format!("within the answer: {}", in_one_line(&e)))))?;
        let Ok(data) = frame.into_data() else { continue };
        let room = data.len().min(LARGEST - raw.body.len());
        raw.body.extend_from_slice(data.get(..room).unwrap_or_default());
        if room < data.len() {
            raw.cut = true;
            break;
        }
    }
    Ok(raw)
}

/// The API server's own answer when it opens no way to a pod.
fn refused(error: &kube::Error) -> Result<Raw, Unheard> {
    match error {
        kube::Error::Api(status) => Ok(of_server(status.code.into(), Some(&status.message), Some(&status.reason))),
        other => Err(unsent(other)),
    }
}

fn of_server(code: i32, message: Option<&str>, reason: Option<&str>) -> Raw {
    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message, "reason": reason});
    Raw { status: code.into(), of_server: true, body: status.to_string().into_bytes(), ..Raw::default() }
}

/// Why the API server did not answer. Without a credential or a connection to it, the app was never asked.
fn unsent(error: &kube::Error) -> Unheard {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    let mut never = matches!(error, kube::Error::Auth(_) | kube::Error::HttpError(_) | kube::Error::BuildRequest(_));
    while let Some(e) = cause {
        never |= e.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(|e| e.is_connect());
        cause = e.source();
    }
    if never { Unheard::NotAsked(in_one_line(error)) } else { cut(error) }
}

fn cut(error: &kube::Error) -> Unheard {
    Unheard::NoReply(NoReply::Cut(in_one_line(error)))
}

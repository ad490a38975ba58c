//! Sends one request with its deadline, and decides when to send a read again: GETs only, a limited number of times, after the time in
//! the server's Retry-After if there is one. Writes and probes are never sent twice, except after an expired login: then the server did
//! nothing.
use crate::adapters::causes::in_one_line;
use crate::adapters::interrupt;
use crate::adapters::kube::hidden::Hidden;
use crate::adapters::kube::login::Login;
use crate::usecase::cluster::port::{Api, Ask, Method, NoReply, Reply};
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use kube::Client;
use kube::client::Body;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Handle, Runtime};

/// How often a GET is sent at most.
const TRIES: u32 = 4;
/// The first pause; each later one is twice as long.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest Retry-After that is waited for.
const LONGEST: Duration = Duration::from_secs(10);
/// The largest body that is read: one page of very large objects.
const LARGEST: usize = 256 << 20;

/// A cluster: one login, its runtime, its address.
pub struct Cluster {
    runtime: Runtime,
    sender: Arc<Sender>,
    server: String,
    namespace: String,
}

/// Sends requests within the runtime.
pub(super) struct Sender {
    pub(super) login: Arc<Login>,
    timeout: Duration,
    pub(super) hidden: Arc<Hidden>,
}

impl Cluster {
    pub(super) fn new(runtime: Runtime, login: Login, server: String, namespace: String, timeout: Duration, hidden: Arc<Hidden>) -> Self {
        Self { runtime, sender: Arc::new(Sender { login: Arc::new(login), timeout, hidden }), server, namespace }
    }

    /// The client and its credential, for streams (exec, port-forward).
    pub fn login(&self) -> &Arc<Login> {
        &self.sender.login
    }

    /// For what goes on beside this thread.
    pub(super) fn sender(&self) -> &Arc<Sender> {
        &self.sender
    }

    /// The runtime on which the client runs.
    pub fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// The API server's address, without credentials.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The namespace of the context.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }
}

impl Sender {
    /// Sends a request, and a read again if need be.
    pub(super) async fn tries(&self, ask: &Ask) -> Result<Reply, NoReply> {
        let again = ask.method == Method::Get && !ask.path.contains("/proxy/") && !ask.path.ends_with("/proxy");
        let mut pause = PAUSE;
        for left in (0..if again { TRIES } else { 1 }).rev() {
            let answer = self.once(ask).await;
            let wait = match &answer {
                Ok((reply, after)) if matches!(reply.status, 429 | 500 | 502 | 503 | 504) => after.unwrap_or(pause),
                Ok(_) | Err(NoReply::TooLarge(_)) => return answer.map(|(reply, _)| reply),
                Err(_) => pause,
            };
            if left == 0 {
                return answer.map(|(reply, _)| reply);
            }
            tokio::time::sleep(wait.min(LONGEST)).await;
            pause *= 2;
        }
        Err(NoReply::Cut("never sent".into()))
    }

    async fn once(&self, ask: &Ask) -> Result<(Reply, Option<Duration>), NoReply> {
        let deadline = tokio::time::timeout(self.timeout, self.exchange(ask)).await;
        deadline.unwrap_or(Err(NoReply::TimedOut(self.timeout)))
    }

    async fn exchange(&self, ask: &Ask) -> Result<(Reply, Option<Duration>), NoReply> {
        let by = self.login.client().await;
        let answer = exchange(&by.client, ask).await?;
        let renewed = self.login.answered(&by, answer.0.status).await.map_err(|e| NoReply::Cut(e.to_string()))?;
        let mut answer = if renewed { exchange(&self.login.client().await.client, ask).await? } else { answer };
        self.hidden.clean(&mut answer.0);
        Ok(answer)
    }
}

async fn exchange(client: &Client, ask: &Ask) -> Result<(Reply, Option<Duration>), NoReply> {
    let mut request = Request::builder().method(ask.method.as_str()).uri(&ask.path);
    request = request.header(ACCEPT, ask.accept.unwrap_or("application/json"));
    if let Some((kind, _)) = &ask.body {
        request = request.header(CONTENT_TYPE, *kind);
    }
    let body = ask.body.as_ref().map(|(_, bytes)| Body::from(bytes.clone())).unwrap_or_else(Body::empty);
    let request = request.body(body).map_err(|e| NoReply::Cut(e.to_string()))?;
    let response = client.send(request).await.map_err(|e| NoReply::Cut(in_one_line(&e)))?;
    let (head, body) = response.into_parts();
    let text = |name: &str| head.headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
    let after = text("retry-after").and_then(|v| v.parse().ok()).map(Duration::from_secs);
    let warnings = head.headers.get_all("warning").iter().filter_map(|v| v.to_str().ok()).map(str::to_owned).collect();
    let mut body = std::pin::pin!(http_body_util::Limited::new(body, LARGEST));
    let announced = usize::try_from(body.size_hint().exact().unwrap_or(0)).unwrap_or(LARGEST);
    // Written into one buffer as it arrives, so that memory never holds both the pieces and the whole.
    let mut whole = Vec::with_capacity(announced.min(LARGEST));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|e| match e.is::<http_body_util::LengthLimitError>() {
            true => NoReply::TooLarge(LARGEST),
            false => NoReply::Cut(format!("the answer was cut: {}", in_one_line(&*e))),
        })?;
        frame.data_ref().into_iter().for_each(|piece| whole.extend_from_slice(piece));
    }
    let body = whole;
    Ok((Reply { status: head.status.as_u16(), body, date: text("date"), warnings }, after))
}

impl Api for Cluster {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        let mut stop = interrupt::listen();
        self.runtime.block_on(async {
            // A write that was sent is waited for: its result must be known. A review writes nothing.
            let read = ask.method == Method::Get || ask.path.starts_with("/apis/authorization.k8s.io/");
            tokio::select! {
                answer = self.sender.tries(ask) => answer,
                _ = stop.wait_for(|asked| *asked), if read => Err(NoReply::Cut("stopped".into())),
            }
        })
    }
}

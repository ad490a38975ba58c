//! The server: its socket, its threads, its end. Knows no request.
use super::exchange;
use super::requests::{Requests, Seen};
use super::shared::Shared;
use crate::faults::wire::Faults;
use crate::world::controller::Controller;
use crate::world::responder::Responder;
use crate::world::store::Store;
use crate::world::table::Table;
use chrono::{DateTime, Utc};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};
use tokio::runtime;
use tokio::sync::watch;

/// The parts of a server.
pub struct Options {
    /// What exists when it starts.
    pub store: Store,
    /// The moment at which time stands still; none where it goes on.
    pub still: Option<DateTime<Utc>>,
    /// What changes the objects.
    pub controllers: Vec<Box<dyn Controller>>,
    /// How often the controllers run.
    pub every: Duration,
    /// Answers for the containers.
    pub responder: Arc<dyn Responder>,
    /// The answer to `/version`.
    pub version: Value,
    /// The port on loopback; 0: any free port.
    pub port: u16,
    /// The token that every request must carry; none where anybody is answered.
    pub token: Option<String>,
}

impl Options {
    /// A store without controllers, with the answers of the sample platform.
    pub fn of(store: Store) -> Self {
        let version = json!({"major": "1", "minor": "36", "gitVersion": "v1.36.3", "gitTreeState": "clean", "platform": "linux/amd64"});
        Self {
            store,
            still: None,
            controllers: Vec::new(),
            every: Duration::from_millis(25),
            responder: Arc::new(Table::default()),
            version,
            port: 0,
            token: None,
        }
    }
}

/// A running server. It stops, with all its threads, when it is dropped.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    end: watch::Sender<bool>,
    wake: Option<mpsc::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on 127.0.0.1.
    ///
    /// # Errors
    /// If the port is not available, or no thread can be started.
    pub fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            store: Arc::new(Mutex::new(options.store)),
            still: options.still,
            faults: Faults::default(),
            requests: Requests::default(),
            responder: options.responder,
            version: options.version,
            token: options.token,
            turn: AtomicUsize::new(0),
        });
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (end, ended) = watch::channel(false);
        let (wake, sleep) = mpsc::channel();
        let mut server = Self { shared: shared.clone(), address, end, wake: Some(wake), threads: Vec::new() };
        let serving = shared.clone();
        let serve = move || runtime.block_on(accept(listener, serving, ended));
        server.threads.push(thread::Builder::new().name("demo-api".into()).spawn(serve)?);
        let (mut controllers, every) = (options.controllers, options.every);
        if !controllers.is_empty() {
            let control = move || {
                while sleep.recv_timeout(every) == Err(mpsc::RecvTimeoutError::Timeout) {
                    for controller in &mut controllers {
                        controller.step(&mut shared.store(), Utc::now());
                    }
                }
            };
            server.threads.push(thread::Builder::new().name("demo-controllers".into()).spawn(control)?);
        }
        Ok(server)
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its address as a kubeconfig has it: with the token, if it has one.
    pub fn address(&self) -> String {
        [Some(&*self.url()), self.shared.token.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    /// A kubeconfig with one context, `evid-demo`.
    pub fn kubeconfig(&self) -> String {
        kubeconfig(&[("evid-demo", self)])
    }

    /// The store, locked while the guard lives.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.shared.store()
    }

    /// The store, for what works on it from another server.
    pub fn objects(&self) -> Arc<Mutex<Store>> {
        self.shared.store.clone()
    }

    /// The faults.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.requests.all()
    }
}

/// A kubeconfig with a context for each of these servers; the first is the current one. A server's address has its token, for kubectl, which
/// sends none to a server without TLS.
pub fn kubeconfig(servers: &[(&str, &Server)]) -> String {
    let (mut clusters, mut users, mut contexts) = (String::new(), String::new(), String::new());
    for (name, server) in servers {
        let (token, address) = (server.shared.token.as_deref(), server.address());
        clusters += &format!("- name: {name}\n  cluster:\n    server: {address}\n");
        users += &format!("- name: {name}\n  user:\n    token: {}\n", token.unwrap_or("demo"));
        contexts += &format!("- name: {name}\n  context:\n    cluster: {name}\n    user: {name}\n");
    }
    let current = servers.first().map_or("", |(name, _)| name);
    format!("apiVersion: v1\nkind: Config\ncurrent-context: {current}\nclusters:\n{clusters}users:\n{users}contexts:\n{contexts}")
}

impl Drop for Server {
    fn drop(&mut self) {
        self.wake = None;
        self.end.send_replace(true);
        for thread in self.threads.drain(..) {
            // A thread that panicked has already printed why.
            let _ = thread.join();
        }
    }
}

/// Accepts connections until the end. Their tasks end with the runtime.
async fn accept(listener: TcpListener, shared: Arc<Shared>, mut ended: watch::Receiver<bool>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // Most likely there are no file descriptors left; some may become free.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = ended.changed() => return,
        };
        let _ = stream.set_nodelay(true);
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| exchange::serve(shared.clone(), request));
            let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            // A connection that is cut, on purpose or by the client, is no failure of the server.
            let _ = connection.with_upgrades().await;
        });
    }
}

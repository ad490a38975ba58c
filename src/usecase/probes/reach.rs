//! The port through which apps are asked. One call is one question: it is never sent a second time, so that an app that fails every
//! second time is noticed.
use crate::bundle::probe::{Method, Raw};
use crate::usecase::cluster::port::NoReply;
use std::time::Duration;

/// One question to one app.
#[derive(Clone, Debug)]
pub struct Call {
    pub route: Route,
    /// The method; none for a command.
    pub method: Method,
    /// Path and query: of the API server for [`Route::Proxy`], of the app for [`Route::Forward`]; else empty.
    pub path: String,
    pub headers: Vec<(String, String)>,
    /// The body of a POST.
    pub body: Vec<u8>,
    /// How long to wait for the whole answer.
    pub timeout: Duration,
}

/// The way to an app.
#[derive(Clone, Debug)]
pub enum Route {
    Proxy,
    /// A port forwarded to a pod; plain HTTP over it.
    Forward {
        namespace: String,
        pod: String,
        /// The container's port.
        port: u16,
    },
    /// A command in a pod, without stdin and terminal.
    Exec {
        namespace: String,
        pod: String,
        /// The container; the pod's default one if absent.
        container: Option<String>,
        /// Program and arguments.
        command: Vec<String>,
    },
    /// From this machine.
    Url(String),
}

/// Why a call has no answer.
#[derive(Clone, Debug)]
pub enum Unheard {
    /// The app, or the connection to it, did not answer.
    NoReply(NoReply),
    /// The question was not sent: no credential, no connection to the API server, a client that can't be built.
    NotAsked(String),
}

/// Apps that can be asked.
pub trait Reach {
    /// Asks once. An answer holds at most some megabytes of body; `cut` says that there was more. For a command, the status is its exit
    /// code. If the API server itself refuses to open a connection, that is an answer `of_server` with a `Status` as its body. For its
    /// proxy, this can't be decided here yet.
    ///
    /// # Errors
    /// If there is no answer.
    fn reach(&self, call: &Call) -> Result<Raw, Unheard>;
}

//! A watch of one kind that resumes by itself: it lists, watches from there, and after a cut resumes from the last resourceVersion. If
//! that has expired, it lists again and reports the gap. Must not know how a list is read, nor what is done with the events.
use crate::adapters::causes::in_one_line;
use crate::adapters::kube::login::Login;
use crate::adapters::kube::send::{Cluster, Sender};
use crate::usecase::cluster::port::{Watch, WatchEvent};
use crate::usecase::cluster::{All, Resource, Whole};
use crate::value::Value;
use chrono::{DateTime, Utc};
use http::Request;
use http_body_util::BodyExt as _;
use kube::client::Body;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long the server is asked to keep one watch open.
const TURN: u32 = 240;
/// The pause after a cut; doubled up to [`LONGEST`].
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(5);
/// A watch that receives nothing for this long, no bookmark either, is cut.
const SILENCE: Duration = Duration::from_secs(300);

#[derive(Default)]
struct Shared {
    events: Vec<(DateTime<Utc>, WatchEvent)>,
    connected: bool,
}

/// A running watch; ends when it is dropped.
pub struct Watcher {
    shared: Arc<Mutex<Shared>>,
    task: JoinHandle<()>,
}

impl Watcher {
    /// Begins to watch a kind in all namespaces.
    pub fn start(cluster: &Cluster, kind: Resource) -> Self {
        let shared: Arc<Mutex<Shared>> = Arc::default();
        let run = run(Arc::clone(cluster.sender()), kind, Arc::clone(&shared));
        Self { shared, task: cluster.handle().spawn(run) }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watch for Watcher {
    fn drain(&self) -> (Vec<(DateTime<Utc>, WatchEvent)>, bool) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut shared.events), shared.connected)
    }
}

fn tell(shared: &Mutex<Shared>, event: Option<WatchEvent>, connected: bool) {
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    shared.connected = connected;
    shared.events.extend(event.map(|e| (Utc::now(), e)));
}

async fn run(sender: Arc<Sender>, kind: Resource, shared: Arc<Mutex<Shared>>) {
    let path = kind.path(None);
    let mut version: Option<String> = None;
    let mut pause = PAUSE;
    loop {
        let from = match version.take() {
            Some(version) => Ok(version),
            None => list(&sender, &kind).await.map(|(version, items)| {
                tell(&shared, Some(WatchEvent::Listed(items)), true);
                version
            }),
        };
        let ended = match from {
            Ok(from) => {
                let (last, ended) = turn(&sender, &path, from, &shared).await;
                version = last;
                ended
            }
            Err(what) => Err(what),
        };
        match ended {
            Ok(()) => pause = PAUSE,
            Err(what) => {
                if version.is_none() {
                    tell(&shared, Some(WatchEvent::Gap(what)), false);
                } else {
                    tell(&shared, None, false);
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST);
            }
        }
    }
}

/// One watch request, until it ends. Gives the resourceVersion to resume from; none if it has expired.
async fn turn(sender: &Sender, path: &str, mut version: String, shared: &Mutex<Shared>) -> (Option<String>, Result<(), String>) {
    let uri = format!("{path}?watch=1&allowWatchBookmarks=true&timeoutSeconds={TURN}&resourceVersion={version}");
    let answer = match send(&sender.login, &uri).await {
        Ok(answer) => answer,
        Err(what) => return (Some(version), Err(what)),
    };
    if answer.status() == 410 {
        return (None, Err(format!("the watch of {path} could not be resumed: its resourceVersion had expired")));
    }
    if !answer.status().is_success() {
        return (Some(version), Err(format!("HTTP {}", answer.status())));
    }
    tell(shared, None, true);
    let mut body = answer.into_body();
    let mut buffer = Vec::new();
    loop {
        let frame = match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(e))) => return (Some(version), Err(in_one_line(&e))),
            Ok(None) => return (Some(version), Ok(())),
            Err(_) => return (Some(version), Err("nothing came".into())),
        };
        buffer.extend_from_slice(frame.data_ref().map_or(&[][..], |d| d));
        while let Some(end) = buffer.iter().position(|b| *b == b'\n') {
            let mut line: Vec<u8> = buffer.drain(..=end).collect();
            sender.hidden.hide(&mut line);
            let Ok(mut event) = serde_json::from_slice::<Value>(&line) else {
                return (None, Err(format!("the watch of {path} brought something that is no event")));
            };
            let object = event.get_mut("object").map(Value::take).unwrap_or_default();
            let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
            if kind == "ERROR" {
                let what = object.get("message").and_then(Value::as_str).unwrap_or("an error");
                return (None, Err(format!("the watch of {path} could not be resumed: {}", sender.hidden.said(what))));
            }
            if let Some(now) = object.pointer("/metadata/resourceVersion").and_then(Value::as_str) {
                now.clone_into(&mut version);
            }
            let seen = match kind {
                "ADDED" | "MODIFIED" => Some(WatchEvent::Is(Box::new(object))),
                "DELETED" => Some(WatchEvent::Gone(Box::new(object))),
                _ => None,
            };
            tell(shared, seen, true);
        }
    }
}

async fn send(login: &Login, uri: &str) -> Result<http::Response<Body>, String> {
    let request = Request::get(uri).body(Body::empty()).map_err(|e| e.to_string())?;
    let by = login.client().await;
    let answer = tokio::time::timeout(Duration::from_secs(30), by.client.send(request)).await;
    let answer = answer.map_err(|_| "no answer".to_owned())?.map_err(|e| in_one_line(&e))?;
    // The next try uses the new client.
    login.answered(&by, answer.status().as_u16()).await.map_err(|e| e.to_string())?;
    Ok(answer)
}

/// All objects, and the resourceVersion to watch from.
async fn list(sender: &Sender, kind: &Resource) -> Result<(String, Vec<Value>), String> {
    let mut whole = Whole::of(kind, None, false);
    loop {
        let Some(All { items, version, gap }) = whole.take(sender.tries(&whole.ask()).await) else { continue };
        return match (gap, version) {
            (Some((_, why)), _) => Err(format!("{} can't be listed: {why}", kind.path(None))),
            (None, Some(version)) => Ok((version, items)),
            (None, None) => Err(format!("the list of {} has no resourceVersion", kind.path(None))),
        };
    }
}

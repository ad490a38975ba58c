//! Requests to services and pods, as far as they take time. Answers nothing itself.
use super::shared::Shared;
use crate::api::answer::Answer;
use crate::api::ask::Ask;
use crate::api::proxy::{self, Backend};
use crate::api::target::Target;
use crate::world::responder::Reply;
use crate::world::status::Status;
use http::HeaderMap;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// `.../services|pods/ID/proxy/PATH`.
pub(super) async fn proxy(shared: &Shared, target: &Target, ask: &Ask) -> Result<Answer, Status> {
    let turn = shared.turn.fetch_add(1, Ordering::Relaxed);
    let backend = proxy::backend(&shared.store(), target, turn)?;
    let reply = proxy::ask(&*shared.responder, &backend, target, ask);
    proxy::answer(&backend, in_time(reply).await)
}

/// The answer of a backend, or why there is none.
pub(super) type Said = Result<(u16, Vec<(String, String)>, Vec<u8>), &'static str>;

/// What a backend says to a request. Waits for ever where it is silent.
pub(super) async fn call(shared: &Shared, to: &Backend, method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Said {
    match in_time(proxy::call(&*shared.responder, to, method, path, headers, body)).await {
        Reply::Http(status, headers, body) => Ok((status, headers, body)),
        Reply::Refused => Err("refused"),
        _ => Err("reset"),
    }
}

/// A reply when it comes: a silent one never does.
async fn in_time(mut reply: Reply) -> Reply {
    loop {
        match reply {
            Reply::Late(time, then) => {
                tokio::time::sleep(time).await;
                reply = *then;
            }
            Reply::Silent => std::future::pending().await,
            _ => return reply,
        }
    }
}

/// The Status that ends a stream.
pub(super) fn ended(code: i32) -> Value {
    if code == 0 {
        return json!({"metadata": {}, "status": "Success"});
    }
    let causes = json!([{"reason": "ExitCode", "message": code.to_string()}]);
    json!({"metadata": {}, "status": "Failure", "message": format!("command terminated with non-zero exit code: exit status {code}"),
        "reason": "NonZeroExitCode", "details": {"causes": causes}})
}

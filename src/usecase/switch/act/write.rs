//! The only place that changes the cluster. Each write has the field manager `evid` and a precondition (uid or
//! resourceVersion), and is a line of the journal before it is sent and another when it is answered. A write without an answer
//! is never sent again blindly: the object is read again and decided anew.
use crate::model::{Key, meta};
use crate::usecase::cluster::port::{Ask, Method, stamp};
use crate::usecase::switch::act::read;
use crate::usecase::switch::decide::before;
use crate::usecase::switch::{Code, Event, Run, Step, Stop, Write};
use crate::value::{Value, json};
use std::time::Duration;

const ATTEMPTS: usize = 8;

#[derive(Debug)]
pub enum Answer {
    /// Taken; the object as it is now, or a `Status`.
    Taken(Value),
    /// The precondition did not hold (or the name is taken).
    Conflict(String),
    Gone,
    /// Nobody knows whether it was taken, or the server is busy.
    Unclear(Stop),
}

/// Sends one write, with its two lines in the journal; none where the journal can't be written.
pub fn send(run: &mut Run<'_>, write: &Write) -> Result<Answer, Stop> {
    run.written += 1;
    let base = json!({"seq": run.written, "user": run.user, "what": write.what, "method": write.method.as_str(), "path": write.path,
        "object": write.object.to_string(), "uid": write.uid});
    let line = |run: &mut Run<'_>, stage: &str, more: Value| {
        let mut line = base.clone();
        if let (Some(line), Value::Object(more)) = (line.as_object_mut(), more) {
            line.insert("stage", stage.into());
            line.insert("time", stamp(run.clock.now()).into());
            line.extend(more);
        }
        run.journal.line(&line).map_err(Stop::Journal)
    };
    let mut intent = json!({"body": write.body});
    if !write.before.is_empty() {
        intent["before"] = json!(before::kept(&write.before));
    }
    line(run, "intent", intent)?;
    let kind = if write.method == Method::Patch { "application/merge-patch+json" } else { "application/json" };
    let reply = match run.api.send(&Ask::with(write.method, &*write.path, kind, &write.body)) {
        Ok(reply) => reply,
        Err(none) => {
            line(run, "answer", json!({"status": null, "message": none.to_string()}))?;
            return Ok(Answer::Unclear(none.into()));
        }
    };
    let body = reply.json().unwrap_or(Value::Null);
    let ok = (200..300).contains(&reply.status);
    let mut more = json!({"status": reply.status, "warnings": reply.warnings});
    if !ok {
        more["message"] = reply.message().into();
    } else if !meta::uid(&body).is_empty() {
        more["uid"] = meta::uid(&body).into();
        more["resourceVersion"] = meta::text(&body, "/metadata/resourceVersion").into();
    }
    line(run, "answer", more)?;
    let stop =
        Stop::Answered { asked: format!("{} {}", write.method.as_str(), write.path), status: reply.status, message: reply.message() };
    match reply.status {
        200..=299 => {
            run.tell(&Event::Wrote(write.clone()));
            Ok(Answer::Taken(body))
        }
        404 if write.method != Method::Post => Ok(Answer::Gone),
        409 => Ok(Answer::Conflict(reply.message())),
        _ if stop.may_pass() => Ok(Answer::Unclear(stop)),
        _ => Err(stop),
    }
}

/// Brings an Application to where `decide` has nothing more to write: read, decide, write, and look at the answer. A conflict or an
/// answer that did not come means: read and decide anew. None where it is not there.
///
/// # Errors
/// Where a write is taken and does not show (a server that prunes unknown fields), or it can't be had within some attempts.
pub fn change(
    run: &mut Run<'_>,
    app: &Key,
    step: Step,
    decide: &dyn Fn(&Value) -> Result<Option<Write>, Stop>,
) -> Result<Option<Value>, Stop> {
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let live = match read::application(run, app) {
            Ok(Some(live)) => live,
            Ok(None) => return Ok(None),
            Err(stop) if stop.may_pass() => {
                last = Some(stop);
                pause(run, step)?;
                continue;
            }
            Err(stop) => return Err(stop),
        };
        let Some(write) = decide(&live)? else { return Ok(Some(live)) };
        match send(run, &write)? {
            Answer::Taken(now) if decide(&now)?.is_none() => return Ok(Some(now)),
            Answer::Taken(_) => return Err(Stop::failed(Code::NotKept, &write.object, write.what)),
            Answer::Gone => return Ok(None),
            Answer::Conflict(message) => last = Some(Stop::failed(Code::Conflict, &write.object, message)),
            Answer::Unclear(stop) => last = Some(stop),
        }
        pause(run, step)?;
    }
    Err(last.unwrap_or(Stop::Late { step, hanging: vec![] }))
}

/// Deletes one instance: it is gone or going then.
pub fn delete(run: &mut Run<'_>, write: &Write, step: Step) -> Result<(), Stop> {
    let path = write.path.split('?').next().unwrap_or_default().to_owned();
    let mut last = None;
    for _ in 0..ATTEMPTS {
        match send(run, write)? {
            Answer::Taken(_) | Answer::Gone => return Ok(()),
            // Another instance has the name: ours is gone.
            Answer::Conflict(message) => last = Some(Stop::failed(Code::Conflict, &write.object, message)),
            Answer::Unclear(stop) => last = Some(stop),
        }
        pause(run, step)?;
        match read::get(run.api, &path, None) {
            Ok(Some(live)) if meta::uid(&live) == write.uid && meta::deleting(&live).is_none() => {}
            Ok(_) => return Ok(()),
            Err(stop) if stop.may_pass() => last = Some(stop),
            Err(stop) => return Err(stop),
        }
    }
    Err(last.unwrap_or(Stop::Late { step, hanging: vec![] }))
}

fn pause(run: &mut Run<'_>, step: Step) -> Result<(), Stop> {
    if run.clock.sleep(Duration::from_secs(1)) { Ok(()) } else { Err(Stop::Interrupted { step, hanging: vec![] }) }
}

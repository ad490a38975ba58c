//! Reads: one object, all objects of a kind. Each request is a GET.
use crate::model::{Gap, Key, Reason, meta};
use crate::usecase::cluster::port::{Api, Ask, Reply};
use crate::usecase::cluster::{Bounded, Resource, whole};
use crate::usecase::switch::decide::patches::app_path;
use crate::usecase::switch::{Code, Fact, Run, Step, Stop};
use crate::value::Value;

/// Metadata alone, of one object.
pub const PARTIAL: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// Whether an answer is about the object (and not, say, an unknown kind).
pub fn object(path: &str, reply: &Reply) -> Result<Option<Value>, Stop> {
    match reply.status {
        200..=299 => reply.json().map(Some).map_err(|e| said(path, 502, format!("no JSON: {e}"))),
        404 => Ok(None),
        status => Err(said(path, status, reply.message())),
    }
}

fn said(path: &str, status: u16, message: String) -> Stop {
    Stop::Answered { asked: format!("GET {path}"), status, message }
}

/// One object; none where the answer is 404.
pub fn get(api: &dyn Api, path: &str, accept: Option<&'static str>) -> Result<Option<Value>, Stop> {
    let reply = api.send(&Ask { accept, ..Ask::get(path) })?;
    object(path, &reply)
}

pub fn application(run: &Run<'_>, key: &Key) -> Result<Option<Value>, Stop> {
    get(run.api, &app_path(key), None)
}

/// All objects of a kind, and why they may not be all. A list that does not end is left once it took as long as a wait may.
pub fn list(run: &Run<'_>, kind: &Resource, metadata: bool) -> Result<(Vec<Value>, Option<Gap>), Stop> {
    let within = run.times.total;
    let api = Bounded { api: run.api, clock: run.clock, until: run.clock.now() + within, within };
    let (items, gap) = whole(&api, kind, None, metadata);
    if gap.is_some() && run.clock.stopped() {
        return Err(Stop::Interrupted { step: Step::Read, hanging: vec![] });
    }
    Ok((items, gap))
}

/// One object, or its metadata alone; of a kind that may be listed and not read one by one, from its list.
pub fn one(run: &Run<'_>, kind: &Resource, key: &Key, metadata: bool) -> Result<Option<Value>, Stop> {
    match get(run.api, &kind.path_of(key), metadata.then_some(PARTIAL)) {
        Err(Stop::Answered { status: 403, .. }) => {}
        read => return read,
    }
    let is_it = |live: &Value| meta::text(live, "/metadata/name") == key.name && meta::text(live, "/metadata/namespace") == key.namespace;
    let (items, gap) = list(run, kind, metadata)?;
    match (items.into_iter().find(is_it), gap) {
        (None, Some(gap)) => Err(Stop::Unseen(gap)),
        (found, _) => Ok(found),
    }
}

/// All objects of a kind, in full, as far as that is allowed: a refusal is noted, another doubt is [`Stop::Unseen`].
pub fn allowed(run: &Run<'_>, kind: &Resource, notes: &mut Vec<Fact>) -> Result<Vec<Value>, Stop> {
    let (items, gap) = list(run, kind, false)?;
    match gap {
        Some(gap) if gap.reason == Reason::Forbidden => {
            notes.push(Fact::new(Code::UnseenKind, &Key::new(&kind.group, &kind.kind, "", "*"), gap.detail));
        }
        Some(gap) => return Err(Stop::Unseen(gap)),
        None => {}
    }
    Ok(items)
}

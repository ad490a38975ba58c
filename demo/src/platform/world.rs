//! A platform in this process, without a socket, on a clock of its own: time passes only where somebody lets it pass. Knows no rule.
//!
//! ```text
//! let mut world = World::new(&Options { pace: 1.0, ..Options::default() }, now)?;
//! let answer = world.send(http::Request::get("/api/v1/pods").body(vec![])?)?;
//! world.pass(TimeDelta::seconds(5));                        the controllers look every quarter of a second
//! ```
use super::{Options, Platform, platform};
use crate::api::answer::Answer;
use crate::api::ask::Ask;
use crate::api::{Outcome, answer, proxy, spoil};
use crate::faults::wire::{Action, Faults};
use crate::serve::requests::{Requests, Seen};
use crate::world::controller::Controller;
use crate::world::responder::Reply;
use crate::world::status::Status;
use crate::world::store::Store;
use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, Response};
use std::io;

/// A platform and its time.
pub struct World {
    /// What there is, and what moves it.
    pub platform: Platform,
    /// What time it is there.
    pub now: DateTime<Utc>,
    /// How often the controllers look.
    pub every: TimeDelta,
    /// What goes wrong on purpose.
    pub faults: Faults,
    requests: Requests,
    /// Counts the requests to services, so that their pods take turns.
    turn: usize,
}

/// Why a request has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lost {
    /// The connection was closed before the answer or in its middle.
    Cut,
    /// Nothing comes, however long one waits.
    Never,
}

impl World {
    /// The sample platform.
    ///
    /// # Errors
    /// Where the built-in seed can't be read.
    pub fn new(options: &Options, now: DateTime<Utc>) -> io::Result<Self> {
        platform(options, now).map(|p| Self::of(p, now))
    }

    /// A platform that is there already.
    pub fn of(platform: Platform, now: DateTime<Utc>) -> Self {
        let faults = Faults::default();
        faults.deny(platform.denied.clone());
        Self { platform, now, every: TimeDelta::milliseconds(250), faults, requests: Requests::default(), turn: 0 }
    }

    /// The objects, at this time.
    pub fn store(&mut self) -> &mut Store {
        self.platform.store.at(self.now);
        &mut self.platform.store
    }

    /// Lets time pass.
    pub fn pass(&mut self, time: TimeDelta) {
        let end = self.now + time;
        while self.now < end {
            self.now = end.min(self.now + self.every);
            self.platform.controllers.step(&mut self.platform.store, self.now);
        }
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Seen> {
        self.requests.all()
    }

    /// Answers one request. A watch is answered with what it has to tell by now.
    ///
    /// # Errors
    /// Where a fault leaves it without an answer, or a container does.
    pub fn send(&mut self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Lost> {
        let (parts, body) = request.into_parts();
        let whole = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let seen = self.requests.begin(parts.method.as_str(), &whole, &parts.headers);
        let (wait, fault) = self.faults.of(parts.method.as_str(), &whole);
        self.pass(TimeDelta::from_std(wait).unwrap_or_default());
        let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
        let ask = Ask { method: parts.method, path, query, headers: parts.headers, body: body.into(), decoded: None };
        let mut answer = match &fault {
            Some(Action::Never) => return Err(Lost::Never),
            Some(Action::Close) => return Err(Lost::Cut),
            Some(Action::Fail(status)) => status.clone().into(),
            Some(Action::Say(status, kind, body)) => Answer::bytes(*status, kind, body.clone()),
            _ => self.answered(&ask)?.unwrap_or_else(Answer::from),
        };
        match &fault {
            Some(Action::CutLength(_) | Action::CutChunked(_)) => return Err(Lost::Cut),
            Some(Action::Truncate(at)) => answer.body.truncate(*at),
            Some(fault) => spoil(&mut answer, fault),
            None => {}
        }
        self.requests.end(seen, answer.status);
        let mut response =
            Response::builder().status(answer.status).header("date", self.now.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        for (name, value) in answer.headers {
            response = response.header(name, value);
        }
        response.body(answer.body).map_err(|_| Lost::Cut)
    }

    fn answered(&mut self, ask: &Ask) -> Result<Result<Answer, Status>, Lost> {
        self.platform.store.at(self.now);
        let outcome = match answer(&mut self.platform.store, &self.faults, &self.platform.version, ask) {
            Ok(outcome) => outcome,
            Err(status) => return Ok(Err(status)),
        };
        Ok(match outcome {
            Outcome::Answer(answer) => Ok(answer),
            Outcome::Watch(mut head, mut watch) => {
                watch.look(&self.platform.store);
                head.body = watch.queue.into_iter().flatten().collect();
                Ok(head)
            }
            Outcome::Stream(_) => Err(Status::bad_request("Upgrade request required")),
            Outcome::Proxy(target) => {
                self.turn += 1;
                match proxy::backend(&self.platform.store, &target, self.turn) {
                    Ok(to) => {
                        let mut reply = proxy::ask(&*self.platform.responder, &to, &target, ask);
                        while let Reply::Late(time, then) = reply {
                            self.pass(TimeDelta::from_std(time).unwrap_or_default());
                            reply = *then;
                        }
                        if reply == Reply::Silent {
                            return Err(Lost::Never);
                        }
                        proxy::answer(&to, reply)
                    }
                    Err(status) => Err(status),
                }
            }
        })
    }
}

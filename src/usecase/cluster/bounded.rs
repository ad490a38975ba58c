//! The API server with a deadline: a list that never ends is stopped then, too.
use crate::usecase::cluster::port::{Api, Ask, Clock, NoReply, Reply, Sides};
use chrono::{DateTime, Utc};
use std::time::Duration;

pub(in crate::usecase) struct Bounded<'a> {
    pub api: &'a dyn Api,
    pub clock: &'a dyn Clock,
    pub until: DateTime<Utc>,
    /// The length of that time, for the message after it.
    pub within: Duration,
}

impl Api for Bounded<'_> {
    fn send(&self, ask: &Ask) -> Result<Reply, NoReply> {
        if self.clock.now() > self.until { Err(NoReply::TimedOut(self.within)) } else { self.api.send(ask) }
    }

    fn sides(&self) -> Option<Sides<'_>> {
        self.api.sides()
    }
}

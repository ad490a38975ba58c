//! A watch over a connection: looks after each write, until its time is over. Knows no object.
use super::shared::Shared;
use super::wire::{self, Body};
use crate::api::watch::Watch;
use bytes::Bytes;
use futures_util::stream;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often a watch without events sends a bookmark.
const BOOKMARK: Duration = Duration::from_secs(1);

struct Served {
    watch: Watch,
    shared: Arc<Shared>,
    latest: watch::Receiver<u64>,
    end: Instant,
}

pub(super) fn body(shared: &Arc<Shared>, watch: Watch) -> Body {
    let (latest, end) = (shared.store().subscribe(), Instant::now() + Duration::from_secs(watch.seconds));
    wire::lines(stream::unfold(Served { watch, shared: shared.clone(), latest, end }, next))
}

async fn next(mut served: Served) -> Option<(Bytes, Served)> {
    loop {
        if let Some(line) = served.watch.queue.pop_front() {
            return Some((Bytes::from(line), served));
        }
        if served.watch.over {
            return None;
        }
        served.latest.borrow_and_update();
        served.watch.look(&served.shared.store());
        if !served.watch.queue.is_empty() {
            continue;
        }
        let pause = served.end.min(Instant::now() + BOOKMARK);
        tokio::select! {
            alive = served.latest.changed() => served.watch.over = alive.is_err(),
            () = tokio::time::sleep_until(pause) => {
                served.watch.over = Instant::now() >= served.end;
                served.watch.bookmark();
            }
        }
    }
}

//! The machine's clock. Its waits end early on Ctrl-C.
use crate::adapters::interrupt::listen;
use crate::usecase::cluster::port::Clock;
use chrono::{DateTime, Utc};
use std::time::Duration;
use tokio::sync::watch;

pub struct SystemClock {
    asked: watch::Receiver<bool>,
}

impl SystemClock {
    /// Begins to listen for Ctrl-C.
    pub fn listening() -> Self {
        Self { asked: listen() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn sleep(&self, time: Duration) -> bool {
        let until = std::time::Instant::now() + time;
        loop {
            if *self.asked.borrow() {
                return false;
            }
            let left = until.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }
}

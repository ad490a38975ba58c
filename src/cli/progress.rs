//! The progress of a long task, on a terminal.
use crate::cli::ui;
use crate::render::foreign;
use crate::render::told::told;
use std::io::{IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// A line that shows the progress of a long task: on a terminal only, and always the last line of stderr.
pub struct Progress {
    shown: bool,
    last: std::sync::Mutex<Option<Instant>>,
}

impl Progress {
    /// Shown only if stderr is a terminal.
    pub fn new() -> Self {
        Self { shown: std::io::stderr().is_terminal() && !ui::quiet(), last: std::sync::Mutex::new(None) }
    }

    /// Replaces the line, at most ten times a second.
    pub fn say(&self, text: &str) {
        const PAUSE: Duration = Duration::from_millis(100);
        let Ok(mut last) = self.last.lock() else { return };
        if self.shown && last.is_none_or(|t| t.elapsed() >= PAUSE) {
            *last = Some(std::time::Instant::now());
            drop(write!(std::io::stderr().lock(), "\r\x1b[K{}", foreign::clean(&told(text))));
        }
    }

    /// Takes the line away; the next one is shown at once.
    pub fn clear(&self) {
        if let Ok(mut last) = self.last.lock() {
            *last = None;
        }
        if self.shown {
            drop(write!(std::io::stderr().lock(), "\r\x1b[K"));
        }
    }
}

/// Does some work; where it takes longer than a second, the line says what is done and for how long. The work itself prints nothing.
pub fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let line = Progress::new();
    if !line.shown {
        return work();
    }
    let (ends, end) = channel::<()>();
    std::thread::scope(|scope| {
        let start = Instant::now();
        let line = &line;
        scope.spawn(move || {
            let mut said = false;
            while end.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                line.say(&format!("{what}, {} s", start.elapsed().as_secs()));
                said = true;
            }
            if said {
                line.clear();
            }
        });
        let done = work();
        drop(ends);
        done
    })
}

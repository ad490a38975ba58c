//! How another program ended, waited for no longer than a time. Must not know which program it is, nor what it answers.
use std::io;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// How often it is looked for whether it has ended.
const PAUSE: Duration = Duration::from_millis(10);

/// How a program ended; none if it had not by this time, and then it is killed.
pub(super) fn by(child: &mut Child, until: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(ended) = child.try_wait()? {
            return Ok(Some(ended));
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
}

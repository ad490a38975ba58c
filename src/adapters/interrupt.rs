//! Ctrl-C (and SIGTERM): the first asks every wait to stop in good order, the second ends the process at once.
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

static ASKED: OnceLock<watch::Sender<bool>> = OnceLock::new();
static EVER: AtomicBool = AtomicBool::new(false);

/// Listens from now on. If no runtime can be had, Ctrl-C ends the process as usual.
pub fn listen() -> watch::Receiver<bool> {
    ASKED.get_or_init(start).subscribe()
}

/// Marks the request to stop as fulfilled, so that the clean-up may wait again. A second Ctrl-C still ends the process.
pub fn fulfil() {
    if let Some(asked) = ASKED.get() {
        asked.send_replace(false);
    }
}

/// Whether the process was asked to stop, fulfilled or not.
pub fn ever() -> bool {
    EVER.load(Ordering::Relaxed)
}

fn start() -> watch::Sender<bool> {
    let (asked, _) = watch::channel(false);
    let tell = asked.clone();
    let (ready, listening) = std::sync::mpsc::channel();
    let listener = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            let Ok(mut signal) = signals() else { return };
            drop(ready);
            signal().await;
            EVER.store(true, Ordering::Relaxed);
            tell.send_replace(true);
            signal().await;
            leave();
        });
    };
    // If no thread can be started, the default holds: the signal ends the process.
    if std::thread::Builder::new().name("interrupt".into()).spawn(listener).is_ok() {
        // After this the caller can rely on being told. No value is ever sent; the other end only closes.
        let _: Result<(), _> = listening.recv();
    }
    asked
}

/// Waits for one signal to stop each time it is called; no signal is missed from now on.
#[cfg(unix)]
fn signals() -> std::io::Result<impl AsyncFnMut()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move || {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<impl AsyncFnMut()> {
    Ok(async || drop(tokio::signal::ctrl_c().await))
}

#[expect(clippy::exit, reason = "the second Ctrl-C is an order")]
fn leave() -> ! {
    std::process::exit(130)
}

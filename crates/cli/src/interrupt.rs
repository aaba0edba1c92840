//! Ctrl-C, SIGTERM, which CI servers send, and the end of the process that started this one.

use std::io::Read;

use tokio::sync::{oneshot, watch};

use crate::output::Stop;

/// Whether the user has had enough. Made once, before anything is started: what listens anew at
/// each stage would miss a signal between two of them.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Begins to listen; needs a tokio runtime.
    pub(crate) fn listen() -> Result<Self, Stop> {
        Self::listen_until(std::future::pending())
    }

    /// As [`Self::listen`]; with `stdin`, the end of standard input counts too. A process that was
    /// started by another one, which holds the other end of the pipe, ends so with that one, however
    /// that one ends.
    pub(crate) fn listen_with(stdin: bool) -> Result<Self, Stop> {
        if stdin { Self::listen_until(stdin_closed()) } else { Self::listen() }
    }

    fn listen_until(other: impl Future<Output = ()> + Send + 'static) -> Result<Self, Stop> {
        let failed = |error| Stop::setup(format!("cannot listen for signals: {error}"));
        let heard = signals().map_err(failed)?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(continued());
        tokio::spawn(async move {
            tokio::select! {
                () = heard => {}
                () = other => {}
            }
            // Nobody waits any more when this fails.
            let _ = sender.send(true);
        });
        Ok(Self(receiver))
    }

    /// Whether the user has had enough already.
    pub(crate) fn is_heard(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when the user has had enough.
    pub(crate) async fn heard(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|heard| *heard).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Resolves at the end of standard input. It is read by a thread that nobody waits for: a read that
/// does not return would keep a runtime from ending.
fn stdin_closed() -> impl Future<Output = ()> {
    let (sender, receiver) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        while matches!(stdin.read(&mut [0; 64]), Ok(1..)) {}
        drop(sender);
    });
    async move {
        // The sender sends nothing: it goes away.
        let _ = receiver.await;
    }
}

/// After Ctrl-Z and `fg` the shell has written below the view.
#[cfg(unix)]
async fn continued() {
    use tokio::signal::unix::{SignalKind, signal};
    let number = nix::sys::signal::Signal::SIGCONT as std::ffi::c_int;
    // Without it a view is drawn over a line of the shell's, once.
    let Ok(mut continued) = signal(SignalKind::from_raw(number)) else { return };
    while continued.recv().await.is_some() {
        crate::screen::forget();
    }
}

#[cfg(not(unix))]
async fn continued() {}

/// Resolves on the first signal. The listening begins at once, not with the first poll.
#[cfg(unix)]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

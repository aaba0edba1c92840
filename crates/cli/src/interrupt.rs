//! Ctrl-C, and SIGTERM, which CI servers send.

use tokio::sync::watch;

use crate::output::Stop;

/// Whether the user has had enough. Made once, before anything is started: what listens anew at
/// each stage would miss a signal between two of them.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Begins to listen; needs a tokio runtime.
    pub(crate) fn listen() -> Result<Self, Stop> {
        let failed = |error| Stop::setup(format!("cannot listen for signals: {error}"));
        let heard = signals().map_err(failed)?;
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            heard.await;
            // Nobody waits any more when this fails.
            let _ = sender.send(true);
        });
        Ok(Self(receiver))
    }

    /// Resolves when the user has had enough.
    pub(crate) async fn heard(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|heard| *heard).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

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

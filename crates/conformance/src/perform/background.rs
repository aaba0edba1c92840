//! Publications in the background: what they hold, how far they are, and how they end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant as Deadline;

use super::publish::Course;
use crate::hook::Published;
use crate::subject::Subject;

/// A publication in the background.
pub(super) struct Pending {
    /// The data, in order.
    pub data: Vec<String>,
    /// How many the hook has answered.
    sent: watch::Receiver<usize>,
    /// No more are wanted.
    enough: Arc<AtomicBool>,
    task: JoinHandle<Vec<Published>>,
}

impl Pending {
    /// Goes on with `course` beside the steps that follow.
    pub(super) fn start(mut course: Course, subject: Subject) -> Self {
        let data = course.data();
        let (told, sent) = watch::channel(0);
        let enough = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&enough);
        let task = tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) && course.next(&subject).await {
                told.send_replace(course.sent.len());
            }
            course.sent
        });
        Self { data, sent, enough, task }
    }

    /// Whether every event has been handed to the hook.
    pub(super) fn is_over(&self) -> bool {
        self.task.is_finished()
    }

    /// How many the hook has answered.
    pub(super) fn sent(&self) -> usize {
        *self.sent.borrow()
    }

    /// Waits until `count` have been answered, there are no more, or `deadline` passes.
    pub(super) async fn until(&mut self, count: usize, deadline: Deadline) {
        let enough = self.sent.wait_for(|sent| *sent >= count);
        // Time is up, or the publication has ended: the caller goes on with what there is.
        let _ = tokio::time::timeout_at(deadline, enough).await;
    }

    /// Publishes no more than what is on its way.
    pub(super) fn stop(&self) {
        self.enough.store(true, Ordering::Relaxed);
    }

    /// Everything that was handed to the hook.
    pub(super) async fn join(self) -> Result<Vec<Published>, String> {
        self.task.await.map_err(|error| format!("publishing broke: {error}"))
    }

    pub(super) fn abort(&self) {
        self.task.abort();
    }
}

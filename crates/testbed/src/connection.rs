//! What the layers of one connection know of each other.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hyper::{Method, Version};
use tokio::sync::Notify;

use crate::service::Resource;

/// One request, told to the edge so that it knows which answer it rewrites.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) resource: Resource,
    pub(crate) method: Method,
    pub(crate) version: Version,
    /// What a fault writes into the head as the client sent it.
    pub(crate) reflected: Option<Vec<u8>>,
}

impl Exchange {
    /// Of an answer that belongs to no request of ours: an interim one, or hyper's own refusal.
    pub(crate) fn unknown() -> Self {
        let (resource, version) = (Resource::Unknown, Version::HTTP_11);
        Self { resource, method: Method::GET, version, reflected: None }
    }
}

/// Shared by the service, the hub and the edge of one connection.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    cut: Notify,
    exchanges: Mutex<VecDeque<Exchange>>,
    streamed: AtomicBool,
    answered: AtomicBool,
    reset: AtomicBool,
}

impl Connection {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Drops the connection, whatever waits to be written.
    pub(crate) fn cut(&self) {
        self.cut.notify_one();
    }

    /// Drops the connection by a TCP reset.
    pub(crate) fn reset(&self) {
        self.reset.store(true, Ordering::Relaxed);
        self.cut();
    }

    /// Whether the connection is dropped by a TCP reset.
    pub(crate) fn is_reset(&self) -> bool {
        self.reset.load(Ordering::Relaxed)
    }

    /// Returns once the connection is to be dropped.
    pub(crate) async fn is_cut(&self) {
        self.cut.notified().await;
    }

    /// A request has come.
    pub(crate) fn note(&self, exchange: Exchange) {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).push_back(exchange);
    }

    /// The request that the next answer belongs to.
    pub(crate) fn next_exchange(&self) -> Option<Exchange> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// The head of an answer has been written.
    pub(crate) fn note_answer(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// Whether the head of an answer has been written.
    pub(crate) fn is_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// The stream of the hub is open.
    pub(crate) fn note_stream(&self) {
        self.streamed.store(true, Ordering::Relaxed);
    }

    /// Whether the stream of the hub has been open.
    pub(crate) fn has_streamed(&self) -> bool {
        self.streamed.load(Ordering::Relaxed)
    }
}

//! What was delivered when, by the server's own clock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::Payload;

/// Deliveries that are remembered; of more, only that there were more.
pub(crate) const RECORDS: usize = 1_000_000;

/// The wall clock, in microseconds since the Unix epoch.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// What `GET /truth` answers: per delivery, the time just before the write to the socket that held
/// the byte which dispatches the event, since its publication.
#[derive(Debug, Clone, Default, Serialize)]
struct Told {
    /// Since the intended publication.
    latency_us: Vec<i64>,
    /// Since the actual publication, in the same order.
    from_actual_us: Vec<i64>,
    records: usize,
    /// Whether there were more than [`RECORDS`].
    overflow: bool,
}

/// The deliveries of all subscribers.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    told: Mutex<Told>,
}

impl Truth {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An event with this payload was written at this time.
    pub(super) fn record(&self, payload: Payload, at: i64) {
        let mut told = self.told();
        if told.records == RECORDS {
            told.overflow = true;
            return;
        }
        told.records += 1;
        told.latency_us.push(at.saturating_sub(payload.intended));
        told.from_actual_us.push(at.saturating_sub(payload.actual));
    }

    /// All of it, as JSON.
    ///
    /// # Errors
    ///
    /// The encoder's, which has no reason to fail.
    pub(crate) fn json(&self) -> serde_json::Result<String> {
        let told = self.told().clone();
        serde_json::to_string(&told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_bounded_and_the_rest_is_admitted() {
        let truth = Truth::default();
        let payload = Payload { number: 0, intended: 5, actual: 7 };
        for _ in 0..RECORDS {
            truth.record(payload, 10);
        }
        assert!(!truth.told().overflow);
        truth.record(payload, 10);
        let told = truth.told();
        assert!(told.overflow);
        assert_eq!((told.records, told.latency_us.len()), (RECORDS, RECORDS));
        assert_eq!((told.latency_us[0], told.from_actual_us[0]), (5, 3));
    }
}

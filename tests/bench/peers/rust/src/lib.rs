//! What both clients count, and how they end.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hdrhistogram::Histogram;

/// Latencies of all connections, from the payload's `t` to the call of the client's user.
pub struct Tally {
    name: &'static str,
    latency: Mutex<Histogram<u64>>,
    events: AtomicU64,
}

/// `URL CONNECTIONS EXPECTED`
pub struct Arguments {
    pub url: String,
    pub connections: u64,
    pub expected: u64,
}

impl Arguments {
    /// # Panics
    /// When an argument is missing or no number.
    pub fn read() -> Self {
        let mut words = std::env::args().skip(1);
        let mut next = || words.next().expect("usage: URL CONNECTIONS EXPECTED");
        let url = next();
        let mut number = || next().parse().expect("a number");
        Self { url, connections: number(), expected: number() }
    }
}

impl Tally {
    pub fn new(name: &'static str) -> Self {
        let latency = Histogram::new_with_bounds(1, 600_000_000, 3).expect("sound bounds");
        Self { name, latency: Mutex::new(latency), events: AtomicU64::new(0) }
    }

    /// Takes one event's data.
    pub fn event(&self, data: &str) {
        let now =
            SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as u64;
        if let Some(sent) = sent_at(data) {
            self.latency
                .lock()
                .expect("no panic inside")
                .saturating_record(now.saturating_sub(sent));
        }
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns when all events came, or after 5 s without one.
    pub async fn until_done(&self, expected: u64) {
        let (mut before, mut idle) = (0, 0);
        loop {
            tokio::time::sleep(Duration::from_millis(250)).await;
            let now = self.events.load(Ordering::Relaxed);
            idle = if now == before { idle + 1 } else { 0 };
            if now >= expected || (now > 0 && idle >= 20) {
                return;
            }
            before = now;
        }
    }

    pub fn print(&self) {
        let latency = self.latency.lock().expect("no panic inside");
        let (p50, p99) = (latency.value_at_quantile(0.5), latency.value_at_quantile(0.99));
        let events = self.events.load(Ordering::Relaxed);
        let line = serde_json::json!({"tool": self.name, "events": events, "p50_us": p50, "p99_us": p99, "max_us": latency.max()});
        println!("{line}");
    }
}

fn sent_at(data: &str) -> Option<u64> {
    let value: serde_json::Value = serde_json::from_str(data).ok()?;
    value["t"].as_u64()
}

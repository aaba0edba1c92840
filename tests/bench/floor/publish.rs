//! The publisher: one connection, one event after the other, on an absolute schedule.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::PublishArguments;
use crate::request::Client;

/// Publishes all events; how late they left and how long the answers took, as a JSON object.
pub(crate) fn run(arguments: &PublishArguments) -> Result<Value> {
    let mut client = Client::new(&arguments.url)?;
    let count = (arguments.rate * arguments.seconds.as_secs_f64()).round() as u64;
    let (mut slip, mut answer) = (Histogram::<u64>::new(3)?, Histogram::<u64>::new(3)?);
    let start = Instant::now();
    for sequence in 0..count {
        let due = start + Duration::from_secs_f64(sequence as f64 / arguments.rate);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let sent = Instant::now();
        client.post(&body(arguments, sequence)?)?;
        slip.record(micros(sent - due))?;
        answer.record(micros(sent.elapsed()))?;
    }
    Ok(json!({
        "tool": "floor-publish", "published": count, "seconds": start.elapsed().as_secs_f64(),
        "slip_p50_us": slip.value_at_quantile(0.5), "slip_max_us": slip.max(),
        "answer_p50_us": answer.value_at_quantile(0.5), "answer_max_us": answer.max(),
    }))
}

/// `t` is the time just before the POST, in microseconds since the Unix epoch.
fn body(arguments: &PublishArguments, sequence: u64) -> Result<String> {
    let sent = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
    let start = format!(r#"{{"seq":{sequence},"t":{sent},"pad":""#);
    let pad = arguments.size.saturating_sub(start.len() + 2);
    let data = format!("{start}{}\"}}", "x".repeat(pad));
    Ok(if arguments.json { json!({ "data": data }).to_string() } else { data })
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

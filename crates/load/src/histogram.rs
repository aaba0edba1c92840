//! HDR histograms of microseconds: made, written, read, summed up.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use ssecheck_model::histogram::inflated;
use ssecheck_model::load::{Brief, Latency};

/// Counts of microseconds, to 3 significant digits.
pub type Times = Histogram<u64>;

/// The most that is told apart: one hour. Longer times count as one hour.
pub const LONGEST_US: u64 = 3_600_000_000;

/// Why a written histogram cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a histogram: {0}")]
pub struct ReadError(String);

/// An empty one, in the only form that this program uses: all of one form add up exactly.
#[must_use]
pub fn empty() -> Times {
    // The bounds are constants that the library accepts.
    Times::new_with_bounds(1, LONGEST_US, 3).unwrap_or_else(|_| Times::new(3).expect("3 digits"))
}

/// The text form: HdrHistogram V2 with deflate, in base64.
#[must_use]
pub fn write(times: &Times) -> String {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = V2DeflateSerializer::new().serialize(times, &mut bytes);
    STANDARD.encode(bytes)
}

/// Reads the text form.
///
/// # Errors
/// When the text is no base64 or no histogram, or holds more than
/// [`ssecheck_model::histogram::MOST_BYTES`].
pub fn read(text: &str) -> Result<Times, ReadError> {
    let plain = inflated(text).map_err(|error| ReadError(error.to_string()))?;
    let read: Times = Deserializer::new()
        .deserialize(&mut plain.as_slice())
        .map_err(|error| ReadError(error.to_string()))?;
    let mut times = empty();
    times.add(read).map_err(|error| ReadError(error.to_string()))?;
    Ok(times)
}

/// The figures of a report.
#[must_use]
pub fn latency(times: &Times) -> Latency {
    Latency {
        count: times.len(),
        min: times.min(),
        mean: if times.is_empty() { 0.0 } else { times.mean() },
        p50: times.value_at_quantile(0.5),
        p90: times.value_at_quantile(0.9),
        p99: times.value_at_quantile(0.99),
        p999: times.value_at_quantile(0.999),
        max: times.max(),
        histogram: write(times),
    }
}

/// The figures of one interval.
#[must_use]
pub fn brief(times: &Times) -> Brief {
    let Latency { count, p50, p90, p99, max, histogram, .. } = latency(times);
    Brief { count, p50, p90, p99, max, histogram }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::ZlibEncoder;
    use ssecheck_model::histogram::{COOKIE, HEAD, MOST_BYTES};

    use super::*;

    /// As [`write()`] does it, but with these fields in place of the true ones.
    fn forged(length: Option<u32>, digits: u32, zeros: usize) -> String {
        let mut times = empty();
        times.record(7).unwrap();
        let mut plain = inflated(&write(&times)).unwrap();
        plain.extend(std::iter::repeat_n(0, zeros));
        let length = length.unwrap_or((plain.len() - HEAD) as u32);
        plain[4..8].copy_from_slice(&length.to_be_bytes());
        plain[12..16].copy_from_slice(&digits.to_be_bytes());
        let mut deflated = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        deflated.write_all(&plain).unwrap();
        let deflated = deflated.finish().unwrap();
        let mut bytes = COOKIE.to_vec();
        bytes.extend((deflated.len() as u32).to_be_bytes());
        bytes.extend(deflated);
        STANDARD.encode(bytes)
    }

    #[test]
    fn what_was_written_reads_back() {
        let mut times = empty();
        (0..10_000).for_each(|n| times.record(n * 37).unwrap());
        assert_eq!(read(&write(&times)), Ok(times));
        assert_eq!(read(&forged(None, 3, 0)).map(|times| times.len()), Ok(1));
    }

    #[test]
    fn a_text_that_asks_for_more_memory_than_it_fills_is_refused() {
        for text in [
            forged(Some(u32::MAX), 3, 0),
            forged(None, 3, 2 * MOST_BYTES),
            forged(None, 5, 0),
            "A".repeat(2 * MOST_BYTES),
            String::new(),
        ] {
            assert!(read(&text).is_err());
        }
    }
}

//! HDR histograms of microseconds: made, written, read, summed up.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use ssecheck_model::load::{Brief, Latency};

/// Counts of microseconds, to 3 significant digits.
pub type Times = Histogram<u64>;

/// The most that is told apart: one hour. Longer times count as one hour.
pub const LONGEST_US: u64 = 3_600_000_000;

/// Longest histogram that is read, in bytes when inflated: five times what 3 digits up to
/// [`LONGEST_US`] can take.
pub const MOST_BYTES: usize = 1 << 20;

/// What the deflated form begins with, before the length of what follows.
const COOKIE: [u8; 4] = 0x1c84_9314_u32.to_be_bytes();
/// Bytes before the counts: cookie, length, offset, digits, bounds and ratio.
const HEAD: usize = 40;
/// Significant digits of every histogram of this program.
const DIGITS: u32 = 3;

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
/// When the text is no base64 or no histogram, or holds more than [`MOST_BYTES`].
pub fn read(text: &str) -> Result<Times, ReadError> {
    if text.len() > MOST_BYTES {
        return Err(ReadError("it is too long".to_owned()));
    }
    let bytes = STANDARD.decode(text).map_err(|error| ReadError(error.to_string()))?;
    let inflated = inflate(&bytes)
        .ok_or_else(|| ReadError("its deflated part is broken or too long".to_owned()))?;
    let read: Times = Deserializer::new()
        .deserialize(&mut inflated.as_slice())
        .map_err(|error| ReadError(error.to_string()))?;
    let mut times = empty();
    times.add(read).map_err(|error| ReadError(error.to_string()))?;
    Ok(times)
}

/// The form that is not deflated. The library makes room for as many bytes as its length field
/// says, up to 4 GiB, so the length must be true; and for all the counts that its digits ask for.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let deflated = bytes.strip_prefix(&COOKIE)?.get(4..)?;
    let mut inflated = Vec::new();
    ZlibDecoder::new(deflated).take(MOST_BYTES as u64).read_to_end(&mut inflated).ok()?;
    let field = |at: usize| Some(u32::from_be_bytes(inflated.get(at..at + 4)?.try_into().ok()?));
    let whole = inflated.len() == HEAD + usize::try_from(field(4)?).ok()?;
    (whole && field(12)? <= DIGITS).then_some(inflated)
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

    use super::*;

    /// As [`write()`] does it, but with these fields in place of the true ones.
    fn forged(length: Option<u32>, digits: u32, zeros: usize) -> String {
        let mut times = empty();
        times.record(7).unwrap();
        let mut plain = inflate(&STANDARD.decode(write(&times)).unwrap()).unwrap();
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

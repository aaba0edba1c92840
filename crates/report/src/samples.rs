//! The histograms inside a report, read back.

use std::fmt::{self, Display, Formatter};
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use ssecheck_model::load::Load;
use ssecheck_model::report::Report;

use crate::sanitize::{VALUE_LIMIT, line};

/// Longest histogram that is read, in bytes when inflated: five times what three digits up to an
/// hour can take.
const MOST_BYTES: usize = 1 << 20;
/// What the deflated form begins with, before the length of what follows.
const COOKIE: [u8; 4] = 0x1c84_9314_u32.to_be_bytes();
/// Bytes before the counts: cookie, length, offset, digits, bounds and ratio.
const HEAD: usize = 40;

/// Why a format has nothing to write for a report.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NothingToWrite {
    /// The report is not that of a load run.
    NoLoad,
    /// The run kept no interval.
    NoSeries,
    /// Nothing was measured that the format could show.
    NoSamples,
    /// A histogram in the report cannot be read, so its figures would be false.
    BrokenHistogram {
        /// Name of the measured time.
        metric: String,
    },
}

impl Display for NothingToWrite {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLoad => write!(f, "the report has no load part"),
            Self::NoSeries => write!(f, "the load run has no intervals"),
            Self::NoSamples => write!(f, "the load run measured no such times"),
            Self::BrokenHistogram { metric } => {
                write!(f, "the histogram of `{}` cannot be read", line(metric, VALUE_LIMIT))
            }
        }
    }
}

impl std::error::Error for NothingToWrite {}

/// The load part.
pub(crate) fn load(report: &Report) -> Result<&Load, NothingToWrite> {
    report.load.as_ref().ok_or(NothingToWrite::NoLoad)
}

/// The histogram of `metric` written as `text`; its samples must be as many as the report says.
pub(crate) fn read(metric: &str, text: &str, count: u64) -> Result<Histogram<u64>, NothingToWrite> {
    let histogram = decode(text).filter(|histogram| histogram.len() == count);
    histogram.ok_or_else(|| NothingToWrite::BrokenHistogram { metric: metric.to_owned() })
}

fn decode(text: &str) -> Option<Histogram<u64>> {
    if text.len() > MOST_BYTES {
        return None;
    }
    let inflated = inflate(&STANDARD.decode(text).ok()?)?;
    Deserializer::new().deserialize(&mut inflated.as_slice()).ok()
}

/// The form that is not deflated. The library makes room for as many bytes as its length field
/// says, up to 4 GiB, so the length must be true.
fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let deflated = bytes.strip_prefix(&COOKIE)?.get(4..)?;
    let mut inflated = Vec::new();
    ZlibDecoder::new(deflated).take(MOST_BYTES as u64).read_to_end(&mut inflated).ok()?;
    let length = u32::from_be_bytes(inflated.get(4..8)?.try_into().ok()?);
    (inflated.len() == HEAD + usize::try_from(length).ok()?).then_some(inflated)
}

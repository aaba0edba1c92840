//! The histograms inside a report, read back.

use std::fmt::{self, Display, Formatter};

use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use ssecheck_model::histogram::inflated;
use ssecheck_model::load::Load;
use ssecheck_model::report::Report;

use crate::sanitize::{VALUE_LIMIT, line};

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
    Deserializer::new().deserialize(&mut inflated(text).ok()?.as_slice()).ok()
}

//! The machine formats of a report.

use std::path::PathBuf;

/// Machine formats. `-` is standard output, which then holds nothing else.
#[derive(Debug, clap::Args)]
pub(crate) struct FormatArgs {
    /// Write the report as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write the report as SARIF 2.1.0 (for code scanning).
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Print the report as TAP 14 on standard output.
    #[arg(long)]
    pub(crate) tap: bool,
    /// Write the report as one HTML page that needs nothing else.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the report as Markdown (for `$GITHUB_STEP_SUMMARY`).
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Print GitHub annotations on standard output.
    #[arg(long)]
    pub(crate) github: bool,
}

/// Machine formats of load runs.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct LoadFormatArgs {
    /// Write the series, one line per interval, as CSV.
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Write the percentile distribution of the fan-out latency, or of what stands for it without a
    /// publish time, as the file says at its end (HdrHistogram `.hgrm`).
    #[arg(long, value_name = "FILE")]
    pub(crate) hgrm: Option<PathBuf>,
    /// Write every histogram of every interval (HdrHistogram interval log).
    #[arg(long, value_name = "FILE")]
    pub(crate) hlog: Option<PathBuf>,
    /// Write the figures as OpenMetrics text.
    #[arg(long, value_name = "FILE")]
    pub(crate) openmetrics: Option<PathBuf>,
}

impl LoadFormatArgs {
    /// The first flag that was given.
    pub(crate) fn first(&self) -> Option<&'static str> {
        let given = [
            ("--csv", &self.csv),
            ("--hgrm", &self.hgrm),
            ("--hlog", &self.hlog),
            ("--openmetrics", &self.openmetrics),
        ];
        given.into_iter().find(|(_, path)| path.is_some()).map(|(flag, _)| flag)
    }
}

//! The arguments of `ssecheck compare`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompareArgs {
    /// Saved reports (`--json`): A.json B.json; with `--with`, all of side A, what there was before.
    #[arg(value_name = "REPORT.json", required = true)]
    pub(crate) reports: Vec<PathBuf>,
    /// Side B, what there is now: several load runs, to see the noise.
    #[arg(long, value_name = "B.json", num_args = 1..)]
    pub(crate) with: Vec<PathBuf>,
    /// The least change that counts, as `10%`. With fewer than three runs on each side it is your
    /// word for the noise, and nothing noisy is judged without it [default otherwise: 10%].
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) tolerance: Option<f64>,
    /// Let load runs take part whose doubts can have changed a figure.
    #[arg(long)]
    pub(crate) allow_doubts: bool,
    /// Judge although plan or machine differ in what makes figures incomparable.
    #[arg(long)]
    pub(crate) allow_differences: bool,
    /// Exit with 1 when something is worse.
    #[arg(long)]
    pub(crate) fail_on_regression: bool,
    /// Write the comparison as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the comparison as one HTML page that needs nothing else.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the comparison as Markdown (for `$GITHUB_STEP_SUMMARY`).
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  ssecheck compare before.json after.json
      two runs: what is counted exactly is judged, what is noisy is only shown
  ssecheck compare a1.json a2.json a3.json \\
      --with b1.json b2.json b3.json --fail-on-regression
      three load runs on each side, made in turns (A B A B A B)

Exit codes: 0 compared, 1 something is worse (with --fail-on-regression), 2 usage or a bad file, \
3 the runs are not to be trusted or not alike.";

/// A share in percent, with or without its sign.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').trim().parse::<f64>();
    match number {
        Ok(percent) if (0.0..=1_000.0).contains(&percent) => Ok(percent / 100.0),
        _ => Err("write a percentage from 0% to 1000%, as 10%".to_owned()),
    }
}

//! Arguments of `ssecheck matrix`.

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct MatrixArgs {
    /// Saved reports (`--json`) of `run` or of `parser`; each is a column, named like its file.
    #[arg(value_name = "REPORT.json", required = true)]
    pub(crate) reports: Vec<PathBuf>,
    /// Write the matrix as one HTML page that needs nothing else.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the matrix as Markdown.
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
}

//! What can be typed. What it means is decided in [`crate::settings`].

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Tells the truth about Server-Sent Events servers.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all good, 1 a check failed, 2 usage or a bad file, \
    3 target unreachable or nothing executed, 4 a bug of ssecheck, 130 interrupted.")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge a server by YAML cases; without a URL, the built-in testbed.
    Run(Box<RunArgs>),
    /// Serve the testbed: a correct SSE server, and its faults, one switch each.
    Serve(ServeArgs),
    /// List, show and export the shipped cases, or print the JSON schemas.
    Cases(CasesArgs),
    /// Render a saved JSON report again.
    Report(ReportArgs),
    /// Prove every check: it turns red on its faults, and on nothing else.
    Selftest(SelftestArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// URL of the event stream.
    pub(crate) url: Option<String>,
    /// Target file: what the owner of the server declares about it.
    #[arg(long, value_name = "FILE")]
    pub(crate) target: Option<PathBuf>,
    /// Only cases or checks that match (repeatable; `*` also matches `/`).
    #[arg(long = "case", value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// No cases or checks that match (repeatable).
    #[arg(long, value_name = "GLOB")]
    pub(crate) skip: Vec<String>,
    /// Declare a capability of the server (repeatable).
    #[arg(long, value_name = "CAP")]
    pub(crate) provides: Vec<String>,
    /// Publish hook: a URL that takes a POST of JSON with `event`, `id` and `data`.
    #[arg(long, value_name = "URL")]
    pub(crate) publish: Option<String>,
    /// Let violations of SHOULD fail too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Multiply every time budget (slow networks, loaded machines).
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub(crate) time_scale: f64,
    /// How many cases run at the same time.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) jobs: usize,
    /// Use the cases of this directory (or file) instead of the shipped ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// List what would run, and run nothing.
    #[arg(long)]
    pub(crate) list: bool,
    /// More trusted certificates, in PEM.
    #[arg(long, value_name = "PEM")]
    pub(crate) cacert: Option<PathBuf>,
    /// Accept any certificate.
    #[arg(long)]
    pub(crate) insecure: bool,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
}

/// Machine formats. `-` is standard output, which then holds nothing else.
#[derive(Debug, clap::Args)]
pub(crate) struct FormatArgs {
    /// Write the report as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the report as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write the report as Markdown (for `$GITHUB_STEP_SUMMARY`).
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Print GitHub annotations on standard output.
    #[arg(long)]
    pub(crate) github: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Switch a fault (or a legal variation) on, by id or by D id (repeatable).
    #[arg(long = "fault", value_name = "ID")]
    pub(crate) faults: Vec<String>,
    /// Explain every fault and legal variation.
    #[arg(long)]
    pub(crate) list_faults: bool,
    /// Demand this bearer token on the streams.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CasesArgs {
    #[command(subcommand)]
    pub(crate) command: CasesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CasesCommand {
    /// One line for each check.
    List {
        /// Only cases or checks that match.
        #[arg(value_name = "GLOB")]
        only: Vec<String>,
    },
    /// A case or check in full: requirement, source, cure and YAML.
    Show {
        /// Id of a case or check.
        id: String,
    },
    /// The JSON Schema of cases, target files or reports.
    Schema {
        /// Which one.
        #[arg(value_enum, default_value_t = SchemaKind::Case)]
        kind: SchemaKind,
    },
    /// Write the shipped cases into a directory, to change or to vendor them.
    Export {
        /// The directory; files that are there already are not overwritten.
        dir: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum SchemaKind {
    /// A case file.
    Case,
    /// A target file.
    Target,
    /// A report.
    Report,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// The saved JSON report; `-` is standard input.
    #[arg(long, value_name = "REPORT.json")]
    pub(crate) from: PathBuf,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SelftestArgs {
    /// Only these faults and variations (repeatable; `reference` is the correct server).
    #[arg(long = "fault", value_name = "ID")]
    pub(crate) faults: Vec<String>,
    /// How many testbeds run at the same time.
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub(crate) jobs: usize,
    /// Write the kill matrix as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

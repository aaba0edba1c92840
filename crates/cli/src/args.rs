//! What can be typed. What it means is decided in [`crate::settings`].

mod compare;
mod formats;
mod matrix;
mod parsers;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use ssecheck_model::amount::Rate;
use ssecheck_model::span::Span;
use ssecheck_model::threshold::Threshold;

pub(crate) use self::compare::CompareArgs;
pub(crate) use self::formats::{FormatArgs, LoadFormatArgs};
pub(crate) use self::matrix::MatrixArgs;
pub(crate) use self::parsers::{ParseArgs, ParserArgs, ProfileArg};

/// Tells the truth about Server-Sent Events servers.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all good, 1 a check failed or a threshold was crossed, \
    2 usage or a bad file, 3 target unreachable, nothing executed, or a load run not to be trusted, 4 a bug of ssecheck, 130 interrupted.")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge a server by YAML cases; without a URL, the built-in testbed.
    Run(Box<RunArgs>),
    /// Put a server under many subscribers and measure; without a URL, the built-in testbed.
    Load(Box<LoadArgs>),
    /// Join the shards of a load run into one report, and judge it.
    Merge(MergeArgs),
    /// Serve the testbed: a correct SSE server, and its faults, one switch each.
    Serve(ServeArgs),
    /// List, show and export the shipped cases, or print the JSON schemas.
    Cases(CasesArgs),
    /// Judge a parser, in any language, behind an adapter.
    Parser(ParserArgs),
    /// Be an adapter: ssecheck's own parser behind the protocol sse-adapter/1.
    Adapter,
    /// Print what a stream says, and what is odd about it, as JSON lines.
    Parse(ParseArgs),
    /// Judge captures of `run --capture` again, or streams that curl saved, without the server.
    Recheck(RecheckArgs),
    /// Render a saved JSON report again.
    Report(ReportArgs),
    /// Put saved reports of servers or parsers side by side.
    Matrix(MatrixArgs),
    /// Compare saved reports: two, or two groups of load runs.
    Compare(CompareArgs),
    /// Prove every check: it turns red on its faults, and on nothing else.
    Selftest(SelftestArgs),
}

/// Which server, and what is declared about it.
#[derive(Debug, clap::Args)]
pub(crate) struct ServerArgs {
    /// URL of the event stream.
    pub(crate) url: Option<String>,
    /// Target file: what the owner of the server declares about it.
    #[arg(long, value_name = "FILE")]
    pub(crate) target: Option<PathBuf>,
    /// Declare a capability of the server (repeatable).
    #[arg(long, value_name = "CAP")]
    pub(crate) provides: Vec<String>,
    /// Publish hook: a URL that takes a POST of JSON with `event`, `id` and `data`.
    #[arg(long, value_name = "URL")]
    pub(crate) publish: Option<String>,
    /// More trusted certificates, in PEM.
    #[arg(long, value_name = "PEM")]
    pub(crate) cacert: Option<PathBuf>,
    /// Accept any certificate.
    #[arg(long)]
    pub(crate) insecure: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// Only cases or checks that match (repeatable; `*` also matches `/`).
    #[arg(long = "case", value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// No cases or checks that match (repeatable).
    #[arg(long, value_name = "GLOB")]
    pub(crate) skip: Vec<String>,
    /// Let violations of SHOULD fail too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Multiply every time budget (slow networks, loaded machines).
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    pub(crate) time_scale: f64,
    /// How many cases run at the same time.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) jobs: usize,
    /// Also run the cases that need minutes of patience, for so long (125s is past two minutes).
    #[arg(long, value_name = "DURATION")]
    pub(crate) soak: Option<Span>,
    /// Try a case again when a check of it was red; one that judges bytes stays red.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) retries: u32,
    /// Deviations that are known: a YAML file of check, reason and note.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Rewrite the baseline file: what fails is entered, what does not hold any more is dropped.
    #[arg(long, requires = "baseline")]
    pub(crate) update_baseline: bool,
    /// Use the cases of this directory (or file) instead of the shipped ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// Keep what each case saw in this folder, so that `recheck` can judge it again.
    #[arg(long, value_name = "DIR")]
    pub(crate) capture: Option<PathBuf>,
    /// List what would run, and run nothing.
    #[arg(long)]
    pub(crate) list: bool,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = LOAD_EXAMPLES)]
pub(crate) struct LoadArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// Plan file, or the name of a shipped plan: burst, capacity, churn, constant, llm-stream,
    /// poisson, ramp, server-events, slow-readers, spike, steps, storm or topics. Flags win over it.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Subscribers at the start [default: 100].
    #[arg(short = 'c', long = "connections", value_name = "N")]
    pub(crate) connections: Option<u32>,
    /// How many connect per second [default: 1000/s].
    #[arg(long, value_name = "N/s")]
    pub(crate) ramp: Option<Rate>,
    /// Length of the measured time, after connecting [default: 10s].
    #[arg(short = 'd', long, value_name = "SPAN")]
    pub(crate) duration: Option<Span>,
    /// Events published per second, over all publishers [default: 10/s].
    #[arg(long, value_name = "N/s")]
    pub(crate) rate: Option<Rate>,
    /// Size of the published data in bytes [default: 200].
    #[arg(long, value_name = "BYTES")]
    pub(crate) size: Option<u32>,
    /// Number of publishers, each with a sequence of its own [default: 1].
    #[arg(long, value_name = "N")]
    pub(crate) publishers: Option<u32>,
    /// What must hold, as 'fanout.p99 < 200ms' or 'lost == 0' (repeatable).
    #[arg(long = "threshold", value_name = "EXPR")]
    pub(crate) thresholds: Vec<Threshold>,
    /// Stop when a threshold has been crossed for this long; in runs of one process.
    #[arg(long, value_name = "SPAN")]
    pub(crate) abort_after: Option<Span>,
    /// Tell the server's own events apart by `id`, by a JSON pointer to a number, or `none`.
    #[arg(long, value_name = "id|none|/POINTER")]
    pub(crate) sequence: Option<String>,
    /// JSON pointer to a time stamp in the server's own events, and its unit after a colon.
    #[arg(long, value_name = "/POINTER[:ms]")]
    pub(crate) timestamp: Option<String>,
    /// Split the run over 1 to 64 processes of this machine.
    #[arg(long, value_name = "P", conflicts_with_all = ["shard", "start_at"],
        value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PROCESSES)))]
    pub(crate) processes: Option<u32>,
    /// Be shard i of n, from 1; `ssecheck merge` joins the reports (`--json`) of all shards.
    #[arg(long, value_name = "i/n", requires = "start_at")]
    pub(crate) shard: Option<ShardArg>,
    /// When connecting begins, the same for all shards: RFC 3339, as 2030-01-31T12:00:00Z.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) start_at: Option<jiff::Timestamp>,
    /// Connect from this address (repeatable; on loopback they are spread anyway).
    #[arg(long = "source-ip", value_name = "ADDR")]
    pub(crate) sources: Vec<IpAddr>,
    /// Watch the server's process and its children.
    #[arg(long, value_name = "PID")]
    pub(crate) server_pid: Option<u32>,
    /// Let doubts that can have changed a figure pass: exit code 0 or 1 instead of 3.
    #[arg(long)]
    pub(crate) allow_doubts: bool,
    /// Seed of every random choice [default: 0].
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Length of one interval of the series; longer where there would be more than 300
    /// [default: 1s].
    #[arg(long, value_name = "SPAN")]
    pub(crate) interval: Option<Span>,
    /// Print and check the plan, and do nothing.
    #[arg(long)]
    pub(crate) check: bool,
    /// Print nothing while the run lasts.
    #[arg(short = 'q', long)]
    pub(crate) quiet: bool,
    /// Of a shard that another process has started: the built-in testbed that it runs.
    #[arg(long, value_name = "URL", hide = true, conflicts_with = "url")]
    pub(crate) testbed: Option<String>,
    /// Of a shard that another process has started: end when standard input does, and do not start
    /// the target file's server.
    #[arg(long, hide = true)]
    pub(crate) until_stdin_closes: bool,
    /// Of a shard that another process has started: tell it of each interval on standard output.
    #[arg(long, hide = true)]
    pub(crate) tell_intervals: bool,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
    #[command(flatten)]
    pub(crate) load_formats: LoadFormatArgs,
}

const LOAD_EXAMPLES: &str = "\
Examples:
  ssecheck load -c 500 -d 10s
      the built-in testbed, to see what comes out
  ssecheck load http://127.0.0.1:3000/events --publish /publish \\
      -c 1000 --rate 20/s
      20 events per second to 1,000 subscribers, each delivery timed
  ssecheck load http://127.0.0.1:3000/events -c 1000 -d 30s \\
      --threshold 'connect.failed == 0'
      the server's own events
  ssecheck load --target server.yaml --plan storm \\
      --threshold 'reconnect.p99 < 5s' --json r.json --html r.html
      a target file, a shipped plan, a report to keep and a page to look at";

/// The most processes of one run on one machine.
pub(crate) const MAX_PROCESSES: u32 = 64;

fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    let failed = |_| "write a moment with its offset, like 2030-01-31T12:00:00Z".to_owned();
    text.parse().map_err(failed)
}

/// `i/n`, from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShardArg {
    pub(crate) index: u32,
    pub(crate) count: u32,
}

impl std::str::FromStr for ShardArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err("write the shard and their number, from 1/n to n/n".to_owned()),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct MergeArgs {
    /// The reports of all shards (`--json`).
    #[arg(value_name = "SHARD.json", required = true)]
    pub(crate) shards: Vec<PathBuf>,
    /// Let doubts that can have changed a figure pass.
    #[arg(long)]
    pub(crate) allow_doubts: bool,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
    #[command(flatten)]
    pub(crate) load_formats: LoadFormatArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Switch a fault, legal variation or load switch on, by id or by D id (repeatable).
    #[arg(long = "fault", value_name = "ID")]
    pub(crate) faults: Vec<String>,
    /// Explain every fault, legal variation and load switch.
    #[arg(long)]
    pub(crate) list_faults: bool,
    /// Demand this bearer token on the streams.
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Reconnection time sent at the start of each stream, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    pub(crate) retry: u64,
    /// Silence after which a stream gets a heartbeat.
    #[arg(long, value_name = "SPAN", default_value = "15s")]
    pub(crate) heartbeat: Span,
    /// End when standard input does: of a testbed that another process has started.
    #[arg(long, hide = true)]
    pub(crate) until_stdin_closes: bool,
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
    /// The JSON Schema of cases, target files, load plans, baseline files, vectors, reports or
    /// comparisons.
    Schema {
        /// Which one.
        #[arg(value_enum, default_value_t = SchemaKind::Case)]
        kind: SchemaKind,
    },
    /// Write a page on the checks of each family, and the table of requirements, as Markdown.
    Docs {
        /// The directory; pages of the same name are replaced.
        dir: PathBuf,
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
    /// A load plan.
    Plan,
    /// A baseline file.
    Baseline,
    /// A file of parser vectors.
    Vectors,
    /// A report.
    Report,
    /// What `compare --json` writes.
    Comparison,
}

#[derive(Debug, clap::Args)]
#[command(after_help = RECHECK_EXAMPLES)]
pub(crate) struct RecheckArgs {
    /// Folders that `run --capture` made, or files with a stream; `-` is standard input.
    #[arg(value_name = "CAPTURE", required = true)]
    pub(crate) captures: Vec<PathBuf>,
    /// Use the cases of this directory (or file) instead of the shipped ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// Let violations of SHOULD fail too.
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
}

const RECHECK_EXAMPLES: &str = "\
Examples:
  ssecheck run http://127.0.0.1:3000/events --capture c && ssecheck recheck c
      the same verdicts, without the server
  timeout 5 curl -s -N -i http://127.0.0.1:3000/events | ssecheck recheck -
      what can be told from one stream";

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// The saved JSON report; `-` is standard input.
    #[arg(long, value_name = "REPORT.json")]
    pub(crate) from: PathBuf,
    /// Let doubts of a load run that can have changed a figure pass.
    #[arg(long)]
    pub(crate) allow_doubts: bool,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
    #[command(flatten)]
    pub(crate) load_formats: LoadFormatArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SelftestArgs {
    /// Only these faults and variations (repeatable; `reference` is the correct server).
    #[arg(long = "fault", value_name = "ID")]
    pub(crate) faults: Vec<String>,
    /// How many testbeds run at the same time.
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub(crate) jobs: usize,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
}

//! What `parser` and `parse` take.

use std::path::PathBuf;

use ssecheck_model::span::Span;

use super::FormatArgs;

#[derive(Debug, clap::Args)]
#[command(after_help = PARSER_EXAMPLES)]
pub(crate) struct ParserArgs {
    /// Only the vectors: no random streams, no timing.
    #[arg(long, conflicts_with = "properties")]
    pub(crate) vectors: bool,
    /// Random streams for each feature; 0 leaves them out.
    #[arg(long, value_name = "N", default_value_t = 150)]
    pub(crate) properties: u32,
    /// Seed of all that is random: the same seed gives the same streams and cuts.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Which rules bind the parser: those of web browsers, or only those of every user agent.
    #[arg(long, value_enum, default_value_t = ProfileArg::Browser)]
    pub(crate) profile: ProfileArg,
    /// Let advisory classes (late, slow) fail too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Run also the features that can only show what the baseline file names.
    #[arg(long, requires = "baseline")]
    pub(crate) all: bool,
    /// The adapter takes one raw stream on standard input: one process for each stream.
    #[arg(long)]
    pub(crate) plain: bool,
    /// How long the adapter may take for one answer.
    #[arg(long, value_name = "SPAN", default_value = "5s")]
    pub(crate) timeout: Span,
    /// Deviations that are known: a YAML file of check (a class), reason (its verdict) and note.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Rewrite the baseline file: what fails is entered, what does not hold any more is dropped.
    #[arg(long, requires = "baseline")]
    pub(crate) update_baseline: bool,
    #[command(flatten)]
    pub(crate) formats: FormatArgs,
    /// The adapter: a program and its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

const PARSER_EXAMPLES: &str = "\
Examples:
  ssecheck parser -- ssecheck adapter
      our own parser, to see what comes out
  ssecheck parser --junit results.xml -- node adapter.mjs
      an adapter of yours: docs/adapter.md says how to write one
  ssecheck parser --plain -- python3 parse_stdin.py
      the five-line form";

/// Which rules bind a parser.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum ProfileArg {
    /// All of them, the dispatch steps too.
    Browser,
    /// Only those that bind every user agent.
    Core,
}

#[derive(Debug, clap::Args)]
#[command(after_help = PARSE_EXAMPLES)]
pub(crate) struct ParseArgs {
    /// A file with the body of an answer; `-` or nothing is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Leave out what is odd about the stream.
    #[arg(long)]
    pub(crate) no_lints: bool,
}

const PARSE_EXAMPLES: &str = "\
Examples:
  curl -s -N http://127.0.0.1:3000/events | ssecheck parse
      events as they come
  ssecheck parse saved.txt | jq -r '.event.data // empty'
      the data of each event
Each line is an object with one key: event, comment, retry, id, lint, and at last end.";

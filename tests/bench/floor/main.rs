//! The floor: a bare epoll reader of event streams, and a publisher to go with it.
//!
//! It does the least that a subscriber can do, so that its CPU per event is what the kernel costs,
//! and its latencies are the reference to which the load generator is held. HTTP/1.1 in clear only;
//! an event's lines must end by LF.

mod connect;
mod publish;
mod read;
mod request;
mod scan;
mod stamps;
mod usage;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::{Parser, Subcommand};
use serde_json::Value;

#[derive(Parser)]
#[command(
    about = "A bare epoll reader of event streams: the floor that a load generator is measured against"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Opens connections, reads them, prints one line of JSON.
    Read(ReadArguments),
    /// Publishes on an absolute schedule over one connection, prints one line of JSON.
    Publish(PublishArguments),
}

#[derive(clap::Args)]
struct ReadArguments {
    #[arg(long)]
    url: String,
    #[arg(long, default_value_t = 100)]
    connections: usize,
    /// Only count blank lines; without it, latencies by the kernel's receive time are measured too.
    #[arg(long)]
    count: bool,
    /// The end, counted from when all are connected.
    #[arg(long, default_value = "60", value_parser = seconds)]
    seconds: Duration,
    /// The end after this silence, once something came.
    #[arg(long, default_value = "3", value_parser = seconds)]
    quiet: Duration,
    /// The end at this number of events (all connections together).
    #[arg(long)]
    events_expected: Option<u64>,
    /// Last part of the first source address, 127.0.0.x; each serves 10,000 connections.
    #[arg(long, default_value_t = 2)]
    source: u8,
    /// Connect in step with this number of other subscribers, so that the observers sit evenly among
    /// them: a hub serves its subscribers in some order, and the first ones are no fair sample.
    #[arg(long, requires = "stats")]
    beside: Option<u64>,
    /// Where the server tells its `subscribers`.
    #[arg(long)]
    stats: Option<String>,
    /// A file to create when all are connected and quiet.
    #[arg(long)]
    ready: Option<PathBuf>,
}

#[derive(clap::Args)]
struct PublishArguments {
    #[arg(long)]
    url: String,
    /// Events per second.
    #[arg(long, default_value_t = 10.0)]
    rate: f64,
    #[arg(long, default_value = "10", value_parser = seconds)]
    seconds: Duration,
    /// Bytes of each event's data.
    #[arg(long, default_value_t = 200)]
    size: usize,
    /// Send the data as the member `data` of a JSON object, as the testbed wants it.
    #[arg(long)]
    json: bool,
}

fn seconds(text: &str) -> Result<Duration> {
    Duration::try_from_secs_f64(text.parse()?).map_err(|error| anyhow!("{error}"))
}

fn main() -> Result<()> {
    let line = match Arguments::parse().command {
        Command::Read(arguments) => read::run(&arguments)?,
        Command::Publish(arguments) => publish::run(&arguments)?,
    };
    print(&line)
}

fn print(line: &Value) -> Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

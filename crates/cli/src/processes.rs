//! `--processes`: the shards of a run as processes of this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use ssecheck_load::Finished;
use ssecheck_load::settings::Settings;
use ssecheck_model::report::Report;
use ssecheck_report::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::args::LoadArgs;
use crate::interrupt::Interrupt;
use crate::load::Subject;
use crate::load_progress::{LoadProgress, Told};
use crate::output::{Stop, complain};
use crate::settings::read;

/// How long the shards have to start before connecting begins.
const HEAD_START: Duration = Duration::from_secs(2);
/// How long a shard may take to report after it was asked to stop.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most that is kept of a shard's complaints, in bytes.
const COMPLAINTS: u64 = 16 * 1024;

/// Runs `count` shards and joins their reports.
pub(crate) async fn run(
    args: &LoadArgs,
    subject: &Subject,
    (count, mut settings): (u32, Settings),
    mut progress: LoadProgress,
    interrupt: &Interrupt,
) -> Result<Finished, Stop> {
    let folder = Folder::create()?;
    let start_at = jiff::Timestamp::try_from(SystemTime::now() + HEAD_START);
    let start_at = start_at.map_err(|error| Stop::setup(error.to_string()))?;
    let (intervals, told) = mpsc::unbounded_channel();
    let mut shards = Shards { ends: JoinSet::new(), reins: Vec::new(), intervals };
    for index in 1..=count {
        let name = format!("{index}/{count}");
        let mut flags = vec!["--start-at".into(), start_at.to_string().into()];
        flags.extend(passed_on(args, subject, index == 1));
        shards.start(name, folder.report(index), flags)?;
    }
    progress.human.say(&format!("{count} processes, connecting begins at {start_at:.3}"));
    if !args.quiet {
        settings.start_at = SystemTime::from(start_at);
        progress.begin(settings);
    }
    let interrupted = shards.follow(interrupt, told, &mut progress).await?;
    drop(progress);
    let reports = (1..=count).map(|index| shard_report(&folder.report(index)));
    let merged = ssecheck_load::merge::merge(reports.collect::<Result<Vec<_>, _>>()?);
    let report = merged.map_err(Stop::setup)?;
    let load = report.load.ok_or_else(|| Stop::setup("the shards measured nothing"))?;
    Ok(Finished { load, interrupted: interrupted || report.interrupted, aborted: None })
}

fn shard_report(path: &Path) -> Result<Report, Stop> {
    json::read(&read(path)?).map_err(Stop::setup)
}

/// The flags that say what the whole run is.
fn passed_on(args: &LoadArgs, subject: &Subject, first: bool) -> Vec<OsString> {
    let mut flags: Vec<OsString> = Vec::new();
    let mut add = |name: &str, value: Option<OsString>| {
        if let Some(value) = value {
            flags.extend([OsString::from(name), value]);
        }
    };
    let text = |value: &dyn ToString| OsString::from(value.to_string());
    add("--target", args.server.target.as_ref().map(OsString::from));
    add("--plan", args.plan.as_ref().map(OsString::from));
    add("--connections", args.connections.map(|n| text(&n)));
    add("--ramp", args.ramp.map(|rate| text(&rate)));
    add("--duration", args.duration.map(|span| text(&span)));
    add("--rate", args.rate.map(|rate| text(&rate)));
    add("--size", args.size.map(|size| text(&size)));
    add("--publishers", args.publishers.map(|n| text(&n)));
    add("--sequence", args.sequence.as_ref().map(OsString::from));
    add("--timestamp", args.timestamp.as_ref().map(OsString::from));
    add("--publish", args.server.publish.as_ref().map(OsString::from));
    add("--seed", args.seed.map(|seed| text(&seed)));
    add("--interval", args.interval.map(|span| text(&span)));
    add("--cacert", args.server.cacert.as_ref().map(OsString::from));
    add("--testbed", subject.testbed.then(|| text(&subject.target.url)));
    // The server is one: its use is counted once.
    add("--server-pid", subject.pid.filter(|_| first).map(|pid| text(&pid)));
    for threshold in &args.thresholds {
        add("--threshold", Some(text(threshold)));
    }
    for source in &args.sources {
        add("--source-ip", Some(text(source)));
    }
    for capability in &args.server.provides {
        add("--provides", Some(OsString::from(capability)));
    }
    if args.server.insecure {
        flags.push("--insecure".into());
    }
    if let Some(url) = &args.server.url {
        flags.extend(["--".into(), url.into()]);
    }
    flags
}

/// The shards that run.
struct Shards {
    ends: JoinSet<std::io::Result<Ended>>,
    /// Each shard stops, and reports, when its own is closed: on request, and when we are no more.
    reins: Vec<ChildStdin>,
    intervals: Intervals,
}

/// Where the shards' intervals go.
type Intervals = mpsc::UnboundedSender<Told>;

impl Shards {
    fn start(&mut self, name: String, report: PathBuf, flags: Vec<OsString>) -> Result<(), Stop> {
        let failed = |error| Stop::setup(format!("cannot start shard {name}: {error}"));
        let mut child = spawn(&name, &report, flags).map_err(failed)?;
        self.reins.extend(child.stdin.take());
        let out = child.stdout.take();
        tokio::spawn(listen(out, self.intervals.clone()));
        self.ends.spawn(end(child, name, report));
        Ok(())
    }

    /// Waits for all; tells them to stop when the user does, and tells whether that was so.
    async fn follow(
        mut self,
        interrupt: &Interrupt,
        mut told: mpsc::UnboundedReceiver<Told>,
        progress: &mut LoadProgress,
    ) -> Result<bool, Stop> {
        let mut patience = None;
        loop {
            let ended = tokio::select! {
                // It stays open as long as we hold a sender.
                Some(told) = told.recv() => {
                    progress.hear(&told);
                    continue;
                }
                ended = self.ends.join_next() => ended,
                () = interrupt.heard(), if patience.is_none() => {
                    patience = Some(Instant::now() + PATIENCE);
                    self.reins.clear();
                    continue;
                }
                () = over(patience) => return Err(Stop::setup("a shard did not stop")),
            };
            match ended {
                None => return Ok(patience.is_some()),
                Some(Ok(Ok(ended))) => ended.check()?,
                Some(Ok(Err(error))) => return Err(Stop::setup(error)),
                Some(Err(error)) => return Err(Stop::setup(error)),
            }
        }
    }
}

async fn over(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn spawn(name: &str, report: &Path, flags: Vec<OsString>) -> std::io::Result<Child> {
    let mut command = Command::new(crate::settings::own_program()?);
    command.args(["load", "--quiet", "--tell-intervals", "--until-stdin-closes"]);
    command.args(["--shard", name, "--json"]);
    command.arg(report).args(flags);
    // Of its text only the intervals are heard; its complaints are kept for the end.
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true).process_group(0).spawn()
}

/// Hears what a shard tells of its intervals, and drops its other text, which is of a part only.
async fn listen(out: Option<ChildStdout>, to: Intervals) {
    let Some(out) = out else { return };
    let mut lines = BufReader::new(out).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(told) = Told::read(&line)
            && to.send(told).is_err()
        {
            return;
        }
    }
}

/// How a shard ended.
struct Ended {
    name: String,
    report: PathBuf,
    code: Option<i32>,
    complaints: String,
}

async fn end(mut child: Child, name: String, report: PathBuf) -> std::io::Result<Ended> {
    let mut complaints = Vec::new();
    if let Some(stderr) = &mut child.stderr {
        (&mut *stderr).take(COMPLAINTS).read_to_end(&mut complaints).await?;
        // More than that is dropped, so that the shard does not wait for us.
        tokio::io::copy(stderr, &mut tokio::io::sink()).await?;
    }
    let code = child.wait().await?.code();
    let complaints = String::from_utf8_lossy(&complaints).into_owned();
    Ok(Ended { name, report, code, complaints })
}

impl Ended {
    /// Without its report there can be no whole; the others need not go on.
    fn check(self) -> Result<(), Stop> {
        let Self { name, report, code, complaints } = self;
        let complaints = complaints.trim_end();
        let complaint = complaints.strip_prefix("error: ").unwrap_or(complaints);
        let why = match (complaint, code) {
            ("", Some(code)) => format!("it ended with exit code {code} and no report"),
            ("", None) => "it was ended by a signal".to_owned(),
            (complaint, _) => complaint.to_owned(),
        };
        match report.exists() {
            false => Err(Stop::setup(format!("shard {name}: {why}"))),
            true if complaint.is_empty() => Ok(()),
            true => {
                complain(&format!("shard {name}: {why}"));
                Ok(())
            }
        }
    }
}

/// A folder for the shards' reports, removed when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn create() -> Result<Self, Stop> {
        // One that a killed process of the same id has left must not be in the way.
        let now = jiff::Timestamp::now().as_nanosecond();
        let name = format!("ssecheck-{}-{now}", std::process::id());
        let path = crate::settings::temporary_folder().join(name);
        std::fs::create_dir(&path).map_err(|error| {
            Stop::setup(format!("cannot create the folder {}: {error}", path.display()))
        })?;
        Ok(Self(path))
    }

    fn report(&self, index: u32) -> PathBuf {
        self.0.join(format!("shard-{index}.json"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays in the system's temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

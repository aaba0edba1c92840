//! `ssecheck parser` and `ssecheck adapter`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ssecheck_model::exit;
use ssecheck_model::parser::{ParserProfile, ParserReport};
use ssecheck_model::report::{Report, TargetInfo};
use ssecheck_model::vector::Vector;
use ssecheck_parsertest::{RunError, RunEvent, Settings, own, run, update_baseline, vectors};
use ssecheck_report::sanitize::{self, VALUE_LIMIT};
use ssecheck_report::text;

use crate::args::{LoadFormatArgs, ParserArgs, ProfileArg};
use crate::interrupt::Interrupt;
use crate::output::{Done, Formats, Human, Stop, replace};
use crate::run::{runtime, tool};
use crate::secrets;

/// Judges the parser behind an adapter.
pub(crate) fn parser(args: &ParserArgs) -> Done {
    let settings = settings(args)?;
    let started_at = jiff::Timestamp::now();
    let clock = Instant::now();
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = runtime()?;
    let listening = runtime.block_on(async { Interrupt::listen() })?;
    let heard = stop.clone();
    runtime.spawn(async move {
        listening.heard().await;
        heard.store(true, Ordering::Relaxed);
    });
    let formats = Formats::open(&args.formats, &LoadFormatArgs::default())?;
    let human = formats.human();
    let mut progress = Progress::new(human, secrets::hidden(target(args)));
    let found = run(&settings, &mut |event| progress.tell(&event), &stop).map_err(refusal);
    progress.clear();
    let mut found = found?;
    let interrupted = stop.load(Ordering::Relaxed);
    if args.update_baseline && found.aborted.is_none() {
        rewrite(args, &settings, &mut found)?;
    }
    let exit_code = if interrupted { exit::INTERRUPTED } else { found.exit_code() };
    let report = Report {
        started_at: started_at.to_string(),
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        interrupted,
        parser: Some(found),
        ..Report::new(tool(), target(args))
    };
    let report = secrets::redacted(&report)?;
    human.write(&text::body(&report, human.style));
    formats.write(&report)?;
    Ok(exit_code)
}

/// Rewrites the baseline file by what was found. A run that was cut short has not seen what still
/// holds, so it comes not here.
fn rewrite(args: &ParserArgs, settings: &Settings, found: &mut ParserReport) -> Result<(), Stop> {
    let (Some(path), Some(baseline)) = (&args.baseline, &settings.baseline) else { return Ok(()) };
    let updated = update_baseline(baseline, found).map_err(Stop::usage)?;
    replace(path, &updated.render())
}

/// Puts our own parser behind the protocol, on standard input and output.
pub(crate) fn adapter() -> Done {
    let (input, output) = (std::io::stdin().lock(), std::io::stdout().lock());
    match own::serve(input, output) {
        // Whoever asked has had enough.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::usage(format!("a case of sse-adapter/1 was expected: {error}")))
        }
        _ => Ok(exit::OK),
    }
}

fn shipped() -> Result<Vec<Vector>, Stop> {
    let files = vectors::shipped().map_err(Stop::setup)?;
    Ok(files.into_iter().flat_map(|file| file.vectors).collect())
}

/// A bad pattern in the baseline file is a bad file.
fn refusal(error: RunError) -> Stop {
    match error {
        RunError::Baseline(error) => Stop::usage(error),
        other => Stop::setup(other),
    }
}

fn settings(args: &ParserArgs) -> Result<Settings, Stop> {
    let baseline =
        args.baseline.as_deref().map(|path| crate::settings::baseline(path, args.update_baseline));
    let profile = match args.profile {
        ProfileArg::Browser => ParserProfile::Browser,
        ProfileArg::Core => ParserProfile::Core,
    };
    Ok(Settings {
        command: args.command.clone(),
        plain: args.plain,
        profile,
        strict: args.strict,
        properties: if args.vectors { 0 } else { args.properties },
        timing: !args.vectors,
        seed: args.seed,
        timeout: args.timeout.0,
        all_features: args.all,
        baseline: baseline.transpose()?,
        vectors: shipped()?,
        ..Settings::default()
    })
}

/// How often the count is written anew: faster nobody reads.
const REFRESH: Duration = Duration::from_millis(100);

/// Tells how far a run is: a count that is written over where a person watches, and what the
/// adapter did wrong.
struct Progress {
    human: Human,
    target: TargetInfo,
    name: &'static str,
    total: u64,
    /// When the count was written last.
    counted: Option<Instant>,
}

impl Progress {
    fn new(human: Human, target: TargetInfo) -> Self {
        Self { human, target, name: "", total: 0, counted: None }
    }

    fn tell(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Started(_) => {
                self.human.write(&text::header(&tool(), &self.target, self.human.style));
            }
            RunEvent::Phase { name, total } => {
                (self.name, self.total) = (name, *total);
                self.counted = None;
                self.count(0);
            }
            RunEvent::Progress(done) => self.count(*done),
            RunEvent::Restarted { case, what } => {
                self.clear();
                let text = format!("the adapter is started again: {case}: {what}");
                self.human.write(&(sanitize::line(&text, VALUE_LIMIT) + "\n"));
            }
        }
    }

    fn count(&mut self, done: u64) {
        let soon = self.counted.is_some_and(|before| before.elapsed() < REFRESH);
        if self.human.is_terminal() && !soon {
            self.counted = Some(Instant::now());
            self.human.write(&format!("\r\x1b[K{}: {done} of {}", self.name, self.total));
        }
    }

    fn clear(&self) {
        if self.human.is_terminal() {
            self.human.write("\r\x1b[K");
        }
    }
}

fn target(args: &ParserArgs) -> TargetInfo {
    TargetInfo {
        url: args.command.join(" "),
        provides: Vec::new(),
        seen: Vec::new(),
        testbed: false,
    }
}

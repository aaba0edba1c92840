//! `ssecheck parser` and `ssecheck adapter`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ssecheck_model::exit;
use ssecheck_model::parser::{ParserProfile, ParserReport};
use ssecheck_model::report::{Report, TargetInfo};
use ssecheck_parsertest::{RunError, RunEvent, Settings, own, run, update_baseline, vectors};
use ssecheck_report::sanitize::{self, VALUE_LIMIT};
use ssecheck_report::{Style, text};

use crate::args::{LoadFormatArgs, ParserArgs, ProfileArg};
use crate::interrupt::Interrupt;
use crate::output::{Done, Formats, Human, Stop, replace};
use crate::run::{runtime, tool};
use crate::screen::Live;
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
    drop(progress);
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
        vectors: vectors::all().map_err(Stop::setup)?,
        ..Settings::default()
    })
}

/// Tells how far a run is, and what the adapter did wrong.
struct Progress {
    human: Human,
    target: TargetInfo,
    now: Arc<Mutex<Now>>,
    live: Option<Live>,
}

/// The part of the run that is under way.
struct Now {
    name: &'static str,
    done: u64,
    total: u64,
    began: Instant,
    restarts: usize,
}

impl Progress {
    fn new(human: Human, target: TargetInfo) -> Self {
        let now = Now { name: "start", done: 0, total: 0, began: Instant::now(), restarts: 0 };
        Self { human, target, now: Arc::new(Mutex::new(now)), live: None }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Started(_) => {
                self.human.write(&text::header(&tool(), &self.target, self.human.style));
            }
            RunEvent::Phase { name, total } => {
                let mut now = self.now();
                *now = Now { name, done: 0, total: *total, began: Instant::now(), ..*now };
                drop(now);
                self.live.get_or_insert_with(|| view(self.human, Arc::clone(&self.now)));
            }
            RunEvent::Progress(done) => self.now().done = *done,
            RunEvent::Restarted { case, what } => {
                self.now().restarts += 1;
                let text = format!("the adapter is started again: {case}: {what}");
                let text = sanitize::line(&text, VALUE_LIMIT);
                self.human.write(&text::prose(&text, self.human.style));
            }
        }
    }
}

fn view(human: Human, now: Arc<Mutex<Now>>) -> Live {
    Live::start(human, move |width| {
        let now = now.lock().unwrap_or_else(PoisonError::into_inner);
        let style = Style { width, ..human.style };
        let red = Some((now.restarts, "restarts of the adapter"));
        text::live::steps(now.name, (now.done, now.total), now.began.elapsed(), red, style)
    })
}

fn target(args: &ParserArgs) -> TargetInfo {
    TargetInfo {
        url: args.command.join(" "),
        provides: Vec::new(),
        seen: Vec::new(),
        testbed: false,
    }
}

//! `ssecheck parser` and `ssecheck adapter`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use ssecheck_model::exit;
use ssecheck_model::parser::ParserProfile;
use ssecheck_model::report::{Report, TargetInfo};
use ssecheck_parsertest::{RunEvent, Settings, run};
use ssecheck_report::sanitize::{self, VALUE_LIMIT};
use ssecheck_report::text;

use crate::args::{LoadFormatArgs, ParserArgs, ProfileArg};
use crate::interrupt::Interrupt;
use crate::output::{Done, Formats, Human, Stop};
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
    let mut progress = Progress::new(human);
    let found = run(&settings, &mut |event| progress.tell(&event), &stop).map_err(Stop::setup)?;
    progress.clear();
    let interrupted = stop.load(Ordering::Relaxed);
    let exit_code = if interrupted { exit::INTERRUPTED } else { found.exit_code() };
    let report = Report {
        started_at: started_at.to_string(),
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        interrupted,
        parser: Some(found),
        ..Report::new(tool(), target(args))
    };
    let report = secrets::redacted(&report)?;
    human.write(&text::render(&report, human.style));
    formats.write(&report)?;
    Ok(exit_code)
}

/// Puts our own parser behind the protocol, on standard input and output.
pub(crate) fn adapter() -> Done {
    Err(Stop::setup("not built yet"))
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
        baseline: baseline.transpose()?,
    })
}

/// Tells how far a run is: a count that is written over where a person watches, and what the
/// adapter did wrong.
struct Progress {
    human: Human,
    name: &'static str,
    total: u64,
}

impl Progress {
    fn new(human: Human) -> Self {
        Self { human, name: "", total: 0 }
    }

    fn tell(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Started(_) => {}
            RunEvent::Phase { name, total } => {
                (self.name, self.total) = (name, *total);
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

    fn count(&self, done: u64) {
        if self.human.is_terminal() {
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

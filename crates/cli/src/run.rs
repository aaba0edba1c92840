//! `ssecheck run`.

use std::time::{Duration, Instant};

use ssecheck_conformance::capture::{About, RECORDED_BYTES};
use ssecheck_conformance::{
    Deviations, Options, SetupError, Started, Subject, Suite, run as conformance,
};
use ssecheck_model::exit;
use ssecheck_model::report::{Conformance, Report, Tool};
use ssecheck_model::secrets::Secrets;
use ssecheck_model::target::Target;
use ssecheck_report::text;
use ssecheck_testbed::{Config, Testbed};

use crate::args::{LoadFormatArgs, RunArgs};
use crate::capture::Capture;
use crate::interrupt::Interrupt;
use crate::output::{Done, Formats, Stop, complain, print, replace};
use crate::progress::{Progress, target_info};
use crate::{cases, secrets, settings};

/// Time that the runtime gets to end what is still open.
pub(crate) const SHUTDOWN: Duration = Duration::from_secs(2);
/// The token of the built-in testbed, so that the checks on credentials run too.
pub(crate) const TESTBED_TOKEN: &str = "ssecheck";

/// The heartbeat of the built-in testbed, a little sooner than its target file promises: short, so
/// that judging it takes no 15 s.
pub(crate) const TESTBED_HEARTBEAT: Duration = Duration::from_millis(400);

/// Judges a server.
pub(crate) fn run(args: &RunArgs) -> Done {
    settings::check_numbers(args)?;
    let whole = settings::whole_suite(args.cases.as_deref())?;
    let suite = whole.clone().select(&args.only, &args.skip).map_err(Stop::usage)?;
    if args.list {
        print(&cases::listing(&suite))?;
        return Ok(exit::OK);
    }
    if suite.cases.is_empty() {
        return Err(Stop::setup("no check is left to run: --skip takes all that --case chose"));
    }
    // A mistake in the file is told before anything is started.
    let order = Order { suite, whole, known: settings::deviations(args)? };
    let target = settings::target(&args.server)?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let interrupt = Interrupt::listen()?;
        let formats = Formats::open(&args.formats, &LoadFormatArgs::default())?;
        with_server(args, target, order, formats, &interrupt).await
    });
    runtime.shutdown_timeout(SHUTDOWN);
    done
}

/// What is to be judged, and what is known of it.
struct Order {
    suite: Suite,
    /// The suite before anything was selected.
    whole: Suite,
    known: Option<Deviations>,
}

/// The runtime of every command that needs one.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Stop::setup(format!("cannot start: {error}")))
}

/// Starts what has to be started, and ends it again.
async fn with_server(
    args: &RunArgs,
    target: Option<Target>,
    order: Order,
    formats: Formats,
    interrupt: &Interrupt,
) -> Done {
    let Some(target) = target else { return on_testbed(args, order, formats, interrupt).await };
    let started = tokio::select! {
        started = Started::begin(&target) => started.map_err(Stop::setup)?,
        () = interrupt.heard() => return Err(Stop::interrupted()),
    };
    let done = judge(args, &target, order, formats, interrupt).await;
    if let Some(started) = started {
        started.end().await;
    }
    done
}

async fn on_testbed(args: &RunArgs, order: Order, formats: Formats, interrupt: &Interrupt) -> Done {
    let token = Some(TESTBED_TOKEN.to_owned());
    let config = Config { token, heartbeat: TESTBED_HEARTBEAT, ..Config::default() };
    let testbed = Testbed::start(config)
        .map_err(|error| Stop::setup(format!("cannot start the testbed: {error}")))?;
    let url = testbed.url();
    formats.human().say(&format!("no URL given: judging the built-in testbed at {url}"));
    let target = settings::testbed_target(&url)?;
    let done = judge(args, &target, order, formats, interrupt).await;
    testbed.shutdown().await;
    done
}

async fn judge(
    args: &RunArgs,
    target: &Target,
    order: Order,
    formats: Formats,
    interrupt: &Interrupt,
) -> Done {
    let Order { suite, whole, known } = order;
    let testbed = args.server.url.is_none() && args.server.target.is_none();
    let started_at = jiff::Timestamp::now();
    let clock = Instant::now();
    let mut dial = settings::dial_options(&args.server)?;
    if args.capture.is_some() {
        dial.max_recorded = RECORDED_BYTES;
    }
    let subject = Subject::new(target, dial, args.time_scale);
    let mut subject = subject.map_err(|error| match error {
        SetupError::Url(_) => Stop::usage(with_scheme_hint(&error, args)),
        _ => Stop::setup(error),
    })?;
    subject.soak = args.soak.map(|span| span.0);
    // The token of the built-in testbed is none.
    subject.secrets = if testbed { Secrets::default() } else { secrets::all() };
    let mut capture = capture(args, &suite, (testbed, started_at.to_string()))?;
    subject.capture = capture.is_some();
    let human = formats.human();
    let mut progress = Progress::new(human, &suite, tool(), testbed);
    let options = Options {
        jobs: args.jobs,
        strict: args.strict,
        retries: args.retries,
        known: known.clone(),
    };
    let before = target_info(&subject, testbed);
    let finished = conformance(subject, suite, options, interrupt.heard(), |event| {
        progress.tell(&event);
        capture.iter_mut().for_each(|capture| capture.tell(&event));
    })
    .await;
    drop(progress);
    let mut captured = Ok(());
    let (result, info, interrupted, failed) = match finished {
        Ok(finished) => {
            secrets::keep(finished.subject.secrets.clone());
            let info = target_info(&finished.subject, testbed);
            if let Some(capture) = capture {
                let aborted = finished.conformance.aborted.clone();
                captured = capture.end(&finished.subject, aborted, finished.interrupted);
            }
            let mut result = finished.conformance;
            if let Some(known) = known {
                hold_against(args, known, &whole, &mut result)?;
            }
            (result, info, finished.interrupted, None)
        }
        Err(error) => {
            let result = Conformance::new(Vec::new(), Some(error.to_string()));
            (result, before, false, Some(error))
        }
    };
    let exit_code = if interrupted { exit::INTERRUPTED } else { result.exit_code() };
    let report = Report {
        started_at: started_at.to_string(),
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        interrupted,
        conformance: Some(result),
        ..Report::new(tool(), info)
    };
    let report = secrets::redacted(&report)?;
    match failed {
        Some(error) => complain(&error.to_string()),
        None => human.write(&text::findings(&report, human.style)),
    }
    formats.write(&report)?;
    captured.map(|()| exit_code)
}

fn capture(
    args: &RunArgs,
    suite: &Suite,
    (testbed, started_at): (bool, String),
) -> Result<Option<Capture>, Stop> {
    let Some(folder) = &args.capture else { return Ok(None) };
    let about = About {
        tool: tool(),
        started_at,
        testbed,
        strict: args.strict,
        selected: !(args.only.is_empty() && args.skip.is_empty()),
        suite: suite.clone(),
    };
    Capture::begin(folder, about).map(Some)
}

/// Holds a result against the baseline file, and rewrites the file first if that was asked for. A
/// run that was cut short rewrites nothing: it has not seen what still holds.
fn hold_against(
    args: &RunArgs,
    known: Deviations,
    whole: &Suite,
    result: &mut Conformance,
) -> Result<(), Stop> {
    let mut known = known;
    if let (Some(path), true, None) = (&args.baseline, args.update_baseline, &result.aborted) {
        let updated = known.updated(result, whole);
        replace(path, &updated.render())?;
        known = Deviations::new(updated).map_err(Stop::usage)?;
        result.checks.iter_mut().for_each(|check| known.cover(check));
    }
    let baseline = known.result(result, whole);
    result.set_baseline(baseline);
    Ok(())
}

pub(crate) fn tool() -> Tool {
    Tool { name: "ssecheck".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// The message of a wrong URL, with the commonest cure.
fn with_scheme_hint(error: &SetupError, args: &RunArgs) -> String {
    match args.server.url.as_deref().filter(|url| !url.contains("://")) {
        Some(url) => format!("{error}; did you mean http://{url}?"),
        None => error.to_string(),
    }
}

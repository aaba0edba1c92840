//! `ssecheck load`.

use std::net::{IpAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use ssecheck_load::needs::raise;
use ssecheck_load::settings::{Options, Settings, ShardId};
use ssecheck_load::{Finished, RunError, RunEvent, needs};
use ssecheck_model::exit;
use ssecheck_model::load::Load;
use ssecheck_model::report::{Report, TargetInfo};
use ssecheck_model::target::Target;
use ssecheck_report::text;
use ssecheck_transport::Limits;

use crate::args::LoadArgs;
use crate::interrupt::Interrupt;
use crate::load_plan::{Planned, plan};
use crate::load_progress::LoadProgress;
use crate::output::{Done, Formats, Human, Stop, complain};
use crate::run::{SHUTDOWN, runtime, tool};
use crate::server_process::ServerProcess;
use crate::{processes, settings};

/// Measures a server.
pub(crate) fn load(args: &LoadArgs) -> Done {
    let target = match &args.testbed {
        Some(url) => Some(settings::testbed_target(url)?),
        None => settings::target(&args.server)?,
    };
    // Before anything is started: what was typed wrong is told at once.
    let planned = plan(args, target.as_ref().is_none_or(|target| target.publish.is_some()))?;
    check_sources(args)?;
    check_start(args)?;
    // Thousands of subscribers need a descriptor each.
    let _ = raise();
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let interrupt = Interrupt::listen_with(args.until_stdin_closes)?;
        let formats = Formats::open(&args.formats, &args.load_formats)?;
        let work = Work { args, planned, formats, interrupt };
        with_server(work, target).await
    });
    runtime.shutdown_timeout(SHUTDOWN);
    done
}

/// What was asked for.
struct Work<'a> {
    args: &'a LoadArgs,
    planned: Planned,
    formats: Formats,
    interrupt: Interrupt,
}

/// Starts what has to be started, and ends it again.
async fn with_server(work: Work<'_>, target: Option<Target>) -> Done {
    let Some(target) = target else { return on_testbed(work).await };
    let args = work.args;
    let started = match args.until_stdin_closes {
        // The process that started this one has done it.
        true => None,
        false => tokio::select! {
            started = ssecheck_conformance::Started::begin(&target) => started.map_err(Stop::setup)?,
            () = work.interrupt.heard() => return Err(Stop::interrupted()),
        },
    };
    let subject = Subject { target, testbed: args.testbed.is_some(), pid: args.server_pid };
    let done = measure(work, &subject).await;
    if let Some(started) = started {
        started.end().await;
    }
    done
}

/// The testbed is a process of its own: a server in ours would share its threads and its lag.
async fn on_testbed(work: Work<'_>) -> Done {
    let server = ServerProcess::testbed().await?;
    let url = &server.url;
    work.formats.human().say(&format!("no URL given: loading the built-in testbed at {url}"));
    let target = settings::testbed_target(url)?;
    let subject = Subject { target, testbed: true, pid: work.args.server_pid.or(Some(server.pid)) };
    let done = measure(work, &subject).await;
    server.end().await;
    done
}

/// What is measured.
pub(crate) struct Subject {
    pub(crate) target: Target,
    pub(crate) testbed: bool,
    pub(crate) pid: Option<u32>,
}

/// What a newcomer who gave a URL alone has to know.
const NO_HOOK: &str = "without a publish hook nothing is published, and there is no fan-out latency; \
    add --publish URL, or `publish:` in a target file, to have events published and timed";

async fn measure(work: Work<'_>, subject: &Subject) -> Done {
    let Work { args, planned, formats, interrupt } = work;
    let interrupt = &interrupt;
    let human = formats.human();
    let started_at = jiff::Timestamp::now();
    let clock = Instant::now();
    let settings = settings_of(args, subject, &planned)?;
    let processes = args.processes.unwrap_or(1);
    let needs = needs(&settings, processes).await.map_err(Stop::setup)?;
    let preview =
        Load { plan: ssecheck_load::plan_facts(&settings, needs.clone()), ..Load::default() };
    human.write(&text::header(&tool(), &target_info(subject), human.style));
    human.write(&crate::secrets::note().unwrap_or_default());
    human.write(&text::load::plan(&preview, human.style));
    if planned.plan.server.is_none() && settings.publishing().is_none() {
        human.note(NO_HOOK);
    }
    if let Some(note) = ssecheck_load::foreign_note(&settings).await {
        human.note(&note);
    }
    if let Some(short) = needs.iter().find(|need| need.short) {
        return Err(Stop::setup(format!("this machine cannot do that: {}", short.message)));
    }
    if args.check {
        return Ok(exit::OK);
    }
    if let Some(start_at) = args.start_at {
        human.say(&format!("connecting begins at {start_at:.3}"));
    }
    let finished = if processes > 1 {
        let watched = LoadProgress::new(human, interrupt.clone(), processes as usize);
        processes::run(args, subject, (processes, settings), watched, interrupt).await?
    } else {
        run(settings, needs, args, human, interrupt).await?
    };
    let Finished { load, interrupted, aborted } = finished;
    let exit_code = if interrupted { exit::INTERRUPTED } else { load.exit_code(args.allow_doubts) };
    let report = Report {
        started_at: started_at.to_string(),
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        interrupted,
        load: Some(load),
        ..Report::new(tool(), target_info(subject))
    };
    if let Some(aborted) = aborted {
        human.say(&format!("stopped, because a threshold stayed crossed: {aborted}"));
    }
    let report = crate::secrets::redacted(&report)?;
    human.write(&text::load::results(&report, human.style));
    formats.write(&report)?;
    Ok(exit_code)
}

async fn run(
    settings: Settings,
    needs: Vec<ssecheck_model::load::Need>,
    args: &LoadArgs,
    human: Human,
    interrupt: &Interrupt,
) -> Result<Finished, Stop> {
    let quiet = args.quiet && !args.tell_intervals;
    let mut progress = match args.tell_intervals {
        true => LoadProgress::for_parent(),
        false => LoadProgress::new(human, interrupt.clone(), 1),
    };
    let tell = |event: &RunEvent<'_>| {
        if !quiet {
            progress.tell(event);
        }
    };
    let stop = || interrupt.heard();
    let finished = match settings.capacity {
        Some(_) => ssecheck_load::search(settings, needs, args.allow_doubts, stop, tell).await,
        None => ssecheck_load::run(settings, needs, stop(), tell).await,
    };
    finished.map_err(|error| match error {
        RunError::Broken => {
            complain("this is a bug of ssecheck; please report it with the message above");
            Stop::setup(error)
        }
        _ => Stop::setup(error),
    })
}

/// The settings of this process.
pub(crate) fn settings_of(
    args: &LoadArgs,
    subject: &Subject,
    planned: &Planned,
) -> Result<Settings, Stop> {
    let shard = args
        .shard
        .map_or(ShardId::WHOLE, |shard| ShardId { index: shard.index - 1, count: shard.count });
    let options = Options {
        shard,
        start_at: args.start_at.map_or_else(SystemTime::now, SystemTime::from),
        sources: args.sources.clone(),
        dial: settings::dial_options(&args.server)?,
        limits: Limits::default(),
        server_pid: subject.pid,
        variables: planned.variables.clone(),
    };
    Settings::new(&planned.plan, &subject.target, options).map_err(Stop::usage)
}

/// A moment that is long over would let a shard begin in the middle of its schedule.
const LATEST: Duration = Duration::from_secs(1);

fn check_start(args: &LoadArgs) -> Result<(), Stop> {
    let Some(at) = args.start_at else { return Ok(()) };
    match SystemTime::now().duration_since(SystemTime::from(at)) {
        Ok(late) if late > LATEST => Err(Stop::usage(format!(
            "--start-at was {} s ago: give a moment to come, the same for all shards",
            late.as_secs()
        ))),
        _ => Ok(()),
    }
}

/// Refuses addresses that this machine does not have.
fn check_sources(args: &LoadArgs) -> Result<(), Stop> {
    let refused = |source: &IpAddr| Some((*source, UdpSocket::bind((*source, 0)).err()?));
    match args.sources.iter().find_map(refused) {
        None => Ok(()),
        Some((source, error)) => Err(Stop::usage(format!(
            "--source-ip {source}: this machine cannot connect from there: {error}"
        ))),
    }
}

fn target_info(subject: &Subject) -> TargetInfo {
    let target = &subject.target;
    let url = ssecheck_transport::Url::parse(&target.url.to_string());
    crate::secrets::hidden(TargetInfo {
        url: url.map_or_else(|_| target.url.to_string(), |url| url.to_string()),
        provides: target.provides.iter().map(|c| c.value.as_str().to_owned()).collect(),
        seen: Vec::new(),
        testbed: subject.testbed,
    })
}

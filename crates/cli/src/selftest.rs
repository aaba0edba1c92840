//! `ssecheck selftest`: the kill matrix.
//!
//! A check that has never been seen red proves nothing. Each fault of the testbed must turn red
//! exactly the checks that it names, each for its own reason; the correct server and every legal
//! variation must stay green.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ssecheck_conformance::{DialOptions, Options, Subject, Suite, run as conformance};
use ssecheck_model::case::Need;
use ssecheck_model::exit;
use ssecheck_model::report::{Cell, CheckResult, Report, Selftest, SwitchInfo, TargetInfo};
use ssecheck_model::target::{Capability, Target};
use ssecheck_model::verdict::Outcome;
use ssecheck_testbed::{Config, Kind, Switch, Switches, Testbed, all, find};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::args::SelftestArgs;
use crate::interrupt::Interrupt;
use crate::output::{Done, Formats, Human, Stop};
use crate::run::{SHUTDOWN, TESTBED_HEARTBEAT, TESTBED_TOKEN, runtime, tool};
use crate::settings;

/// The name of the correct server in the matrix.
const REFERENCE: &str = "reference";
/// How many cases run at the same time against one testbed.
const CASES: usize = 4;

/// Makes the kill matrix.
pub(crate) fn selftest(args: &SelftestArgs) -> Done {
    let formats = Formats::of(args.json.as_ref(), args.html.as_ref(), args.markdown.as_ref())?;
    let human = formats.human();
    let suite = Suite::shipped().map_err(Stop::usage)?;
    let rows = rows(&args.faults)?;
    let runtime = runtime()?;
    let started_at = jiff::Timestamp::now();
    let cells = runtime.block_on(async {
        let interrupt = Interrupt::listen()?;
        tokio::select! {
            cells = matrix(rows.clone(), &suite, args.jobs.max(1), human) => cells,
            () = interrupt.heard() => Err(Stop::interrupted()),
        }
    });
    runtime.shutdown_timeout(SHUTDOWN);
    let selftest = summary(&rows, &suite, cells?, args.faults.is_empty());
    let faults = rows.iter().flatten().filter(|switch| switch.kind == Kind::Fault);
    for switch in faults.filter(|switch| !names_what_it_breaks(switch, &suite)) {
        human.write(&format!("WRONG {:28} no check names what it breaks\n", switch.id));
    }
    let good = selftest.is_good();
    human.write(&conclusion(&selftest));
    formats.write(&report(selftest, started_at.to_string()))?;
    Ok(if good { exit::OK } else { exit::FAILED })
}

/// One row: a switch, or the correct server.
type Row = Option<&'static Switch>;

fn rows(names: &[String]) -> Result<Vec<Row>, Stop> {
    if names.is_empty() {
        return Ok(std::iter::once(None).chain(all().iter().map(Some)).collect());
    }
    let row = |name: &String| match name.as_str() {
        REFERENCE => Ok(None),
        name => find(name).map(Some).map_err(Stop::usage),
    };
    names.iter().map(row).collect()
}

fn name(row: Row) -> &'static str {
    row.map_or(REFERENCE, |switch| switch.id)
}

async fn matrix(
    rows: Vec<Row>,
    suite: &Suite,
    jobs: usize,
    human: Human,
) -> Result<Vec<Cell>, Stop> {
    let places = Arc::new(Semaphore::new(jobs));
    let mut running = JoinSet::new();
    for row in rows {
        let (suite, places) = (suite.clone(), Arc::clone(&places));
        running.spawn(async move { (row, results(row, suite, places).await) });
    }
    let mut cells = Vec::new();
    while let Some(joined) = running.join_next().await {
        let (row, results) =
            joined.map_err(|error| Stop::setup(format!("a run broke: {error}")))?;
        let found = compare(row, &results?);
        human.write(&line(row, &found));
        cells.extend(found);
    }
    Ok(cells)
}

/// The results of every case. Each case of a fault has a testbed of its own, or a fault that one
/// case brings about would show in another; what must stay green runs as a user runs it.
async fn results(row: Row, suite: Suite, places: Arc<Semaphore>) -> Result<Vec<CheckResult>, Stop> {
    let path = row.map_or(HUB, |switch| switch.on);
    let runs: Vec<(&str, Suite)> = match row {
        Some(switch) if switch.kind == Kind::Fault => {
            suite.cases.into_iter().map(|case| (path, Suite { cases: vec![case] })).collect()
        }
        _ => {
            let only = FINITE.map(str::to_owned);
            let finite = suite.clone().select(&only, &[]).map_err(Stop::usage)?;
            vec![(HUB, suite), (REPLAY, finite)]
        }
    };
    let mut running = JoinSet::new();
    for (path, suite) in runs {
        let places = Arc::clone(&places);
        running.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire_owned().await;
            judged(row, path, suite).await
        });
    }
    let mut results = Vec::new();
    while let Some(joined) = running.join_next().await {
        let judged = joined.map_err(|error| Stop::setup(format!("a run broke: {error}")))?;
        results.extend(judged?);
    }
    Ok(results)
}

/// The stream that is the same for each client, and ends.
const REPLAY: &str = "/replay";
/// The stream to which everybody can publish.
const HUB: &str = "/events";
/// The cases that say more about a stream that ends by itself than about a hub.
const FINITE: [&str; 5] =
    ["http/delimiting", "http/http2", "framing/stream", "framing/streamed", "last-event-id/replay"];
/// How long a stream is read where its age is the point: longer than the faults of age need.
const SOAK: Duration = Duration::from_secs(8);

/// Whether the cases that need `--soak` are run: for the correct server and for the faults that they
/// are about. For every other fault they would only take time.
fn soaks(row: Row, suite: &Suite) -> bool {
    let long = suite.cases.iter().filter(|case| case.requires.contains(&Need::Soak));
    let mut checks = long.flat_map(|case| &case.checks);
    let named = |switch: &Switch, id: &str| switch.check.iter().any(|(check, _)| *check == id);
    row.is_none_or(|switch| checks.any(|check| named(switch, &check.id)))
}

async fn judged(row: Row, path: &str, suite: Suite) -> Result<Vec<CheckResult>, Stop> {
    let config = Config {
        switches: Switches::from_iter(row),
        token: Some(TESTBED_TOKEN.to_owned()),
        heartbeat: TESTBED_HEARTBEAT,
        ..Config::default()
    };
    let testbed = Testbed::start(config)
        .map_err(|error| Stop::setup(format!("cannot start the testbed: {error}")))?;
    let target = match path {
        REPLAY => finite_target(&testbed)?,
        _ => settings::testbed_target(&testbed.url())?,
    };
    let mut subject = Subject::new(&target, DialOptions::default(), 1.0).map_err(Stop::setup)?;
    subject.soak = soaks(row, &suite).then_some(SOAK);
    let options = Options { jobs: CASES, ..Options::default() };
    let finished = conformance(subject, suite, options, std::future::pending(), |_| {}).await;
    testbed.shutdown().await;
    let finished = finished.map_err(|error| Stop::setup(format!("{}: {error}", name(row))))?;
    Ok(finished.conformance.checks)
}

fn finite_target(testbed: &Testbed) -> Result<Target, Stop> {
    let url = format!("{}{REPLAY}", testbed.base_url());
    let bare = Target::bare(&url).map_err(Stop::usage)?;
    let mut target = Target { headers: settings::testbed_target(&url)?.headers, ..bare };
    target.declare(Capability::Ids);
    target.declare(Capability::Resume);
    target.declare(Capability::Http2);
    Ok(target)
}

/// The cells of one row: what is red, and what should be.
fn compare(row: Row, results: &[CheckResult]) -> Vec<Cell> {
    let expected = |id: &str| {
        let checks = row.map_or(&[][..], |switch| switch.check);
        checks.iter().find(|(check, _)| *check == id).map(|(_, reason)| (*reason).to_owned())
    };
    let at_times = |result: &CheckResult| {
        let checks = row.map_or(&[][..], |switch| switch.may);
        let reason = result.reason.as_deref()?;
        checks.contains(&(result.id.as_str(), reason)).then(|| reason.to_owned())
    };
    let cell = |result: &CheckResult| {
        let expected = expected(&result.id).or_else(|| at_times(result));
        let red = result.outcome.is_red() || result.outcome == Outcome::Warn;
        (red || expected.is_some()).then(|| Cell {
            switch: name(row).to_owned(),
            check: result.id.clone(),
            expected,
            outcome: result.outcome,
            reason: result.reason.clone(),
            message: result.message.clone(),
        })
    };
    results.iter().filter_map(cell).collect()
}

fn line(row: Row, cells: &[Cell]) -> String {
    let wrong: Vec<&Cell> = cells.iter().filter(|cell| !cell.is_right()).collect();
    let red: Vec<&str> = cells.iter().filter(|c| c.is_right()).map(|c| c.check.as_str()).collect();
    let mark = if wrong.is_empty() { "ok   " } else { "WRONG" };
    let mut text = format!("{mark} {:28} {}\n", name(row), red.join(", "));
    for cell in wrong {
        let got = cell.reason.as_deref().unwrap_or("-");
        let want = cell.expected.as_deref().unwrap_or("green");
        let (check, outcome) = (&cell.check, cell.outcome.as_str());
        text.push_str(&format!(
            "        {check}: {want} expected, {outcome} {got}: {}\n",
            cell.message
        ));
    }
    text
}

fn summary(rows: &[Row], suite: &Suite, cells: Vec<Cell>, whole: bool) -> Selftest {
    let right = |switch: &&&Switch| {
        let wanted = switch.check.len();
        let named = |cell: &&Cell| switch.check.iter().any(|(check, _)| *check == cell.check);
        let of_switch = cells.iter().filter(|cell| cell.switch == switch.id);
        let right = of_switch.filter(|cell| cell.is_right()).filter(named).count();
        wanted > 0 && wanted == right && names_what_it_breaks(switch, suite)
    };
    let of_kind = |kind: Kind| rows.iter().flatten().filter(move |switch| switch.kind == kind);
    let seen: BTreeSet<&str> =
        cells.iter().filter(|cell| cell.is_right()).map(|cell| cell.check.as_str()).collect();
    let judging = suite.cases.iter().flat_map(|case| &case.checks);
    let checks = judging.count();
    Selftest {
        faults: of_kind(Kind::Fault).count(),
        killed: of_kind(Kind::Fault).filter(right).count(),
        checks: if whole { checks } else { seen.len() },
        seen_red: seen.len(),
        false_red: cells.iter().filter(|cell| cell.expected.is_none()).count(),
        variations: of_kind(Kind::Variation).count(),
        switches: rows.iter().flatten().map(|switch| info(switch)).collect(),
        cells,
    }
}

/// Whether a check that turns red names a requirement that the fault breaks. One that did not would
/// send its reader to the wrong place.
fn names_what_it_breaks(switch: &Switch, suite: &Suite) -> bool {
    let judging = suite.cases.iter().flat_map(|case| &case.checks);
    let mut red = judging.filter(|check| switch.check.iter().any(|(id, _)| *id == check.id.value));
    red.any(|check| check.requirements.iter().any(|id| switch.breaks.contains(&id.as_str())))
}

fn info(switch: &Switch) -> SwitchInfo {
    SwitchInfo {
        id: switch.id.to_owned(),
        fault: switch.kind == Kind::Fault,
        defect: switch.defect.map(str::to_owned),
        breaks: switch.breaks.iter().map(|id| (*id).to_owned()).collect(),
        summary: switch.summary.to_owned(),
    }
}

/// The matrix in one sentence.
pub(crate) fn conclusion(selftest: &Selftest) -> String {
    format!(
        "{} of {} faults killed; {} of {} checks seen red; {} red without reason on {} faults, {} legal variations and the correct server\n",
        selftest.killed,
        selftest.faults,
        selftest.seen_red,
        selftest.checks,
        selftest.false_red,
        selftest.faults,
        selftest.variations,
    )
}

fn report(selftest: Selftest, started_at: String) -> Report {
    let url = "the built-in testbed".to_owned();
    let target = TargetInfo { url, provides: Vec::new(), seen: Vec::new(), testbed: true };
    Report { started_at, selftest: Some(selftest), ..Report::new(tool(), target) }
}

//! `ssecheck selftest`: the kill matrix.
//!
//! A check that has never been seen red proves nothing. Each fault of the testbed must turn red
//! exactly the checks that it names, each for its own reason; the correct server and every legal
//! variation must stay green.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ssecheck_conformance::{DialOptions, Options, Subject, Suite, run as conformance};
use ssecheck_model::case::{Case, Need};
use ssecheck_model::exit;
use ssecheck_model::report::{Cell, CheckResult, Report, Selftest, SwitchInfo, TargetInfo};
use ssecheck_model::target::{Capability, Target};
use ssecheck_report::{Style, text};
use ssecheck_testbed::{Config, Kind, Switch, Switches, Testbed, all, find};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::args::{LoadFormatArgs, SelftestArgs};
use crate::interrupt::Interrupt;
use crate::output::{Done, Formats, Human, Stop};
use crate::run::{SHUTDOWN, TESTBED_HEARTBEAT, TESTBED_TOKEN, runtime, tool};
use crate::screen::Live;
use crate::settings;

/// The name of the correct server in the matrix.
const REFERENCE: &str = "reference";
/// Before a row in which something is not as it should be.
const WRONG: &str = "WRONG";
/// How many cases run at the same time against one testbed.
const CASES: usize = 4;

/// Makes the kill matrix.
pub(crate) fn selftest(args: &SelftestArgs) -> Done {
    let formats = Formats::open(&args.formats, &LoadFormatArgs::default())?;
    let human = formats.human();
    let suite = Suite::shipped().map_err(Stop::usage)?;
    let rows = rows(&args.faults)?;
    let runtime = runtime()?;
    let started_at = jiff::Timestamp::now();
    let cells = runtime.block_on(async {
        let interrupt = Interrupt::listen()?;
        tokio::select! {
            cells = matrix(&rows, &suite, args.jobs.max(1), human) => cells,
            () = interrupt.heard() => Err(Stop::interrupted()),
        }
    });
    runtime.shutdown_timeout(SHUTDOWN);
    let cells = in_order(cells?, &rows);
    let selftest = summary(&rows, &suite, cells, args.faults.is_empty());
    let faults = rows.iter().flatten().filter(|switch| switch.kind == Kind::Fault);
    for switch in faults.filter(|switch| !names_what_it_breaks(switch, &suite)) {
        let label = format!("{WRONG} {:28} ", switch.id);
        let text = "no check names what it breaks";
        human.write(&text::entry(&label, text, label.len(), human.style));
    }
    let good = selftest.is_good();
    human.write(&text::kill_matrix(&selftest, human.style));
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

async fn matrix(rows: &[Row], suite: &Suite, jobs: usize, human: Human) -> Result<Vec<Cell>, Stop> {
    let places = Arc::new(Semaphore::new(jobs));
    let steps = Arc::new(Steps::default());
    let mut running = JoinSet::new();
    let suites = Suites::of(suite)?;
    for row in rows.iter().copied() {
        let runs = suites.runs(row);
        steps.total.fetch_add(runs.len(), Ordering::Relaxed);
        let (places, steps) = (Arc::clone(&places), Arc::clone(&steps));
        running.spawn(async move { (row, results(row, runs, places, steps).await) });
    }
    let _live = view(human, Arc::clone(&steps));
    let mut cells = Vec::new();
    while let Some(joined) = running.join_next().await {
        let (row, results) =
            joined.map_err(|error| Stop::setup(format!("a run broke: {error}")))?;
        let found = compare(row, &results?);
        let wrong = found.iter().any(|cell| !cell.is_right());
        steps.wrong.fetch_add(usize::from(wrong), Ordering::Relaxed);
        human.write(&line(row, &found, human.style));
        cells.extend(found);
    }
    let (missed, mut cells): (Vec<Cell>, Vec<Cell>) = cells.into_iter().partition(is_missed);
    for row in rows.iter().copied() {
        let missed: Vec<&str> = { missed.iter().filter(|cell| cell.switch == name(row)) }
            .map(|cell| cell.check.as_str())
            .collect();
        if !missed.is_empty() {
            let found = alone(row, &missed, &suites, &steps).await?;
            human.write(&line(row, &found, human.style));
            cells.extend(found);
        }
    }
    Ok(cells)
}

/// Whether a check should have turned red, or told its reason, and did not.
fn is_missed(cell: &Cell) -> bool {
    cell.expected.is_some() && !cell.is_right() && !cell.outcome.is_complaint()
}

/// The cells of checks that were missed, from a second run without any other beside it. Beside many, a
/// case may be held up until what it wanted to see is over; a check is proved when it can turn red.
async fn alone(
    row: Row,
    missed: &[&str],
    suites: &Suites,
    steps: &Arc<Steps>,
) -> Result<Vec<Cell>, Stop> {
    let judges =
        |case: &Case| case.checks.iter().any(|check| missed.contains(&check.id.value.as_str()));
    let mut runs = suites.runs(row);
    runs.retain(|(_, suite)| suite.cases.iter().any(judges));
    steps.total.fetch_add(runs.len(), Ordering::Relaxed);
    let results = results(row, runs, Arc::new(Semaphore::new(1)), Arc::clone(steps)).await?;
    let mut cells = compare(row, &results);
    cells.retain(|cell| missed.contains(&cell.check.as_str()));
    Ok(cells)
}

/// How far it is.
#[derive(Default)]
struct Steps {
    done: AtomicUsize,
    total: AtomicUsize,
    /// Rows in which something is not as it should be.
    wrong: AtomicUsize,
}

fn view(human: Human, steps: Arc<Steps>) -> Live {
    let began = Instant::now();
    Live::start(human, move |width| {
        let [done, total] = [&steps.done, &steps.total].map(|it| it.load(Ordering::Relaxed) as u64);
        let wrong = Some((steps.wrong.load(Ordering::Relaxed), "rows WRONG so far"));
        let style = Style { width, ..human.style };
        text::live::steps("runs", (done, total), began.elapsed(), wrong, style)
    })
}

/// What is judged, made once for all rows.
struct Suites {
    /// All cases together.
    whole: Arc<Suite>,
    /// Those for a stream that ends.
    finite: Arc<Suite>,
    /// Each case alone.
    alone: Vec<Arc<Suite>>,
}

impl Suites {
    fn of(suite: &Suite) -> Result<Self, Stop> {
        let finite = suite.clone().select(&FINITE.map(str::to_owned), &[]).map_err(Stop::usage)?;
        let alone = |case: &Case| Arc::new(Suite { cases: vec![case.clone()] });
        Ok(Self {
            whole: Arc::new(suite.clone()),
            finite: Arc::new(finite),
            alone: suite.cases.iter().map(alone).collect(),
        })
    }

    /// What is judged for one row. Each case of a fault has a testbed of its own, or a fault that one
    /// case brings about would show in another; what must stay green runs as a user runs it.
    fn runs(&self, row: Row) -> Vec<Run> {
        match row {
            Some(switch) if switch.kind == Kind::Fault => {
                self.alone.iter().map(|suite| (switch.on, Arc::clone(suite))).collect()
            }
            _ => vec![(HUB, Arc::clone(&self.whole)), (REPLAY, Arc::clone(&self.finite))],
        }
    }
}

/// The stream that is judged, and by which cases.
type Run = (&'static str, Arc<Suite>);

/// The results of every case.
async fn results(
    row: Row,
    runs: Vec<Run>,
    places: Arc<Semaphore>,
    steps: Arc<Steps>,
) -> Result<Vec<CheckResult>, Stop> {
    let mut running = JoinSet::new();
    for (path, suite) in runs {
        let (places, steps) = (Arc::clone(&places), Arc::clone(&steps));
        running.spawn(async move {
            // The semaphore is never closed.
            let _place = places.acquire_owned().await;
            let judged = judged(row, path, &suite).await;
            steps.done.fetch_add(1, Ordering::Relaxed);
            judged
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

async fn judged(row: Row, path: &str, suite: &Suite) -> Result<Vec<CheckResult>, Stop> {
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
    subject.soak = soaks(row, suite).then_some(SOAK);
    let options = Options { jobs: CASES, ..Options::default() };
    let finished =
        conformance(subject, suite.clone(), options, std::future::pending(), |_| {}).await;
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
        (result.outcome.is_complaint() || expected.is_some()).then(|| Cell {
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

fn line(row: Row, cells: &[Cell], style: Style) -> String {
    let wrong: Vec<&Cell> = cells.iter().filter(|cell| !cell.is_right()).collect();
    let red: Vec<&str> = cells.iter().filter(|c| c.is_right()).map(|c| c.check.as_str()).collect();
    let mark = if wrong.is_empty() { "ok   " } else { WRONG };
    let label = format!("{mark} {:28} ", name(row));
    let mut text = text::entry(&label, &red.join(", "), label.len(), style);
    for cell in wrong {
        let got = cell.reason.as_deref().unwrap_or("-");
        let want = cell.expected.as_deref().unwrap_or("green");
        let (check, outcome) = (&cell.check, cell.outcome.as_str());
        let said = format!("{check}: {want} expected, {outcome} {got}: {}", cell.message);
        text.push_str(&text::entry("", &said, 8, style));
    }
    text
}

/// By switch and check, not as the runs happened to end: two matrices can be compared line by line.
fn in_order(mut cells: Vec<Cell>, rows: &[Row]) -> Vec<Cell> {
    let place = |cell: &Cell| rows.iter().position(|row| name(*row) == cell.switch);
    cells.sort_by_cached_key(|cell| (place(cell), cell.check.clone()));
    cells
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

fn report(selftest: Selftest, started_at: String) -> Report {
    let url = "the built-in testbed".to_owned();
    let target = TargetInfo { url, provides: Vec::new(), seen: Vec::new(), testbed: true };
    Report { started_at, selftest: Some(selftest), ..Report::new(tool(), target) }
}

#[cfg(test)]
mod tests {
    use ssecheck_model::verdict::Outcome;

    use super::*;

    fn cell(check: &str, expected: Option<&str>, outcome: Outcome) -> Cell {
        Cell {
            switch: "status-201".to_owned(),
            check: check.to_owned(),
            expected: expected.map(str::to_owned),
            outcome,
            reason: None,
            message: String::new(),
        }
    }

    #[test]
    fn only_what_should_be_red_and_is_not_is_missed() {
        assert!(is_missed(&cell("http/status", Some("x"), Outcome::Pass)));
        assert!(is_missed(&cell("http/status", Some("x"), Outcome::NotApplicable)));
        assert!(!is_missed(&cell("http/status", Some("x"), Outcome::Fail)), "for what reason ever");
        assert!(!is_missed(&cell("http/date", None, Outcome::Fail)), "red for nothing");
        let survey =
            Cell { reason: Some("x".to_owned()), ..cell("http/status", Some("x"), Outcome::Pass) };
        assert!(!is_missed(&survey), "a survey tells its reason and stays green");
    }

    #[test]
    fn what_was_missed_is_judged_again_and_nothing_else() {
        let suites = Suites::of(&Suite::shipped().unwrap()).unwrap();
        let row = Some(find("status-201").unwrap());
        let missed = ["http/status"];
        let steps = Arc::default();
        let runtime = runtime().unwrap_or_else(|_| panic!("a runtime"));
        let found = runtime.block_on(alone(row, &missed, &suites, &steps));
        let found = found.unwrap_or_else(|_| panic!("it runs"));
        assert_eq!(found.len(), 1);
        assert!(found[0].is_right() && found[0].check == "http/status", "{found:?}");
        assert_eq!(steps.done.load(Ordering::Relaxed), 1, "one case");
    }
}

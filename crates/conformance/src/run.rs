//! A whole conformance run: sanity, cases in parallel, then those that must be alone, liveness.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ssecheck_model::case::{Case, Check, Need};
use ssecheck_model::report::{CheckResult, Conformance, Evidence};
use ssecheck_model::secrets::Secrets;
use ssecheck_model::verdict::Outcome;
use tokio::task::JoinSet;

use crate::baseline::Deviations;
use crate::capture::{Kept, case_file, keep, secrets_found};
use crate::discover::discover;
use crate::error::SetupError;
use crate::judge::{Judgement, judge};
use crate::open::{HEAD_TIME, open};
use crate::outcome::{Gate, gate, not_carried_out, result};
use crate::perform::{Broken, Stage, all_streams};
use crate::portability::Survey;
use crate::request::Plan;
use crate::retry::{merged, worth_a_retry};
use crate::subject::Subject;
use crate::suite::Suite;

/// How to run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How many cases run at the same time.
    pub jobs: usize,
    /// Whether SHOULD counts as MUST.
    pub strict: bool,
    /// How often a case is tried again when a check of it was red; never a check that judges bytes.
    pub retries: u32,
    /// Deviations that are known.
    pub known: Option<Deviations>,
}

/// What is told while a run goes on.
#[derive(Debug)]
pub enum RunEvent<'a> {
    /// The target answered; what it shows is known now.
    Ready(&'a Subject),
    /// What a case saw, as the text of its file in a capture; before its end is told.
    Captured {
        /// Id of the case.
        case: &'a str,
        /// The text.
        text: &'a str,
    },
    /// A case has ended.
    CaseDone {
        /// Id of the case.
        case: &'a str,
        /// Its results.
        checks: &'a [CheckResult],
        /// How many cases have ended.
        done: usize,
        /// How many cases there are.
        total: usize,
    },
}

/// The end of a run.
#[derive(Debug)]
pub struct Finished {
    /// The result, with as much as was done.
    pub conformance: Conformance,
    /// The target, with what was seen of it.
    pub subject: Subject,
    /// Whether `stop` ended it.
    pub interrupted: bool,
}

/// Runs `suite` against `subject`. When `stop` resolves, what was done until then is the result.
///
/// # Errors
/// When the target cannot be reached or its publish hook does not work: nothing was executed.
pub async fn run(
    mut subject: Subject,
    suite: Suite,
    options: Options,
    stop: impl Future<Output = ()>,
    mut tell: impl FnMut(RunEvent<'_>),
) -> Result<Finished, SetupError> {
    let mut stop = pin!(stop);
    tokio::select! {
        biased;
        () = &mut stop => {
            let conformance = Conformance::new(Vec::new(), Some("interrupted".to_owned()));
            return Ok(Finished { conformance, subject, interrupted: true });
        }
        found = discover(&mut subject) => found?,
    }
    tell(RunEvent::Ready(&subject));
    let subject = Arc::new(subject);
    let mut board = Board::new(Arc::clone(&subject), suite, options);
    let interrupted = tokio::select! {
        biased;
        () = &mut stop => true,
        () = board.play(&mut tell) => false,
    };
    let aborted = match interrupted {
        true => Some("interrupted".to_owned()),
        false => board.aborted.take(),
    };
    let mut conformance = Conformance::new(board.results(aborted.is_some()), aborted);
    conformance.portability = Survey::sum(std::mem::take(&mut board.surveys).into_values());
    let secrets = std::mem::take(&mut board.secrets);
    drop(board);
    let mut subject = Arc::unwrap_or_clone(subject);
    subject.secrets.extend(secrets);
    Ok(Finished { conformance, subject, interrupted })
}

/// Time after an abort within which a server must answer again, before scaling: longer than the
/// time of a head, so that one that is merely slow is not called dead.
const REVIVAL_TIME: Duration = HEAD_TIME;

struct Board {
    subject: Arc<Subject>,
    cases: Vec<Arc<Case>>,
    options: Options,
    run_id: String,
    done: BTreeMap<usize, Vec<CheckResult>>,
    aborted: Option<String>,
    /// What only the answers showed of it.
    secrets: Secrets,
    surveys: BTreeMap<usize, Survey>,
}

fn restarts(case: &Case) -> bool {
    case.requires.contains(&Need::Restart)
}

struct CaseDone {
    index: usize,
    tried: Tried,
    /// The text of its file in a capture.
    capture: Option<String>,
}

/// What the tries of a case came to.
#[derive(Default)]
struct Tried {
    results: Vec<CheckResult>,
    kept: Vec<Kept>,
    secrets: Secrets,
    survey: Survey,
    /// Whether something happened that a dead server would explain.
    suspicious: bool,
}

impl Board {
    fn new(subject: Arc<Subject>, suite: Suite, options: Options) -> Self {
        let nanos = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |t| t.as_nanos());
        Self {
            subject,
            cases: suite.cases.into_iter().map(Arc::new).collect(),
            options,
            run_id: format!(
                "sse{:x}",
                (nanos ^ u128::from(std::process::id()) << 20) & 0xff_ffff_ffff
            ),
            done: BTreeMap::new(),
            aborted: None,
            secrets: Secrets::default(),
            surveys: BTreeMap::new(),
        }
    }

    async fn play(&mut self, tell: &mut impl FnMut(RunEvent<'_>)) {
        let chosen = |wanted: fn(&Case) -> bool| -> Vec<usize> {
            (0..self.cases.len()).filter(|index| wanted(&self.cases[*index])).collect()
        };
        // Hostile cases come last and alone: some servers answer one by ending every stream.
        let alone = chosen(|case| case.exclusive && !case.hostile);
        let together = chosen(|case| !case.exclusive && !case.hostile);
        let hostile = chosen(|case| case.hostile && !restarts(case));
        // A restart sends every client away, and some servers do not come back.
        let last = chosen(|case| case.hostile && restarts(case));
        let jobs = if self.subject.one_at_a_time { 1 } else { self.options.jobs.max(1) };
        self.batch(&alone, 1, tell).await;
        self.batch(&together, jobs, tell).await;
        self.batch(&hostile, 1, tell).await;
        self.batch(&last, 1, tell).await;
    }

    async fn batch(&mut self, indexes: &[usize], jobs: usize, tell: &mut impl FnMut(RunEvent<'_>)) {
        let mut waiting = indexes.iter().copied();
        let mut running = JoinSet::new();
        let mut suspect = None;
        loop {
            while self.aborted.is_none() && suspect.is_none() && running.len() < jobs {
                let Some(index) = waiting.next() else { break };
                running.spawn(self.case(index));
            }
            let Some(joined) = running.join_next().await else { break };
            let done = match joined {
                Ok(done) => done,
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(_) => continue,
            };
            let hostile = self.cases[done.index].hostile;
            let (index, suspicious) = (done.index, done.tried.suspicious);
            self.note(done, tell);
            if hostile || suspicious {
                suspect.get_or_insert(index);
            }
            // The probe is made when nobody else is connected: a server that serves one client at
            // a time is not dead.
            if running.is_empty()
                && let Some(index) = suspect.take()
            {
                self.aborted = self.dead_after(index).await;
            }
        }
    }

    fn note(&mut self, ended: CaseDone, tell: &mut impl FnMut(RunEvent<'_>)) {
        let (index, mut results) = (ended.index, ended.tried.results);
        self.secrets.extend(ended.tried.secrets);
        self.surveys.insert(index, ended.tried.survey);
        if let Some(known) = &self.options.known {
            results.iter_mut().for_each(|result| known.cover(result));
        }
        let (case, total) = (&self.cases[index].id.value, self.cases.len());
        let done = self.done.len() + 1;
        if let Some(text) = &ended.capture {
            tell(RunEvent::Captured { case, text });
        }
        tell(RunEvent::CaseDone { case, checks: &results, done, total });
        self.done.insert(index, results);
    }

    /// Why the run cannot go on after a case, if the server does not answer any more.
    async fn dead_after(&self, index: usize) -> Option<String> {
        let budget = self.subject.scaled(None, REVIVAL_TIME);
        let mut probe = open(&self.subject, Plan::stream(&self.subject), budget).await;
        probe.finish(true).await;
        let error = probe.error.as_ref()?;
        let case = &self.cases[index].id.value;
        Some(format!("the target does not answer any more after the case {case}: {error}"))
    }

    fn case(&self, index: usize) -> impl Future<Output = CaseDone> + Send + 'static {
        let (subject, case) = (Arc::clone(&self.subject), Arc::clone(&self.cases[index]));
        let token = format!("{}-{index}", self.run_id);
        let (strict, retries) = (self.options.strict, self.options.retries);
        async move {
            let started = Instant::now();
            let tries = (token, strict, retries);
            let mut tried = tried(&subject, &case, tries).await;
            let case_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            tried.results.iter_mut().for_each(|result| result.case_ms = case_ms);
            let kept = std::mem::take(&mut tried.kept);
            let capture = (!kept.is_empty()).then(|| case_file(&case, kept, case_ms));
            CaseDone { index, tried, capture }
        }
    }

    /// All results in the order of the cases. After an abort, what was not done is told too.
    fn results(&mut self, aborted: bool) -> Vec<CheckResult> {
        let mut all = Vec::new();
        for (index, case) in self.cases.iter().enumerate() {
            match self.done.remove(&index) {
                Some(results) => all.extend(results),
                None if aborted => {
                    all.extend(case.checks.iter().map(|check| not_run(case, check)));
                }
                None => {}
            }
        }
        all
    }
}

/// A check to which a run did not come.
pub(crate) fn not_run(case: &Case, check: &Check) -> CheckResult {
    let message = "the run ended before this case";
    not_carried_out(case, check, Outcome::Error, "not-run", message)
}

/// The results of a case, tried again as often as the user allows while that can tell something.
async fn tried(
    subject: &Subject,
    case: &Case,
    (token, strict, retries): (String, bool, u32),
) -> Tried {
    let mut tried = case_results(subject, case, token.clone(), strict).await;
    for attempt in 2..=retries.saturating_add(1) {
        if !worth_a_retry(case, &tried.results) {
            break;
        }
        let token = format!("{token}-{attempt}");
        let again = case_results(subject, case, token, strict).await;
        tried.results = merged(case, tried.results, again.results, attempt);
        tried.suspicious = again.suspicious;
        tried.kept.extend(again.kept);
        tried.secrets.extend(again.secrets);
        tried.survey.add(again.survey);
    }
    tried
}

async fn case_results(subject: &Subject, case: &Case, token: String, strict: bool) -> Tried {
    let gates: Vec<Gate> = case.checks.iter().map(|check| gate(subject, case, check)).collect();
    if !gates.iter().any(|gate| matches!(gate, Gate::Open { .. })) {
        let closed =
            case.checks.iter().zip(&gates).filter_map(|(check, gate)| shut(case, check, gate));
        let kept = subject.capture.then(Kept::default).into_iter().collect();
        return Tried { results: closed.collect(), kept, ..Tried::default() };
    }
    let mut stage = Stage::new(subject, case, token);
    let broken = stage.perform().await.err();
    let results = judged(&stage, gates, broken.as_ref(), strict);
    let kept = subject.capture.then(|| keep(&stage, broken.as_ref(), &results, strict));
    Tried {
        results,
        kept: kept.into_iter().collect(),
        secrets: secrets_found(all_streams(&stage)),
        survey: Survey::of(&stage),
        suspicious: broken.is_some() || stage.streams.values().any(|s| s.head.is_none()),
    }
}

/// What the steps saw, judged by every check of the case.
pub(crate) fn judged(
    stage: &Stage<'_>,
    gates: Vec<Gate>,
    broken: Option<&Broken>,
    strict: bool,
) -> Vec<CheckResult> {
    let case = stage.case;
    let judged = case.checks.iter().zip(gates).filter_map(|(check, gate)| match gate {
        Gate::Open { declared } => {
            let (judgement, evidence) = match broken {
                Some(broken) => broke(stage, broken),
                None => judge(stage, check),
            };
            Some(result(case, check, judgement, evidence, (declared, strict)))
        }
        gate => shut(case, check, &gate),
    });
    judged.collect()
}

pub(crate) fn shut(case: &Case, check: &Check, gate: &Gate) -> Option<CheckResult> {
    match gate {
        Gate::Open { .. } => None,
        Gate::NotApplicable(why) => {
            Some(not_carried_out(case, check, Outcome::NotApplicable, "not-provided", why))
        }
        Gate::Untestable(why) => {
            Some(not_carried_out(case, check, Outcome::Untestable, "hook-missing", why))
        }
    }
}

fn broke(stage: &Stage<'_>, broken: &Broken) -> (Judgement, Evidence) {
    let evidence = Evidence {
        place: Some(stage.case.place(broken.line, broken.column)),
        timeline: crate::timeline::timeline(stage),
        arrivals: crate::timeline::arrivals(stage),
        ..Evidence::default()
    };
    (Judgement::Broken(broken.message.clone()), evidence)
}

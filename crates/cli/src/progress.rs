//! How far a run of cases is: one line for each family as soon as all of its cases have ended, and
//! under them what goes on now.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ssecheck_conformance::{RunEvent, Suite};
use ssecheck_model::report::{CheckResult, TargetInfo, Tool};
use ssecheck_report::{Style, text};

use crate::output::Human;
use crate::screen::Live;

/// Tells how far a run is.
pub(crate) struct Progress {
    human: Human,
    tool: Tool,
    testbed: bool,
    /// Cases still to come and results so far, by family.
    families: BTreeMap<String, (usize, Vec<CheckResult>)>,
    now: Arc<Mutex<Now>>,
    live: Option<Live>,
}

/// What is going on.
struct Now {
    done: usize,
    total: usize,
    red: usize,
    began: Instant,
    /// Cases under way, the longest first.
    running: Vec<(String, Instant)>,
}

impl Progress {
    pub(crate) fn new(human: Human, suite: &Suite, tool: Tool, testbed: bool) -> Self {
        let mut families: BTreeMap<String, (usize, Vec<CheckResult>)> = BTreeMap::new();
        for case in &suite.cases {
            families.entry(case.family().to_owned()).or_default().0 += 1;
        }
        let total = suite.cases.len();
        let now = Now { done: 0, total, red: 0, began: Instant::now(), running: Vec::new() };
        let now = Arc::new(Mutex::new(now));
        Self { human, tool, testbed, families, now, live: None }
    }

    /// Tells what happened.
    pub(crate) fn tell(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Ready(subject) => {
                let info = target_info(subject, self.testbed);
                self.human.write(&text::header(&self.tool, &info, self.human.style));
                self.human.write(&crate::secrets::note().unwrap_or_default());
                self.live = Some(self.view());
            }
            RunEvent::CaseBegun { case } => self.now(|now| now.begin(case)),
            RunEvent::Captured { .. } => {}
            RunEvent::CaseDone { case, checks, done, .. } => {
                self.now(|now| now.end(case, checks, *done));
                self.case_done(case, checks);
            }
        }
    }

    fn now(&self, change: impl FnOnce(&mut Now)) {
        change(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn view(&self) -> Live {
        let (now, style) = (Arc::clone(&self.now), self.human.style);
        Live::start(self.human, move |width| {
            now.lock().unwrap_or_else(PoisonError::into_inner).lines(Style { width, ..style })
        })
    }

    fn case_done(&mut self, case: &str, checks: &[CheckResult]) {
        let family = case.split('/').next().unwrap_or_default();
        let Some((left, results)) = self.families.get_mut(family) else { return };
        results.extend(checks.iter().cloned());
        *left = left.saturating_sub(1);
        if *left == 0 {
            let all: Vec<&CheckResult> = results.iter().collect();
            let line = text::family_line(family, &all, self.human.style);
            self.human.write(&format!("{line}\n"));
        }
    }
}

impl Now {
    fn begin(&mut self, case: &str) {
        self.running.push((case.to_owned(), Instant::now()));
    }

    fn end(&mut self, case: &str, checks: &[CheckResult], done: usize) {
        self.running.retain(|(name, _)| name != case);
        self.red += checks.iter().filter(|check| check.outcome.is_red()).count();
        self.done = done;
    }

    fn lines(&self, style: Style) -> Vec<String> {
        let running = self.running.iter();
        let running = running.map(|(case, since)| (case.as_str(), since.elapsed()));
        let running: Vec<(&str, Duration)> = running.collect();
        let passed = self.began.elapsed();
        text::live::cases((self.done, self.total), self.red, passed, &running, style)
    }
}

/// What the report says of the target.
pub(crate) fn target_info(subject: &ssecheck_conformance::Subject, testbed: bool) -> TargetInfo {
    crate::secrets::hidden(TargetInfo {
        url: subject.url().to_string(),
        provides: subject.declared().map(|c| c.as_str().to_owned()).collect(),
        seen: subject.seen().map(|c| c.as_str().to_owned()).collect(),
        testbed,
    })
}

//! One line for each family as soon as all of its cases have ended.

use std::collections::BTreeMap;

use ssecheck_conformance::{RunEvent, Suite};
use ssecheck_model::report::{CheckResult, TargetInfo, Tool};
use ssecheck_report::text;

use crate::output::Human;

/// Tells how far a run is.
pub(crate) struct Progress {
    human: Human,
    tool: Tool,
    testbed: bool,
    /// Cases still to come and results so far, by family.
    families: BTreeMap<String, (usize, Vec<CheckResult>)>,
}

impl Progress {
    pub(crate) fn new(human: Human, suite: &Suite, tool: Tool, testbed: bool) -> Self {
        let mut families: BTreeMap<String, (usize, Vec<CheckResult>)> = BTreeMap::new();
        for case in &suite.cases {
            families.entry(case.family().to_owned()).or_default().0 += 1;
        }
        Self { human, tool, testbed, families }
    }

    /// Tells what happened.
    pub(crate) fn tell(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Ready(subject) => {
                let info = target_info(subject, self.testbed);
                self.human.write(&text::header(&self.tool, &info, self.human.style));
                self.human.write(&crate::secrets::note().unwrap_or_default());
            }
            RunEvent::Captured { .. } => {}
            RunEvent::CaseDone { case, checks, done, total } => {
                self.case_done(case, checks);
                self.count(*done, *total);
            }
        }
    }

    fn case_done(&mut self, case: &str, checks: &[CheckResult]) {
        let family = case.split('/').next().unwrap_or_default();
        let Some((left, results)) = self.families.get_mut(family) else { return };
        results.extend(checks.iter().cloned());
        *left = left.saturating_sub(1);
        if *left == 0 {
            let all: Vec<&CheckResult> = results.iter().collect();
            let line = text::family_line(family, &all, self.human.style);
            self.clear();
            self.human.write(&format!("{line}\n"));
        }
    }

    /// A count that is written over, only where a person watches.
    fn count(&self, done: usize, total: usize) {
        if self.human.is_terminal() {
            match done < total {
                true => self.human.write(&format!("\r{done} of {total} cases")),
                false => self.clear(),
            }
        }
    }

    fn clear(&self) {
        if self.human.is_terminal() {
            self.human.write("\r\x1b[K");
        }
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

//! The capacity search: the most subscribers, or events per second, that keep every threshold.

use std::time::SystemTime;

use ssecheck_model::load::{Capacity, Need, Trial};
use ssecheck_model::plan::{CapacityOf, CapacitySearch};

use crate::run::{Finished, RunError, RunEvent, run};
use crate::settings::{Settings, Source};

/// How often a value is tried by default.
const REPEATS: u32 = 3;
/// How near good and bad have to be by default, as a share of the good one.
const PRECISION: f64 = 0.05;

/// The bounds of the search so far.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    from: f64,
    to: f64,
    good: Option<f64>,
    bad: Option<f64>,
    precision: f64,
}

impl Bounds {
    fn new(search: &CapacitySearch) -> Self {
        Self {
            from: f64::from(*search.from),
            to: f64::from(*search.to),
            good: None,
            bad: None,
            precision: search.precision.map_or(PRECISION, |share| share.0),
        }
    }

    /// The next value to try: both ends first, then the middle.
    fn next(&self) -> Option<f64> {
        match (self.good, self.bad) {
            (None, None) => Some(self.from),
            (None, Some(_)) => None,
            (Some(good), None) => (good < self.to).then_some(self.to),
            (Some(good), Some(bad)) => {
                let middle = ((good + bad) / 2.0).floor();
                (bad - good > good * self.precision && middle > good).then_some(middle)
            }
        }
    }

    fn learn(&mut self, value: f64, held: bool) {
        match held {
            true => self.good = Some(value),
            false => self.bad = Some(value),
        }
    }
}

/// Searches; `allow_doubts` lets a trial hold that cannot be trusted. The report is that of the last trial with the best value that held (or of the last
/// trial at all), and the trials.
///
/// # Errors
/// When a trial cannot begin.
pub async fn search<F: Future<Output = ()>>(
    settings: Settings,
    needs: Vec<Need>,
    allow_doubts: bool,
    stop: impl Fn() -> F,
    mut tell: impl FnMut(&RunEvent<'_>),
) -> Result<Finished, RunError> {
    let Some(plan) = settings.capacity else { return run(settings, needs, stop(), tell).await };
    let mut bounds = Bounds::new(&plan);
    let mut trials = Trials {
        settings,
        needs,
        allow_doubts,
        repeats: plan.repeats.map_or(REPEATS, |n| n.value),
        done: Vec::new(),
    };
    let mut best: Option<Finished> = None;
    while let Some(value) = bounds.next() {
        tell(&RunEvent::Trial(value));
        let (held, finished) = trials.of(value, &stop, &mut tell).await?;
        let interrupted = finished.interrupted;
        if held || best.is_none() {
            best = Some(finished);
        }
        if interrupted {
            break;
        }
        bounds.learn(value, held);
    }
    let mut finished = best.ok_or(RunError::Broken)?;
    finished.load.capacity = Some(result(&plan, &bounds, trials));
    Ok(finished)
}

/// What every trial needs, and those that are done.
struct Trials {
    settings: Settings,
    needs: Vec<Need>,
    allow_doubts: bool,
    repeats: u32,
    done: Vec<Trial>,
}

impl Trials {
    /// Tries one value until it fails, or has held as often as asked.
    async fn of<F: Future<Output = ()>>(
        &mut self,
        value: f64,
        stop: &impl Fn() -> F,
        tell: &mut impl FnMut(&RunEvent<'_>),
    ) -> Result<(bool, Finished), RunError> {
        let mut repeat = 1;
        loop {
            let trial = with_value(&self.settings, value);
            let finished = run(trial, self.needs.clone(), stop(), &mut *tell).await?;
            let found = judged(value, &finished, self.allow_doubts);
            tell(&RunEvent::TrialDone(&found));
            let held = found.held;
            self.done.push(found);
            if !held || repeat == self.repeats || finished.interrupted {
                return Ok((held, finished));
            }
            repeat += 1;
        }
    }
}

fn with_value(settings: &Settings, value: f64) -> Settings {
    let mut trial = Settings { start_at: SystemTime::now(), ..settings.clone() };
    trial.rename();
    trial.capacity = None;
    match (settings.capacity.map(|search| search.of), &mut trial.source) {
        (Some(CapacityOf::Rate), Source::Publish(publishing)) => publishing.rate = value,
        _ => trial.subscribers = value as u32,
    }
    trial
}

/// A trial holds if every threshold does and the measurement can be trusted: a generator that is
/// overwhelmed proves nothing about the server, unless the user says that doubts do not matter.
fn judged(value: f64, finished: &Finished, allow_doubts: bool) -> Trial {
    let load = &finished.load;
    let trusted = load.is_trusted();
    let held = load.thresholds.iter().all(|threshold| threshold.held);
    let mut said: Vec<String> =
        load.thresholds.iter().map(|t| format!("{} ({})", t.threshold, t.actual)).collect();
    said.extend(load.doubts.iter().filter(|d| d.invalidates).map(|d| format!("doubt: {}", d.code)));
    let held = held && (trusted || allow_doubts) && !finished.interrupted;
    Trial { value, held, trusted, message: said.join(", ") }
}

fn result(plan: &CapacitySearch, bounds: &Bounds, trials: Trials) -> Capacity {
    Capacity {
        of: match plan.of {
            CapacityOf::Subscribers => "subscribers".to_owned(),
            CapacityOf::Rate => "rate".to_owned(),
        },
        good: bounds.good,
        bad: bounds.bad,
        confidence: confidence(bounds, &trials.done, trials.repeats),
        trials: trials.done,
    }
}

/// A value that holds with chance 1 - p in each trial passes n trials with chance (1 - p)^n: after n
/// good trials p is below 1 - 0.05^(1/n) at 95 % confidence.
fn confidence(bounds: &Bounds, trials: &[Trial], repeats: u32) -> String {
    let doubted = trials.iter().any(|trial| !trial.trusted);
    let caution = if doubted {
        "; the bad one includes trials that the generator itself limited"
    } else {
        ""
    };
    let most_failures = 1.0 - 0.05_f64.powf(1.0 / f64::from(repeats.max(1)));
    match (bounds.good, bounds.bad) {
        (Some(good), Some(bad)) => format!(
            "{good} held in {repeats} of {repeats} trials, so at 95 % confidence it fails in fewer than {:.0} % of them; {bad} failed once{caution}",
            most_failures * 100.0
        ),
        (Some(good), None) => {
            format!(
                "{good}, the most that was tried, held in {repeats} of {repeats} trials: the limit is higher"
            )
        }
        (None, Some(bad)) => {
            format!("{bad}, the least that was tried, failed: the limit is lower{caution}")
        }
        (None, None) => "stopped before anything was known".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searched(limit: f64, from: f64, to: f64) -> (Bounds, usize) {
        let mut bounds = Bounds { from, to, good: None, bad: None, precision: 0.05 };
        let mut tries = 0;
        while let Some(value) = bounds.next() {
            bounds.learn(value, value <= limit);
            tries += 1;
        }
        (bounds, tries)
    }

    #[test]
    fn the_search_closes_in_on_the_limit() {
        let (bounds, tries) = searched(7_300.0, 1_000.0, 50_000.0);
        let (good, bad) = (bounds.good.unwrap(), bounds.bad.unwrap());
        assert!(good <= 7_300.0 && bad > 7_300.0 && bad - good <= good * 0.05);
        assert!(tries < 15, "{tries}");
    }

    #[test]
    fn limits_outside_of_the_range_are_told_as_such() {
        assert_eq!(searched(500.0, 1_000.0, 50_000.0).0.good, None);
        assert_eq!(searched(1e9, 1_000.0, 50_000.0).0.bad, None);
        let (small, _) = searched(2.0, 1.0, 4.0);
        assert_eq!((small.good, small.bad), (Some(2.0), Some(3.0)));
    }
}

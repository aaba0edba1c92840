//! What a worker leaves behind: balances of all accounts, and the worst of them.

use ssecheck_model::load::{Events, Worst};

use crate::ledger::{Balance, Gap};
use crate::merge::{WORST, keep_worst};
use crate::worker::Worker;

/// Gaps that a report names for each of them.
const MAX_GAPS_NAMED: usize = 8;

/// The sum of the accounts that were closed.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    pub(crate) total: Balance,
    /// The same of readers that were told to be slow.
    pub(crate) slow: Balance,
    /// Slow readers whose stream stayed open and that lost events.
    pub(crate) slow_dropped: u64,
    /// Slow readers that got everything.
    pub(crate) slow_complete: u64,
    worst: Vec<Worst>,
}

impl Accounts {
    /// Enters the balances of a subscriber, one for each publisher.
    pub(crate) fn close(
        &mut self,
        worker: &Worker,
        local: u32,
        balances: impl ExactSizeIterator<Item = Balance>,
    ) {
        if worker.is_slow(local) {
            return self.close_slow(worker.times_ended(local) > 0, balances);
        }
        for balance in balances {
            self.total.add(&balance);
            let ended_early = worker.times_ended(local);
            if balance.lost + balance.duplicated + balance.reordered > 0 {
                self.name(worst(worker.global(local), ended_early, &balance));
            }
        }
    }

    fn close_slow(&mut self, cut: bool, balances: impl ExactSizeIterator<Item = Balance>) {
        let told = balances.len() > 0;
        let mut sum = Balance::default();
        balances.for_each(|balance| sum.add(&balance));
        self.slow.add(&sum);
        match (cut, sum.lost > 0) {
            (true, _) => {}
            (false, true) => self.slow_dropped += 1,
            (false, false) => self.slow_complete += u64::from(told),
        }
    }

    /// Keeps the worst only.
    fn name(&mut self, worst: Worst) {
        self.worst.push(worst);
        if self.worst.len() >= 2 * WORST {
            keep_worst(&mut self.worst);
        }
    }

    /// The worst subscribers, worst first.
    pub(crate) fn worst(&self) -> Vec<Worst> {
        let mut worst = self.worst.clone();
        keep_worst(&mut worst);
        worst
    }

    /// The counts of a report that come from accounts.
    pub(crate) fn events(&self) -> Events {
        let Balance { expected, lost, away, duplicated, reordered, overtaken, untracked, .. } =
            self.total;
        Events {
            expected,
            received: expected - lost,
            lost,
            duplicated,
            reordered,
            overtaken,
            missed_away: away,
            untracked,
            ..Events::default()
        }
    }
}

impl Balance {
    /// Adds counts; gaps are not kept.
    fn add(&mut self, other: &Self) {
        self.expected += other.expected;
        self.lost += other.lost;
        self.away += other.away;
        self.duplicated += other.duplicated;
        self.reordered += other.reordered;
        self.overtaken += other.overtaken;
        self.untracked += other.untracked;
    }
}

fn worst(subscriber: u64, ended_early: u32, balance: &Balance) -> Worst {
    Worst {
        subscriber,
        expected: balance.expected,
        lost: balance.lost,
        duplicated: balance.duplicated,
        reordered: balance.reordered,
        missing: balance.gaps.iter().take(MAX_GAPS_NAMED).map(named).collect(),
        ended_early,
    }
}

fn named(gap: &Gap) -> String {
    match gap.end - gap.start {
        1 => gap.start.to_string(),
        _ => format!("{}-{}", gap.start, gap.end - 1),
    }
}

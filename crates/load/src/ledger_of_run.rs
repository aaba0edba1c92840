//! The account of a whole run: intervals become a series, sums become the report's load part.

use ssecheck_model::load::{
    Connections, Doubt, Generator, Interval, Load, Metric, PlanFacts, Publishing, SlowReaders,
    StormResult,
};
use std::collections::BTreeMap;

use crate::clock::{Nanos, nanos};
use crate::conduct::{Legacy, News, PublishedSnapshot, Snapshot};
use crate::counters::{Counters, Published};
use crate::histogram;
use crate::judge;
use crate::metrics::Metrics;
use crate::publisher;
use crate::watch::Watch;
use crate::worker::{Shared, StormBooks};
use crate::{facts, histogram::Times};

/// Everything that is known of a run so far.
pub(crate) struct Ledgers {
    shared: Shared,
    watch: Watch,
    thread: Option<u32>,
    load: Load,
    total: Metrics,
    /// What the publishers measured since the last interval of the series.
    from_publishers: Metrics,
    counters: Counters,
    published: Published,
    published_before: u64,
    cpu_ms: u64,
    /// Since when a threshold is crossed, in milliseconds.
    crossed_since: Option<u64>,
    before_slow: Times,
    during_slow: Times,
}

impl Ledgers {
    pub(crate) fn new(shared: &Shared, watch: Watch, plan: PlanFacts) -> Self {
        let shares_machine = shared.addresses.iter().any(|peer| peer.ip().is_loopback())
            || shared.settings.server_pid.is_some();
        let mut load = Load {
            plan,
            shards: vec![facts::shard(&shared.settings)],
            publishing: shared.settings.publishing().map(|_| Publishing::default()),
            ..Load::default()
        };
        let rss_before_bytes = watch.rss_before_bytes();
        load.generator = Generator {
            shares_machine,
            kernel_time: true,
            rss_before_bytes,
            ..Generator::default()
        };
        Self {
            shared: shared.clone(),
            watch,
            thread: None,
            load,
            total: Metrics::default(),
            from_publishers: Metrics::default(),
            counters: Counters::default(),
            published: Published::default(),
            published_before: 0,
            cpu_ms: 0,
            crossed_since: None,
            before_slow: histogram::empty(),
            during_slow: histogram::empty(),
        }
    }

    /// The report's part so far: counters and series.
    pub(crate) fn load(&self) -> &Load {
        &self.load
    }

    /// Books what a thread tells; whether an interval is complete.
    pub(crate) fn book(&mut self, news: News) -> bool {
        match news {
            News::Thread(thread) => {
                self.thread = Some(thread);
                false
            }
            News::Deserted => false,
            News::Published(snapshot) => {
                let PublishedSnapshot { published, metrics, .. } = *snapshot;
                self.from_publishers.add(&metrics);
                self.published = published;
                false
            }
            News::Interval(snapshot) => {
                let Snapshot { index, counters, metrics } = *snapshot;
                let length = nanos(self.shared.settings.interval);
                self.interval(index * length, length, counters, &metrics);
                true
            }
        }
    }

    fn interval(&mut self, at: Nanos, length: Nanos, counters: Counters, metrics: &Metrics) {
        let mut all = self.from_publishers.take();
        all.add(metrics);
        self.book_slow(at, at + length, &all);
        let sample = self.watch.sample(self.thread);
        self.cpu_ms += sample.process_cpu_ms;
        let generator = &mut self.load.generator;
        generator.worker_cpu_max = generator.worker_cpu_max.max(sample.worker_cpu);
        generator.machine_cpu_max = generator.machine_cpu_max.max(sample.machine_cpu);
        generator.rss_peak_bytes = generator.rss_peak_bytes.max(sample.rss_bytes);
        generator.clock_step_us = generator.clock_step_us.max(sample.clock_step_us);
        let before = &self.counters;
        self.load.series.push(Interval {
            at_ms: at / 1_000_000,
            length_ms: length / 1_000_000,
            open: counters.open,
            opened: counters.opened - before.opened,
            failed: counters.failed - before.failed,
            ended_early: counters.ended_early - before.ended_early,
            events: counters.events - before.events,
            comments: counters.comments - before.comments,
            wire_bytes: counters.wire_bytes - before.wire_bytes,
            published: self.published.sent - self.published_before,
            worker_cpu: sample.worker_cpu,
            machine_cpu: sample.machine_cpu,
            server: sample.server,
            latency_us: briefs(&all),
        });
        self.published_before = self.published.sent;
        self.total.add(&all);
        // What doubts that are told before the end are judged from.
        (self.load.events.events, self.load.events.untimed) = (counters.events, counters.untimed);
        self.load.generator.window_closed = counters.window_closed;
        self.load.generator.most_waiting_bytes = counters.most_waiting;
        self.counters = counters;
        self.load.connections = connections(&self.counters);
        self.load.publishing = self.load.publishing.take().map(|_| publishing(&self.published));
    }

    /// What the others felt before and while the slow readers did not read.
    fn book_slow(&mut self, from: Nanos, until: Nanos, metrics: &Metrics) {
        let Some((stall, resume)) = self.slow_times() else { return };
        let Some(times) = metrics.get(Metric::Fanout) else { return };
        let sum = match (until <= stall, from >= stall && until <= resume) {
            (true, _) => &mut self.before_slow,
            (_, true) => &mut self.during_slow,
            _ => return,
        };
        // All histograms have the same bounds, so that adding cannot fail.
        let _ = sum.add(times);
    }

    fn slow_times(&self) -> Option<(Nanos, Nanos)> {
        let slow = self.shared.settings.slow?;
        let stall = self.shared.settings.publish_from() + nanos(slow.at.0);
        Some((stall, stall + nanos(slow.pause.0)))
    }

    /// The crossed thresholds, if some have been for as long as the plan bears.
    pub(crate) fn crossed_for_too_long(&mut self) -> Option<String> {
        let grace = self.shared.settings.abort_after?.as_millis() as u64;
        let now = self.load.series.last().map(|interval| interval.at_ms + interval.length_ms)?;
        let times = |metric| self.total.get(metric);
        let crossed = judge::crossed(&self.shared.settings.thresholds, &self.load, &times);
        if crossed.is_empty() {
            self.crossed_since = None;
            return None;
        }
        let since = *self.crossed_since.get_or_insert(now);
        (now - since >= grace).then(|| {
            let each = crossed.iter().map(|(threshold, actual)| format!("{threshold} ({actual})"));
            each.collect::<Vec<_>>().join(", ")
        })
    }

    /// The doubts that can be told before the end.
    pub(crate) fn doubts_so_far(&self) -> Vec<Doubt> {
        judge::doubts_so_far(&self.load, &self.total)
    }

    /// Closes the account and judges it.
    pub(crate) fn close(mut self, legacy: &Legacy, published: Option<publisher::Legacy>) -> Load {
        if let Some(published) = published {
            self.from_publishers.add(&published.metrics);
            self.published = published.published;
        }
        let length = nanos(self.shared.settings.interval);
        let at = self.load.series.len() as Nanos * length;
        let rest = legacy.ended.saturating_sub(at).clamp(1_000_000, length);
        self.interval(at, rest, legacy.counters.clone(), &legacy.metrics);
        self.fill_events(legacy);
        self.fill_generator(legacy);
        self.load.latency_us = self
            .total
            .iter()
            .map(|(metric, times)| (metric.as_str().to_owned(), histogram::latency(times)))
            .collect();
        self.load.storm = legacy.storm.as_ref().map(|storm| storm_result(storm, legacy));
        self.load.slow_readers = self.slow_readers(legacy);
        let load = &self.load;
        self.load.server = self.watch.server_use(load.events.events, load.connections.peak);
        judge::judge(&mut self.load);
        self.load
    }

    fn fill_events(&mut self, legacy: &Legacy) {
        let counters = &legacy.counters;
        let told = legacy.accounts.events();
        self.load.events = ssecheck_model::load::Events {
            sequence: legacy.sequence.to_owned(),
            replayed: counters.replayed,
            foreign: counters.foreign,
            events: counters.events,
            comments: counters.comments,
            dataless_blocks: counters.dataless_blocks,
            bytes: counters.bytes,
            wire_bytes: counters.wire_bytes,
            untimed: counters.untimed,
            ..told
        };
        if legacy.sequence == "none" {
            // What came was all that could be expected: nothing tells what did not.
            self.load.events.received = counters.events;
            self.load.events.expected = counters.events;
        }
        self.load.worst = legacy.accounts.worst();
    }

    fn fill_generator(&mut self, legacy: &Legacy) {
        let counters = &legacy.counters;
        let generator = &mut self.load.generator;
        let timed = self.total.get(Metric::Lag).map_or(0, Times::len);
        generator.kernel_time =
            cfg!(target_os = "linux") && counters.without_kernel_stamp < timed.max(1);
        generator.without_kernel_stamp = counters.without_kernel_stamp;
        generator.window_closed = counters.window_closed;
        generator.most_waiting_bytes = counters.most_waiting;
        generator.cpu_ms = self.cpu_ms;
        generator.longest_stall_us = legacy.longest_stall / 1000;
        generator.stamp_least_us = legacy.stamp_least_us;
        if legacy.stamp_least_us.is_some() {
            generator.stamp_clock = Some(stamp_clock(generator.shares_machine).to_owned());
        }
    }

    fn slow_readers(&self, legacy: &Legacy) -> Option<SlowReaders> {
        let (from, until) = self.slow_times()?;
        let accounts = &legacy.accounts;
        let p99 = |times: &Times| (!times.is_empty()).then(|| times.value_at_quantile(0.99));
        Some(SlowReaders {
            subscribers: legacy.slow,
            from_ms: from / 1_000_000,
            until_ms: until / 1_000_000,
            cut: legacy.slow_cut,
            dropped: accounts.slow_dropped,
            buffered: accounts.slow_complete,
            lost: accounts.slow.lost,
            others_p99_before_us: p99(&self.before_slow),
            others_p99_during_us: p99(&self.during_slow),
            others_lost: accounts.total.lost,
        })
    }
}

fn stamp_clock(shares_machine: bool) -> &'static str {
    match shares_machine {
        true => "the server is on this machine: both times are of one clock",
        false => {
            "the server is on another machine: the times are of two clocks, whose difference is unknown"
        }
    }
}

fn briefs(metrics: &Metrics) -> BTreeMap<String, ssecheck_model::load::Brief> {
    let each = metrics.iter();
    each.map(|(metric, times)| (metric.as_str().to_owned(), histogram::brief(times))).collect()
}

fn connections(counters: &Counters) -> Connections {
    Connections {
        attempted: counters.attempted,
        opened: counters.opened,
        failed: counters.failed,
        failed_by: counters.failed_by.clone(),
        peak: counters.peak,
        ended_early: counters.ended_early,
        ended_by: counters.ended_by.clone(),
        completed: counters.completed,
        reconnected: counters.reconnected,
        late: counters.late,
        redirected: counters.redirected,
    }
}

fn publishing(published: &Published) -> Publishing {
    Publishing {
        scheduled: published.scheduled,
        sent: published.sent,
        acknowledged: published.acknowledged,
        failed: published.failed,
        failed_by: published.failed_by.clone(),
        most_in_flight: published.most_in_flight,
        waited: published.waited,
    }
}

/// When the subscribers that were cut were back, from the sorted times of each.
fn storm_result(storm: &StormBooks, legacy: &Legacy) -> StormResult {
    let mut back = storm.back.clone();
    back.sort_unstable();
    let after = |share: f64| {
        let needed = (storm.cut as f64 * share).ceil() as usize;
        back.get(needed.max(1) - 1).map(|ms| u64::from(*ms))
    };
    let mut per_second: BTreeMap<u32, u64> = BTreeMap::new();
    back.iter().for_each(|ms| *per_second.entry(ms / 1000).or_default() += 1);
    StormResult {
        at_ms: storm.at / 1_000_000,
        cut: storm.cut,
        back: back.len() as u64,
        back_50_ms: after(0.5),
        back_99_ms: after(0.99),
        back_100_ms: after(1.0),
        retry_ms: storm.retry,
        most_per_second: per_second.values().copied().max().unwrap_or(0),
        failed_attempts: legacy.counters.failed - storm.failed_before,
        replayed: legacy.counters.replayed - storm.replayed_before,
        lost: legacy.accounts.total.away,
    }
}

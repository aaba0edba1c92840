//! Doubts about measured times.

use ssecheck_model::load::{Doubt, Load, Metric};

use super::doubts::doubt;
use super::figures::{Difference, Figures, TOLERATED_US, as_f64, worst_difference};
use super::words::{counted, percent, signed_time, time};
use crate::histogram::Times;

/// Our own lateness may be this share of the reported 99th percentile.
const TOLERATED_LAG: f64 = 0.2;

/// Share of events that may be timed by us although the kernel stamps the others.
const TOLERATED_UNSTAMPED: f64 = 0.001;

/// A stall that is told whatever was measured, in microseconds.
const LONG_STALL_US: u64 = 100_000;

/// Stalls up to this are a scheduler's ordinary business, in microseconds: not worth a word where the
/// kernel's times stay right.
const SHORT_STALL_US: u64 = 20_000;

/// A histogram that cannot be read: nothing that is judged from it can be.
pub(super) fn unreadable_histogram(_: &Load, figures: &Figures) -> Option<Doubt> {
    if figures.unreadable.is_empty() {
        return None;
    }
    let message = format!(
        "The histogram of {} cannot be read or does not hold as many samples as it says; \
         nothing was judged from it.",
        figures.unreadable.join(", ")
    );
    doubt("unreadable-histogram", true, message, "Write the report again; this one is damaged.")
}

/// Events that were read together with a later one share its receive time. What their own can have
/// been is bounded on both sides; the figures must be the same with either bound.
pub(super) fn merged_reads(load: &Load, figures: &Figures) -> Option<Doubt> {
    let untimed = load.events.untimed;
    if untimed == 0 {
        return None;
    }
    let share = percent(as_f64(untimed) / as_f64(load.events.events.max(untimed)));
    let what = format!(
        "{} ({share}) came in one read with a later one and have no receive time of their own",
        counted(untimed, "event"),
    );
    let (invalidates, effect) = merged_effect(figures);
    let cure = "Give the generator more processor time: more processes (`--processes`) or a \
                machine of its own. A server that writes several events at once needs no cure.";
    doubt("merged-reads", invalidates, format!("{what}; {effect}."), cure)
}

fn merged_effect(figures: &Figures) -> (bool, String) {
    let bounds = [figures.get(Metric::UntimedLow), figures.get(Metric::UntimedHigh)];
    let [Some(low), Some(high)] = bounds else {
        let kept_out = "they are left out of the measured times".to_owned();
        return (bounds.iter().any(Option::is_some), kept_out);
    };
    let Some(fanout) = figures.get(Metric::Fanout) else {
        return (true, "no other event has one, so there is no fan-out latency".to_owned());
    };
    let (least, most) = (sum(fanout, low), sum(fanout, high));
    let Some(worst) = worst_difference(fanout, &[&least, &most]) else {
        return (false, String::new());
    };
    let Difference { name, reported, other } = worst;
    let (reported_text, other_text) = (time(reported), time(other));
    let effect = if worst.is_material() {
        format!("with them the {name} of the fan-out may be {other_text}, not {reported_text}")
    } else {
        format!(
            "with them no figure of the fan-out can change by more than {}",
            time(reported.abs_diff(other))
        )
    };
    (worst.is_material(), effect)
}

fn sum(one: &Times, other: &Times) -> Times {
    let mut sum = one.clone();
    // Both are of the one form that this program uses, which always adds up.
    let _ = sum.add(other);
    sum
}

/// A full receive buffer: TCP made the server wait for us.
pub(super) fn closed_window(load: &Load, _: &Figures) -> Option<Doubt> {
    let (closed, waiting) = (load.generator.window_closed, load.generator.most_waiting_bytes);
    if closed == 0 {
        return None;
    }
    let message = format!(
        "{} found the receive buffer so full (up to {waiting} bytes) that the server may have had \
         to wait for the generator.",
        counted(closed, "read"),
    );
    let cure = "Use more processes (`--processes`), or let the kernel buffer more: \
                `sysctl -w net.ipv4.tcp_rmem=\"4096 1048576 16777216\"`.";
    doubt("closed-window", true, message, cure)
}

/// A late publisher: its lateness is in every figure that counts from the intended time.
pub(super) fn slip(_: &Load, figures: &Figures) -> Option<Doubt> {
    let intended = figures.get(Metric::Fanout)?;
    let actual = figures.get(Metric::FanoutFromActual)?;
    let worst = worst_difference(intended, &[actual]).filter(|worst| worst.is_material())?;
    let lateness = figures.get(Metric::Slip).map_or_else(String::new, |slip| {
        let (p99, max) = (time(slip.value_at_quantile(0.99)), time(slip.max()));
        format!(" The publisher was late by {p99} (p99), at most {max}.")
    });
    let message = format!(
        "The {} of the fan-out is {} from the intended and {} from the actual publish: part of it \
         is the publisher's lateness, not the server's.{lateness}",
        worst.name,
        time(worst.reported),
        time(worst.other),
    );
    let cure = "Publish fewer events per second, give the publisher more connections (plan: \
                `publish.connections`), or run it on a machine of its own.";
    doubt("slip", true, message, cure)
}

/// What our lateness is measured against: the first of them that was measured.
const REPORTED: [Metric; 5] =
    [Metric::Fanout, Metric::FanoutRemote, Metric::FanoutFromStamp, Metric::Spread, Metric::Gap];

/// The lag's p99 beside that of the reported metric, when it is more than tolerated.
fn material_lag(figures: &Figures) -> Option<(u64, Metric, u64)> {
    let lag = figures.p99(Metric::Lag)?;
    let (metric, reported) =
        REPORTED.into_iter().find_map(|metric| Some((metric, figures.p99(metric)?)))?;
    (as_f64(lag) > TOLERATED_LAG * as_f64(reported)).then_some((lag, metric, reported))
}

/// We read late. With the kernel's stamps that costs nothing.
pub(super) fn lag(load: &Load, figures: &Figures) -> Option<Doubt> {
    let (lag, metric, reported) = material_lag(figures)?;
    let effect = if load.generator.kernel_time {
        "The receive times are the kernel's, so the figures stand"
    } else {
        "The receive times are the generator's, so this is part of the figures"
    };
    let message = format!(
        "The generator read {} (p99) after receipt, with a {} p99 of {}. {effect}.",
        time(lag),
        metric.as_str(),
        time(reported),
    );
    let cure = "Use more processes (`--processes`) or fewer subscribers, or run the generator on \
                a machine of its own.";
    doubt("lag", !load.generator.kernel_time, message, cure)
}

/// The kernel does not say when bytes came.
pub(super) fn no_kernel_time(load: &Load, figures: &Figures) -> Option<Doubt> {
    if load.generator.kernel_time {
        return None;
    }
    let lateness = figures
        .p99(Metric::Lag)
        .map_or_else(|| "not known".to_owned(), |lag| format!("{} (p99)", time(lag)));
    let message = format!(
        "Receive times are taken when the generator reads, not when the kernel receives; its own \
         lateness, {lateness}, is in every measured time.",
    );
    doubt("no-kernel-time", false, message, "Run the generator on Linux.")
}

/// A few events without the kernel's stamp are among those with it.
pub(super) fn without_kernel_stamp(load: &Load, figures: &Figures) -> Option<Doubt> {
    let unstamped = load.generator.without_kernel_stamp;
    if unstamped == 0 || !load.generator.kernel_time {
        return None;
    }
    let share = as_f64(unstamped) / as_f64(load.events.events.max(unstamped));
    let many = share >= TOLERATED_UNSTAMPED;
    let message = format!(
        "{} ({}) came without a kernel stamp and are timed by when the generator read them.",
        counted(unstamped, "event"),
        percent(share),
    );
    let invalidates = many && material_lag(figures).is_some();
    let cure = "Give the generator more processor time, so that reading late costs less: more \
                processes (`--processes`) or a machine of its own.";
    doubt("without-kernel-stamp", invalidates, message, cure)
}

/// The kernel stamps by the system's clock, and that was set in the run.
pub(super) fn clock_step(load: &Load, figures: &Figures) -> Option<Doubt> {
    let step = load.generator.clock_step_us;
    let two_clocks = [Metric::FanoutFromStamp, Metric::FanoutRemote];
    let used = load.generator.kernel_time
        || two_clocks.into_iter().any(|metric| figures.get(metric).is_some());
    if step <= TOLERATED_US || !used {
        return None;
    }
    let message = format!(
        "The system's clock was set by {} in the run, and times are taken from it.",
        time(step),
    );
    let cure = "Run again; if it happens again, let the clock be slewed and not stepped (chrony: \
                no `makestep` after the start).";
    doubt("clock-step", true, message, cure)
}

/// The generator did not run for a while.
pub(super) fn stalled(load: &Load, figures: &Figures) -> Option<Doubt> {
    let stall = load.generator.longest_stall_us;
    let kernel_time = load.generator.kernel_time;
    let ordinary = if kernel_time { SHORT_STALL_US } else { TOLERATED_US };
    let long = stall > LONG_STALL_US;
    let beside = figures
        .p99(Metric::Fanout)
        .is_some_and(|p99| stall > ordinary && as_f64(stall) > TOLERATED_LAG * as_f64(p99));
    if !long && !beside {
        return None;
    }
    let effect = if kernel_time {
        "the receive times are the kernel's and stay right"
    } else {
        "what was received meanwhile is timed late"
    };
    let message =
        format!("The generator was stopped or starved for {} at a stretch; {effect}.", time(stall));
    let cure = "Give it a processor of its own: fewer programs beside it, or another machine.";
    doubt("stalled", long && !kernel_time, message, cure)
}

/// A figure counts from a time that another program or machine took.
pub(super) fn remote_clock(load: &Load, figures: &Figures) -> Option<Doubt> {
    if figures.get(Metric::FanoutFromStamp).is_some() {
        return stamp_clock(load);
    }
    figures.get(Metric::FanoutRemote)?;
    let message = "`fanout_remote` counts from another machine's clock; how far it differs from \
                   this one's is not known."
        .to_owned();
    doubt("remote-clock", false, message, CLOCK_CURE)
}

const CLOCK_CURE: &str = "Publish from the machine that receives, or keep both clocks by PTP or \
                          one NTP server and allow for their difference.";

fn stamp_clock(load: &Load) -> Option<Doubt> {
    let known = load.generator.stamp_clock.as_deref();
    let known = known.unwrap_or("how far its clock differs from ours is not known");
    let least = load.generator.stamp_least_us;
    let bound = match least {
        Some(ahead) if ahead < 0 => format!(
            " The least difference is {}: the clocks differ by at least that.",
            signed_time(ahead)
        ),
        Some(least) => format!(" The least difference is {}.", signed_time(least)),
        None => String::new(),
    };
    let message = format!(
        "`fanout_from_stamp` counts from a time that the server wrote: {}.{bound}",
        known.trim_end_matches('.')
    );
    doubt("remote-clock", least.is_some_and(|least| least < 0), message, CLOCK_CURE)
}

/// The spread of a merge is that within its shards.
pub(super) fn spread_per_shard(load: &Load, figures: &Figures) -> Option<Doubt> {
    let shards = load.shards.len();
    figures.get(Metric::Spread).filter(|_| shards > 1)?;
    let message = format!(
        "The spread is that within each of the {shards} shards; over all subscribers it can be \
         wider.",
    );
    doubt("spread-per-shard", false, message, "Use one process if the spread over all matters.")
}

//! What server and generator used, in words.

use ssecheck_model::load::{Generator, ServerUse};

use crate::load::facts::{Fact, words};
use crate::load::units::{bytes, count, counted, share, time, time_ms};

/// What the server's process used.
pub(crate) fn server(it: &ServerUse) -> Fact {
    let mut memory = format!(
        "memory {} before, {} at most, {} per subscriber",
        bytes(it.rss_before_bytes as f64),
        bytes(it.rss_peak_bytes as f64),
        bytes(it.rss_bytes_per_subscriber)
    );
    if it.descriptors_peak > 0 {
        memory.push_str(&format!("; {}", counted(it.descriptors_peak, "descriptor")));
    }
    let cpu = format!(
        "{} of CPU, {:.2} us per event; pid {}, {}",
        time_ms(it.cpu_ms),
        it.cpu_us_per_event,
        it.pid,
        processes(it.processes)
    );
    Fact::new("server", [cpu, memory])
}

fn processes(number: u32) -> String {
    match number {
        1 => "1 process".to_owned(),
        _ => format!("{} processes", count(number.into())),
    }
}

/// What the generator used, and how well it could measure.
pub(crate) fn generator(it: &Generator) -> Fact {
    let cpu = format!(
        "{} of CPU, at most {} of a processor, machine {}",
        time_ms(it.cpu_ms),
        share(it.worker_cpu_max),
        share(it.machine_cpu_max)
    );
    let memory = format!(
        "memory {} before, {} at most; longest stall {}",
        bytes(it.rss_before_bytes as f64),
        bytes(it.rss_peak_bytes as f64),
        time(it.longest_stall_us)
    );
    let mut lines = vec![cpu, memory, clock(it)];
    lines.extend(it.stamp_clock.as_deref().map(words));
    Fact::new("generator", lines)
}

fn clock(it: &Generator) -> String {
    let times = match (it.kernel_time, it.without_kernel_stamp) {
        (true, 0) => "receive times of the kernel".to_owned(),
        (true, without) => {
            format!("receive times of the kernel but for {}", counted(without, "event"))
        }
        (false, _) => "receive times of our own reads".to_owned(),
    };
    let place = if it.shares_machine { "; the server runs on the same machine" } else { "" };
    format!("{times}{place}")
}

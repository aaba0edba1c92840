//! Doubts about the machine that the generator ran on.

use std::collections::BTreeSet;

use ssecheck_model::load::{Doubt, Load};

use super::doubts::doubt;
use super::figures::Figures;
use super::words::{counted, whole_percent};

/// From this share of the machine in use, programs wait for each other.
const SATURATED_MACHINE: f64 = 0.95;

/// From this share of one processor, the subscribers' thread can be behind.
const SATURATED_WORKER: f64 = 0.9;

/// All processors were busy. When the server has to share them, its figures are those of the two
/// together.
pub(super) fn saturated_machine(load: &Load, _: &Figures) -> Option<Doubt> {
    let used = load.generator.machine_cpu_max;
    if used < SATURATED_MACHINE {
        return None;
    }
    let (processors, used) = (processors(load), whole_percent(used));
    let effect = if load.generator.shares_machine {
        format!(
            "server and generator share {}, so the server alone may be faster",
            counted(processors, "processor")
        )
    } else {
        format!("the generator has {}", counted(processors, "processor"))
    };
    let message = format!("The machine was up to {used} busy in one interval; {effect}.");
    let cure = "Run the generator on another machine, or with fewer subscribers or events.";
    doubt("saturated-processor", false, message, cure)
}

/// The subscribers' thread had no time left.
pub(super) fn saturated_worker(load: &Load, _: &Figures) -> Option<Doubt> {
    let used = load.generator.worker_cpu_max;
    if used < SATURATED_WORKER {
        return None;
    }
    let kernel_time = load.generator.kernel_time;
    let effect = if kernel_time {
        "it reads late, but the receive times are the kernel's"
    } else {
        "it reads late, and the receive times are its own"
    };
    let message = format!(
        "The subscribers' thread used up to {} of one processor in one interval; {effect}.",
        whole_percent(used)
    );
    let more = load.shards.len().max(1) * 2;
    let cure = format!("Share the subscribers among more processes: `--processes {more}`.");
    doubt("saturated-processor", !kernel_time, message, &cure)
}

/// Processors of the machines that took part, each machine counted once.
fn processors(load: &Load) -> u64 {
    let environments = load.shards.iter().map(|shard| &shard.environment);
    let machines: BTreeSet<(&str, u32)> =
        environments.map(|it| (it.machine.as_str(), it.processors)).collect();
    machines.into_iter().map(|(_, processors)| u64::from(processors)).sum()
}

/// Connections that failed for want of a local port, ours and not the server's fault.
pub(super) fn ports(load: &Load, _: &Figures) -> Option<Doubt> {
    let failed = failed_for(load, "ports")?;
    let message = format!(
        "{} failed because no local port was free (EADDRNOTAVAIL): the generator's lack, not the \
         server's.",
        counted(failed, "connection attempt")
    );
    let cure = "More source addresses (`--source-ip`), a wider range (`sysctl -w \
                net.ipv4.ip_local_port_range=\"10000 65535\"`), or a minute's wait for TIME_WAIT.";
    doubt("ports", true, message, cure)
}

/// Connections that failed for want of a descriptor.
pub(super) fn descriptors(load: &Load, _: &Figures) -> Option<Doubt> {
    let failed = failed_for(load, "descriptors")?;
    let message = format!(
        "{} failed because no descriptor was free (EMFILE or ENFILE): the generator's lack, not \
         the server's.",
        counted(failed, "connection attempt")
    );
    let peak = load.plan.peak_subscribers.max(1_000);
    let cure = format!("`ulimit -n {}` before the run, or more `--processes`.", peak + peak / 10);
    doubt("descriptors", true, message, &cure)
}

/// Attempts of subscribers and publishers that failed for `cause`, if any did.
fn failed_for(load: &Load, cause: &str) -> Option<u64> {
    let publishing = load.publishing.as_ref().and_then(|it| it.failed_by.get(cause));
    let failed = load.connections.failed_by.get(cause).copied().unwrap_or(0);
    Some(failed + publishing.copied().unwrap_or(0)).filter(|failed| *failed > 0)
}

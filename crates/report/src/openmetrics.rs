//! The figures of a load run as OpenMetrics 1.0 text, for a monitoring system.
//!
//! Base units are seconds and bytes. A measured time is a summary, whose quantiles 0 and 1 are the
//! least and the most. Format: <https://prometheus.io/docs/specs/om/open_metrics_spec/>.

mod family;

use ssecheck_model::load::{Connections, Events, Generator, Latency, Load, Metric, ServerUse};
use ssecheck_model::report::Report;

use crate::load::latency;
use crate::samples::{NothingToWrite, load};
use family::Exposition;

/// All counts and times of the run, ended by `# EOF`.
///
/// # Errors
///
/// [`NothingToWrite::NoLoad`].
pub fn text(report: &Report) -> Result<String, NothingToWrite> {
    let load = load(report)?;
    let mut out = Exposition::default();
    run(&mut out, report, load);
    connections(&mut out, &load.connections);
    events(&mut out, &load.events);
    publishing(&mut out, load);
    for (metric, it) in latency::measured(load) {
        time(&mut out, metric, it);
    }
    generator(&mut out, &load.generator);
    if let Some(it) = &load.server {
        server(&mut out, it);
    }
    Ok(out.finish())
}

fn run(out: &mut Exposition, report: &Report, load: &Load) {
    let labels = [
        ("version", report.tool.version.as_str()),
        ("target", report.target.url.as_str()),
        ("run", load.plan.run.as_str()),
        ("started_at", report.started_at.as_str()),
    ];
    out.info("run", "What was measured, and with what.", &labels);
    let seconds = report.duration_ms as f64 / 1e3;
    out.gauge("duration_seconds", "Length of the whole run.", seconds);
    out.gauge("interrupted", "Whether the user stopped the run.", report.interrupted.into());
    let trusted = load.connections.opened > 0 && load.is_trusted();
    let help = "Whether anything was measured and no doubt can have changed a figure.";
    out.gauge("trusted", help, trusted.into());
    let doubts = load.doubts.iter().map(|it| (it.code.as_str(), u8::from(it.invalidates).into()));
    let help = "Doubts: 1 when it can have changed a figure, else 0.";
    out.labelled_gauge("doubt", help, "code", doubts, f64::max);
    let held = load.thresholds.iter().map(|it| (it.threshold.as_str(), u8::from(it.held).into()));
    let help = "Thresholds: 1 when it held, else 0.";
    out.labelled_gauge("threshold_held", help, "threshold", held, f64::min);
}

fn connections(out: &mut Exposition, it: &Connections) {
    out.counter("connections_attempted", "Attempts to connect.", it.attempted);
    out.counter("connections_opened", "Attempts that came to a stream.", it.opened);
    out.counter("connections_failed", "Attempts that did not.", it.failed);
    let name = "connections_failed_by_cause";
    out.counter_by_cause(name, "Failed attempts by cause.", &it.failed_by);
    out.gauge("connections_peak", "Most streams open at one moment.", it.peak as f64);
    out.counter("streams_ended_early", "Streams that the server ended.", it.ended_early);
    let name = "streams_ended_early_by_cause";
    out.counter_by_cause(name, "Streams that the server ended, by cause.", &it.ended_by);
    let help = "Streams of a subscriber's own that came to their end.";
    out.counter("streams_completed", help, it.completed);
    out.counter("streams_reconnected", "Streams opened again.", it.reconnected);
    let help = "Subscribers not connected when publishing began.";
    out.counter("subscribers_late", help, it.late);
}

fn events(out: &mut Exposition, it: &Events) {
    out.counter("events_received", "Deliveries that came, doubles not counted.", it.received);
    if it.are_claimed() {
        out.counter("events_expected", "Deliveries owed.", it.expected);
        out.counter("events_lost", "Deliveries owed that never came.", it.lost);
        out.counter("events_duplicated", "Deliveries that came again.", it.duplicated);
        out.counter("events_reordered", "Deliveries after a later event.", it.reordered);
    }
    out.counter("events_replayed", "Events from before the connection.", it.replayed);
    out.counter("events_seen", "All events seen, whatever they are.", it.events);
    out.counter("comments", "Comment lines.", it.comments);
    out.counter("stream_bytes", "Bytes of the streams.", it.bytes);
    let help = "Bytes received, heads and transfer coding included.";
    out.counter("wire_bytes", help, it.wire_bytes);
}

fn publishing(out: &mut Exposition, load: &Load) {
    let Some(it) = &load.publishing else { return };
    out.counter("publish_scheduled", "Events that the schedule asked for.", it.scheduled);
    out.counter("publish_sent", "Publish requests sent.", it.sent);
    out.counter("publish_acknowledged", "Publish requests answered 2xx.", it.acknowledged);
    out.counter("publish_failed", "Publish requests refused or broken.", it.failed);
}

fn time(out: &mut Exposition, metric: Metric, it: &Latency) {
    let seconds = |us: u64| us as f64 / 1e6;
    let quantiles = [
        ("0", seconds(it.min)),
        ("0.5", seconds(it.p50)),
        ("0.9", seconds(it.p90)),
        ("0.99", seconds(it.p99)),
        ("0.999", seconds(it.p999)),
        ("1", seconds(it.max)),
    ];
    let sum = it.mean * it.count as f64 / 1e6;
    let name = format!("{}_seconds", metric.as_str());
    out.summary(&name, metric.describe(), &quantiles, it.count, sum);
}

fn generator(out: &mut Exposition, it: &Generator) {
    let help = "Processor time of the generator.";
    out.gauge("generator_cpu_seconds", help, it.cpu_ms as f64 / 1e3);
    let help = "Highest share of a processor that the subscribers' thread used in one interval.";
    out.gauge("generator_worker_cpu_ratio", help, it.worker_cpu_max);
    let help = "Most resident memory of the generator.";
    out.gauge("generator_rss_peak_bytes", help, it.rss_peak_bytes as f64);
}

fn server(out: &mut Exposition, it: &ServerUse) {
    let help = "Processor time of the server.";
    out.gauge("server_cpu_seconds", help, it.cpu_ms as f64 / 1e3);
    let help = "Processor time of the server for each delivered event.";
    out.gauge("server_cpu_per_event_seconds", help, it.cpu_us_per_event / 1e6);
    let help = "Most resident memory of the server.";
    out.gauge("server_rss_peak_bytes", help, it.rss_peak_bytes as f64);
    let help = "Growth of the server's resident memory for each subscriber.";
    out.gauge("server_rss_per_subscriber_bytes", help, it.rss_bytes_per_subscriber);
    // 0 says that they could not be read.
    if it.descriptors_peak > 0 {
        let help = "Most open descriptors of the server.";
        out.gauge("server_descriptors_peak", help, it.descriptors_peak as f64);
    }
}

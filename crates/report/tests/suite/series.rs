use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
use ssecheck_model::load::Metric;
use ssecheck_report::{NothingToWrite, csv, hgrm, hlog, openmetrics};

use crate::loads::{hostile, latency, load, minimal, report, rich};

#[test]
fn the_csv_has_a_line_for_each_interval() {
    insta::assert_snapshot!(csv::series(&rich()).unwrap().replace("\r\n", "\n"));
}

#[test]
fn csv_columns_are_the_same_for_every_run() {
    let mut bare = rich();
    load(&mut bare).series.iter_mut().for_each(|interval| interval.latency_us.clear());
    let [bare, rich] = [bare, rich()].map(|report| csv::series(&report).unwrap());
    assert_eq!(bare.lines().next(), rich.lines().next());
    for line in bare.lines().chain(rich.lines()) {
        assert_eq!(line.split(',').count(), 15 + 5 * Metric::ALL.len(), "{line}");
    }
    assert_eq!(rich.matches("\r\n").count(), 4);
    assert_eq!(rich.matches('\n').count(), 4);
}

#[test]
fn the_distribution_is_that_of_the_java_library() {
    insta::assert_snapshot!(hgrm::distribution(&rich(), Metric::Fanout).unwrap());
}

#[test]
fn a_single_value_has_a_row_at_zero_and_one_at_one() {
    let mut report = rich();
    load(&mut report).latency_us.insert("fanout".to_owned(), latency(&[1_500]));
    insta::assert_snapshot!(hgrm::distribution(&report, Metric::Fanout).unwrap());
}

#[test]
fn the_distribution_shown_is_the_fan_out_or_what_stands_for_it() {
    let mut report = rich();
    assert_eq!(hgrm::default_metric(&report), Some(Metric::Fanout));
    load(&mut report).latency_us.remove("fanout");
    assert_eq!(hgrm::default_metric(&report), Some(Metric::Spread));
    assert_eq!(hgrm::default_metric(&minimal()), None);
}

#[test]
fn the_log_has_the_head_of_version_1_3() {
    let log = hlog::log(&rich()).unwrap();
    let head: Vec<&str> = log.lines().take(5).collect();
    insta::assert_snapshot!(head.join("\n"));
}

#[test]
fn every_line_of_the_log_is_an_interval_of_the_report() {
    let mut report = rich();
    let log = hlog::log(&report).unwrap();
    let body =
        log.lines().filter(|line| !line.starts_with('"')).collect::<Vec<_>>().join("\n") + "\n";
    let entries: Vec<_> =
        IntervalLogIterator::new(body.as_bytes()).map(|entry| entry.unwrap()).collect();
    let intervals: Vec<_> = entries
        .iter()
        .filter_map(|entry| match entry {
            LogEntry::Interval(it) => Some(it),
            _ => None,
        })
        .collect();
    assert_eq!(intervals.len(), 12);
    let last = intervals[11];
    let told = &load(&mut report).series[2].latency_us["lag"];
    assert_eq!(last.tag().map(|tag| tag.as_str().to_owned()), Some("lag".to_owned()));
    assert_eq!(last.encoded_histogram(), told.histogram);
    assert_eq!((last.start_timestamp().as_millis(), last.duration().as_millis()), (20_000, 2_500));
    assert!((last.max() * 1e3 - told.max as f64).abs() < 0.5, "{}", last.max());
}

#[test]
fn a_log_without_a_known_start_says_none() {
    let log = hlog::log(&hostile()).unwrap();
    assert!(!log.contains("StartTime:"), "{log}");
    assert!(!log.contains("script"), "{log}");
}

#[test]
fn the_metrics_are_counters_gauges_and_summaries() {
    insta::assert_snapshot!(openmetrics::text(&rich()).unwrap());
}

#[test]
fn hostile_labels_stay_in_their_quotes() {
    let text = openmetrics::text(&hostile()).unwrap();
    let lines = || text.lines().filter(|line| line.starts_with("ssecheck_connections_failed_by"));
    // Two of the three causes look the same when they are harmless.
    assert_eq!(lines().count(), 2, "{text}");
    assert!(lines().any(|line| line.ends_with(r#"{cause="\\x1bx"} 3"#)), "{text}");
    assert!(
        text.lines().all(|line| line.starts_with("ssecheck_") || line.starts_with("# ")),
        "{text}"
    );
    assert!(text.ends_with("\n# EOF\n"), "{text}");
}

#[test]
fn a_broken_histogram_is_told_by_name() {
    let broken = NothingToWrite::BrokenHistogram { metric: "fanout".to_owned() };
    for text in ["", "x", "AAAA", "HISTFAAAAA==", "\u{1b}[2J\n"] {
        let mut report = rich();
        load(&mut report).latency_us.get_mut("fanout").unwrap().histogram = text.to_owned();
        load(&mut report).series[1].latency_us.get_mut("fanout").unwrap().histogram =
            text.to_owned();
        assert_eq!(hgrm::distribution(&report, Metric::Fanout), Err(broken.clone()), "{text}");
        assert_eq!(hlog::log(&report), Err(broken.clone()), "{text}");
    }
}

#[test]
fn a_histogram_that_claims_four_gigabytes_is_broken() {
    let mut bytes = 0x1c84_9313_u32.to_be_bytes().to_vec();
    bytes.extend([0xff; 4]);
    bytes.extend([0; 32]);
    let mut report = rich();
    let text = crate::loads::deflated(&bytes);
    load(&mut report).latency_us.get_mut("fanout").unwrap().histogram = text;
    let error = hgrm::distribution(&report, Metric::Fanout).unwrap_err();
    assert_eq!(error, NothingToWrite::BrokenHistogram { metric: "fanout".to_owned() });
}

#[test]
fn a_histogram_of_other_samples_than_the_report_says_is_broken() {
    let mut report = rich();
    load(&mut report).latency_us.get_mut("fanout").unwrap().count += 1;
    let error = hgrm::distribution(&report, Metric::Fanout).unwrap_err();
    assert_eq!(error.to_string(), "the histogram of `fanout` cannot be read");
}

#[test]
fn a_report_without_the_data_says_what_is_missing() {
    let none = crate::reports::green();
    assert_eq!(csv::series(&none), Err(NothingToWrite::NoLoad));
    assert_eq!(hlog::log(&none), Err(NothingToWrite::NoLoad));
    assert_eq!(openmetrics::text(&none), Err(NothingToWrite::NoLoad));
    assert_eq!(csv::series(&minimal()), Err(NothingToWrite::NoSeries));
    assert_eq!(hlog::log(&minimal()), Err(NothingToWrite::NoSamples));
    assert_eq!(hgrm::distribution(&minimal(), Metric::Gap), Err(NothingToWrite::NoSamples));
    let empty = report(Default::default());
    assert!(openmetrics::text(&empty).unwrap().contains("ssecheck_trusted 0\n"));
}

//! Adapters and parsers that die, hang, or do not keep to the protocol.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ssecheck_model::parser::{ClassVerdict, ParserVerdict};
use ssecheck_parsertest::{RunError, RunEvent, run};

use crate::running::{class, deviating, deviation, error, report, settings, verdict};

#[test]
fn a_crash_is_pinned_to_the_case_that_caused_it() {
    let report = report(&settings(&["bom-panic"], &["bom", "eol"]));
    assert_eq!(report.verdict, ParserVerdict::Deviating);
    assert_eq!(report.aborted, None);
    assert!(class(&report, "bom.strip").red);
    let crash = deviation(&report, "bom.strip");
    assert_eq!(crash.verdict, ClassVerdict::Crash);
    assert!(crash.example.printf.starts_with(r"printf '\357\273\277"), "{:?}", crash.example);
    assert!(crash.example.actual.contains("byte index 1 is not a char boundary"));
    assert_eq!(verdict(&report, "eol.crlf"), ClassVerdict::Pass);
}

#[test]
fn with_several_cases_on_their_way_only_the_guilty_one_is_blamed() {
    for fault in ["bom-panic-window", "dies-once-window"] {
        let report = report(&settings(&[fault], &["chunk", "bom", "data", "field"]));
        let deviating = deviating(&report);
        assert!(deviating.iter().all(|class| class.starts_with("bom.")), "{fault}: {deviating:?}");
        assert!(deviating.contains(&"bom.strip"), "{fault}: {deviating:?}");
        assert_eq!(verdict(&report, "chunk.split"), ClassVerdict::Pass, "{fault}");
    }
}

#[test]
fn a_class_about_cuts_is_not_blamed_for_a_crash_without_a_cut() {
    let report = report(&settings(&["bom-panic"], &["bom"]));
    assert!(!deviating(&report).contains(&"bom.split"));
    assert_eq!(verdict(&report, "bom.split"), ClassVerdict::NotRun);
}

#[test]
fn a_hang_is_a_timeout_of_its_case() {
    let mut settings = settings(&["bom-loop"], &["bom"]);
    settings.vectors.retain(|vector| vector.class == "bom.strip" || vector.class == "bom.mid");
    settings.timeout = Duration::from_millis(300);
    let report = report(&settings);
    let hang = deviation(&report, "bom.strip");
    assert_eq!(hang.verdict, ClassVerdict::Timeout);
    assert_eq!(hang.example.actual, "no answer within 0.3 s");
    assert_eq!(verdict(&report, "bom.mid"), ClassVerdict::Pass);
}

#[test]
fn a_parser_that_dies_again_and_again_ends_the_run_with_what_there_is() {
    let mut settings = settings(&["dies", "3"], &[]);
    settings.baseline = Some(
        ssecheck_model::baseline::Baseline::load(
            "known.yaml",
            "known: [{ check: utf8.split, reason: fail, note: not reached }]",
        )
        .unwrap(),
    );
    let mut restarts = 0;
    let mut count = |event| restarts += u32::from(matches!(event, RunEvent::Restarted { .. }));
    let report = run(&settings, &mut count, &AtomicBool::new(false)).unwrap();
    assert_eq!(report.aborted.as_deref(), Some("the parser died or hung more than 20 times"));
    assert_eq!(restarts, 21);
    assert!(report.vectors.crashed > 0 && report.vectors.not_run > report.vectors.crashed);
    assert_eq!(report.verdict, ParserVerdict::Deviating);
    assert_eq!(report.baseline.unwrap().problems, [], "a run cut short proves no entry wrong");
}

#[test]
fn text_that_is_no_json_counts_against_the_case() {
    let report = report(&settings(&["garbage", "5"], &["chunk"]));
    let garbage = deviation(&report, "chunk.split");
    assert_eq!(garbage.verdict, ClassVerdict::Crash);
    assert!(garbage.example.actual.contains("Traceback"), "{}", garbage.example.actual);
}

#[test]
fn an_answer_without_end_counts_against_the_case() {
    let mut settings = settings(&["huge-line", "2"], &["chunk"]);
    settings.vectors.truncate(1);
    let report = report(&settings);
    let example = &deviation(&report, "chunk.split").example;
    assert_eq!(example.actual, "an answer of more than 67108864 bytes");
}

#[test]
fn a_closed_output_is_a_death_even_if_the_process_stays() {
    let mut settings = settings(&["closes", "2"], &["chunk"]);
    settings.vectors.truncate(1);
    let report = report(&settings);
    let actual = &deviation(&report, "chunk.split").example.actual;
    assert!(actual.contains("it closed its standard output"), "{actual}");
}

#[test]
fn an_adapter_that_breaks_the_protocol_says_nothing_about_its_parser() {
    let faults = [
        ("not-ascii", "is not ASCII"),
        ("unknown-key", "unknown field `events`"),
        ("beyond", "it gives k = 99999 for"),
        ("other-id", "it answered with the id \"x\""),
        ("twice", "it answered with the id"),
        ("swaps-window", "it answered with the id"),
    ];
    for (fault, words) in faults {
        let error = error(&settings(&[fault, "4"], &["chunk"]));
        assert!(
            matches!(&error, RunError::Protocol(what) if what.contains(words)),
            "{fault}: {error}"
        );
    }
}

#[test]
fn an_adapter_that_does_not_introduce_itself_is_no_parser() {
    let faults = [
        ("no-hello", "is no introduction"),
        ("version", "speaks sse-adapter/2"),
        ("early-end", "no parser is installed"),
    ];
    for (fault, words) in faults {
        let error = error(&settings(&[fault], &["chunk"])).to_string();
        assert!(error.contains(words), "{fault}: {error}");
    }
    let mut silent = settings(&["silent"], &["chunk"]);
    (silent.timeout, silent.startup) = (Duration::from_millis(1), Duration::from_millis(300));
    assert!(error(&silent).to_string().contains("did not introduce itself within 0.3 s"));
    let mut missing = settings(&[], &["chunk"]);
    missing.command = vec!["ssecheck-no-such-program".to_owned()];
    assert!(error(&missing).to_string().contains("cannot be started"));
}

#[test]
fn a_flood_on_standard_error_stops_nothing() {
    let mut settings = settings(&["floods-stderr"], &["chunk"]);
    settings.vectors.truncate(1);
    assert_eq!(report(&settings).verdict, ParserVerdict::Exact);
}

#[test]
fn an_adapter_that_does_not_end_is_ended() {
    // That the test ends is the fact; the process is killed after two seconds.
    let mut settings = settings(&["ignores-eof"], &["chunk"]);
    settings.vectors.truncate(1);
    assert_eq!(report(&settings).verdict, ParserVerdict::Exact);
}

#[test]
fn a_run_can_be_stopped_and_keeps_what_it_has() {
    let stop = AtomicBool::new(false);
    let settings = settings(&["hangs", "41"], &["chunk", "eol"]);
    let mut after_some = |event| {
        if matches!(event, RunEvent::Progress(40)) {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let report = run(&settings, &mut after_some, &stop).unwrap();
    assert_eq!(report.aborted.as_deref(), Some("interrupted"));
    assert_eq!(report.vectors.executions, 40);
    assert_eq!(report.verdict, ParserVerdict::Incomplete);
    assert_eq!(verdict(&report, "eol.unicode"), ClassVerdict::NotRun);
}

#[test]
fn nothing_of_an_adapter_is_left_behind() {
    // The adapter becomes a shell whose child sleeps; both are in its group.
    let mut settings = settings(&["closes", "0"], &["chunk"]);
    settings.vectors.truncate(1);
    report(&settings);
    let children = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let parent = |entry: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let after_name = stat.rsplit_once(") ")?.1.to_owned();
        let mut fields = after_name.split(' ');
        let (state, parent) = (fields.next()?.to_owned(), fields.next()?.to_owned());
        Some((state, parent, stat))
    };
    let own = std::process::id().to_string();
    let zombies: Vec<_> = children
        .filter_map(parent)
        .filter(|(state, parent, _)| state == "Z" && *parent == own)
        .collect();
    assert!(zombies.is_empty(), "{zombies:?}");
}

//! What is said of right parsers, and of wrong ones.

use ssecheck_model::baseline::Baseline;
use ssecheck_model::parser::{
    Aspect, ClassLevel, ClassVerdict, Mode, ParserProfile, ParserReport, ParserVerdict,
};
use ssecheck_model::report::BaselineFlaw;
use ssecheck_parsertest::{RunEvent, run, update_baseline};

use crate::running::{class, deviating, deviation, report, settings, verdict};

#[test]
fn our_own_parser_is_exact_in_everything() {
    let mut settings = settings(&[], &[]);
    (settings.properties, settings.timing) = (20, true);
    let mut steps = Vec::new();
    let mut keep = |event| match event {
        RunEvent::Phase { name, total } => steps.push((name, total, 0)),
        RunEvent::Progress(done) => steps.last_mut().unwrap().2 = done,
        RunEvent::Started(_) | RunEvent::Restarted { .. } => {}
    };
    let report = run(&settings, &mut keep, &false.into()).unwrap();
    assert_eq!(report.verdict, ParserVerdict::Exact);
    assert_eq!(deviating(&report), [] as [&str; 0]);
    let counts = report.vectors;
    assert_eq!((counts.passed, counts.total), (settings.vectors.len(), settings.vectors.len()));
    assert!(report.classes.iter().all(|class| class.verdict == ClassVerdict::Pass));
    assert_eq!(report.properties.failing, 0);
    assert_eq!(report.timing.len(), 3);
    assert_eq!(
        steps.iter().map(|step| step.0).collect::<Vec<_>>(),
        ["vectors", "random streams", "timing"]
    );
    assert!(steps.iter().all(|(_, total, done)| total == done), "{steps:?}");
}

#[test]
fn each_wrong_parser_is_found_with_its_class() {
    let faults: [(&str, &[&str]); 8] = [
        ("bom-kept", &["bom.strip", "lifecycle.seed"]),
        ("crlf-split", &["eol.crlf-split", "eol.empty-chunk"]),
        ("eof", &["eof.incomplete"]),
        ("forgets-id", &["id.persist", "id.dataless-block"]),
        ("late", &["eol.cr-prompt"]),
        ("trims", &["field.one-space", "id.text", "retry.spaces"]),
        ("utf8", &["bom.utf16", "utf8.invalid", "utf8.counts", "utf8.comment"]),
        ("", &[]),
    ];
    for (fault, classes) in faults {
        let fault: &[&str] = if fault.is_empty() { &[] } else { &[fault] };
        assert_eq!(deviating(&report(&settings(fault, &[]))), classes, "{fault:?}");
    }
}

#[test]
fn a_cut_that_matters_is_no_matter_of_the_line_end() {
    let report = report(&settings(&["crlf-split"], &["eol"]));
    assert_eq!(verdict(&report, "eol.crlf"), ClassVerdict::Pass);
    let split = deviation(&report, "eol.crlf-split");
    assert_eq!(split.example.chunks.len(), 2, "{:?}", split.example);
    assert!(split.vectors.iter().any(|vector| vector.starts_with("eol/crlf")));
    assert!(report.vectors.varying > 0);
}

#[test]
fn a_block_without_data_that_shows_counts_once_and_binds_browsers_only() {
    let mut settings = settings(&["dataless"], &["event", "retry"]);
    let browser = report(&settings);
    assert_eq!(deviating(&browser), ["event.dataless-none"]);
    assert_eq!(class(&browser, "event.dataless-none").level, ClassLevel::Browser);
    assert!(class(&browser, "event.dataless-none").red);
    assert_eq!(verdict(&browser, "event.dataless-resets"), ClassVerdict::Pass);
    assert_eq!(verdict(&browser, "retry.dataless"), ClassVerdict::Pass);
    settings.profile = ParserProfile::Core;
    let core = report(&settings);
    assert_eq!((core.verdict, core.exit_code()), (ParserVerdict::Exact, 0));
    assert_eq!(deviating(&core), ["event.dataless-none"], "it is told all the same");
}

#[test]
fn late_is_advice_and_red_when_strict() {
    let mut settings = settings(&["late"], &["eol"]);
    let report = report(&settings);
    let late = class(&report, "eol.cr-prompt");
    assert_eq!((late.verdict, late.red), (ClassVerdict::Late, false));
    assert_eq!(late.shows, [Aspect::Late]);
    assert_eq!(report.verdict, ParserVerdict::Exact);
    settings.strict = true;
    assert_eq!(crate::running::report(&settings).verdict, ParserVerdict::Deviating);
}

#[test]
fn what_the_interface_does_not_show_is_neither_right_nor_wrong() {
    let report = report(&settings(&["own-id"], &["comment", "id", "lifecycle"]));
    assert_eq!(verdict(&report, "comment.text"), ClassVerdict::Unobservable);
    assert_eq!(verdict(&report, "id.nul"), ClassVerdict::Pass);
    let hidden = &report.subject.hidden;
    assert!(hidden.iter().any(|what| what == "comments"), "{hidden:?}");
}

#[test]
fn what_needs_cuts_is_not_run_where_streams_go_in_as_a_whole() {
    for fault in [&["whole"][..], &["plain"]] {
        let mut settings = settings(fault, &["chunk", "eol"]);
        settings.plain = fault == ["plain"];
        let report = report(&settings);
        for code in ["chunk.split", "eol.crlf-split", "eol.empty-chunk"] {
            assert_eq!(verdict(&report, code), ClassVerdict::NotRun, "{fault:?} {code}");
        }
        assert_eq!(verdict(&report, "eol.cr-prompt"), ClassVerdict::Unobservable);
        assert_eq!(verdict(&report, "eol.crlf"), ClassVerdict::Pass);
        assert!(report.vectors.not_run > 0);
        assert_eq!(report.subject.mode == Mode::Plain, settings.plain);
    }
}

#[test]
fn plain_mode_finds_what_shows_in_whole_streams() {
    let mut settings = settings(&["plain-crlf"], &["eol"]);
    settings.plain = true;
    assert!(deviating(&report(&settings)).contains(&"eol.cr"));
    settings.command = crate::running::adapter(&["plain-fails"]);
    let error = crate::running::error(&settings).to_string();
    assert!(error.contains("exit status: 1") && error.contains("as it should"), "{error}");
}

#[test]
fn random_streams_find_what_no_vector_was_made_for() {
    let mut settings = settings(&["eof"], &[]);
    settings.vectors.retain(|vector| vector.id == "chunk/none");
    settings.properties = 60;
    let report = report(&settings);
    assert!(deviating(&report).contains(&"eof.incomplete"), "{:?}", deviating(&report));
    let example = &deviation(&report, "eof.incomplete").example;
    assert_eq!(example.printf, r"printf 'data: x\n'");
    assert_eq!((example.expected.as_str(), example.actual.as_str()), ("no event", "\"x\""));
    let features = report.properties.features;
    let failing: Vec<_> = features.iter().filter(|feature| feature.failing > 0).collect();
    assert!(failing.iter().any(|feature| feature.feature == "no blank line"));
    assert!(failing.iter().all(|feature| feature.example.is_some()));
}

#[test]
fn quadratic_time_is_found_and_its_shape_is_named() {
    let mut settings = settings(&["quadratic"], &["chunk"]);
    settings.timing = true;
    let slow = |report: &ParserReport| -> Vec<String> {
        let slow = report.timing.iter().filter(|it| it.verdict == ClassVerdict::Slow);
        slow.map(|it| it.shape.clone()).collect()
    };
    // A stall of the machine hides growth, and never makes it up: so a few tries, of which one must
    // see it, and none may see another.
    let mut tries = (0..5).map(|_| report(&settings));
    let report = tries.find(|report| !slow(report).is_empty()).expect("it is seen once in five");
    assert_eq!(slow(&report), ["T1"], "{:?}", report.timing);
    assert_eq!(verdict(&report, "time.linear"), ClassVerdict::Slow);
    assert!(!class(&report, "time.linear").red);
}

fn baseline(entries: &str) -> Option<Baseline> {
    Some(Baseline::load("known.yaml", &format!("known: [{entries}]")).expect("a baseline"))
}

#[test]
fn a_known_deviation_is_not_red_and_its_features_are_left_out() {
    let mut settings = settings(&["trims"], &["field", "id", "retry"]);
    settings.baseline = baseline(
        "{ check: field.one-space, reason: fail, note: a }, { check: id.text, reason: fail, note: b }, \
         { check: 'retry.*', reason: fail, note: c }",
    );
    settings.properties = 5;
    let report = report(&settings);
    assert_eq!((report.verdict, report.exit_code()), (ParserVerdict::Exact, 0));
    assert_eq!(class(&report, "field.one-space").note.as_deref(), Some("a"));
    let features = &report.properties.features;
    let leading = features.iter().find(|feature| feature.feature == "retry with spaces").unwrap();
    assert!(leading.skipped && leading.streams == 0);
    assert!(features.iter().any(|feature| !feature.skipped));
    settings.all_features = true;
    let all = crate::running::report(&settings);
    assert!(all.properties.features.iter().all(|feature| !feature.skipped));
}

#[test]
fn an_entry_that_does_not_hold_makes_the_run_red() {
    let mut settings = settings(&["late"], &["eol", "comment"]);
    settings.baseline = baseline(
        "{ check: eol.cr, reason: fail, note: a }, { check: eol.cr-prompt, reason: crash, note: b }, \
         { check: comment.text, reason: fail, note: c }, { check: eol.crx, reason: fail, note: d }, \
         { check: bom.strip, reason: fail, note: not run }",
    );
    let report = report(&settings);
    let problems = &report.baseline.as_ref().unwrap().problems;
    let problems: Vec<_> = problems.iter().map(|p| (p.check.as_str(), p.kind)).collect();
    let expected = [
        ("eol.cr", BaselineFlaw::Stale),
        ("eol.cr-prompt", BaselineFlaw::WrongReason),
        ("comment.text", BaselineFlaw::Unmatched),
        ("eol.crx", BaselineFlaw::Unmatched),
    ];
    assert_eq!(problems, expected);
    assert_eq!((report.verdict, report.exit_code()), (ParserVerdict::Exact, 1));
}

#[test]
fn a_rewritten_baseline_holds_what_is_red_and_makes_the_next_run_green() {
    let mut settings = settings(&["trims"], &["eol", "field"]);
    settings.baseline = baseline("{ check: eol.cr, reason: fail, note: gone }");
    let mut rewritten = report(&settings);
    assert_eq!(rewritten.exit_code(), 1);
    let updated = update_baseline(settings.baseline.as_ref().unwrap(), &mut rewritten).unwrap();
    assert_eq!(rewritten.exit_code(), 0);
    let known: Vec<&str> = updated.known.iter().map(|known| known.check.value.as_str()).collect();
    assert_eq!(known, ["field.one-space"]);
    settings.baseline = Some(Baseline::load("known.yaml", &updated.render()).unwrap());
    assert_eq!(report(&settings).exit_code(), 0);
}

//! `ssecheck parser` as a command: exit codes, formats, baseline files. Its judgements are tested in
//! `crates/parsertest`, and on real parsers in `adapters`.

use std::time::Duration;

use serde_json::Value;

use crate::support::process::Signal;
use crate::support::program::{Finished, Program, path, ssecheck, workspace};
use crate::support::scratch::Scratch;

const LIMIT: Duration = Duration::from_secs(300);

/// Our own parser behind `sed`, which makes it wrong.
fn through_sed(edit: &str) -> [String; 3] {
    let adapter = path().display();
    ["sh".into(), "-c".into(), format!("'{adapter}' adapter | sed -u '{edit}'")]
}

/// Takes every reconnection time of 3000 for 3, as one who thinks of seconds.
fn in_seconds() -> [String; 3] {
    through_sed(r#"s/"r":3000/"r":3/g; s/"retry":3000/"retry":3/g"#)
}

fn judged(more: &[&str], adapter: &[String]) -> Finished {
    let arguments =
        ["parser", "--vectors"].iter().chain(more).chain(&["--"]).map(ToString::to_string);
    Program::new(arguments.chain(adapter.iter().cloned())).run(LIMIT)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a JSON report")
}

#[test]
fn our_own_parser_is_exact_and_its_report_follows_the_schema() {
    let adapter = [path().display().to_string(), "adapter".to_owned()];
    let finished = judged(&["--json", "-"], &adapter);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let report = json(&finished.stdout);
    assert_eq!(report["parser"]["verdict"], "exact");
    assert_eq!(report["parser"]["vectors"]["passed"], report["parser"]["vectors"]["total"]);
    let schema = workspace().join("reports/schema/report.schema.json");
    let schema = json(&std::fs::read_to_string(schema).expect("it is there"));
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_wrong_parser_ends_with_1_and_every_format_shows_why() {
    let scratch = Scratch::new();
    let [saved, junit] = ["r.json", "r.xml"].map(|name| scratch.path(name));
    let finished = judged(&["--json", &saved, "--junit", &junit], &in_seconds());
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    for part in
        ["FAIL  retry.digits  fail", "retry 3000", "retry 3", "| ssecheck parse", "deviating: "]
    {
        assert!(finished.stdout.contains(part), "{part}: {}", finished.stdout);
    }
    assert!(scratch.read("r.xml").contains("name=\"retry.digits\""));
    let again = ssecheck(["report", "--from", &saved]);
    assert_eq!((again.code, again.stdout), (Some(1), finished.stdout));
}

#[test]
fn the_printf_line_of_a_finding_shows_the_same_stream() {
    let finished = judged(&["--json", "-"], &in_seconds());
    let report = json(&finished.stdout);
    let deviations = report["parser"]["deviations"].as_array().expect("there are some");
    let digits = deviations.iter().find(|it| it["class"] == "retry.digits").expect("it deviates");
    let printf = digits["example"]["printf"].as_str().expect("a command");
    let command = format!("{printf} | '{}' parse --no-lints", path().display());
    let shown = std::process::Command::new("sh").args(["-c", &command]).output().expect("it runs");
    assert!(
        String::from_utf8_lossy(&shown.stdout).contains(r#"{"retry":{"ms":3000,"#),
        "{command}"
    );
}

#[test]
fn a_baseline_is_written_holds_and_must_stay_true() {
    let scratch = Scratch::new();
    let baseline = scratch.path("known.yaml");
    let written = judged(&["--baseline", &baseline, "--update-baseline"], &in_seconds());
    assert_eq!(written.code, Some(0), "{}", written.stdout);
    assert!(scratch.read("known.yaml").contains("check: \"retry.digits\"\n    reason: \"fail\""));
    assert_eq!(judged(&["--baseline", &baseline], &in_seconds()).code, Some(0));
    let own = [path().display().to_string(), "adapter".to_owned()];
    let stale = judged(&["--baseline", &baseline], &own);
    assert_eq!(stale.code, Some(1));
    assert!(stale.stdout.contains("FAIL  baseline  stale  retry.digits"), "{}", stale.stdout);
}

#[test]
fn what_is_no_adapter_is_one_error_with_exit_code_3() {
    for command in [&["/nonexistent/adapter"][..], &["true"], &["echo", "hello"]] {
        let command: Vec<String> = command.iter().map(ToString::to_string).collect();
        let finished = judged(&[], &command);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(3), ""), "{command:?}");
        assert!(finished.stderr.starts_with("error: "), "{}", finished.stderr);
        assert!(finished.stderr.lines().count() <= 3, "{}", finished.stderr);
    }
}

#[test]
fn a_bad_baseline_file_is_told_with_its_place_before_anything_runs() {
    let scratch = Scratch::new();
    let bad = scratch.file("known.yaml", "known:\n  - class: eol.cr\n");
    let finished = judged(&["--baseline", &bad], &["/nonexistent/adapter".to_owned()]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("known.yaml:2:5"), "{}", finished.stderr);
    let no_glob = scratch.file("glob.yaml", "known:\n  - { check: '[', reason: fail, note: x }\n");
    assert_eq!(judged(&["--baseline", &no_glob], &["true".to_owned()]).code, Some(2));
}

#[test]
fn a_signal_ends_it_with_130_and_the_partial_report() {
    let scratch = Scratch::new();
    let saved = scratch.path("r.json");
    let own = path().display().to_string();
    let arguments = ["parser", "--properties", "1000000", "--json", &saved, "--", &own, "adapter"];
    let mut run = Program::new(arguments).start();
    let begun = |out: &[u8]| String::from_utf8_lossy(out).contains("ssecheck 0");
    assert!(run.until(LIMIT, |run| begun(&run.stdout)), "it never began");
    run.signal(Signal::SIGINT);
    assert!(run.finish(LIMIT), "it did not end");
    assert_eq!(run.status.and_then(|status| status.code()), Some(130));
    let report = json(&scratch.read("r.json"));
    assert_eq!(report["interrupted"], true);
    assert_eq!(report["parser"]["verdict"], "incomplete");
    assert_eq!(scratch.names(), ["r.json"]);
}

/// What five lines can do: the events that `ssecheck parse` shows, as one JSON object.
const PLAIN: &str = r#"'{own}' parse --no-lints |
sed -n 's/^{"event":{"type":\(".*"\),"data":\(".*"\),"last_event_id":\(".*"\),"bytes":.*/{"e":[\1,\2,\3]}/p' |
paste -sd, - | sed 's/^/{"out":[/; s/$/]}/'"#;

#[test]
fn plain_mode_takes_one_process_for_each_stream_and_says_what_it_cannot_judge() {
    let script = PLAIN.replace("{own}", &path().display().to_string());
    let command = ["sh".to_owned(), "-c".to_owned(), script];
    let finished = judged(&["--plain", "--json", "-"], &command);
    assert_eq!(finished.code, Some(0), "{}\n{}", finished.stderr, finished.stdout);
    let report = json(&finished.stdout);
    assert_eq!(report["parser"]["subject"]["mode"], "plain");
    let class = |code: &str| {
        let classes = report["parser"]["classes"].as_array().expect("classes");
        let found = classes.iter().find(|class| class["class"] == code).expect("it is there");
        found["verdict"].as_str().expect("a word").to_owned()
    };
    assert_eq!(class("data.join"), "pass");
    assert_eq!(class("eol.crlf-split"), "not-run");
    assert_eq!(class("retry.digits"), "unobservable");
}

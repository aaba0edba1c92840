//! What goes to which stream, in which format.

use serde_json::Value;

use crate::support::process::Running;
use crate::support::program::{Finished, Program, path, ssecheck};
use crate::support::schema::{self, Watched};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text:?}"))
}

/// A server with a failure, a warning, and more of what reports show.
fn faulty() -> Testbed {
    Testbed::start(&["--fault", "media-type-wrong", "--fault", "no-date"])
}

#[test]
fn json_on_standard_output_is_alone_there_and_follows_its_schema() {
    let testbed = faulty();
    let url = testbed.url();
    for (arguments, code) in [
        (vec!["run", "--json", "-", "--case", "http/answer"], 0),
        (vec!["run", url, "--json", "-", "--case", "http/*"], 1),
        (vec!["run", "http://127.0.0.1:1/", "--json", "-"], 3),
        (vec!["selftest", "--fault", "no-date", "--json", "-"], 0),
    ] {
        let finished = ssecheck(&arguments);
        assert_eq!(finished.code, Some(code), "{arguments:?}: {}", finished.stderr);
        let report = parsed(&finished.stdout);
        let errors = schema::errors(&report);
        assert!(errors.is_empty(), "{arguments:?}: {errors:?}");
        assert_eq!(report["schema"], "ssecheck.report/1");
        assert!(!finished.stderr.is_empty(), "people read standard error then");
    }
}

#[test]
fn human_text_goes_to_standard_error_when_a_machine_format_has_standard_output() {
    for (flags, start) in [
        (vec!["--json", "-"], "{"),
        (vec!["--junit", "-"], "<?xml"),
        (vec!["--markdown", "-"], "#"),
        (vec!["--github"], ""),
    ] {
        let arguments = ["run", "--case", "http/answer"].iter().chain(&flags);
        let finished = ssecheck(arguments);
        assert_eq!(finished.code, Some(0), "{flags:?}: {}", finished.stderr);
        assert!(finished.stdout.starts_with(start), "{flags:?}: {}", finished.stdout);
        assert!(!finished.stdout.contains("conformant: 12"), "{flags:?}: {}", finished.stdout);
        assert!(finished.stderr.contains("conformant: 12"), "{flags:?}: {}", finished.stderr);
        assert!(finished.stderr.contains("no URL given"), "{flags:?}: {}", finished.stderr);
    }
}

#[test]
fn github_annotations_are_commands_with_the_place_in_the_yaml() {
    let testbed = faulty();
    let finished = ssecheck(["run", testbed.url(), "--github", "--case", "http/answer"]);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let lines: Vec<&str> = finished.stdout.lines().collect();
    let is_command = |line: &&str| line.starts_with("::error ") || line.starts_with("::warning ");
    assert!(lines.iter().all(is_command) && lines.len() >= 2, "{}", finished.stdout);
    let error = lines.iter().find(|line| line.starts_with("::error ")).expect("there is one");
    assert!(error.contains("file=scenarios/http/answer.yaml,line="), "{error}");
    assert!(error.contains("http/content-type"), "{error}");
}

#[test]
fn two_formats_on_standard_output_are_refused_before_the_run() {
    for flags in [["--json", "-", "--junit", "-"], ["--markdown", "-", "--junit", "-"]] {
        let finished = ssecheck(["run"].iter().chain(&flags));
        assert_eq!(finished.code, Some(2), "{flags:?}");
        assert!(finished.stderr.contains("only one format"), "{}", finished.stderr);
        assert_eq!(finished.stdout, "");
    }
    let finished = ssecheck(["run", "--json", "-", "--github"]);
    assert_eq!(finished.code, Some(2));
}

#[test]
fn a_report_is_read_from_standard_input_too() {
    let run = ssecheck(["run", "--json", "-", "--case", "http/versions"]);
    let arguments = ["report", "--from", "-", "--json", "-"];
    let again =
        Program::new(arguments).stdin(run.stdout.clone()).run(std::time::Duration::from_secs(60));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stdout == run.stdout);
}

#[test]
fn without_a_terminal_there_is_no_escape_byte_and_no_color_beats_a_forced_colour() {
    let testbed = faulty();
    let run = |variables: &[(&str, &str)]| {
        let program = Program::new(["run", testbed.url(), "--case", "http/answer"]);
        let program =
            variables.iter().fold(program, |program, (name, value)| program.env(name, value));
        let finished = program.run(std::time::Duration::from_secs(60));
        assert_eq!(finished.code, Some(1), "{}", finished.stderr);
        finished.stdout.contains('\u{1b}') || finished.stderr.contains('\u{1b}')
    };
    assert!(!run(&[]));
    assert!(run(&[("CLICOLOR_FORCE", "1"), ("TERM", "xterm")]), "colour can be forced");
    assert!(!run(&[("CLICOLOR_FORCE", "1"), ("TERM", "xterm"), ("NO_COLOR", "1")]));
}

#[test]
fn a_file_that_was_there_is_replaced_only_by_a_whole_report() {
    let scratch = Scratch::new();
    let file = scratch.file("r.json", "old");
    let refused = ssecheck(["run", "--json", &file, "--junit", &scratch.path("no/r.xml")]);
    assert_eq!(refused.code, Some(2));
    assert_eq!((scratch.read("r.json").as_str(), scratch.names()), ("old", vec!["r.json".into()]));
    let finished = ssecheck(["run", "--case", "http/versions", "--json", &file]);
    assert_eq!(finished.code, Some(0), "{}", finished.stdout);
    assert_eq!(parsed(&scratch.read("r.json"))["conformance"]["verdict"], "conformant");
    assert_eq!(scratch.names(), ["r.json"]);
}

#[test]
fn a_link_is_written_through_and_stays_a_link() {
    let scratch = Scratch::new();
    scratch.file("real.json", &"old ".repeat(10_000));
    let link = scratch.path("link.json");
    std::os::unix::fs::symlink(scratch.path("real.json"), &link).expect("a link can be made");
    let finished = ssecheck(["run", "--case", "http/versions", "--json", &link]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(std::fs::symlink_metadata(&link).is_ok_and(|found| found.is_symlink()));
    assert_eq!(parsed(&scratch.read("real.json"))["conformance"]["verdict"], "conformant");
}

#[test]
fn a_full_disk_is_told() {
    let mut command = std::process::Command::new("sh");
    let arguments = ["run", "--case", "http/versions", "--json", "-"];
    command.args(["-c", "exec \"$0\" \"$@\" > /dev/full"]).arg(path()).args(arguments);
    let mut running = Running::start(command, Vec::new());
    assert!(running.finish(std::time::Duration::from_secs(60)));
    let finished = Finished::from(&running);
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    assert!(finished.stderr.contains("cannot write to standard output"), "{}", finished.stderr);
}

#[test]
fn a_saved_kill_matrix_has_the_exit_code_of_its_run() {
    let scratch = Scratch::new();
    let file = scratch.path("matrix.json");
    let good = ssecheck(["selftest", "--fault", "no-date", "--json", &file]);
    assert_eq!(good.code, Some(0), "{}", good.stdout);
    let again = ssecheck(["report", "--from", &file]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stdout.contains("1 of 1 faults killed"), "{}", again.stdout);
    let unkilled = scratch.read("matrix.json").replace("\"killed\": 1", "\"killed\": 0");
    let bad = ssecheck(["report", "--from", &scratch.file("bad.json", &unkilled)]);
    assert_eq!(bad.code, Some(1), "{}", bad.stdout);
}

#[test]
fn a_run_that_breaks_the_schema_would_be_caught() {
    let words = ["run", "--json", "-", "--", "--json", "x"].map(str::to_owned);
    let watched = Watched::of(&words).expect("it is watched");
    assert_eq!(watched, Watched::Stdout);
    assert_eq!(Watched::of(&words[3..]), None, "what an adapter gets is none of ours");
    let run = ssecheck(["run", "--json", "-", "--case", "http/versions"]);
    assert_eq!(watched.objection(run.code, run.stdout.as_bytes()), None);
    for (from, to) in [
        ("\"verdict\": \"conformant\"", "\"verdict\": \"good\""),
        ("\"duration_ms\": ", "\"duration_ms\": -"),
        ("\"checks\"", "\"chests\""),
        ("{", ""),
    ] {
        assert!(run.stdout.contains(from), "{from}");
        let spoilt = run.stdout.replacen(from, to, 1);
        let objection = watched.objection(run.code, spoilt.as_bytes());
        assert!(objection.is_some(), "{from} as {to} is taken");
    }
}

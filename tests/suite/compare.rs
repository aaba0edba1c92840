//! `ssecheck compare` as a user meets it.

use serde_json::Value;

use crate::support::program::{Finished, ssecheck};
use crate::support::schema;
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

/// A short run against `testbed`; the report lies under `name`. What it measures is noisy here, so
/// its doubts are let pass.
fn run(scratch: &Scratch, testbed: &Testbed, name: &str) -> String {
    let (path, publish) = (scratch.path(name), testbed.at("/publish"));
    let fixed = ["load", testbed.url(), "--publish", &publish, "-c", "5", "-d", "1s", "-q"];
    let done = ssecheck(fixed.into_iter().chain(["--allow-doubts", "--json", &path]));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    path
}

fn compare(arguments: &[&str]) -> Finished {
    ssecheck(["compare"].iter().chain(arguments))
}

fn assert_usage(arguments: &[&str], words: &[&str]) {
    let done = compare(arguments);
    assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.stderr);
    for word in words {
        assert!(done.stderr.contains(word), "{word:?} in {}", done.stderr);
    }
}

fn json(done: &Finished) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {}", done.stderr))
}

fn finding<'a>(comparison: &'a Value, list: &str, name: &str) -> &'a Value {
    let all = comparison[list].as_array().expect("a list");
    let found = all.iter().find(|figure| figure["name"] == name);
    &found.unwrap_or_else(|| panic!("{name}: {comparison}"))["finding"]
}

#[test]
fn a_server_that_became_slow_is_found_and_one_pair_is_not_judged() {
    let scratch = Scratch::new();
    // Far more than the noise of a machine on which other tests run.
    let slow = Testbed::start(&["--fault", "load-delay=fixed:3s"]);
    let fast = Testbed::start(&[]);
    let mut sides = [Vec::new(), Vec::new()];
    for n in 1..=3 {
        for (side, (testbed, name)) in sides.iter_mut().zip([(&fast, "a"), (&slow, "b")]) {
            side.push(run(&scratch, testbed, &format!("{name}{n}.json")));
        }
    }
    let [a, b] = &sides;
    let mut arguments: Vec<&str> = a.iter().map(String::as_str).collect();
    arguments.push("--with");
    arguments.extend(b.iter().map(String::as_str));
    arguments.extend(["--allow-doubts", "--fail-on-regression", "--json", "-"]);
    let (html, markdown) = (scratch.path("c.html"), scratch.path("c.md"));
    arguments.extend(["--html", &html, "--markdown", &markdown]);
    let done = compare(&arguments);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    let comparison = json(&done);
    assert_eq!(schema::errors(&comparison), Vec::<String>::new());
    assert_eq!(comparison["verdict"], "regression");
    assert_eq!(finding(&comparison, "figures", "fanout.p50"), "worse");
    assert!(done.stderr.contains("REGRESSION: worse: fanout.p50"), "{}", done.stderr);
    assert!(scratch.read("c.html").contains("REGRESSION"));
    assert!(scratch.read("c.md").contains("**worse**"));

    let pair = compare(&[&a[0], &b[0], "--allow-doubts", "--fail-on-regression", "--json", "-"]);
    assert_eq!(pair.code, Some(0), "{}", pair.stderr);
    assert_eq!(json(&pair)["verdict"], "noise-unknown");
    assert_eq!(finding(&json(&pair), "figures", "fanout.p50"), "noise-unknown");

    let given = [&a[0], &b[0], "--allow-doubts", "--fail-on-regression", "--tolerance", "100%"];
    assert_eq!(compare(&given).code, Some(1), "the user says how much is noise");
}

#[test]
fn events_that_are_lost_now_are_a_regression_in_one_pair() {
    let scratch = Scratch::new();
    let whole = run(&scratch, &Testbed::start(&[]), "a.json");
    let lossy = Testbed::start(&["--fault", "load-drop-one=5"]);
    let lossy = run(&scratch, &lossy, "b.json");
    let flags = ["--allow-doubts", "--json", "-"];
    let done = compare(&[&whole, &lossy, flags[0], "--fail-on-regression", flags[1], flags[2]]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert_eq!(finding(&json(&done), "facts", "lost"), "worse");
    let done = compare(&[&whole, &lossy, "--allow-doubts"]);
    assert_eq!(done.code, Some(0), "only who asks for it fails: {}", done.stdout);
    assert!(done.stdout.contains("REGRESSION: worse: lost"), "{}", done.stdout);
    assert!(done.stdout.lines().all(|line| line.chars().count() <= 80), "{}", done.stdout);
    let back = compare(&[&lossy, &whole, "--allow-doubts", "--fail-on-regression"]);
    assert_eq!(back.code, Some(0), "{}", back.stdout);
}

#[test]
fn runs_of_different_plans_prove_nothing() {
    let scratch = Scratch::new();
    let testbed = Testbed::start(&[]);
    let one = run(&scratch, &testbed, "a.json");
    let mut report: Value = serde_json::from_str(&scratch.read("a.json")).expect("a report");
    let text = report["load"]["plan"]["text"].as_str().expect("a plan").to_owned();
    report["load"]["plan"]["text"] = text.replace("subscribers: 5", "subscribers: 50").into();
    let other = scratch.file("b.json", &report.to_string());
    let done = compare(&[&one, &other, "--allow-doubts"]);
    assert_eq!(done.code, Some(3), "{}", done.stdout);
    assert!(done.stdout.contains("apart  plan: subscribers: 5 -> 50"), "{}", done.stdout);
    let done = compare(&[&one, &other, "--allow-doubts", "--allow-differences"]);
    assert_eq!(done.code, Some(0), "{}", done.stdout);
}

#[test]
fn a_check_that_turned_red_is_a_regression() {
    let scratch = Scratch::new();
    let (good, bad) = (scratch.path("good.json"), scratch.path("bad.json"));
    let testbed = Testbed::start(&["--fault", "no-date"]);
    let case = ["--case", "http/answer", "--strict", "--json"];
    let run =
        |url: &str, path: &str| ssecheck(["run", url].iter().chain(&case).chain([&path])).code;
    assert_eq!(run(Testbed::start(&[]).url(), &good), Some(0));
    assert_eq!(run(testbed.url(), &bad), Some(1));
    let done = compare(&[&good, &bad, "--fail-on-regression"]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stdout.contains("http/date: pass -> fail"), "{}", done.stdout);
    let done = compare(&[&bad, &good, "--fail-on-regression", "--json", "-"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(json(&done)["checks"][0]["kind"], "newly-green");
    assert_eq!(schema::errors(&json(&done)), Vec::<String>::new());
}

#[test]
fn what_cannot_be_compared_is_wrong_usage() {
    let scratch = Scratch::new();
    let checks = scratch.path("checks.json");
    assert_eq!(ssecheck(["run", "--case", "http/answer", "--json", &checks]).code, Some(0));
    let load = "reports/latency/nchan-10000.json";
    assert_usage(&[load], &["two reports", "--with"]);
    assert_usage(&[load, load, load], &["two reports", "--with"]);
    assert_usage(&[load, load], &["are the same run"]);
    assert_usage(&[load, &checks], &["nchan-10000 is a load run", "a run of checks"]);
    assert_usage(&[load, "/no/such.json"], &["cannot read", "such.json"]);
    assert_usage(&[load, &checks, "--tolerance", "much"], &["percentage"]);
    let out = scratch.path("out");
    assert_usage(&[load, &checks, "--json", &out, "--html", &out], &["two formats"]);
}

#[test]
fn the_documentation_says_what_the_program_does() {
    let docs = include_str!("../../docs/comparing.md");
    let help = compare(&["--help"]).stdout;
    for flag in
        ["--with", "--tolerance", "--allow-doubts", "--allow-differences", "--html", "--json"]
    {
        assert!(docs.contains(flag) && help.contains(flag), "{flag}");
    }
    for word in ["NOISE UNKNOWN", "NOT TRUSTED", "not-interleaved", "ssecheck.comparison/1"] {
        assert!(docs.contains(word), "{word}");
    }
}

//! Views of what goes on.

use std::fs::File;

use super::{assert_clean, moves, paints, sequences, without_figures};
use crate::support::process::Signal;
use crate::support::program::{Program, path, ssecheck};
use crate::support::pty::{Setup, Terminal};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

/// A load run that is long enough to be looked at. Doubts are allowed: other tests starve it.
const LOAD: [&str; 8] = ["load", "-c", "20", "-d", "40s", "--interval", "200ms", "--allow-doubts"];

/// Such a run, in its measured time, with figures in its view.
fn loading(setup: Setup<'_>) -> Terminal {
    let mut terminal = Terminal::start(&LOAD, setup);
    terminal.expect("measuring");
    terminal.expect("20 open of 20");
    terminal.expect("fanout so far: p50");
    terminal
}

fn events(screen: &str) -> Option<u64> {
    let line =
        screen.lines().find(|line| line.starts_with("events") && line.ends_with("so far"))?;
    line.split(", ").last()?.replace(',', "").split(' ').next()?.parse().ok()
}

/// Waits until the view has changed. A drawing may come in parts, so that the line of the events is
/// not on every screen that is read.
fn expect_more_events(terminal: &mut Terminal) {
    expect_more(terminal, events);
}

/// Waits until a figure on the screen grows.
fn expect_more(terminal: &mut Terminal, figure: impl Fn(&str) -> Option<u64>) {
    assert!(terminal.shows(|screen| figure(screen).is_some()), "{}", terminal.text());
    let before = figure(&terminal.text());
    assert!(terminal.shows(|screen| figure(screen) > before), "{}", terminal.text());
}

/// Whether there is one line of each kind, with all that a terminal of 80 columns has room for.
fn is_whole(screen: &str) -> bool {
    let lines = |label: &str| screen.lines().filter(|line| line.starts_with(label)).count();
    let labels = ["measuring", "connections", "events", "latency", "lag", "p99"];
    labels.iter().all(|label| lines(label) == 1)
        && screen.contains("in the last 200 ms: p50")
        && (screen.contains('▁') || screen.contains('█'))
}

#[test]
fn load_shows_where_it_is_and_leaves_nothing_behind_when_it_is_stopped() {
    let mut terminal = loading(Setup::wide(80));
    expect_more_events(&mut terminal);
    assert!(terminal.shows(is_whole), "{}", terminal.text());
    terminal.signal(Signal::SIGINT);
    assert_eq!(terminal.end(), Some(130));
    assert_clean(&terminal);
    // A doubt, of which a busy machine gives reason, would be the word that comes first.
    let told = |screen: &str| {
        let words: Vec<&str> = screen.split_whitespace().collect();
        words.join(" ").contains("the user stopped the run: the figures are partial")
    };
    assert!(terminal.shows(told), "{}", terminal.text());
    assert_eq!(terminal.overflowed(), Vec::<&str>::new());
}

#[test]
fn load_ends_with_the_text_that_a_pipe_gets_but_for_the_lines_of_intervals() {
    let testbed = Testbed::start(&[]);
    let (url, publish) = (testbed.url().to_owned(), testbed.at("/publish"));
    let load = ["load", &url, "--publish", &publish, "-c", "3", "-d", "2s", "--allow-doubts"];
    let labels = |text: &str| -> Vec<String> {
        let labels = text.lines().map(|line| line.split(' ').next().unwrap_or_default().to_owned());
        let kept = labels.filter(|label| !label.starts_with(|c: char| c.is_ascii_digit()));
        // What the machine was doubted for differs from run to run, and with it the verdict.
        let varying =
            ["DOUBT", "note", "one", "", "MEASURED:", "NOT", "untimed_low", "untimed_high"];
        kept.filter(|label| !varying.contains(&label.as_str())).collect()
    };
    let plain = ssecheck(load);
    assert!(plain.stdout.contains("s  open 3  events "), "{}", plain.stdout);
    let mut terminal = Terminal::start(&load, Setup::wide(80));
    terminal.expect("connections");
    assert_eq!(terminal.end(), plain.code);
    assert_clean(&terminal);
    assert_eq!(labels(&terminal.text()), labels(&plain.stdout));
}

#[test]
fn run_counts_its_cases_and_ends_with_the_text_that_a_pipe_gets() {
    let testbed = Testbed::start(&[]);
    let url = testbed.url().to_owned();
    let run = ["run", &url, "--jobs", "1", "--case", "framing/*", "--case", "http/*"];
    let mut terminal = Terminal::start(&run, Setup::wide(80));
    assert!(terminal.shows(|screen| screen.contains(" cases  ")), "{}", terminal.text());
    let code = terminal.end();
    assert_clean(&terminal);
    let plain = ssecheck(run);
    assert_eq!(code, plain.code);
    assert_eq!(without_figures(&terminal.text()), without_figures(&plain.stdout));
    assert!(!moves(plain.stdout.as_bytes()) && !paints(plain.stdout.as_bytes()));
    assert_eq!(terminal.overflowed(), Vec::<&str>::new());
    assert_eq!(terminal.color_of(" passed").map(|_| ()), Some(()));
    let green = terminal.color_of("failed").or(terminal.color_of("passed"));
    assert_ne!(green, Some(vt100::Color::Default), "outcomes are in colour");
}

#[test]
fn parser_and_selftest_count_their_steps() {
    let adapter = path().to_str().expect("it is UTF-8");
    let parser = ["parser", "--properties", "400", "--", adapter, "adapter"];
    let mut terminal = Terminal::start(&parser, Setup::wide(80));
    let counts = |screen: &str| screen.lines().last().is_some_and(|line| line.contains(" of "));
    assert!(terminal.shows(counts), "{}", terminal.text());
    assert_eq!(terminal.end(), Some(0));
    assert_clean(&terminal);
    let selftest = ["selftest", "--fault", "reference", "--fault", "media-type-wrong"];
    let mut terminal = Terminal::start(&selftest, Setup::wide(80));
    terminal.expect("runs: ");
    terminal.end();
    assert_clean(&terminal);
    assert!(!terminal.text().contains("runs: "), "{}", terminal.text());
}

#[test]
fn several_processes_have_one_view() {
    let load = ["load", "-c", "10", "-d", "10m", "--processes", "2", "--allow-doubts"];
    let mut terminal = Terminal::start(&load, Setup::wide(80));
    terminal.expect("10 open of 10");
    terminal.expect("fanout so far: p50");
    terminal.signal(Signal::SIGINT);
    assert_eq!(terminal.end(), Some(130));
    assert_clean(&terminal);
}

#[test]
fn a_view_holds_forty_columns_and_follows_a_window_that_is_resized() {
    let mut terminal = loading(Setup::wide(80));
    terminal.resize(40, 400);
    let narrow = |screen: &str| {
        screen.contains("fanout so far: p50") && !screen.contains("own reading, not the")
    };
    assert!(terminal.shows(narrow), "{}", terminal.text());
    // What was written before the program knew does not count.
    terminal.resize(40, 400);
    expect_more_events(&mut terminal);
    terminal.resize(60, 400);
    expect_more_events(&mut terminal);
    assert_eq!(terminal.overflowed(), Vec::<&str>::new());
    terminal.signal(Signal::SIGTERM);
    assert_eq!(terminal.end(), Some(130));
}

#[test]
fn no_color_leaves_the_view_but_no_colour() {
    let env = [("NO_COLOR", "1")];
    let mut terminal = loading(Setup { env: &env, ..Setup::wide(80) });
    expect_more_events(&mut terminal);
    terminal.signal(Signal::SIGINT);
    terminal.end();
    assert_clean(&terminal);
    let other = |it: &String| {
        let inner = it.strip_prefix('[').and_then(|it| it.strip_suffix(['A', 'J']));
        inner.is_none_or(|inner| !inner.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let found = sequences(&terminal.raw);
    assert!(!found.is_empty(), "a view moves the cursor");
    assert_eq!(found.iter().find(|it| other(it)), None);
}

#[test]
fn colour_is_there_by_default() {
    let mut terminal = loading(Setup::wide(80));
    terminal.signal(Signal::SIGINT);
    terminal.end();
    assert!(paints(&terminal.raw));
}

#[test]
fn what_cannot_be_drawn_on_gets_plain_lines() {
    for env in [("TERM", "dumb"), ("TERM", ""), ("CI", "true")] {
        let mut terminal = Terminal::start(&LOAD, Setup { env: &[env], ..Setup::wide(80) });
        terminal.expect("s  open 20  events ");
        terminal.expect("p99");
        terminal.signal(Signal::SIGINT);
        assert_eq!(terminal.end(), Some(130));
        assert!(!moves(&terminal.raw), "{env:?}\n{}", terminal.text());
        assert!(env.1 != "dumb" || !paints(&terminal.raw), "{env:?}");
    }
}

#[test]
fn forced_colour_without_a_terminal_is_colour_alone() {
    let load = ["load", "-c", "2", "-d", "2s", "--allow-doubts"];
    let finished =
        Program::new(load).env("CLICOLOR_FORCE", "1").run(std::time::Duration::from_secs(60));
    assert!(paints(finished.stdout.as_bytes()), "{}", finished.stdout);
    assert!(!moves(finished.stdout.as_bytes()) && !finished.stdout.contains('\r'));
    assert!(finished.stdout.contains("s  open 2  events "), "{}", finished.stdout);
}

#[test]
fn the_view_goes_where_human_text_goes() {
    let scratch = Scratch::new();
    let file = scratch.path("out.json");
    let stdout = Some(File::create(&file).expect("a file"));
    let load =
        ["load", "-c", "20", "-d", "40s", "--interval", "200ms", "--allow-doubts", "--json", "-"];
    let mut terminal = Terminal::start(&load, Setup { stdout, ..Setup::wide(80) });
    terminal.expect("fanout so far: p50");
    terminal.signal(Signal::SIGINT);
    terminal.end();
    assert_clean(&terminal);
    let report: serde_json::Value =
        serde_json::from_str(&scratch.read("out.json")).expect("nothing but JSON");
    assert_eq!(report["interrupted"], true);
}

#[test]
fn a_language_without_utf8_gets_ascii() {
    let env = [("LC_ALL", "C")];
    let mut terminal = loading(Setup { env: &env, ..Setup::wide(80) });
    terminal.expect(" per 200 ms, highest");
    terminal.signal(Signal::SIGINT);
    terminal.end();
    assert!(terminal.raw.is_ascii(), "{}", String::from_utf8_lossy(&terminal.raw));
}

#[test]
fn after_a_stop_the_view_goes_on_below_what_the_shell_has_written() {
    let mut terminal = loading(Setup::wide(80));
    terminal.stop();
    terminal.written_by_others("\r\n[1]+  Stopped    ssecheck load\r\n$ fg\r\nssecheck load\r\n");
    terminal.signal(Signal::SIGCONT);
    let below = |screen: &str| {
        let after = screen.split("$ fg").nth(1).unwrap_or_default();
        after.contains("fanout so far: p50")
    };
    assert!(terminal.shows(below), "{}", terminal.text());
    // Of the lower one of two views.
    expect_more(&mut terminal, |screen| events(screen.split("$ fg").nth(1)?));
    terminal.signal(Signal::SIGINT);
    terminal.end();
    let text = terminal.text();
    assert!(text.contains("[1]+  Stopped") && text.contains("$ fg\n"), "{text}");
}

#[test]
fn a_terminal_that_goes_away_ends_nothing_but_the_view() {
    let scratch = Scratch::new();
    let json = scratch.path("r.json");
    let load = ["load", "-c", "20", "-d", "3s", "--allow-doubts", "--json", &json];
    let mut terminal = Terminal::start(&load, Setup::wide(80));
    terminal.expect("connections");
    assert!(terminal.hang_up(), "it did not end");
    let report: serde_json::Value = serde_json::from_str(&scratch.read("r.json")).expect("JSON");
    assert_ne!(report["interrupted"], true, "it went on to its end");
}

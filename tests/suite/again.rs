//! A saved report renders again as the run did: every format, of every kind of run, byte for byte.

use std::time::Duration;

use crate::support::process::{Running, Signal};
use crate::support::program::{Finished, Program, path, ssecheck};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

const LIMIT: Duration = Duration::from_secs(120);
/// Formats that go into files, of any run.
const FILES: [&str; 5] = ["json", "junit", "sarif", "markdown", "html"];
/// Those of a load run.
const FIGURES: [&str; 4] = ["csv", "hgrm", "hlog", "openmetrics"];
/// Those that go to standard output, which has room for one.
const PRINTED: [&str; 2] = ["--tap", "--github"];

/// One way to make a report.
struct Run<'a> {
    words: Vec<&'a str>,
    /// What comes after the formats.
    last: Vec<String>,
    code: i32,
    load: bool,
}

impl<'a> Run<'a> {
    fn new(words: &[&'a str], code: i32) -> Self {
        let load = ["load", "merge"].contains(&words[0]);
        Self { words: words.to_vec(), last: Vec::new(), code, load }
    }

    fn names(&self) -> Vec<&'static str> {
        let figures = if self.load { &FIGURES[..] } else { &[] };
        FILES.iter().chain(figures).copied().collect()
    }

    fn formats(&self, scratch: &Scratch, prefix: &str) -> Vec<String> {
        let file = |name: &str| scratch.path(&format!("{prefix}.{name}"));
        let names = self.names().into_iter();
        names.flat_map(|name| [format!("--{name}"), file(name)]).collect()
    }

    fn arguments(&self, scratch: &Scratch, printed: &str) -> Vec<String> {
        let words = self.words.iter().map(ToString::to_string);
        let formats = self.formats(scratch, "run").into_iter().chain([printed.to_owned()]);
        words.chain(formats).chain(self.last.iter().cloned()).collect()
    }

    /// Asserts that what `direct` wrote and printed comes out of its JSON again.
    fn assert_again(&self, scratch: &Scratch, printed: &str, direct: &Finished) {
        let what = &self.words;
        assert_eq!(direct.code, Some(self.code), "{what:?}: {}", direct.stderr);
        let mut from = vec!["report".to_owned(), "--from".to_owned(), scratch.path("run.json")];
        if self.words.contains(&"--allow-doubts") {
            from.push("--allow-doubts".to_owned());
        }
        let formats = self.formats(scratch, "again");
        let again = ssecheck(from.iter().chain(&formats).chain([&printed.to_owned()]));
        assert_eq!(again.code, direct.code, "the exit code is that of the run: {}", again.stderr);
        assert_eq!(again.stderr, "", "nothing but what was asked for");
        assert!(again.stdout == direct.stdout, "{what:?}: {printed} differs");
        for name in self.names() {
            let [run, again] =
                ["run", "again"].map(|prefix| scratch.read(&format!("{prefix}.{name}")));
            assert!(run == again, "{what:?}: {name} differs");
            assert!(!run.is_empty(), "{what:?}: {name} is empty");
        }
        let written = scratch.names().iter().filter(|name| name.contains('.')).count();
        assert_eq!(written, 2 * self.names().len(), "nothing else is left: {:?}", scratch.names());
        let human = ssecheck(&from);
        assert_eq!(human.code, direct.code);
        assert!(!human.stdout.is_empty(), "people read it, too");
    }

    fn assert_renders_again(&self) {
        for printed in PRINTED {
            let scratch = Scratch::new();
            let direct = Program::new(self.arguments(&scratch, printed)).run(LIMIT);
            self.assert_again(&scratch, printed, &direct);
        }
    }
}

#[test]
fn a_conformance_run() {
    let faulty = Testbed::start(&["--fault", "media-type-wrong", "--fault", "no-date"]);
    for run in [
        Run::new(&["run", "--case", "http/answer"], 0),
        Run::new(&["run", faulty.url(), "--case", "http/*", "--case", "framing/*"], 1),
        Run::new(&["run", "http://127.0.0.1:1/"], 3),
    ] {
        run.assert_renders_again();
    }
}

#[test]
fn a_capture_that_is_judged_again() {
    let scratch = Scratch::new();
    let capture = scratch.path("capture");
    let run = ssecheck(["run", "--case", "framing/*", "--capture", &capture]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    Run::new(&["recheck", &capture], 0).assert_renders_again();
}

#[test]
fn a_load_run_of_one_process_and_of_two() {
    let short = ["load", "--allow-doubts", "-q", "-c", "4", "-d", "1s", "--interval", "500ms"];
    let thresholds = ["--threshold", "lost == 0", "--threshold", "fanout.p99 < 0ms"];
    let crossed = [&short[..], &thresholds].concat();
    Run::new(&crossed, 1).assert_renders_again();
    Run::new(&[&short[..], &["--processes", "2"]].concat(), 0).assert_renders_again();
}

#[test]
fn merged_shards() {
    let scratch = Scratch::new();
    let testbed = Testbed::start(&[]);
    let start = jiff::Timestamp::now() + Duration::from_secs(2);
    let start = start.to_string();
    let [one, two] = ["1/2", "2/2"].map(|shard| {
        let file = scratch.path(&shard.replace('/', "of"));
        let publish = testbed.at("/publish");
        let arguments = ["load", testbed.url(), "--publish", &publish, "-q", "--allow-doubts"];
        let more = ["-c", "4", "-d", "1s", "--shard", shard, "--start-at", &start, "--json", &file];
        (Program::new(arguments.iter().chain(&more)).start(), file)
    });
    let files = [one, two].map(|(mut running, file)| {
        assert!(running.finish(LIMIT), "it did not end");
        assert!(running.status.is_some_and(|it| it.success()), "{:?}", running.status);
        file
    });
    Run::new(&["merge", "--allow-doubts", &files[0], &files[1]], 0).assert_renders_again();
}

#[test]
fn a_load_run_that_was_stopped() {
    let words = ["load", "-c", "4", "-d", "10m", "--rate", "20/s", "--interval", "300ms"];
    let run = Run::new(&words, 130);
    for printed in PRINTED {
        let scratch = Scratch::new();
        let mut running = Program::new(run.arguments(&scratch, printed)).start();
        // A line for each interval is told; with the second one there is something to report.
        let told = |running: &Running| {
            String::from_utf8_lossy(&running.stderr).matches("  p50 ").count() > 1
        };
        let in_the_middle = running.until(LIMIT, told);
        let text = String::from_utf8_lossy(&running.stderr).into_owned();
        assert!(in_the_middle, "it told no interval: {text}");
        running.signal(Signal::SIGINT);
        assert!(running.finish(LIMIT), "it did not end");
        run.assert_again(&scratch, printed, &Finished::from(&running));
    }
}

#[test]
fn a_parser() {
    let adapter = path().display().to_string();
    let wrong = format!(r#"'{adapter}' adapter | sed -u 's/"r":3000/"r":3/g'"#);
    let exact = vec!["--".to_owned(), adapter, "adapter".to_owned()];
    let wrong = ["--", "sh", "-c", &wrong].map(str::to_owned).to_vec();
    for (last, code) in [(exact, 0), (wrong, 1)] {
        Run { last, ..Run::new(&["parser", "--vectors"], code) }.assert_renders_again();
    }
}

#[test]
fn the_kill_matrix() {
    Run::new(&["selftest", "--fault", "no-date", "--fault", "reference"], 0).assert_renders_again();
}

#[test]
fn figures_of_what_is_no_load_run_are_refused_before_anything_is_written() {
    let scratch = Scratch::new();
    let json = scratch.path("r.json");
    assert_eq!(ssecheck(["run", "--case", "http/versions", "--json", &json]).code, Some(0));
    for format in FIGURES {
        let flag = format!("--{format}");
        for command in ["run", "recheck", "parser", "selftest"] {
            let refused = ssecheck([command, &flag, &scratch.path("x")]);
            assert_eq!(refused.code, Some(2), "{command} {flag}: {}", refused.stderr);
        }
        let refused = ssecheck(["report", "--from", &json, &flag, &scratch.path("x"), "--tap"]);
        assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{flag}");
        assert!(refused.stderr.contains(&format!("{flag} shows the figures of a load run")));
    }
    assert_eq!(scratch.names(), ["r.json"]);
}

/// Only the run can tell that there was nothing to measure; the other formats are written all the same.
#[test]
fn a_load_run_without_times_says_so() {
    let scratch = Scratch::new();
    let testbed = Testbed::start(&[]);
    let [hgrm, json] = ["r.hgrm", "r.json"].map(|name| scratch.path(name));
    let arguments = ["load", testbed.url(), "-c", "1", "-d", "1s", "-q", "--allow-doubts"];
    let finished = ssecheck(arguments.iter().chain(&["--hgrm", &hgrm, "--json", &json]));
    assert_eq!(finished.code, Some(3), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stderr.contains("nothing to write to"), "{}", finished.stderr);
    assert_eq!(scratch.names(), ["r.json"]);
}

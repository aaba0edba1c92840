//! The real parsers of `tests/adapters`: each deviates as its baseline file says, and in nothing else.
//!
//! Vectors only: random streams and timing take minutes for some (`tests/adapters/matrix.py`).

use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use crate::support::program::{Program, workspace};
use crate::support::skipped::{required, say};

/// Far more than any of them takes; it only keeps a hang from holding the suite.
const LIMIT: Duration = Duration::from_secs(600);
/// How many are judged at the same time.
const WORKERS: usize = 2;
/// How many there have to be where third-party programs are required: a machine may lack Go or Java.
const LEAST: usize = 20;
/// It spins for ever on streams that end with a lone CR, so a run of it takes minutes.
const SPINS: &str = "okhttp-sse";
/// What `run.sh` ends with when an adapter is not installed.
const NOT_INSTALLED: i32 = 77;

fn script() -> String {
    workspace().join("tests/adapters/run.sh").display().to_string()
}

fn names() -> Vec<String> {
    let listed = Command::new(script()).arg("--list").output().expect("run.sh can be started");
    let names = String::from_utf8(listed.stdout).expect("names are ASCII");
    names.lines().filter(|name| *name != SPINS).map(ToOwned::to_owned).collect()
}

fn is_installed(name: &str) -> bool {
    let run = Command::new(script()).arg(name).stdin(std::process::Stdio::null()).output();
    run.expect("run.sh can be started").status.code() != Some(NOT_INSTALLED)
}

/// What is wrong with the verdict on one of them.
fn objection(name: &str) -> Option<String> {
    let baseline = format!("tests/adapters/expected/{name}.yaml");
    let script = script();
    let arguments = ["parser", "--vectors", "--baseline", &baseline, "--", &script, name];
    let finished = Program::new(arguments).run(LIMIT);
    (finished.code != Some(0)).then(|| format!("{name}: {:?}\n{}", finished.code, finished.stdout))
}

#[test]
fn real_parsers_deviate_as_their_baseline_files_say_and_in_nothing_else() {
    let (there, missing): (Vec<String>, Vec<String>) =
        names().into_iter().partition(|name| is_installed(name));
    if !missing.is_empty() {
        let missing = missing.join(" ");
        say(&format!("skipped: not installed (run tests/adapters/install.sh): {missing}"));
    }
    assert!(there.len() >= LEAST || !required(), "only these are installed: {there:?}");
    let queue = Mutex::new(there.into_iter());
    let work = || {
        let mut found = Vec::new();
        loop {
            let next = queue.lock().expect("nobody panics with it").next();
            let Some(name) = next else { return found };
            found.extend(objection(&name));
        }
    };
    let objections: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("it ends")).collect()
    });
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

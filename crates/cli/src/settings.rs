//! From what was typed to what is meant. The only place that reads the environment.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use ssecheck_conformance::{Deviations, DialOptions, Suite};
use ssecheck_model::baseline::Baseline;
use ssecheck_model::secrets::Secrets;
use ssecheck_model::span::Span;
use ssecheck_model::suggest::nearest;
use ssecheck_model::target::{Capability, Target};

use crate::args::{RunArgs, ServerArgs};
use crate::output::Stop;
use crate::secrets;

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 256 * 1024 * 1024;

/// Reads a file for a message that names it.
pub(crate) fn read(path: &Path) -> Result<String, Stop> {
    let failed = |error: &dyn std::fmt::Display| {
        Stop::usage(format!("cannot read {}: {error}", path.display()))
    };
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let mut text = String::new();
    let read = file.take(MAX_FILE + 1).read_to_string(&mut text);
    match read.map_err(|error| failed(&error))? as u64 {
        ..=MAX_FILE => Ok(text),
        _ => Err(failed(&format!("it is larger than {} MiB", MAX_FILE >> 20))),
    }
}

/// The value of an environment variable.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The target of a run; `None` means the built-in testbed.
pub(crate) fn target(args: &ServerArgs) -> Result<Option<Target>, Stop> {
    let mut target = match (&args.target, &args.url) {
        (Some(file), url) => {
            let text = read(file)?;
            let file = file.display().to_string();
            let used = RefCell::new(BTreeMap::new());
            let environment = |name: &str| {
                let value = environment(name)?;
                used.borrow_mut().insert(name.to_owned(), value.clone());
                Some(value)
            };
            let mut target = Target::load(&file, &text, &environment).map_err(Stop::usage)?;
            keep_environment(&target, &used.take());
            if let Some(url) = url {
                target.url = Target::bare(url).map_err(Stop::usage)?.url;
            }
            target
        }
        (None, Some(url)) => Target::bare(url).map_err(Stop::usage)?,
        (None, None) if args.provides.is_empty() && args.publish.is_none() => {
            return Ok(None);
        }
        (None, None) => {
            let message = "--provides and --publish speak of a server: give its URL too";
            return Err(Stop::usage(message));
        }
    };
    if let Some(url) = &args.publish {
        target.publish_json_to(url).map_err(Stop::usage)?;
    }
    for word in &args.provides {
        target.declare(capability(word)?);
    }
    secrets::keep(Secrets::of_target(&target));
    Ok(Some(target))
}

fn keep_environment(target: &Target, used: &BTreeMap<String, String>) {
    let (mut found, url) = (Secrets::default(), target.url.to_string());
    used.iter().for_each(|(name, value)| found.add_environment(name, value, &url));
    secrets::keep(found);
}

fn capability(word: &str) -> Result<Capability, Stop> {
    let known = || Capability::ALL.into_iter().map(Capability::as_str);
    Capability::parse(word).ok_or_else(|| {
        let cure = match nearest(word, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", known().collect::<Vec<_>>().join(", ")),
        };
        Stop::usage(format!("unknown capability `{word}`: {cure}"))
    })
}

/// A target of the built-in testbed at `url`.
pub(crate) fn testbed_target(url: &str) -> Result<Target, Stop> {
    let environment = |name: &str| (name == "URL").then(|| url.to_owned());
    let text = include_str!("testbed.yaml");
    Target::load("testbed.yaml", text, &environment).map_err(Stop::usage)
}

/// The cases of a folder or file, or the shipped ones, before any is selected.
pub(crate) fn whole_suite(cases: Option<&Path>) -> Result<Suite, Stop> {
    cases.map_or_else(Suite::shipped, Suite::from_path).map_err(Stop::usage)
}

/// The known deviations of a run.
pub(crate) fn deviations(args: &RunArgs) -> Result<Option<Deviations>, Stop> {
    let Some(path) = &args.baseline else { return Ok(None) };
    let baseline = baseline(path, args.update_baseline)?;
    Deviations::new(baseline).map(Some).map_err(Stop::usage)
}

/// A baseline file. One that is to be rewritten need not be there yet.
pub(crate) fn baseline(path: &Path, update: bool) -> Result<Baseline, Stop> {
    let file = path.display().to_string();
    let text = match update && !path.exists() {
        true => Baseline::default().render(),
        false => read(path)?,
    };
    Baseline::load(&file, &text).map_err(Stop::usage)
}

/// The bounds of `--time-scale`: below, nothing could be seen; above, a run would never end.
const TIME_SCALES: std::ops::RangeInclusive<f64> = 0.1..=100.0;
/// The most tries of a case after the first: more would make chance look like health.
const MAX_RETRIES: u32 = 10;
/// The longest soak.
const MAX_SOAK: Span = Span(Duration::from_secs(60 * 60));
/// The most cases at the same time.
const MAX_JOBS: usize = 64;

/// Refuses numbers that make no sense.
pub(crate) fn check_numbers(args: &RunArgs) -> Result<(), Stop> {
    if !TIME_SCALES.contains(&args.time_scale) {
        return Err(Stop::usage("--time-scale takes a number from 0.1 to 100"));
    }
    if !(1..=MAX_JOBS).contains(&args.jobs) {
        return Err(Stop::usage(format!("--jobs takes a number from 1 to {MAX_JOBS}")));
    }
    if args.retries > MAX_RETRIES {
        return Err(Stop::usage(format!("--retries takes a number from 0 to {MAX_RETRIES}")));
    }
    if args.soak.is_some_and(|soak| soak > MAX_SOAK || soak.0.is_zero()) {
        return Err(Stop::usage("--soak takes a time from 1ms to 1h"));
    }
    Ok(())
}

/// How connections are made.
pub(crate) fn dial_options(args: &ServerArgs) -> Result<DialOptions, Stop> {
    let cacert = args.cacert.as_deref().map(read).transpose()?.map(String::into_bytes);
    Ok(DialOptions { cacert, insecure: args.insecure, ..DialOptions::default() })
}

/// This program, to start it again: the testbed and the shards are processes of their own.
pub(crate) fn own_program() -> std::io::Result<std::path::PathBuf> {
    std::env::current_exe()
}

/// Where the system wants temporary files.
pub(crate) fn temporary_folder() -> std::path::PathBuf {
    std::env::temp_dir()
}

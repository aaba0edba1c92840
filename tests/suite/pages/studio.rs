//! The pages that are looked at, made by the program, and the browser that looks.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use serde_json::Value;

use super::devtools::DevTools;
use super::tab::Tab;
use crate::support::program::Program;
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

/// Every page of the program: a name, and the arguments that make it. `{faulty}` is the URL of a
/// server with faults, `{publish}` its hook, `{folder}` a folder, `{page}` where the page goes. The first one also saves
/// its report, with which it is compared.
const PAGES: [(&str, &str); 10] = [
    (
        "run",
        "run {faulty} --publish {publish} --provides publish --provides ids --provides resume \
         --provides cors --case framing/* --case http/* --case cors/* --case last-event-id/* --time-scale 0.3 --jobs 8 \
         --json {folder}/run.json --html {page}",
    ),
    ("load", "report --from reports/latency/nchan-10000.json --html {page}"),
    ("load-short", "load -c 20 -d 2s --allow-doubts --html {page}"),
    ("kill-matrix", "report --from reports/kill-matrix/matrix.json --html {page}"),
    ("parser", "report --from reports/parsers/sseclient-py.json --html {page}"),
    (
        "every-outcome",
        "report --from crates/report/tests/suite/fixtures/everything.json --html {page}",
    ),
    (
        "matrix",
        "matrix {folder}/run.json crates/report/tests/suite/fixtures/everything.json --html {page}",
    ),
    (
        "parser-matrix",
        "matrix reports/parsers/undici.json reports/parsers/sse-core.json reports/parsers/sseclient-py.json \
         reports/parsers/okhttp-sse.json --html {page}",
    ),
    (
        "comparison",
        "compare reports/latency/nchan-10000.json reports/latency/nchan-76000.json --allow-differences --html {page}",
    ),
    ("comparison-of-checks", "compare {folder}/run.json reports/interop/axum.json --html {page}"),
];
/// What turns checks of the first page red, in several ways.
const FAULTS: [&str; 5] =
    ["media-type-wrong", "no-date", "cors-absent", "truncated-utf8", "resume-skips"];
/// Far more than any of them takes.
const LIMIT: Duration = Duration::from_secs(120);

/// A page on disk.
pub(super) struct Made {
    pub(super) name: &'static str,
    /// Its path.
    pub(super) path: String,
}

/// Pages and browser, shared by all tests while one of them needs them.
pub(super) struct Studio {
    devtools: Arc<DevTools>,
    pub(super) pages: Vec<Made>,
    pub(super) folder: Scratch,
}

impl Studio {
    /// `None`, with a loud word, where there is no browser.
    pub(super) fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Studio>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(studio) = shared.upgrade() {
            return Some(studio);
        }
        let devtools = DevTools::start()?;
        let folder = Scratch::new();
        let studio = Arc::new(Self { pages: make_all(&folder), devtools, folder });
        *shared = Arc::downgrade(&studio);
        Some(studio)
    }

    /// A new tab, on a desk and by day.
    pub(super) fn tab(&self) -> Tab {
        let tab = Tab::new(&self.devtools);
        tab.resize(DESKTOP);
        tab.emulate("screen", &LIGHT);
        tab
    }

    /// The report that the first page shows.
    pub(super) fn report(&self) -> Value {
        serde_json::from_str(&self.folder.read("run.json")).expect("a report is JSON")
    }
}

pub(super) const DESKTOP: (u32, u32) = (1280, 900);
pub(super) const PHONE: (u32, u32) = (390, 844);
pub(super) const SMALL: (u32, u32) = (320, 700);
pub(super) const LIGHT: [(&str, &str); 1] = [("prefers-color-scheme", "light")];
pub(super) const DARK: [(&str, &str); 1] = [("prefers-color-scheme", "dark")];

fn make_all(folder: &Scratch) -> Vec<Made> {
    let faults = FAULTS.iter().flat_map(|fault| ["--fault", fault]);
    let faulty = Testbed::start(&faults.collect::<Vec<_>>());
    let made = PAGES.into_iter().map(|(name, arguments)| {
        let path = folder.path(&format!("{name}.html"));
        let words = [
            ("{faulty}", faulty.url().to_owned()),
            ("{publish}", faulty.at("/publish")),
            ("{folder}", folder.path(".")),
            ("{page}", path.clone()),
        ];
        let fill = |argument: &str| {
            words.iter().fold(argument.to_owned(), |all, (word, value)| all.replace(word, value))
        };
        make(arguments.split_whitespace().map(fill));
        Made { name, path }
    });
    made.collect()
}

/// Runs the program, which may find what it likes, as long as it writes its page.
pub(super) fn make(arguments: impl Iterator<Item = String>) {
    let finished = Program::new(arguments).run(LIMIT);
    assert!(matches!(finished.code, Some(0 | 1 | 3)), "{}", finished.stderr);
}

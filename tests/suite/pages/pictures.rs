//! Pictures of the published pages, for the README.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::studio::{DARK, LIGHT, Studio, make};
use crate::support::program::workspace;

/// A picture: its name, the published report, what is clicked, the window's size and its colours.
struct Picture {
    name: &'static str,
    arguments: &'static [&'static str],
    clicks: &'static [&'static str],
    size: (u32, u32),
    dark: bool,
}

const PICTURES: [Picture; 5] = [
    Picture {
        name: "conformance",
        arguments: &["report", "--from", "reports/interop/axum.json"],
        clicks: &["details.check[data-outcome=fail] > summary"],
        size: (1200, 720),
        dark: false,
    },
    Picture {
        name: "matrix",
        arguments: &[
            "matrix",
            "reports/interop/axum.json",
            "reports/interop/node-http.json",
            "reports/interop/express.json",
            "reports/interop/hono.json",
            "reports/interop/sse-starlette.json",
            "reports/interop/flask.json",
            "reports/interop/nchan.json",
        ],
        clicks: &["main details > summary"],
        size: (1200, 720),
        dark: false,
    },
    Picture {
        name: "kill-matrix",
        arguments: &["report", "--from", "reports/kill-matrix/matrix.json"],
        clicks: &[],
        size: (1200, 600),
        dark: false,
    },
    Picture {
        name: "load",
        arguments: &["report", "--from", "reports/latency/nchan-10000.json"],
        clicks: &[],
        size: (1200, 860),
        dark: false,
    },
    Picture {
        name: "load-dark",
        arguments: &["report", "--from", "reports/latency/nchan-10000.json"],
        clicks: &[],
        size: (1200, 860),
        dark: true,
    },
];
/// The largest picture, in bytes.
const LARGEST: usize = 150_000;

/// Where they go: a folder named by the environment, relative to the workspace, or one of this test.
fn folder(studio: &Studio) -> PathBuf {
    let wanted = std::env::var_os("SSECHECK_SCREENSHOTS");
    let folder = wanted.map_or_else(
        || PathBuf::from(studio.folder.path("pictures")),
        |folder| workspace().join(folder),
    );
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

fn take(studio: &Studio, folder: &Path, picture: &Picture) {
    let page = studio.folder.path(&format!("picture-{}.html", picture.name));
    let arguments = picture.arguments.iter().copied().chain(["--html", page.as_str()]);
    make(arguments.map(str::to_owned));
    let mut tab = studio.tab();
    tab.resize(picture.size);
    tab.emulate("screen", if picture.dark { &DARK } else { &LIGHT });
    tab.call("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
    tab.open(&page, "");
    picture.clicks.iter().for_each(|selector| tab.click(selector));
    let bytes = tab.picture();
    assert!(bytes.starts_with(b"\x89PNG"), "{}", picture.name);
    assert!(bytes.len() < LARGEST, "{}: {} bytes", picture.name, bytes.len());
    let file = folder.join(format!("{}.png", picture.name));
    std::fs::write(file, bytes).expect("a file can be written");
}

#[test]
fn pictures_of_the_published_pages_are_small() {
    let Some(studio) = Studio::shared() else { return };
    let folder = folder(&studio);
    PICTURES.iter().for_each(|picture| take(&studio, &folder, picture));
}

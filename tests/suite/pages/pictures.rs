//! Pictures of the published pages, for the README.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::studio::{DARK, LIGHT, Studio};
use crate::support::program::workspace;

/// A picture: its name, the published page, what is clicked, the window's size and its colours.
struct Picture {
    name: &'static str,
    page: &'static str,
    clicks: &'static [&'static str],
    size: (u32, u32),
    dark: bool,
}

const LOAD: Picture = Picture {
    name: "load",
    page: "latency/nchan-10000",
    clicks: &[],
    size: (1200, 860),
    dark: false,
};

const PICTURES: [Picture; 5] = [
    Picture {
        name: "conformance",
        page: "interop/axum",
        clicks: &["details.check[data-outcome=fail] > summary"],
        size: (1200, 720),
        dark: false,
    },
    Picture {
        name: "matrix",
        page: "interop/matrix",
        clicks: &["main details > summary"],
        size: (1200, 720),
        dark: false,
    },
    Picture {
        name: "kill-matrix",
        page: "kill-matrix/matrix",
        clicks: &[],
        size: (1200, 600),
        dark: false,
    },
    LOAD,
    Picture { name: "load-dark", dark: true, ..LOAD },
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
    let page = workspace().join(format!("reports/{}.html", picture.page)).display().to_string();
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

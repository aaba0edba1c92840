//! Captures on disk: read within bounds, and refused with a word when they are damaged.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::document::{CaseDoc, Manifest, SCHEMA};
use super::{MANIFEST, MOST_BYTES, file_name};

/// The largest file of a capture that is read, in bytes: what one case may keep, in Base64, and
/// what stands around it.
const MAX_FILE: u64 = (MOST_BYTES / 3 * 4 + 64 * 1024 * 1024) as u64;

/// A capture that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// A file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A file is not what it should be.
    #[error("{path} is damaged: {reason}; make the capture again: ssecheck run --capture DIR")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A capture of another version.
    #[error(
        "{path} has the schema {found:?}, and this version reads {SCHEMA:?}; use the version of ssecheck that wrote it, or make the capture again"
    )]
    Version {
        /// The file.
        path: String,
        /// Its schema.
        found: String,
    },
    /// A folder that is no capture.
    #[error("{0} is no capture: it holds no {MANIFEST}; `ssecheck run --capture DIR` makes one")]
    None(String),
    /// A file that is larger than what is read.
    #[error("{path} is larger than {limit} MiB; {cure}")]
    TooLarge {
        /// The file.
        path: String,
        /// The limit in MiB.
        limit: u64,
        /// What to do.
        cure: &'static str,
    },
}

/// Whether a folder holds a capture of ours.
pub fn is_capture(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file()
}

pub(super) fn manifest(folder: &Path) -> Result<Manifest, CaptureError> {
    if !is_capture(folder) {
        return Err(CaptureError::None(folder.display().to_string()));
    }
    document(&folder.join(MANIFEST))
}

/// The files of the capture in a folder, as far as they are there.
///
/// # Errors
/// When its description cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, CaptureError> {
    let cases = manifest(folder)?.cases;
    let names = cases.iter().map(|case| file_name(&case.id)).chain([MANIFEST.to_owned()]);
    Ok(names.map(|name| folder.join(name)).filter(|path| path.is_file()).collect())
}

/// The file of a case, if there is one.
pub(super) fn case(folder: &Path, id: &str) -> Result<Option<CaseDoc>, CaptureError> {
    let path = folder.join(file_name(id));
    if path.exists() { document(&path).map(Some) } else { Ok(None) }
}

fn document<T: DeserializeOwned>(path: &Path) -> Result<T, CaptureError> {
    let text = text(path)?;
    let name = || path.display().to_string();
    let damaged = |reason: String| CaptureError::Damaged { path: name(), reason };
    // The schema first: another version's file would be told as damaged otherwise.
    #[derive(serde::Deserialize)]
    struct Head {
        schema: String,
    }
    let head: Head = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    if head.schema != SCHEMA {
        return Err(CaptureError::Version { path: name(), found: head.schema });
    }
    serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))
}

fn text(path: &Path) -> Result<String, CaptureError> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| CaptureError::Read {
        path: name.clone(),
        reason: error.to_string(),
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_FILE {
        let cure = "no capture of ssecheck is that large: make it again";
        return Err(CaptureError::TooLarge { path: name, limit: MAX_FILE >> 20, cure });
    }
    String::from_utf8(bytes)
        .map_err(|_| CaptureError::Damaged { path: name, reason: "it is not UTF-8".to_owned() })
}

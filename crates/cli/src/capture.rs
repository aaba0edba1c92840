//! `ssecheck run --capture DIR`: writes what each case saw as soon as it has ended.

use std::path::{Path, PathBuf};

use ssecheck_conformance::capture::{About, MANIFEST, file_name, files, is_capture};
use ssecheck_conformance::{RunEvent, Subject};

use crate::output::{Stop, replace};

/// A capture that is being made.
pub(crate) struct Capture {
    folder: PathBuf,
    about: About,
    failed: Option<Stop>,
}

impl Capture {
    /// Makes the folder ready. One that holds anything but a capture of ours is left alone.
    pub(crate) fn begin(folder: &Path, about: About) -> Result<Self, Stop> {
        let name = folder.display();
        let failed = |error: std::io::Error| Stop::usage(format!("cannot write {name}: {error}"));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let full = std::fs::read_dir(folder).map_err(failed)?.next().is_some();
        if full && !is_capture(folder) {
            return Err(Stop::usage(format!(
                "{name} is not empty and holds no capture: give an empty or a new folder"
            )));
        }
        if full {
            for file in files(folder).map_err(Stop::usage)? {
                std::fs::remove_file(file).map_err(failed)?;
            }
        }
        Ok(Self { folder: folder.to_owned(), about, failed: None })
    }

    /// Writes what there is to write.
    pub(crate) fn tell(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Ready(subject) => self.write(MANIFEST, &self.about.manifest(subject, None)),
            RunEvent::Captured { case, text } => self.write(&file_name(case), text),
            RunEvent::CaseBegun { .. } | RunEvent::CaseDone { .. } => {}
        }
    }

    fn write(&mut self, name: &str, text: &str) {
        if let Err(stop) = replace(&self.folder.join(name), text) {
            self.failed.get_or_insert(stop);
        }
    }

    /// Notes that the run is over.
    pub(crate) fn end(
        mut self,
        subject: &Subject,
        aborted: Option<String>,
        interrupted: bool,
    ) -> Result<(), Stop> {
        let text = self.about.manifest(subject, Some((aborted, interrupted)));
        self.write(MANIFEST, &text);
        self.failed.map_or(Ok(()), Err)
    }
}

//! `GET /job/NAME`: the progress of a job, which the first client starts; and how often it has run.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use hyper::{Response, StatusCode};

use crate::Switches;
use crate::body::EventBody;
use crate::render::{self, Fields};
use crate::reply::{Reply, empty, json, stream};

/// Names that are remembered; then all are forgotten, so that nobody can fill the memory.
const MOST: usize = 10_000;

/// What a job says: type and data; the id is the place, from 1.
const PROGRESS: [(Option<&str>, &str); 4] =
    [(None, "25 %"), (None, "50 %"), (None, "75 %"), (Some("done"), "the result")];

/// How often each job has been started.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    runs: Mutex<HashMap<String, u64>>,
}

impl Jobs {
    /// Whether this client starts the job.
    fn start(&self, name: &str, again: bool) -> bool {
        let mut all = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        let runs = all.entry(name.to_owned()).or_default();
        let starts = *runs == 0 || again;
        *runs += u64::from(starts);
        starts
    }

    /// How often it has been started.
    pub(crate) fn runs(&self, name: &str) -> Response<Reply> {
        let all = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let runs = all.get(name).copied().unwrap_or_default();
        json(StatusCode::OK, &serde_json::json!({ "runs": runs }))
    }

    /// The progress from the cursor on; 204 when there is nothing left to say (HTML 9.2.1).
    pub(crate) fn progress(
        &self,
        switches: &Switches,
        name: &str,
        cursor: Option<&str>,
    ) -> Response<Reply> {
        let starts = self.start(name, switches.has("job-reruns"));
        let place = |id: &str| (1..PROGRESS.len()).find(|n| n.to_string() == id);
        let from = match cursor {
            Some(id) if !starts => place(id).unwrap_or(PROGRESS.len()),
            _ => 0,
        };
        let pieces: Vec<Bytes> =
            (1..).zip(PROGRESS).skip(from).filter_map(|one| write(switches, one)).collect();
        if pieces.is_empty() && !switches.has("stop-200") {
            return empty(StatusCode::NO_CONTENT);
        }
        stream(Reply::Events(Box::new(EventBody::finite(pieces))))
    }
}

fn write(
    switches: &Switches,
    (id, (event_type, data)): (u8, (Option<&str>, &str)),
) -> Option<Bytes> {
    let id = id.to_string();
    render::event(switches, Fields { event_type, id: Some(&id), data }).ok()
}

/// The job that a path names, and whether it asks for the count of its runs.
pub(crate) fn named(path: &str) -> Option<(&str, bool)> {
    let name = path.strip_prefix("/job/")?;
    let (name, counts) = match name.strip_suffix("/runs") {
        Some(name) => (name, true),
        None => (name, false),
    };
    (!name.is_empty() && !name.contains('/')).then_some((name, counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_job_or_its_runs() {
        assert_eq!(named("/job/a"), Some(("a", false)));
        assert_eq!(named("/job/a/runs"), Some(("a", true)));
        for path in ["/job/", "/job//runs", "/job/a/b", "/jobs/a"] {
            assert_eq!(named(path), None, "{path}");
        }
    }
}

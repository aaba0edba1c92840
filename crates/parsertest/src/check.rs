//! Judges a parser in this process, for its own `cargo test`.

mod hunt;
mod report;
mod subject;

use ssecheck_model::parser::ParserProfile;

use crate::protocol::{Caps, ChunkCap, CommentCap, DatalessCap, Final, IdCap, RetryCap};
use subject::Subject;

pub use report::{CheckReport, Finding};

/// What the caller of a parser sees, one thing after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// An event, as the parser gives it: nothing mapped, trimmed or left out.
    Event {
        /// Its type; `None` if the parser gives none, which stands for `message`.
        event_type: Option<String>,
        /// Its data.
        data: String,
        /// Its id, or the last event ID as of this event; see [`Check::ids`].
        id: Option<String>,
    },
    /// A reconnection time in milliseconds; see [`Check::retries`].
    Retry(u64),
    /// A comment; see [`Check::comments`].
    Comment(String),
    /// The last event ID at the end of the stream; see [`Check::last_event_id`].
    LastEventId(String),
}

impl Seen {
    /// An event. Type and id may be `String`s or options of them.
    ///
    /// ```
    /// use ssecheck_parsertest::Seen;
    ///
    /// let event = Seen::event("message".to_owned(), "hello", None);
    /// assert!(matches!(event, Seen::Event { data, .. } if data == "hello"));
    /// ```
    pub fn event(
        event_type: impl Into<Option<String>>,
        data: impl Into<String>,
        id: impl Into<Option<String>>,
    ) -> Self {
        Self::Event { event_type: event_type.into(), data: data.into(), id: id.into() }
    }
}

/// Judges a parser by all vectors and features, in the browser profile, with the default settings
/// of [`Check`].
///
/// # Panics
/// If the parser deviates, with a report: for each class of deviations its rule, a minimal stream,
/// what it should say and what the parser says.
#[track_caller]
pub fn check_parser<E: std::fmt::Display>(parser: impl FnMut(&[&[u8]]) -> Result<Vec<Seen>, E>) {
    Check::new().run(parser);
}

/// How to judge a parser.
///
/// The parser is a function from the chunks of a stream to what its caller sees, with a new parser
/// for each call; after the last chunk the stream ends. An `Err` is an error of the parser. A panic
/// is caught, and a deviation (with `panic = "abort"` it ends the process). A parser that never
/// returns cannot be stopped: it hangs the test.
///
/// Not judged here: whether events come as soon as they can, and how time grows. `ssecheck parser`
/// does that.
#[derive(Debug, Clone)]
pub struct Check {
    profile: ParserProfile,
    caps: Caps,
    seed: u64,
    streams: usize,
    classes: Vec<String>,
    skip: Vec<String>,
}

impl Default for Check {
    fn default() -> Self {
        // Retries and comments are nobody's duty to show; when they came cannot be seen here.
        let caps = Caps { chunks: ChunkCap::Approx, ..Caps::default() };
        let (profile, classes) = (ParserProfile::Browser, Vec::new());
        Self { profile, caps, seed: 1, streams: 64, classes, skip: Vec::new() }
    }
}

impl Check {
    /// The browser profile, ids as the standard has them, no retries and no comments, 64 streams of
    /// each feature, seed 1.
    pub fn new() -> Self {
        Self::default()
    }

    /// Which rules bind the parser. The standard leaves to all but browsers whether a block without
    /// data is an event and whether ids outlive their event (HTML 9.2.6).
    #[must_use]
    pub fn profile(mut self, profile: ParserProfile) -> Self {
        self.profile = profile;
        self
    }

    /// Which id the parser gives with an event: the last event ID, that of its own block, or none.
    #[must_use]
    pub fn ids(mut self, ids: IdCap) -> Self {
        self.caps.id = ids;
        self
    }

    /// Whether the parser gives reconnection times as [`Seen::Retry`]: each when its line has come,
    /// or the last one at the end.
    ///
    /// # Panics
    /// With [`RetryCap::Event`], for which [`Seen`] has no place.
    #[must_use]
    #[track_caller]
    pub fn retries(mut self, retries: RetryCap) -> Self {
        assert!(retries != RetryCap::Event, "reconnection times are not part of an event here");
        self.caps.retry = retries;
        self
    }

    /// Whether the parser gives comments as [`Seen::Comment`].
    #[must_use]
    pub fn comments(mut self, comments: CommentCap) -> Self {
        self.caps.comments = comments;
        self
    }

    /// The parser gives the last event ID at the end as [`Seen::LastEventId`].
    #[must_use]
    pub fn last_event_id(mut self) -> Self {
        self.caps.finals = vec![Final::LastEventId];
        self
    }

    /// How the parser gives blocks without data. [`DatalessCap::Visible`] changes nothing: that is
    /// what the browser profile forbids.
    #[must_use]
    pub fn dataless(mut self, dataless: DatalessCap) -> Self {
        self.caps.dataless = dataless;
        self
    }

    /// Seed of all streams and cuts: the same seed gives the same report.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many streams of each feature to try, each whole and cut.
    #[must_use]
    pub fn streams(mut self, streams: usize) -> Self {
        self.streams = streams;
        self
    }

    /// Reports only these classes, by code (`bom.strip`) or group (`bom.*`). All are tried still, so
    /// that none is charged with what another shows.
    #[must_use]
    pub fn classes<C: Into<String>>(mut self, classes: impl IntoIterator<Item = C>) -> Self {
        self.classes.extend(classes.into_iter().map(Into::into));
        self
    }

    /// Expects deviations in this class (`bom.strip`) or group (`bom.*`). That there are none any
    /// more is reported.
    #[must_use]
    pub fn skip(mut self, class: impl Into<String>) -> Self {
        self.skip.push(class.into());
        self
    }

    /// Judges a parser and returns what was found.
    ///
    /// # Panics
    /// If [`classes`](Self::classes) or [`skip`](Self::skip) name a class that does not exist.
    #[track_caller]
    pub fn report<E: std::fmt::Display>(
        &self,
        mut parser: impl FnMut(&[&[u8]]) -> Result<Vec<Seen>, E>,
    ) -> CheckReport {
        for name in self.classes.iter().chain(&self.skip) {
            let known = crate::class::ALL.iter().any(|class| covers(name, class.code));
            assert!(known, "there is no class `{name}`; see `ssecheck_parsertest::class::ALL`");
        }
        let mut erased = |chunks: &[&[u8]]| parser(chunks).map_err(|error| error.to_string());
        let mut subject = Subject::new(&self.caps, self.profile, &mut erased);
        let findings = hunt::hunt(&mut subject, self);
        CheckReport::new(findings, self, subject.executions)
    }

    /// Judges a parser.
    ///
    /// # Panics
    /// As [`check_parser`] does.
    #[track_caller]
    pub fn run<E: std::fmt::Display>(&self, parser: impl FnMut(&[&[u8]]) -> Result<Vec<Seen>, E>) {
        let report = self.report(parser);
        assert!(report.is_clean(), "{report}");
    }
}

/// Whether this name, a code or `group.*`, stands for this class.
fn covers(name: &str, code: &str) -> bool {
    match name.strip_suffix('*') {
        Some(group) => code.starts_with(group),
        None => name == code,
    }
}

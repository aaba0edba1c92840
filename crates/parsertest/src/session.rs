//! A conversation with an adapter: cases go out, answers come back; what dies is started again, and
//! what killed it is found.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::process::{LINE_LIMIT, Next, Process};
use crate::protocol::{Answer, Caps, Case, Hello, VERSION};
use crate::run::{RunError, RunEvent};

mod line;
mod plain;

/// How often a parser may die or hang before the run is given up.
pub(crate) const MAX_DEATHS: u32 = 20;
/// How often an adapter may be started again, also where no case could be found guilty.
const MAX_STARTS: u32 = 3 * MAX_DEATHS;
/// The most cases that are on their way, whatever the adapter offers.
const MAX_WINDOW: usize = 256;
/// Cases wait while so many bytes have not left yet.
const MAX_QUEUED: usize = 4 << 20;
/// How long an adapter may take to end after its last answer.
const GRACE: Duration = Duration::from_secs(2);
/// How long a process whose output has ended may take to be gone, so that its status is known.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A stream for the adapter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its name in the conversation.
    pub(crate) id: String,
    /// The stream in its cuts.
    pub(crate) chunks: Vec<Vec<u8>>,
    /// The last event ID to start with.
    pub(crate) seed: Option<String>,
    /// The types of its events.
    pub(crate) types: Vec<String>,
    /// How long the answer may take, if not as long as any. What takes longer is measured, not
    /// counted as a hang.
    pub(crate) within: Option<Duration>,
    /// Whatever helps its owner to know it again.
    pub(crate) key: usize,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// An answer, and how long it took from the moment when the job went out.
    Answer(Box<Answer>, Duration),
    /// None.
    Gone(Gone),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gone {
    /// Whether it took too long; else it died.
    pub(crate) hung: bool,
    /// In words.
    pub(crate) what: String,
}

/// Why no more is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    /// Somebody wants to stop.
    Stopped,
    /// The parser died or hung too often.
    Deaths,
    /// The adapter does not keep to the protocol: nothing it says can be trusted.
    Broken(String),
}

/// Something that asks for answers.
pub(crate) trait Work {
    /// The next stream to be read.
    fn next(&mut self) -> Option<Job>;
    /// What came of one.
    fn done(&mut self, job: Job, outcome: Outcome);
    /// Whether this is still worth asking after another job has killed the parser.
    fn wanted(&self, _: &Job) -> bool {
        true
    }
    /// Whether no two of its jobs may be on their way at once.
    fn is_alone(&self) -> bool {
        false
    }
    /// Whether each answer is a step of the part that runs.
    fn is_planned(&self) -> bool {
        true
    }
}

/// The conversation.
pub(crate) struct Session<'a> {
    command: &'a [String],
    timeout: Duration,
    startup: Duration,
    stop: &'a AtomicBool,
    events: &'a mut dyn FnMut(RunEvent),
    hello: Hello,
    plain: bool,
    /// The adapter, if it is alive.
    process: Option<Process>,
    /// Whether the adapter has not answered yet since it was started: it may still be loading.
    fresh: bool,
    /// Whether it was not asked anything yet.
    cold: bool,
    deaths: u32,
    starts: u32,
    /// Steps of this part of the run that are done.
    steps: u64,
}

/// How to start a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For one answer.
    pub(crate) timeout: Duration,
    /// For the introduction, and for the first answer of a process.
    pub(crate) startup: Duration,
}

impl<'a> Session<'a> {
    /// Starts the adapter and lets it introduce itself.
    pub(crate) fn start(
        command: &'a [String],
        plain: bool,
        patience: Patience,
        stop: &'a AtomicBool,
        events: &'a mut dyn FnMut(RunEvent),
    ) -> Result<Self, RunError> {
        let Patience { timeout, startup } = patience;
        let startup = startup.max(timeout);
        let (hello, process, fresh, deaths, starts) = (Hello::default(), None, true, 0, 0);
        let mut session = Self {
            command,
            timeout,
            startup,
            stop,
            events,
            hello,
            plain,
            process,
            fresh,
            cold: true,
            deaths,
            starts,
            steps: 0,
        };
        session.hello = if plain { session.plain_hello()? } else { session.open()? };
        Ok(session)
    }

    pub(crate) fn hello(&self) -> &Hello {
        &self.hello
    }

    pub(crate) fn caps(&self) -> &Caps {
        &self.hello.caps
    }

    /// Tells the caller of the run.
    pub(crate) fn event(&mut self, event: RunEvent) {
        (self.events)(event);
    }

    /// Begins a part of so many steps; each answer is one.
    pub(crate) fn phase(&mut self, name: &'static str, total: u64) {
        self.steps = 0;
        self.event(RunEvent::Phase { name, total });
    }

    fn step(&mut self, work: &dyn Work) {
        if work.is_planned() {
            self.step_by_hand();
        }
    }

    /// One more step of the part is done.
    pub(crate) fn step_by_hand(&mut self) {
        self.steps += 1;
        self.event(RunEvent::Progress(self.steps));
    }

    /// Starts the process and reads its introduction.
    fn open(&mut self) -> Result<Hello, RunError> {
        let failed = |what: String| RunError::Setup(format!("the adapter {what}"));
        let mut process = Process::start(self.command)
            .map_err(|error| failed(format!("cannot be started: {error}")))?;
        match process.next_line(Instant::now() + self.startup, self.stop) {
            Next::Line(text) => {
                let hello = line::hello(&text).map_err(failed)?;
                self.process = Some(process);
                (self.fresh, self.cold) = (true, true);
                Ok(hello)
            }
            Next::Closed => {
                let last = line::last_words(&process.end(LAST_WORDS));
                Err(failed(format!("ended before it introduced itself: {last}")))
            }
            Next::TooLong => {
                Err(failed(format!("began with a line of more than {LINE_LIMIT} bytes")))
            }
            Next::Late => {
                let within = self.startup.as_secs_f64();
                Err(failed(format!("did not introduce itself within {within} s")))
            }
            Next::Stopped => Err(RunError::Setup("stopped before the adapter spoke".to_owned())),
        }
    }

    /// Asks for all that this work wants to know.
    pub(crate) fn ask(&mut self, work: &mut dyn Work) -> Result<(), Halt> {
        if self.plain {
            return self.ask_plain(work);
        }
        let window = if work.is_alone() { 1 } else { self.hello.caps.window.clamp(1, MAX_WINDOW) };
        let mut waiting: VecDeque<(Job, Instant)> = VecDeque::new();
        loop {
            self.fill(&mut waiting, window, work)?;
            let Some((job, since)) = waiting.front() else { return Ok(()) };
            match self.answer(job, *since) {
                Ok(outcome) => {
                    if let Some((job, _)) = waiting.pop_front() {
                        work.done(job, outcome);
                        self.step(work);
                    }
                }
                Err(Trouble::Gone(gone)) => self.find_guilty(&mut waiting, gone, work)?,
                Err(Trouble::Halt(halt)) => return Err(halt),
            }
        }
    }

    fn fill(
        &mut self,
        waiting: &mut VecDeque<(Job, Instant)>,
        window: usize,
        work: &mut dyn Work,
    ) -> Result<(), Halt> {
        let queued = |session: &Self| session.process.as_ref().map_or(0, Process::queued);
        while waiting.len() < window && queued(self) < MAX_QUEUED {
            let Some(job) = work.next() else { return Ok(()) };
            waiting.push_back((job, Instant::now()));
            if let Some((job, since)) = waiting.back_mut() {
                *since = self.send(job)?;
            }
        }
        Ok(())
    }

    /// Sends a job, to a new process if the old one is gone. Gives the moment when it went out.
    fn send(&mut self, job: &Job) -> Result<Instant, Halt> {
        self.reopen()?;
        if std::mem::take(&mut self.cold) {
            self.warm_up()?;
            self.reopen()?;
            self.cold = false;
        }
        self.write(job)
    }

    fn write(&mut self, job: &Job) -> Result<Instant, Halt> {
        let line = line::case(&self.case(job)).map_err(Halt::Broken)?;
        let now = Instant::now();
        if let Some(process) = &mut self.process {
            process.send(&line);
        }
        Ok(now)
    }

    fn reopen(&mut self) -> Result<(), Halt> {
        if self.process.is_some() {
            return Ok(());
        }
        let opened = self.open().map(drop);
        opened.map_err(|error| match self.stop.load(Ordering::Relaxed) {
            true => Halt::Stopped,
            false => Halt::Broken(format!("it could not be started again: {error}")),
        })
    }

    /// Lets a new process answer something harmless, for which it has more time, so that loading is
    /// not taken for a hang. If it dies over that, the cases will tell.
    fn warm_up(&mut self) -> Result<(), Halt> {
        let chunks = vec![b"data: x\n\n".to_vec()];
        let types = vec!["message".to_owned()];
        let job = Job { id: "warm-up".to_owned(), chunks, types, ..Job::default() };
        let since = self.write(&job)?;
        match self.answer(&job, since) {
            Ok(_) => Ok(()),
            Err(Trouble::Halt(halt)) => Err(halt),
            Err(Trouble::Gone(_)) => {
                self.process = None;
                Ok(())
            }
        }
    }

    fn case(&self, job: &Job) -> Case {
        let caps = &self.hello.caps;
        Case {
            id: job.id.clone(),
            chunks: job.chunks.iter().map(|chunk| BASE64_STANDARD.encode(chunk)).collect(),
            types: if caps.needs_types { job.types.clone() } else { Vec::new() },
            last_event_id: job.seed.clone().filter(|_| caps.seed),
        }
    }

    /// Waits for the answer to the job that is first in line.
    fn answer(&mut self, job: &Job, since: Instant) -> Result<Outcome, Trouble> {
        let within = match (job.within, self.fresh) {
            (Some(within), false) => within,
            (within, true) => self.startup.max(within.unwrap_or_default()),
            (None, false) => self.timeout,
        };
        let Some(process) = &mut self.process else {
            return Err(Trouble::gone("the adapter is not there")); // cannot be: it was just asked
        };
        let line = match process.next_line(Instant::now() + within, self.stop) {
            Next::Line(line) => line,
            Next::Stopped => return Err(Trouble::Halt(Halt::Stopped)),
            Next::Late => {
                let what = format!("no answer within {} s", within.as_secs_f64());
                return Err(Trouble::Gone(Gone { hung: true, what }));
            }
            Next::TooLong => {
                return Err(Trouble::gone(&format!("an answer of more than {LINE_LIMIT} bytes")));
            }
            Next::Closed => return Err(self.died()),
        };
        let took = since.elapsed();
        let answer = line::answer(&line, job)?;
        process.forget_stderr();
        self.fresh = false;
        Ok(Outcome::Answer(Box::new(answer), took))
    }

    fn died(&mut self) -> Trouble {
        let what = self.process.take().map(|process| line::last_words(&process.end(LAST_WORDS)));
        Trouble::gone(&what.unwrap_or_default())
    }

    /// Finds the job that killed the adapter. If several were on their way, each is sent alone: the
    /// first without an answer need not be the one. A hang is asked twice, because a machine under
    /// load hangs too.
    fn find_guilty(
        &mut self,
        waiting: &mut VecDeque<(Job, Instant)>,
        gone: Gone,
        work: &mut dyn Work,
    ) -> Result<(), Halt> {
        self.process = None;
        let measured = waiting.front().is_some_and(|(job, _)| job.within.is_some());
        if waiting.len() == 1 && (!gone.hung || measured) {
            if let Some((job, _)) = waiting.pop_front() {
                self.convict(job, gone, work)?;
            }
            return Ok(());
        }
        let mut held = None;
        let mut found = false;
        for (index, (job, _)) in std::mem::take(waiting).into_iter().enumerate() {
            if !work.wanted(&job) {
                continue;
            }
            match self.alone(&job)? {
                Outcome::Gone(gone) => {
                    found = true;
                    self.convict(job, gone, work)?;
                }
                answered if index == 0 => held = Some((job, answered)),
                answered => work.done(job, answered),
            }
        }
        match held {
            // It died, and none does it alone: the first in line stands for it, or nobody would.
            Some((job, _)) if !found && !gone.hung => {
                let what = format!("{} (not every time)", gone.what);
                self.convict(job, Gone { what, ..gone }, work)?;
            }
            Some((job, answered)) => work.done(job, answered),
            None => {}
        }
        self.count_start()
    }

    fn alone(&mut self, job: &Job) -> Result<Outcome, Halt> {
        let since = self.send(job)?;
        match self.answer(job, since) {
            Ok(outcome) => Ok(outcome),
            Err(Trouble::Halt(halt)) => Err(halt),
            Err(Trouble::Gone(gone)) => {
                self.process = None;
                Ok(Outcome::Gone(gone))
            }
        }
    }

    fn convict(&mut self, job: Job, gone: Gone, work: &mut dyn Work) -> Result<(), Halt> {
        let (case, what, measured) = (job.id.clone(), gone.what.clone(), job.within.is_some());
        work.done(job, Outcome::Gone(gone));
        self.event(RunEvent::Restarted { case, what });
        if !measured {
            self.deaths += 1;
        }
        if self.deaths > MAX_DEATHS { Err(Halt::Deaths) } else { self.count_start() }
    }

    fn count_start(&mut self) -> Result<(), Halt> {
        self.starts += 1;
        if self.starts > MAX_STARTS { Err(Halt::Deaths) } else { Ok(()) }
    }

    /// Lets the adapter end by itself.
    pub(crate) fn end(&mut self) {
        if let Some(process) = self.process.take() {
            process.end(GRACE);
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
enum Trouble {
    Gone(Gone),
    Halt(Halt),
}

impl Trouble {
    fn gone(what: &str) -> Self {
        Self::Gone(Gone { hung: false, what: what.to_owned() })
    }
}

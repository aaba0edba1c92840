//! Plain mode: one process for each stream, raw bytes in, one answer out.

use std::time::Instant;

use super::{Gone, Halt, Job, LAST_WORDS, Outcome, Session, Trouble, Work, line};
use crate::process::{Next, Process};
use crate::protocol::{Answer, Caps, ChunkCap, Hello, PlainAnswer};
use crate::run::RunError;

impl Session<'_> {
    /// Reads one harmless stream: what the adapter says of itself stands in its answers.
    pub(super) fn plain_hello(&mut self) -> Result<Hello, RunError> {
        let failed = |what: &str| RunError::Setup(format!("the adapter: {what}"));
        let probe = Job { chunks: vec![b"data: probe\n\n".to_vec()], ..Job::default() };
        let (answer, _) = self.converse(&probe).map_err(|trouble| match trouble {
            Trouble::Gone(gone) => failed(&gone.what),
            Trouble::Halt(Halt::Broken(what)) => failed(&what),
            Trouble::Halt(_) => failed("stopped before it answered"),
        })?;
        let PlainAnswer { caps, parser, version, runtime, .. } = answer;
        let caps = Caps { chunks: ChunkCap::None, empty_chunks: false, ..caps.unwrap_or_default() };
        let named = |name: &&String| !name.is_empty();
        let parser = Some(&parser).filter(named).cloned().unwrap_or_else(|| self.command.join(" "));
        Ok(Hello { sse_adapter: super::VERSION, parser, version, runtime, caps })
    }

    pub(super) fn ask_plain(&mut self, work: &mut dyn Work) -> Result<(), Halt> {
        while let Some(job) = work.next() {
            match self.plain_twice(&job) {
                Ok(outcome) => work.done(job, outcome),
                Err(Trouble::Gone(gone)) => self.convict(job, gone, work)?,
                Err(Trouble::Halt(halt)) => return Err(halt),
            }
            self.step(work);
        }
        Ok(())
    }

    /// A hang is asked twice, because a machine under load hangs too.
    fn plain_twice(&mut self, job: &Job) -> Result<Outcome, Trouble> {
        let answered = match self.converse(job) {
            Err(Trouble::Gone(gone)) if gone.hung && job.within.is_none() => self.converse(job),
            other => other,
        };
        let (plain, took) = answered?;
        let PlainAnswer { out, finals, error, .. } = plain;
        Ok(Outcome::Answer(Box::new(Answer { id: job.id.clone(), out, finals, error }), took))
    }

    fn converse(&mut self, job: &Job) -> Result<(PlainAnswer, std::time::Duration), Trouble> {
        let broken = |what: String| Trouble::Halt(Halt::Broken(what));
        let since = Instant::now();
        let mut process = Process::start(self.command)
            .map_err(|error| broken(format!("cannot be started: {error}")))?;
        process.send(&job.chunks.concat());
        process.close_input();
        let within = job.within.unwrap_or(if self.fresh { self.startup } else { self.timeout });
        let output = match process.all_output(since + within, self.stop) {
            Next::Line(output) => output,
            Next::Late => {
                let what = format!("no answer within {} s", within.as_secs_f64());
                return Err(Trouble::Gone(Gone { hung: true, what }));
            }
            Next::Stopped => return Err(Trouble::Halt(Halt::Stopped)),
            Next::TooLong | Next::Closed => return Err(Trouble::gone("its answer never ends")),
        };
        let took = since.elapsed();
        let ended = process.end(LAST_WORDS);
        if !ended.status.is_some_and(|status| status.success()) {
            return Err(Trouble::gone(&line::last_words(&ended)));
        }
        self.fresh = false;
        Ok((read(&output)?, took))
    }
}

fn read(output: &[u8]) -> Result<PlainAnswer, Trouble> {
    let what = |error: serde_json::Error| format!("it answered {}: {error}", line::shown(output));
    let answer: PlainAnswer = serde_json::from_slice(output).map_err(|error| {
        if error.is_data() {
            Trouble::Halt(Halt::Broken(what(error)))
        } else {
            Trouble::gone(&what(error))
        }
    })?;
    let records = Answer { out: answer.out.clone(), ..Answer::default() };
    match line::impossible(&records, usize::MAX) {
        Some(what) => Err(Trouble::Halt(Halt::Broken(what))),
        None => Ok(answer),
    }
}

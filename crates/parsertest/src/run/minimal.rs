//! Makes a stream that is read wrongly smaller, by asking the adapter.

use crate::protocol::Answer;
use crate::session::{Halt, Job, Outcome, Session, Work};

/// The most cuts of one stream that are tried.
const MAX_JOINS: usize = 256;

/// A stream in its chunks, and the answer to it.
pub(super) type Smaller = (Vec<Vec<u8>>, Answer);

/// Joins chunks as long as the stream is still read wrongly. `None` if it is not read wrongly in
/// the given chunks (any more). The parser must not die over it: then the search ends.
pub(super) fn join(
    session: &mut Session<'_>,
    template: &Job,
    chunks: &[Vec<u8>],
    is_wrong: &dyn Fn(&[Vec<u8>], &Answer) -> bool,
) -> Result<Option<Smaller>, Halt> {
    let mut best = match ask(session, template, chunks)? {
        Some(answer) if is_wrong(chunks, &answer) => (chunks.to_vec(), answer),
        _ => return Ok(None),
    };
    let (mut at, mut asked) = (0, 0);
    while at + 1 < best.0.len() && best.0.len() > 2 && asked < MAX_JOINS {
        let mut joined = best.0.clone();
        let next = joined.remove(at + 1);
        joined[at].extend(next);
        asked += 1;
        match ask(session, template, &joined)? {
            Some(answer) if is_wrong(&joined, &answer) => best = (joined, answer),
            Some(_) => at += 1,
            None => break,
        }
    }
    Ok(Some(best))
}

/// Sends one stream. `None` if the parser died over it.
pub(super) fn ask(
    session: &mut Session<'_>,
    template: &Job,
    chunks: &[Vec<u8>],
) -> Result<Option<Answer>, Halt> {
    let mut one = One { job: None, answer: None };
    one.job = Some(Job { id: "smaller".to_owned(), chunks: chunks.to_vec(), ..template.clone() });
    session.ask(&mut one)?;
    Ok(one.answer)
}

struct One {
    job: Option<Job>,
    answer: Option<Answer>,
}

impl Work for One {
    fn next(&mut self) -> Option<Job> {
        self.job.take()
    }

    fn done(&mut self, _: Job, outcome: Outcome) {
        if let Outcome::Answer(answer, _) = outcome {
            self.answer = Some(*answer);
        }
    }

    fn is_planned(&self) -> bool {
        false
    }
}

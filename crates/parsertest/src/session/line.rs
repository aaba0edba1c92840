//! The lines of the protocol: written, read, and checked.

use super::{Gone, Halt, Job, Trouble, VERSION};
use crate::process::Ended;
use crate::protocol::{Answer, Case, Hello};

/// How much of a bad line is shown.
const SHOWN: usize = 120;

/// A case as it goes out.
pub(super) fn case(case: &Case) -> Result<Vec<u8>, String> {
    let mut line = serde_json::to_vec(case).map_err(|error| error.to_string())?;
    line.push(b'\n');
    Ok(line)
}

/// The introduction; what is wrong with it reads on after "the adapter".
pub(super) fn hello(line: &[u8]) -> Result<Hello, String> {
    let began = || format!("began with {}", shown(line));
    if let Some(at) = not_ascii(line) {
        return Err(format!("{}: byte {at} is not ASCII", began()));
    }
    let hello: Hello = serde_json::from_slice(line)
        .map_err(|error| format!("{}, which is no introduction: {error}", began()))?;
    match hello.sse_adapter {
        VERSION => Ok(hello),
        other => {
            Err(format!("speaks sse-adapter/{other}; this runner speaks sse-adapter/{VERSION}"))
        }
    }
}

/// The answer to a job. Text that is no JSON comes from the parser or its runtime, so the case
/// counts; JSON that is no answer to this case comes from the adapter, so nothing does.
pub(super) fn answer(line: &[u8], job: &Job) -> Result<Answer, Trouble> {
    let broken = |what: String| Trouble::Halt(Halt::Broken(format!("case {}: {what}", job.id)));
    if let Some(at) = not_ascii(line) {
        let what = "is not ASCII: write such characters as \\uXXXX";
        return Err(broken(format!("byte {at} of its answer {what}: {}", shown(line))));
    }
    let answer: Answer = serde_json::from_slice(line).map_err(|error| {
        let what = format!("it answered {}: {error}", shown(line));
        if error.is_data() { broken(what) } else { Trouble::Gone(Gone { hung: false, what }) }
    })?;
    if answer.id != job.id {
        return Err(broken(format!("it answered with the id {:?}", answer.id)));
    }
    match impossible(&answer, job.chunks.len()) {
        Some(what) => Err(broken(format!("{what}: {}", shown(line)))),
        None => Ok(answer),
    }
}

/// What no parser can have said.
pub(super) fn impossible(answer: &Answer, chunks: usize) -> Option<String> {
    let beyond = answer.out.iter().filter_map(|out| out.k).find(|k| *k > chunks);
    if let Some(k) = beyond {
        return Some(format!("it gives k = {k} for {chunks} chunks"));
    }
    let empty = answer.out.iter().any(|out| out.e.is_none() && out.r.is_none() && out.c.is_none());
    empty.then(|| "something in `out` has neither `e` nor `r` nor `c`".to_owned())
}

fn not_ascii(line: &[u8]) -> Option<usize> {
    line.iter().position(|byte| !byte.is_ascii())
}

/// A line from outside in a message.
pub(super) fn shown(line: &[u8]) -> String {
    let start = &line[..line.len().min(SHOWN)];
    let rest = if line.len() > SHOWN { "..." } else { "" };
    format!("\"{}{rest}\"", start.escape_ascii())
}

/// How a process ended, in words.
pub(super) fn last_words(ended: &Ended) -> String {
    let how = match ended.status {
        Some(status) => status.to_string(),
        None => "it closed its standard output".to_owned(),
    };
    match ended.stderr.is_empty() {
        true => how,
        false => format!("{how}; its last words: {}", in_short(&ended.stderr)),
    }
}

/// The beginning and the end of a text, on one line.
fn in_short(text: &str) -> String {
    const EACH: usize = 300;
    let words: Vec<char> = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect();
    if words.len() <= 2 * EACH {
        return words.into_iter().collect();
    }
    let (start, end) = (&words[..EACH], &words[words.len() - EACH..]);
    format!("{} ... {}", start.iter().collect::<String>(), end.iter().collect::<String>())
}

//! Runs one parser over one corpus a given number of times, for an instruction counter:
//! `instructions CORPUS PARSER CHUNK PASSES [LEN]`. See `benches/instructions.sh`. `T1`, `T2` and
//! `T3` are the shapes that take quadratic time in many parsers.
#![expect(clippy::print_stdout, reason = "a measuring program")]

use std::hint::black_box;
use std::process::ExitCode;

#[path = "../benches/corpora.rs"]
mod corpora;
#[path = "../benches/parsers.rs"]
mod parsers;

/// If nothing else is asked for.
const LEN: usize = 1 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [corpus, parser, chunk, passes, rest @ ..] = &arguments[..] else {
        return ExitCode::from(2);
    };
    let len = rest.first().map_or(Ok(LEN), |len| len.parse());
    let mut known = parsers::ALL.iter().chain(&parsers::FLOORS);
    let parser = known.find(|known| known.0 == parser);
    let (Ok(len), Some((_, parse)), Ok(chunk), Ok(passes)) =
        (len, parser, chunk.parse(), passes.parse::<u32>())
    else {
        return ExitCode::from(2);
    };
    let Some((stream, events)) = stream(corpus, len) else { return ExitCode::from(2) };
    for _ in 0..passes {
        black_box(parse(&stream, chunk));
    }
    println!("{} {events}", stream.len());
    ExitCode::SUCCESS
}

/// A stream of about this length, and the number of its events.
fn stream(name: &str, len: usize) -> Option<(Vec<u8>, usize)> {
    let text = match name {
        "T1" => format!("data: {}\n\n", "x".repeat(len)),
        "T2" => "data: x\n\n".repeat(len / 9),
        "T3" => "data: x\n".repeat(len / 8) + "\n",
        _ => {
            let mut corpora = corpora::all(len).into_iter();
            return corpora.find(|corpus| corpus.name == name).map(|c| (c.bytes, c.events));
        }
    };
    Some((text.into_bytes(), if name == "T2" { len / 9 } else { 1 }))
}

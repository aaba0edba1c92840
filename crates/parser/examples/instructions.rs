//! Runs one parser over one corpus a given number of times, for an instruction counter:
//! `instructions CORPUS PARSER CHUNK PASSES`. See `benches/instructions.sh`.
#![expect(clippy::print_stdout, reason = "a measuring program")]

use std::hint::black_box;
use std::process::ExitCode;

#[path = "../benches/corpora.rs"]
mod corpora;
#[path = "../benches/parsers.rs"]
mod parsers;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [corpus, parser, chunk, passes] = &arguments[..] else { return ExitCode::from(2) };
    let corpora = corpora::all(1 << 20);
    let corpus = corpora.iter().find(|known| known.name == corpus);
    let mut known = parsers::ALL.iter().chain(&parsers::FLOORS);
    let parser = known.find(|known| known.0 == parser);
    let (Some(corpus), Some((_, parse)), Ok(chunk), Ok(passes)) =
        (corpus, parser, chunk.parse(), passes.parse::<u32>())
    else {
        return ExitCode::from(2);
    };
    for _ in 0..passes {
        black_box(parse(&corpus.bytes, chunk));
    }
    println!("{} {}", corpus.bytes.len(), corpus.events);
    ExitCode::SUCCESS
}

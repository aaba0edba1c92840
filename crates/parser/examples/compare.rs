//! Prints a table of throughput: the parsers take turns and the best of many turns counts, so that
//! the ratios hold on a shared machine too. `cargo run --release --example compare [TURNS]`.
#![expect(clippy::print_stdout, reason = "a measuring program")]

use std::time::{Duration, Instant};

#[path = "../benches/corpora.rs"]
mod corpora;
#[path = "../benches/parsers.rs"]
mod parsers;

use corpora::Corpus;
use parsers::Measured;

const CHUNKS: [usize; 4] = [1, 64, 1460, 16384];
/// Some parsers take quadratic time in the chunks of an event.
const SMALL: usize = 64 << 10;
/// The exact parsers of others, by which ours are measured.
const EXACT: [&str; 2] = ["sse-core", "sse-parse"];

fn main() {
    let turns = std::env::args().nth(1).and_then(|turns| turns.parse().ok()).unwrap_or(40);
    println!(
        "MB/s (ns/event), best of {turns} turns; x: ours over the best other exact parser ({})",
        EXACT.join(", ")
    );
    let all: Vec<(&str, Measured)> = parsers::ALL.into_iter().chain(parsers::FLOORS).collect();
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    println!("| corpus | bytes/event | chunk | {} | borrowed x | owned x |", names.join(" | "));
    println!("|{}", "---|".repeat(5 + names.len()));
    for chunk in CHUNKS {
        for corpus in corpora::all(if chunk == 1 { SMALL } else { 4 << 20 }) {
            let best = best_times(&corpus, chunk, turns, &all);
            let cells = best.iter().map(|&time| format!(" {} |", cell(&corpus, time)));
            let size = corpus.bytes.len() / corpus.events;
            let ratios = ratios(&names, &best);
            println!("| {} | {size} | {chunk} |{}{ratios}", corpus.name, cells.collect::<String>());
        }
    }
}

fn cell(corpus: &Corpus, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let megabytes = corpus.bytes.len() as f64 / seconds / 1e6;
    format!("{megabytes:.0} ({:.1})", seconds * 1e9 / corpus.events as f64)
}

fn ratios(names: &[&str], times: &[Duration]) -> String {
    let exact = names.iter().zip(times).filter(|(name, _)| EXACT.contains(name));
    let best = exact.map(|(_, time)| time.as_secs_f64()).fold(f64::INFINITY, f64::min);
    times[..2].iter().map(|ours| format!(" {:.2} |", best / ours.as_secs_f64())).collect()
}

fn best_times(
    corpus: &Corpus,
    chunk: usize,
    turns: u32,
    all: &[(&str, Measured)],
) -> Vec<Duration> {
    let mut best = vec![Duration::MAX; all.len()];
    for _ in 0..turns {
        for (best, (name, parse)) in best.iter_mut().zip(all) {
            let start = Instant::now();
            let events = parse(&corpus.bytes, chunk);
            *best = start.elapsed().min(*best);
            let is_floor = parsers::FLOORS.iter().any(|(floor, _)| floor == name);
            assert!(is_floor || events == corpus.events, "{name} misses events");
        }
    }
    best
}

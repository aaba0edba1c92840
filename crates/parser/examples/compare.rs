//! Prints a table of throughput: the parsers take turns and the best of many turns counts, so that
//! the ratios hold on a shared machine too. `cargo run --release --example compare [TURNS]`.
#![expect(clippy::print_stdout, reason = "a measuring program")]

use std::time::{Duration, Instant};

#[path = "../benches/corpora.rs"]
mod corpora;
#[path = "../benches/parsers.rs"]
mod parsers;

use corpora::Corpus;

const CHUNKS: [usize; 3] = [64, 1460, 16384];

fn main() {
    let turns = std::env::args().nth(1).and_then(|turns| turns.parse().ok()).unwrap_or(40);
    println!("MB/s (ns/event), best of {turns} turns");
    println!(
        "| corpus | bytes/event | chunk |{}",
        row(parsers::ALL.map(|(name, _)| name.to_owned()))
    );
    println!("|---|---|---|---|---|---|---|");
    for corpus in corpora::all(4 << 20) {
        for chunk in CHUNKS {
            let best = best_times(&corpus, chunk, turns);
            let cells = row(best.map(|time| cell(&corpus, time)));
            let size = corpus.bytes.len() / corpus.events;
            println!("| {} | {size} | {chunk} |{cells}", corpus.name);
        }
    }
}

fn row(cells: [String; 4]) -> String {
    cells.map(|cell| format!(" {cell} |")).concat()
}

fn cell(corpus: &Corpus, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let megabytes = corpus.bytes.len() as f64 / seconds / 1e6;
    format!("{megabytes:.0} ({:.1})", seconds * 1e9 / corpus.events as f64)
}

fn best_times(corpus: &Corpus, chunk: usize, turns: usize) -> [Duration; 4] {
    let mut best = [Duration::MAX; 4];
    for _ in 0..turns {
        for (best, (name, parse)) in best.iter_mut().zip(parsers::ALL) {
            let start = Instant::now();
            let events = parse(&corpus.bytes, chunk);
            *best = start.elapsed().min(*best);
            assert_eq!(events, corpus.events, "{name} misses events");
        }
    }
    best
}

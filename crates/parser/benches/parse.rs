//! Throughput of this parser beside others: `cargo bench -p ssecheck-parser`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

mod corpora;
mod parsers;

/// One byte at a time, a small TLS record, a TCP segment, a large read.
const CHUNKS: [usize; 4] = [1, 64, 1460, 16384];
/// Some parsers take quadratic time in the chunks of an event.
const SMALL: usize = 64 << 10;

fn parse(criterion: &mut Criterion) {
    for chunk in CHUNKS {
        for corpus in corpora::all(if chunk == 1 { SMALL } else { 4 << 20 }) {
            let mut group = criterion.benchmark_group(corpus.name);
            group.throughput(Throughput::Bytes(corpus.bytes.len() as u64));
            for (name, parse) in parsers::ALL {
                assert_eq!(parse(&corpus.bytes, chunk), corpus.events, "{name} misses events");
            }
            for (name, parse) in parsers::ALL.into_iter().chain(parsers::FLOORS) {
                group.bench_function(BenchmarkId::new(name, chunk), |bencher| {
                    bencher.iter(|| parse(&corpus.bytes, chunk));
                });
            }
            group.finish();
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = parse
}
criterion_main!(benches);

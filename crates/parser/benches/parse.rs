//! Throughput of this parser beside two others: `cargo bench -p ssecheck-parser`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

mod corpora;
mod parsers;

const CHUNKS: [usize; 3] = [64, 1460, 16384];

fn parse(criterion: &mut Criterion) {
    for corpus in corpora::all(4 << 20) {
        let mut group = criterion.benchmark_group(corpus.name);
        group.throughput(Throughput::Bytes(corpus.bytes.len() as u64));
        for chunk in CHUNKS {
            for (name, parse) in parsers::ALL {
                assert_eq!(parse(&corpus.bytes, chunk), corpus.events, "{name} misses events");
                group.bench_function(BenchmarkId::new(name, chunk), |bencher| {
                    bencher.iter(|| parse(&corpus.bytes, chunk));
                });
            }
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = parse
}
criterion_main!(benches);

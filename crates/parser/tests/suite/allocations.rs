//! How often memory is asked for, counted by the allocator of this test program, on the streams of
//! the benches.

use allocation_counter::measure;
use ssecheck_parser::{Item, Parser};

#[path = "../../benches/corpora.rs"]
mod corpora;

/// Feeds the stream in chunks and returns the number of events and of allocations.
fn count(mut parser: Parser, stream: &[u8], chunk: usize) -> (usize, u64) {
    let mut events = 0;
    let info = measure(|| {
        for chunk in stream.chunks(chunk) {
            let count = |_, item: Item<'_>| events += usize::from(matches!(item, Item::Event(_)));
            assert_eq!(parser.feed_with(chunk, count), Ok(()));
        }
    });
    (events, info.count_total)
}

/// For the last event ID, which has to grow with its number.
const ID: u64 = 6;
/// For each of the buffers, which grow by doubling.
const BUFFERS: u64 = 5 * 12;

#[test]
fn events_that_lie_in_one_chunk_cost_no_allocation() {
    for corpus in corpora::all(1 << 20) {
        let (events, allocations) = count(Parser::new(), &corpus.bytes, usize::MAX);
        assert_eq!(events, corpus.events);
        assert!(events > 400 && allocations <= ID, "{}: {allocations}", corpus.name);
    }
}

#[test]
fn events_cut_by_chunks_cost_no_allocation_once_the_buffers_are_there() {
    for corpus in corpora::all(1 << 20) {
        for chunk in [1, 64, 1460, 16384] {
            let parser = Parser::new().keep_buffers();
            let (events, allocations) = count(parser, &corpus.bytes, chunk);
            assert_eq!(events, corpus.events);
            assert!(allocations <= ID + BUFFERS, "{} {chunk}: {allocations}", corpus.name);
        }
    }
}

#[test]
fn buffers_that_are_freed_between_events_cost_five_allocations_a_chunk_at_most() {
    for corpus in corpora::all(1 << 20) {
        let (_, allocations) = count(Parser::new(), &corpus.bytes, 1460);
        let chunks = corpus.bytes.len().div_ceil(1460) as u64;
        assert!(allocations <= 5 * chunks, "{}: {allocations} in {chunks}", corpus.name);
    }
}

#[test]
fn the_counter_counts() {
    let info = measure(|| drop(std::hint::black_box(vec![1_u8; 100])));
    assert_eq!(info.count_total, 1);
}

//! Any bytes: no panic, chunks carry no meaning, a prefix says a prefix, memory stays bounded.
//! The first three bytes of the input choose a chunk size, a prefix and the profile.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ssecheck_parser::owned::{Collector, OwnedItem};
use ssecheck_parser::{LimitError, Limits, Lint, Parser, Profile, Span};

const LIMITS: Limits = Limits { line: 200, data: 300, id: 20 };
/// Twice the limits, for growth by doubling, and the fixed part.
const MEMORY: usize = 2 * (2 * LIMITS.line + LIMITS.data + 2 * LIMITS.id) + 512;

type Told = (Vec<(Span, OwnedItem)>, Vec<Lint>, Result<(), LimitError>);

fn tell(stream: &[u8], chunk: usize, profile: Profile) -> Told {
    let mut parser = Parser::new().with_limits(LIMITS).with_profile(profile);
    let mut all = Collector::<true>::default();
    let mut result = Ok(());
    for chunk in stream.chunks(chunk.max(1)) {
        result = parser.feed(chunk, &mut all);
        assert!(parser.heap_bytes() <= MEMORY + chunk.len());
    }
    parser.finish(&mut all);
    (all.items, all.lints, result)
}

fuzz_target!(|input: &[u8]| {
    let [size, cut, core, stream @ ..] = input else { return };
    let profile = if core % 2 == 0 { Profile::Browser } else { Profile::Core };
    let whole = tell(stream, stream.len(), profile);
    assert_eq!(tell(stream, usize::from(*size), profile), whole);
    let prefix = &stream[..stream.len() * usize::from(*cut) / 255];
    let prefix = tell(prefix, prefix.len(), profile);
    assert!(whole.0.starts_with(&prefix.0));
});

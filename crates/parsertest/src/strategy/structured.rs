//! Events, blocks and streams with values that parsers are known to spoil.

use proptest::prelude::*;

use super::stream::{LINE_ENDS, Line, Stream};

/// Pieces of values: the adversarial alphabet.
const PIECES: &[&str] = &[
    "", " ", "\t", ":", "\0", "\u{2028}", "\u{85}", "\u{feff}", "é", "€", "😀", "7", "data:",
    "[DONE]", "a", "xyz",
];

const NAMES: &[&str] = &["data", "event", "id", "retry"];

/// Names that are not fields, but nearly.
const NEAR_NAMES: &[&str] =
    &["Data", "data ", " data", "dat", "datax", "ID", "id\t", "Event", "retry\0", "foo", "{", " "];

fn value() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..4).prop_map(|pieces| pieces.concat())
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        6 => prop::sample::select(NAMES),
        2 => prop::sample::select(NEAR_NAMES),
        1 => Just(""),
    ]
}

/// A field with colon and space, with a colon alone, or with no colon.
fn line() -> impl Strategy<Value = Line> {
    let number = (0..100_000_u32).prop_map(|number| number.to_string());
    let value = prop_oneof![4 => value(), 1 => number];
    (name(), prop_oneof![6 => Just(": "), 2 => Just(":"), 1 => Just("")], value).prop_map(
        |(name, colon, value)| match colon {
            "" if !name.is_empty() => Line::new(name),
            _ => Line::new(format!("{name}{colon}{value}")),
        },
    )
}

/// One block that is an event: `data` lines, and an `event`, an `id`, a comment or none, in any
/// order; LF; a blank line.
///
/// ```
/// use proptest::prelude::*;
///
/// proptest!(|(event in ssecheck_parsertest::strategy::event())| {
///     let items = ssecheck_parser::owned::parse_all(&event.bytes()).unwrap();
///     let event = |item| matches!(item, &ssecheck_parser::owned::OwnedItem::Event(_));
///     assert_eq!(items.iter().filter(|(_, item)| event(item)).count(), 1);
/// });
/// ```
pub fn event() -> impl Strategy<Value = Stream> {
    let data = prop::collection::vec(value().prop_map(|value| format!("data: {value}")), 1..4);
    let other = prop::sample::select(&["event: ", "id: ", ": "][..]);
    let others = prop::collection::vec((other, value()), 0..3);
    let lines = (data, others).prop_map(|(mut lines, others)| {
        lines.extend(others.into_iter().map(|(name, value)| format!("{name}{value}")));
        lines
    });
    lines.prop_shuffle().prop_map(|lines| {
        let lines = lines.into_iter().chain([String::new()]).map(Line::new).collect();
        Stream { lines, ..Stream::default() }
    })
}

/// One block of any lines: fields, near misses, unknown names, comments; LF; a blank line.
pub fn block() -> impl Strategy<Value = Stream> {
    prop::collection::vec(line(), 0..6).prop_map(|mut lines| {
        lines.push(Line::new(""));
        Stream { lines, ..Stream::default() }
    })
}

/// Blocks with mixed line ends, with a byte order mark or none.
///
/// A CR before an empty line that ends in LF makes one line end of two; here that happens.
///
/// ```
/// use proptest::prelude::*;
///
/// proptest!(|(stream in ssecheck_parsertest::strategy::stream())| {
///     let bytes = stream.bytes();
///     ssecheck_parser::owned::parse_all(&bytes).unwrap();
/// });
/// ```
pub fn stream() -> impl Strategy<Value = Stream> {
    let blocks = prop::collection::vec(prop_oneof![event().boxed(), block().boxed()], 0..5);
    let ends = prop::collection::vec(0..LINE_ENDS.len(), 1..9);
    let heads: &[&[u8]] = &[b"", b"", b"\xEF\xBB\xBF", b"\xEF\xBB\xBF\xEF\xBB\xBF", b"\xEF\xBB"];
    (blocks, ends, prop::sample::select(heads)).prop_map(|(blocks, ends, head)| {
        let mut lines: Vec<Line> = blocks.into_iter().flat_map(|block| block.lines).collect();
        for (line, end) in lines.iter_mut().zip(ends.iter().cycle()) {
            line.end = LINE_ENDS[*end];
        }
        Stream { head: head.to_vec(), lines, tail: Vec::new() }
    })
}

/// [`stream`]s that end anywhere.
pub fn truncated() -> impl Strategy<Value = super::Soup> {
    (stream(), any::<prop::sample::Index>()).prop_map(|(stream, at)| {
        let mut bytes = stream.bytes();
        bytes.truncate(at.index(bytes.len() + 1));
        super::Soup(bytes)
    })
}

/// Places to cut a stream of so many bytes, for [`crate::cuts::at`]; repeated ones are empty
/// chunks. For places where parsers break see [`crate::cuts::plans`].
pub fn cuts(length: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..=length, 0..8)
}

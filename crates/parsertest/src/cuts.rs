//! Ways to cut a stream into chunks, and what it means if one of them matters.

use proptest::prelude::*;

/// `stream` cut at these places. They may come in any order, and repeat: that is an empty chunk.
/// Places beyond the end count on from the start.
///
/// ```
/// assert_eq!(ssecheck_parsertest::cuts::at(b"data", &[1, 1, 3]), [&b"d"[..], b"", b"at", b"a"]);
/// ```
pub fn at<'a>(stream: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (stream.len() + 1)).collect();
    places.sort_unstable();
    places.push(stream.len());
    let mut from = 0;
    let piece = |to: usize| &stream[std::mem::replace(&mut from, to)..to];
    places.into_iter().map(piece).collect()
}

/// The places at which these chunks were cut.
pub fn places_of(chunks: &[Vec<u8>]) -> Vec<usize> {
    let ends = chunks.iter().scan(0, |end, chunk| {
        *end += chunk.len();
        Some(*end)
    });
    // The last chunk ends where the stream does: no cut.
    ends.take(chunks.len().saturating_sub(1)).collect()
}

/// One byte each, with an empty chunk before every byte.
pub fn bytewise(stream: &[u8]) -> Vec<&[u8]> {
    stream.chunks(1).flat_map(|byte| [&[][..], byte]).collect()
}

/// Streams up to this length have all pairs of cuts in [`all`].
const SHORT: usize = 26;

/// All ways to cut once, for streams up to 26 bytes all ways to cut twice, and [`bytewise`].
pub fn all(stream: &[u8]) -> Vec<Vec<&[u8]>> {
    let seconds = |first| if stream.len() <= SHORT { first..=stream.len() } else { first..=first };
    let pairs = (0..=stream.len()).flat_map(|first| seconds(first).map(move |s| [first, s]));
    pairs.map(|pair| at(stream, &pair)).chain([bytewise(stream)]).collect()
}

/// Places where parsers are known to break: inside a character or a byte order mark, after a CR,
/// after a colon, and before a blank line.
///
/// ```
/// let places = ssecheck_parsertest::cuts::dangerous("data: é\r\n\r\n".as_bytes());
/// assert_eq!(places, [5, 7, 9, 10, 11]);
/// ```
pub fn dangerous(stream: &[u8]) -> Vec<usize> {
    let danger = |&at: &usize| {
        let (before, after) = (stream[at - 1], stream.get(at).copied());
        let inside_character = after.is_some_and(|byte| (0x80..0xC0).contains(&byte));
        let before_blank = before == b'\n' && matches!(after, Some(b'\r' | b'\n'));
        inside_character || before_blank || matches!(before, b'\r' | b':')
    };
    (1..=stream.len()).filter(danger).collect()
}

/// A way to cut whatever stream comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Not at all.
    Whole,
    /// Between all bytes.
    Bytewise,
    /// Between all bytes, with an empty chunk before each.
    BytewiseWithEmpty,
    /// At the dangerous places whose bit is set, place after place; see [`dangerous`].
    Dangerous(u64),
    /// At these places; see [`at`].
    Places(Vec<usize>),
}

impl Plan {
    /// Where it cuts this stream, ascending.
    pub fn places(&self, stream: &[u8]) -> Vec<usize> {
        let inner = 1..stream.len().max(1);
        let mut places = match self {
            Self::Whole => Vec::new(),
            Self::Bytewise => inner.collect(),
            Self::BytewiseWithEmpty => inner.flat_map(|at| [at, at]).collect(),
            Self::Dangerous(bits) => {
                let places = dangerous(stream).into_iter().enumerate();
                places.filter(|(i, _)| bits >> (i % 64) & 1 == 1).map(|(_, at)| at).collect()
            }
            Self::Places(places) => places.iter().map(|at| at % (stream.len() + 1)).collect(),
        };
        places.sort_unstable();
        places
    }
}

/// Plans of all kinds.
pub fn plans() -> impl Strategy<Value = Plan> {
    prop_oneof![
        1 => Just(Plan::Whole),
        2 => Just(Plan::Bytewise),
        1 => Just(Plan::BytewiseWithEmpty),
        3 => any::<u64>().prop_map(Plan::Dangerous),
        3 => places().prop_map(Plan::Places),
    ]
}

/// Places for [`at`].
pub fn places() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(any::<usize>(), 0..8)
}

/// What a parser is guilty of that reads a stream rightly as a whole and wrongly with these cuts,
/// each of which is needed for that.
///
/// ```
/// use ssecheck_parsertest::cuts::class_of;
///
/// assert_eq!(class_of(b"data: x\r\n\r\n", &[8]), "eol.crlf-split");
/// assert_eq!(class_of(b"data: x\n\n", &[3]), "chunk.split");
/// ```
pub fn class_of(stream: &[u8], places: &[usize]) -> &'static str {
    let ends = [0, stream.len()];
    let empty = places.windows(2).any(|pair| pair[0] == pair[1])
        || places.iter().any(|place| ends.contains(place));
    let any = |is: &dyn Fn(usize) -> bool| places.iter().any(|&place| is(place));
    if empty {
        "eol.empty-chunk"
    } else if stream.starts_with(b"\xEF\xBB\xBF") && any(&|at| at < 3) {
        "bom.split"
    } else if any(&|at| stream[at - 1] == b'\r' && stream.get(at) == Some(&b'\n')) {
        "eol.crlf-split"
    } else if any(&|at| stream.get(at).is_some_and(|byte| (0x80..0xC0).contains(byte))) {
        "utf8.split"
    } else {
        "chunk.split"
    }
}

//! Ways to cut a stream into chunks.

/// `stream` cut at these places. They may come in any order, and repeat: that is an empty chunk.
/// Places beyond the end are at the end.
///
/// ```
/// assert_eq!(ssecheck_parsertest::cuts::at(b"data", &[1, 1, 3]), [&b"d"[..], b"", b"at", b"a"]);
/// ```
pub fn at<'a>(stream: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|&place| place.min(stream.len())).collect();
    places.sort_unstable();
    places.push(stream.len());
    let mut from = 0;
    let piece = |to: usize| &stream[std::mem::replace(&mut from, to)..to];
    places.into_iter().map(piece).collect()
}

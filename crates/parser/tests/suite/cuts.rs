//! Ways to cut a stream into chunks.

use proptest::prelude::*;

/// `stream` cut at these places, which may repeat (an empty chunk) and come in any order.
pub(crate) fn at<'a>(stream: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (stream.len() + 1)).collect();
    places.sort_unstable();
    places.push(stream.len());
    let mut from = 0;
    let piece = |to: usize| &stream[std::mem::replace(&mut from, to)..to];
    places.into_iter().map(piece).collect()
}

/// One byte each, with an empty chunk before every byte.
pub(crate) fn bytewise(stream: &[u8]) -> Vec<&[u8]> {
    stream.chunks(1).flat_map(|byte| [&[][..], byte]).collect()
}

/// All ways to cut once, and for short streams all ways to cut twice.
pub(crate) fn all(stream: &[u8]) -> Vec<Vec<&[u8]>> {
    let seconds = |first| if stream.len() <= 26 { first..=stream.len() } else { first..=first };
    let pairs = (0..=stream.len()).flat_map(|first| seconds(first).map(move |s| [first, s]));
    pairs.map(|pair| at(stream, &pair)).chain([bytewise(stream)]).collect()
}

/// Places for [`at`].
pub(crate) fn places() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(any::<usize>(), 0..8)
}

//! A small grammar that every parser should read, and doses of other things on top of it: so that a
//! common mistake cannot hide a rare one.

use std::ops::Range;

use proptest::prelude::*;

use super::stream::{Line, Stream};

/// Blocks of the plainest kind: optional `id` and `event`, one to three `data` lines, LF.
pub fn plain() -> impl Strategy<Value = Stream> {
    let id = prop::option::of(word(1..5)).boxed();
    let event = prop::option::of(word(1..6)).boxed();
    blocks(id, event, prop::collection::vec(word(1..41), 1..4).boxed(), 0..6)
}

/// Blocks of one `data` line.
pub(crate) fn plainest() -> impl Strategy<Value = Stream> {
    let none = || Just(None::<String>).boxed();
    blocks(none(), none(), prop::collection::vec(word(1..7), 1).boxed(), 1..5)
}

/// Blocks of a type or none and one to three `data` lines. No ids: parsers may leave them to the
/// next event or not.
pub(crate) fn typed() -> impl Strategy<Value = Stream> {
    let event = prop::option::of(word(1..6)).boxed();
    let data = prop::collection::vec(word(1..13), 1..4).boxed();
    blocks(Just(None).boxed(), event, data, 1..5)
}

/// Small letters and digits.
fn word(length: Range<usize>) -> impl Strategy<Value = String> {
    let letters: Vec<char> = ('a'..='z').chain('0'..='9').collect();
    let letter = prop::sample::select(letters);
    prop::collection::vec(letter, length).prop_map(|letters| letters.into_iter().collect())
}

fn blocks(
    id: BoxedStrategy<Option<String>>,
    event: BoxedStrategy<Option<String>>,
    data: BoxedStrategy<Vec<String>>,
    count: Range<usize>,
) -> impl Strategy<Value = Stream> {
    prop::collection::vec((id, event, data), count).prop_map(|blocks| {
        let mut texts = Vec::new();
        for (id, event, data) in blocks {
            texts.extend(id.map(|id| format!("id: {id}")));
            texts.extend(event.map(|event| format!("event: {event}")));
            texts.extend(data.iter().map(|data| format!("data: {data}")));
            texts.push(String::new());
        }
        Stream { lines: texts.into_iter().map(Line::new).collect(), ..Stream::default() }
    })
}

/// Something on top of a plain stream: how often and where, and which of its variants.
#[derive(Debug, Clone)]
pub struct Doses {
    /// A number for each dose, to be taken modulo the places that there are.
    pub places: Vec<usize>,
    /// A number for each dose, to be taken modulo the variants that there are.
    pub variants: Vec<usize>,
}

impl Doses {
    /// Place and variant of each dose.
    pub fn of<'a, T>(&'a self, variants: &'a [T]) -> impl Iterator<Item = (usize, &'a T)> {
        let pairs = self.places.iter().zip(&self.variants);
        pairs.map(|(place, variant)| (*place, &variants[variant % variants.len()]))
    }
}

/// One to four doses.
pub fn doses() -> impl Strategy<Value = Doses> {
    prop::collection::vec((any::<usize>(), any::<usize>()), 1..5).prop_map(|pairs| {
        let (places, variants) = pairs.into_iter().unzip();
        Doses { places, variants }
    })
}

/// Inserts lines anywhere.
pub fn dose_lines(stream: &mut Stream, lines: &[&[u8]], doses: &Doses) {
    for (place, line) in doses.of(lines) {
        stream.insert(place, line);
    }
}

/// Plain streams with some lines of any kind, after a blank line, so that no byte order mark
/// happens to be the first.
pub fn rich() -> impl Strategy<Value = Stream> {
    let features = prop::collection::vec(0..super::LINE_FEATURES.len(), 0..3);
    (plain(), features, doses()).prop_map(|(mut stream, features, doses)| {
        stream.head = b"\n".to_vec();
        for feature in features {
            dose_lines(&mut stream, super::LINE_FEATURES[feature].1, &doses);
        }
        stream
    })
}

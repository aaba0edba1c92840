//! How a feature gets into a stream.

use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;

use super::table::{Dose, Ends};
use crate::strategy::{self, Doses, LINE_ENDS, Line, Stream};

/// Streams with a feature.
pub(super) fn strategy(dose: Dose, mixed: bool) -> BoxedStrategy<Vec<u8>> {
    if matches!(dose, Dose::Hostile) {
        return prop_oneof![
            2 => strategy::stream().prop_map(|stream| stream.bytes()),
            1 => strategy::hostile().prop_map(|soup| soup.0),
            1 => strategy::truncated().prop_map(|soup| soup.0),
        ]
        .boxed();
    }
    // Mostly the plainest streams: what fails there fails for the feature alone.
    let plainest = strategy::plainest().boxed();
    let base = match dose {
        _ if !mixed => plainest,
        Dose::Mixed | Dose::Truncated => strategy::typed().boxed(),
        _ => prop_oneof![2 => plainest, 1 => strategy::typed()].boxed(),
    };
    (base, strategy::doses()).prop_map(move |(stream, doses)| with(stream, dose, &doses)).boxed()
}

fn with(mut stream: Stream, dose: Dose, doses: &Doses) -> Vec<u8> {
    let first = doses.variants[0];
    let one = |texts: &[&'static [u8]]| texts[first % texts.len()];
    match dose {
        Dose::Plain | Dose::Mixed | Dose::Hostile => {}
        Dose::Some(lines) => put(&mut stream, doses, lines, Stream::insert_inside),
        Dose::Data(lines) => put(&mut stream, doses, lines, Stream::replace_data),
        Dose::Blocks(blocks) => put(&mut stream, doses, blocks, Stream::insert_block),
        Dose::SomeFirst(lines) => put(&mut stream, doses, lines, Stream::insert_first),
        Dose::OneBlock(blocks) => stream.insert_block(doses.places[0], one(blocks)),
        Dose::First(lines) => stream.insert_everywhere(one(lines), true),
        Dose::Last(lines) => stream.insert_everywhere(one(lines), false),
        Dose::Head(heads) => stream.head = one(heads).to_vec(),
        Dose::Tail(tails) => stream.tail = one(tails).to_vec(),
        Dose::Ends(ends) => end(&mut stream, ends, doses),
        Dose::Truncated => return truncated(stream.bytes(), doses.places[0]),
    }
    stream.bytes()
}

fn put(
    stream: &mut Stream,
    doses: &Doses,
    texts: &[&[u8]],
    how: impl Fn(&mut Stream, usize, &[u8]),
) {
    for (at, text) in doses.of(texts) {
        how(stream, at, text);
    }
}

fn truncated(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes.truncate(at % (bytes.len() + 1));
    bytes
}

/// Ends the lines in another way than LF. A comment after a last CR keeps apart what a CR does in
/// the stream and at its end.
fn end(stream: &mut Stream, ends: Ends, doses: &Doses) {
    match ends {
        Ends::CrLf => stream.end_lines(&[2]),
        Ends::Cr => {
            stream.end_lines(&[1]);
            stream.lines.push(Line::new(":"));
        }
        Ends::CrAtEnd => {
            let last = stream.lines.len() - 1;
            stream.lines[last].end = b"\r";
        }
        Ends::Blank => {
            end_blanks(stream, doses);
            stream.lines.push(Line::new(":"));
        }
        Ends::Mixed => {
            end_blocks(stream, doses);
            stream.lines.push(Line::new(":"));
        }
    }
}

/// Lines and the blank lines after them end differently. CR before LF is left out: that is one end.
const PAIRS: [[usize; 2]; 5] = [[0, 2], [2, 0], [0, 1], [1, 2], [2, 1]];

fn end_blanks(stream: &mut Stream, doses: &Doses) {
    let kinds = doses.places.iter().cycle();
    let blocks = stream.lines.split_inclusive_mut(|line| line.text.is_empty());
    for (block, kind) in blocks.zip(kinds) {
        let [line_end, blank_end] = PAIRS[kind % PAIRS.len()].map(|end| LINE_ENDS[end]);
        for line in block {
            line.end = if line.text.is_empty() { blank_end } else { line_end };
        }
    }
}

/// The lines of a block end as they like, the blank line like the one before it.
fn end_blocks(stream: &mut Stream, doses: &Doses) {
    let mut kinds = doses.places.iter().chain(&doses.variants).cycle();
    let mut before = LINE_ENDS[0];
    for line in &mut stream.lines {
        if !line.text.is_empty() {
            before = kinds.next().map_or(before, |kind| LINE_ENDS[kind % LINE_ENDS.len()]);
        }
        line.end = before;
    }
}

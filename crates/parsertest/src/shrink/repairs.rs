//! Steps that make a stream less odd, though perhaps longer. What still fails then does not fail for
//! what was odd.

use super::shape::Shape;

#[derive(Debug, Clone, Copy)]
pub(super) enum Repair {
    /// LF for all line ends.
    LineEnds,
    /// A colon in all lines of a field that have none.
    Colons,
    /// A space after the colon of all fields.
    Spaces,
    /// Plain lines of the same fields in the place of all lines.
    PlainLines,
    /// The same for one line.
    PlainLine,
    /// A plain line of an unknown name in the place of a line.
    UnknownLine,
    /// All `data` lines at the end of their block.
    DataLast,
    /// A `data` line before a line, which may be blank.
    Fill,
    /// What is missing at the end.
    Complete,
}

const ENDS: [&[u8]; 3] = [b"\n", b"\n\n", b"data: x\n\n"];

impl Repair {
    pub(super) fn steps(self, shape: &Shape) -> usize {
        match self {
            Self::PlainLine | Self::UnknownLine | Self::Fill => shape.line_starts().len(),
            Self::Complete => ENDS.len(),
            _ => 1,
        }
    }

    pub(super) fn apply(self, shape: &Shape, step: usize) -> Option<Shape> {
        let line = || shape.line_starts().get(step).map(|&from| (from, text_end(shape, from)));
        match self {
            Self::LineEnds => Some(line_ends(shape)),
            Self::Colons => Some(every_line(shape, with_colon)),
            Self::Spaces => Some(every_line(shape, with_space)),
            Self::PlainLines => Some(every_line(shape, plain)),
            Self::PlainLine => {
                let (from, to) = line()?;
                Some(shape.spliced(from, to, &plain(&shape.bytes[from..to])))
            }
            Self::UnknownLine => {
                let (from, to) = line()?;
                (from < to).then(|| shape.spliced(from, to, b"x: x"))
            }
            Self::DataLast => Some(data_last(shape)),
            Self::Fill => line().map(|(from, _)| shape.spliced(from, from, b"data: x\n")),
            Self::Complete => {
                let end = shape.bytes.len();
                Some(shape.spliced(end, end, ENDS[step]))
            }
        }
    }
}

/// Where the text of the line ends that begins here.
fn text_end(shape: &Shape, from: usize) -> usize {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    shape.bytes[from..].iter().position(is_end).map_or(shape.bytes.len(), |at| from + at)
}

fn line_ends(shape: &Shape) -> Shape {
    let mut shape = shape.clone();
    let mut at = 0;
    while at < shape.bytes.len() {
        match (shape.bytes[at], shape.bytes.get(at + 1)) {
            (b'\r', Some(b'\n')) => shape = shape.spliced(at, at + 1, b""),
            (b'\r', _) => shape.bytes[at] = b'\n',
            _ => {}
        }
        at += 1;
    }
    shape
}

fn every_line(shape: &Shape, change: impl Fn(&[u8]) -> Vec<u8>) -> Shape {
    let starts = shape.line_starts();
    // From the end, so that the starts stay where they are.
    starts.into_iter().rev().fold(shape.clone(), |shape, from| {
        let to = text_end(&shape, from);
        let text = change(&shape.bytes[from..to]);
        shape.spliced(from, to, &text)
    })
}

fn with_colon(line: &[u8]) -> Vec<u8> {
    let bare = !line.is_empty() && !line.contains(&b':');
    [line, if bare { b":" } else { b"" }].concat()
}

fn with_space(line: &[u8]) -> Vec<u8> {
    match line.iter().position(|&byte| byte == b':').map(|at| line.split_at(at + 1)) {
        Some((name, value)) if !value.is_empty() && value[0] != b' ' => {
            [name, b" ", value].concat()
        }
        _ => line.to_vec(),
    }
}

/// The plainest line of the same field, `data` for names that are none.
fn plain(line: &[u8]) -> Vec<u8> {
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
    let text: &[u8] = match name {
        b"" if line.is_empty() => b"",
        b"" => b": x",
        b"event" => b"event: x",
        b"id" => b"id: x",
        b"retry" => b"retry: 1",
        _ => b"data: x",
    };
    text.to_vec()
}

/// The lines of each block in their order, but `data` last. Cuts stay where they are.
fn data_last(shape: &Shape) -> Shape {
    let starts = shape.line_starts();
    let ends = starts.iter().skip(1).copied().chain([shape.bytes.len()]);
    let lines: Vec<&[u8]> =
        starts.iter().zip(ends).map(|(&from, to)| &shape.bytes[from..to]).collect();
    let is_blank = |line: &&[u8]| matches!(line, [b'\r' | b'\n', ..]);
    let is_data = |line: &&&[u8]| line.starts_with(b"data");
    let mut bytes = shape.bytes[..starts.first().copied().unwrap_or(0)].to_vec();
    for block in lines.split_inclusive(is_blank) {
        let (blank, fields) = match block.split_last() {
            Some((last, fields)) if is_blank(last) => (*last, fields),
            _ => (&b""[..], block),
        };
        let (data, others): (Vec<&[u8]>, Vec<&[u8]>) = fields.iter().partition(is_data);
        bytes.extend([others.concat(), data.concat(), blank.to_vec()].concat());
    }
    Shape { bytes, cuts: shape.cuts.clone() }
}

//! A hexdump of an excerpt: offset, sixteen bytes, ASCII, and a caret under every offending byte.

use std::ops::Range;

use ssecheck_model::report::{Excerpt, Layer};

use crate::counts::grouped;
use crate::sanitize::name;
use crate::style::Style;
use crate::wrap::{columns, hang, wrap};

/// Bytes in a row, if the width allows.
const ROW: usize = 16;
/// Rows of other lengths, and the columns that each needs.
const ROWS: [(usize, usize); 3] = [(ROW, 78), (8, 45), (4, 0)];
/// Most rows shown.
const MOST_ROWS: usize = 6;
/// Indentation of notes that do not fit behind the offsets.
const NOTE: usize = 2;
/// Longest name of a connection shown, in characters.
const NAME_LIMIT: usize = 24;
/// Rows shown before the first marked one.
const ROWS_BEFORE: usize = 2;

/// The dump as lines, headed by one that says which bytes these are and ended by notes on what was
/// left out. Carets stand under the marked bytes.
pub(crate) fn lines(excerpt: &Excerpt, style: Style) -> Vec<String> {
    let paint = |marked: bool, text: &str| match marked {
        true => style.mark(text),
        false => text.to_owned(),
    };
    let carets = |row: &Row| row.carets(style);
    let fitting = ROWS.into_iter().find(|(_, columns)| *columns <= style.width);
    let mut lines = dump(excerpt, fitting.map_or(ROW, |(bytes, _)| bytes), &paint, &carets);
    let rest = lines.split_off(1);
    let heading = lines.iter().flat_map(|heading| wrap(heading, style.width));
    let rest = rest.into_iter().flat_map(|line| match line.trim_start().strip_prefix('(') {
        Some(_) if columns(&line) > style.width => hang("", &line, NOTE, style.width),
        _ => vec![line],
    });
    heading.chain(rest).collect()
}

/// The same with every text of the dump through `paint`, which is told whether it is marked, and
/// without carets: for pages that have another way to mark.
pub(crate) fn painted(excerpt: &Excerpt, paint: &dyn Fn(bool, &str) -> String) -> Vec<String> {
    dump(excerpt, ROW, paint, &|_| None)
}

fn dump(
    excerpt: &Excerpt,
    row: usize,
    paint: &dyn Fn(bool, &str) -> String,
    carets: &dyn Fn(&Row) -> Option<String>,
) -> Vec<String> {
    let Some(window) = Window::of(excerpt, row) else {
        return vec!["bytes: the report holds no valid hexadecimal here".to_owned()];
    };
    let mut out = vec![paint(false, &heading(excerpt))];
    out.extend(window.note_before());
    for row in &window.rows {
        out.push(row.dump(paint));
        out.extend(carets(row));
    }
    out.extend(window.note_after());
    out
}

fn heading(excerpt: &Excerpt) -> String {
    let what = match excerpt.layer {
        Layer::Head => "head",
        Layer::Stream => "stream",
        Layer::Wire => "wire",
    };
    let connection = name(&excerpt.connection, NAME_LIMIT);
    let place = match excerpt.mark_end.saturating_sub(excerpt.mark_start) {
        0 => format!("marked: the place before byte {}", excerpt.mark_start),
        1 => format!("marked: byte {}", excerpt.mark_start),
        _ => format!("marked: bytes {} to {}", excerpt.mark_start, excerpt.mark_end - 1),
    };
    format!("bytes of the {what} on connection {connection}; {place}")
}

/// The rows that are shown, and how many bytes of the excerpt are not.
struct Window {
    rows: Vec<Row>,
    bytes_before: usize,
    bytes_after: usize,
}

impl Window {
    fn of(excerpt: &Excerpt, length: usize) -> Option<Self> {
        let bytes = decode(&excerpt.hex)?;
        let mark = mark(excerpt, bytes.len());
        let total = (mark.end.max(bytes.len())).div_ceil(length);
        let first = (mark.start / length).saturating_sub(ROWS_BEFORE);
        let first = first.min(total.saturating_sub(MOST_ROWS));
        let shown = first..total.min(first + MOST_ROWS);
        let row = |index: usize| Row::new(excerpt.offset, index * length, length, (&bytes, &mark));
        Some(Self {
            bytes_before: first * length,
            bytes_after: bytes.len().saturating_sub(shown.end * length),
            rows: shown.map(row).collect(),
        })
    }

    fn note_before(&self) -> Option<String> {
        let bytes = grouped(self.bytes_before);
        (self.bytes_before > 0).then(|| format!("          ({bytes} bytes before this not shown)"))
    }

    fn note_after(&self) -> Option<String> {
        let bytes = grouped(self.bytes_after);
        (self.bytes_after > 0).then(|| format!("          ({bytes} bytes after this not shown)"))
    }
}

/// One row: its bytes, and which of its columns are marked.
struct Row {
    offset: u64,
    /// How many bytes it has room for.
    length: usize,
    bytes: Vec<u8>,
    marked: Range<usize>,
}

impl Row {
    fn new(
        offset: u64,
        start: usize,
        length: usize,
        (bytes, mark): (&[u8], &Range<usize>),
    ) -> Self {
        let end = bytes.len().min(start + length);
        let column = |at: usize| at.saturating_sub(start).min(length);
        Self {
            length,
            offset: offset.saturating_add(start as u64),
            bytes: bytes.get(start..end).unwrap_or_default().to_vec(),
            marked: column(mark.start)..column(mark.end),
        }
    }

    fn dump(&self, paint: &dyn Fn(bool, &str) -> String) -> String {
        let painted = |index: usize, text: &str| paint(self.marked.contains(&index), text);
        let hex = self.columns(|index| match self.bytes.get(index) {
            Some(byte) => painted(index, &format!("{byte:02x}")),
            None => "  ".to_owned(),
        });
        let cell = |(index, byte): (usize, &u8)| painted(index, &printable(*byte));
        let ascii: String = self.bytes.iter().enumerate().map(cell).collect();
        format!("{:08x}  {hex}  |{ascii}|", self.offset)
    }

    /// The line of carets, when something in this row is marked.
    fn carets(&self, style: Style) -> Option<String> {
        let sign = |index: usize, sign: &str| match self.marked.contains(&index) {
            true => sign.to_owned(),
            false => " ".repeat(sign.len()),
        };
        let hex = self.columns(|index| sign(index, "^^"));
        let ascii: String = (0..self.length).map(|index| sign(index, "^")).collect();
        let gap = format!("{:08x}", self.offset).len() + 2;
        let carets = format!("{hex}   {ascii}");
        (!self.marked.is_empty()).then(|| format!("{:gap$}{}", "", style.mark(carets.trim_end())))
    }

    fn columns(&self, cell: impl Fn(usize) -> String) -> String {
        let half = |range: Range<usize>| range.map(&cell).collect::<Vec<_>>().join(" ");
        format!("{}  {}", half(0..self.length / 2), half(self.length / 2..self.length))
    }
}

fn printable(byte: u8) -> String {
    match byte {
        b' '..=b'~' => char::from(byte).to_string(),
        _ => ".".to_owned(),
    }
}

/// The mark as a range into the excerpt. A mark of no length is a place where something is missing:
/// the caret then stands under the byte behind it, or behind the last byte.
fn mark(excerpt: &Excerpt, length: usize) -> Range<usize> {
    let inside = |at: u64| usize::try_from(at.saturating_sub(excerpt.offset)).unwrap_or(usize::MAX);
    let start = inside(excerpt.mark_start).min(length);
    let end = inside(excerpt.mark_end).min(length);
    start..end.max(start + 1)
}

fn decode(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match *pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(bytes: &[u8], offset: u64, mark: Range<u64>) -> Excerpt {
        Excerpt {
            connection: "first".to_owned(),
            layer: Layer::Stream,
            offset,
            hex: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            mark_start: mark.start,
            mark_end: mark.end,
        }
    }

    fn dump(excerpt: &Excerpt) -> String {
        lines(excerpt, Style::PLAIN).join("\n")
    }

    #[test]
    fn carets_stand_under_the_marked_bytes_in_both_columns() {
        insta::assert_snapshot!(dump(&excerpt(b"data: \xff\xfe ok\n\n", 64, 70..72)), @r"
        bytes of the stream on connection first; marked: bytes 70 to 71
        00000040  64 61 74 61 3a 20 ff fe  20 6f 6b 0a 0a           |data: .. ok..|
                                    ^^ ^^                                  ^^
        ");
    }

    #[test]
    fn narrow_terminals_have_shorter_rows() {
        let narrow = Style { color: false, width: 40 };
        let text = lines(&excerpt(&[b'x'; 5], 0, 4..5), narrow).join("\n");
        insta::assert_snapshot!(text, @r"
        bytes of the stream on connection first;
        marked: byte 4
        00000000  78 78  78 78  |xxxx|
        00000004  78            |x|
                  ^^             ^
        ");
    }

    #[test]
    fn a_mark_over_two_rows_has_carets_in_both() {
        insta::assert_snapshot!(dump(&excerpt(&[b'x'; 20], 0, 15..17)), @r"
        bytes of the stream on connection first; marked: bytes 15 to 16
        00000000  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
                                                                ^^                  ^
        00000010  78 78 78 78                                       |xxxx|
                  ^^                                                 ^
        ");
    }

    #[test]
    fn a_missing_byte_at_the_end_has_its_caret_behind_the_last() {
        insta::assert_snapshot!(dump(&excerpt(b"data: x\n", 0, 8..8)), @r"
        bytes of the stream on connection first; marked: the place before byte 8
        00000000  64 61 74 61 3a 20 78 0a                           |data: x.|
                                           ^^                                ^
        ");
        let full = dump(&excerpt(&[b'x'; 16], 0, 16..16));
        assert!(full.ends_with("\n00000010                                                    ||\n          ^^                                                 ^"), "{full}");
    }

    #[test]
    fn a_long_excerpt_is_cut_around_the_mark() {
        insta::assert_snapshot!(dump(&excerpt(&[b'x'; 1600], 1000, 1800..1801)), @r"
        bytes of the stream on connection first; marked: byte 1800
                  (768 bytes before this not shown)
        000006e8  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
        000006f8  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
        00000708  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
                  ^^                                                 ^
        00000718  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
        00000728  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
        00000738  78 78 78 78 78 78 78 78  78 78 78 78 78 78 78 78  |xxxxxxxxxxxxxxxx|
                  (736 bytes after this not shown)
        ");
    }

    #[test]
    fn a_mark_longer_than_the_window_is_cut_too() {
        let text = dump(&excerpt(&[b'x'; 1_000_000], 0, 0..1_000_000));
        assert_eq!(text.lines().count(), 1 + 2 * MOST_ROWS + 1);
        assert!(text.ends_with("(999,904 bytes after this not shown)"), "{text}");
    }

    #[test]
    fn marks_and_digits_out_of_range_do_no_harm() {
        for (offset, mark) in [(10, 0..u64::MAX), (u64::MAX, 3..3), (0, 500..900)] {
            assert!(dump(&excerpt(b"abc", offset, mark)).contains("|abc|"));
        }
        let odd = Excerpt { hex: "6é1".to_owned(), ..excerpt(b"", 0, 0..0) };
        assert_eq!(dump(&odd), "bytes: the report holds no valid hexadecimal here");
    }

    #[test]
    fn colour_only_adds_to_the_carets() {
        let excerpt = excerpt(b"data: \xff\n", 0, 6..7);
        let colored = lines(&excerpt, Style { color: true, width: 80 }).join("\n");
        assert!(colored.contains("\u{1b}[1m\u{1b}[31mff\u{1b}[0m"), "{colored:?}");
        assert_eq!(plain(&colored), dump(&excerpt));
    }

    fn plain(text: &str) -> String {
        text.replace("\u{1b}[1m", "").replace("\u{1b}[31m", "").replace("\u{1b}[0m", "")
    }
}

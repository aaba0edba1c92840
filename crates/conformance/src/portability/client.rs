//! A client that reads whole streams by the standard, but for its habits.

use std::ops::Range;

/// An event as a client sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub event_type: String,
    pub data: String,
    pub id: String,
}

/// What ends a line, and what a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// CR LF, LF, CR (HTML 9.2.6).
    Standard,
    /// LF, with a CR before it dropped.
    Lf,
    /// LF alone; blocks end at LF LF.
    LfLf,
    /// Those of the standard, and what Unicode calls line breaks.
    Unicode,
}

/// How a client differs from the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Habit {
    pub lines: Lines,
    pub forgets_cr: bool,
    pub needs_space: bool,
    pub trims: bool,
    pub any_case: bool,
    pub dispatches_at_end: bool,
    pub decodes_pieces: bool,
    pub parses_pieces: bool,
    pub keeps_bom: bool,
    pub forgets_id: bool,
    /// In bytes.
    pub longest_line: usize,
}

impl Habit {
    pub(super) const EXACT: Self = Self {
        lines: Lines::Standard,
        forgets_cr: false,
        needs_space: false,
        trims: false,
        any_case: false,
        dispatches_at_end: false,
        decodes_pieces: false,
        parses_pieces: false,
        keeps_bom: false,
        forgets_id: false,
        longest_line: usize::MAX,
    };
}

const BOM: &[u8] = b"\xef\xbb\xbf";

/// The events that such a client sees in `bytes`, which came in pieces that end at these offsets.
pub(super) fn read(habit: &Habit, bytes: &[u8], ends: &[usize], ended: bool) -> Vec<Seen> {
    let recoded;
    let bytes = match habit.decodes_pieces {
        true => {
            let texts =
                pieces(bytes, ends).map(|piece| String::from_utf8_lossy(piece).into_owned());
            recoded = texts.collect::<String>();
            recoded.as_bytes()
        }
        false => bytes,
    };
    let bytes = match habit.keeps_bom {
        true => bytes,
        false => bytes.strip_prefix(BOM).unwrap_or(bytes),
    };
    if !habit.parses_pieces {
        return parse(habit, bytes, ends, ended, &mut String::new());
    }
    let mut id = String::new();
    pieces(bytes, ends).flat_map(|piece| parse(habit, piece, &[], false, &mut id)).collect()
}

fn pieces<'b>(bytes: &'b [u8], ends: &[usize]) -> impl Iterator<Item = &'b [u8]> {
    let cut = move |at: usize| at.min(bytes.len());
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let last = ends.last().map_or(0, |end| cut(*end));
    let rest = std::iter::once(&bytes[last..]).filter(|rest| !rest.is_empty());
    let ranges: Vec<Range<usize>> = starts.zip(ends).map(|(a, b)| cut(a)..cut(*b)).collect();
    ranges.into_iter().map(|range| &bytes[range]).chain(rest)
}

fn parse(habit: &Habit, bytes: &[u8], ends: &[usize], ended: bool, id: &mut String) -> Vec<Seen> {
    let (mut seen, mut block) = (Vec::new(), Block::default());
    let mut rest = 0;
    while let Some((line, next)) = line(habit, bytes, rest, ends) {
        if line.len() > habit.longest_line {
            return seen;
        }
        match line.is_empty() {
            true => seen.extend(std::mem::take(&mut block).dispatched(habit, id)),
            false => block.field(habit, &bytes[line.clone()]),
        }
        rest = next;
    }
    if habit.dispatches_at_end && ended {
        if rest < bytes.len() {
            block.field(habit, &bytes[rest..]);
        }
        seen.extend(block.dispatched(habit, id));
    }
    seen
}

/// The line that begins at `start`, and where the next one does.
fn line(
    habit: &Habit,
    bytes: &[u8],
    start: usize,
    ends: &[usize],
) -> Option<(Range<usize>, usize)> {
    let length = |at: usize| match (habit.lines, bytes[at]) {
        (_, b'\n') => 1,
        (Lines::Lf | Lines::LfLf, _) => 0,
        (_, b'\r') => match bytes.get(at + 1) {
            // Such a client sees the LF only when it comes in the same piece.
            Some(b'\n') if habit.forgets_cr && ends.binary_search(&(at + 1)).is_ok() => 1,
            Some(b'\n') => 2,
            _ => 1,
        },
        (Lines::Unicode, _) => unicode_break(&bytes[at..]),
        _ => 0,
    };
    // Most bytes end no line in any habit, and that shows at a glance.
    let may_end = |byte: u8| byte < 0x20 || byte == 0xc2 || byte == 0xe2;
    let at = (start..bytes.len()).find(|at| may_end(bytes[*at]) && length(*at) > 0)?;
    let dropped = habit.lines == Lines::Lf && bytes[start..at].ends_with(b"\r");
    Some((start..at - usize::from(dropped), at + length(at)))
}

/// The length of what Unicode, but not the standard, calls a line break.
fn unicode_break(bytes: &[u8]) -> usize {
    match bytes {
        [0x0b | 0x0c | 0x1c..=0x1e, ..] => 1,
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

#[derive(Default)]
struct Block {
    event_type: String,
    data: Option<String>,
    id: Option<String>,
}

impl Block {
    fn field(&mut self, habit: &Habit, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let (name, value) = match text.split_once(':') {
            Some((_, value)) if habit.needs_space && !value.starts_with(' ') => return,
            Some((name, value)) => (name, value.strip_prefix(' ').unwrap_or(value)),
            None if habit.needs_space => return,
            None => (&*text, ""),
        };
        let value = if habit.trims { value.trim() } else { value };
        let lower = name.to_ascii_lowercase();
        match if habit.any_case { &*lower } else { name } {
            "event" => value.clone_into(&mut self.event_type),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            _ => {}
        }
    }

    /// The event, if the block makes one; `last` is the last event id.
    fn dispatched(self, habit: &Habit, last: &mut String) -> Option<Seen> {
        match self.id {
            Some(id) => *last = id,
            None if habit.forgets_id => last.clear(),
            None => {}
        }
        let event_type = match self.event_type.as_str() {
            "" => "message".to_owned(),
            _ => self.event_type,
        };
        Some(Seen { event_type, data: self.data?, id: last.clone() })
    }
}

//! A stream as its lines, which can be changed one by one.

/// A stream of lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stream {
    /// Bytes before the first line, such as a byte order mark.
    pub head: Vec<u8>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Bytes after the last line, an unfinished line.
    pub tail: Vec<u8>,
}

/// A line and its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// The bytes before its end.
    pub text: Vec<u8>,
    /// One of [`LINE_ENDS`].
    pub end: &'static [u8],
}

/// LF, CR, CR LF.
pub const LINE_ENDS: [&[u8]; 3] = [b"\n", b"\r", b"\r\n"];

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}{}\"", self.text.escape_ascii(), self.end.escape_ascii())
    }
}

impl Line {
    /// A line that ends in LF.
    pub fn new(text: impl Into<Vec<u8>>) -> Self {
        Self { text: text.into(), end: b"\n" }
    }

    /// The lines of a text in which LF stands between them.
    pub fn all(text: &[u8]) -> Vec<Self> {
        text.split(|&byte| byte == b'\n').map(Self::new).collect()
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty()
    }
}

impl Stream {
    /// The stream as it goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let lines = self.lines.iter().flat_map(|line| [&line.text[..], line.end]);
        let parts = [&self.head[..]].into_iter().chain(lines).chain([&self.tail[..]]);
        parts.collect::<Vec<_>>().concat()
    }

    /// Sets the line ends by number. A CR before an empty line that ends in LF would merge with
    /// it, so such a line ends in CR too.
    pub fn end_lines(&mut self, kinds: &[usize]) {
        let mut after_cr = false;
        for (line, kind) in self.lines.iter_mut().zip(kinds.iter().cycle()) {
            line.end = LINE_ENDS[kind % LINE_ENDS.len()];
            if after_cr && line.is_blank() && line.end == b"\n" {
                line.end = b"\r";
            }
            after_cr = line.end == b"\r";
        }
    }

    /// Inserts lines before the line with this number, modulo their count; see [`Line::all`].
    pub fn insert(&mut self, at: usize, text: &[u8]) {
        let at = at % (self.lines.len() + 1);
        self.lines.splice(at..at, Line::all(text));
    }

    /// Inserts lines into some block: before the line with this number, modulo their count.
    pub fn insert_inside(&mut self, at: usize, text: &[u8]) {
        self.insert(at % self.lines.len().max(1), text);
    }

    /// Inserts a blank line where one is already.
    pub fn insert_blank(&mut self, at: usize) {
        let blanks = self.places(Line::is_blank);
        if !blanks.is_empty() {
            self.lines.insert(blanks[at % blanks.len()], Line::new(""));
        }
    }

    /// Inserts whole blocks before a block or after the last one.
    pub fn insert_block(&mut self, at: usize, text: &[u8]) {
        let starts = self.block_starts();
        self.insert(starts[at % starts.len()], text);
    }

    /// Inserts lines at the start of a block.
    pub fn insert_first(&mut self, at: usize, text: &[u8]) {
        let starts = self.block_starts();
        self.insert(starts[at % (starts.len() - 1).max(1)], text);
    }

    /// Where blocks begin, and where another one would after the last.
    fn block_starts(&self) -> Vec<usize> {
        let ends = self.places(Line::is_blank);
        [0].into_iter().chain(ends.into_iter().map(|end| end + 1)).collect()
    }

    /// Inserts lines at the start or before the end of each block.
    pub fn insert_everywhere(&mut self, text: &[u8], first: bool) {
        let mut inside = false;
        let mut lines = Vec::new();
        for line in std::mem::take(&mut self.lines) {
            if if first { !inside } else { line.is_blank() } {
                lines.extend(Line::all(text));
            }
            inside = !line.is_blank();
            lines.push(line);
        }
        self.lines = lines;
    }

    /// Puts lines in the place of a `data` line.
    pub fn replace_data(&mut self, at: usize, text: &[u8]) {
        let places = self.places(|line| line.text.starts_with(b"data"));
        if !places.is_empty() {
            let at = places[at % places.len()];
            self.lines.splice(at..=at, Line::all(text));
        }
    }

    fn places(&self, is: impl Fn(&Line) -> bool) -> Vec<usize> {
        (0..self.lines.len()).filter(|&at| is(&self.lines[at])).collect()
    }
}

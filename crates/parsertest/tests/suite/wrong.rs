//! One naive parser with a switch for each mistake that parsers are known to make.

use ssecheck_parsertest::Seen;

/// A mistake. `K` numbers are known parser bugs of the ssecheck catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    None,
    /// K1: lines end at LF only.
    OnlyLf,
    /// K2: CR LF over two chunks is two line ends.
    CrLfSplit,
    /// An empty chunk between CR and LF makes two line ends of them.
    EmptyChunk,
    /// A CR ends a line only once another byte has come.
    CrWaits,
    /// K3.
    UnicodeLines,
    /// K4: each chunk is decoded alone.
    DecodesChunks,
    /// K5.
    TrimsStart,
    /// K6.
    TrimsEnd,
    IgnoresNoColon,
    /// K7.
    TrimsName,
    /// K8.
    NeedsSpace,
    /// K9.
    TakesNul,
    NulEmptiesId,
    /// K10.
    IgnoresIdOnly,
    /// K11.
    ForgetsId,
    IgnoresEmptyId,
    IdAtOnce,
    /// K12.
    RetryPrefix,
    RetrySigned,
    /// K13.
    KeepsBom,
    PanicsAtBom,
    /// A byte order mark at the start of any line is dropped.
    DropsEveryBom,
    BomNeedsOneChunk,
    /// K14.
    IgnoresCase,
    /// K19.
    ForgetsChunk,
    DispatchesAtEnd,
    /// Blocks without data are events.
    Phantoms,
    /// Once there is an id, every blank line is an event.
    IdPhantoms,
    DropsEmptyData,
    TrimsNewlines,
    LastDataOnly,
    KeepsType,
    TypeOverBlocks,
    EmptyType,
    FirstType,
    CommentIsEvent,
    CommentIsField,
    SpacesAreBlank,
    FailsAtUnknown,
    FailsAtIllFormed,
    DropsIllFormed,
    NamesByPrefix,
    CutsAtLastColon,
    ParsesDone,
    IdIsNumber,
    ClampsRetry,
}

/// The result of the parser with this mistake.
pub(crate) fn parse(bug: Bug, chunks: &[&[u8]]) -> Result<Vec<Seen>, String> {
    let mut parser = Naive { bug, ..Naive::default() };
    for chunk in chunks {
        parser.chunk(chunk)?;
    }
    parser.finish()?;
    let id = parser.last_event_id.clone();
    parser.seen.push(Seen::LastEventId(id));
    Ok(parser.seen)
}

struct Naive {
    bug: Bug,
    seen: Vec<Seen>,
    line: Vec<u8>,
    after_cr: bool,
    begun: bool,
    data: Option<String>,
    event: String,
    id: Option<String>,
    last_event_id: String,
    has_comment: bool,
}

impl Default for Naive {
    fn default() -> Self {
        Self {
            bug: Bug::None,
            seen: Vec::new(),
            line: Vec::new(),
            after_cr: false,
            begun: false,
            data: None,
            event: String::new(),
            id: None,
            last_event_id: String::new(),
            has_comment: false,
        }
    }
}

const BOM: &[u8] = b"\xEF\xBB\xBF";

impl Naive {
    fn is(&self, bug: Bug) -> bool {
        self.bug == bug
    }

    fn chunk(&mut self, chunk: &[u8]) -> Result<(), String> {
        if self.is(Bug::ForgetsChunk) {
            self.line.clear();
        }
        if self.is(Bug::CrLfSplit) || (self.is(Bug::EmptyChunk) && chunk.is_empty()) {
            self.after_cr = false;
        }
        let decoded = String::from_utf8_lossy(chunk).into_owned().into_bytes();
        let bytes = if self.is(Bug::DecodesChunks) { decoded } else { chunk.to_vec() };
        if self.is(Bug::BomNeedsOneChunk) && !self.begun && !chunk.is_empty() && chunk.len() < 3 {
            self.begun = true;
        }
        bytes.into_iter().try_for_each(|byte| self.byte(byte))
    }

    fn byte(&mut self, byte: u8) -> Result<(), String> {
        let after_cr = std::mem::take(&mut self.after_cr);
        if after_cr && self.is(Bug::CrWaits) {
            self.end_line()?;
        }
        match byte {
            b'\n' if after_cr => Ok(()),
            b'\r' if !self.is(Bug::OnlyLf) => {
                self.after_cr = true;
                if self.is(Bug::CrWaits) { Ok(()) } else { self.end_line() }
            }
            b'\n' => self.end_line(),
            other => {
                self.line.push(other);
                Ok(())
            }
        }
    }

    fn end_line(&mut self) -> Result<(), String> {
        let mut line = std::mem::take(&mut self.line);
        let first = !std::mem::replace(&mut self.begun, true);
        if line.starts_with(BOM) && self.is(Bug::PanicsAtBom) && first {
            panic!("byte index 1 is not a char boundary");
        }
        let strips = first && !self.is(Bug::KeepsBom) || self.is(Bug::DropsEveryBom);
        if line.starts_with(BOM) && strips {
            line.drain(..BOM.len());
        }
        match std::str::from_utf8(&line) {
            Err(error) if self.is(Bug::FailsAtIllFormed) => return Err(error.to_string()),
            Err(_) if self.is(Bug::DropsIllFormed) => return Ok(()),
            _ => {}
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        if self.is(Bug::UnicodeLines) {
            let ends =
                ['\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}'];
            return text.split(ends).try_for_each(|text| self.text(text));
        }
        self.text(&text)
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        let text = if self.is(Bug::TrimsName) { text.trim_start() } else { text };
        let text = if self.is(Bug::TrimsEnd) { text.trim_end() } else { text };
        if text.is_empty() || (self.is(Bug::SpacesAreBlank) && text.trim().is_empty()) {
            self.dispatch();
            return Ok(());
        }
        if let Some(rest) = text.strip_prefix(':') {
            self.has_comment = true;
            return if self.is(Bug::CommentIsField) { self.text_of_field(rest) } else { Ok(()) };
        }
        self.text_of_field(text)
    }

    fn text_of_field(&mut self, text: &str) -> Result<(), String> {
        let colon = if self.is(Bug::CutsAtLastColon) { text.rfind(':') } else { text.find(':') };
        let (name, value) = match colon {
            Some(at) => (&text[..at], &text[at + 1..]),
            None if self.is(Bug::IgnoresNoColon) => return Ok(()),
            None => (text, ""),
        };
        let value = match value.strip_prefix(' ') {
            Some(value) => value,
            None if self.is(Bug::NeedsSpace) && !value.is_empty() => return Ok(()),
            None => value,
        };
        let value = if self.is(Bug::TrimsStart) { value.trim_start() } else { value };
        match self.bug {
            Bug::IgnoresCase => self.field(&name.to_lowercase(), value),
            Bug::NamesByPrefix if name.starts_with("data") => self.field("data", value),
            _ => self.field(name, value),
        }
    }

    fn field(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "data" => self.data_line(value),
            "event" if self.is(Bug::FirstType) && !self.event.is_empty() => {}
            "event" if self.is(Bug::KeepsType) && value.is_empty() => {}
            "event" => value.clone_into(&mut self.event),
            "id" => self.id_line(value),
            "retry" => self.retry(value),
            _ if self.is(Bug::FailsAtUnknown) => return Err(format!("unknown field {name}")),
            _ => {}
        }
        Ok(())
    }

    fn data_line(&mut self, value: &str) {
        match &mut self.data {
            Some(data) if self.bug != Bug::LastDataOnly => {
                data.push('\n');
                data.push_str(value);
            }
            data => *data = Some(value.to_owned()),
        }
    }

    fn id_line(&mut self, value: &str) {
        let nul = value.contains('\0');
        if self.is(Bug::IdAtOnce) && !nul {
            value.clone_into(&mut self.last_event_id);
        }
        self.id = match value {
            _ if nul && self.is(Bug::NulEmptiesId) => Some(String::new()),
            _ if nul && !self.is(Bug::TakesNul) => return,
            "" if self.is(Bug::IgnoresEmptyId) => return,
            _ if self.is(Bug::IdIsNumber) && value.parse::<f64>().is_ok() => {
                Some(value.trim_start_matches('0').to_owned())
            }
            _ => Some(value.to_owned()),
        };
    }

    fn retry(&mut self, value: &str) {
        let digits = value.trim_start();
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let time = match self.bug {
            Bug::RetryPrefix => digits[..end].parse().ok(),
            Bug::RetrySigned => value.parse::<i64>().ok().map(i64::unsigned_abs),
            _ if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) => None,
            Bug::ClampsRetry => value.parse().ok().map(|time: u64| time.clamp(1_000, 18_000_000)),
            _ => Some(value.parse().unwrap_or(u64::MAX)),
        };
        self.seen.extend(time.map(Seen::Retry));
    }

    fn dispatch(&mut self) {
        let data = self.data.take();
        let event = match self.bug {
            Bug::TypeOverBlocks => self.event.clone(),
            _ => std::mem::take(&mut self.event),
        };
        let (id, comment) = (self.id.take(), std::mem::take(&mut self.has_comment));
        if self.is(Bug::ForgetsId) && data.is_some() {
            self.last_event_id.clear();
        }
        let said = !event.is_empty() || id.is_some();
        if !(self.is(Bug::IgnoresIdOnly) && data.is_none()) {
            self.last_event_id = id.unwrap_or_else(|| self.last_event_id.clone());
        }
        let phantom = (self.is(Bug::Phantoms) && said)
            || (self.is(Bug::IdPhantoms) && !self.last_event_id.is_empty())
            || (self.is(Bug::CommentIsEvent) && comment);
        let Some(data) = data.or(phantom.then(String::new)) else { return };
        self.event(event, data);
    }

    fn event(&mut self, event: String, data: String) {
        let data = match self.bug {
            Bug::DropsEmptyData if data.is_empty() => return,
            Bug::ParsesDone if data == "[DONE]" => return,
            Bug::TrimsNewlines => data.trim_end_matches('\n').to_owned(),
            _ => data,
        };
        let event_type = (!event.is_empty() || self.is(Bug::EmptyType)).then_some(event);
        let id = Some(self.last_event_id.clone());
        self.seen.push(Seen::Event { event_type, data, id });
    }

    fn finish(&mut self) -> Result<(), String> {
        if self.is(Bug::DispatchesAtEnd) {
            if !self.line.is_empty() {
                self.end_line()?;
            }
            self.dispatch();
        }
        Ok(())
    }
}

//! The algorithm once more, from the standard and with nothing in common with the parser: keeps all
//! bytes that are no whole line yet, and reads line after line. Every way of being wrong is one
//! switch, so that it can be shown which vectors notice.

use ssecheck_model::vector::SaidEvent;

use crate::heard::Heard;
use crate::mutants::Bug;

/// Reads a stream that comes in these chunks.
pub(crate) fn read(bug: Bug, chunks: &[Vec<u8>], seed: &str) -> Heard {
    let mut naive = Naive { bug, seed: seed.to_owned(), ..Naive::default() };
    seed.clone_into(&mut naive.heard.last_event_id);
    for (at, chunk) in chunks.iter().enumerate() {
        naive.chunk = at;
        naive.feed(chunk);
    }
    naive.chunk = chunks.len();
    naive.finish();
    naive.heard
}

#[derive(Default)]
struct Naive {
    bug: Bug,
    seed: String,
    chunk: usize,
    pending: Vec<u8>,
    mark_is_past: bool,
    after_cr: bool,
    first_end: Option<End>,
    last_end: Option<End>,
    block: Block,
    /// The type of an earlier block, for parsers that forget to forget.
    old_type: Option<String>,
    heard: Heard,
    held: Vec<SaidEvent>,
    stopped: bool,
}

/// What the lines since the last blank one have said.
#[derive(Default)]
struct Block {
    event_type: Option<String>,
    data: Vec<String>,
    id: Option<String>,
    retry: Option<u64>,
    has_comment: bool,
    has_unknown: bool,
    has_line: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Lf,
    Cr,
    CrLf,
}

const MARK: &[u8] = b"\xEF\xBB\xBF";

impl Naive {
    fn has(&self, bug: Bug) -> bool {
        self.bug == bug
    }

    fn feed(&mut self, chunk: &[u8]) {
        for event in std::mem::take(&mut self.held) {
            self.heard.events.push((self.chunk, event));
        }
        if chunk.is_empty() && self.has(Bug::EmptyChunkForgetsCr) || self.has(Bug::ChunkForgetsCr) {
            self.after_cr = false;
        }
        if chunk.is_empty() && self.has(Bug::EmptyChunkEnds) {
            self.stopped = true;
        }
        if self.has(Bug::ChunkLosesLine) {
            self.pending.clear();
        }
        match self.bug {
            Bug::DecodesPerChunk => {
                self.pending.extend(String::from_utf8_lossy(chunk).into_owned().into_bytes());
            }
            _ => self.pending.extend(chunk),
        }
        self.mark(false);
        self.lines(false);
    }

    fn finish(&mut self) {
        self.mark(true);
        self.lines(true);
        for event in std::mem::take(&mut self.held) {
            self.heard.events.push((self.chunk, event));
        }
        if self.has(Bug::EndReadsPartialLine) && !self.pending.is_empty() {
            let line = std::mem::take(&mut self.pending);
            self.line(&line);
            self.dispatch();
        }
        if self.has(Bug::EndDispatches) {
            self.dispatch();
        }
    }

    /// Drops the byte order mark, once it is there or cannot come any more.
    fn mark(&mut self, ended: bool) {
        if self.mark_is_past || self.pending.is_empty() {
            return;
        }
        if self.has(Bug::TakesUtf16) && self.pending.starts_with(b"\xFF\xFE") {
            self.heard.failed = true;
            self.stopped = true;
        }
        let may_come = MARK.starts_with(&self.pending) && self.pending.len() < MARK.len();
        if may_come && !ended && !self.has(Bug::MarkInFirstChunkOnly) {
            return;
        }
        self.mark_is_past = true;
        while self.pending.starts_with(MARK) && !self.has(Bug::KeepsMark) {
            self.pending.drain(..MARK.len());
            if !self.has(Bug::DropsTwoMarks) {
                break;
            }
        }
    }

    fn lines(&mut self, ended: bool) {
        if !self.mark_is_past {
            return;
        }
        while !self.stopped {
            if self.after_cr && !self.pending.is_empty() {
                self.after_cr = false;
                if self.pending[0] == b'\n' {
                    self.pending.remove(0);
                }
            }
            let Some((line, end)) = self.next_line(ended) else { break };
            self.read_line(&line, end);
        }
        if self.pending.len() > self.limit() {
            self.stopped = true;
        }
    }

    /// The first line of what is pending, without its end.
    fn next_line(&mut self, ended: bool) -> Option<(Vec<u8>, End)> {
        let kind = self.first_end.filter(|_| self.has(Bug::FirstEndForAll));
        let only_lf = self.has(Bug::LfOnly) || kind == Some(End::Lf);
        let mut from = 0;
        loop {
            let is_end = |byte: &u8| *byte == b'\n' || *byte == b'\r' && !only_lf;
            let at = from + self.pending[from..].iter().position(is_end)?;
            let end = match (self.pending[at], self.pending.get(at + 1)) {
                (b'\n', _) => End::Lf,
                (_, Some(b'\n')) => End::CrLf,
                (_, None) if self.has(Bug::CrWaitsForEver) => return None,
                (_, None) if self.has(Bug::CrWaits) && !ended => return None,
                _ => End::Cr,
            };
            let is_text = end == End::Cr && self.has(Bug::CrIsText);
            if is_text || kind.is_some_and(|kind| kind != end) {
                from = at + 1;
                continue;
            }
            self.first_end.get_or_insert(end);
            self.after_cr = end == End::Cr && at + 1 == self.pending.len();
            let line = self.pending[..at].to_vec();
            self.pending.drain(..at + if end == End::CrLf { 2 } else { 1 });
            return Some((line, end));
        }
    }

    fn read_line(&mut self, line: &[u8], end: End) {
        let before = self.last_end.replace(end);
        if self.has(Bug::BlankNeedsSameEnds) && line.is_empty() && before.is_some_and(|b| b != end)
        {
            return;
        }
        if self.has(Bug::SplitsUnicode) {
            let text = String::from_utf8_lossy(line).into_owned();
            let more = |c: char| {
                matches!(
                    c,
                    '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
                )
            };
            return text.split(more).for_each(|line| self.line(line.as_bytes()));
        }
        if line.len() > self.limit() {
            self.stopped = true;
            return;
        }
        self.line(line);
    }

    fn limit(&self) -> usize {
        match self.bug {
            Bug::LineLimit => 65536,
            Bug::ShortLineLimit => 4096,
            _ => usize::MAX,
        }
    }

    fn line(&mut self, line: &[u8]) {
        let Some(mut text) = self.decode(line) else { return };
        match self.bug {
            Bug::MarkOnEveryLine => text = text.trim_start_matches('\u{feff}').to_owned(),
            Bug::DropsMarksEverywhere => text = text.replace('\u{feff}', ""),
            Bug::TrimsLineStart => text = text.trim_start_matches([' ', '\t']).to_owned(),
            Bug::SpaceLineIsBlank if text.trim().is_empty() => text.clear(),
            Bug::CommentHidesNothing if text.starts_with(':') => text = text.replacen(':', "", 1),
            _ => {}
        }
        if text.is_empty() {
            return self.dispatch();
        }
        self.block.has_line = true;
        let colon = match self.bug {
            Bug::ColonNeedsSpace => text.find(": "),
            Bug::SplitsAtLastColon if !text.starts_with(':') => text.rfind(':'),
            _ => text.find(':'),
        };
        match colon {
            Some(0) => self.comment(&text[1..]),
            Some(colon) => self.field(&text[..colon], &text[colon + 1..]),
            None if self.has(Bug::DropsNoColon) => {}
            None => self.field(&text, ""),
        }
    }

    /// The text of a line; `None` if the parser fails at it.
    fn decode(&mut self, line: &[u8]) -> Option<String> {
        let is_bad = std::str::from_utf8(line).is_err();
        let fails = match self.bug {
            Bug::FailsOnBadUtf8 => is_bad && line.first() != Some(&b':'),
            Bug::FailsOnBadComment => is_bad && line.first() == Some(&b':'),
            _ => false,
        };
        if fails {
            self.heard.failed = true;
            self.stopped = true;
            return None;
        }
        let text = String::from_utf8_lossy(line).into_owned();
        if self.has(Bug::OneMarkPerByte) && is_bad {
            let one = |part: &std::str::Utf8Chunk<'_>| {
                part.valid().to_owned() + &"\u{fffd}".repeat(part.invalid().len())
            };
            return Some(line.utf8_chunks().map(|part| one(&part)).collect());
        }
        if self.has(Bug::OneMarkPerRun) {
            let mut kept: Vec<char> = text.chars().collect();
            kept.dedup_by(|a, b| *a == '\u{fffd}' && *b == '\u{fffd}');
            return Some(kept.into_iter().collect());
        }
        Some(text)
    }

    fn comment(&mut self, text: &str) {
        self.block.has_comment = true;
        if self.has(Bug::CommentEmptiesBlock) {
            self.block = Block::default();
        }
        let text = if self.has(Bug::TrimsComment) { text.trim() } else { text };
        self.heard.comments.push(text.to_owned());
    }

    fn field(&mut self, name: &str, value: &str) {
        let name = match self.bug {
            Bug::AnyCase => name.to_ascii_lowercase(),
            Bug::TrimsName => name.trim_end().to_owned(),
            Bug::NamePrefix if name.starts_with("data") => "data".to_owned(),
            Bug::NameEndsAtNul => name.trim_matches('\0').to_owned(),
            _ => name.to_owned(),
        };
        let value = match self.bug {
            Bug::TrimsValue => value.trim_start(),
            Bug::TrimsValueEnd => value.strip_prefix(' ').unwrap_or(value).trim_end(),
            _ => value.strip_prefix(' ').unwrap_or(value),
        };
        match name.as_str() {
            "event" => self.event_field(value),
            "data" => self.data_field(value),
            "id" => self.id_field(value),
            "retry" => self.retry_field(value),
            _ if self.has(Bug::UnknownEmptiesBlock) => self.block = Block::default(),
            _ => {
                self.block.has_unknown = true;
                self.heard.failed |= self.has(Bug::UnknownFails);
                self.stopped |= self.heard.failed;
            }
        }
    }

    fn event_field(&mut self, value: &str) {
        let seen = self.block.event_type.is_some();
        let skipped = match self.bug {
            Bug::EmptyTypeSkipped => value.is_empty(),
            Bug::FirstType => seen,
            Bug::TypeBeforeData => !self.block.data.is_empty(),
            _ => false,
        };
        if !skipped {
            let is_word = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            let value = match self.bug {
                Bug::LowerCaseType => value.to_lowercase(),
                Bug::WordType => value.chars().take_while(is_word).collect(),
                _ => value.to_owned(),
            };
            self.block.event_type = Some(value);
        }
    }

    fn data_field(&mut self, value: &str) {
        let value = match self.bug {
            Bug::DataEndsAtNul => value.split('\0').next().unwrap_or_default(),
            Bug::EmptyLineSkipped if value.is_empty() && !self.block.data.is_empty() => return,
            _ => value,
        };
        self.block.data.push(value.to_owned());
    }

    fn id_field(&mut self, value: &str) {
        let skipped = match self.bug {
            Bug::EmptyIdSkipped => value.is_empty(),
            Bug::FirstId => self.block.id.is_some(),
            Bug::SeedStays => !self.seed.is_empty(),
            _ => false,
        };
        match (value.contains('\0'), self.bug) {
            _ if skipped => {}
            (true, Bug::NulIdTaken) | (false, _) => {
                let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
                let value = match (self.bug, value.parse::<u64>()) {
                    (Bug::NumberId, Ok(number)) if digits => number.to_string(),
                    (Bug::NumberId, _) => value.trim().to_owned(),
                    (Bug::WordId, _) => value.chars().filter(char::is_ascii_alphanumeric).collect(),
                    _ => value.to_owned(),
                };
                if self.has(Bug::IdAtOnce) {
                    value.clone_into(&mut self.heard.last_event_id);
                }
                self.block.id = Some(value);
            }
            (true, Bug::NulIdEmpties) => self.block.id = Some(String::new()),
            (true, _) => {}
        }
    }

    fn retry_field(&mut self, value: &str) {
        let Some(time) = self.time(value) else { return };
        match self.bug {
            Bug::RetryAtBlank | Bug::RetryWithData => self.block.retry = Some(time),
            Bug::FirstRetry if !self.heard.retries.is_empty() => {}
            _ => self.heard.retries.push(time),
        }
    }

    fn time(&mut self, value: &str) -> Option<u64> {
        let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
        let value = match self.bug {
            Bug::RetrySuffix => &digits,
            Bug::RetrySign => value.trim_start_matches(['+', '-']),
            Bug::RetryTrims => value.trim(),
            _ => value,
        };
        let is_digit = |c: char| match self.bug {
            Bug::RetryUnicode => c.is_numeric(),
            _ => c.is_ascii_digit(),
        };
        match value {
            _ if self.has(Bug::BadRetryIsZero) && !value.chars().all(is_digit) => return Some(0),
            "" => return Some(3000).filter(|_| self.has(Bug::EmptyRetryTaken)),
            _ if !value.chars().all(is_digit) => return None,
            _ => {}
        }
        let time = value.parse().unwrap_or(u64::MAX);
        if self.has(Bug::RetryWraps) {
            return Some(time & 0x7fff_ffff);
        }
        if time == u64::MAX && self.has(Bug::HugeRetryFails) {
            self.heard.failed = true;
            self.stopped = true;
        }
        Some(if self.has(Bug::RetrySeconds) { time.saturating_mul(1000) } else { time })
    }

    fn dispatch(&mut self) {
        let block = std::mem::take(&mut self.block);
        if self.has(Bug::UnknownBlockFails) && block.has_unknown && block.data.is_empty() {
            self.heard.failed = true;
            self.stopped = true;
        }
        let has_data = match self.bug {
            Bug::DropsEmptyEvent => block.data.iter().any(|line| !line.is_empty()),
            Bug::BlankIsEvent => !block.data.is_empty() || !block.has_line,
            Bug::CommentIsEvent => !block.data.is_empty() || block.has_comment,
            Bug::DatalessIsEvent => {
                !block.data.is_empty() || block.event_type.is_some() || block.id.is_some()
            }
            Bug::RememberedIdIsEvent => {
                !block.data.is_empty() || !self.heard.last_event_id.is_empty()
            }
            _ => !block.data.is_empty(),
        };
        if let Some(time) = block.retry.filter(|_| has_data || self.has(Bug::RetryAtBlank)) {
            self.heard.retries.push(time);
        }
        let own_id = block.id.is_some();
        match block.id {
            Some(_) if !has_data && self.has(Bug::IdNeedsData) => {}
            Some(id) => self.heard.last_event_id = id,
            None if has_data && self.has(Bug::NoIdEmpties) => self.heard.last_event_id.clear(),
            None => {}
        }
        let event_type = block.event_type.or_else(|| self.old_type.take());
        if !has_data {
            self.old_type = event_type.filter(|_| self.has(Bug::DatalessKeepsType));
            return;
        }
        self.old_type = event_type.clone().filter(|_| self.has(Bug::TypeStays));
        let event = event_type.filter(|t| !t.is_empty() || self.has(Bug::EmptyTypeStays));
        let last_event_id = self.heard.last_event_id.clone();
        let event = event.unwrap_or_else(|| "message".to_owned());
        self.give(SaidEvent { event, data: self.joined(&block.data), last_event_id, own_id });
    }

    fn joined(&self, lines: &[String]) -> String {
        match self.bug {
            Bug::JoinsWithNothing => lines.concat(),
            Bug::TrimsLineEnds => lines.join("\n").trim_matches('\n').to_owned(),
            _ => lines.join("\n"),
        }
    }

    fn give(&mut self, mut event: SaidEvent) {
        let json = serde_json::from_str::<serde_json::Value>(&event.data);
        match (self.bug, &json) {
            (Bug::ReformatsJson, Ok(serde_json::Value::Null)) => event.data.clear(),
            (Bug::ReformatsJson, Ok(json)) => {
                event.data = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
            }
            _ => {}
        }
        match self.bug {
            Bug::ReadsJson if json.is_err() && !event.data.is_empty() => {
                self.heard.failed = true;
                self.stopped = true;
            }
            Bug::ErrorTypeEnds if ["error", "open", "done"].contains(&event.event.as_str()) => {
                self.stopped = true;
            }
            Bug::SentinelEnds if event.data.starts_with("[DONE]") => self.stopped = true,
            Bug::Lags => self.held.push(event),
            _ => self.heard.events.push((self.chunk, event)),
        }
    }
}

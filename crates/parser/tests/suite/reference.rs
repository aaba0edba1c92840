//! The algorithm once more, as plainly as possible and with nothing in common with the parser:
//! decodes the whole stream, then splits it, then reads line after line.

use ssecheck_parser::owned::{OwnedEvent, OwnedItem};

pub(crate) struct Reference {
    pub(crate) items: Vec<OwnedItem>,
    pub(crate) last_event_id: String,
    pub(crate) retry: Option<u64>,
}

#[derive(Default)]
struct State {
    items: Vec<OwnedItem>,
    data: String,
    event_type: String,
    id_buffer: Option<String>,
    last_event_id: String,
    retry: Option<u64>,
}

pub(crate) fn parse(stream: &[u8]) -> Reference {
    let decoded: Vec<char> = String::from_utf8_lossy(stream).chars().collect();
    let text = if stream.starts_with(&[0xEF, 0xBB, 0xBF]) { &decoded[1..] } else { &decoded[..] };
    let mut state = State::default();
    for line in finished_lines(text) {
        state.line(&line);
    }
    Reference { items: state.items, last_event_id: state.last_event_id, retry: state.retry }
}

fn finished_lines(text: &[char]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for (at, &c) in text.iter().enumerate() {
        let after_cr = at > 0 && text[at - 1] == '\r';
        match c {
            '\n' if after_cr => {}
            '\n' | '\r' => lines.push(std::mem::take(&mut line)),
            other => line.push(other),
        }
    }
    lines
}

impl State {
    fn line(&mut self, line: &str) {
        if line.is_empty() {
            return self.dispatch();
        }
        let (name, value) = match line.find(':') {
            Some(0) => return self.items.push(OwnedItem::Comment(line[1..].to_owned())),
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, ""),
        };
        self.field(name, value.strip_prefix(' ').unwrap_or(value));
    }

    fn field(&mut self, name: &str, value: &str) {
        if name == "event" {
            self.event_type = value.to_owned();
        } else if name == "data" {
            self.data += value;
            self.data.push('\n');
        } else if name == "id" && !value.contains('\0') {
            self.id_buffer = Some(value.to_owned());
        } else if name == "retry" && !value.is_empty() && value.chars().all(|c| c.is_ascii_digit())
        {
            let time = value.parse().unwrap_or(u64::MAX);
            self.retry = Some(time);
            self.items.push(OwnedItem::Retry(time));
        }
    }

    fn dispatch(&mut self) {
        if let Some(id) = self.id_buffer.take() {
            self.last_event_id.clone_from(&id);
            self.items.push(OwnedItem::Id(id));
        }
        let event_type = std::mem::take(&mut self.event_type);
        let mut data = std::mem::take(&mut self.data);
        if data.pop().is_none() {
            return;
        }
        let event_type = if event_type.is_empty() { "message".to_owned() } else { event_type };
        self.items.push(OwnedItem::Event(OwnedEvent {
            event_type: event_type.into(),
            data,
            last_event_id: self.last_event_id.clone(),
            had_data: true,
        }));
    }
}

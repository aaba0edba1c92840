//! A parser with one fault at a time.

use serde_json::{Value, json};

const BOM: &[u8] = b"\xEF\xBB\xBF";

#[derive(Default)]
pub(crate) struct Naive {
    fault: String,
    buffer: Vec<u8>,
    started: bool,
    after_cr: bool,
    /// Number of the chunk at hand.
    k: usize,
    event_type: String,
    data: Option<String>,
    id: Option<String>,
    fields: bool,
    pub(crate) last_event_id: String,
    pub(crate) out: Vec<Value>,
    pub(crate) error: Option<Value>,
}

impl Naive {
    pub(crate) fn new(fault: &str, seed: &str) -> Self {
        let last_event_id = seed.to_owned();
        Self { fault: fault.to_owned(), last_event_id, ..Self::default() }
    }

    fn has(&self, fault: &str) -> bool {
        self.fault == fault || self.fault.strip_suffix("-window") == Some(fault)
    }

    pub(crate) fn feed(&mut self, chunk: &[u8]) {
        if self.has("quadratic") {
            for _ in 0..6 {
                self.buffer = [&self.buffer[..], b""].concat();
            }
            self.buffer = [&self.buffer[..], chunk].concat();
        } else {
            self.buffer.extend_from_slice(chunk);
        }
        self.take_bom();
        if self.started {
            self.lines();
        }
        if self.has("crlf-split") {
            self.after_cr = false;
        }
        self.k += 1;
    }

    fn take_bom(&mut self) {
        if self.started || (self.buffer.len() < 3 && BOM.starts_with(&self.buffer)) {
            return;
        }
        self.started = true;
        if self.buffer.starts_with(BOM) {
            assert!(!self.has("bom-panic"), "byte index 1 is not a char boundary");
            if self.has("bom-loop") {
                loop {
                    std::thread::park();
                }
            }
            self.buffer.drain(..if self.has("bom-kept") { 0 } else { 3 });
        }
    }

    fn lines(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        let mut rest = &buffer[..];
        // A line that has no end yet is not searched again.
        if self.out.is_empty() && rest.len() > 4096 && !rest[rest.len() - 64..].contains(&b'\n') {
            self.buffer = buffer;
            return;
        }
        while self.error.is_none() {
            if let (true, Some((first, after))) = (self.after_cr, rest.split_first()) {
                rest = if *first == b'\n' { after } else { rest };
                self.after_cr = false;
            }
            let is_end = |byte: &u8| *byte == b'\n' || (*byte == b'\r' && !self.has("no-cr"));
            let Some(end) = rest.iter().position(is_end) else { break };
            let is_cr = rest[end] == b'\r';
            if is_cr && end + 1 == rest.len() && self.has("late") {
                break;
            }
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]).to_vec();
            rest = &rest[end + 1..];
            self.after_cr = is_cr;
            self.line(&line);
        }
        self.buffer = rest.to_vec();
    }

    fn line(&mut self, line: &[u8]) {
        if self.has("utf8") && std::str::from_utf8(line).is_err() {
            self.error = Some(json!({"k": self.k, "kind": "utf8", "msg": "invalid UTF-8"}));
            return;
        }
        let line = String::from_utf8_lossy(line).into_owned();
        if line.is_empty() {
            return self.dispatch();
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = match self.has("trims") {
            true => value.trim_start(),
            false => value.strip_prefix(' ').unwrap_or(value),
        };
        self.fields |= !name.is_empty();
        match name {
            "data" => {
                let data = self.data.get_or_insert_default();
                data.push_str(value);
                data.push('\n');
            }
            "event" => value.clone_into(&mut self.event_type),
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.out.push(
                    json!({"k": self.k, "r": value.parse::<u64>().unwrap_or(u64::MAX).to_string()}),
                );
            }
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let own = self.id.take();
        if let Some(id) = &own {
            id.clone_into(&mut self.last_event_id);
        } else if self.has("forgets-id") {
            self.last_event_id.clear();
        }
        let event_type = std::mem::take(&mut self.event_type);
        let event_type = if event_type.is_empty() { Value::Null } else { event_type.into() };
        let fields = std::mem::take(&mut self.fields);
        let data = match self.data.take() {
            None if !(fields && self.has("dataless")) => return,
            data => data.unwrap_or_default(),
        };
        let data = data.strip_suffix('\n').unwrap_or_default();
        let id = if self.has("own-id") { json!(own) } else { json!(self.last_event_id) };
        self.out.push(json!({"k": self.k, "e": [event_type, data, id]}));
    }

    pub(crate) fn end(&mut self) {
        if self.has("eof") && self.data.is_some() {
            self.dispatch();
        }
        if self.has("late") && self.buffer.ends_with(b"\r") {
            let line = std::mem::take(&mut self.buffer);
            self.line(&line[..line.len() - 1]);
        }
    }
}

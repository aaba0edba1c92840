//! The lines of the protocol, the same for all parsers.

use std::error::Error;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value, json};

/// A crate behind the protocol.
pub struct Adapter {
    pub name: &'static str,
    /// As it stands in Cargo.toml, which fixes it.
    pub version: &'static str,
    pub caps: fn() -> Value,
    /// Feeds a new parser, and tells what its caller sees, as it is.
    pub read: fn(&Case, &mut Seen),
}

/// A stream to read.
pub struct Case {
    pub chunks: Vec<Vec<u8>>,
    /// The last event ID to start with.
    pub seed: Option<String>,
}

/// What the caller of a parser has seen.
#[derive(Default)]
pub struct Seen {
    /// The chunk at hand.
    pub k: usize,
    out: Vec<Value>,
    finals: Map<String, Value>,
    error: Option<Value>,
}

/// What comes beside the three texts of an event.
#[derive(Default)]
pub struct More {
    /// A time in milliseconds.
    pub retry: Option<Value>,
    /// The parser marks the block as having no data.
    pub dataless: bool,
}

impl Seen {
    pub fn event(
        &mut self,
        event_type: Option<&str>,
        data: Option<&str>,
        id: Option<&str>,
        more: More,
    ) {
        let mut record = json!({ "k": self.k, "e": [event_type, data, id] });
        if let Some(retry) = more.retry {
            record["r"] = retry;
        }
        if more.dataless {
            record["d"] = json!(false);
        }
        self.out.push(record);
    }

    pub fn retry(&mut self, time: Value) {
        self.out.push(json!({ "k": self.k, "r": time }));
    }

    pub fn comment(&mut self, text: &str) {
        self.out.push(json!({ "k": self.k, "c": text }));
    }

    pub fn finally(&mut self, name: &str, value: Value) {
        self.finals.insert(name.to_owned(), value);
    }

    /// The first error ends the stream.
    pub fn fail(&mut self, kind: &str, message: &str) {
        self.error.get_or_insert(json!({ "k": self.k, "kind": kind, "msg": message }));
    }
}

/// A time as the protocol has it: a number below 2^53, else its digits.
pub fn millis(time: u128) -> Value {
    match u64::try_from(time) {
        Ok(time) if time < 1 << 53 => json!(time),
        _ => json!(time.to_string()),
    }
}

/// With an event.
pub fn with_retry(time: Option<Duration>) -> More {
    More { retry: time.map(|time| millis(time.as_millis())), dataless: false }
}

/// Answers one case for each line, until standard input ends.
pub fn serve(adapter: &Adapter) -> Result<(), Box<dyn Error>> {
    let caps = (adapter.caps)();
    let runtime = concat!("rust, ", env!("CARGO_PKG_NAME"));
    say(&json!({
        "sse_adapter": 1, "parser": adapter.name, "version": adapter.version, "runtime": runtime,
        "caps": caps,
    }))?;
    for line in std::io::stdin().lock().split(b'\n') {
        say(&answer(adapter, &serde_json::from_slice(&line?)?)?)?;
    }
    Ok(())
}

fn answer(adapter: &Adapter, case: &Value) -> Result<Value, Box<dyn Error>> {
    let chunks = case["chunks"].as_array().ok_or("a case without chunks")?;
    let decode = |chunk: &Value| BASE64_STANDARD.decode(chunk.as_str().unwrap_or_default());
    let chunks = chunks.iter().map(decode).collect::<Result<_, _>>()?;
    let seed = case["last_event_id"].as_str().map(str::to_owned);
    let mut seen = Seen::default();
    let case_read = Case { chunks, seed };
    // The parser is gone with its stack, so nothing broken is used again; the hook has told stderr.
    let read = catch_unwind(AssertUnwindSafe(|| (adapter.read)(&case_read, &mut seen)));
    if let Err(panic) = read {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        seen.fail("panic", text.unwrap_or("panicked"));
    }
    let Seen { out, finals, error, .. } = seen;
    Ok(json!({ "id": case["id"], "out": out, "final": finals, "error": error }))
}

/// One line in ASCII: JSON leaves U+2028 as it is, and some runner may split lines there.
fn say(line: &Value) -> std::io::Result<()> {
    let mut ascii = String::new();
    for c in line.to_string().chars() {
        match c.is_ascii() && c != '\x7f' {
            true => ascii.push(c),
            false => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| ascii += &format!("\\u{unit:04x}")),
        }
    }
    ascii.push('\n');
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(ascii.as_bytes())?;
    stdout.flush()
}

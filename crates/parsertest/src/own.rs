//! Our own parser as an adapter: what `ssecheck adapter` runs, and an example to copy.

use std::io::{self, BufRead, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use ssecheck_parser::{Item, LimitError, Parser};

use crate::protocol::{
    Answer, Caps, Case, ChunkCap, CommentCap, DatalessCap, Failure, Final, Finals, Hello, IdCap,
    Out, RetryCap, VERSION,
};

/// Answers cases until the input ends.
///
/// # Errors
/// When reading or writing fails, and when a line is no case.
pub fn serve(input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    say(&mut output, &hello())?;
    for line in input.split(b'\n') {
        let case: Case = serde_json::from_slice(&line?)?;
        say(&mut output, &answer(&case)?)?;
    }
    Ok(())
}

/// Writes a line of the protocol, which is ASCII only, and sends it on its way.
///
/// # Errors
/// When writing fails.
pub fn say(output: &mut impl Write, line: &impl serde::Serialize) -> io::Result<()> {
    let json = serde_json::to_string(line)?;
    let mut ascii = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if c.is_ascii() {
            ascii.push(c);
        } else {
            let mut units = [0; 2];
            ascii.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    ascii.push('\n');
    output.write_all(ascii.as_bytes())?;
    output.flush()
}

fn hello() -> Hello {
    Hello {
        sse_adapter: VERSION,
        parser: "ssecheck-parser".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        runtime: "Rust".to_owned(),
        caps: Caps {
            id: IdCap::Last,
            own_empty: true,
            retry: RetryCap::List,
            finals: vec![Final::LastEventId, Final::Retry],
            comments: CommentCap::Raw,
            chunks: ChunkCap::Exact,
            empty_chunks: true,
            dataless: DatalessCap::Hidden,
            needs_types: false,
            seed: true,
            window: 64,
        },
    }
}

/// Feeds the chunks of a case to a new parser.
fn answer(case: &Case) -> io::Result<Answer> {
    let mut parser =
        Parser::new().with_last_event_id(case.last_event_id.clone().unwrap_or_default());
    let (mut out, mut error) = (Vec::new(), None);
    for (k, chunk) in case.chunks.iter().enumerate() {
        let bytes = BASE64_STANDARD.decode(chunk).map_err(io::Error::other)?;
        let fed = parser.feed_with(&bytes, |_, item| out.extend(seen(k, item)));
        if let Err(limit) = fed {
            error = Some(failure(k, &limit));
            break;
        }
    }
    let finals = Finals {
        last_event_id: Some(parser.last_event_id().into()),
        retry: Some(parser.retry().map_or(Value::Null, number)),
    };
    Ok(Answer { id: case.id.clone(), out, finals, error })
}

/// An item as the caller of the parser sees it. Ids are seen with the events.
fn seen(k: usize, item: Item<'_>) -> Option<Out> {
    let out = Out { k: Some(k), ..Out::default() };
    match item {
        Item::Event(event) => {
            let e = [event.event_type, event.data, event.last_event_id].map(Value::from);
            Some(Out { e: Some(e), ..out })
        }
        Item::Retry(time) => Some(Out { r: Some(number(time)), ..out }),
        Item::Comment(text) => Some(Out { c: Some(text.into()), ..out }),
        Item::Id(_) => None,
    }
}

/// Above 2^53 not every reader of JSON keeps a number as it is.
fn number(time: u64) -> Value {
    if time < 1 << 53 { time.into() } else { time.to_string().into() }
}

fn failure(k: usize, limit: &LimitError) -> Failure {
    Failure { k: Some(k), kind: "limit".to_owned(), msg: limit.to_string() }
}

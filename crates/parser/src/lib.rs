//! Server-sent event streams: bytes to items and back, exactly as the HTML standard says.
//!
//! [`Parser`] is the algorithm of HTML 9.2.6 as a state machine: bytes go in chunk by chunk, cut
//! anywhere; events, comments, reconnection times and ids come out, with their place in the stream.
//! It does no I/O, knows no clock and needs no other crate.
//!
//! ```
//! use ssecheck_parser::{Item, Parser};
//!
//! let mut seen = Vec::new();
//! let mut parser = Parser::new();
//! for chunk in ["id: 7\nda", "ta: hel", "lo\n", "\n: ping\n"] {
//!     parser.feed_with(chunk.as_bytes(), |span, item| match item {
//!         Item::Event(event) => seen.push((span.start, event.data.to_owned())),
//!         Item::Comment(text) => seen.push((span.start, text.to_owned())),
//!         Item::Id(_) | Item::Retry(_) => {}
//!     })?;
//! }
//! assert_eq!(seen, [(0, "hello".to_owned()), (19, " ping".to_owned())]);
//! assert_eq!(parser.last_event_id(), "7");
//! # Ok::<(), ssecheck_parser::LimitError>(())
//! ```
//!
//! A [`Sink`] that asks for them also gets [`Lint`]s: oddities of the stream, legal or not, with
//! their place. [`owned`] keeps items beyond the call, [`encode`] writes streams.

mod block;
mod decode;
mod field;
mod item;
mod limits;
mod lint;
mod oddity;
mod parser;
mod run;
mod scan;
mod sink;
mod work;

pub mod encode;
pub mod owned;

pub use item::{Event, Item, Span};
pub use limits::{LimitError, LimitKind, Limits};
pub use lint::{Lint, LintCode};
pub use parser::{FinalState, Parser, Profile};
pub use sink::{Sink, WithLints};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! Sockets, TLS and lenient readers of HTTP/1.1 and HTTP/2 that record every byte with its time.
//!
//! A judge of servers must see what was on the wire. Common HTTP clients hide wire faults: they
//! accept a bare LF, double framing or chunk extensions in silence and refuse others without saying
//! what was wrong. This crate reads leniently, keeps every byte, and reports each fault as an
//! [`Oddity`] with its offset.
//!
//! The parsers ([`HeadParser`], [`Dechunker`], [`Decoder`]) do no I/O. [`Connection`] drives them
//! over a [`Wire`], which is a [`Tap`] (TCP with receive times) or TLS over one.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use ssecheck_transport::{BodyPart, Dialer, Limits, Request, Url};
//!
//! let url = Url::parse("http://127.0.0.1:3000/events")?;
//! let mut connection = Dialer::default().dial(&url, &Limits::default()).await?;
//! connection.send(&Request::get(&url)).await?;
//! let head = connection.head().await?;
//! assert_eq!(head.status, 200);
//! while let BodyPart::Data(chunk) = connection.read().await? {
//!     println!("{} bytes at offset {}", chunk.bytes.len(), chunk.offset);
//! }
//! # Ok(())
//! # }
//! ```

mod body;
mod connection;
mod content;
mod dechunk;
mod dial;
mod ending;
mod error;
mod exchange;
mod field;
mod framing;
mod head;
mod http2;
#[cfg(target_os = "linux")]
mod kernel_time;
mod limits;
mod oddity;
mod record;
mod replay;
mod request;
mod stamp;
mod tap;
mod tls;
mod url;
mod wire;

pub use body::{BodyPart, Chunk, End, Place, WireFacts};
pub use connection::Connection;
pub use content::{Coding, ContentError, DecodeLimits, Decoder};
pub use dechunk::{ChunkError, ChunkFacts, ChunkFault, Dechunker, Step};
pub use dial::{DialOptions, Dialed, Dialer};
pub use ending::{AfterEnd, Surplus};
pub use error::{Error, Kind, Phase};
pub use exchange::{Answer, exchange};
pub use field::{Field, SkippedLine};
pub use framing::Framing;
pub use head::{Head, HeadParser, HeadProgress};
pub use limits::{
    DRAIN_BYTES, Limits, MAX_CHUNK_LINE, MAX_FIELDS, MAX_HEAD_BYTES, MAX_INTERIM, MAX_SEGMENTS,
    MAX_SURPLUS, MAX_TRAILER_BYTES, READ_BYTES, RECORDED_CHUNKS, RECORDED_EXTENSIONS,
};
pub use oddity::{Oddities, Oddity, OddityCode};
pub use record::{Record, Segment, Side};
pub use replay::Replay;
pub use request::{Request, RequestError, Version, redirect_makes_get};
pub use stamp::Stamp;
pub use tap::Tap;
pub use tls::SetupError;
pub use url::{Url, UrlError};
pub use wire::Wire;

//! The bytes of a histogram in a report: read within a bound, whatever the report claims.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;

/// Longest histogram that is read, in bytes when inflated: five times what [`DIGITS`] up to an hour
/// can take.
pub const MOST_BYTES: usize = 1 << 20;
/// Significant digits of every histogram of this program; more are not read.
pub const DIGITS: u32 = 3;

/// What the deflated form begins with, before the length of what follows.
pub const COOKIE: [u8; 4] = 0x1c84_9314_u32.to_be_bytes();
/// Bytes before the counts: cookie, length, offset, digits, bounds and ratio.
pub const HEAD: usize = 40;

/// Why a histogram cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenHistogram {
    /// The text is longer than [`MOST_BYTES`].
    #[error("it is too long")]
    TooLong,
    /// The text is no base64.
    #[error("{0}")]
    Base64(String),
    /// What is in it is no histogram, or one with more bytes or digits than there may be.
    #[error("its deflated part is broken or too long")]
    Deflated,
}

/// The plain V2 form of a histogram that is written as V2 with deflate in base64.
///
/// The library that reads the plain form makes room for as many bytes as its length field says, up to
/// 4 GiB, so the length must be true; and for all the counts that its digits ask for.
///
/// # Errors
/// When it is broken or larger than the bounds.
pub fn inflated(text: &str) -> Result<Vec<u8>, BrokenHistogram> {
    if text.len() > MOST_BYTES {
        return Err(BrokenHistogram::TooLong);
    }
    let bytes = STANDARD.decode(text).map_err(|e| BrokenHistogram::Base64(e.to_string()))?;
    inflate(&bytes).ok_or(BrokenHistogram::Deflated)
}

fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let deflated = bytes.strip_prefix(&COOKIE)?.get(4..)?;
    let mut plain = Vec::new();
    ZlibDecoder::new(deflated).take(MOST_BYTES as u64).read_to_end(&mut plain).ok()?;
    let field = |at: usize| Some(u32::from_be_bytes(plain.get(at..at + 4)?.try_into().ok()?));
    let whole = plain.len() == HEAD + usize::try_from(field(4)?).ok()?;
    (whole && field(12)? <= DIGITS).then_some(plain)
}

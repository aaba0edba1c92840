//! Deviations that do not stop the reader.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A deviation from RFC 9110, 9112 or 1952, or a legal rarity worth telling. Names are
        /// stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum OddityCode { $($(#[$doc])* $name,)* }

        impl OddityCode {
            /// Every code, in the order of the reader's work.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable kebab-case name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// An empty line before the status line (RFC 9112 2.2 allows it before requests only).
    LeadingEmptyLine = "leading-empty-line",
    /// The version is not in capitals, or neither 1.0 nor 1.1 (RFC 9112 2.3).
    OddVersion = "odd-version",
    /// Something else than one space between version and status code, or none after it (RFC 9112
    /// 4).
    StatusLineSpacing = "status-line-spacing",
    /// The status code is not three digits from 100 to 599 (RFC 9110 15).
    OddStatus = "odd-status",
    /// A control byte in the reason phrase (RFC 9112 4).
    ControlInReason = "control-in-reason",
    /// A line of the head ends with LF alone (RFC 9112 2.2).
    BareLf = "bare-lf",
    /// A CR inside a line of the head (RFC 9112 2.2).
    BareCr = "bare-cr",
    /// A line that begins with white space directly after the status line (RFC 9112 2.2).
    SpaceBeforeFields = "space-before-fields",
    /// A folded field line (RFC 9112 5.2).
    FoldedField = "folded-field",
    /// White space between field name and colon (RFC 9112 5.1).
    SpaceBeforeColon = "space-before-colon",
    /// A field name that is empty or no token (RFC 9110 5.1).
    InvalidFieldName = "invalid-field-name",
    /// A field line without a colon; it is skipped and kept (RFC 9112 5).
    NoColon = "no-colon",
    /// NUL in a field value (RFC 9110 5.5).
    NulInValue = "nul-in-value",
    /// Another control byte in a field value (RFC 9110 5.5).
    ControlInValue = "control-in-value",
    /// `Content-Length` beside `Transfer-Encoding` (RFC 9112 6.2, R16). Chunked wins.
    LengthAndChunked = "length-and-chunked",
    /// `Content-Length` given more than once with one value (RFC 9112 6.3).
    LengthRepeated = "length-repeated",
    /// Several different lengths (RFC 9112 6.3). The body is read until the close.
    LengthConflict = "length-conflict",
    /// `Content-Length` that is no number (RFC 9112 6.3). The body is read until the close.
    LengthInvalid = "length-invalid",
    /// A 1xx or 204 answer with `Content-Length` (RFC 9110 8.6).
    LengthWithoutBody = "length-without-body",
    /// A 1xx or 204 answer with `Transfer-Encoding` (RFC 9112 6.1, R07).
    ChunkedWithoutBody = "chunked-without-body",
    /// `Transfer-Encoding` in the answer to an HTTP/1.0 request (RFC 9112 6.1, R18). Decoded all
    /// the same.
    ChunkedToHttp10 = "chunked-to-http10",
    /// `Transfer-Encoding` in an answer that calls itself HTTP/1.0 (RFC 9112 6.1).
    ChunkedInHttp10 = "chunked-in-http10",
    /// The `identity` transfer coding, gone since RFC 7230. It is ignored.
    IdentityTransferCoding = "identity-transfer-coding",
    /// A transfer coding other than chunked; its bytes are left as they are.
    UnknownTransferCoding = "unknown-transfer-coding",
    /// Chunked listed, but not last (RFC 9112 6.1). The body is read until the close.
    ChunkedNotLast = "chunked-not-last",
    /// Chunked listed more than once (RFC 9112 6.1, R20). Decoded once.
    ChunkedTwice = "chunked-twice",
    /// A chunk-size or trailer line that ends with LF alone (RFC 9112 7.1).
    ChunkBareLf = "chunk-bare-lf",
    /// A CR inside a chunk-size line.
    ChunkBareCr = "chunk-bare-cr",
    /// White space around a chunk size without an extension (RFC 9112 7.1).
    ChunkSizeSpace = "chunk-size-space",
    /// A chunk extension: legal, but rare, and dropped by many (RFC 9112 7.1.1).
    ChunkExtension = "chunk-extension",
    /// A trailer section: legal, but rare (RFC 9112 7.1.2).
    Trailers = "trailers",
    /// A field line of the trailer section that has no colon or no proper name.
    InvalidTrailer = "invalid-trailer",
    /// TLS ended by FIN without `close_notify` (RFC 8446 6.1).
    NoCloseNotify = "no-close-notify",
    /// Bytes after the end of the answer.
    Surplus = "surplus",
}

impl fmt::Display for OddityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One kind of deviation seen in one place or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What it is.
    pub code: OddityCode,
    /// Where it was first seen: bytes received on the connection before it, after TLS.
    pub offset: u64,
    /// How often it was seen.
    pub count: u64,
}

/// The deviations of a head or a body in the order first seen, one entry per code: bounded whatever
/// a server sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Oddities(Vec<Oddity>);

impl Oddities {
    pub(crate) fn note(&mut self, code: OddityCode, offset: u64) {
        match self.0.iter_mut().find(|oddity| oddity.code == code) {
            Some(oddity) => oddity.count += 1,
            None => self.0.push(Oddity { code, offset, count: 1 }),
        }
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        for oddity in other.iter() {
            match self.0.iter_mut().find(|mine| mine.code == oddity.code) {
                Some(mine) => mine.count += oddity.count,
                None => self.0.push(*oddity),
            }
        }
    }

    /// The entry with this code.
    #[must_use]
    pub fn get(&self, code: OddityCode) -> Option<&Oddity> {
        self.0.iter().find(|oddity| oddity.code == code)
    }

    /// Whether this code was seen.
    #[must_use]
    pub fn has(&self, code: OddityCode) -> bool {
        self.get(code).is_some()
    }

    /// All entries.
    pub fn iter(&self) -> std::slice::Iter<'_, Oddity> {
        self.0.iter()
    }

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Oddities {
    type Item = &'a Oddity;
    type IntoIter = std::slice::Iter<'a, Oddity>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_seen_twice_keeps_its_first_offset() {
        let mut oddities = Oddities::default();
        oddities.note(OddityCode::BareLf, 7);
        oddities.note(OddityCode::BareLf, 9);
        let expected = Oddity { code: OddityCode::BareLf, offset: 7, count: 2 };
        assert_eq!(oddities.get(OddityCode::BareLf), Some(&expected));
    }

    #[test]
    fn names_are_distinct_and_kebab_case() {
        let mut names: Vec<_> = OddityCode::ALL.iter().map(|code| code.as_str()).collect();
        assert!(
            names.iter().all(|n| n.bytes().all(|b| b.is_ascii_lowercase() || b"-01".contains(&b)))
        );
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), OddityCode::ALL.len());
    }
}

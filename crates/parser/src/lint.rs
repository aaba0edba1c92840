//! Oddities: what they are called and what they mean.

use std::fmt;

use crate::Span;

/// An oddity in the stream. None of them stops or changes the parse, and many are legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lint {
    /// What it is.
    pub code: LintCode,
    /// Where it is.
    pub span: Span,
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, span } = self;
        write!(f, "{} at bytes {}..{}", code.as_str(), span.start, span.end)
    }
}

/// What is odd. `R` and `D` numbers are requirements and defects of the ssecheck catalogue.
///
/// A line gets at most one of the four codes about names; in order of precedence
/// [`NearMissField`](Self::NearMissField), [`StrayText`](Self::StrayText),
/// [`JsonLikeUnknownField`](Self::JsonLikeUnknownField), [`UnknownField`](Self::UnknownField).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LintCode {
    /// Bytes that are not UTF-8: one lint for each maximal ill-formed part, which decodes to one
    /// U+FFFD. Span: that part. R31, D048. Example: `data: a FF`.
    IllFormedUtf8,
    /// A byte order mark at the start of a line other than the first bytes of the stream, where it
    /// hides the field; a second mark at the start is one. Span: the mark. R32, D047.
    /// Example: `data: a`, a blank line, `BOM data: b`.
    BomInside,
    /// The stream starts with a byte order mark. Legal. Span: the mark. R32.
    /// Example: `BOM data: a`.
    BomAtStart,
    /// A name that becomes `event`, `data`, `id` or `retry` once white space around it is
    /// dropped and it is lower-cased, but is not exactly that. Span: the name. R35, D046.
    /// Examples: `Data: x`, ` data: x`, `data : x`.
    NearMissField,
    /// A line whose name is no word of ASCII letters, digits, `_` and `-`. Span: the line.
    /// R34, D056, D057. Examples: `{"a": 1}`, `<html>`, `Error in handler: x`.
    StrayText,
    /// An unknown name that is such a word. Legal, ignored. Span: the name. R34.
    /// Example: `foo: bar`.
    UnknownField,
    /// An unknown field whose value starts with `{` or `[`. Span: the line. R34, R87, D044.
    /// Example: `error: {"code": 500}`.
    JsonLikeUnknownField,
    /// An `id` with U+0000, which is ignored. Span: the value. R43, D049. Example: `id: a NUL`.
    NulInId,
    /// A `retry` with a value that is not just ASCII digits, which is ignored. Span: the value.
    /// R45, D050. Examples: `retry: 3s`, `retry: -1`, `retry:  5`.
    RetryNotDigits,
    /// A `retry` without a value, which is ignored. Span: the line. R45, D050. Example: `retry:`.
    RetryEmpty,
    /// A `retry` below 100 ms. Span: the value. R46, D051. Example: `retry: 0`.
    RetryTooSmall,
    /// A `retry` from 1 to 60: likely meant in seconds. Comes with
    /// [`RetryTooSmall`](Self::RetryTooSmall). Span: the value. R46. Example: `retry: 5`.
    RetryLooksLikeSeconds,
    /// A `retry` above 5 minutes, up to 2^31-1 ms. Span: the value. R46. Example: `retry: 600000`.
    RetryLong,
    /// A `retry` above 2^31-1 ms, which overflows the timers of browsers. Span: the value. R46.
    /// Example: `retry: 2147483648`.
    RetryTooLarge,
    /// A block with an event type but without `data`: browsers dispatch nothing. Span: the block.
    /// R41, D052. Example: `event: ping` and a blank line.
    EventWithoutData,
    /// The first line end of a second kind. Legal. Span: the line end. R37.
    /// Example: `data: a CRLF`, then `data: b LF`.
    LineEndsMixed,
    /// The first line end that is a lone CR. Legal. Span: the line end. R37, D042.
    /// Example: `data: a CR data: b LF`.
    BareCr,
    /// The stream ends inside a block or line, which is discarded. Legal. Span: what is discarded.
    /// R33, D036. Example: `data: [DONE]` without a blank line.
    TruncatedTail,
    /// An `id` of more than 128 bytes. Span: the value. R44, D060. Example: a JWT as id.
    LongId,
    /// An `id` with a byte that is not visible ASCII, or that a cross-origin request may not carry
    /// in `Last-Event-ID` unasked: one of `"():<>?@[\]{}` or DEL. Span: the first such byte.
    /// R44, D060. Example: `id: {"n": 1}`.
    UnsafeId,
    /// A `data` value that starts with `data:`. Span: the value. D045. Example: `data: data: {}`.
    DataPrefixDoubled,
    /// A second `event` field in a block, which replaces the first. Legal. Span: the line. R42.
    /// Example: `event: a`, `event: b`.
    RepeatedEventField,
    /// A second valid `id` field in a block, which replaces the first. Legal. Span: the line. R42.
    /// Example: `id: 1`, `id: 2`.
    RepeatedIdField,
}

impl LintCode {
    /// All codes.
    pub const ALL: [Self; 23] = [
        Self::IllFormedUtf8,
        Self::BomInside,
        Self::BomAtStart,
        Self::NearMissField,
        Self::StrayText,
        Self::UnknownField,
        Self::JsonLikeUnknownField,
        Self::NulInId,
        Self::RetryNotDigits,
        Self::RetryEmpty,
        Self::RetryTooSmall,
        Self::RetryLooksLikeSeconds,
        Self::RetryLong,
        Self::RetryTooLarge,
        Self::EventWithoutData,
        Self::LineEndsMixed,
        Self::BareCr,
        Self::TruncatedTail,
        Self::LongId,
        Self::UnsafeId,
        Self::DataPrefixDoubled,
        Self::RepeatedEventField,
        Self::RepeatedIdField,
    ];

    /// The stable code, in kebab case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.entry().0
    }

    /// Ids of the requirements (`R..`) and defects (`D..`) that it is about, requirements first.
    #[must_use]
    pub const fn catalogue_ids(self) -> &'static [&'static str] {
        self.entry().1
    }

    const fn entry(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::IllFormedUtf8 => ("ill-formed-utf8", &["R31", "D048"]),
            Self::BomInside => ("bom-inside", &["R32", "D047"]),
            Self::BomAtStart => ("bom-at-start", &["R32"]),
            Self::NearMissField => ("near-miss-field", &["R35", "D046"]),
            Self::StrayText => ("stray-text", &["R34", "D056", "D057"]),
            Self::UnknownField => ("unknown-field", &["R34"]),
            Self::JsonLikeUnknownField => ("json-like-unknown-field", &["R34", "R87", "D044"]),
            Self::NulInId => ("nul-in-id", &["R43", "D049"]),
            Self::RetryNotDigits => ("retry-not-digits", &["R45", "D050"]),
            Self::RetryEmpty => ("retry-empty", &["R45", "D050"]),
            Self::RetryTooSmall => ("retry-too-small", &["R46", "D051"]),
            Self::RetryLooksLikeSeconds => ("retry-looks-like-seconds", &["R46"]),
            Self::RetryLong => ("retry-long", &["R46"]),
            Self::RetryTooLarge => ("retry-too-large", &["R46"]),
            Self::EventWithoutData => ("event-without-data", &["R41", "D052"]),
            Self::LineEndsMixed => ("line-ends-mixed", &["R37"]),
            Self::BareCr => ("bare-cr", &["R37", "D042"]),
            Self::TruncatedTail => ("truncated-tail", &["R33", "D036"]),
            Self::LongId => ("long-id", &["R44", "D060"]),
            Self::UnsafeId => ("unsafe-id", &["R44", "D060"]),
            Self::DataPrefixDoubled => ("data-prefix-doubled", &["D045"]),
            Self::RepeatedEventField => ("repeated-event-field", &["R42"]),
            Self::RepeatedIdField => ("repeated-id-field", &["R42"]),
        }
    }
}

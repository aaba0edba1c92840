//! Bytes that matter to a parser, in any order.

use proptest::prelude::*;

/// Bytes that are readable in a failure.
#[derive(Clone, PartialEq, Eq)]
pub struct Soup(pub Vec<u8>);

impl std::fmt::Debug for Soup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

impl std::ops::Deref for Soup {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

const PIECES: &[&[u8]] = &[
    b"data",
    b"event",
    b"id",
    b"retry",
    b":",
    b" ",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\xEF\xBB\xBF",
    b"\xEF",
    b"\xBB",
    b"\xFF",
    b"\x80",
    b"\xC3",
    b"\xC3\xA9",
    b"a",
    b"7",
    b"data: x\n\n",
    b"0123456789abcdefghijklmnopqrstuvwxyz",
];

/// Up to 60 words and bytes that matter to a parser, in any order.
pub fn soup() -> impl Strategy<Value = Soup> {
    prop::collection::vec(prop::sample::select(PIECES), 0..60)
        .prop_map(|pieces| Soup(pieces.concat()))
}

/// The bytes of which fields, line ends, byte order marks and ill-formed characters are made.
const BYTES: &[u8] = b"datevniry: \n\r\0\xEF\xBB\xBF\xFF\x80\xC3";

/// Hostile streams: [`soup`], bytes of fields and line ends, or any bytes at all.
///
/// ```
/// use proptest::prelude::*;
///
/// proptest!(|(stream in ssecheck_parsertest::strategy::hostile())| {
///     ssecheck_parser::owned::parse_all(&stream).unwrap();
/// });
/// ```
pub fn hostile() -> impl Strategy<Value = Soup> {
    prop_oneof![
        3 => soup(),
        2 => prop::collection::vec(prop::sample::select(BYTES), 0..120).prop_map(Soup),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Soup),
    ]
}
